"""What the database knows on a day: live files, decisions, and the series of every indicator.

Read once for a version of the file and a day, then kept: everything else is computed from it without SQL.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import duckdb

from rqds_metrics.alimentation import plan_decided
from rqds_metrics.corrections import Perdue, corrected
from rqds_metrics.horloge import last_moment
from rqds_metrics.lecture import (
    Texte,
    computed,
    may_read,
    question_of,
    read_beside,
    read_measured,
    read_series,
    read_typed,
)
from rqds_metrics.lots import Lot, portee_table, read_lots, read_portees
from rqds_metrics.parts import decided
from rqds_metrics.plan import Indicateur, Plan, load_plan
from rqds_metrics.registre import Decisions, default_reglages, read_decisions
from rqds_metrics.regles.series import Serie
from rqds_metrics.regles.vivant import Portee
from rqds_metrics.ruptures import ruptures_of
from rqds_metrics.store import base_path, connect, version
from rqds_metrics.vagues import Vague, read_vagues

_RETENUES = 32  # as-of days and versions kept in memory


@dataclass(frozen=True)
class Donnees:
    """Everything known at the end of the day `au`."""

    au: date
    lots: tuple[Lot, ...]
    portees: tuple[Portee, ...]
    decisions: Decisions
    series: dict[str, Serie]
    textes: dict[str, tuple[Texte, ...]]
    perdues: tuple[Perdue, ...] = ()  # corrections that no longer apply
    a_cote: dict[str, Serie] = field(default_factory=dict)  # measures shown beside another, by their own name
    vagues: dict[str, tuple[Vague, ...]] = field(
        default_factory=dict
    )  # of indicators, once someone said who was invited
    dernier: datetime | None = None  # when something was last done, be it after `au` (UTC)

    @property
    def demo(self) -> bool:
        return any(lot.demo for lot in self.lots)


def read_serie(cursor: duckdb.DuckDBPyConnection, indicateur: Indicateur, au: date) -> Serie:
    """The series of one indicator as it was known at the end of `au`."""
    decisions = read_decisions(cursor, au)
    plan = plan_decided(load_plan(), decisions)
    indicateur = plan.tous[indicateur.id]
    if indicateur.formule:
        return read_donnees(cursor, au).series.get(indicateur.id, Serie())
    portees = read_portees(cursor, read_lots(cursor, au))
    portee_table(cursor, [p for p in portees if may_read(indicateur, plan, p.serie)])
    with corrected(cursor, decisions, portees), decided(cursor, decisions):
        if not indicateur.mesure:
            return read_typed(cursor, plan, decisions)[0].get(indicateur.id, Serie())
        mesure, plages, attached = question_of(indicateur, portees, decisions)
        found = read_series(cursor, mesure, indicateur.filtre, plages, portees, decisions, attached)
        return replace(found, ruptures=ruptures_of(indicateur, decisions, plages))


def read_donnees(
    cursor: duckdb.DuckDBPyConnection, au: date, plan: Plan | None = None, decisions: Decisions | None = None
) -> Donnees:
    """Read all that is known at the end of `au`, inside the caller's transaction if there is one.

    `decisions`: to see what would be known if they were these, instead of those of the registre.
    """
    lots = read_lots(cursor, au)
    portees = read_portees(cursor, lots)
    decisions = decisions or read_decisions(cursor, au)
    plan = plan_decided(plan or load_plan(), decisions)
    portee_table(cursor, portees)
    with corrected(cursor, decisions, portees) as perdues, decided(cursor, decisions):
        measured = read_measured(cursor, plan, portees, decisions)
        vagues = read_vagues(cursor, plan, portees, decisions)
        typed, textes = read_typed(cursor, plan, decisions)
        beside = read_beside(cursor, portees, decisions)
    series = {**typed, **measured}
    series.update(computed(plan, series))
    return Donnees(
        au, tuple(lots), tuple(portees), decisions, series, textes, perdues, beside, vagues, last_moment(cursor)
    )


def empty_donnees(au: date) -> Donnees:
    """What is known where there is no database yet."""
    return Donnees(au, (), (), Decisions(reglages=default_reglages()), {}, {})


_kept: OrderedDict[tuple[object, ...], Donnees] = OrderedDict()
_guard = threading.Lock()


def load_donnees(au: date, base: str | Path | None = None) -> Donnees:
    """What is known at the end of `au`, from memory while the file has not changed. Makes no file."""
    stamp = version(base)
    key = (base_path(base), stamp, au)
    with _guard:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    if stamp:
        with connect(base) as cursor:
            donnees = read_donnees(cursor, au)
    else:
        donnees = empty_donnees(au)
    with _guard:
        _kept[key] = donnees
        while len(_kept) > _RETENUES:
            _kept.popitem(last=False)
    return donnees


def holds_demo(base: str | Path | None = None) -> bool:
    """Does the base hold the demonstration, on whatever day one looks from."""
    if not version(base):
        return False
    with connect(base) as cursor:
        return any(lot.demo for lot in read_lots(cursor))
