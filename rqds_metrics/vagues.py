"""Which surveys are behind the figures of an indicator: what tells how many people were invited to answer."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import duckdb

from rqds_metrics.mesures import load_mesures, plages_decided
from rqds_metrics.plan import Plan
from rqds_metrics.registre import Decisions
from rqds_metrics.regles.vivant import Portee
from rqds_metrics.releves import rattachements_of, vagues_sql


class Vague(NamedTuple):
    """Answers to one question of one survey, the last of them given on `fin`; `reponses`: how many of them count."""

    serie: str
    question: str
    fin: date
    reponses: float = 0.0


def read_vagues(
    cursor: duckdb.DuckDBPyConnection,
    plan: Plan,
    portees: list[Portee],
    decisions: Decisions,
    toujours: bool = False,
) -> dict[str, tuple[Vague, ...]]:
    """The surveys behind each indicator of satisfaction; nothing while nobody said how many were invited.

    `toujours`: whether or not someone did.
    """
    out: dict[str, tuple[Vague, ...]] = {}
    for indicateur in plan.tous.values() if decisions.invites or toujours else ():
        mesure = load_mesures().get(indicateur.mesure or "")
        if mesure and mesure.famille == "sondage":
            plages = plages_decided(indicateur.mesure or "", mesure, decisions, portees)
            attached = rattachements_of(indicateur, decisions)
            sql, params = vagues_sql(mesure, indicateur.filtre, decisions.reglages, plages, attached)
            out[indicateur.id] = tuple(Vague(*row) for row in cursor.execute(sql, params).fetchall())
    return out
