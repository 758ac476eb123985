"""The one template that turns a measure into SQL: what counts, on which days, from which source, through which filter.

Names of tables and columns come from rqds_metrics.familles only; words from filters are always bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from rqds_metrics.mesures import CALCULS, Mesure, Plage, plages_of
from rqds_metrics.parts import read_choix
from rqds_metrics.plan import Condition, Indicateur
from rqds_metrics.registre import Decisions, Reglages
from rqds_metrics.regles.textes import plain as plain

_SANS_MOTS: Mapping[str, str] = MappingProxyType({})


def _cleaned(column: str) -> str:
    """As `plain` writes a text, in SQL."""
    return f"strip_accents(lower(replace({column}, '’', '''')))"


def words_sql(famille: str, colonne: str) -> str:
    """The temporary table of the different texts of a column, as they are and cleaned: a filter reads each one once.

    Millions of rows hold few different pages, and cleaning a text is what costs.
    """
    return (
        f"CREATE OR REPLACE TEMP TABLE mots_{famille}_{colonne} AS SELECT valeur, {_cleaned('valeur')} AS mots\n"  # noqa: S608
        f"FROM (SELECT DISTINCT {colonne} AS valeur FROM {famille} WHERE {colonne} IS NOT NULL)"
    )


def _words(column: str, test: str, words: tuple[str, ...], params: list[Any], table: str | None = None) -> str:
    """One condition of a filter, its words bound. `table`: that of `words_sql`, where it was made."""
    cleaned = "mots" if table else _cleaned(f"r.{column}")
    params.extend(plain(w) for w in words)
    if test == "egal":
        any_of = f"{cleaned} IN ({', '.join('?' * len(words))})"
    else:
        function = "starts_with" if test == "commence" else "contains"
        any_of = " OR ".join([f"{function}({cleaned}, ?)"] * len(words))
    if table:
        found = f"(SELECT valeur FROM {table} WHERE {any_of})"  # noqa: S608 (a name of ours)
        return f"(r.{column} IS NULL OR r.{column} NOT IN {found})" if test == "sans" else f"r.{column} IN {found}"
    if test == "egal":
        return any_of
    return f"NOT coalesce({any_of}, false)" if test == "sans" else f"({any_of})"


def _within(mesure: Mesure, plage: Plage, params: list[Any]) -> str:
    """The rows of some series on some days, their names and days bound."""
    tests = []
    for serie in plage.series:
        first, star, last = serie.partition("*")
        if star:
            tests.append("starts_with(r.serie, ?) AND ends_with(r.serie, ?)" if last else "starts_with(r.serie, ?)")
            params.extend([first, last] if last else [first])
        else:
            tests.append("r.serie = ? OR starts_with(r.serie, ?)")
            params.extend([serie, serie + "|"])
    text = " OR ".join(tests)
    if plage.debut or plage.avant:
        text = f"(({text})"
        for operator, day in ((">=", plage.debut), ("<", plage.avant)):
            if day:
                text += f" AND r.{mesure.date} {operator} ?"
                params.append(day)
        text += ")"
    return text


class Rattachements(NamedTuple):
    """Survey questions, as (sondage, question), that someone attached: to this indicator, and to any at all."""

    ici: tuple[tuple[str, str], ...] = ()
    tous: tuple[tuple[str, str], ...] = ()


def rattachements_of(indicateur: Indicateur, decisions: Decisions) -> Rattachements:
    said = {k: read_choix(d.valeur).indicateur for k, d in decisions.questions.items()}
    ici = tuple(k for k, id_ in said.items() if id_ == indicateur.id)
    return Rattachements(ici, tuple(k for k, id_ in said.items() if id_ is not None))


def _among(pairs: tuple[tuple[str, str], ...], params: list[Any]) -> str:
    for pair in pairs:
        params.extend(pair)
    return f"(r.sondage, r.question) IN ({', '.join(['(?, ?)'] * len(pairs))})"


def _filtered(
    filtre: tuple[Condition, ...], rattachements: Rattachements, params: list[Any], mots: Mapping[str, str] = _SANS_MOTS
) -> list[str]:
    """The conditions of an indicator; a question that someone attached goes where they said, and nowhere else."""
    clauses = [
        _words(condition.colonne, test, words, params, mots.get(condition.colonne))
        for condition in filtre
        for test in ("contient", "sans", "commence", "egal")
        if (words := getattr(condition, test))
    ]
    if not rattachements.tous:
        return clauses
    text = " AND ".join([*clauses, f"NOT {_among(rattachements.tous, params)}"])
    return [f"({text} OR {_among(rattachements.ici, params)})" if rattachements.ici else f"({text})"]


def _where(
    mesure: Mesure,
    filtre: tuple[Condition, ...],
    reglages: Reglages,
    plages: tuple[Plage, ...],
    rattachements: Rattachements,
    mots: Mapping[str, str],
) -> tuple[list[str], list[Any]]:
    clauses: list[str] = [f"r.{mesure.date} IS NOT NULL"]
    params: list[Any] = []
    clauses.append("(" + " OR ".join(_within(mesure, plage, params) for plage in plages) + ")")
    if mesure.derniers:
        clauses.append(
            "(r.lot, r.serie, r.episode, r.publie_le) IN (SELECT lot, serie, episode, publie_le FROM dernier)"
        )
    for compte in mesure.conditions:
        if compte.minimum:
            clauses.append(f"r.{compte.colonne} >= ?")
            params.append(getattr(reglages, compte.minimum))
        else:
            clauses.append(f"r.{compte.colonne} IS {'NULL' if compte.vide else 'NOT NULL'}")
    return clauses + _filtered(filtre, rattachements, params, mots), params


def _body(
    mesure: Mesure,
    filtre: tuple[Condition, ...],
    reglages: Reglages,
    plages: tuple[Plage, ...] | None,
    rattachements: Rattachements,
    mots: Mapping[str, str] = _SANS_MOTS,
) -> tuple[str, list[Any]]:
    """The rows that a measure reads: FROM and WHERE."""
    clauses, params = _where(mesure, filtre, reglages, plages or plages_of(mesure), rattachements, mots)
    where = "\n  AND ".join(clauses)
    return (
        f"FROM {mesure.famille} r\n"
        f"JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin\n"
        f"WHERE {where}"
    ), params


def releves_sql(
    mesure: Mesure,
    filtre: tuple[Condition, ...],
    reglages: Reglages,
    plages: tuple[Plage, ...] | None = None,
    rattachements: Rattachements = Rattachements(),  # noqa: B008 (immutable)
    mots: Mapping[str, str] = _SANS_MOTS,
) -> tuple[str, list[Any]]:
    """The query that reads a measure, and its bound values. `plages`: see plages_of.
    `mots`: column -> the table that `words_sql` made of it, for those that have one.

    Reads the table of the family, `portee` (lot, serie, debut, fin: what counts, see regles.vivant) and, for what is
    read of snapshots, `dernier` (lot, serie, episode, publie_le: see rqds_metrics.differences).
    Gives debut DATE, fin DATE, num DOUBLE, den DOUBLE, n DOUBLE, one row per span of days.
    """

    def total(name: str | None) -> str:
        return "NULL" if name is None else CALCULS.get(name, f"sum(r.{name})")

    body, params = _body(mesure, filtre, reglages, plages, rattachements, mots)
    if mesure.dernier_par:
        return _levels(mesure, total(mesure.numerateur), body), params
    first = "r.debut" if mesure.date == "fin" else f"r.{mesure.date}"
    observed = total("repondants") if mesure.famille == "sondage" else "count(*)"
    sql = (
        f"SELECT {first} AS debut, r.{mesure.date} AS fin,\n"
        f"       CAST({total(mesure.numerateur)} AS DOUBLE) AS num,\n"
        f"       CAST({total(mesure.denominateur)} AS DOUBLE) AS den,\n"
        f"       CAST({observed} AS DOUBLE) AS n\n"
        f"{body}\nGROUP BY 1, 2\nORDER BY 2, 1"
    )
    return sql, params


def _levels(mesure: Mesure, total: str, body: str) -> str:
    """On each day that something is known, the last level of each thing (`dernier_par`), added up."""
    return (
        f"WITH connu AS (\nSELECT r.{mesure.dernier_par} AS cle, r.{mesure.date} AS fin,\n"  # noqa: S608
        f"       CAST({total} AS DOUBLE) AS niveau\n{body}\nGROUP BY 1, 2\n)\n"
        "SELECT j.fin AS debut, j.fin AS fin, sum(c.niveau) AS num, CAST(NULL AS DOUBLE) AS den,\n"
        "       CAST(count(*) AS DOUBLE) AS n\n"
        "FROM (SELECT cle, fin FROM (SELECT DISTINCT cle FROM connu) CROSS JOIN (SELECT DISTINCT fin FROM connu)) j\n"
        "ASOF JOIN connu c ON j.cle = c.cle AND j.fin >= c.fin\n"
        "GROUP BY 1, 2\nORDER BY 2, 1"
    )


def snapshots_sql(mesure: Mesure, filtre: tuple[Condition, ...], serie: str) -> tuple[str, list[Any]]:
    """The query that reads the counters of a serie, snapshot by snapshot, and its bound values.

    Gives jour DATE, lot BIGINT, episode VARCHAR, publie_le DATE, valeur DOUBLE, in order of days.
    """
    params: list[Any] = [serie]
    clauses = ["r.serie = ?", "r.episode IS NOT NULL", *_filtered(filtre, Rattachements(), params)]
    where = "\n  AND ".join(clauses)
    sql = (
        f"SELECT r.fin AS jour, r.lot, r.episode, r.publie_le, CAST(r.{mesure.numerateur} AS DOUBLE) AS valeur\n"
        f"FROM {mesure.famille} r\n"
        f"JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin\n"
        f"WHERE {where}\nORDER BY 1, 3, 4"
    )
    return sql, params


def provenance_sql(
    mesure: Mesure,
    filtre: tuple[Condition, ...],
    reglages: Reglages,
    plages: tuple[Plage, ...] | None = None,
    rattachements: Rattachements = Rattachements(),  # noqa: B008 (immutable)
) -> tuple[str, list[Any]]:
    """The same figures by month and lot: where they come from.

    Gives mois DATE, lot BIGINT, num DOUBLE, den DOUBLE, the newest month first.
    """
    body, params = _body(mesure, filtre, reglages, plages, rattachements)
    if mesure.dernier_par:
        month = f"CAST(date_trunc('month', r.{mesure.date}) AS DATE)"
        last = (
            f"SELECT {month} AS mois, r.lot AS lot, arg_max(r.{mesure.numerateur}, r.{mesure.date}) AS niveau\n{body}"
        )
        return (
            f"SELECT mois, lot, CAST(sum(niveau) AS DOUBLE) AS num, CAST(NULL AS DOUBLE) AS den\n"
            f"FROM (\n{last}\nGROUP BY 1, 2, r.{mesure.dernier_par}\n)\nGROUP BY 1, 2\nORDER BY 1 DESC, 2 DESC"
        ), params
    sql, _ = releves_sql(mesure, filtre, reglages, plages, rattachements)
    sums = sql[sql.index("CAST(") : sql.index(",\n       CAST(", sql.index(" AS den"))]
    month = f"CAST(date_trunc('month', r.{mesure.date}) AS DATE)"
    return (
        f"SELECT {month} AS mois, r.lot AS lot,\n       {sums}\n{body}\nGROUP BY 1, 2\nORDER BY 1 DESC, 2 DESC",
        params,
    )


def vagues_sql(
    mesure: Mesure,
    filtre: tuple[Condition, ...],
    reglages: Reglages,
    plages: tuple[Plage, ...] | None = None,
    rattachements: Rattachements = Rattachements(),  # noqa: B008 (immutable)
) -> tuple[str, list[Any]]:
    """The surveys and questions behind the figures: serie, question, fin, how many answers count; those that have any."""
    sql, params = releves_sql(mesure, filtre, reglages, plages, rattachements)
    body = sql[sql.index("FROM ") : sql.index("\nGROUP BY")]
    count = f"CAST({CALCULS['repondants']} AS DOUBLE)"
    return (
        f"SELECT r.serie, r.question, r.fin, {count}\n{body}\n  AND r.satisfait IS NOT NULL\nGROUP BY 1, 2, 3",
        params,
    )
