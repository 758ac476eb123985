"""What is due by a date: by the calendar, else by the season of earlier full years, else by days elapsed."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import Literal

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Calendrier
from rqds_metrics.regles.series import Serie, cumul, full_year

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


def due_count(calendrier: Calendrier, exercice: Exercice, jour: date) -> int:
    """How many are due at the end of `jour`.

    Where fewer are needed than there are dates (ten newsletters, eleven months), any of them may be the one skipped:
    the slack is granted from the start.
    """
    dates = due_dates(calendrier, exercice)
    needed = calendrier.attendus or len(dates)
    return max(sum(d <= jour for d in dates) - (len(dates) - needed), 0)


def seasonal_share(serie: Serie, exercice: Exercice, jour: date, au: date) -> float | None:
    """Mean share of their total that the earlier full years had reached by the same date; None without one."""
    shares = []
    for year in range(2022, exercice.annee):
        earlier = Exercice(year)
        if full_year(serie, earlier, au):
            shares.append(cumul(serie, earlier, earlier.same_day(jour)) / cumul(serie, earlier, earlier.fin))
    return fmean(shares) if shares else None


def attendu_of(
    cible: float, serie: Serie, calendrier: Calendrier | None, exercice: Exercice, jour: date, au: date
) -> Attendu:
    """What of a yearly total is due at the end of `jour`, the date of the last data."""
    if calendrier:
        needed = calendrier.attendus or len(calendrier.mois)
        return Attendu(cible * due_count(calendrier, exercice, jour) / needed, "calendrier")
    share = seasonal_share(serie, exercice, jour, au)
    if share is not None:
        return Attendu(cible * share, "saison")
    return Attendu(cible * exercice.rang(jour) / exercice.jours, "jours")
