"""The app and a timer's imports, in two processes on one base: nobody is told that it is busy, and nothing is lost.

`python -m tests.tours --minutes 60` for as long as one likes; tests/test_tours.py does a short one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import duckdb

from etl.loading import import_export
from rqds_metrics import store
from rqds_metrics.donnees import load_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import RACINE
from rqds_metrics.registre import decide
from rqds_metrics.resultats import resultats
from tests.fabrique import visites

DEBUT = date(2022, 7, 1)
AU = date(2026, 11, 20)


@dataclass
class Bilan:
    """What was done, what was said of it, and the longest that each side waited (seconds)."""

    commandes: list[int] = field(default_factory=list)  # plays of each file that the command said it stored
    envois: list[int] = field(default_factory=list)  # visits of each file that the app stored
    decisions: list[str] = field(default_factory=list)
    lectures: int = 0
    ecrans: int = 0
    erreurs: list[str] = field(default_factory=list)
    attente: dict[str, float] = field(default_factory=dict)

    def timed(self, what: str, act: Callable[[], object]) -> None:
        start = time.perf_counter()
        try:
            act()
        except Exception as error:
            self.erreurs.append(f"{what} : {type(error).__name__} {error}")
        self.attente[what] = max(self.attente.get(what, 0.0), time.perf_counter() - start)


def _commands(base: Path, folder: Path, bilan: Bilan, over: threading.Event) -> None:
    """A timer's own process, again and again: two files at a time, each a day of its own."""
    rank = 0
    while not over.is_set():
        files = []
        for _ in range(2):
            rank += 1
            path = folder / f"{rank}.csv"
            path.write_text(f"Date,Plays\n{DEBUT + timedelta(days=rank % 1500)},{rank}\n", encoding="utf-8")
            files.append((path, rank))

        def run(files: list[tuple[Path, int]] = files) -> None:
            done = subprocess.run(
                [sys.executable, "-m", "etl", "importer", "--base", str(base), *(str(p) for p, _ in files)],
                cwd=RACINE,
                env={**os.environ, "PYTHONIOENCODING": "utf-8"},
                capture_output=True,
                encoding="utf-8",
            )
            if done.returncode or done.stderr or done.stdout.count("1 ligne enregistrée") != 2:
                raise RuntimeError(f"{done.returncode} {done.stdout} {done.stderr}")
            bilan.commandes += [plays for _, plays in files]

        bilan.timed("commande", run)


def _writer(base: Path, bilan: Bilan, over: threading.Event) -> None:
    """What people do in the app: send a file, decide something."""
    rank = 0
    while not over.is_set():
        rank += 1

        def send(rank: int = rank) -> None:
            jour = DEBUT + timedelta(days=rank % 1500)
            recu = import_export(visites(jour, jour, rank, f"ga4-{rank}.csv"), base, par="app")
            assert recu.lot is not None
            bilan.envois.append(rank)

        def choose(rank: int = rank) -> None:
            with store.transaction(base) as cursor:
                decide(cursor, "reglage", "retard_jours", rank % 90, qui="app", pourquoi=f"essai {rank}")
            bilan.decisions.append(f"essai {rank}")

        bilan.timed("envoi", send)
        bilan.timed("décision", choose)
        over.wait(0.2)


def _reader(base: Path, bilan: Bilan, over: threading.Event, pause: float) -> None:
    """Visitors whose pages are read again after each change."""
    while not over.is_set():

        def read() -> None:
            load_donnees(AU, base)
            with store.connect(base) as cursor:
                cursor.execute("SELECT count(*), sum(lignes) FROM lot").fetchone()
            bilan.lectures += 1

        bilan.timed("lecture", read)
        over.wait(pause)


def take_turns(base: Path, folder: Path, seconds: float, screen: Callable[[], object] | None = None) -> Bilan:
    """Have both sides at work for a while. `screen`: a page of the app, shown again and again by this thread."""
    bilan, over = Bilan(), threading.Event()
    with store.connect(base):
        pass
    sides = [
        threading.Thread(target=_commands, args=(base, folder, bilan, over)),
        threading.Thread(target=_writer, args=(base, bilan, over)),
        *(threading.Thread(target=_reader, args=(base, bilan, over, pause)) for pause in (0.0, 0.0, 0.5)),
    ]
    for side in sides:
        side.start()
    try:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if screen:
                bilan.timed("écran", screen)
                bilan.ecrans += 1
            else:
                time.sleep(0.2)
    finally:
        over.set()
        for side in sides:
            side.join()
    return bilan


def check(base: Path, bilan: Bilan) -> None:
    """Everything that was acknowledged is there, once, and the base is whole.

    Raises:
        AssertionError: something was told, lost or doubled.
    """
    assert not bilan.erreurs, bilan.erreurs[:5]
    with duckdb.connect(str(base), read_only=True) as cursor:
        found = cursor.execute(
            "SELECT source, count(*), count(DISTINCT id), sum(lignes) FROM lot GROUP BY 1"
        ).fetchall()
        # a day sent twice is two lots: both keep their rows
        plays = cursor.execute("SELECT list_sort(list(lectures)) FROM balado").fetchall()[0][0]
        visits = cursor.execute("SELECT list_sort(list(visites)) FROM web").fetchall()[0][0]
        said = cursor.execute("SELECT list(pourquoi ORDER BY id) FROM registre").fetchall()[0][0]
        ids = cursor.execute("SELECT count(*), count(DISTINCT id), max(id) FROM lot").fetchone()
    assert (plays or []) == sorted(bilan.commandes)
    assert (visits or []) == sorted(bilan.envois)
    assert (said or []) == bilan.decisions
    assert ids is not None and ids[0] == ids[1] == len(bilan.commandes) + len(bilan.envois), (ids, found)
    frame = resultats(str(Exercice.of(AU)), AU, base)
    assert len(frame)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.tours", description="L'application et une commande, tour à tour."
    )
    parser.add_argument("--minutes", type=float, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rqds-tours-") as scratch:
        folder = Path(scratch)
        base = folder / "rqds.duckdb"
        start = time.monotonic()
        while (left := 60 * asked.minutes - (time.monotonic() - start)) > 0:
            one = folder / f"tour-{int(start + time.monotonic())}"
            one.mkdir()
            base = one / "rqds.duckdb"  # a new base each ten minutes: days do not run out, nor does a run slow down
            bilan = take_turns(base, one, min(600.0, left))
            check(base, bilan)
            waited = ", ".join(f"{what} {seconds:.1f} s" for what, seconds in sorted(bilan.attente.items()))
            print(
                f"{(time.monotonic() - start) / 60:5.1f} min : {len(bilan.commandes)} fichiers par la commande, "
                f"{len(bilan.envois)} par l'application, {len(bilan.decisions)} décisions, {bilan.lectures} lectures ; "
                f"aucune erreur, rien de perdu. Le plus long : {waited}.",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
