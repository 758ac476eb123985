"""What was received: the lots, what each speaks of, and what of it counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import pandas as pd

from rqds_metrics.differences import last_table
from rqds_metrics.regles.vivant import Portee, live_parts
from rqds_metrics.store import end_of


@dataclass(frozen=True)
class Lot:
    """One accepted file, as the history shows it. Moments in UTC."""

    id: int
    fichier: str
    source: str
    famille: str
    recu_le: datetime
    par: str
    debut: date | None
    fin: date | None
    lignes: int
    ecartees: int
    cellules_personnelles: int
    demo: bool
    annule_le: datetime | None
    annule_par: str | None


def read_lots(cursor: duckdb.DuckDBPyConnection, au: date | None = None) -> list[Lot]:
    """Every lot received by the end of `au` (all of them by default), oldest first, with its state on that day."""
    limit = end_of(au) if au else datetime.max.replace(microsecond=0)
    rows = cursor.execute(
        """
        SELECT l.id, l.fichier, l.source, l.famille, l.recu_le, l.par, l.debut, l.fin, l.lignes, l.ecartees,
               l.cellules_personnelles, l.demo,
               CASE WHEN e.vivant THEN NULL ELSE e.quand END, CASE WHEN e.vivant THEN NULL ELSE e.qui END
        FROM lot l
        LEFT JOIN (SELECT lot, max(quand) AS quand, arg_max(qui, quand) AS qui, arg_max(vivant, quand) AS vivant
                   FROM lot_etat WHERE quand < ? GROUP BY lot) e ON e.lot = l.id
        WHERE l.recu_le < ? ORDER BY l.id
        """,
        [limit, limit],
    ).fetchall()
    return [Lot(*row) for row in rows]


def read_tranches(cursor: duckdb.DuckDBPyConnection, lot: int | None = None) -> list[Portee]:
    """What each lot speaks of, or one of them. Episodes kept before there were snapshots are snapshots all the same."""
    rows = cursor.execute(
        """
        SELECT t.lot, t.serie, t.debut, t.fin,
               CASE WHEN t.mode = 'cle' AND l.famille = 'balado' AND ends_with(t.serie, '|episodes')
                    THEN 'releve' ELSE t.mode END
        FROM tranche t JOIN lot l ON l.id = t.lot WHERE ? IS NULL OR t.lot = ?
        """,
        [lot, lot],
    ).fetchall()
    return [Portee(*row) for row in rows]


def read_portees(cursor: duckdb.DuckDBPyConnection, lots: list[Lot]) -> list[Portee]:
    """What counts of each live lot."""
    live = {lot.id for lot in lots if lot.annule_le is None}
    return live_parts([t for t in read_tranches(cursor) if t.lot in live])


def read_portees_near(
    cursor: duckdb.DuckDBPyConnection, lots: list[Lot], series: Collection[str], debut: date, fin: date
) -> list[Portee]:
    """`read_portees`, for some series and for all those that speak of the days debut..fin: not the whole base."""
    live = {lot.id for lot in lots if lot.annule_le is None}
    cursor.register("series_vue", pd.DataFrame({"serie": pd.Series(sorted(series), dtype="str")}))
    rows = cursor.execute(
        """
        SELECT lot, serie, debut, fin, mode FROM tranche WHERE serie IN (
            SELECT serie FROM tranche WHERE debut <= ? AND fin >= ? UNION ALL SELECT serie FROM series_vue)
        """,
        [fin, debut],
    ).fetchall()
    cursor.unregister("series_vue")
    return live_parts([Portee(*row) for row in rows if row[0] in live])


def portee_table(cursor: duckdb.DuckDBPyConnection, portees: list[Portee]) -> None:
    """What counts, as the temporary tables that measures join: see releves.releves_sql."""
    frame = pd.DataFrame(portees, columns=list(Portee._fields))
    cursor.register("portee_vue", frame.astype({"lot": "int64"}))
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE portee AS "
        "SELECT lot, serie, CAST(debut AS DATE) AS debut, CAST(fin AS DATE) AS fin FROM portee_vue"
    )
    cursor.unregister("portee_vue")
    last_table(cursor, portees)
