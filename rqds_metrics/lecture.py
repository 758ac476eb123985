"""The series of the indicators, read from what counts: by a measure, by what is typed, by a formula of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb

from rqds_metrics.differences import Progression, read_growth, split
from rqds_metrics.mesures import Mesure, Plage, load_mesures, names, plages_decided
from rqds_metrics.plan import Condition, Indicateur, Plan
from rqds_metrics.registre import Decisions
from rqds_metrics.regles.formule import Operande, level_of, sum_of
from rqds_metrics.regles.par_nom import Nommee, together
from rqds_metrics.regles.series import Serie
from rqds_metrics.regles.vivant import Portee, Span, merge
from rqds_metrics.releves import Rattachements, rattachements_of, releves_sql, words_sql
from rqds_metrics.ruptures import ruptures_of


@dataclass(frozen=True)
class Texte:
    """A dated text typed for an indicator, or the proof of a milestone: a link or a note, never made a link of."""

    debut: date
    fin: date
    texte: str
    preuve: str | None = None


def question_of(
    indicateur: Indicateur, portees: list[Portee], decisions: Decisions
) -> tuple[Mesure, tuple[Plage, ...], Rattachements]:
    """What an indicator asks of the rows: its measure, which sources it reads when, and the questions attached to it."""
    assert indicateur.mesure is not None
    mesure = load_mesures()[indicateur.mesure]
    plages = plages_decided(indicateur.mesure, mesure, decisions, portees)
    attached = rattachements_of(indicateur, decisions) if mesure.famille == "sondage" else Rattachements()
    return mesure, plages, attached


def may_read(indicateur: Indicateur, plan: Plan, serie: str) -> bool:
    """Is `serie` one that the figures of the indicator may come from."""
    if indicateur.formule:
        return any(may_read(plan.tous[i], plan, serie) for i in indicateur.formule.operandes)
    if indicateur.mesure:
        return load_mesures()[indicateur.mesure].reads(serie)
    return serie == f"saisie|{indicateur.id}"


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


def _named(plages: tuple[Plage, ...], portee: Portee) -> bool:
    return any(names(s, portee.serie) for plage in plages for s in plage.series)


def read_series(
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


def _word_tables(
    cursor: duckdb.DuckDBPyConnection, famille: str, filtre: tuple[Condition, ...], made: dict[str, str]
) -> dict[str, str]:
    """The tables of the words that a filter tests, made as they are needed."""
    for colonne in {c.colonne for c in filtre} - made.keys():
        cursor.execute(words_sql(famille, colonne))
        made[colonne] = f"mots_{famille}_{colonne}"
    return made


def read_measured(
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
            done[key] = read_series(cursor, mesure, indicateur.filtre, plages, portees, decisions, attached, tables)
        breaks = ruptures_of(indicateur, decisions, plages)
        series[indicateur.id] = replace(done[key], ruptures=breaks) if breaks else done[key]
    return series


def read_beside(cursor: duckdb.DuckDBPyConnection, portees: list[Portee], decisions: Decisions) -> dict[str, Serie]:
    """The series of measures that are shown beside another."""
    out = {}
    for nom, mesure in load_mesures().items():
        if mesure.accompagne:
            plages = plages_decided(nom, mesure, decisions, portees)
            out[nom] = read_series(cursor, mesure, (), plages, portees, decisions)
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


def read_typed(
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


def computed(plan: Plan, series: dict[str, Serie]) -> dict[str, Serie]:
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
