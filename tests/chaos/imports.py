"""Imports killed (SIGKILL) at any moment: the base opens, with all of a lot or none of it, and every acknowledged one.

`python -m tests.chaos imports` for as long as one likes; tests/test_atomicite.py does fifty.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from etl.source import Lecture, Tranche
from rqds_metrics import store
from tests.enfants import children
from tests.fabrique import lecture, load

LIGNES = 400


def lot(rank: int) -> Lecture:
    start = date(2023, 1, 1) + timedelta(days=rank)
    rows = [
        {"serie": f"s|{rank}|{k}", "debut": start, "fin": start, "titre": "x" * 40, "livres": k} for k in range(LIGNES)
    ]
    return lecture("infolettre", rows, [Tranche(r["serie"], start, start, "cle") for r in rows], f"{rank}.csv", "essai")


def _write(base: Path, first: int, held: bool, pipe: Connection) -> None:
    """Lots one after the other, each told once its import has returned.

    `held`: the base stays open between lots, so that the log of writes grows; otherwise each lot ends with the base
    closed, and the log folded into it.
    """
    one = lot(first)
    with store.connect(base) if held else nullcontext():
        pipe.send(0)
        for rank in range(first, first + 1000):
            pipe.send(load(base, one)[0].lot)
            one = lot(rank + 1)


def lots_of(base: Path) -> dict[int, int]:
    with store.connect(base) as cursor:
        return dict(cursor.execute("SELECT id, lignes FROM lot ORDER BY id").fetchall())


def length_of_an_import(base: Path) -> float:
    """Seconds, in a warm process, the base closed after."""
    here, there = children().Pipe(duplex=False)
    writer = children().Process(target=_write, args=(base, 900_000, False, there))
    writer.start()
    there.close()
    here.recv()
    took = []
    for _ in range(6):
        start = time.perf_counter()
        here.recv()
        took.append(time.perf_counter() - start)
    writer.kill()
    writer.join()
    return sorted(took)[3]


def hurt(base: Path, coup: int, wait: float, held: bool) -> list[int]:
    """Kill a writer `wait` seconds after it has begun; returns the lots that it acknowledged."""
    here, there = children().Pipe(duplex=False)
    writer = children().Process(target=_write, args=(base, 1000 * coup, held, there))
    writer.start()
    there.close()
    here.recv()
    time.sleep(wait)
    assert writer.pid
    os.kill(writer.pid, signal.SIGKILL)
    writer.join()
    assert writer.exitcode == -signal.SIGKILL
    told = []
    try:
        while True:
            told.append(here.recv())
    except (EOFError, OSError):  # nothing more, or a number cut short
        return told


def strike(base: Path, coup: int, chance: random.Random, length: float) -> int:
    """Hurt the base once and check all that it holds; returns how many lots it gained.

    Raises:
        AssertionError: a lot is half there, or an acknowledged one is not.
    """
    before = lots_of(base)
    told = hurt(base, coup, chance.uniform(0, 2.5 * length), held=coup % 3 == 0)
    found = lots_of(base)
    assert before.items() <= found.items()
    assert set(told) <= set(found) and len(found) <= len(before) + len(told) + 1
    assert set(found.values()) <= {LIGNES}
    with store.connect(base) as cursor:
        for table in ("infolettre", "tranche"):
            counts = cursor.execute(f"SELECT lot, count(*) FROM {table} GROUP BY lot").fetchall()
            assert dict(counts) == found, table
    return len(found) - len(before)


def run(coups: int, chance: random.Random, folder: Path) -> Iterator[str]:
    """Strike a new base `coups` times; says now and then where that stands."""
    base = folder / "imports" / "rqds.duckdb"
    base.parent.mkdir()
    length = length_of_an_import(base)
    gained = []
    for coup in range(1, coups + 1):
        gained.append(strike(base, coup, chance, length))
        if coup == coups or not coup % 50:
            whole = sum(1 for g in gained if g)
            yield f"{coup} imports tués : la base s'ouvre, {sum(gained)} lots entiers, {len(gained) - whole} coups sans rien."
