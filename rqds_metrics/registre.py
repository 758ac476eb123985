"""What people decide, append-only: targets, due dates, settings. Nothing is changed, a newer decision wins."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import duckdb
from pydantic import Field

from rqds_metrics import activite, horloge
from rqds_metrics.plan import RACINE, Strict
from rqds_metrics.store import connect, end_of, transaction, version
from rqds_metrics.yaml_strict import DefinitionError, read_yaml, validate

Genre = Literal[
    "cible", "echeance", "reglage", "source", "cloture", "question", "correction", "correspondance", "commentaire",
    "alimentation", "reunion", "rupture", "saut", "invite", "doute", "resultat", "publication", "alerte",
]  # fmt: skip
REGLAGES = RACINE / "data" / "reglages.yaml"


class Reglages(Strict):
    """Limits that the organisation may change; the file gives the first values, the registre the next ones."""

    en_voie: float = Field(0.90, gt=0, le=1)  # share of what is due
    a_surveiller: float = Field(0.75, gt=0, le=1)
    presque: float = Field(0.90, gt=0, le=1)  # share of the target, once the year is closed
    envoi_test_moins_de: int = Field(50, ge=0)  # delivered e-mails under which a send is a test
    retard_jours: int = Field(10, ge=0)  # days after a month's end before its data are late
    original_max_mo: int = Field(20, ge=0, le=100)  # the largest file of which a copy is kept; 0: none is
    publie_des: int = Field(5, ge=1)  # answers under which the result of a survey is not published


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
    # indicateur -> a day, ISO; action -> the years of the plan it is due in, from 1
    echeances: Mapping[str, Decision] = field(default_factory=dict)
    reglages: Reglages = field(default_factory=Reglages)
    # measure -> the sources chosen for it, in the order of the choices: {"serie": …, "depuis": a day, ISO}
    sources: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)
    clotures: Mapping[str, Decision] = field(default_factory=dict)  # « 2026-10 » -> what was known at closing
    # (survey, question) -> the indicator it speaks to and its satisfied answers, see rqds_metrics.parts
    questions: Mapping[tuple[str, str], Decision] = field(default_factory=dict)
    corrections: Mapping[str, Decision] = field(default_factory=dict)  # see rqds_metrics.corrections
    # indicator or measure -> its breaks, by date: {"date": a day, ISO, "raison": what changed}; without a reason, none
    ruptures: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)
    sauts: Mapping[tuple[str, str], Decision] = field(default_factory=dict)  # (calendar, exercice) -> a month skipped
    correspondances: Mapping[str, Decision] = field(default_factory=dict)  # name -> a mapping, see etl.correspondance
    commentaires: Mapping[str, Decision] = field(default_factory=dict)  # see rqds_metrics.commentaires
    alimentations: Mapping[str, Decision] = field(default_factory=dict)  # see rqds_metrics.alimentation
    reunions: Mapping[str, Decision] = field(default_factory=dict)  # a day, ISO -> see rqds_metrics.reunions
    # (series of a survey, exercice) -> how many people were invited to answer it that year
    invites: Mapping[tuple[str, str], Decision] = field(default_factory=dict)
    doutes: Mapping[str, Decision] = field(default_factory=dict)  # indicateur -> how its doubt was settled
    resultats: Mapping[str, Decision] = field(default_factory=dict)  # see rqds_metrics.attendus
    publications: Mapping[str, Decision] = field(default_factory=dict)  # see rqds_metrics.publications
    alertes: Mapping[str, Decision] = field(
        default_factory=dict
    )  # what to be told of, and what was: rqds_metrics.alertes


@dataclass(frozen=True)
class Choix:
    """One decision to write. `vu`: when what stood was decided, as it was shown; None when nothing stood."""

    genre: Genre
    cle: str
    exercice: str | None
    valeur: Any
    vu: datetime | None = None


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
        [quand or horloge.moment(cursor), qui, genre, cle, exercice, json.dumps(valeur, ensure_ascii=False), pourquoi,
         demo],
    )  # fmt: skip
    if not (demo and quand):  # but for the demonstration's own
        activite.say("decision", qui, genre=genre)


# What each genre decides on: only the newest decision on the same thing stands.
_DEBOUT: dict[str, Callable[[Decision], Any]] = {
    "cible": lambda d: (d.cle, str(d.exercice)),
    "saut": lambda d: (d.cle, str(d.exercice)),
    "invite": lambda d: (d.cle, str(d.exercice)),
    "question": lambda d: tuple(d.cle.split("\n", 1)),
    **dict.fromkeys(
        (
            "echeance",
            "cloture",
            "correction",
            "correspondance",
            "commentaire",
            "alimentation",
            "reunion",
            "doute",
            "resultat",
            "publication",
            "alerte",
        ),
        lambda d: d.cle,
    ),
}


def decide_all(
    choix: Sequence[Choix],
    base: str | Path | None = None,
    *,
    qui: str,
    pourquoi: str,
    quand: datetime | None = None,
    demo: bool = False,
) -> list[tuple[Choix, Decision | None]]:
    """Write what still stands as it was shown, in one transaction; hand back the rest with what stands now."""
    refused: list[tuple[Choix, Decision | None]] = []
    with transaction(base) as cursor:
        moment = quand or horloge.moment(cursor)
        for c in choix:
            there = _newest(cursor, c)
            if (there.quand if there else None) == c.vu:
                decide(cursor, c.genre, c.cle, c.valeur, qui=qui, pourquoi=pourquoi, exercice=c.exercice, quand=moment,
                       demo=demo)  # fmt: skip
            elif (there.valeur if there else None) != c.valeur:
                refused.append((c, there))
    return refused


def _newest(cursor: duckdb.DuckDBPyConnection, c: Choix) -> Decision | None:
    row = cursor.execute(
        "SELECT quand, qui, genre, cle, exercice, valeur, pourquoi FROM registre WHERE genre = ? AND cle = ? "
        "AND exercice IS NOT DISTINCT FROM ? ORDER BY quand DESC, id DESC LIMIT 1",
        [c.genre, c.cle, c.exercice],
    ).fetchone()
    found = _decision(row) if row else None
    return found if found and found.valeur is not None else None


def _decision(row: tuple[Any, ...]) -> Decision:
    quand, qui, genre, cle, exercice, valeur, pourquoi = row
    return Decision(quand, qui, genre, cle, exercice, json.loads(valeur), pourquoi)


def read_history(genre: Genre, base: str | Path | None = None) -> list[Decision]:
    """Everything ever decided of a kind, the newest first; `valeur` None where a decision was taken back."""
    if not version(base):
        return []
    with connect(base) as cursor:
        rows = cursor.execute(
            "SELECT quand, qui, genre, cle, exercice, valeur, pourquoi FROM registre WHERE genre = ? "
            "ORDER BY quand DESC, id DESC",
            [genre],
        ).fetchall()
    return [_decision(r) for r in rows]


def read_decisions(cursor: duckdb.DuckDBPyConnection, au: date) -> Decisions:
    """The newest decision of each kind at the end of the day `au`."""
    rows = cursor.execute(
        "SELECT quand, qui, genre, cle, exercice, valeur, pourquoi FROM registre WHERE quand < ? ORDER BY quand, id",
        [end_of(au)],
    ).fetchall()
    standing: dict[str, dict[Any, Decision]] = {genre: {} for genre in _DEBOUT}
    reglages: dict[str, Any] = {}
    sources: dict[str, tuple[Decision, ...]] = {}
    ruptures: dict[str, tuple[Decision, ...]] = {}
    for row in rows:
        decision = _decision(row)
        genre, cle = decision.genre, decision.cle
        if genre == "reglage":
            reglages[cle] = decision.valeur
        elif genre == "source":
            sources[cle] = (*sources.get(cle, ()), decision) if decision.valeur else ()
        elif genre == "rupture":
            ruptures[cle] = _with_break(ruptures.get(cle, ()), decision)
        elif genre in standing:
            _put(standing[genre], _DEBOUT[genre](decision), decision)
    settings = Reglages.model_validate({**default_reglages().model_dump(), **reglages})
    others = {genre + "s": found for genre, found in standing.items()}
    return Decisions(reglages=settings, sources=sources, ruptures=ruptures, **others)


def _with_break(standing: tuple[Decision, ...], decision: Decision) -> tuple[Decision, ...]:
    """One break a day: a new one takes the place of the day's; without a reason, the day has none any more."""
    if decision.valeur is None:
        return ()
    others = tuple(d for d in standing if d.valeur["date"] != decision.valeur["date"])
    return (*others, decision) if decision.valeur.get("raison") else others


def _put(standing: dict[Any, Decision], key: Any, decision: Decision) -> None:
    if decision.valeur is None:
        standing.pop(key, None)
    else:
        standing[key] = decision
