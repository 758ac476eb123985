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
from rqds_metrics.regles.intervalle import Intervalle
from rqds_metrics.regles.jalon import EtatJalon
from rqds_metrics.regles.projection import Projection
from rqds_metrics.regles.reste import gap, missed, rate_remaining, remaining
from rqds_metrics.regles.rupture import Rupture

METHODES = {
    "calendrier": "d'après le calendrier",
    "saison": "au rythme saisonnier des exercices complets",
    "jours": "au prorata des jours",
    "seuil": "le seuil",
    "echeance": "d'après l'échéance",
}
METHODES_COURTES = {"calendrier": "calendrier", "saison": "saison", "jours": "prorata des jours"}
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
    projection: Projection | None = None
    intervalle: Intervalle | None = None
    a_confirmer: bool = False
    rupture: Rupture | None = None
    invites: int | None = None


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
    if f.indicateur.mesure == "satisfaction" and f.n and not _answered(f):
        details = [f"n = {nombre(f.n)}", *details]
    if f.intervalle and f.intervalle.bas < f.intervalle.haut:
        low, high = f.intervalle
        details[-1:] = [f"{details[-1]}{POINT_VIRGULE} de {pourcent(low, 0)} à {pourcent(high, 0)}, 19 fois sur 20"]
    return f"{text} ({', '.join(details)})" if details else text


def _answered(f: Faits) -> str:
    """« 31 répondants sur 120 invités (26 %). »; nothing where more answered than were invited: one of the two is wrong."""
    if not f.n or not f.invites or f.n > f.invites:
        return ""
    people = "répondant" if f.n < 2 else "répondants"
    return f" {nombre(f.n)} {people} sur {nombre(f.invites)} invités ({pourcent(f.n / f.invites, 0)})."


def _last_year(f: Faits) -> str:
    unit = f.indicateur.unite
    if f.rupture:
        return ""
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
    if f.statut == "atteinte":
        return text + f"{POINT_VIRGULE} c'est atteint.{_to_confirm(f)}"
    if f.objet.strict and f.valeur >= f.objet.valeur:
        return text + f"{POINT_VIRGULE} il faut la dépasser."
    closed = f.exercice.closed(f.au)
    if unit == "%":
        survey = f.intervalle is not None
        said = rate_remaining(
            f.objet.valeur - f.valeur, f.numerateur, f.denominateur, f.objet.valeur, sondage=survey, clos=closed
        )
        return text + f"{POINT_VIRGULE} {said}.{_to_confirm(f)}"
    return text + f". {missed(gap(f.valeur, f.objet.valeur), unit)}."


def _to_confirm(f: Faits) -> str:
    if not f.a_confirmer or not f.denominateur:
        return ""
    count = quantite(f.denominateur, "réponse")
    return f" À confirmer{DEUX} avec {count}, le taux de tous peut être d'un côté ou de l'autre de la cible."


def _in_progress(f: Faits) -> str:
    assert f.valeur is not None and f.objet.valeur is not None
    unit = f.indicateur.unite
    if f.statut == "atteinte":
        return f" La cible de l'exercice ({nombre(f.objet.valeur)}) est déjà atteinte.{_projected(f)}"
    if not f.attendu:
        return f" Rien n'était encore attendu à cette date, pour une cible de {nombre(f.objet.valeur)}."
    method = METHODES.get(f.methode or "", "")
    due = whole(f.attendu)
    text = f" {_goal(f)}, il en faudrait {nombre(due)} à cette date ({method})"
    behind = due - f.valeur
    late = f.statut in ("a_surveiller", "en_retard")  # a small gap counts then: the pace is not said to be good
    told = f"l'écart est de {nombre(behind)}" if behind >= 0.5 or late else "le rythme est bon"
    text += f"{POINT_VIRGULE} {told}."
    left = remaining(gap(f.valeur, f.objet.valeur, strict=f.objet.strict), unit, (f.exercice.fin - f.au).days)
    return text + _projected(f) + (f" {left}." if left else "")


def _projected(f: Faits) -> str:
    """« Au rythme actuel, l'exercice finirait vers 1 234 (entre 1 100 et 1 400, 8 fois sur 10), pour une cible de … »"""
    p = f.projection
    if p is None:
        return ""
    text = f" Au rythme actuel, l'exercice finirait vers {nombre(rounded(p.valeur))}"
    if p.bas is None or p.haut is None:
        text += f" (sans fourchette{DEUX} {p.raison})"
    elif rounded(p.bas, -1) < rounded(p.haut, 1):
        text += f" (entre {nombre(rounded(p.bas, -1))} et {nombre(rounded(p.haut, 1))}, 8 fois sur 10)"
    if f.objet.valeur is not None and f.statut != "atteinte":
        text += f", pour une cible de {nombre(f.objet.valeur)}"
    return f"{text}."


def whole(value: float) -> float:
    """What was due, or spread over months, as it is written: decimals mean nothing from 20 up."""
    return float(round(value)) if value >= 20 else value


def rounded(value: float, sens: int = 0) -> float:
    """A projection is not known to the unit: three significant figures above 1000, else whole; down (−1) or up (1)."""
    step = 10 ** (len(str(int(value))) - 3) if value >= 1000 else 1
    steps = value / step
    return float(
        (round(steps) if not sens else math.floor(steps + 1e-9) if sens < 0 else math.ceil(steps - 1e-9)) * step
    )


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
    text = f"{span_of(f)}{DEUX} {_value(f)}.{_answered(f)}{_last_year(f)}"
    if f.objet.valeur is None:
        return text + _no_target(f) + _projected(f) + _holes(f)
    direct = f.exercice.closed(f.au) or f.indicateur.type == "taux"
    return text + (_against_target(f) if direct else _in_progress(f)) + _holes(f)


def _no_target(f: Faits) -> str:
    if f.objet.origine == "rupture" and f.rupture:
        day = jour(f.rupture.date, long=True)
        return f" La hausse ne se compare pas{DEUX} {f.rupture.raison.rstrip('. ')} le {day}."
    if f.objet.origine == "retenue":
        return f" La cible n'est pas montrée{DEUX} elle vient d'un résultat retenu."
    if f.objet.origine == "reference":
        return f" Année de référence{DEUX} la hausse se mesurera à partir d'elle."
    return " Aucune cible n'est fixée."


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
