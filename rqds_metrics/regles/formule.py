"""A small formula of other indicators, as one series: their sum, or their sum divided by that of others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from rqds_metrics.exercice import Exercice
from rqds_metrics.regles.series import Serie
from rqds_metrics.regles.vivant import Span, merge


class Operande(NamedTuple):
    """The series of an indicator; `niveau`: its last value counts (stock), else its values add up over the year."""

    serie: Serie
    niveau: bool


def sum_of(operandes: Sequence[Operande]) -> Serie:
    """Numbers put together: they add up over the year as each of them does."""
    rows: list[tuple[date, date, float | None, float | None, float]] = [
        (date.fromordinal(int(d)), date.fromordinal(int(f)), None if np.isnan(v) else float(v), None, float(n))
        for o in operandes
        for d, f, v, n in zip(o.serie.debut, o.serie.fin, o.serie.num, o.serie.n, strict=True)
    ]
    covered = [o.serie.couvert for o in operandes]
    known = [c for c in covered if c is not None]
    return Serie.of(rows, _common(known) if len(known) == len(covered) else None)


def _common(spans: Sequence[tuple[Span, ...]]) -> tuple[Span, ...]:
    """The days that all of them cover."""
    common = list(spans[0])
    for other in spans[1:]:
        common = [
            Span(max(a.debut, b.debut), min(a.fin, b.fin))
            for a in common
            for b in other
            if a.debut <= b.fin and b.debut <= a.fin
        ]
    return tuple(merge(common))


def level_of(numerateur: Sequence[Operande], denominateur: Sequence[Operande] = ()) -> Serie:
    """Where the formula stands each time that one of its parts moves; the last point of a year is the year's value.

    A number counts since 1 July, a level by its last value. No point where a part is unknown or the divisor is zero.
    """
    moments = sorted({
        (int(f), int(d)) for o in (*numerateur, *denominateur) for d, f in zip(o.serie.debut, o.serie.fin, strict=True)
    })  # fmt: skip
    rows: dict[date, tuple[date, date, float | None, float | None, float]] = {}
    for fin, debut in moments:
        end = date.fromordinal(fin)
        top, under = _total(numerateur, end), _total(denominateur, end) if denominateur else 1.0
        if top is None or not under:
            continue
        rows[end] = (date.fromordinal(debut), end, top / under, None, 1.0)
    return Serie.of(list(rows.values()))


def _total(operandes: Sequence[Operande], end: date) -> float | None:
    """What the parts are worth together at the end of a day; None as soon as one is unknown."""
    total = 0.0
    for o in operandes:
        value = _last(o.serie, end) if o.niveau else _since_july(o.serie, end)
        if value is None:
            return None
        total += value
    return total


def _last(serie: Serie, end: date) -> float | None:
    """The newest level that began by `end`."""
    known = (serie.debut <= end.toordinal()) & ~np.isnan(serie.num)
    if not known.any():
        return None
    return float(serie.num[known][np.argmax(serie.debut[known])])


def _since_july(serie: Serie, end: date) -> float | None:
    part = serie.within(Exercice.of(end).debut, end)
    return float(np.nansum(part.num)) if len(part) and not np.isnan(part.num).all() else None
