"""The figures of one indicator through time, as arrays that the rules read."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt

from rqds_metrics.exercice import PREMIER, Exercice
from rqds_metrics.regles.rupture import Rupture, inside
from rqds_metrics.regles.vivant import Span

Jours = npt.NDArray[np.int64]
Nombres = npt.NDArray[np.float64]


def _vide_j() -> Jours:
    return np.empty(0, dtype=np.int64)


def _vide_n() -> Nombres:
    return np.empty(0, dtype=np.float64)


@dataclass(frozen=True)
class Serie:
    """Figures in order of time.

    `debut`, `fin`: proleptic ordinals of the days each figure speaks of. `num`, `den`: what it brings to the
    numerator and the denominator (nan where missing). `n`: observations behind it. `couvert`: days that the source
    has spoken for, sorted and disjoint; None when only events count and a silent day means nothing. `releve_seul`:
    the day of a snapshot that no other can be compared with, and so tells no figure. `ruptures`: days from which
    figures are not counted as before. `connu`: of events that lists name one by one, the day of the newest list: what
    it does not name had not happened.
    """

    debut: Jours = field(default_factory=_vide_j)
    fin: Jours = field(default_factory=_vide_j)
    num: Nombres = field(default_factory=_vide_n)
    den: Nombres = field(default_factory=_vide_n)
    n: Nombres = field(default_factory=_vide_n)
    couvert: tuple[Span, ...] | None = None
    releve_seul: date | None = None
    ruptures: tuple[Rupture, ...] = ()
    connu: date | None = None

    @classmethod
    def of(
        cls,
        rows: list[tuple[date, date, float | None, float | None, float]],
        couvert: tuple[Span, ...] | None = None,
    ) -> Serie:
        """From (debut, fin, numerateur, denominateur, n) rows, in any order."""
        rows = sorted(rows, key=lambda r: (r[1], r[0]))

        def numbers(k: int) -> Nombres:
            return np.array([np.nan if r[k] is None else float(r[k]) for r in rows], dtype=np.float64)  # type: ignore[arg-type]

        return cls(
            np.array([r[0].toordinal() for r in rows], dtype=np.int64),
            np.array([r[1].toordinal() for r in rows], dtype=np.int64),
            numbers(2),
            numbers(3),
            numbers(4),
            couvert,
        )

    def within(self, debut: date, fin: date) -> Serie:
        """The figures whose last day is in debut..fin."""
        first, after = np.searchsorted(self.fin, (debut.toordinal(), fin.toordinal() + 1))
        return self._keep(slice(int(first), int(after)))

    def year(self, exercice: Exercice, au: date) -> Serie:
        """The figures of a fiscal year that speak of days up to `au`: one that spans the whole year is there."""
        part = self.within(exercice.debut, exercice.fin)
        keep = part.debut <= au.toordinal()
        return part if keep.all() else part._keep(keep)

    def _keep(self, keep: npt.NDArray[np.bool_] | slice) -> Serie:
        return Serie(
            self.debut[keep], self.fin[keep], self.num[keep], self.den[keep], self.n[keep], self.couvert,
            self.releve_seul, self.ruptures, self.connu,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.fin)


def cumul(serie: Serie, exercice: Exercice, jour: date) -> float:
    """Σ numerators of the year up to the end of `jour`; a figure that spans `jour` counts for its share of days."""
    part = serie.within(exercice.debut, exercice.fin)
    if not len(part):
        return 0.0
    if jour >= exercice.fin:
        return float(np.nansum(part.num))
    spans = part.fin - part.debut + 1
    elapsed = np.clip(jour.toordinal() - part.debut + 1, 0, spans)
    return float(np.nansum(part.num * elapsed / spans))


def month_total(serie: Serie, debut: date, fin: date) -> float | None:
    """Σ numerators of the days debut..fin; a figure that spans more of them counts for its share, to the unit.

    None when no figure speaks of these days.
    """
    first, last = debut.toordinal(), fin.toordinal()
    part = serie._keep((serie.fin >= first) & (serie.debut <= last) & ~np.isnan(serie.num))
    if not len(part):
        return None
    spans = part.fin - part.debut + 1
    inside = np.minimum(part.fin, last) - np.maximum(part.debut, first) + 1
    total = float((part.num * inside / spans).sum())
    return total if (inside == spans).all() else float(round(total))


def cumuls(serie: Serie, exercice: Exercice, jours: Jours) -> Nombres:
    """`cumul` at the end of each of `jours` (ordinals)."""
    part = serie.within(exercice.debut, exercice.fin)
    spans = part.fin - part.debut + 1
    elapsed = np.clip(jours[:, None] - part.debut + 1, 0, spans)
    total: Nombres = np.nansum(part.num * elapsed / spans, axis=1)
    return total


@cache
def month_ends(exercice: Exercice) -> tuple[date, ...]:
    """The last days of its twelve months."""
    return tuple(first.replace(day=monthrange(first.year, first.month)[1]) for first in exercice.mois())


def covered_days(spans: tuple[Span, ...], debut: date, fin: date) -> int:
    """How many days of debut..fin the spans hold."""
    return sum(max((min(s.fin, fin) - max(s.debut, debut)).days + 1, 0) for s in spans)


def last_day(serie: Serie, exercice: Exercice, au: date) -> date | None:
    """The date of the last data of the year: last covered day, last event or list of them; None without data."""
    end = min(exercice.fin, au)
    if serie.couvert is not None:
        days = [min(s.fin, end) for s in serie.couvert if s.debut <= end and s.fin >= exercice.debut]
        return max(days, default=None)
    part = serie.year(exercice, au)
    days = [date.fromordinal(int(part.fin.max()))] if len(part) else []
    if serie.connu and serie.connu >= exercice.debut and len(serie) and serie.debut[0] <= exercice.fin.toordinal():
        days.append(serie.connu)
    return min(max(days), end) if days else None


def couverture(serie: Serie, exercice: Exercice, au: date) -> float | None:
    """Share of days covered, from 1 July to the last data (to 30 June once the year is closed); None for events."""
    if serie.couvert is None:
        return None
    end = exercice.fin if exercice.closed(au) else last_day(serie, exercice, au)
    if end is None:
        return None
    return covered_days(serie.couvert, exercice.debut, end) / exercice.rang(end)


def full_year(serie: Serie, exercice: Exercice, au: date) -> bool:
    """A closed year with data, counted one way, no day missing where days count: it may serve as a model of a year."""
    if not exercice.closed(au) or inside(serie.ruptures, exercice) or cumul(serie, exercice, exercice.fin) <= 0:
        return False
    return couverture(serie, exercice, au) in (None, 1.0)


def earlier_years(exercice: Exercice) -> list[Exercice]:
    """The years of the plan before this one, the oldest first."""
    return [Exercice(year) for year in range(PREMIER, exercice.annee)]


def full_years(serie: Serie, exercice: Exercice, au: date) -> list[Exercice]:
    """Those that may serve as models of this one."""
    return [e for e in earlier_years(exercice) if full_year(serie, e, au)]
