"""What the database knows on a day: live files, decisions, and the series of every indicator.

Read once for a version of the file and a day, then kept: everything else is computed from it without SQL.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from rqds_metrics.alimentation import plan_decided
from rqds_metrics.corrections import Perdue, corrected
from rqds_metrics.mesures import Mesure, Plage, load_mesures, names, plages_decided
from rqds_metrics.plan import Indicateur, Plan, load_plan
from rqds_metrics.registre import Decisions, default_reglages, read_decisions
from rqds_metrics.regles.formule import Operande, level_of, sum_of
from rqds_metrics.regles.series import Serie
from rqds_metrics.regles.vivant import Portee, Span, live_parts, merge
from rqds_metrics.releves import Rattachements, provenance_sql, rattachements_of, releves_sql
from rqds_metrics.store import base_path, connect, end_of, version

_RETENUES = 32  # as-of days and versions kept in memory


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


@dataclass(frozen=True)
class Texte:
    """A dated text typed for a qualitative indicator."""

    debut: date
    fin: date
    texte: str


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

    @property
    def demo(self) -> bool:
        return any(lot.demo for lot in self.lots)


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


def read_portees(cursor: duckdb.DuckDBPyConnection, lots: list[Lot]) -> list[Portee]:
    """What counts of each live lot."""
    live = {lot.id for lot in lots if lot.annule_le is None}
    rows = cursor.execute("SELECT lot, serie, debut, fin, mode FROM tranche").fetchall()
    return live_parts([Portee(*row) for row in rows if row[0] in live])


def _covered(mesure: Mesure, plages: tuple[Plage, ...], portees: list[Portee]) -> tuple[Span, ...] | None:
    """The days spoken for by the series that count on them; None for events."""
    if mesure.couverture == "evenement":
        return None
    spans = []
    for plage in plages:
        first, last = plage.debut or date.min, plage.avant - timedelta(days=1) if plage.avant else date.max
        mine = [p for p in portees if any(names(s, p.serie) for s in plage.series)]
        spans += [Span(max(p.debut, first), min(p.fin, last)) for p in mine if p.debut <= last and p.fin >= first]
    return tuple(merge(spans))


def _question(
    indicateur: Indicateur, portees: list[Portee], decisions: Decisions
) -> tuple[Mesure, tuple[Plage, ...], Rattachements]:
    """What an indicator asks of the rows: its measure, which sources it reads when, and the questions attached to it."""
    assert indicateur.mesure is not None
    mesure = load_mesures()[indicateur.mesure]
    plages = plages_decided(indicateur.mesure, mesure, decisions, portees)
    attached = rattachements_of(indicateur, decisions) if mesure.famille == "sondage" else Rattachements()
    return mesure, plages, attached


def _measured(
    cursor: duckdb.DuckDBPyConnection, plan: Plan, portees: list[Portee], decisions: Decisions
) -> dict[str, Serie]:
    """The series of indicators that a source feeds. Indicators of one measure and filter share their query."""
    known = {p.serie for p in portees}
    series: dict[str, Serie] = {}
    done: dict[tuple[str | None, object], Serie] = {}
    for indicateur in plan.tous.values():
        if indicateur.mesure is None:
            continue
        mesure, plages, attached = _question(indicateur, portees, decisions)
        if not any(names(entry, s) for p in plages for entry in p.series for s in known):
            continue
        key = (indicateur.mesure, (indicateur.filtre, attached.ici))
        if key not in done:
            sql, params = releves_sql(mesure, indicateur.filtre, decisions.reglages, plages, attached)
            done[key] = Serie.of(cursor.execute(sql, params).fetchall(), _covered(mesure, plages, portees))
        series[indicateur.id] = done[key]
    return series


def _computed(plan: Plan, series: dict[str, Serie]) -> dict[str, Serie]:
    """The series of indicators that are a formula of others."""
    out = {}
    for indicateur in plan.tous.values():
        if indicateur.formule:
            top, under = (
                [Operande(series.get(i, Serie()), plan.tous[i].type == "stock") for i in ids]
                for ids in (indicateur.formule.numerateur, indicateur.formule.denominateur)
            )
            adds_up = indicateur.type == "nombre"
            out[indicateur.id] = sum_of(top) if adds_up else level_of(top, under)
    return out


def read_serie(cursor: duckdb.DuckDBPyConnection, indicateur: Indicateur, au: date) -> Serie:
    """The series of one indicator as it was known at the end of `au`."""
    decisions = read_decisions(cursor, au)
    plan = plan_decided(load_plan(), decisions)
    indicateur = plan.tous[indicateur.id]
    if indicateur.formule:
        return read_donnees(cursor, au).series.get(indicateur.id, Serie())
    portees = read_portees(cursor, read_lots(cursor, au))
    portee_table(cursor, portees)
    with corrected(cursor, decisions, portees):
        if not indicateur.mesure:
            return _typed(cursor, plan)[0].get(indicateur.id, Serie())
        mesure, plages, attached = _question(indicateur, portees, decisions)
        sql, params = releves_sql(mesure, indicateur.filtre, decisions.reglages, plages, attached)
        return Serie.of(cursor.execute(sql, params).fetchall(), _covered(mesure, plages, portees))


def _beside(cursor: duckdb.DuckDBPyConnection, portees: list[Portee], decisions: Decisions) -> dict[str, Serie]:
    """The series of measures that are shown beside another."""
    out = {}
    for nom, mesure in load_mesures().items():
        if mesure.accompagne:
            plages = plages_decided(nom, mesure, decisions, portees)
            sql, params = releves_sql(mesure, (), decisions.reglages, plages)
            out[nom] = Serie.of(cursor.execute(sql, params).fetchall(), _covered(mesure, plages, portees))
    return out


def _typed_row(
    indicateur: Indicateur, row: tuple[date, date, float | None, float | None, float | None, date | None]
) -> tuple[date, date, float | None, float | None, float]:
    debut, fin, valeur, numerateur, denominateur, fait_le = row
    if indicateur.type == "jalon" and valeur == 1 and fait_le:
        return fait_le, fait_le, 1.0, None, 1.0
    if indicateur.type == "taux" and denominateur is not None:
        return debut, fin, numerateur, denominateur, denominateur
    return debut, fin, valeur, None, 1.0


def _typed(cursor: duckdb.DuckDBPyConnection, plan: Plan) -> tuple[dict[str, Serie], dict[str, tuple[Texte, ...]]]:
    """The series and texts of indicators whose values are typed in."""
    rows = cursor.execute(
        """
        SELECT r.indicateur, r.debut, r.fin, r.valeur, r.numerateur, r.denominateur, r.fait_le, r.texte
        FROM saisie r JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
        ORDER BY r.debut, r.fin
        """
    ).fetchall()
    found: dict[str, list[tuple[date, date, float | None, float | None, float]]] = {}
    textes: dict[str, list[Texte]] = {}
    for id_, debut, fin, valeur, numerateur, denominateur, fait_le, texte in rows:
        indicateur = plan.tous.get(id_)
        if indicateur is None or not indicateur.saisi:
            continue
        if texte:
            textes.setdefault(id_, []).append(Texte(debut, fin, texte))
        if indicateur.type == "qualitatif":
            continue
        found.setdefault(id_, []).append(
            _typed_row(indicateur, (debut, fin, valeur, numerateur, denominateur, fait_le))
        )
    series = {}
    for id_, values in found.items():
        monthly = plan.tous[id_].cadence == "mensuelle"
        spans = tuple(merge([Span(v[0], v[1]) for v in values])) if monthly else None
        series[id_] = Serie.of(values, spans)
    return series, {k: tuple(v) for k, v in textes.items()}


def portee_table(cursor: duckdb.DuckDBPyConnection, portees: list[Portee]) -> None:
    """What counts, as the temporary table that measures join."""
    frame = pd.DataFrame(portees, columns=list(Portee._fields))
    cursor.register("portee_vue", frame.astype({"lot": "int64"}))
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE portee AS "
        "SELECT lot, serie, CAST(debut AS DATE) AS debut, CAST(fin AS DATE) AS fin FROM portee_vue"
    )
    cursor.unregister("portee_vue")


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
    with corrected(cursor, decisions, portees) as perdues:
        measured = _measured(cursor, plan, portees, decisions)
        typed, textes = _typed(cursor, plan)
        beside = _beside(cursor, portees, decisions)
    series = {**typed, **measured}
    series.update(_computed(plan, series))
    return Donnees(au, tuple(lots), tuple(portees), decisions, series, textes, perdues, beside)


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


@dataclass(frozen=True)
class Origine:
    """A figure of a month, and the file it comes from. `remplace`: earlier files that it took the place of."""

    mois: date
    num: float | None
    den: float | None
    lot: Lot
    remplace: tuple[Lot, ...]


def read_origines(
    indicateur: Indicateur, debut: date, fin: date, au: date, base: str | Path | None = None
) -> list[Origine]:
    """Where the figures of an indicator come from, month by month of debut..fin, the newest first."""
    if not version(base):
        return []
    with connect(base) as cursor:
        lots = read_lots(cursor, au)
        portees = read_portees(cursor, lots)
        portee_table(cursor, portees)
        decisions = read_decisions(cursor, au)
        indicateur = plan_decided(load_plan(), decisions).tous[indicateur.id]
        if indicateur.formule:
            return []
        if indicateur.mesure:
            mesure, plages, attached = _question(indicateur, portees, decisions)
            sql, params = provenance_sql(mesure, indicateur.filtre, decisions.reglages, plages, attached)
        else:
            sql, params = _SAISIES, [indicateur.id]
        with corrected(cursor, decisions, portees):
            rows = [r for r in cursor.execute(sql, params).fetchall() if debut <= r[0] <= fin]
        spoken = cursor.execute("SELECT lot, serie, debut, fin, mode FROM tranche").fetchall()
    by_id = {lot.id: lot for lot in lots}
    series = {p.lot: {q.serie for q in portees if q.lot == p.lot} for p in portees}
    out = []
    for month, lot, num, den in rows:
        last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        older = {
            by_id[t[0]].id
            for t in spoken
            if t[0] < lot and t[0] in by_id and by_id[t[0]].annule_le is None
            and t[1] in series.get(lot, ()) and t[2] <= last and month <= t[3]
        }  # fmt: skip
        out.append(Origine(month, num, den, by_id[lot], tuple(by_id[i] for i in sorted(older)[-1:])))
    return out


_SAISIES = """
SELECT CAST(date_trunc('month', coalesce(r.fait_le, r.fin)) AS DATE) AS mois, r.lot,
       CAST(coalesce(r.numerateur, r.valeur) AS DOUBLE) AS num, CAST(r.denominateur AS DOUBLE) AS den
FROM saisie r JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
WHERE r.indicateur = ? ORDER BY 1 DESC, 2 DESC
"""
