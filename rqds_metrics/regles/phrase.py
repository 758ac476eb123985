"""Every status says itself in a sentence: period, value, last year, what was due, what is missing, what pace."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Indicateur
from rqds_metrics.regles.cible import Objet
from rqds_metrics.regles.formats import (
    FINE,
    INSECABLE,
    jour,
    nombre,
    pourcent,
    quantite,
)
from rqds_metrics.regles.jalon import EtatJalon

METHODES = {
    "calendrier": "d'après le calendrier",
    "saison": "au rythme saisonnier des exercices complets",
    "jours": "au prorata des jours",
    "seuil": "le seuil",
    "echeance": "d'après l'échéance",
}
PROJETABLE = 0.15  # share of the year's target that must be due before its end is projected: less says nothing
DEUX = f"{INSECABLE}:"  # « : » with its no-break space
POINT_VIRGULE = f"{FINE};"


@dataclass(frozen=True)
class Faits:
    """What a sentence is made of. Rates are fractions."""

    indicateur: Indicateur
    exercice: Exercice
    au: date
    valeur: float | None
    numerateur: float | None
    denominateur: float | None
    n: float | None
    objet: Objet
    attendu: float | None
    methode: str | None
    statut: str
    donnees_au: date | None
    an_dernier_total: float | None
    an_dernier_meme_date: float | None
    couverture: float | None
    an_dernier_couverture: float | None = None
    releve_seul: date | None = None


def span_of(f: Faits) -> str:
    """« Du 1er juillet au 31 octobre 2026 », « En 2025-2026 » once the whole year is in."""
    if f.donnees_au is None:
        return f"En {f.exercice}"
    if f.donnees_au >= f.exercice.fin or (f.exercice.closed(f.au) and f.couverture is None):
        return f"En {f.exercice}"
    if f.indicateur.type == "stock":
        return f"Au {jour(f.donnees_au, long=True)}"
    same_year = f.donnees_au.year == f.exercice.debut.year
    return f"Du {jour(f.exercice.debut, long=True, annee=not same_year)} au {jour(f.donnees_au, long=True)}"


def _value(f: Faits) -> str:
    text = quantite(f.valeur, f.indicateur.unite)
    if f.indicateur.type != "taux":
        return text
    details = []
    if f.numerateur is not None and f.denominateur and f.denominateur > 1:
        details.append(f"{nombre(f.numerateur)} sur {nombre(f.denominateur)}")
    if f.indicateur.mesure == "satisfaction" and f.n:
        details = [f"n = {nombre(f.n)}", *details]
    return f"{text} ({', '.join(details)})" if details else text


def _last_year(f: Faits) -> str:
    unit = f.indicateur.unite
    if f.exercice.closed(f.au) or f.indicateur.type == "taux":
        if f.an_dernier_total is None:
            return ""
        return f" L'exercice précédent{DEUX} {quantite(f.an_dernier_total, unit)}."
    if f.an_dernier_meme_date is None:
        return ""
    return f" À la même date l'an dernier{DEUX} {nombre(f.an_dernier_meme_date)}."


def _goal(f: Faits) -> str:
    cible = f.indicateur.cible
    if f.objet.origine == "direction":
        return "Pour la cible fixée par la direction"
    if cible and cible.hausse:
        return f"Pour une hausse de {nombre(cible.hausse)}{INSECABLE}%"
    if cible and cible.croissance:
        return "Pour dépasser l'an dernier"
    return "Pour la cible du plan"


def _against_target(f: Faits) -> str:
    """Closed year, or a rate: the value against the whole target."""
    assert f.valeur is not None and f.objet.valeur is not None
    unit = f.indicateur.unite
    word = "Seuil" if f.indicateur.cible and f.indicateur.cible.seuil and f.objet.origine == "plan" else "Cible"
    text = f" {word}{DEUX} {quantite(f.objet.valeur, unit)}"
    gap = f.objet.valeur - f.valeur
    if f.statut == "atteinte":
        return text + f"{POINT_VIRGULE} c'est atteint."
    if f.objet.strict and gap <= 0:
        return text + f"{POINT_VIRGULE} il faut la dépasser."
    if unit == "%":
        return text + f"{POINT_VIRGULE} il manque {nombre(gap * 100, 1)} points."
    return text + f"{POINT_VIRGULE} il manque {quantite(gap, unit)}."


def _in_progress(f: Faits) -> str:
    assert f.valeur is not None and f.objet.valeur is not None
    if f.statut == "atteinte":
        return f" La cible de l'exercice ({nombre(f.objet.valeur)}) est déjà atteinte."
    if not f.attendu:
        return f" Rien n'était encore attendu à cette date, pour une cible de {nombre(f.objet.valeur)}."
    method = METHODES.get(f.methode or "", "")
    due = whole(f.attendu)
    text = f" {_goal(f)}, il en faudrait {nombre(due)} à cette date ({method})"
    gap = due - f.valeur
    text += f"{POINT_VIRGULE} il en manque {nombre(gap)}." if gap >= 0.5 else f"{POINT_VIRGULE} le rythme est bon."
    if f.indicateur.type == "nombre" and f.attendu >= PROJETABLE * f.objet.valeur:
        end = f.valeur / f.attendu * f.objet.valeur
        text += f" Au rythme actuel, l'exercice finirait vers {nombre(_rounded(end))}, pour une cible de {nombre(f.objet.valeur)}."
        left = (f.exercice.fin - f.au).days
        if f.statut in ("a_surveiller", "en_retard") and left >= 14:
            pace = (f.objet.valeur - f.valeur) / (left / 7)
            pace = float(math.ceil(pace)) if pace >= 10 else pace
            text += (
                f" Pour l'atteindre, il en faut {nombre(pace)} par semaine d'ici le 30 juin."
                if pace >= 1
                else f" Il en reste {nombre(f.objet.valeur - f.valeur)} d'ici le 30 juin."
            )
    return text


def whole(value: float) -> float:
    """What was due, or spread over months, as it is written: decimals mean nothing from 20 up."""
    return float(round(value)) if value >= 20 else value


def _rounded(value: float) -> float:
    """A projection is not known to the unit: two significant figures above 1000, else whole."""
    if value < 1000:
        return float(round(value))
    step = 10 ** (len(str(int(value))) - 3)
    return float(round(value / step) * step)


def sentence(f: Faits) -> str:
    """The sentence of a number, a stock, a rate or a text."""
    if f.exercice.debut > f.au:
        return f"L'exercice {f.exercice} n'est pas commencé."
    if f.valeur is None and f.indicateur.type != "qualitatif":
        if f.statut == "non_du" and f.indicateur.cadence == "annuelle":
            return f"Se mesure une fois l'an{POINT_VIRGULE} attendu d'ici le {jour(f.exercice.fin, long=True)}."
        if f.statut == "non_du":
            return f"Rien n'est encore attendu en {f.exercice}."
        if f.releve_seul and f.releve_seul <= f.exercice.fin:
            return (
                f"Inconnu{DEUX} un seul relevé est reçu ({jour(f.releve_seul, long=True)}), et ses compteurs valent depuis "
                f"le début{POINT_VIRGULE} la différence avec le prochain donnera un premier chiffre."
            )
        return f"Aucune donnée reçue pour {f.exercice}."
    if f.indicateur.type == "qualitatif":
        count = int(f.n or 0)
        if not count and f.statut == "non_du":
            return f"S'apprécie une fois l'an{POINT_VIRGULE} attendu d'ici le {jour(f.exercice.fin, long=True)}."
        if not count:
            return f"Aucun texte consigné pour {f.exercice}."
        return f"{count} texte{'s' if count > 1 else ''} consigné{'s' if count > 1 else ''} en {f.exercice}."
    text = f"{span_of(f)}{DEUX} {_value(f)}.{_last_year(f)}"
    if f.objet.valeur is None:
        reason = (
            " Année de référence : la hausse se mesurera à partir d'elle."
            if f.objet.origine == "reference"
            else " Aucune cible n'est fixée."
        )
        return text + reason.replace(" :", DEUX) + _holes(f)
    direct = f.exercice.closed(f.au) or f.indicateur.type == "taux"
    return text + (_against_target(f) if direct else _in_progress(f)) + _holes(f)


def _holes(f: Faits) -> str:
    """Days that nobody spoke for, this year, or last year where the target is a rise over it."""
    text = ""
    if f.couverture is not None and f.couverture <= 0.995:
        text += f" Attention{DEUX} il manque des données ({pourcent(f.couverture, 0)} des jours sont couverts)."
    base = f.an_dernier_couverture
    rises = f.indicateur.cible and f.indicateur.cible.genre in ("hausse", "croissance") and f.objet.origine == "plan"
    if rises and base is not None and base <= 0.995:
        text += (
            f" Attention{DEUX} l'exercice précédent, d'où vient la cible, est incomplet "
            f"({pourcent(base, 0)} des jours)."
        )
    return text


def jalon_sentence(etat: EtatJalon, exercice: Exercice, au: date, annuel: bool) -> str:
    """The sentence of a milestone."""
    if exercice.debut > au and etat.statut != "atteinte":
        return f"L'exercice {exercice} n'est pas commencé."
    if etat.fait_le:
        late = etat.echeance is not None and etat.fait_le > etat.echeance
        text = f"Fait le {jour(etat.fait_le, long=True)}"
        return f"{text}, après l'échéance du {jour(etat.echeance, long=True)}." if late else f"{text}."
    if etat.statut == "echeance_a_fixer":
        said = "Pas encore fait" if etat.valeur is not None else "Rien n'est consigné"
        return f"{said}{POINT_VIRGULE} l'échéance reste à fixer."
    if etat.statut == "non_du":
        return f"À faire d'ici le {jour(etat.echeance, long=True)}."
    if etat.statut == "sans_donnees":
        when = f"en {exercice}" if annuel else f"(échéance{DEUX} {jour(etat.echeance, long=True)})"
        return f"Rien n'est consigné {when}."
    return f"Pas fait{POINT_VIRGULE} l'échéance était le {jour(etat.echeance, long=True)}."
