"""What people decide, append-only: targets, due dates, settings. Nothing is changed, a newer decision wins."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Literal

import duckdb
from pydantic import Field

from rqds_metrics.plan import RACINE, Strict
from rqds_metrics.store import end_of, now
from rqds_metrics.yaml_strict import DefinitionError, read_yaml, validate

Genre = Literal[
    "cible", "echeance", "reglage", "source", "cloture", "question", "correction", "correspondance", "commentaire",
    "alimentation", "reunion",
]  # fmt: skip
REGLAGES = RACINE / "data" / "reglages.yaml"


class Reglages(Strict):
    """Limits that the organisation may change; the file gives the first values, the registre the next ones."""

    en_voie: float = Field(0.90, gt=0, le=1)  # share of what is due
    a_surveiller: float = Field(0.75, gt=0, le=1)
    presque: float = Field(0.90, gt=0, le=1)  # share of the target, once the year is closed
    envoi_test_moins_de: int = Field(50, ge=0)  # delivered e-mails under which a send is a test
    retard_jours: int = Field(10, ge=0)  # days after a month's end before its data are late


@dataclass(frozen=True)
class Decision:
    """One entry of the registre; `valeur` is what JSON can hold."""

    quand: datetime
    qui: str
    genre: str
    cle: str
    exercice: str | None
    valeur: Any
    pourquoi: str


@dataclass(frozen=True)
class Decisions:
    """What stands decided on a day."""

    cibles: Mapping[tuple[str, str], Decision] = field(default_factory=dict)  # (indicateur, exercice)
    echeances: Mapping[str, Decision] = field(default_factory=dict)  # indicateur -> a day, ISO
    reglages: Reglages = field(default_factory=Reglages)
    # measure -> the sources chosen for it, in the order of the choices: {"serie": …, "depuis": a day, ISO}
    sources: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)
    clotures: Mapping[str, Decision] = field(default_factory=dict)  # « 2026-10 » -> what was known at closing
    # (survey, question) -> the indicator it speaks to, « » for none: wins over the filters of the plan
    questions: Mapping[tuple[str, str], Decision] = field(default_factory=dict)
    corrections: Mapping[str, Decision] = field(default_factory=dict)  # see rqds_metrics.corrections
    correspondances: Mapping[str, Decision] = field(default_factory=dict)  # name -> a mapping, see etl.correspondance
    commentaires: Mapping[str, Decision] = field(default_factory=dict)  # see rqds_metrics.commentaires
    alimentations: Mapping[str, Decision] = field(default_factory=dict)  # see rqds_metrics.alimentation
    reunions: Mapping[str, Decision] = field(default_factory=dict)  # a day, ISO -> see rqds_metrics.reunions


@cache
def default_reglages() -> Reglages:
    """The settings of data/reglages.yaml.

    Raises:
        DefinitionError: with every fault of the file.
    """
    lu = read_yaml(REGLAGES)
    found = validate(Reglages, lu) if lu.valeur is not None else None
    if found is None or lu.defauts:
        raise DefinitionError(lu.defauts)
    return found


def decide(
    cursor: duckdb.DuckDBPyConnection,
    genre: Genre,
    cle: str,
    valeur: Any,
    *,
    qui: str,
    pourquoi: str,
    exercice: str | None = None,
    quand: datetime | None = None,
    demo: bool = False,
) -> None:
    """Write one decision; `valeur` None takes back what stood."""
    cursor.execute(
        "INSERT INTO registre VALUES (nextval('registre_id'), ?, ?, ?, ?, ?, ?, ?, ?)",
        [quand or now(), qui, genre, cle, exercice, json.dumps(valeur, ensure_ascii=False), pourquoi, demo],
    )


# What each genre decides on: only the newest decision on the same thing stands.
_DEBOUT: dict[str, Callable[[Decision], Any]] = {
    "cible": lambda d: (d.cle, str(d.exercice)),
    "question": lambda d: tuple(d.cle.split("\n", 1)),
    **dict.fromkeys(
        ("echeance", "cloture", "correction", "correspondance", "commentaire", "alimentation", "reunion"),
        lambda d: d.cle,
    ),
}


def read_decisions(cursor: duckdb.DuckDBPyConnection, au: date) -> Decisions:
    """The newest decision of each kind at the end of the day `au`."""
    rows = cursor.execute(
        "SELECT quand, qui, genre, cle, exercice, valeur, pourquoi FROM registre WHERE quand < ? ORDER BY quand, id",
        [end_of(au)],
    ).fetchall()
    standing: dict[str, dict[Any, Decision]] = {genre: {} for genre in _DEBOUT}
    reglages: dict[str, Any] = {}
    sources: dict[str, tuple[Decision, ...]] = {}
    for quand, qui, genre, cle, exercice, valeur, pourquoi in rows:
        decision = Decision(quand, qui, genre, cle, exercice, json.loads(valeur), pourquoi)
        if genre == "reglage":
            reglages[cle] = decision.valeur
        elif genre == "source":
            sources[cle] = (*sources.get(cle, ()), decision) if decision.valeur else ()
        elif genre in standing:
            _put(standing[genre], _DEBOUT[genre](decision), decision)
    settings = Reglages.model_validate({**default_reglages().model_dump(), **reglages})
    return Decisions(reglages=settings, sources=sources, **{genre + "s": found for genre, found in standing.items()})


def _put(standing: dict[Any, Decision], key: Any, decision: Decision) -> None:
    if decision.valeur is None:
        standing.pop(key, None)
    else:
        standing[key] = decision
