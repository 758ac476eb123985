"""What people decide, append-only: targets, due dates, settings. Nothing is changed, a newer decision wins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Literal

import duckdb
from pydantic import Field

from rqds_metrics.plan import RACINE, Strict
from rqds_metrics.store import end_of, now
from rqds_metrics.yaml_strict import DefinitionError, read_yaml, validate

Genre = Literal["cible", "echeance", "reglage", "source", "cloture", "question", "correction", "correspondance"]
REGLAGES = RACINE / "data" / "reglages.yaml"


class Reglages(Strict):
    """Limits that the organisation may change; the file gives the first values, the registre the next ones."""

    en_voie: float = Field(0.90, gt=0, le=1)  # share of what is due
    a_surveiller: float = Field(0.75, gt=0, le=1)
    presque: float = Field(0.90, gt=0, le=1)  # share of the target, once the year is closed
    envoi_test_moins_de: int = Field(50, ge=0)  # delivered e-mails under which a send is a test
    retard_jours: int = Field(10, ge=0)  # days after a month's end before its data are late
    original_max_mo: int = Field(20, ge=0, le=100)  # the largest file of which a copy is kept; 0: none is


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


def read_decisions(cursor: duckdb.DuckDBPyConnection, au: date) -> Decisions:
    """The newest decision of each kind at the end of the day `au`."""
    rows = cursor.execute(
        "SELECT quand, qui, genre, cle, exercice, valeur, pourquoi FROM registre WHERE quand < ? ORDER BY quand, id",
        [end_of(au)],
    ).fetchall()
    cibles: dict[tuple[str, str], Decision] = {}
    echeances: dict[str, Decision] = {}
    reglages: dict[str, Any] = {}
    sources: dict[str, tuple[Decision, ...]] = {}
    clotures: dict[str, Decision] = {}
    questions: dict[tuple[str, str], Decision] = {}
    corrections: dict[str, Decision] = {}
    correspondances: dict[str, Decision] = {}
    for quand, qui, genre, cle, exercice, valeur, pourquoi in rows:
        decision = Decision(quand, qui, genre, cle, exercice, json.loads(valeur), pourquoi)
        if genre == "cible":
            _put(cibles, (cle, str(exercice)), decision)
        elif genre == "echeance":
            _put(echeances, cle, decision)
        elif genre == "reglage":
            reglages[cle] = decision.valeur
        elif genre == "cloture":
            _put(clotures, cle, decision)
        elif genre == "correction":
            _put(corrections, cle, decision)
        elif genre == "correspondance":
            _put(correspondances, cle, decision)
        elif genre == "question":
            _put(questions, tuple(cle.split("\n", 1)), decision)
        elif genre == "source":
            sources[cle] = (*sources.get(cle, ()), decision) if decision.valeur else ()
    base = default_reglages()
    settings = Reglages.model_validate({**base.model_dump(), **reglages})
    return Decisions(cibles, echeances, settings, sources, clotures, questions, corrections, correspondances)


def _put(standing: dict[Any, Decision], key: Any, decision: Decision) -> None:
    if decision.valeur is None:
        standing.pop(key, None)
    else:
        standing[key] = decision
