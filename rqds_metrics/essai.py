"""What a choice of provenance would give, before it is kept: nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rqds_metrics.alimentation import Alimentation
from rqds_metrics.donnees import load_donnees, read_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.familles import FAMILLES
from rqds_metrics.lots import portee_table, read_lots, read_portees
from rqds_metrics.mesures import load_mesures, plages_decided
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import Decision
from rqds_metrics.releves import releves_sql
from rqds_metrics.resultats import Calcul, Resultat
from rqds_metrics.store import connect, version


def results_if(
    id_: str, valeur: Any, exercice: Exercice, au: date, base: str | Path | None = None
) -> tuple[Resultat, Resultat]:
    """The result of an indicator as it is fed today, and as it would be if fed as chosen."""
    plan = load_plan()
    known = load_donnees(au, base)
    chosen = Decision(datetime.min, "", "alimentation", id_, None, valeur, "")
    decisions = replace(known.decisions, alimentations={**known.decisions.alimentations, id_: chosen})
    if version(base):
        with connect(base) as cursor:
            then = read_donnees(cursor, au, plan, decisions)
    else:
        then = replace(known, decisions=decisions)
    indicateur = plan.tous[id_]
    return Calcul(plan, known).result(indicateur, exercice), Calcul(plan, then).result(indicateur, exercice)


def read_words(
    nom: str, filtre: Sequence[Any], colonne: str, debut: date, fin: date, au: date, base: str | Path | None = None
) -> list[tuple[str, float]]:
    """What a filter retains on debut..fin: each value of a column and its figure, the largest first, 50 at most.

    A level (`dernier_par`) is no sum: it gives none.

    Raises:
        ValueError: no such column in the family of the measure.
    """
    mesure = load_mesures()[nom]
    if FAMILLES[mesure.famille].get(colonne) != "VARCHAR":
        raise ValueError(f"no text column {colonne} in {mesure.famille}")
    if not version(base) or mesure.dernier_par:
        return []
    conditions = Alimentation.model_validate({"mode": "mesure", "mesure": nom, "filtre": list(filtre)}).filtre
    with connect(base) as cursor:
        lots = read_lots(cursor, au)
        portees = read_portees(cursor, lots)
        portee_table(cursor, portees)
        decisions = load_donnees(au, base).decisions
        plages = plages_decided(nom, mesure, decisions, portees)
        sql, params = releves_sql(mesure, conditions, decisions.reglages, plages)
        body = sql[sql.index("FROM ") : sql.index("\nGROUP BY")]
        number = sql[sql.index("CAST(") : sql.index(" AS num")]
        rows = cursor.execute(
            f"SELECT r.{colonne}, {number} AS num {body} AND r.{mesure.date} BETWEEN ? AND ? "
            "GROUP BY 1 ORDER BY 2 DESC NULLS LAST, 1 LIMIT 50",
            [*params, debut, fin],
        ).fetchall()
    return [(str(w), float(n or 0)) for w, n in rows if w is not None]
