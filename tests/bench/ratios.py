"""Taking turns, and saying what came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter
from typing import TypeVar

Times = list[float]  # milliseconds
T = TypeVar("T")


def timed(work: Callable[[], object]) -> float:
    """How long `work` takes, in milliseconds."""
    start = perf_counter()
    work()
    return (perf_counter() - start) * 1000


def in_turns(rounds: int, ways: Mapping[str, Callable[[], T]]) -> dict[str, list[T]]:
    """What each way gives, once a round, in an order that changes every round."""
    names = list(ways)
    found: dict[str, list[T]] = {name: [] for name in names}
    for turn in range(rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            found[name].append(ways[name]())
    return found


def p95(times: Times) -> float:
    """The time that 19 in 20 stay under (nearest rank)."""
    ranked = sorted(times)
    return ranked[max(-(-len(ranked) * 95 // 100) - 1, 0)]


def title(text: str) -> None:
    print(f"\n{text}", flush=True)


def say(what: str, value: float, against: str, other: float, aim: float | None = None) -> None:
    """One line: the ratio, what it is made of, and its aim."""
    ratio = value / other
    verdict = "" if aim is None else f"  visé ≤ {aim:g}  {'ok' if ratio <= aim else 'MANQUÉ'}"
    print(f"  {ratio:6.2f} ×  {what} {value:.0f} ms / {against} {other:.0f} ms{verdict}", flush=True)


def say_medians(what: str, times: Times, against: str, others: Times, aim: float | None = None) -> None:
    say(what, median(times), against, median(others), aim)
