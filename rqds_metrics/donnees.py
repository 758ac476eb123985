"""What the database knows on a day: live files, decisions, and the series of every indicator.

Read once for a version of the file and a day, then kept: everything else is computed from it without SQL.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from rqds_metrics.alimentation import plan_decided
from rqds_metrics.corrections import Perdue, corrected
from rqds_metrics.differences import Progression, last_table, read_growth, split
from rqds_metrics.horloge import last_moment
from rqds_metrics.mesures import Mesure, Plage, load_mesures, names, plages_decided
from rqds_metrics.parts import decided
from rqds_metrics.plan import Condition, Indicateur, Plan, load_plan
from rqds_metrics.registre import Decisions, default_reglages, read_decisions
from rqds_metrics.regles.formule import Operande, level_of, sum_of
from rqds_metrics.regles.par_nom import Nommee, together
from rqds_metrics.regles.series import Serie
from rqds_metrics.regles.vivant import Portee, Span, live_parts, merge
from rqds_metrics.releves import Rattachements, rattachements_of, releves_sql, words_sql
from rqds_metrics.ruptures import ruptures_of
from rqds_metrics.store import base_path, connect, end_of, version
from rqds_metrics.vagues import Vague, read_vagues

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
    """A dated text typed for an indicator, or the proof of a milestone: a link or a note, never made a link of."""

    debut: date
    fin: date
    texte: str
    preuve: str | None = None


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


def question_of(
    indicateur: Indicateur, portees: list[Portee], decisions: Decisions
) -> tuple[Mesure, tuple[Plage, ...], Rattachements]:
    """What an indicator asks of the rows: its measure, which sources it reads when, and the questions attached to it."""
    assert indicateur.mesure is not None
    mesure = load_mesures()[indicateur.mesure]
    plages = plages_decided(indicateur.mesure, mesure, decisions, portees)
    attached = rattachements_of(indicateur, decisions) if mesure.famille == "sondage" else Rattachements()
    return mesure, plages, attached


def _serie(
    cursor: duckdb.DuckDBPyConnection,
    mesure: Mesure,
    filtre: tuple[Condition, ...],
    plages: tuple[Plage, ...],
    portees: list[Portee],
    decisions: Decisions,
    attached: Rattachements = Rattachements(),  # noqa: B008 (immutable)
    mots: Mapping[str, str] | None = None,
) -> Serie:
    """The series of a measure, from what is read as it is and what is read by difference."""
    direct, grown = split(mesure, plages)
    rows, spans = [], _covered(mesure, direct, portees)
    if direct:
        query = releves_sql(mesure, filtre, decisions.reglages, direct, attached, mots or {})
        rows = cursor.execute(*query).fetchall()
    if mesure.numerateur == "satisfaits":  # nobody satisfied among answers is a zero; no answer is no figure
        rows = [(a, b, num or 0.0, den, n) for a, b, num, den, n in rows if den is not None]
    growth = read_growth(cursor, mesure, grown, filtre) if grown else Progression()
    if spans is not None and growth.parts:
        spans = tuple(merge([*spans, *growth.couvert]))
    lists = [] if spans is not None else [p.fin for p in portees if p.mode == "releve" and _named(plages, p)]
    return replace(
        Serie.of([*rows, *growth.rows], spans),
        releve_seul=max((r.jour for r in growth.seuls), default=None),
        connu=max(lists, default=None),
    )


def _named(plages: tuple[Plage, ...], portee: Portee) -> bool:
    return any(names(s, portee.serie) for plage in plages for s in plage.series)


def _measured(
    cursor: duckdb.DuckDBPyConnection, plan: Plan, portees: list[Portee], decisions: Decisions
) -> dict[str, Serie]:
    """The series of indicators that a source feeds. Indicators of one measure and filter share their query."""
    known = {p.serie for p in portees}
    spoken: dict[tuple[str, ...], bool] = {}  # is one of these entries the name of a series that counts
    mots: dict[str, dict[str, str]] = {}
    series: dict[str, Serie] = {}
    done: dict[tuple[str | None, object], Serie] = {}
    for indicateur in plan.tous.values():
        if indicateur.mesure is None:
            continue
        mesure, plages, attached = question_of(indicateur, portees, decisions)
        entries = tuple(entry for p in plages for entry in p.series)
        if entries not in spoken:
            spoken[entries] = any(names(entry, s) for entry in entries for s in known)
        if not spoken[entries]:
            continue
        key = (indicateur.mesure, (indicateur.filtre, attached.ici))
        if key not in done:
            tables = _word_tables(cursor, mesure.famille, indicateur.filtre, mots.setdefault(mesure.famille, {}))
            done[key] = _serie(cursor, mesure, indicateur.filtre, plages, portees, decisions, attached, tables)
        breaks = ruptures_of(indicateur, decisions, plages)
        series[indicateur.id] = replace(done[key], ruptures=breaks) if breaks else done[key]
    return series


def _word_tables(
    cursor: duckdb.DuckDBPyConnection, famille: str, filtre: tuple[Condition, ...], made: dict[str, str]
) -> dict[str, str]:
    """The tables of the words that a filter tests, made as they are needed."""
    for colonne in {c.colonne for c in filtre} - made.keys():
        cursor.execute(words_sql(famille, colonne))
        made[colonne] = f"mots_{famille}_{colonne}"
    return made


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
    with corrected(cursor, decisions, portees), decided(cursor, decisions):
        if not indicateur.mesure:
            return _typed(cursor, plan, decisions)[0].get(indicateur.id, Serie())
        mesure, plages, attached = question_of(indicateur, portees, decisions)
        found = _serie(cursor, mesure, indicateur.filtre, plages, portees, decisions, attached)
        return replace(found, ruptures=ruptures_of(indicateur, decisions, plages))


def _beside(cursor: duckdb.DuckDBPyConnection, portees: list[Portee], decisions: Decisions) -> dict[str, Serie]:
    """The series of measures that are shown beside another."""
    out = {}
    for nom, mesure in load_mesures().items():
        if mesure.accompagne:
            plages = plages_decided(nom, mesure, decisions, portees)
            out[nom] = _serie(cursor, mesure, (), plages, portees, decisions)
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


def _typed(
    cursor: duckdb.DuckDBPyConnection, plan: Plan, decisions: Decisions
) -> tuple[dict[str, Serie], dict[str, tuple[Texte, ...]]]:
    """The series and texts of indicators whose values are typed in."""
    rows = cursor.execute(
        """
        SELECT r.indicateur, r.debut, r.fin, r.valeur, r.numerateur, r.denominateur, r.fait_le, r.texte, r.detail,
               r.preuve
        FROM saisie r JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
        ORDER BY r.debut, r.fin
        """
    ).fetchall()
    found: dict[str, list[Nommee]] = {}
    textes: dict[str, list[Texte]] = {}
    for id_, debut, fin, valeur, numerateur, denominateur, fait_le, texte, detail, preuve in rows:
        indicateur = plan.tous.get(id_)
        if indicateur is None or not indicateur.saisi:
            continue
        if texte or preuve:
            textes.setdefault(id_, []).append(Texte(debut, fin, texte or "", preuve))
        if indicateur.type == "qualitatif":
            continue
        row = _typed_row(indicateur, (debut, fin, valeur, numerateur, denominateur, fait_le))
        found.setdefault(id_, []).append(Nommee(detail, row))
    series = {}
    for id_, named in found.items():
        values = together(named, level=plan.tous[id_].type == "stock")
        monthly = plan.tous[id_].cadence == "mensuelle"
        spans = tuple(merge([Span(v[0], v[1]) for v in values])) if monthly else None
        series[id_] = replace(Serie.of(values, spans), ruptures=ruptures_of(plan.tous[id_], decisions))
    return series, {k: tuple(v) for k, v in textes.items()}


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
        measured = _measured(cursor, plan, portees, decisions)
        vagues = read_vagues(cursor, plan, portees, decisions)
        typed, textes = _typed(cursor, plan, decisions)
        beside = _beside(cursor, portees, decisions)
    series = {**typed, **measured}
    series.update(_computed(plan, series))
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
