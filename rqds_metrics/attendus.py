"""Expected results of each action and year: those the plan writes for its first year, then those the direction adds.

The registre keeps one decision a result (genre « resultat »): what it says, and when it was done. Those of the plan
keep their words there too, so that a plan reworded later does not change what was ticked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rqds_metrics.exercice import PREMIER, Exercice
from rqds_metrics.plan import Action
from rqds_metrics.registre import Decisions


@dataclass(frozen=True)
class Attendu:
    """One line of the checklist. `du_plan`: its words are the plan's. `vu`: when it was last decided, None: never."""

    cle: str
    texte: str
    fait: bool
    fait_le: date | None
    du_plan: bool
    qui: str | None = None
    vu: datetime | None = None


def expected_of(action: Action, exercice: Exercice, decisions: Decisions) -> list[Attendu]:
    """The checklist of an action in a year, the plan's lines first, then in the order they were added."""
    lines = [(f"{action.id}#{rank}", text) for rank, text in enumerate(action.resultats_an1, 1)]
    out = [_line(cle, text, decisions) for cle, text in lines] if exercice.annee == PREMIER else []
    start = f"{action.id}@"
    added = [
        (cle, d) for cle, d in decisions.resultats.items() if cle.startswith(start) and d.exercice == str(exercice)
    ]
    return out + [_line(cle, None, decisions) for cle, _ in sorted(added)]


def _line(cle: str, plan_text: str | None, decisions: Decisions) -> Attendu:
    d = decisions.resultats.get(cle)
    said: dict[str, Any] = d.valeur if d else {}
    day = said.get("fait_le")
    return Attendu(
        cle, plan_text or str(said.get("texte", "")), bool(said.get("fait")), date.fromisoformat(day) if day else None,
        plan_text is not None, d.qui if d else None, d.quand if d else None,
    )  # fmt: skip


def new_key(action: str, moment: datetime, rank: int) -> str:
    """The name of a line that is added: in the order of time, then of the lines."""
    return f"{action}@{moment:%Y%m%d%H%M%S%f}-{rank:03d}"


def to_keep(texte: str, fait: bool, fait_le: date | None) -> dict[str, Any]:
    """What the registre keeps of a line."""
    return {"texte": texte, "fait": fait, "fait_le": fait_le.isoformat() if fait_le else None}
