"""What is due by a date: by the calendar, else by the season of earlier full years, else by days elapsed."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import Literal

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Calendrier
from rqds_metrics.regles.series import Serie, cumul, earlier_years, full_year, full_years

Methode = Literal["calendrier", "saison", "jours", "seuil", "echeance"]


@dataclass(frozen=True)
class Attendu:
    valeur: float | None
    methode: Methode | None


def due_dates(calendrier: Calendrier, exercice: Exercice) -> list[date]:
    """The days on which something is due in the year, in order."""
    out = []
    for first in exercice.mois():
        if first.month not in calendrier.mois:
            continue
        last = first.replace(day=monthrange(first.year, first.month)[1])
        if calendrier.regle == "dernier_mercredi":
            last -= timedelta(days=(last.weekday() - 2) % 7)
        out.append(last)
    return out


def skipped(calendrier: Calendrier, sautes: Collection[int]) -> set[int]:
    """The months that may indeed be skipped, of those named: no more than the calendar leaves free."""
    free = len(calendrier.mois) - (calendrier.attendus or len(calendrier.mois))
    return set([m for m in calendrier.mois if m in sautes][:free])


def due_count(calendrier: Calendrier, exercice: Exercice, jour: date, sautes: Collection[int] = ()) -> int:
    """How many are due at the end of `jour`.

    Where fewer are needed than there are dates (ten newsletters, eleven months), any of them may be the one skipped:
    the slack is granted from the start, until the direction names the month (`sautes`).
    """
    named = skipped(calendrier, sautes)
    dates = [d for d in due_dates(calendrier, exercice) if d.month not in named]
    needed = calendrier.attendus or len(dates)
    return max(sum(d <= jour for d in dates) - (len(dates) - needed), 0)


def seasonal_share(serie: Serie, exercice: Exercice, jour: date, au: date) -> float | None:
    """Mean share of their total that the earlier full years had reached by the same date; None without one."""
    shares = [cumul(serie, e, e.same_day(jour)) / cumul(serie, e, e.fin) for e in full_years(serie, exercice, au)]
    return fmean(shares) if shares else None


def methode_of(serie: Serie, calendrier: Calendrier | None, exercice: Exercice, au: date) -> Methode:
    """How what is due of a yearly total is told."""
    if calendrier:
        return "calendrier"
    return "saison" if any(full_year(serie, e, au) for e in earlier_years(exercice)) else "jours"


def attendu_of(
    cible: float,
    serie: Serie,
    calendrier: Calendrier | None,
    exercice: Exercice,
    jour: date,
    au: date,
    sautes: Collection[int] = (),
) -> Attendu:
    """What of a yearly total is due at the end of `jour`, the date of the last data."""
    if calendrier:
        needed = calendrier.attendus or len(calendrier.mois)
        return Attendu(cible * due_count(calendrier, exercice, jour, sautes) / needed, "calendrier")
    share = seasonal_share(serie, exercice, jour, au)
    if share is not None:
        return Attendu(cible * share, "saison")
    return Attendu(cible * exercice.rang(jour) / exercice.jours, "jours")
