"""Comments on an indicator and a period, bound to the value they explain: once it changes, they are « à revoir »."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rqds_metrics.cloture import chiffre_of, last_day
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Indicateur
from rqds_metrics.registre import Decision
from rqds_metrics.regles.formats import jour, mois, nombre, pourcent
from rqds_metrics.resultats import Calcul

LONGUEUR_MAX = 1000


@dataclass(frozen=True)
class Commentaire:
    """What someone wrote. `valeur`: what it explains, in words, as it stood then; `actuelle`: as it stands."""

    indicateur: Indicateur
    periode: str  # « 2026-2027 » or « 2026-10 »
    texte: str
    valeur: str
    actuelle: str
    quand: datetime
    qui: str

    @property
    def a_revoir(self) -> bool:
        """The value it explains is not what it was: it may no longer hold, and is not published."""
        return self.valeur != self.actuelle

    @property
    def titre(self) -> str:
        return periode_text(self.periode)


def periode_text(periode: str) -> str:
    """« 2026-2027 », « Octobre 2026 »."""
    return periode if len(periode) == 9 else mois(date.fromisoformat(f"{periode}-01"), long=True).capitalize()


def cle_of(id_: str, periode: str) -> str:
    """How the registre names the comment of an indicator on a period."""
    return f"{id_}|{periode}"


def value_text(calcul: Calcul, indicateur: Indicateur, periode: str) -> str:
    """The value of the year or of the month, in words: what a comment is bound to."""
    if len(periode) == 9:
        r = calcul.result(indicateur, Exercice.parse(periode))
        if indicateur.type == "jalon":
            return f"fait le {jour(r.fait_le)}" if r.fait_le else "pas fait"
        if indicateur.type == "taux":
            share = pourcent(r.valeur, 2)
            return f"{share} ({nombre(r.numerateur, 0)} sur {nombre(r.denominateur, 0)})" if r.denominateur else share
        return nombre(r.valeur, None if r.valeur is None or r.valeur == round(r.valeur) else 2)
    first = date.fromisoformat(f"{periode}-01")
    found = chiffre_of(indicateur, calcul.serie(indicateur), first, last_day(first))
    return found.texte if found else "n.d."


def to_keep(calcul: Calcul, indicateur: Indicateur, periode: str, texte: str) -> dict[str, Any]:
    """What the registre keeps of a comment.

    Raises:
        ValueError: in French, when there is nothing to say or too much.
    """
    cleaned = " ".join(texte.split())
    if not cleaned:
        raise ValueError("Écrivez le commentaire.")
    if len(cleaned) > LONGUEUR_MAX:
        raise ValueError(f"Un commentaire a {LONGUEUR_MAX} caractères au plus.")
    return {"texte": cleaned, "valeur": value_text(calcul, indicateur, periode)}


def periods_of(calcul: Calcul, indicateur: Indicateur, exercice: Exercice) -> list[str]:
    """What can be commented in a year: the year itself, and its months that have a figure, the newest first."""
    months = [
        f"{m:%Y-%m}"
        for m in exercice.mois()
        if m <= calcul.au and chiffre_of(indicateur, calcul.serie(indicateur), m, last_day(m))
    ]
    return [str(exercice), *months[::-1]]


def commentaires_of(calcul: Calcul, indicateur: Indicateur, exercice: Exercice) -> list[Commentaire]:
    """The comments of an indicator in a year: on the year, then on its months, the newest first."""
    standing: Mapping[str, Decision] = calcul.donnees.decisions.commentaires
    wanted = [str(exercice), *(f"{m:%Y-%m}" for m in exercice.mois()[::-1])]
    out = []
    for periode in wanted:
        decision = standing.get(cle_of(indicateur.id, periode))
        if decision:
            v = decision.valeur
            now = value_text(calcul, indicateur, periode)
            out.append(
                Commentaire(indicateur, periode, str(v["texte"]), str(v["valeur"]), now, decision.quand, decision.qui)
            )
    return out


def a_revoir(calcul: Calcul) -> list[Commentaire]:
    """Every comment whose value changed, in the plan's order."""
    out = []
    by_id: dict[str, set[Exercice]] = {}
    for cle in calcul.donnees.decisions.commentaires:
        id_, _, periode = cle.partition("|")
        year = Exercice.parse(periode) if len(periode) == 9 else Exercice.of(date.fromisoformat(f"{periode}-01"))
        by_id.setdefault(id_, set()).add(year)
    for indicateur in calcul.plan.tous.values():
        for year in sorted(by_id.get(indicateur.id, ())):
            out += [c for c in commentaires_of(calcul, indicateur, year) if c.a_revoir]
    return out
