"""Breaks in a series: from a day on, another tool or another definition; the two sides do not compare."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from rqds_metrics.exercice import Exercice


class Rupture(NamedTuple):
    """Figures from `date` on are not counted as those before. `raison`, as it ends a sentence: « changement d'outil »."""

    date: date
    raison: str


def between(ruptures: Iterable[Rupture], exercice: Exercice, au: date) -> Rupture | None:
    """The latest break known on the day `au` that keeps this year from being compared with the one before."""
    found = [r for r in ruptures if exercice.precedent.debut < r.date <= min(exercice.fin, au)]
    return max(found, default=None)


def inside(ruptures: Iterable[Rupture], exercice: Exercice) -> bool:
    """Is the year itself made of two sides."""
    return any(exercice.debut < r.date <= exercice.fin for r in ruptures)
