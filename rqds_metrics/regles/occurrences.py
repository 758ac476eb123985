"""What a calendar asks for, date by date: each one on time, late, missed or not due."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Calendrier
from rqds_metrics.regles.attendu import due_dates, skipped
from rqds_metrics.regles.series import Serie, last_day, month_ends

EtatOccurrence = Literal["a_temps", "en_retard", "manquee", "non_due"]
Evenement = tuple[date, date]  # its first and last day
UN_JOUR = timedelta(days=1)


@dataclass(frozen=True)
class Occurrence:
    """One dated expectation.

    `fait_le`: the day it was met; None while it is not, or when only its month is known (`mois_seul`).
    `sautee`: the one month that may be skipped was this one: « non due », and nothing is missing.
    """

    echeance: date
    etat: EtatOccurrence
    fait_le: date | None = None
    mois_seul: bool = False
    sautee: bool = False

    @property
    def faite(self) -> bool:
        return self.fait_le is not None or self.mois_seul


def events_of(serie: Serie, exercice: Exercice, au: date) -> list[Evenement]:
    """The first and last day of what happened in the year, up to `au`, in order. A zero is not an event."""
    part = serie.year(exercice, au)
    happened = np.where(np.isnan(part.den), part.num, part.den) > 0
    days = zip(part.debut[happened], part.fin[happened], strict=True)
    return [(date.fromordinal(int(a)), date.fromordinal(int(b))) for a, b in days if b <= au.toordinal()]


def known_until(serie: Serie, exercice: Exercice, au: date, retard_jours: int) -> date:
    """The day up to which silence means that nothing happened.

    That of the last data; or the end of a month whose files are late by more than `retard_jours` days.
    """
    over = [d for d in month_ends(exercice) if d + timedelta(days=retard_jours) < au]
    listed = [min(serie.connu, exercice.fin, au)] if serie.connu else []
    return max([exercice.debut - UN_JOUR, *over, *listed, *filter(None, [last_day(serie, exercice, au)])])


def occurrences_of(
    calendrier: Calendrier,
    exercice: Exercice,
    events: Iterable[Evenement],
    connu: date,
    au: date,
    sautes: Collection[int] = (),
) -> list[Occurrence]:
    """The expectations of the year, in order.

    Each takes the first event of its month, up to the due date: on time. For want of one, what comes after it and is
    not the next date's: late. A month without a date serves the date before it, else the one after. Past due and not
    met: late until the next due date, then missed. Where fewer are needed than there are dates, those of `sautes`
    (months, as the direction names them) are not due; as long as none is named, the first not met is the one skipped.

    Args:
        events: first and last day of each thing that happened.
        connu: see `known_until`; what is due after it is not due yet, unless it is met.
    """
    dates = due_dates(calendrier, exercice)
    taken = _assign(dates, sorted(events, key=lambda e: (e[1], e[0])))
    named = skipped(calendrier, sautes)
    free = len(dates) - (calendrier.attendus or len(dates)) - len(named)
    out = []
    for rank, due in enumerate(dates):
        event = taken[rank]
        after = dates[rank + 1] if rank + 1 < len(dates) else exercice.fin + UN_JOUR
        if event:
            first, last = event
            late = first > due
            out.append(
                Occurrence(due, "en_retard" if late else "a_temps", last if first == last else None, first != last)
            )
        elif due.month in named:
            out.append(Occurrence(due, "non_due", sautee=True))
        elif due > connu:
            out.append(Occurrence(due, "non_due"))
        elif free:
            free -= 1
            out.append(Occurrence(due, "non_due", sautee=True))
        else:
            out.append(Occurrence(due, "manquee" if connu >= after or au > exercice.fin else "en_retard"))
    return out


def _assign(dates: list[date], events: list[Evenement]) -> list[Evenement | None]:
    """Which event meets each date. Taken day by day, so that what comes later never undoes what was on time."""
    out: list[Evenement | None] = [None] * len(dates)
    for event in events:
        first = event[0]
        after = next((k for k, due in enumerate(dates) if due >= first), len(dates))  # the date it comes before
        before = after - 1
        open_before = before >= 0 and out[before] is None
        own = after < len(dates) and _same_month(first, dates, after)
        if own and out[after] is None:
            out[after] = event
        elif own and open_before:  # two in the month: the first one was the previous date's, late
            out[before], out[after] = out[after], event
        elif open_before:
            out[before] = event
        elif not own and after < len(dates) and out[after] is None and not _same_month(first, dates, before):
            out[after] = event
    return out


def _same_month(day: date, dates: list[date], rank: int) -> bool:
    return rank >= 0 and (day.year, day.month) == (dates[rank].year, dates[rank].month)
