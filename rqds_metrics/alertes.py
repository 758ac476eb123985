"""Alerts that the direction chose, and what they tell on a day. Pure: results and what stands decided in, notices out.

The registre keeps, under the one genre « alerte », each alert that is followed (« rouge|plan ») and each digest sent
(« envoi|2026-11-25 »: the notices that held then), so that a digest tells only what the one before did not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import Decision
from rqds_metrics.regles.formats import INSECABLE, jour, mois, pourcent
from rqds_metrics.regles.statut import share_of
from rqds_metrics.resultats import Resultat
from rqds_metrics.synthese import Reception

SORTES = {
    "rouge": "Un état est au rouge",
    "source": "Une source est en retard",
    "cible": "Une cible approche",
}
ENVOI, PLAN = "envoi", "plan"
PROCHE = 0.90  # of the year's target
AVANCE = timedelta(days=30)  # before a milestone's due date
SEMAINE = timedelta(days=7)


@dataclass(frozen=True)
class Alerte:
    """What to be told of. `portee`: « plan », an orientation (« 2 ») or an indicator; a source is always « plan »."""

    sorte: str
    portee: str

    @property
    def cle(self) -> str:
        return f"{self.sorte}|{self.portee}"

    @property
    def texte(self) -> str:
        return SORTES[self.sorte] + ("" if self.sorte == "source" else f"{INSECABLE}: {scope_text(self.portee)}")

    def covers(self, r: Resultat) -> bool:
        return self.portee in (PLAN, r.id, r.id.split(".", 1)[0])


@dataclass(frozen=True)
class Avis:
    """What an alert tells. `cle` names the fact itself: two alerts on one fact give one notice."""

    cle: str
    sorte: str
    titre: str
    texte: str
    indicateur: str | None = None


def scope_text(portee: str) -> str:
    """« tout le plan », « orientation 2 », « 1.2.6-2 Visites du site Web »."""
    plan = load_plan()
    if portee == PLAN:
        return "tout le plan"
    return f"{portee} {plan.tous[portee].court}" if portee in plan.tous else f"orientation {portee}"


def alertes_of(decisions: Mapping[str, Decision]) -> list[Alerte]:
    """Those followed, by kind; what this version cannot read is left out."""
    plan = load_plan()
    known = {PLAN, *(o.id for o in plan.orientations), *plan.tous}
    pairs = (cle.partition("|")[::2] for cle in decisions)
    found = [Alerte(sorte, portee) for sorte, portee in pairs if sorte in SORTES and portee in known]
    return sorted(found, key=lambda a: (list(SORTES).index(a.sorte), a.portee))


def last_digest(decisions: Mapping[str, Decision]) -> tuple[date | None, frozenset[str]]:
    """The day of the last digest, and the notices that held then."""
    sent = {cle.partition("|")[2]: d for cle, d in decisions.items() if cle.startswith(f"{ENVOI}|")}
    if not sent:
        return None, frozenset()
    newest = max(sent)
    return date.fromisoformat(newest), frozenset(map(str, sent[newest].valeur["cles"]))


def digest_to_keep(held: Iterable[Avis], nouveaux: int) -> dict[str, Any]:
    """What the registre keeps of a digest."""
    return {"cles": sorted(a.cle for a in held), "nouveaux": nouveaux}


def avis_of(
    alertes: Iterable[Alerte], results: Iterable[Resultat], receptions: Iterable[Reception], au: date
) -> list[Avis]:
    """Every notice that holds on a day, each fact once: what is late first, then what is near."""
    followed = list(alertes)
    out: dict[str, Avis] = {}
    for r in results:
        for sorte, tell in (("rouge", _red), ("cible", _near)):
            if any(a.sorte == sorte and a.covers(r) for a in followed) and (told := tell(r, au)):
                out[told.cle] = told
    if any(a.sorte == "source" for a in followed):
        out |= {a.cle: a for x in receptions for a in _late(x)}
    return sorted(out.values(), key=lambda a: list(SORTES).index(a.sorte))  # stable: the plan's order


def _red(r: Resultat, au: date) -> Avis | None:
    if r.statut not in ("en_retard", "non_atteinte"):
        return None
    return Avis(f"rouge|{r.id}|{r.exercice}", "rouge", f"{r.id} {r.indicateur.court}", r.phrase, r.id)


def _near(r: Resultat, au: date) -> Avis | None:
    """A target nearly reached, or a milestone soon due and not done."""
    cle, titre = f"cible|{r.id}|{r.exercice}", f"{r.id} {r.indicateur.court}"
    if r.indicateur.type == "jalon":
        if r.fait_le or r.echeance is None or not au <= r.echeance <= au + AVANCE:
            return None
        return Avis(cle, "cible", titre, f"Échéance le {jour(r.echeance)}, pas encore fait.", r.id)
    if r.indicateur.type not in ("nombre", "stock") or r.valeur is None or not r.cible or r.statut == "atteinte":
        return None
    share = share_of(r.valeur, r.cible, r.indicateur.sens)
    return Avis(cle, "cible", titre, f"{pourcent(share, 0)} de la cible. {r.phrase}", r.id) if share >= PROCHE else None


def _late(x: Reception) -> list[Avis]:
    return [
        Avis(f"source|{x.famille}|{m:%Y-%m}", "source", x.titre, f"{mois(m, long=True).capitalize()} n'est pas reçu.")
        for m, etat in x.mois
        if etat == "manquant"
    ]


def digest_text(nouveaux: Iterable[Avis], exercice: Exercice, au: date, demo: bool = False) -> str:
    """The e-mail's text: what is new, by kind."""
    found = list(nouveaux)
    lines = [f"Suivi du plan stratégique, {exercice}, vu le {jour(au, long=True)}."]
    if demo:
        lines.append("Données fictives : rien de réel.")
    for sorte, titre in SORTES.items():
        mine = [a for a in found if a.sorte == sorte]
        if mine:
            lines += ["", f"{titre} ({len(mine)})", *(f"- {a.titre}{INSECABLE}: {a.texte}" for a in mine)]
    lines += [
        "",
        "Ce courriel ne redit pas ce que le précédent disait déjà. Les alertes se choisissent à la page « Alertes ».",
    ]
    return "\n".join(lines) + "\n"
