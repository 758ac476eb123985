"""Where a total will stand on 30 June at the present pace, and the range that holds it eight times out of ten.

The year is cut into bins (months, or the slots of a calendar). The share of the year that each bin weighs comes from
the calendar, from earlier full years, or from the days, as for what is due. The total is the value so far over the
share done. Its range comes from how far the bins of earlier years, and those of this year so far, fall from their
share: their variance is taken as phi x (m + m²/40) around a mean m, close to counting noise for small figures and to a
proportion of large ones. What remains then has the variance of its own bins, that of the level it is scaled by, and
that of the shares when they come from few years; Student's quantile and a log-normal shape keep it above zero.
`python -m tests.bench projection` measures how often the range holds the truth.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Calendrier
from rqds_metrics.regles.attendu import Methode, due_count, due_dates, skipped
from rqds_metrics.regles.rupture import inside
from rqds_metrics.regles.series import Jours, Nombres, Serie, cumuls, full_years, month_ends

PROJETABLE = 0.15  # share of the year that must be done before its end is projected: less says nothing
PART_SANS_PASSE = (
    0.5  # without a full year behind, the months to come are not known: half the year is asked for a range
)
MOIS_SANS_PASSE = 4  # and that many bins, to know how much they vary
_PROPORTION = 40.0  # phi = 1 is then counting noise for small figures, and 16 % of large ones
_PRIOR, _PRIOR_DF = 0.3, 1.0  # what phi is held to be before anything was seen, and how many observations that is worth
_POIDS = 2.0  # observations that the reading bin by bin is worth beside the one on running totals
_DF_TOTAUX = 3.4  # those that the running totals of one year are worth (as the Anderson-Darling statistic's)
_SANS_PASSE = 1.6  # how much more the months to come vary when no year says which are high


class Point(NamedTuple):
    """The projection at the end of `jour`; `bas`, `haut`: its range, None where it is not known."""

    jour: date
    valeur: float
    bas: float | None
    haut: float | None


SANS_PASSE = "aucun exercice complet ne dit encore comment l'année se répartit"
RIEN_APRES = "les exercices passés n'ont rien compté après cette date"


@dataclass(frozen=True)
class Projection:
    """Points at the ends of the months to come; the last one is 30 June. `raison`: why there is no range."""

    points: tuple[Point, ...]
    methode: Methode
    raison: str | None = None

    @property
    def valeur(self) -> float:
        return self.points[-1].valeur

    @property
    def bas(self) -> float | None:
        return self.points[-1].bas

    @property
    def haut(self) -> float | None:
        return self.points[-1].haut


@dataclass(frozen=True)
class _Bins:
    """Ends of the bins of the year (ordinals), how many are done, and the share of each one."""

    fins: Jours
    faits: int
    parts: Nombres
    methode: Methode


def _variance(mean: Nombres) -> Nombres:
    return mean + mean**2 / _PROPORTION


def t90(df: float) -> float:
    """The 0.90 quantile of Student's law (Cornish-Fisher expansion, good to 1 % from 2 degrees of freedom up)."""
    z = 1.2815515655446004
    return (
        z
        + (z**3 + z) / (4 * df)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * df**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * df**3)
    )


def _calendar_bins(calendrier: Calendrier, exercice: Exercice, jour: date, sautes: Collection[int]) -> _Bins | None:
    """One bin a due date; the last one done runs to `jour`, the last of all to 30 June."""
    named = skipped(calendrier, sautes)
    dates = [d for d in due_dates(calendrier, exercice) if d.month not in named]
    needed = calendrier.attendus or len(dates)
    passed, due = sum(d <= jour for d in dates), due_count(calendrier, exercice, jour, sautes)
    if not due or passed == len(dates):
        return None
    ends = [*dates[: passed - 1], jour, *dates[passed:-1], exercice.fin]
    parts = [due / needed / passed] * passed + [(1 - due / needed) / (len(dates) - passed)] * (len(dates) - passed)
    return _Bins(np.array([d.toordinal() for d in ends]), passed, np.array(parts), "calendrier")


def _month_ends(exercice: Exercice, jour: date) -> tuple[list[date], int]:
    ends = month_ends(exercice)
    done = [d for d in ends if d <= jour]
    if not done or done[-1] < jour:
        done.append(jour)
    return done + [d for d in ends if d > jour], len(done)


def _like(day: date, of: Exercice, year: Exercice) -> date:
    """The same day of another year; the end of a month stays the end of the month."""
    ends = month_ends(of)
    return month_ends(year)[ends.index(day)] if day in ends else year.same_day(day)


def _increments(serie: Serie, exercice: Exercice, fins: Jours) -> Nombres:
    return np.diff(cumuls(serie, exercice, fins), prepend=0.0)


def projection_of(
    serie: Serie,
    calendrier: Calendrier | None,
    exercice: Exercice,
    jour: date,
    au: date,
    sautes: Collection[int] = (),
) -> Projection | None:
    """The total of the year at 30 June, from what is known at the end of `jour` (the date of the last data).

    None when the year is over, nothing was counted yet, less than PROJETABLE of the year is done, or the year is not
    counted one way throughout. `sautes`: see due_count.
    """
    if jour >= exercice.fin or exercice.closed(au) or inside(serie.ruptures, exercice):
        return None
    years = full_years(serie, exercice, au)
    ends, done = _month_ends(exercice, jour)
    past = np.empty((0, len(ends)))
    bins: _Bins | None
    if calendrier:
        bins = _calendar_bins(calendrier, exercice, jour, sautes)
        if bins is None:
            return None
        ends = [date.fromordinal(int(d)) for d in bins.fins]
        done = bins.faits
    if years:
        past = np.array(
            [_increments(serie, y, np.array([_like(d, exercice, y).toordinal() for d in ends])) for y in years]
        )
        past = np.maximum(past, 0.0)
    if not calendrier:
        fins = np.array([d.toordinal() for d in ends])
        if years:
            bins = _Bins(fins, done, (past / past.sum(axis=1, keepdims=True)).mean(axis=0), "saison")
        else:
            spans = np.diff(fins, prepend=exercice.debut.toordinal() - 1)
            bins = _Bins(fins, done, spans / spans.sum(), "jours")
    assert bins is not None
    return _project(serie, exercice, bins, past)


def _project(serie: Serie, exercice: Exercice, bins: _Bins, past: Nombres) -> Projection | None:
    k, parts = bins.faits, bins.parts
    mine = np.maximum(_increments(serie, exercice, bins.fins[:k]), 0.0)
    value, share = float(mine.sum()), float(parts[:k].sum())
    if value <= 0 or share < PROJETABLE:
        return None
    level = value / share
    learnt = 1 + 1 / len(past) if bins.methode == "saison" else 1.0  # the shares are themselves a mean of few years
    phi, df = _noise(bins, past, mine, level, learnt)
    raison = None
    if bins.methode == "jours" and (share < PART_SANS_PASSE or k < MOIS_SANS_PASSE):
        raison = SANS_PASSE
    elif parts[k:].sum() <= 0:
        raison = RIEN_APRES
    counts = bool((np.mod(serie.num[~np.isnan(serie.num)], 1) == 0).all())
    of_level = phi * learnt * float(_variance(level * parts[:k]).sum()) / share**2
    points = []
    for j in range(k, len(parts)):
        rest = float(parts[k : j + 1].sum())
        low = high = None
        if raison is None and rest > 0:
            variance = phi * learnt * float(_variance(level * parts[k : j + 1]).sum()) + of_level * rest**2
            low, high = _range(value, level * rest, variance, df, counts)
        points.append(Point(date.fromordinal(int(bins.fins[j])), value + level * rest, low, high))
    return Projection(tuple(points), bins.methode, raison)


def _noise(bins: _Bins, past: Nombres, mine: Nombres, level: float, learnt: float) -> tuple[float, float]:
    """(phi, its degrees of freedom), from the residuals of earlier years and of this year so far.

    Bin by bin first; then on running totals, whose residuals also see months that make up for one another, or that
    follow each other. The second reading wins as years come in.
    """
    n, seen = len(past), bins.parts > 0
    now = seen[: bins.faits]
    shared = 1 - 1 / n if n and bins.methode == "saison" else 1.0  # shares that are the years' own mean hide some noise
    runs = [(year[seen], year.sum() * bins.parts[seen], shared, 1.0) for year in past]
    runs.append((mine[now], level * bins.parts[: bins.faits][now], 1.0, learnt))
    alone, df_alone, joined, df_joined = _PRIOR * _PRIOR_DF, _PRIOR_DF, 0.0, 0.0
    for found, mean, free, factor in runs:
        if len(mean) < 2:
            continue
        variance = _variance(mean)
        alone += float(((found - mean) ** 2 / variance).sum()) / factor
        df_alone += free * (len(mean) - 1)
        done = (np.cumsum(variance) / variance.sum())[:-1]
        gaps = np.cumsum(found - mean)[:-1] ** 2 / (variance.sum() * done * (1 - done))
        df = min(0.5 + 0.5 * len(gaps), _DF_TOTAUX)
        joined += df * float(gaps.mean()) / factor
        df_joined += free * df
    phi = (joined + _POIDS * alone / df_alone) / (df_joined + _POIDS)
    return phi * (_SANS_PASSE if bins.methode == "jours" else 1.0), df_joined + _POIDS


def _range(value: float, more: float, variance: float, df: float, counts: bool) -> tuple[float, float]:
    """Student on the logarithm of what remains: never below what is already counted.

    A count is whole: the range is drawn in to whole numbers, and holds « nothing more » where that has its chance.
    """
    s = math.sqrt(math.log1p(variance / more**2))
    low, high = (value + more * math.exp(-s * s / 2 + sign * t90(df) * s) for sign in (-1, 1))
    if not counts:
        return low, high
    low = value if _nothing(more, variance) > 0.2 else float(math.ceil(low))
    high, middle = float(math.floor(high)), float(round(value + more))
    return (low, high) if low <= high else (middle, middle)


def _nothing(mean: float, variance: float) -> float:
    """The chance of a count of zero: negative binomial, Poisson or binomial by its variance."""
    ratio = variance / mean
    return math.exp(-mean) if abs(ratio - 1) < 1e-6 else ratio ** (-mean / (ratio - 1))
