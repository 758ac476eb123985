"""The lines of an indicator's page: this year against what is due and last year, month by month."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

import numpy as np

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Indicateur
from rqds_metrics.regles.attendu import attendu_of
from rqds_metrics.regles.projection import Point
from rqds_metrics.regles.series import covered_days, cumul, month_ends
from rqds_metrics.resultats import Calcul, Resultat

Ligne = list[float | None]


@dataclass(frozen=True)
class Courbes:
    """Twelve month ends, and what each line is worth at each of them; None where it does not go.

    `derniere`: the date of the last data, when it falls inside a month (its point stands at that date).
    """

    mois: list[date]
    valeur: Ligne
    an_dernier: Ligne
    attendu: Ligne
    projection: Ligne
    bas: Ligne
    haut: Ligne
    cumule: bool


def month_end(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def courbes_of(calcul: Calcul, r: Resultat) -> Courbes:
    """The lines of a number (cumulated), a stock (its level) or a rate (since 1 July)."""
    exercice, indicateur = r.exercice, r.indicateur
    ends = list(month_ends(exercice))
    before = exercice.precedent
    valeur = [_at(calcul, indicateur, exercice, end, r.donnees_au) for end in ends]
    last_year = calcul.value(indicateur, before).valeur is not None
    an_dernier = [
        _at(
            calcul,
            indicateur,
            before,
            before.same_day(end) if end.month != 2 else month_end(before.same_day(end)),
            None,
        )
        if last_year
        else None
        for end in ends
    ]
    attendu: Ligne = [None] * 12
    if r.cible is not None:
        attendu = [_due(calcul, r, end) for end in ends]
    return Courbes(ends, valeur, an_dernier, attendu, *_projection(r, ends, valeur), cumule=indicateur.type == "nombre")


def _at(calcul: Calcul, indicateur: Indicateur, exercice: Exercice, end: date, last: date | None) -> float | None:
    """The value at the end of a month; None after the last data, or before the first."""
    limit = min(calcul.au, last) if last else calcul.au
    if end.replace(day=1) > limit:
        return None
    serie = calcul.serie(indicateur)
    if indicateur.type == "nombre":
        known = serie.year(exercice, end)
        covered = serie.couvert is not None and covered_days(serie.couvert, exercice.debut, end) > 0
        return cumul(serie, exercice, end) if len(known) or covered else None
    part = serie.year(exercice, min(end, limit))
    if not len(part) or np.isnan(part.num).all():
        return None
    if indicateur.type == "stock" or np.isnan(part.den).all():
        return float(part.num[~np.isnan(part.num)][-1])
    total = float(np.nansum(part.den))
    return float(np.nansum(part.num)) / total if total else None


def _due(calcul: Calcul, r: Resultat, end: date) -> float | None:
    assert r.cible is not None
    if r.indicateur.type == "taux":
        return r.cible
    if r.indicateur.type == "stock":
        start = calcul.value(r.indicateur, r.exercice.precedent).valeur
        return r.cible if start is None else start + (r.cible - start) * r.exercice.rang(end) / r.exercice.jours
    calendrier = calcul.plan.calendrier_of(r.indicateur)
    return attendu_of(
        r.cible,
        calcul.serie(r.indicateur),
        calendrier,
        r.exercice,
        end,
        calcul.au,
        calcul.skips(r.indicateur, r.exercice),
    ).valeur


def _projection(r: Resultat, ends: list[date], valeur: Ligne) -> tuple[Ligne, Ligne, Ligne]:
    """The pace kept to 30 June, and the two sides of its range: from the last point known, month end by month end."""
    lines: tuple[Ligne, Ligne, Ligne] = ([None] * 12, [None] * 12, [None] * 12)
    if r.projection is None:
        return lines
    joint = max((k for k, v in enumerate(valeur) if v is not None), default=-1)
    by_end = {p.jour: p for p in r.projection.points}
    for k, end in enumerate(ends):
        if k == joint:
            for line in lines if r.projection.bas is not None else lines[:1]:
                line[k] = valeur[k]
        elif k > joint and (p := _reached(by_end, end)):
            lines[0][k], lines[1][k], lines[2][k] = p.valeur, p.bas, p.haut
    return lines


def _reached(points: dict[date, Point], end: date) -> Point | None:
    """The point of the day, or the last one before it (a calendar has no point in the months that it leaves out)."""
    return points[max(known)] if (known := [d for d in points if d <= end]) else None
