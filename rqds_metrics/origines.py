"""Where the figures of an indicator come from: the file of each, what it took the place of or is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from rqds_metrics.alimentation import plan_decided
from rqds_metrics.corrections import corrected
from rqds_metrics.differences import Progression, read_growth, split
from rqds_metrics.donnees import load_donnees
from rqds_metrics.lecture import may_read, question_of
from rqds_metrics.lots import Lot, portee_table, read_tranches
from rqds_metrics.parts import decided
from rqds_metrics.plan import Indicateur, load_plan
from rqds_metrics.regles.difference import remarks
from rqds_metrics.regles.vivant import Span
from rqds_metrics.releves import provenance_sql
from rqds_metrics.store import connect


@dataclass(frozen=True)
class Origine:
    """A figure of a month, and the file it comes from. `remplace`: earlier files that it took the place of.

    Of a snapshot: `jours`, those since the one before it, whose file is `depuis` (None: there is none, and so no
    figure), or those of them that the figure is a share for, of `sur` days; `remarques`, what did not simply grow.
    """

    mois: date
    num: float | None
    den: float | None
    lot: Lot
    remplace: tuple[Lot, ...] = ()
    jours: Span | None = None
    depuis: Lot | None = None
    sur: int | None = None
    remarques: tuple[str, ...] = ()


def read_origines(
    indicateur: Indicateur, debut: date, fin: date, au: date, base: str | Path | None = None
) -> list[Origine]:
    """Where the figures of an indicator come from, month by month of debut..fin, the newest first."""
    known = load_donnees(au, base)
    lots, portees, decisions = known.lots, list(known.portees), known.decisions
    plan = plan_decided(load_plan(), decisions)
    indicateur = plan.tous[indicateur.id]
    mine = [] if indicateur.formule else [p for p in portees if may_read(indicateur, plan, p.serie)]
    if not mine:
        return []
    growth = Progression()
    with connect(base) as cursor:
        portee_table(cursor, mine)
        if indicateur.mesure:
            mesure, plages, attached = question_of(indicateur, portees, decisions)
            direct, grown = split(mesure, plages)
            query = provenance_sql(mesure, indicateur.filtre, decisions.reglages, direct, attached) if direct else None
        else:
            grown, query = (), (_SAISIES, [indicateur.id])
        with corrected(cursor, decisions, portees), decided(cursor, decisions):
            rows = [r for r in cursor.execute(*query).fetchall() if debut <= r[0] <= fin] if query else []
            if indicateur.mesure and grown:
                growth = read_growth(cursor, mesure, grown, indicateur.filtre)
        spoken = read_tranches(cursor)
    by_id = {lot.id: lot for lot in lots}
    series: dict[int, set[str]] = {}
    for p in mine:
        series.setdefault(p.lot, set()).add(p.serie)
    out = []
    for month, lot, num, den in rows:
        last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        older = {
            by_id[t.lot].id
            for t in spoken
            if t.lot < lot and t.lot in by_id and by_id[t.lot].annule_le is None and t.mode != "releve"
            and t.serie in series.get(lot, ()) and t.debut <= last and month <= t.fin
        }  # fmt: skip
        out.append(Origine(month, num, den, by_id[lot], tuple(by_id[i] for i in sorted(older)[-1:])))
    out += _grown_origins(growth, by_id, debut, fin)
    return sorted(out, key=lambda o: (o.mois, o.jours.fin if o.jours else o.mois), reverse=True)


def _grown_origins(growth: Progression, by_id: dict[int, Lot], debut: date, fin: date) -> list[Origine]:
    """Where figures read by difference come from; a snapshot that has none to be compared with is there, without one."""
    out = [
        Origine(
            p.fin.replace(day=1), p.valeur, None, by_id[p.de.apres.lot], jours=Span(p.debut, p.fin),
            depuis=by_id[p.de.avant.lot], remarques=tuple(remarks(p.de)),
            sur=None if (p.debut, p.fin) == (p.de.debut, p.de.fin) else (p.de.fin - p.de.avant.jour).days,
        )
        for p in growth.parts
        if p.fin >= debut and p.debut <= fin
    ]  # fmt: skip
    alone = [r for r in growth.seuls if debut <= r.jour <= fin]
    return out + [Origine(r.jour.replace(day=1), None, None, by_id[r.lot], jours=Span(r.jour, r.jour)) for r in alone]


_SAISIES = """
SELECT CAST(date_trunc('month', coalesce(r.fait_le, r.fin)) AS DATE) AS mois, r.lot,
       CAST(coalesce(r.numerateur, r.valeur) AS DOUBLE) AS num, CAST(r.denominateur AS DOUBLE) AS den
FROM saisie r JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
WHERE r.indicateur = ? ORDER BY 1 DESC, 2 DESC
"""
