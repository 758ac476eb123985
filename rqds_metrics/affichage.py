"""A result in a few characters, as tables show it on screen and in documents."""

from __future__ import annotations

from rqds_metrics.regles.formats import jour, nombre, quantite
from rqds_metrics.regles.phrase import whole
from rqds_metrics.resultats import Resultat
from rqds_metrics.synthese import ratio


def value_text(r: Resultat) -> str:
    """The value as a table shows it: rates with %, counts bare, milestones as done or not."""
    if r.indicateur.type == "jalon":
        return "fait" if r.fait_le else ("pas fait" if r.valeur == 0 else "n.d.")
    if r.indicateur.type == "qualitatif":
        return quantite(r.n, "texte") if r.n else "–"
    return figure_text(r, r.valeur)


def target_text(r: Resultat) -> str:
    if r.cible is None:
        return "–"
    if r.indicateur.type == "jalon":
        return "jalon"
    return figure_text(r, r.cible)


def due_text(r: Resultat) -> str:
    """What was due by the last data; for a milestone, the day it is due."""
    if r.indicateur.type == "jalon":
        return jour(r.echeance) if r.echeance else "–"
    if r.attendu is None or r.valeur is None:
        return "–"
    return figure_text(r, whole(r.attendu))


def figure_text(r: Resultat, valeur: float | None) -> str:
    """A figure in the unit of the indicator, without its name."""
    return quantite(valeur, "%") if r.indicateur.type == "taux" else nombre(valeur)


def gap_text(r: Resultat) -> str:
    """« −11 % sous l'attendu au 31 oct. », in a line under the title."""
    if r.indicateur.type == "jalon":
        return r.phrase
    if r.indicateur.type == "taux":
        details = f"n = {nombre(r.n)}" if r.indicateur.mesure == "satisfaction" else ""
        if r.numerateur is not None and r.denominateur and r.denominateur > 1:
            share = f"{nombre(r.numerateur)} sur {nombre(r.denominateur)}"
            details = f"{details}, {share}" if details else share
        details = details or f"au {jour(r.donnees_au)}"
        return f"{details} · {r.reserve}" if r.reserve else details
    if r.attendu:
        gap = (1 - ratio(r)) * 100
        if r.exercice.fin <= (r.donnees_au or r.exercice.debut):
            return f"{nombre(gap, 0)} % sous la cible"
        return f"{nombre(gap, 0)} % sous l’attendu au {jour(r.donnees_au, annee=False)}"
    return ""
