"""Targets that the direction owns: where one is still to be set, what history proposes, and words for the board. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Indicateur, Orientation, Plan
from rqds_metrics.regles.formats import jour, nombre, pourcent, quantite
from rqds_metrics.resultats import Resultat

CHIFFRES = ("nombre", "stock", "taux")


@dataclass(frozen=True)
class AFixer:
    """An indicator without a target in a year; `proposition`: a value (rates as fractions) and where it comes from."""

    indicateur: Indicateur
    proposition: float | None
    raison: str


@dataclass(frozen=True)
class Portion:
    """Of an orientation: how many of its figures have a target, of how many."""

    orientation: Orientation
    fixees: int
    total: int


def settable(plan: Plan) -> list[Indicateur]:
    """The indicators that a figure can be aimed at, in the plan's order."""
    return [i for i in plan.tous.values() if i.type in CHIFFRES]


def usual_rise(plan: Plan) -> float:
    """The rise in per cent that the plan asks for most often."""
    asked = Counter(i.cible.hausse for i in plan.tous.values() if i.cible and i.cible.hausse)
    return float(asked.most_common(1)[0][0]) if asked else 0.0


def without_target(results: Sequence[Resultat]) -> list[Resultat]:
    """Those of a year that have no target, and whose target does not come by itself from last year's figure."""
    return [r for r in results if r.indicateur.type in CHIFFRES and r.cible is None and r.cible_origine != "reference"]


def to_set(plan: Plan, years: Mapping[str, Sequence[Resultat]], exercice: Exercice, au: date) -> list[AFixer]:
    """The queue of a year: every figure without a target, with what its history proposes.

    `years`: the results of each indicator, year by year.
    """
    out = []
    for id_, results in years.items():
        mine = [r for r in results if r.exercice == exercice]
        if without_target(mine):
            closed = [r for r in results if r.exercice < exercice and r.exercice.closed(au) and r.valeur is not None]
            out.append(_proposal(plan, plan.tous[id_], closed[-1] if closed else None))
    return out


def _proposal(plan: Plan, i: Indicateur, last: Resultat | None) -> AFixer:
    """What `proposed` gives of the last closed year, and where it comes from."""
    if last is None or last.valeur is None:
        return AFixer(i, None, "aucun exercice complet encore")
    goal = proposed(plan, i, last.valeur)
    said = f"{quantite(last.valeur, '%' if i.type == 'taux' else '')} en {last.exercice}"
    if i.type == "taux":
        return AFixer(i, goal, f"{said}, au palier de 5 % {'inférieur' if i.sens == 'baisse' else 'supérieur'}")
    sign = "−" if i.sens == "baisse" else "+"
    return AFixer(i, goal, f"{said}, {sign} {nombre(usual_rise(plan))} %, arrondi")


def proposed(plan: Plan, i: Indicateur, valeur: float) -> float:
    """The target that a closed year proposes: the rise that the plan usually asks for; a rate goes up to the next 5 %."""
    if i.type == "taux":
        steps = round(valeur * 20, 6)
        step = math.floor(steps) if i.sens == "baisse" else math.ceil(steps)
        return min(max(step / 20, 0.0), 1.0)
    rise = usual_rise(plan) / 100 * (-1 if i.sens == "baisse" else 1)
    exact = round(valeur * (1 + rise), 6)
    return float(math.floor(exact) if rise < 0 else math.ceil(exact))


def coverage(plan: Plan, results: Sequence[Resultat]) -> list[Portion]:
    """For each orientation, how many figures have a target in the year of `results`."""
    missing = {r.id for r in without_target(results)}
    out = []
    for o in plan.orientations:
        mine = [i.id for i in o.indicateurs() if i.type in CHIFFRES]
        out.append(Portion(o, sum(i not in missing for i in mine), len(mine)))
    return out


def target_text(indicateur: Indicateur, valeur: float) -> str:
    """« 85 % », « 1 200 visites »."""
    return pourcent(valeur) if indicateur.type == "taux" else quantite(valeur, indicateur.unite)


def resolution(plan: Plan, exercice: Exercice, cibles: Mapping[str, float], au: date) -> str:
    """A draft resolution of the board: the targets of a year, by orientation. Plain text, to be copied."""
    lines = [
        f"PROJET DE RÉSOLUTION – Cibles de l'exercice {exercice}",
        "",
        f"ATTENDU QUE le plan stratégique 2022-2027 du {plan.sigle} confie à la direction et au conseil d'administration "
        "le soin de fixer les cibles que le plan ne chiffre pas ;",
        "",
        f"IL EST PROPOSÉ d'adopter, pour l'exercice {exercice} (du {jour(exercice.debut, long=True)} "
        f"au {jour(exercice.fin, long=True)}), les cibles suivantes :",
    ]
    groups = [(f"Orientation {o.id}. {o.titre}", list(o.indicateurs())) for o in plan.orientations]
    groups.append(("Sondage annuel des membres", list(plan.generaux.values())))
    for title, indicateurs in groups:
        mine = [i for i in indicateurs if i.id in cibles]
        if mine:
            lines += ["", title]
            lines += [f"  {i.id}  {i.titre.rstrip('.')} : {target_text(i, cibles[i.id])}" for i in mine]
    lines += ["", "Proposée par :", "Appuyée par :", "Adoptée le :", "", f"(Projet préparé le {jour(au, long=True)}.)"]
    return "\n".join(lines)
