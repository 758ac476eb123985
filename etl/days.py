"""What sources of daily rows share: stretches of days, and those that are missing between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from etl.source import Constat
from rqds_metrics.regles.formats import jour


def runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Stretches of days that follow each other. `days` are sorted, each there once."""
    start = previous = None
    for day in days:
        if start is None or previous is None:
            start = day
        elif day > previous + timedelta(days=1):
            yield start, previous
            start = day
        previous = day
    if start and previous:
        yield start, previous


def holes(stretches: Sequence[tuple[date, date]]) -> list[Constat]:
    """How many days are missing between the first and the last; empty when none is."""
    missing = sum((b[0] - a[1]).days - 1 for a, b in pairwise(stretches))
    if not missing:
        return []
    first = jour(stretches[0][1] + timedelta(days=1))
    note = (
        f"{missing} jours manquent entre le premier et le dernier jour du fichier, à partir du {first}."
        if missing > 1
        else f"Il manque un jour dans le fichier : le {first}."
    )
    return [Constat("jours_absents", "avertissement", note, remede="Refaites l'export pour toute la période.")]
