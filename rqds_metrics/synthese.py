"""What a screen says first, from results: counts by orientation, what needs attention, what changed, what came in."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from rqds_metrics.donnees import Donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.familles import TITRES
from rqds_metrics.mesures import load_mesures, names, plages_decided
from rqds_metrics.plan import Orientation, Plan
from rqds_metrics.regles.statut import EVALUES, FAVORABLES
from rqds_metrics.regles.vivant import Portee, Span, merge, spoken, subtract
from rqds_metrics.resultats import Resultat
from rqds_metrics.statuts import APPARENCES


@dataclass(frozen=True)
class Bilan:
    """Statuses counted above the indicator, never averaged."""

    orientation: Orientation
    comptes: dict[str, int]  # status -> how many, in the order of APPARENCES

    @property
    def evalues(self) -> int:
        return sum(n for s, n in self.comptes.items() if s in EVALUES)

    @property
    def favorables(self) -> int:
        """En voie or atteints (presque, once the year is closed, is not)."""
        return sum(n for s, n in self.comptes.items() if s in FAVORABLES)

    @property
    def en_retard(self) -> int:
        return self.comptes.get("en_retard", 0) + self.comptes.get("non_atteinte", 0)

    @property
    def total(self) -> int:
        return sum(self.comptes.values())


def bilans(plan: Plan, results: list[Resultat]) -> list[Bilan]:
    """One per orientation. The indicators of the yearly member survey belong to none and are not counted."""
    statut = {r.id: r.statut for r in results}
    out = []
    for orientation in plan.orientations:
        found: Counter[str] = Counter(statut[i.id] for i in orientation.indicateurs())
        out.append(Bilan(orientation, {s: found[s] for s in APPARENCES if found[s]}))
    return out


_RANG = {"en_retard": 0, "non_atteinte": 0, "a_surveiller": 1, "presque": 1}


def ratio(r: Resultat) -> float:
    """Value over what was due (over the target once the year is closed, or for a rate); 1 when nothing compares."""
    if r.valeur is None or not r.attendu:
        return 1.0
    return r.valeur / r.attendu if r.indicateur.sens == "hausse" else r.attendu / max(r.valeur, 1e-9)


def attention(results: list[Resultat], combien: int = 6) -> list[Resultat]:
    """What deserves the board's attention: late ones, then those to watch; the widest gap first."""
    picked = [r for r in results if r.statut in _RANG]
    picked.sort(key=lambda r: (_RANG[r.statut], ratio(r), r.id))
    return picked[:combien]


@dataclass(frozen=True)
class Changement:
    """A status that is no longer what it was."""

    avant: Resultat
    apres: Resultat


def changements(before: list[Resultat], after: list[Resultat]) -> list[Changement]:
    """Evaluated statuses that flipped between two days, same year; those that matter most to a reader first: evaluated
    then and now, then for the first time; in each, what is late before what goes well."""
    old = {r.id: r for r in before}
    flipped = [Changement(old[r.id], r) for r in after if r.id in old and old[r.id].statut != r.statut]
    flipped = [c for c in flipped if c.avant.statut in EVALUES or c.apres.statut in EVALUES]

    def weight(c: Changement) -> tuple[int, int, str]:
        both = c.avant.statut in EVALUES and c.apres.statut in EVALUES
        group = 0 if both else 1 if c.apres.statut in EVALUES else 2
        return (group, _RANG.get(c.apres.statut, len(_RANG)), c.apres.id)

    return sorted(flipped, key=weight)


EtatMois = Literal["recu", "partiel", "manquant", "rien", "a_venir"]


@dataclass(frozen=True)
class Reception:
    """A family of sources: the state of each month of the year, and the last file."""

    famille: str
    titre: str
    mois: tuple[tuple[date, EtatMois], ...]
    dernier: date | None


# Families whose every day is spoken for by their exports, and the measure that says which of them counts; of the other
# families, silence says nothing.
_CONTINUES = {"web": "visites_web", "balado": "ecoutes_balado"}


def _expected(plan: Plan, famille: str, first: date) -> bool:
    if famille in _CONTINUES:
        return True
    calendrier = plan.calendriers.get(famille)
    return calendrier is not None and first.month in calendrier.mois


def counting(famille: str, donnees: Donnees) -> Callable[[Portee], bool]:
    """Is something said by the source that counts for the family (any, where facts add up)."""
    nom = _CONTINUES.get(famille)
    if nom is None:
        return lambda portee: True
    plages = plages_decided(nom, load_mesures()[nom], donnees.decisions, donnees.portees)
    return lambda portee: any(names(s, portee.serie) for p in plages for s in p.series)


def receptions(plan: Plan, donnees: Donnees, exercice: Exercice) -> list[Reception]:
    """For each family and month of the year: received, part of it, missing, nothing planned, or still to come."""
    late_after = timedelta(days=donnees.decisions.reglages.retard_jours)
    live = {lot.id: lot for lot in donnees.lots if lot.annule_le is None}
    out = []
    for famille, titre in TITRES.items():
        lots = [lot for lot in live.values() if lot.famille == famille]
        ids = {lot.id for lot in lots}
        counts = counting(famille, donnees)
        known = [p for p in spoken(donnees.portees) if p.lot in ids and counts(p)]
        spans = merge([Span(p.debut, p.fin) for p in known])
        states: list[tuple[date, EtatMois]] = []
        for first in exercice.mois():
            last = first.replace(day=monthrange(first.year, first.month)[1])
            whole = Span(first, last)
            left = subtract(whole, spans)
            state: EtatMois
            if left != [whole]:
                state = "partiel" if left and famille in _CONTINUES else "recu"
            elif last >= donnees.au:
                state = "a_venir" if _expected(plan, famille, first) else "rien"
            elif not _expected(plan, famille, first):
                state = "rien"
            else:
                # a source that never sent anything is not late: it has not begun
                state = "manquant" if lots and last + late_after < donnees.au else "a_venir"
            states.append((first, state))
        if lots or famille in _CONTINUES or famille in plan.calendriers:
            # local day: close enough for a list, and the rules hold no clock
            dernier = max((lot.recu_le.date() for lot in lots), default=None)
            out.append(Reception(famille, titre, tuple(states), dernier))
    return out
