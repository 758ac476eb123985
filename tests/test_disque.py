"""A full disk: told before anything is written; undone when it fills up in the middle; the file is not left swollen.

Each case runs in a process of its own, in a mount namespace where a small disk in memory exists for it alone.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from datetime import date

import pytest

from etl.loading import LotRefuse
from etl.preview import preview
from etl.source import Tranche
from rqds_metrics import disk, store
from rqds_metrics.plan import RACINE
from tests.fabrique import lecture, load

JOUR = date(2026, 10, 5)
MO = 1_000_000


def pages(rank, rows, long):
    """Rows that do not compress."""
    some = random.Random(rank)
    lines = [{"serie": f"essai|{rank}", "debut": JOUR, "fin": JOUR, "page": some.randbytes(long).hex(), "vues": k}
             for k in range(rows)]  # fmt: skip
    return lecture("web", lines, [Tranche(f"essai|{rank}", JOUR, JOUR, "jour")], f"{rank}.csv", "essai")


def contents(base):
    with store.connect(base) as cursor:
        return cursor.execute(
            "SELECT l.id, l.lignes, (SELECT count(*) FROM web w WHERE w.lot = l.id) FROM lot l"
        ).fetchall()


def child(case):
    """What the process of one case does, on its small disk."""
    folder = os.environ["PETIT_DISQUE"]
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], check=True)
    base = store.base_path(f"{folder}/rqds.duckdb")
    load(base, pages(1, 1000, 40))
    before = base.stat().st_size
    big = pages(2, 300_000, 80) if case != "petit" else pages(2, 20_000, 200)
    if case != "avant":
        disk.MARGE = -1000 * MO  # as if the look beforehand had been mistaken
    told = None
    try:
        if case == "apercu":
            preview([big], base, au=date(2026, 11, 20))
        else:
            for rank in range(9):
                load(base, big if case != "petit" else pages(2 + rank, 20_000, 200))
    except (LotRefuse, disk.DisquePlein) as refus:
        told = str(refus)
    size = base.stat().st_size
    found = contents(base)
    if case == "petit":
        subprocess.run(["mount", "-o", "remount,size=48m", folder], check=True)
    disk.MARGE = 0
    load(base, pages(9, 10, 10))
    print(json.dumps({"dit": told, "avant": before, "apres": size, "trouve": found, "ensuite": contents(base)}))


def run(case, folder):
    if not shutil.which("unshare"):
        pytest.skip("unshare n'existe pas ici : pas de petit disque pour l'essai")
    done = subprocess.run(
        ["unshare", "-rm", sys.executable, "-c", f"from tests.test_disque import child; child({case!r})"],
        cwd=RACINE,
        env={**os.environ, "PETIT_DISQUE": str(folder), "PYTHONPATH": str(RACINE)},
        capture_output=True,
        text=True,
    )
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"pas de petit disque sur cette machine : {done.stderr.strip()[:100]}")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_room_is_looked_for_first(tmp_path):
    found = run("avant", tmp_path)
    assert "Il reste 2" in found["dit"] and "il en faut environ" in found["dit"] and "Libérez" in found["dit"]
    assert found["apres"] == found["avant"]
    assert found["trouve"] == [[1, 1000, 1000]] and found["ensuite"][-1][1:] == [10, 10]


@pytest.mark.parametrize("case", ["pendant", "apercu"])
def test_a_disk_that_fills_up_in_the_middle_leaves_the_base_as_it_was(case, tmp_path):
    found = run(case, tmp_path)
    assert "est plein" in found["dit"] and "intact" in found["dit"]
    assert found["apres"] == found["avant"]
    assert found["trouve"] == [[1, 1000, 1000]] and found["ensuite"][-1][1:] == [10, 10]


def test_lots_that_go_through_the_log_first(tmp_path):
    """The log of writes stays beside the base when it cannot be folded into it: what was acknowledged is in it."""
    found = run("petit", tmp_path)
    assert "est plein" in found["dit"]
    assert 1 < len(found["trouve"]) < 10 and len(found["ensuite"]) == len(found["trouve"]) + 1
    assert all(lignes == there for _, lignes, there in [*found["trouve"], *found["ensuite"]])


def test_without_room_the_preview_says_it_and_nothing_is_stored(tmp_path, monkeypatch):
    base = tmp_path / "rqds.duckdb"
    load(base, pages(1, 10, 10))
    stamp = store.version(base)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100 * MO, 97 * MO, 3 * MO))
    [apercu] = preview([pages(2, 10, 10)], base, au=date(2026, 11, 20))
    assert apercu.etat == "a_corriger" and apercu.constats[-1].nom == "disque_plein"
    with pytest.raises(LotRefuse, match=r"Il reste 3 Mo .* il en faut environ 8 Mo"):
        load(base, pages(2, 10, 10))
    assert store.version(base) == stamp


@pytest.mark.parametrize(
    ("words", "full"),
    [
        ('IO Error: Could not write file "x": No space left on device', True),
        ("There is not enough space on the disk", True),
        ("Disk quota exceeded", True),
        ("Could not set lock on file", False),
    ],
)
def test_how_systems_say_that_the_disk_is_full(words, full):
    assert disk.is_full(OSError(words)) is full
