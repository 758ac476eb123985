"""What the scan of the plan lost or blurred, and how the direction settled it: doubts, and the years of actions. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from rqds_metrics.plan import Action, Indicateur, Plan
from rqds_metrics.registre import Decisions

Verdict = Literal["juste", "a_corriger"]
VERDICTS: dict[str, str] = {"juste": "la lecture est juste", "a_corriger": "la lecture est à corriger"}


@dataclass(frozen=True)
class Doute:
    """What is still to be said of a reading: a title, and words."""

    titre: str
    texte: str


def doubted(plan: Plan) -> list[Indicateur]:
    return [i for i in plan.tous.values() if i.doute]


def settled(indicateur: Indicateur, decisions: Decisions) -> Doute | None:
    """What to show beside an indicator: its doubt, what the direction corrects; nothing once it said it was right."""
    if not indicateur.doute:
        return None
    decision = decisions.doutes.get(indicateur.id)
    if decision is None:
        return Doute("À confirmer par la direction", indicateur.doute)
    if decision.valeur["verdict"] == "juste":
        return None
    return Doute("À corriger dans le plan", str(decision.valeur["note"] or indicateur.doute).rstrip("."))


def to_keep(verdict: Verdict, note: str) -> dict[str, Any]:
    return {"verdict": verdict, "note": note}


def due_years(action: Action, decisions: Decisions) -> list[int]:
    """The years of the plan, from 1, that the direction said an action is due in; none said: []."""
    decision = decisions.echeances.get(action.id)
    return [int(an) for an in decision.valeur] if decision else []


def due_text(action: Action, decisions: Decisions) -> str:
    """« échéance : an 1, an 2 », « échéance : selon les budgets », « échéance à confirmer »."""
    years = due_years(action, decisions)
    if years:
        said = "échéance : " + ", ".join(f"an {an}" for an in years)
        return f"{said} ({action.echeance.lower()})" if action.echeance else said
    return f"échéance : {action.echeance}" if action.echeance else "échéance à confirmer"
