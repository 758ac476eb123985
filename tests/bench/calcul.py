"""`resultats()` for the whole plan, in this process: from memory, and after the base has changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from statistics import median

from rqds_metrics.exercice import exercices_du_plan
from rqds_metrics.resultats import resultats
from tests.bench.ratios import in_turns, say, timed, title

AIM = 50.0  # ms


def measure(folder: Path, base: Path, rounds: int) -> None:
    title("Calcul : resultats() de tout le plan, devant 50 ms")
    year = exercices_du_plan()[-1]

    def cold(work: Callable[[], object]) -> float:
        os.utime(base)  # what is kept in memory hangs on the file's stamp
        return timed(work)

    def one() -> object:
        return resultats(year, base=base)

    def five() -> object:
        return resultats(base=base)

    five()
    warm = in_turns(rounds, {"un exercice": lambda: timed(one), "cinq exercices": lambda: timed(five)})
    for name, times in warm.items():
        say(f"{name}, à chaud", median(times), "", AIM, 1)
    fresh = in_turns(rounds, {"un exercice": lambda: cold(one), "cinq exercices": lambda: cold(five)})
    for name, times in fresh.items():
        say(f"{name}, base relue", median(times), "", AIM)
