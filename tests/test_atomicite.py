"""A process killed while it writes: the base opens, every lot in it is whole, and no acknowledged one is lost."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from rqds_metrics import store
from rqds_metrics.familles import FAMILLES
from rqds_metrics.plan import RACINE

LIGNES = 400
COUPS = 12

# Lots of many rows, one after the other, told once the import has returned. « held » keeps the base open between
# lots, so that the log of writes grows; otherwise each lot ends with the base closed, and the log folded into it.
ECRIT = f"""
import sys
from contextlib import nullcontext
from datetime import date, timedelta
from etl.source import Tranche
from rqds_metrics import store
from tests.fabrique import lecture, load

def lot(rank):
    start = date(2023, 1, 1) + timedelta(days=rank)
    rows = [{{"serie": f"s|{{rank}}|{{k}}", "debut": start, "fin": start, "titre": "x" * 40, "livres": k}} for k in range({LIGNES})]
    return lecture("infolettre", rows, [Tranche(r["serie"], start, start, "cle") for r in rows], f"{{rank}}.csv", "essai")

first = int(sys.argv[1])
with store.connect() if sys.argv[2] == "held" else nullcontext():
    for rank in range(first, first + 1000):
        print(load(None, lot(rank))[0].lot, flush=True)
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """One base, hurt again and again."""
    return tmp_path_factory.mktemp("atomicite") / "rqds.duckdb"


def write_until_killed(base, first, mode, wait):
    """Kill the writer `wait` seconds after its first lot; returns the numbers of the lots it acknowledged."""
    writer = subprocess.Popen(
        [sys.executable, "-c", ECRIT, str(first), mode],
        cwd=RACINE,
        env={**os.environ, "RQDS_BASE": str(base), "PYTHONPATH": str(RACINE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    line = writer.stdout.readline()
    time.sleep(wait)
    writer.send_signal(signal.SIGKILL)
    rest, problem = writer.communicate()
    assert writer.returncode == -signal.SIGKILL, problem
    told = (line + rest).rsplit("\n", 1)[0]  # a number cut short does not count
    return [int(number) for number in told.split()]


def lots(cursor):
    return dict(cursor.execute("SELECT id, lignes FROM lot ORDER BY id").fetchall())


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL n'existe pas sous Windows")
@pytest.mark.parametrize("coup", range(COUPS))
def test_killed_while_writing(base, coup):
    chance = random.Random(coup)
    before = {}
    if base.exists():
        with store.connect(base) as cursor:
            before = lots(cursor)
    told = write_until_killed(base, 1000 * coup, "held" if coup % 3 == 0 else "closed", chance.uniform(0, 0.25))
    with store.connect(base) as cursor:
        found = lots(cursor)
        assert before.items() <= found.items()
        assert set(told) <= set(found) and len(found) <= len(before) + len(told) + 1
        assert set(found.values()) == {LIGNES}
        for table in ("infolettre", "tranche"):
            counts = cursor.execute(f"SELECT lot, count(*) FROM {table} GROUP BY lot").fetchall()
            assert dict(counts) == found, table


def test_nothing_else_was_left_behind(base):
    if not base.exists():
        pytest.skip("la base n'a pas été écrite")
    with store.connect(base) as cursor:
        others = [f for f in FAMILLES if f != "infolettre"]
        assert all(cursor.execute(f"SELECT count(*) FROM {f}").fetchone() == (0,) for f in others)
        assert cursor.execute("SELECT count(DISTINCT sha256) = count(*) FROM lot").fetchone() == (True,)
    assert [p.name for p in base.parent.iterdir()] == [base.name]
