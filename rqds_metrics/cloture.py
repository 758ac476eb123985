"""The end of a month: what was expected of each source, what came, which figures; and what changed after closing.

Pure: what is known is given, and what a closing keeps is the plain values of `bilan_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from rqds_metrics.donnees import Donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.lots import Lot
from rqds_metrics.plan import Indicateur, Plan
from rqds_metrics.regles.formats import quantite
from rqds_metrics.regles.series import Serie, month_total
from rqds_metrics.regles.vivant import Portee, spoken
from rqds_metrics.synthese import EtatMois, counting, receptions

ETATS: dict[str, str] = {
    "recu": "reçu",
    "partiel": "reçu en partie",
    "manquant": "manquant",
    "rien": "rien de prévu",
    "a_venir": "à venir",
}


_HABITUDE = 70  # days before a month in which the three before it begin


@dataclass(frozen=True)
class Ligne:
    """A family of sources in the month: its state, and the live files that speak of it, oldest first."""

    famille: str
    titre: str
    etat: EtatMois
    lots: tuple[Lot, ...]
    habituels: tuple[str, ...] = ()  # tools that told of the three months before and did not tell of this one


@dataclass(frozen=True)
class Chiffre:
    """The figure of an indicator in the month. `den` is None for what is counted and not divided."""

    indicateur: Indicateur
    num: float
    den: float | None

    @property
    def texte(self) -> str:
        if self.den is not None:
            share = self.num / self.den if self.den else None
            return f"{quantite(share, '%')} ({quantite(self.num, '')} sur {quantite(self.den, '')})"
        if self.indicateur.type == "taux":
            return quantite(self.num, "%")
        return quantite(self.num, self.indicateur.unite)


@dataclass(frozen=True)
class BilanMois:
    mois: date  # its first day
    lignes: tuple[Ligne, ...]
    chiffres: tuple[Chiffre, ...]

    @property
    def attendu_le(self) -> date:
        """The first day on which a file of the whole month could be made."""
        return last_day(self.mois) + timedelta(days=1)

    @property
    def en_attente(self) -> list[Ligne]:
        """What is still expected: closing without it must be wanted."""
        return [x for x in self.lignes if x.etat in ("manquant", "partiel", "a_venir")]


@dataclass(frozen=True)
class Revision:
    """A figure that changed after its month was closed; texts as they were and as they are."""

    indicateur: Indicateur
    avant: str
    apres: str


def last_day(mois: date) -> date:
    return (mois.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def bilan_of(plan: Plan, donnees: Donnees, mois: date) -> BilanMois:
    """What is known of a month on the day of `donnees`."""
    first, last = mois.replace(day=1), last_day(mois)
    found = receptions(plan, donnees, Exercice.of(first))
    grown = counting("balado", donnees)
    told = [p for p in spoken(donnees.portees) if p.debut <= last and not _since(p, grown)]
    speaking = {p.lot for p in told if p.fin >= first}
    lots = [lot for lot in donnees.lots if lot.id in speaking]
    since = (first - timedelta(days=_HABITUDE)).replace(day=1)
    before = {p.lot for p in told if p.debut < first and p.fin >= since}
    earlier = [lot for lot in donnees.lots if lot.id in before]
    lignes = []
    for r in found:
        etat = next(e for m, e in r.mois if m == first)
        mine = tuple(lot for lot in lots if lot.famille == r.famille)
        usual = dict.fromkeys(lot.source for lot in earlier if lot.famille == r.famille)
        left = (
            tuple(s for s in usual if s not in {lot.source for lot in mine}) if etat in ("manquant", "partiel") else ()
        )
        lignes.append(Ligne(r.famille, r.titre, etat, mine, left))
    return BilanMois(first, tuple(lignes), tuple(_figures(plan, donnees, first, last)))


def _since(portee: Portee, grown: Callable[[Portee], bool]) -> bool:
    """Figures since the beginning speak of every month at once: their file is not one of the month's.

    That of a snapshot is, where what it grew by since the one before it is what counts (`grown`).
    """
    if portee.mode == "releve":
        return not grown(portee)
    return bool(portee.mode == "cle" and (portee.fin - portee.debut).days > 62)


def _figures(plan: Plan, donnees: Donnees, first: date, last: date) -> list[Chiffre]:
    found = (chiffre_of(i, donnees.series.get(i.id), first, last) for i in plan.indicateurs.values())
    return [c for c in found if c]


def chiffre_of(indicateur: Indicateur, serie: Serie | None, first: date, last: date) -> Chiffre | None:
    """The figure of an indicator over first..last; None where there is none."""
    if serie is None or indicateur.type in ("jalon", "qualitatif"):
        return None
    if indicateur.type == "nombre" and serie.couvert is not None:
        total = month_total(serie, first, last)
        return None if total is None else Chiffre(indicateur, total, None)
    part = serie.within(first, last)
    if not len(part) or np.isnan(part.num).all():
        return None
    if indicateur.type == "stock":
        return Chiffre(indicateur, float(part.num[~np.isnan(part.num)][-1]), None)
    divided = indicateur.type == "taux" and not np.isnan(part.den).all()
    den = float(np.nansum(part.den)) if divided else None
    summed = float(np.nansum(part.num)) if divided or indicateur.type == "nombre" else float(part.num[-1])
    return Chiffre(indicateur, summed, den)


def same(a: Chiffre | None, b: Chiffre | None) -> bool:
    """Is it still the same figure, to the rounding of the machine."""
    if a is None or b is None:
        return a is b
    return abs(a.num - b.num) < 1e-9 and (a.den or 0) == (b.den or 0)


def to_keep(bilan: BilanMois) -> dict[str, Any]:
    """What a closing keeps: plain values, as JSON holds them."""
    return {
        "etats": {x.famille: x.etat for x in bilan.lignes},
        "lots": sorted({lot.id for x in bilan.lignes for lot in x.lots}),
        "chiffres": {c.indicateur.id: [c.num, c.den] for c in bilan.chiffres},
    }


def revisions(plan: Plan, kept: Mapping[str, Any], now: BilanMois) -> list[Revision]:
    """What is no longer as it was when the month was closed: old and new."""
    before = {
        id_: Chiffre(plan.indicateurs[id_], num, den)
        for id_, (num, den) in kept["chiffres"].items()
        if id_ in plan.indicateurs
    }
    after = {c.indicateur.id: c for c in now.chiffres}
    out = []
    for id_, indicateur in plan.indicateurs.items():
        a, b = before.get(id_), after.get(id_)
        if (a or b) and not same(a, b):
            out.append(Revision(indicateur, a.texte if a else "rien", b.texte if b else "rien"))
    return out
