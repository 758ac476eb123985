"""What is due by a day and nobody typed: the months, the years, the milestones of indicators without a feed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Indicateur, Plan
from rqds_metrics.registre import Decisions
from rqds_metrics.regles.attendu import due_dates
from rqds_metrics.regles.formats import jour, mois
from rqds_metrics.saisies import Cases, of_indicators, repeats, standing, times


@dataclass(frozen=True)
class Manque:
    """An indicator that is waited for, and why, in French."""

    indicateur: Indicateur
    raison: str


def missing(plan: Plan, decisions: Decisions, cases: Cases, exercice: Exercice, jour_: date) -> list[Manque]:
    """What a meeting held on `jour_` would miss of the year, in the plan's order. `plan`: as it is fed that day."""
    out = []
    for indicateur in plan.tous.values():
        if indicateur.saisi:
            rule = _milestone if indicateur.type == "jalon" else _value
            reason = rule(plan, decisions, indicateur, cases, exercice, jour_)
            if reason:
                out.append(Manque(indicateur, reason))
    return out


def _value(plan: Plan, decisions: Decisions, i: Indicateur, cases: Cases, exercice: Exercice, au: date) -> str | None:
    there = of_indicators(cases, [i.id], exercice.debut, exercice.fin)
    if i.cadence == "annuelle":
        return f"rien pour {exercice}" if exercice.closed(au) and not there else None
    calendrier = plan.calendrier_of(i)
    if calendrier:
        due = [d for d in due_dates(calendrier, exercice) if d <= au]
    elif i.cadence == "mensuelle":
        due = [_last(m) for m in exercice.mois() if _last(m) < au]
    else:
        return None  # at the pace of what happens: silence says nothing
    absent = [d for d in due if not any(c.cle.debut <= d <= c.cle.fin for c in there)]
    if not absent:
        return None
    if len(absent) == len(due) > 1:
        return f"aucun mois saisi sur {len(due)}"
    names = [mois(d) for d in absent]
    return ", ".join(names[:4]) + (f" et {len(names) - 4} autres mois" if len(names) > 4 else "")


def _milestone(
    plan: Plan, decisions: Decisions, i: Indicateur, cases: Cases, exercice: Exercice, au: date
) -> str | None:
    assert i.cible is not None
    calendrier = plan.calendrier_of(i)
    if calendrier and repeats(i):
        passed = [d for d in due_dates(calendrier, exercice) if d <= au]
        done = sum(c.valeur == 1 for c in times(i, exercice, cases))
        return f"{done} sur {len(passed)}, dû le {jour(passed[-1])}" if done < len(passed) else None
    decided = decisions.echeances.get(i.id)
    due = exercice.fin if i.cible.annuel else date.fromisoformat(decided.valeur) if decided else i.cible.avant
    if due is None or due > au or due > exercice.fin:
        return None
    case = standing(i, exercice, cases)
    if case and case.valeur == 1:
        return None
    return f"dû le {jour(due)}" + (", dit « pas fait »" if case else "")


def _last(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
