"""How the past figures of an indicator were revised: what a month was, what it became, when, and through what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from rqds_metrics.alimentation import plan_decided
from rqds_metrics.cloture import Chiffre, chiffre_of, last_day, same
from rqds_metrics.donnees import read_serie
from rqds_metrics.exercice import Exercice
from rqds_metrics.lecture import may_read
from rqds_metrics.plan import Indicateur, load_plan
from rqds_metrics.registre import read_decisions
from rqds_metrics.regles.series import Serie
from rqds_metrics.store import connect, end_of, local, version

_DEPUIS = 62  # a span of more days than that, in one piece, tells figures since the beginning: they always move
_GENRES = ("correction", "source", "question", "reglage", "alimentation")
MONTREES = 24


@dataclass(frozen=True)
class Evenement:
    """Something that may have changed figures: on a day of Québec, over debut..fin (all of them when None)."""

    jour: date
    raison: str
    debut: date | None = None
    fin: date | None = None


@dataclass(frozen=True)
class Revision:
    """A month's figure, as it was and as it became on a day; texts of people."""

    mois: date
    avant: str
    apres: str
    jour: date
    raisons: tuple[str, ...]


def revisions_between(
    indicateur: Indicateur, exercice: Exercice, known: Mapping[date, Serie], events: Sequence[Evenement]
) -> list[Revision]:
    """The months whose figure was another one on the day before, the newest change first.

    `known`: the series as known at the end of each day of an event, and of the day before it.
    """
    out = []
    for day in sorted({e.jour for e in events}, reverse=True):
        for first in exercice.mois():
            before = chiffre_of(indicateur, known[day - timedelta(days=1)], first, last_day(first))
            after = chiffre_of(indicateur, known[day], first, last_day(first))
            if before is None or same(before, after):
                continue
            why = tuple(dict.fromkeys(e.raison for e in events if e.jour == day and _speaks(e, first)))
            out.append(Revision(first, before.texte, _text(after), day, why))
    return out


def _text(chiffre: Chiffre | None) -> str:
    return chiffre.texte if chiffre else "n.d."


def _speaks(event: Evenement, first: date) -> bool:
    return event.debut is None or event.fin is None or (event.debut <= last_day(first) and first <= event.fin)


_TRANCHES = """
SELECT t.lot, t.serie, t.debut, t.fin, l.fichier, l.recu_le
FROM tranche t JOIN lot l ON l.id = t.lot
WHERE l.recu_le < ? AND t.debut <= ? AND t.fin >= ? AND t.mode <> 'releve' AND (t.mode <> 'cle' OR t.fin - t.debut <= ?)
ORDER BY t.lot, t.debut
"""
_ETATS = "SELECT lot, quand, vivant FROM lot_etat WHERE quand < ? ORDER BY quand"
_DECISIONS = (
    "SELECT quand, genre, cle, pourquoi FROM registre WHERE quand < ? AND genre IN (?, ?, ?, ?, ?) ORDER BY quand"
)


def _about(indicateur: Indicateur, genre: str, cle: str) -> bool:
    """May a decision have moved the figures of the indicator? Corrections and settings may move any."""
    if genre == "alimentation":
        return cle == indicateur.id
    if genre == "source":
        return cle == indicateur.mesure
    return genre != "question" or indicateur.mesure == "satisfaction"


def read_revisions(
    indicateur: Indicateur, exercice: Exercice, au: date, base: str | Path | None = None
) -> list[Revision]:
    """The revisions of an indicator's months known at the end of `au`, the newest first, MONTREES at most."""
    if not version(base) or indicateur.type in ("jalon", "qualitatif"):
        return []
    limit = end_of(au)
    with connect(base) as cursor:
        spans = cursor.execute(_TRANCHES, [limit, exercice.fin, exercice.debut, _DEPUIS]).fetchall()
        plan = plan_decided(load_plan(), read_decisions(cursor, au))
        indicateur = plan.tous[indicateur.id]
        spans = [s for s in spans if may_read(indicateur, plan, s[1])]
        events = _replacing(spans)
        by_lot = {s[0]: s for s in spans}
        for lot, quand, vivant in cursor.execute(_ETATS, [limit]).fetchall():
            if lot in by_lot:
                what = "envoi rétabli" if vivant else "envoi annulé"
                events.append(Evenement(_day(quand), f"{what} : {by_lot[lot][4]}"))
        if spans:
            for quand, genre, cle, pourquoi in cursor.execute(_DECISIONS, [limit, *_GENRES]).fetchall():
                if _about(indicateur, genre, cle) and _day(quand) >= exercice.debut:
                    events.append(Evenement(_day(quand), f"{_MOTS[genre]} : {pourquoi}"))
        days = sorted({e.jour for e in events}, reverse=True)[:MONTREES]
        events = [e for e in events if e.jour in days]
        known = {d: read_serie(cursor, indicateur, d) for d in {*days, *(d - timedelta(days=1) for d in days)}}
    return revisions_between(indicateur, exercice, known, events)[:MONTREES]


_MOTS = {
    "correction": "correction",
    "source": "source choisie",
    "question": "question rattachée",
    "reglage": "réglage",
    "alimentation": "provenance choisie",
}


def _day(moment: datetime) -> date:
    return local(moment).date()


def _replacing(spans: Sequence[tuple[int, str, date, date, str, datetime]]) -> list[Evenement]:
    """The files that speak of days an earlier one of the same series had spoken of. `spans`: oldest lot first."""
    out = []
    for k, (lot, serie, debut, fin, fichier, recu_le) in enumerate(spans):
        earlier = any(s[0] < lot and s[1] == serie and s[2] <= fin and debut <= s[3] for s in spans[:k])
        if earlier:
            out.append(Evenement(_day(recu_le), fichier, debut, fin))
    return out
