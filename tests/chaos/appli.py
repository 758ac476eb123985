"""The app killed (SIGKILL) while it stores a file: it starts again on the same base, and nothing told as stored is lost."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

from websockets.exceptions import ConnectionClosed

from rqds_metrics import store
from tests.processus import launched
from tests.robot import Robot

JOURS = 28


def export(month: int) -> bytes:
    return "\n".join(["Date,Plays", *(f"2025-{month:02d}-{d:02d},{d}" for d in range(1, JOURS + 1)), ""]).encode()


def lots_of(base: Path) -> dict[str, tuple[int, int]]:
    """File -> rows that its lot says, rows there."""
    with store.connect(base) as cursor:
        return {
            name: (said, there)
            for name, said, there in cursor.execute(
                "SELECT fichier, lignes, (SELECT count(*) FROM balado b WHERE b.lot = l.id) FROM lot l"
            ).fetchall()
        }


def strike(base: Path, coup: int, wait: float, folder: Path) -> tuple[bool, bool]:
    """Drop a file in the app, press « Enregistrer », kill the server `wait` seconds later.

    Returns whether the page had said that it was stored, and whether it was.
    """
    name, octets = f"coup-{coup}.csv", export(coup % 12 + 1) + b"\n" * coup  # never the same file twice
    before = lots_of(base) if base.exists() else {}
    with launched(folder, env={"RQDS_BASE": str(base), "RQDS_JOURNAL": "stderr"}) as server:
        robot = Robot(server.address).open()
        robot.goto("televerser")
        assert all(fichier in robot.texte for fichier in list(before)[-5:]), "a lot that was stored is not shown"
        robot.drop(name, octets)
        robot.send_press("Enregistrer")
        told = False
        limit = time.monotonic() + wait
        while not told and time.monotonic() < limit:
            try:
                while not robot.step_until(limit):
                    pass
            except TimeoutError:
                break
            told = "lignes enregistrées" in robot.texte
        server.kill()
        try:  # what had left before it died
            while not told:
                robot.step()
                told = "lignes enregistrées" in robot.texte
        except (ConnectionClosed, TimeoutError, OSError):
            pass
        assert "Traceback" not in server.said(), server.said()[-2000:]
    found = lots_of(base)
    assert before.items() <= found.items(), "a lot is gone"
    assert all(said == there == JOURS for said, there in found.values()), "a lot is half there"
    assert not told or name in found, "the page said that a file was stored, and it is not there"
    assert set(found) <= {*before, name}
    return told, name in found


def run(coups: int, chance: random.Random, folder: Path) -> Iterator[str]:
    place = folder / "appli"
    place.mkdir()
    base = place / "rqds.duckdb"
    seen = []
    for coup in range(1, coups + 1):
        seen.append(strike(base, coup, chance.uniform(0, 2.5), place))
        if coup == coups or not coup % 10:
            said, there = sum(t for t, _ in seen), sum(f for _, f in seen)
            yield f"{coup} fois l'application tuée : {there} fichiers là en entier (dont {said} annoncés), {coup - there} pas du tout."
    with launched(place, env={"RQDS_BASE": str(base)}) as server:
        robot = Robot(server.address).open()
        assert "EXCEPTION" not in robot.texte
        yield "L'application rouvre la base, et ses pages."
