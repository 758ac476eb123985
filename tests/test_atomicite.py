"""A process killed while it writes: the base opens, every lot in it is whole, and no acknowledged one is lost."""

import os
import random
import subprocess
import sys
from datetime import date

import pytest

from etl.loading import import_export
from etl.recognition import read_export
from rqds_metrics import store
from rqds_metrics.donnees import load_donnees
from rqds_metrics.familles import FAMILLES
from rqds_metrics.plan import RACINE
from tests.chaos.imports import length_of_an_import, strike

COUPS = 50
sans_sigkill = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL n'existe pas sous Windows")


@sans_sigkill
def test_fifty_imports_killed_at_any_moment(tmp_path):
    base = tmp_path / "rqds.duckdb"
    chance, length = random.Random(50), length_of_an_import(base)
    gained = [strike(base, coup, chance, length) for coup in range(1, COUPS + 1)]
    assert any(gained) and not all(gained)  # before, during and after: the moments were spread
    with store.connect(base) as cursor:
        others = [f for f in FAMILLES if f != "infolettre"]
        assert all(cursor.execute(f"SELECT count(*) FROM {f}").fetchone() == (0,) for f in others)
        assert cursor.execute("SELECT count(DISTINCT sha256) = count(*) FROM lot").fetchone() == (True,)
    assert [p.name for p in tmp_path.iterdir()] == [base.name]


def plays(month):
    lines = [f"2026-{month:02d}-{day:02d},{month}" for day in range(1, 29)]
    return "\n".join(["Date,Plays", *lines, ""]).encode()


def command(base, path):
    return subprocess.Popen(
        [sys.executable, "-m", "etl", "importer", "--base", str(base), "--par", path.stem, str(path)],
        cwd=RACINE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


@pytest.mark.parametrize("new", [True, False])
def test_imports_at_the_same_time_all_go_in_one_after_the_other(new, tmp_path):
    """Two commands and the app, on one base: those that find it busy wait, and nobody is told of it."""
    base = tmp_path / "rqds.duckdb"
    jour = date(2026, 11, 20)
    if not new:
        import_export(read_export("janvier.csv", plays(1), jour), base, par="avant")
    files = [tmp_path / f"mois-{month}.csv" for month in (2, 3)]
    for month, path in enumerate(files, 2):
        path.write_bytes(plays(month))
    commands = [command(base, path) for path in files]
    with store.connect(base):  # the app holds it while they start, and writes
        for month in (4, 5):
            import_export(read_export(f"{month}.csv", plays(month), jour), base, par="app")
    for month in (6, 7, 8):  # then comes and goes
        import_export(read_export(f"{month}.csv", plays(month), jour), base, par="app")
        load_donnees(jour, base)
    for one, path in zip(commands, files, strict=True):
        said, problem = one.communicate(timeout=120)
        assert (one.returncode, problem) == (0, "")
        assert said.startswith(f"{path.name} : lot ") and "28 lignes enregistrées" in said
    with store.connect(base) as cursor:
        found = cursor.execute(
            "SELECT month(debut), count(*), sum(lectures) FROM balado GROUP BY 1 ORDER BY 1"
        ).fetchall()
        lots = cursor.execute("SELECT count(*), count(DISTINCT id), max(id) FROM lot").fetchone()
    assert found == [(month, 28, 28 * month) for month in range(2 if new else 1, 9)]
    assert lots == (len(found),) * 3
