"""Two years side by side, and two indicators on one time line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from rqds_metrics.cloture import chiffre_of, last_day
from rqds_metrics.exercice import exercices_du_plan
from rqds_metrics.plan import Indicateur
from rqds_metrics.resultats import Calcul, Resultat

Sens = Literal["mieux", "moins_bien", "egal", "incomparable"]
# Two statuses compare by what they say of the target, whether the year is over or not.
_RANGS = {"atteinte": 3, "en_voie": 2, "presque": 2, "a_surveiller": 1, "en_retard": 0, "non_atteinte": 0}


@dataclass(frozen=True)
class Paire:
    """One indicator in two years. `sens` is of its status: values of a year in progress do not compare with a whole."""

    avant: Resultat
    apres: Resultat
    sens: Sens


def paires(before: list[Resultat], after: list[Resultat]) -> list[Paire]:
    """Every indicator that is in both, in the plan's order."""
    old = {r.id: r for r in before}
    return [Paire(old[r.id], r, sens_of(old[r.id], r)) for r in after if r.id in old]


def sens_of(avant: Resultat, apres: Resultat) -> Sens:
    """Did the status get better or worse; not told where one of the two is not evaluated, nor across a break."""
    a, b = _RANGS.get(avant.statut), _RANGS.get(apres.statut)
    if a is None or b is None or (apres.rupture and avant.exercice == apres.exercice.precedent):
        return "incomparable"
    if "en_voie" in (pair := {avant.statut, apres.statut}) and pair & {"atteinte", "presque"}:
        return "egal"  # on its way, it may still end reached, or nearly: the year is not over
    return "mieux" if b > a else "moins_bien" if b < a else "egal"


@dataclass(frozen=True)
class Ligne:
    """An indicator month by month; None where nothing is known. Rates are fractions."""

    indicateur: Indicateur
    mois: list[date]
    valeurs: list[float | None]


def ligne_of(calcul: Calcul, indicateur: Indicateur) -> Ligne:
    """Each month of the plan up to the day looked from: its own figure (a level: as the month left it)."""
    months = [m for e in exercices_du_plan() for m in e.mois() if m <= calcul.au]
    serie = calcul.donnees.series.get(indicateur.id)
    values: list[float | None] = []
    for first in months:
        found = chiffre_of(indicateur, serie, first, last_day(first))
        if found is None or found.den == 0:
            values.append(None)
        else:
            values.append(found.num / found.den if found.den else found.num)
    return Ligne(indicateur, months, values)


def indexed(a: Ligne, b: Ligne) -> tuple[date | None, list[float | None], list[float | None]]:
    """Both lines at 100 in the first month where both have a figure above zero; (None, [], []) without such a month."""
    for k, (x, y) in enumerate(zip(a.valeurs, b.valeurs, strict=True)):
        if x and y and x > 0 and y > 0:
            return a.mois[k], [_hundred(v, x) for v in a.valeurs], [_hundred(v, y) for v in b.valeurs]
    return None, [], []


def _hundred(value: float | None, base: float) -> float | None:
    return None if value is None else 100 * value / base
