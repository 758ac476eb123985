"""Corrections as data: one cell of one lot, what it must hold, what it becomes, why and who. The lot is never touched.

A correction is applied while figures are read, and fails loudly (see Perdue) once what it expected is not there any
more: the lot was cancelled, replaced by a newer one, or the cell never held that value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from rqds_metrics.familles import COMMUNES, FAMILLES
from rqds_metrics.registre import Decision, Decisions
from rqds_metrics.regles.vivant import Portee
from rqds_metrics.store import connect

_NOMBRES = ("BIGINT", "DOUBLE")


@dataclass(frozen=True)
class Perdue:
    """A correction that no longer applies, and why, in French."""

    cle: str
    decision: Decision
    raison: str


def figures_of(famille: str) -> list[str]:
    """The columns that can be corrected: figures."""
    return [c for c, kind in FAMILLES[famille].items() if kind in _NOMBRES]


def identity_of(famille: str) -> list[str]:
    """The columns that say which row it is."""
    words = [c for c, kind in FAMILLES[famille].items() if kind not in _NOMBRES]
    return ["serie", "debut", "fin", *words]


def read_rows(lot: int, famille: str, base: str | Path | None = None, limit: int = 500) -> list[dict[str, Any]]:
    """The rows of a lot as they were received, the newest days first: column -> value.

    Raises:
        ValueError: no such family.
    """
    if famille not in FAMILLES:
        raise ValueError(f"no family {famille}")
    columns = [*identity_of(famille), *figures_of(famille)]
    with connect(base) as cursor:
        rows = cursor.execute(
            f"SELECT {', '.join(columns)} FROM {famille} WHERE lot = ? ORDER BY fin DESC, debut DESC LIMIT ?",  # noqa: S608
            [lot, limit],
        ).fetchall()
    return [dict(zip(columns, row, strict=True)) for row in rows]


def to_keep(lot: int, famille: str, row: Mapping[str, Any], colonne: str, nouveau: float) -> dict[str, Any]:
    """What the registre keeps of a correction of `row`, as JSON holds it.

    Raises:
        ValueError: the column is not a figure of the family.
    """
    if colonne not in figures_of(famille):
        raise ValueError(f"{colonne} is not a figure of {famille}")
    where = {c: None if row[c] is None else str(row[c]) for c in identity_of(famille)}
    return {
        "lot": lot, "famille": famille, "ou": where, "colonne": colonne,
        "attendu": row[colonne], "nouveau": nouveau,
    }  # fmt: skip


@contextmanager
def corrected(
    cursor: duckdb.DuckDBPyConnection, decisions: Decisions, portees: Iterable[Portee]
) -> Iterator[tuple[Perdue, ...]]:
    """Inside the block, the tables of the families read as corrected; yields the corrections that are lost.

    A temporary view takes the place of each corrected table, for this cursor only, and goes with the block.
    """
    spoken: dict[int, list[Portee]] = {}
    for p in portees:
        spoken.setdefault(p.lot, []).append(p)
    by_family: dict[str, list[tuple[str, Decision]]] = {}
    for cle, decision in decisions.corrections.items():
        by_family.setdefault(decision.valeur["famille"], []).append((cle, decision))
    lost: list[Perdue] = []
    made: list[str] = []
    try:
        for famille, found in by_family.items():
            if famille in FAMILLES:
                lost += _shadow(cursor, famille, found, spoken)
                made.append(famille)
        yield tuple(lost)
    finally:
        for famille in made:
            cursor.execute(f"DROP VIEW IF EXISTS temp.main.{famille}")
            cursor.execute(f"DROP TABLE IF EXISTS temp.main.corrige_{famille}")


def _shadow(
    cursor: duckdb.DuckDBPyConnection,
    famille: str,
    found: list[tuple[str, Decision]],
    spoken: Mapping[int, list[Portee]],
) -> list[Perdue]:
    """Put the corrected rows in front of a table; names come from rqds_metrics.familles only."""
    row = cursor.execute("SELECT current_database()").fetchone()
    assert row is not None
    catalog = str(row[0]).replace('"', '""')
    real = f'"{catalog}".main.{famille}'
    lots = ", ".join(str(int(d.valeur["lot"])) for _, d in found)
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE corrige_{famille} AS SELECT * FROM {real} WHERE lot IN ({lots})")  # noqa: S608
    lost = [
        Perdue(cle, decision, raison)
        for cle, decision in found
        if (raison := _apply(cursor, famille, decision.valeur, spoken))
    ]
    cursor.execute(
        f"CREATE OR REPLACE TEMP VIEW {famille} AS SELECT * FROM {real} WHERE lot NOT IN ({lots}) "  # noqa: S608
        f"UNION ALL SELECT * FROM corrige_{famille}"
    )
    return lost


def _apply(
    cursor: duckdb.DuckDBPyConnection, famille: str, valeur: Mapping[str, Any], spoken: Mapping[int, list[Portee]]
) -> str | None:
    """Correct one cell; why not, in French, when it cannot be."""
    colonne, where = valeur["colonne"], valeur["ou"]
    # one made before the family had all its columns names fewer of them
    if colonne not in figures_of(famille) or not {"serie", "debut", "fin"} <= set(where) <= set(identity_of(famille)):
        return "cette correction ne désigne plus une cellule qui existe"
    mine = [p for p in spoken.get(int(valeur["lot"]), ()) if p.serie == where["serie"]]
    if not any(str(p.debut) <= where["debut"] <= str(p.fin) for p in mine):
        return "l'envoi corrigé ne compte plus : il est annulé, ou remplacé par un plus récent"
    kinds = {**COMMUNES, **FAMILLES[famille]}
    tests = " AND ".join(f"{c} IS NOT DISTINCT FROM CAST(? AS {kinds[c]})" for c in where)
    changed = cursor.execute(
        f"UPDATE corrige_{famille} SET {colonne} = CAST(? AS {kinds[colonne]}) "  # noqa: S608
        f"WHERE lot = ? AND {tests} AND {colonne} IS NOT DISTINCT FROM CAST(? AS {kinds[colonne]}) RETURNING lot",
        [valeur["nouveau"], int(valeur["lot"]), *where.values(), valeur["attendu"]],
    ).fetchall()
    if len(changed) == 1:
        return None
    return f"la cellule ne contient plus la valeur attendue ({valeur['attendu']})"
