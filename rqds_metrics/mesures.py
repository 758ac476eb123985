"""Named measures: data (mesures.yaml), and the one template that turns each into SQL.

Names of tables and columns come from rqds_metrics.familles only; words from filters are always bound.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, RootModel, model_validator

from rqds_metrics.familles import COMMUNES, FAMILLES
from rqds_metrics.plan import Condition, Indicateur, Plan, Strict, _tuple
from rqds_metrics.registre import Decisions, Reglages
from rqds_metrics.regles.vivant import Portee
from rqds_metrics.yaml_strict import DefinitionError, Lu, read_yaml, validate

FICHIER = Path(__file__).with_name("mesures.yaml")

# Numerators and denominators that are not a column to sum.
_CALCULS = {
    "lignes": "count(*)",
    "episodes": "count(DISTINCT r.episode)",
    "satisfaits": "sum(r.nombre) FILTER (WHERE r.satisfait)",
    "repondants": "sum(r.nombre) FILTER (WHERE r.satisfait IS NOT NULL)",
}


class Compte(Strict):
    """What counts at all, before any indicator's filter: empty, filled, or at least a setting's value."""

    colonne: str
    vide: Literal[True] | None = None
    rempli: Literal[True] | None = None
    minimum: Literal["envoi_test_moins_de"] | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Compte:
        if sum(t is not None for t in (self.vide, self.rempli, self.minimum)) != 1:
            raise ValueError("une condition a un seul test : vide, rempli ou minimum")
        return self


class Mesure(Strict):
    """How rows of a family become a figure."""

    titre: str
    unite: str
    famille: str
    date: Literal["debut", "fin", "publie_le"]
    numerateur: str
    denominateur: str | None = None
    conditions: Annotated[tuple[Compte, ...], BeforeValidator(_tuple)] = ()
    couverture: Literal["continue", "evenement"]
    series: Annotated[tuple[str, ...], BeforeValidator(_tuple)]
    choix: Literal[True] | None = None  # several of `series` could tell the same thing: one at a time is read
    methode: str

    @model_validator(mode="after")
    def _columns_exist(self) -> Mesure:
        if self.famille not in FAMILLES:
            raise ValueError(f"famille inconnue « {self.famille} »")
        columns = {*COMMUNES, *FAMILLES[self.famille]}
        named = [self.date, *(c.colonne for c in self.conditions)]
        named += [c for c in (self.numerateur, self.denominateur) if c and c not in _CALCULS]
        for column in named:
            if column not in columns:
                raise ValueError(f"colonne inconnue « {column} » dans la famille « {self.famille} »")
        if not self.series:
            raise ValueError("il manque au moins une série")
        return self

    def reads(self, serie: str) -> bool:
        """Is `serie` one that this measure may read."""
        return any(names(s, serie) for s in self.series)

    @property
    def source(self) -> str:
        """The tool it comes from: the first part of its series."""
        return self.series[0].split("|", 1)[0]


def names(entry: str, serie: str) -> bool:
    """Does `entry` name a series: whole, by its first parts (« zoom »), or by its beginning (« autre-* »)."""
    if entry.endswith("*"):
        return serie.startswith(entry[:-1])
    return serie == entry or serie.startswith(entry + "|")


class Plage(NamedTuple):
    """Days on which a measure reads some series: from `debut`, before `avant` (None: without limit)."""

    series: tuple[str, ...]
    debut: date | None = None
    avant: date | None = None


def plages_of(
    mesure: Mesure, choix: Iterable[tuple[date | None, str]] = (), d_abord: str | None = None
) -> tuple[Plage, ...]:
    """What a measure reads, through time. `choix`: (since that day, this series), in the order they were decided.

    Before any choice, the series `d_abord` (the measure's first by default); a choice holds until the next one, and
    hides earlier ones of later days.
    """
    if not mesure.choix:
        return (Plage(mesure.series),)
    steps: list[tuple[date | None, str]] = [(None, d_abord or mesure.series[0])]
    for since, serie in choix:
        steps = [(d, s) for d, s in steps if since is not None and (d is None or d < since)]
        steps.append((since, serie))
    ends = [d for d, _ in steps[1:]] + [None]
    return tuple(Plage((serie,), since, end) for (since, serie), end in zip(steps, ends, strict=True))


def plages_decided(nom: str, mesure: Mesure, decisions: Decisions, portees: Iterable[Portee]) -> tuple[Plage, ...]:
    """`plages_of` with the choices that stand in the registre; before any, the series that came in first.

    Not the first of the list: a second tool that begins to send files must not change figures by itself.
    """
    if not mesure.choix:
        return plages_of(mesure)
    first = min((p for p in portees if mesure.reads(p.serie)), key=lambda p: p.lot, default=None)
    choix = [
        (date.fromisoformat(d.valeur["depuis"]) if d.valeur.get("depuis") else None, str(d.valeur["serie"]))
        for d in decisions.sources.get(nom, ())
    ]
    return plages_of(mesure, choix, first.serie if first else None)


class Mesures(RootModel[dict[str, Mesure]]):
    model_config = {"frozen": True}


def check_mesures(plan: Plan | None = None, path: Path = FICHIER) -> tuple[dict[str, Mesure] | None, Lu]:
    """Read the measures; `.defauts` of the second value lists every fault, in the file or in the plan's use of it."""
    lu = read_yaml(path)
    found = validate(Mesures, lu)
    mesures = found.root if found else None
    for indicateur in plan.tous.values() if plan and mesures else ():
        for note in _misuse(indicateur, mesures or {}):
            lu.defauts.append(lu.defaut((), f"indicateur {indicateur.id} : {note}"))
    return (None if lu.defauts else mesures), lu


def _misuse(indicateur: Indicateur, mesures: dict[str, Mesure]) -> list[str]:
    if indicateur.mesure is None:
        return []
    mesure = mesures.get(indicateur.mesure)
    if mesure is None:
        return [f"mesure inconnue « {indicateur.mesure} »"]
    notes = []
    if (mesure.denominateur is not None) != (indicateur.type == "taux"):
        notes.append(f"la mesure « {indicateur.mesure} » ne donne pas le type « {indicateur.type} »")
    columns = {*COMMUNES, *FAMILLES[mesure.famille]}
    notes += [
        f"le filtre nomme « {c.colonne} », absente de la famille « {mesure.famille} »"
        for c in indicateur.filtre
        if c.colonne not in columns
    ]
    return notes


@cache
def load_mesures(path: Path = FICHIER) -> dict[str, Mesure]:
    """The measures by name.

    Raises:
        DefinitionError: with every fault of the file.
    """
    mesures, lu = check_mesures(path=path)
    if mesures is None:
        raise DefinitionError(lu.defauts)
    return mesures


def plain(text: str) -> str:
    """Lower case, no accents, straight apostrophes: how filters compare (the SQL below does the same)."""
    text = unicodedata.normalize("NFD", text.lower().replace("’", "'"))
    return "".join(c for c in text if not unicodedata.combining(c))


def _words(column: str, test: str, words: tuple[str, ...], params: list[Any]) -> str:
    """One condition of a filter, its words bound."""
    cleaned = f"strip_accents(lower(replace(r.{column}, '’', '''')))"
    params.extend(plain(w) for w in words)
    if test == "egal":
        return f"{cleaned} IN ({', '.join('?' * len(words))})"
    function = "starts_with" if test == "commence" else "contains"
    any_of = " OR ".join([f"{function}({cleaned}, ?)"] * len(words))
    return f"NOT coalesce({any_of}, false)" if test == "sans" else f"({any_of})"


def _within(mesure: Mesure, plage: Plage, params: list[Any]) -> str:
    """The rows of some series on some days, their names and days bound."""
    tests = []
    for serie in plage.series:
        if serie.endswith("*"):
            tests.append("starts_with(r.serie, ?)")
            params.append(serie[:-1])
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


def _where(
    mesure: Mesure, filtre: tuple[Condition, ...], reglages: Reglages, plages: tuple[Plage, ...]
) -> tuple[list[str], list[Any]]:
    clauses: list[str] = [f"r.{mesure.date} IS NOT NULL"]
    params: list[Any] = []
    clauses.append("(" + " OR ".join(_within(mesure, plage, params) for plage in plages) + ")")
    for compte in mesure.conditions:
        if compte.minimum:
            clauses.append(f"r.{compte.colonne} >= ?")
            params.append(getattr(reglages, compte.minimum))
        else:
            clauses.append(f"r.{compte.colonne} IS {'NULL' if compte.vide else 'NOT NULL'}")
    for condition in filtre:
        for test in ("contient", "sans", "commence", "egal"):
            if words := getattr(condition, test):
                clauses.append(_words(condition.colonne, test, words, params))
    return clauses, params


def releves_sql(
    mesure: Mesure, filtre: tuple[Condition, ...], reglages: Reglages, plages: tuple[Plage, ...] | None = None
) -> tuple[str, list[Any]]:
    """The query that reads a measure, and its bound values. `plages`: see plages_of.

    Reads the table of the family and `portee` (lot, serie, debut, fin: what counts, see regles.vivant).
    Gives debut DATE, fin DATE, num DOUBLE, den DOUBLE, n DOUBLE, one row per span of days.
    """

    def total(name: str | None) -> str:
        return "NULL" if name is None else _CALCULS.get(name, f"sum(r.{name})")

    clauses, params = _where(mesure, filtre, reglages, plages or plages_of(mesure))
    first = "r.debut" if mesure.date == "fin" else f"r.{mesure.date}"
    observed = total("repondants") if mesure.famille == "sondage" else "count(*)"
    where = "\n  AND ".join(clauses)
    sql = (
        f"SELECT {first} AS debut, r.{mesure.date} AS fin,\n"
        f"       CAST({total(mesure.numerateur)} AS DOUBLE) AS num,\n"
        f"       CAST({total(mesure.denominateur)} AS DOUBLE) AS den,\n"
        f"       CAST({observed} AS DOUBLE) AS n\n"
        f"FROM {mesure.famille} r\n"
        f"JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin\n"
        f"WHERE {where}\nGROUP BY 1, 2\nORDER BY 2, 1"
    )
    return sql, params


def provenance_sql(
    mesure: Mesure, filtre: tuple[Condition, ...], reglages: Reglages, plages: tuple[Plage, ...] | None = None
) -> tuple[str, list[Any]]:
    """The same figures by month and lot: where they come from.

    Gives mois DATE, lot BIGINT, num DOUBLE, den DOUBLE, the newest month first.
    """
    sql, params = releves_sql(mesure, filtre, reglages, plages)
    body = sql[sql.index("FROM ") : sql.index("\nGROUP BY")]
    sums = sql[sql.index("CAST(") : sql.index(",\n       CAST(", sql.index(" AS den"))]
    month = f"CAST(date_trunc('month', r.{mesure.date}) AS DATE)"
    return (
        f"SELECT {month} AS mois, r.lot AS lot,\n       {sums}\n{body}\nGROUP BY 1, 2\nORDER BY 1 DESC, 2 DESC",
        params,
    )
