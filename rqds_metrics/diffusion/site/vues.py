"""What the public pages say, worked out from a snapshot: pure functions, the same for both ways of serving it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from rqds_metrics.diffusion.publication import Action, Indicateur, Objectif, Orientation, Publication, Resultat
from rqds_metrics.regles.formats import FINE, NON_DISPONIBLE, jour, mois, nombre, pourcent
from rqds_metrics.regles.statut import EVALUES, FAVORABLES
from rqds_metrics.statuts import APPARENCES

_QUEBEC = ZoneInfo("America/Toronto")
_RETENU = "chiffre retenu"
# Beyond these, the home page would weigh too much: first the small lines go.
_AVEC_COURBES = 110


def local_day(moment: datetime) -> date:
    """The day that a moment of a snapshot (UTC, no zone) was in Québec."""
    return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(_QUEBEC).date()


@dataclass(frozen=True)
class Ligne:
    """An indicator in the year that is shown, and its five years."""

    indicateur: Indicateur
    resultat: Resultat
    annees: tuple[Resultat, ...]

    @property
    def id(self) -> str:
        return self.indicateur.id

    @property
    def chiffre(self) -> bool:
        """Is it followed by a figure (a number, a level, a rate)."""
        return self.indicateur.type not in ("jalon", "qualitatif")

    @property
    def valeur(self) -> str:
        return written(self.indicateur, self.resultat)

    @property
    def cible(self) -> str:
        return target(self.indicateur, self.resultat)

    @property
    def serie(self) -> list[float | None]:
        return [r.valeur for r in self.annees]


def figure(indicateur: Indicateur, valeur: float | None) -> str:
    return pourcent(valeur) if indicateur.type == "taux" else nombre(valeur)


def written(indicateur: Indicateur, r: Resultat) -> str:
    """The value of a year as it is written in a list."""
    if r.retenu:
        return _RETENU
    if indicateur.type == "jalon":
        if r.fait_le:
            return f"fait le {jour(r.fait_le)}"
        return f"prévu pour {mois(r.echeance)}" if r.echeance else "pas fait"
    if indicateur.type == "qualitatif":
        return f"{nombre(r.n)} texte{'s' if r.n and r.n > 1 else ''}" if r.n else NON_DISPONIBLE
    return figure(indicateur, r.valeur)


def target(indicateur: Indicateur, r: Resultat) -> str:
    if indicateur.type == "jalon":
        return "jalon"
    return figure(indicateur, r.cible) if r.cible is not None else "–"


@dataclass(frozen=True)
class Bilan:
    """Statuses counted over some indicators, never averaged."""

    comptes: dict[str, int]  # in the order of APPARENCES

    @classmethod
    def of(cls, statuts: Iterable[str]) -> Bilan:
        found = Counter(statuts)
        return cls({s: found[s] for s in APPARENCES if found[s]})

    @property
    def total(self) -> int:
        return sum(self.comptes.values())

    @property
    def evalues(self) -> int:
        return sum(n for s, n in self.comptes.items() if s in EVALUES)

    @property
    def favorables(self) -> int:
        return sum(n for s, n in self.comptes.items() if s in FAVORABLES)

    def phrase(self) -> str:
        """« 50 des 65 indicateurs évalués sont atteints ou en voie de l'être ; 9 à surveiller, 6 en retard. »"""
        if not self.evalues:
            return "Aucun des indicateurs publiés n'est encore évalué."
        verb = "est atteint ou en voie" if self.favorables < 2 else "sont atteints ou en voie"
        some = f"{nombre(self.favorables)} des {nombre(self.evalues)} indicateurs évalués {verb} de l'être"
        if self.evalues == 1:
            some = f"Le seul indicateur évalué {'est' if self.favorables else 'n’est pas'} atteint ou en voie de l'être"
        rest = [
            f"{nombre(n)} {word}{'s' if plural and n > 1 else ''}"
            for s, word, plural in _RESTE
            if (n := self.comptes.get(s, 0))
        ]
        return f"{some}{FINE}; {', '.join(rest)}." if rest else f"{some}."


_RESTE = (
    ("presque", "presque atteint", True),
    ("a_surveiller", "à surveiller", False),
    ("en_retard", "en retard", False),
    ("non_atteinte", "non atteint", True),
)


@dataclass(frozen=True)
class Mouvement:
    """A status that is no longer what the publication before showed; `avant` is None for a new indicator."""

    ligne: Ligne
    avant: str | None


@dataclass(frozen=True)
class Groupe:
    """An action and its published indicators."""

    action: Action
    lignes: list[Ligne]


@dataclass(frozen=True)
class Bloc:
    """An orientation: its objectives, each with its actions that have something published."""

    orientation: Orientation
    objectifs: list[tuple[Objectif, list[Groupe]]]

    @cached_property
    def lignes(self) -> list[Ligne]:
        return [x for _, groups in self.objectifs for g in groups for x in g.lignes]

    @cached_property
    def bilan(self) -> Bilan:
        return Bilan.of(x.resultat.statut for x in self.lignes)


def _unknown(id_: str, exercice: str) -> Resultat:
    """What stands for a year that a snapshot does not hold: missing, not zero."""
    empty = dict.fromkeys((f.name for f in fields(Resultat)), None)
    said = f"En {exercice}, aucune donnée n'est publiée."
    return Resultat(**{
        **empty, "indicateur": id_, "exercice": exercice, "statut": "sans_donnees", "phrase": said,
        "a_confirmer": False, "retenu": False,
    })  # type: ignore[arg-type]  # fmt: skip


class Vue:
    """A snapshot as the pages show it. `precedente`: the publication before, to say what moved since."""

    def __init__(self, publication: Publication, precedente: Publication | None = None):
        self.p = publication
        self.precedente = precedente
        self.exercices = sorted({e for _, e in publication.resultats} | {publication.exercice})

    def ligne(self, indicateur: Indicateur) -> Ligne:
        years = tuple(self.p.resultats.get((indicateur.id, e)) or _unknown(indicateur.id, e) for e in self.exercices)
        return Ligne(indicateur, next(r for r in years if r.exercice == self.p.exercice), years)

    @cached_property
    def lignes(self) -> dict[str, Ligne]:
        """Every published indicator by id, in the order of the plan."""
        return {i.id: self.ligne(i) for i in self.p.indicateurs}

    @cached_property
    def blocs(self) -> list[Bloc]:
        """The orientations, those without anything published included."""
        by_action: dict[str, list[Ligne]] = {}
        for x in self.lignes.values():
            by_action.setdefault(x.indicateur.action or "", []).append(x)
        out = []
        for o in self.p.orientations:
            parts = []
            for ob in self.p.objectifs:
                inside = [a for a in self.p.actions if a.id.startswith(f"{ob.id}.") and a.id in by_action]
                if ob.id.startswith(f"{o.id}.") and inside:
                    parts.append((ob, [Groupe(a, by_action[a.id]) for a in inside]))
            out.append(Bloc(o, parts))
        return out

    @cached_property
    def generaux(self) -> list[Ligne]:
        """The indicators of the yearly member survey, which belong to no orientation."""
        return [x for x in self.lignes.values() if x.indicateur.action is None]

    @cached_property
    def bilan(self) -> Bilan:
        return Bilan.of(x.resultat.statut for b in self.blocs for x in b.lignes)

    @property
    def phrase(self) -> str:
        """Where the plan stands, in one sentence."""
        said = self.bilan.phrase()
        return f"Au {jour(self.p.vu_au, long=True)}, {said[0].lower()}{said[1:]}"

    @property
    def an(self) -> int:
        return int(self.p.exercice[:4]) - 2021

    @property
    def publie_le(self) -> date:
        return local_day(self.p.publie_le)

    @property
    def avec_courbes(self) -> bool:
        return len(self.lignes) <= _AVEC_COURBES

    def bloc_of(self, ligne: Ligne) -> Bloc | None:
        return next((b for b in self.blocs if (ligne.indicateur.action or "").startswith(f"{b.orientation.id}.")), None)

    def voisins(self, id_: str) -> tuple[Ligne | None, Ligne | None]:
        """The indicators before and after one, in the order of the plan."""
        ids: Sequence[str] = list(self.lignes)
        rank = ids.index(id_)
        before = self.lignes[ids[rank - 1]] if rank else None
        return before, self.lignes[ids[rank + 1]] if rank + 1 < len(ids) else None

    @cached_property
    def mouvements(self) -> list[Mouvement]:
        """Evaluated statuses that flipped since the publication before, then what was not published yet."""
        if self.precedente is None:
            return []
        known = {i.id for i in self.precedente.indicateurs}
        return [*self._flipped(known), *(Mouvement(x, None) for x in self.lignes.values() if x.id not in known)]

    def _flipped(self, known: set[str]) -> Iterator[Mouvement]:
        assert self.precedente is not None
        for x in self.lignes.values():
            old = self.precedente.resultats.get((x.id, self.p.exercice)) if x.id in known else None
            if old and old.statut != x.resultat.statut and {old.statut, x.resultat.statut} & set(EVALUES):
                yield Mouvement(x, old.statut)


def period_words(periode: str) -> str:
    """« 2026-2027 », « octobre 2026 »."""
    return periode if len(periode) == 9 else mois(date.fromisoformat(f"{periode}-01"), long=True)
