"""What the report to the board holds, as plain values: one function makes it from results, three writers lay it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from rqds_metrics.commentaires import Commentaire, commentaires_of
from rqds_metrics.courbes import Courbes, courbes_of
from rqds_metrics.diffusion.figures import FIGURES
from rqds_metrics.donnees import holds_demo, load_donnees
from rqds_metrics.exercice import Exercice, exercices_du_plan
from rqds_metrics.methode import Regle, rules
from rqds_metrics.plan import Orientation, Plan, load_plan
from rqds_metrics.regles.statut import EVALUES, FAVORABLES
from rqds_metrics.regles.textes import strip_controls
from rqds_metrics.resultats import Calcul, Resultat, compute
from rqds_metrics.statuts import APPARENCES
from rqds_metrics.synthese import Bilan, Changement, Reception, attention, bilans, changements, receptions

Contenu = Literal["tout", "orientation", "changements"]
CONTENUS: dict[Contenu, str] = {
    "tout": "Tout le plan",
    "orientation": "Une orientation",
    "changements": "Ce qui a changé",
}
DEPUIS_JOURS = 30  # how far back « what changed » looks when nobody says when the last meeting was
FICHES_MAX = 20  # more would bury those that matter; the annex has every indicator
TITRE_MAX = 120
BIENTOT_JOURS = 90  # a milestone due within these is one of the next steps


@dataclass(frozen=True)
class Demande:
    """What is asked for. `depuis`: the day of the last meeting; `reunion`: of the one the report is made for."""

    exercice: Exercice
    au: date
    depuis: date
    contenu: Contenu = "tout"
    orientation: str | None = None  # all of them when None
    titre: str = "Rapport au conseil d'administration"
    reunion: date | None = None

    @classmethod
    def of(
        cls, au: date, exercice: Exercice | None = None, depuis: date | None = None, orientation: str | None = None,
        *, changements: bool = False, titre: str = "", reunion: date | None = None,
    ) -> Demande:  # fmt: skip
        """A demand from what was said, the rest by default.

        Raises:
            ValueError: in French, when dates contradict each other or the orientation does not exist.
        """
        years = exercices_du_plan()
        exercice = exercice or min(max(Exercice.of(au), years[0]), years[-1])
        depuis = depuis or au - timedelta(days=DEPUIS_JOURS)
        if depuis > au:
            raise ValueError("La dernière réunion ne peut pas suivre le jour d'où l'on regarde.")
        known = [o.id for o in load_plan().orientations]
        if orientation is not None and orientation not in known:
            raise ValueError(f"Orientation inconnue : « {orientation} ». Choisissez parmi {', '.join(known)}.")
        contenu: Contenu = "changements" if changements else "orientation" if orientation else "tout"
        return cls(
            exercice, au, depuis, contenu, orientation, strip_controls(titre).strip()[:TITRE_MAX] or cls.titre, reunion
        )


@dataclass(frozen=True)
class Fiche:
    """An indicator that deserves a closer look. `avant`: what it was, when its status changed."""

    resultat: Resultat
    annees: tuple[Resultat, ...]
    courbes: Courbes | None
    commentaires: tuple[Commentaire, ...]
    avant: Resultat | None = None


@dataclass(frozen=True)
class Rapport:
    """All that the documents show. `resultats`: by id, those of the scope, then the member survey's that have data."""

    demande: Demande
    plan: Plan
    demo: bool
    orientations: tuple[Orientation, ...]
    bilans: tuple[Bilan, ...]
    resultats: dict[str, Resultat]
    annees: dict[str, tuple[Resultat, ...]]
    attention: tuple[Resultat, ...]
    comparable: bool  # False: the year began after `depuis`, there was nothing to change from
    changements: tuple[Changement, ...]
    fiches: tuple[Fiche, ...]
    fiches_omises: int
    receptions: tuple[Reception, ...]
    regles: tuple[Regle, ...]
    a_revoir: int  # comments held back because the figure they explain has changed
    generaux: tuple[Resultat, ...] = field(default=())

    @property
    def clos(self) -> bool:
        return self.demande.exercice.closed(self.demande.au)

    @property
    def comptes(self) -> dict[str, int]:
        """Status -> how many in the scope, in the order they are told."""
        found: Counter[str] = Counter()
        for b in self.bilans:
            found.update(b.comptes)
        return {s: found[s] for s in APPARENCES if found[s]}

    @property
    def total(self) -> int:
        return sum(self.comptes.values())

    @property
    def evalues(self) -> int:
        return sum(n for s, n in self.comptes.items() if s in EVALUES)

    @property
    def favorables(self) -> int:
        return sum(n for s, n in self.comptes.items() if s in FAVORABLES)


_RANG = {"atteinte": 4, "en_voie": 3, "presque": 2, "a_surveiller": 2, "en_retard": 1, "non_atteinte": 1}
Sens = Literal["mieux", "moins bien", "nouveau", "autre"]


def sens_of(c: Changement) -> Sens:
    """Which way a status flipped; « nouveau » when it was not evaluated before."""
    before, after = _RANG.get(c.avant.statut), _RANG.get(c.apres.statut)
    if before is None or after is None:
        return "nouveau" if after is not None else "autre"
    return "mieux" if after > before else "moins bien" if after < before else "autre"


def _picked(urgent: Sequence[Resultat], flips: Sequence[Changement], contenu: Contenu) -> list[str]:
    """Ids that deserve a fiche, the most pressing first: late, to watch, then those whose status flipped."""
    flipped = [c.apres.id for c in flips if sens_of(c) in ("mieux", "moins bien")]
    if contenu == "changements":
        return list(dict.fromkeys([*flipped, *(c.apres.id for c in flips if c.apres.statut in EVALUES)]))
    return list(dict.fromkeys([*(r.id for r in urgent), *flipped]))


def rapport_of(calcul: Calcul, before: Sequence[Resultat] | None, demande: Demande, *, demo: bool = False) -> Rapport:
    """The report of a plan as it is known on `demande.au`.

    Args:
        before: the results of the same year as known on `demande.depuis`; None when the year had not begun.
        demo: the base holds the demonstration (even if nothing of it was received yet on `demande.au`).
    """
    exercice, plan = demande.exercice, calcul.plan
    scope = [o for o in plan.orientations if demande.orientation in (None, o.id)]
    inside = {i.id for o in scope for i in o.indicateurs()}
    everything = [calcul.result(i, exercice) for i in plan.indicateurs.values()]
    counted = tuple(b for b in bilans(plan, everything) if b.orientation in scope)
    found = {r.id: r for r in everything if r.id in inside}
    generaux = [calcul.result(i, exercice) for i in plan.generaux.values() if _about(i.id, demande)]
    generaux = [r for r in generaux if r.valeur is not None]
    flips = changements([r for r in before or () if r.id in inside], list(found.values()))
    urgent = attention(list(found.values()), combien=len(found))
    wanted = _picked(urgent, flips, demande.contenu)
    kept = wanted[:FICHES_MAX]
    years = exercices_du_plan()
    annees = {
        r.id: tuple(calcul.result(r.indicateur, e) for e in years) for r in (*found.values(), *generaux)
    }  # fmt: skip
    was = {c.apres.id: c.avant for c in flips}
    said = {i: commentaires_of(calcul, found[i].indicateur, exercice) for i in kept}
    fiches = tuple(
        Fiche(
            found[i],
            annees[i],
            courbes_of(calcul, found[i]) if _drawable(found[i]) else None,
            tuple(c for c in said[i] if not c.a_revoir),
            was.get(i),
        )
        for i in kept
    )
    return Rapport(
        demande, plan, demo or calcul.donnees.demo, tuple(scope), counted, found, annees, tuple(urgent),
        before is not None, tuple(flips), fiches, len(wanted) - len(kept),
        tuple(receptions(plan, calcul.donnees, exercice)), tuple(rules(calcul.donnees.decisions.reglages)),
        sum(c.a_revoir for cs in said.values() for c in cs), tuple(generaux),
    )  # fmt: skip


def _about(general: str, demande: Demande) -> bool:
    """Is an indicator of the member survey about the scope: « G-1.2 » is about orientation 1."""
    return demande.orientation is None or general.startswith(f"G-{demande.orientation}")


def _drawable(r: Resultat) -> bool:
    return r.indicateur.type in FIGURES and r.valeur is not None and r.indicateur.cadence != "annuelle"


def read_rapport(
    demande: Demande, base: str | Path | None = None, progress: Callable[[str], None] = lambda _: None
) -> Rapport:
    """The report of what a base knows. `progress` is told each step, in French."""
    progress("Lecture des données")
    donnees = load_donnees(demande.au, base)
    began = demande.exercice.debut <= demande.depuis
    before = load_donnees(demande.depuis, base) if began else None
    progress("Calcul des états")
    calcul = Calcul(load_plan(), donnees)
    results = compute(before, [demande.exercice]) if before else None
    return rapport_of(calcul, results, demande, demo=holds_demo(base))
