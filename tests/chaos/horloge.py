"""The real app and real commands under a clock that jumps (libfaketime): midnight on 30 June, back, far ahead.

The clock of a running process is a file: writing it turns the time for it alone.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from rqds_metrics import store
from rqds_metrics.lots import read_lots
from rqds_metrics.plan import RACINE
from tests.chaos.appli import export
from tests.processus import launched
from tests.robot import Robot

BIBLIOTHEQUES = [
    *Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"),
    *Path("/usr/lib/faketime").glob("libfaketimeMT.so.1"),
    *Path("/opt/homebrew/lib/faketime").glob("libfaketimeMT*"),
]
IMPOSSIBLE = "pas de libfaketime sur cette machine (apt-get install libfaketime)"


def turned(clock: Path) -> dict[str, str]:
    """The environment of a process whose clock is that file; timers keep the real one."""
    return {
        "LD_PRELOAD": str(BIBLIOTHEQUES[0]), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1", "TZ": "America/Toronto",
        "PYTHONPATH": str(Path(__file__).parent / "horloge_du_processus"),
    }  # fmt: skip


def turn(clock: Path, when: str) -> None:
    """From now on it is that moment in Québec, and time goes on from there."""
    new = clock.with_suffix(".nouveau")
    new.write_text(f"@{when}\n", encoding="ascii")
    new.replace(clock)


def command(base: Path, clock: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=RACINE, capture_output=True, encoding="utf-8",
        env={**os.environ, **turned(clock), "RQDS_BASE": str(base), "RQDS_JOURNAL": "non"},
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr, done.stderr[-2000:]
    return done.returncode, done.stdout + done.stderr


def midnight(folder: Path) -> None:
    """30 June, the app open: the next look is from the new year, in the session that was open."""
    clock, base = folder / "minuit.txt", folder / "minuit.duckdb"
    turn(clock, "2026-06-30 23:58:00")
    with launched(folder, env={**turned(clock), "RQDS_BASE": str(base), "RQDS_JOURNAL": "non"}) as server:
        robot = Robot(server.address).open()
        robot.goto("televerser")
        robot.drop("mai.csv", export(5))
        robot.press("Enregistrer")
        robot.goto("")
        assert "exercice=2025-2026" in robot.query and "jour 365 de 365" in robot.texte, robot.texte[:500]
        turn(clock, "2026-07-01 00:00:30")
        robot.run()
        assert "exercice=2026-2027" in robot.query and "au=" not in robot.query, robot.query
        assert "jour 1 de 365" in robot.texte and "Depuis minuit, nous sommes dans l'exercice 2026-2027" in robot.texte
        assert "Tel que vu le" not in robot.texte and "EXCEPTION" not in robot.texte
        other = Robot(server.address).open()  # who comes after midnight
        assert "jour 1 de 365" in other.texte and "Depuis minuit" not in other.texte
        assert "Traceback" not in server.said(), server.said()[-2000:]


def jump(folder: Path, rank: int, ahead: bool, days: int) -> None:
    """A file stored, the clock jumps by some days, another is tried; then the clock is right again, and all counts."""
    place = folder / f"saut-{rank}"
    place.mkdir()
    clock, base = place / "horloge.txt", place / "rqds.duckdb"
    for month in (1, 2, 3):
        (place / f"{month}.csv").write_bytes(export(month))
    now = "2026-11-20 10:00:00"
    turn(clock, now)
    assert command(base, clock, "etl", "importer", str(place / "1.csv"))[0] == 0
    turn(clock, f"{2026 + (1 if ahead else -1) * (1 + days // 365)}-{1 + days % 12:02d}-{1 + days % 28:02d} 10:00:00")
    code, said = command(base, clock, "etl", "importer", str(place / "2.csv"))
    if ahead:
        assert code == 0, said
    else:
        assert code == 1 and "L'horloge de cet ordinateur dit le" in said, said
    turn(clock, "2026-11-20 11:00:00")
    if ahead:
        code, said = command(base, clock, "etl", "importer", str(place / "3.csv"))
        assert code == 1 and "horloge --redater" in said, said
        assert command(base, clock, "rqds_metrics", "horloge")[0] == 1
        assert command(base, clock, "rqds_metrics", "horloge", "--redater")[0] == 0
    assert command(base, clock, "rqds_metrics", "horloge")[0] == 0
    for month in (2, 3):
        code, said = command(base, clock, "etl", "importer", str(place / f"{month}.csv"))
        assert code == 0, said
    with store.connect(base) as cursor:  # all of them, on that very day
        lots = [(lot.fichier, lot.lignes, lot.annule_le) for lot in read_lots(cursor, date(2026, 11, 20))]
    assert sorted(lots) == [(f"{month}.csv", 28, None) for month in (1, 2, 3)], lots


def run(coups: int, chance: random.Random, folder: Path) -> Iterator[str]:
    if not BIBLIOTHEQUES:
        yield IMPOSSIBLE
        return
    place = folder / "horloge"
    place.mkdir()
    midnight(place)
    yield "Minuit, le 30 juin, l'application ouverte : le regard suivant est du nouvel exercice, et le dit."
    for coup in range(1, coups + 1):
        jump(place, coup, bool(coup % 2), chance.randrange(1, 700))
    yield f"{coups} sauts d'horloge : dits, rien d'enregistré à faux, tout compte une fois l'heure juste."
