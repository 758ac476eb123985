"""What the base knows of the series that a file speaks of, before it is stored: what its figures are compared with."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pandas as pd

from etl.source import Extrait
from etl.vigilance import COLONNES, Passe
from rqds_metrics.regles.vivant import Portee, Span, merge


def read_past(cursor: duckdb.DuckDBPyConnection, extrait: Extrait, portees: list[Portee]) -> dict[str, Passe]:
    """What is known of the series that a file speaks of, before it is stored: totals of its months and the one before."""
    series = {t.serie for t in extrait.tranches}
    mine: dict[str, list[Portee]] = {}
    for p in portees:
        if p.serie in series:
            mine.setdefault(p.serie, []).append(p)
    if not mine:
        return {}
    totals = _totals_by_month(cursor, extrait, [p for found in mine.values() for p in found])
    newest = {serie: max(p.lot for p in found) for serie, found in mine.items()}
    cursor.register("passe_vue", pd.DataFrame(newest.items(), columns=["serie", "lot"]))
    size = dict(
        cursor.execute(
            f"SELECT r.serie, count(*) FROM {extrait.famille} r "  # noqa: S608
            "JOIN passe_vue p ON r.lot = p.lot AND r.serie = p.serie GROUP BY 1"
        ).fetchall()
    )
    cursor.unregister("passe_vue")
    return {
        serie: Passe(totals.get(serie, {}), tuple(merge([Span(p.debut, p.fin) for p in found])), size.get(serie, 0))
        for serie, found in mine.items()
    }


def _totals_by_month(
    cursor: duckdb.DuckDBPyConnection, extrait: Extrait, portees: list[Portee]
) -> dict[str, dict[date, dict[str, float]]]:
    """By serie and month, the totals that a file's own are compared with. Days are bound: a scan skips the others."""
    columns = COLONNES.get(extrait.famille, {})
    if not columns or extrait.debut is None or extrait.fin is None:
        return {}
    since = (extrait.debut.replace(day=1) - timedelta(days=1)).replace(day=1)
    pairs = pd.DataFrame([(p.lot, p.serie, p.debut, p.fin) for p in portees], columns=["lot", "serie", "debut", "fin"])
    cursor.register("passe_vue", pairs)
    # names of columns come from this project's own lists
    sums = "".join(f", sum({c})" for c in columns)
    rows = cursor.execute(
        f"SELECT r.serie, CAST(date_trunc('month', r.fin) AS DATE){sums} FROM {extrait.famille} r "  # noqa: S608
        "JOIN passe_vue p ON r.lot = p.lot AND r.serie = p.serie "
        "AND r.debut BETWEEN CAST(p.debut AS DATE) AND CAST(p.fin AS DATE) "
        "WHERE r.fin BETWEEN ? AND ? GROUP BY 1, 2",
        [since, extrait.fin],
    ).fetchall()
    cursor.unregister("passe_vue")
    totals: dict[str, dict[date, dict[str, float]]] = {}
    for serie, month, *values in rows:
        known = {c: float(v) for c, v in zip(columns, values, strict=True) if v is not None}
        totals.setdefault(serie, {})[month] = known
    return totals
