"""What the public pages say, worked out from a snapshot: pure functions, the same for both ways of serving it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from rqds_metrics.diffusion.publication import Action, Edition, Indicateur, Objectif, Orientation, Publication, Resultat
from rqds_metrics.diffusion.site.lignes import Bilan, Ligne
from rqds_metrics.regles.formats import jour, mois, nombre
from rqds_metrics.regles.statut import EVALUES

_QUEBEC = ZoneInfo("America/Toronto")


def local_day(moment: datetime) -> date:
    """The day that a moment of a snapshot (UTC, no zone) was in Québec."""
    return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(_QUEBEC).date()


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


class Liste:
    """Some indicators, those of which something is said first."""

    lignes: list[Ligne]

    def __init__(self, lignes: list[Ligne]):
        self.lignes = lignes

    @cached_property
    def bilan(self) -> Bilan:
        return Bilan.of(x.resultat.statut for x in self.lignes)

    @property
    def parlent(self) -> list[Ligne]:
        return [x for x in self.lignes if x.parle]

    @property
    def attendent(self) -> list[Ligne]:
        """Those that nothing can be said of yet."""
        return [x for x in self.lignes if not x.parle]

    @property
    def attente(self) -> dict[str, int]:
        """Why: their statuses, counted."""
        return Bilan.of(x.resultat.statut for x in self.attendent).comptes


class Bloc(Liste):
    """An orientation: its objectives, each with its actions that have something published."""

    def __init__(self, orientation: Orientation, objectifs: list[tuple[Objectif, list[Groupe]]]):
        self.orientation, self.objectifs = orientation, objectifs
        super().__init__([x for _, groups in objectifs for g in groups for x in g.lignes])


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
        over = self.p.vu_au >= date(int(self.p.exercice[5:]), 6, 30)
        return Ligne(indicateur, next(r for r in years if r.exercice == self.p.exercice), years, over)

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
    def membres(self) -> Liste:
        return Liste(self.generaux)

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

    def bloc_of(self, ligne: Ligne) -> Bloc | None:
        return next((b for b in self.blocs if (ligne.indicateur.action or "").startswith(f"{b.orientation.id}.")), None)

    def voisins(self, id_: str) -> tuple[Ligne | None, Ligne | None]:
        """The indicators before and after one, in the order of the plan."""
        ids: Sequence[str] = list(self.lignes)
        rank = ids.index(id_)
        before = self.lignes[ids[rank - 1]] if rank else None
        return before, self.lignes[ids[rank + 1]] if rank + 1 < len(ids) else None

    @property
    def precedent(self) -> Edition | None:
        """The publication before this one that was not taken back, as the history tells it."""
        known = self.precedente.numero if self.precedente else 0
        return next((e for e in self.p.historique[1:] if e.numero == known), None)

    @property
    def bouge(self) -> str:
        """What the publication that is shown changed."""
        return moved(self.p.historique[0])

    @cached_property
    def mouvements(self) -> list[Mouvement]:
        """Since the publication before: an evaluated status for another, then evaluated or not, then what is new."""
        if self.precedente is None:
            return []
        known = {i.id for i in self.precedente.indicateurs}
        flipped = sorted(self._flipped(known), key=lambda m: not {m.avant, m.ligne.resultat.statut} <= EVALUES)
        return [*flipped, *(Mouvement(x, None) for x in self.lignes.values() if x.id not in known)]

    def _flipped(self, known: set[str]) -> Iterator[Mouvement]:
        assert self.precedente is not None
        for x in self.lignes.values():
            old = self.precedente.resultats.get((x.id, self.p.exercice)) if x.id in known else None
            if old and old.statut != x.resultat.statut and {old.statut, x.resultat.statut} & EVALUES:
                yield Mouvement(x, old.statut)


def moved(e: Edition) -> str:
    """« 49 indicateurs ont changé, 2 sont nouveaux. », of any publication."""
    told: list[str] = []
    for n, one, many in (
        (e.changes, "a changé", "ont changé"),
        (e.ajoutes, "est nouveau", "sont nouveaux"),
        (e.retires, "n'est plus publié", "ne sont plus publiés"),
    ):
        if n:
            noun = "" if told else " indicateurs" if n > 1 else " indicateur"
            told.append(f"{nombre(n)}{noun} {many if n > 1 else one}")
    return f"{', '.join(told)}." if told else "Rien n'a changé."


def period_words(periode: str) -> str:
    """« 2026-2027 », « octobre 2026 »."""
    return periode if len(periode) == 9 else mois(date.fromisoformat(f"{periode}-01"), long=True)
