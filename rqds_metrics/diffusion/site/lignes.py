"""An indicator as a line of the public pages says it, and the statuses of many counted. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rqds_metrics.diffusion.publication import Indicateur, Resultat
from rqds_metrics.regles.formats import FINE, NON_DISPONIBLE, jour, mois, nombre, pourcent
from rqds_metrics.regles.statut import EVALUES, FAVORABLES
from rqds_metrics.statuts import APPARENCES, counted

_RETENU = "chiffre retenu"
_PHRASE = re.compile(r"(?<=[.\u202f]) (?=[A-ZÀÂÉÈÊÎÔ])")  # between two sentences
_RESUME_MAX = 120  # characters


@dataclass(frozen=True)
class Ligne:
    """An indicator in the year that is shown, and its five years."""

    indicateur: Indicateur
    resultat: Resultat
    annees: tuple[Resultat, ...]
    finie: bool = True  # is that year over

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
    def parle(self) -> bool:
        """Is there something to say of it already: a figure, a status, or the reason why they are withheld."""
        r = self.resultat
        return r.retenu or r.statut in (*EVALUES, "sans_cible")

    @property
    def resume(self) -> str:
        """The first sentences of the sentence, as many as a line or two hold."""
        if self.resultat.fait_le and self.resultat.phrase.count(" ") < 5:
            return ""  # its day, which its value says
        out = ""
        for part in _PHRASE.split(self.resultat.phrase):
            if out and len(out) + len(part) > _RESUME_MAX:
                break
            out = f"{out} {part}".strip()
        return out

    @property
    def cible_mots(self) -> str:
        """The plan's target, under a title that says so already."""
        said = re.sub(r"^(Cible|Jalon) du plan\W*", "", self.indicateur.cible_plan)
        empty = "Un jalon, sans autre cible" if self.indicateur.type == "jalon" else "Aucune\u00a0: suivi sans cible"
        return said[0].upper() + said[1:] if said else empty

    @property
    def ciblee(self) -> bool:
        """Has one of its years a target to draw."""
        return any(r.cible is not None for r in self.annees)

    @property
    def legende(self) -> dict[str, str]:
        """The signs under the bars of the five years, and what they say."""
        seen = {r.statut for r in self.annees}
        return {a.forme: a.libelle.lower() for s, a in APPARENCES.items() if s in seen}

    @property
    def changeant(self) -> bool:
        """Has each year something of its own to say."""
        return len({r.fait_le for r in self.annees if r.fait_le}) > 1 or self.indicateur.type == "qualitatif"

    @property
    def serie(self) -> list[float | None]:
        """What the small line shows: a number of a year that is not over would look like a fall, and is left out."""
        partial = self.indicateur.type == "nombre" and not self.finie
        return [None if partial and r is self.resultat else r.valeur for r in self.annees]

    @property
    def teinte(self) -> str:
        """The status that colours the last point of the small line: this year's, where that point is this year's."""
        points = zip(self.annees[::-1], self.serie[::-1], strict=True)
        last = next((r for r, v in points if v is not None), None)
        return last.statut if last is self.resultat else ""


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
    def en_jeu(self) -> dict[str, int]:
        """The statuses that are evaluated."""
        return {s: n for s, n in self.comptes.items() if s in EVALUES}

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
        rest = [counted(s, n) for s, n in self.en_jeu.items() if s not in FAVORABLES]
        return f"{some}{FINE}; {', '.join(rest)}." if rest else f"{some}."
