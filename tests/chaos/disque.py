"""A disk that fills up at any moment of imports by command: told in French, and every acknowledged lot is there.

The whole of it runs in a mount namespace, on a small disk in memory that exists for it alone.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rqds_metrics import store
from rqds_metrics.plan import RACINE
from tests.chaos.coupee import ANGLAIS, outcome

IMPOSSIBLE = "pas de petit disque sur cette machine"


def _fill(folder: Path, left: int) -> None:
    """Leave `left` bytes free on the disk of `folder`."""
    filler = folder / "remplissage"
    filler.unlink(missing_ok=True)
    free = shutil.disk_usage(folder).free
    if free > left:
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, free - left)


def lots_of(base: Path) -> dict[int, tuple[int, int]]:
    with store.connect(base) as cursor:
        rows = cursor.execute(
            "SELECT id, lignes, (SELECT count(*) FROM balado b WHERE b.lot = l.id) FROM lot l"
        ).fetchall()
    return {lot: (said, there) for lot, said, there in rows}


def strike(base: Path, coup: int, left: int) -> tuple[str, int]:
    """Import a file with `left` bytes free; returns what came of it, and the lots there."""
    folder = base.parent
    _fill(folder, left)
    # a file that is new each time: its first day is its own
    lines = "".join(f"{2023 + coup % 3}-{m:02d}-{d:02d},{coup}\n" for m in range(1, 13) for d in range(1, 29))
    path = Path(os.environ["RQDS_EXPORTS"]) / f"coup-{coup}.csv"
    path.write_text("Date,Plays\n" + lines, encoding="utf-8")
    code, said = outcome(("etl", "importer", str(path)), base, path.with_suffix(".txt"))
    assert not any(word in said for word in ANGLAIS), said[-1500:]
    (folder / "remplissage").unlink(missing_ok=True)
    found = lots_of(base) if base.exists() else {}
    assert all(said_ == there for said_, there in found.values())
    acknowledged = re.search(r": lot (\d+), 336 lignes enregistrées", said)
    if acknowledged:
        assert code == 0 and int(acknowledged[1]) in found
        return "enregistré", len(found)
    assert code == 1, (code, said)
    assert "plein" in said or "Il reste" in said, said
    return "refusé, faute de place", len(found)


def child(coups: int, graine: int) -> None:
    """What happens on the small disk; prints the outcomes as JSON."""
    folder = Path(os.environ["PETIT_DISQUE"])
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], check=True)
    chance, base, out = random.Random(graine), folder / "rqds.duckdb", []
    for coup in range(1, coups + 1):
        left = int(10 ** chance.uniform(3, 7.5))  # from a kilobyte to thirty megabytes
        out.append(strike(base, coup, left))
    known = [lots for _, lots in out]
    assert known == sorted(known), "a lot was lost"
    assert known[-1] == sum(what == "enregistré" for what, _ in out)
    print(json.dumps(out))


def run(coups: int, chance: random.Random, folder: Path) -> Iterator[str]:
    place, exports = folder / "disque", folder / "exports"
    place.mkdir()
    exports.mkdir()
    if not shutil.which("unshare"):
        yield f"{IMPOSSIBLE} : unshare n'existe pas ici."
        return
    done = subprocess.run(
        ["unshare", "-rm", sys.executable, "-c",
         f"from tests.chaos.disque import child; child({coups}, {chance.randrange(10**6)})"],
        cwd=RACINE, capture_output=True, encoding="utf-8",
        env={**os.environ, "PETIT_DISQUE": str(place), "RQDS_EXPORTS": str(exports), "PYTHONPATH": str(RACINE)},
    )  # fmt: skip
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        yield f"{IMPOSSIBLE} : {done.stderr.strip()[:100]}"
        return
    assert done.returncode == 0, done.stderr[-3000:]
    out = json.loads(done.stdout.splitlines()[-1])
    stored = sum(what == "enregistré" for what, _ in out)
    yield f"{coups} imports sur un disque presque plein : {stored} enregistrés, {coups - stored} refusés, aucun lot perdu."
