"""What is left to do, in words: « Il manque 578 visites, soit 73 par semaine d'ici le 30 juin »."""

from __future__ import annotations

import math

from rqds_metrics.regles.formats import FINE, INSECABLE, nombre, quantite, unite

_EPSILON = 1e-9
BIENTOT = 14  # days under which a pace by the week says nothing


def gap(valeur: float, cible: float, *, strict: bool = False) -> float:
    """How much is missing, 0 when nothing is. Whole when the value is: reaching 12 419,5 from 12 000 takes 420.

    `strict`: the target must be passed, not reached.
    """
    missing = cible - valeur
    if float(valeur).is_integer():
        whole = math.ceil(missing - _EPSILON)
        return float(max(whole + 1 if strict and math.isclose(whole, missing) else whole, 0))
    return max(missing, 0.0)


def remaining(manque: float, nom: str, jours: int) -> str:
    """« Il manque 578 visites, soit 73 par semaine d'ici le 30 juin »; by the month for what is rarer; no pace for
    what is rarer still or when few days are left. "" when nothing is missing.

    Args:
        manque: see `gap`.
        nom: the unit, as the plan writes it.
        jours: days left to 30 June.
    """
    if manque <= 0:
        return ""
    text = f"Il manque {quantite(manque, nom)}"
    by = ""
    if jours >= BIENTOT:
        for name, days in (("semaine", 7), ("mois", 30.4)):
            pace = manque / (jours / days)
            if pace >= 1:
                by = f", soit {nombre(math.ceil(pace - _EPSILON))} par {name}"
                break
    return f"{text}{by} d'ici le 30 juin"


def missed(manque: float, nom: str) -> str:
    """« Il a manqué 578 visites », once the year is over."""
    return f"Il a manqué {quantite(manque, nom)}" if manque > 0 else ""


def answers_needed(satisfaits: float, n: float, seuil: float) -> int | None:
    """How many satisfied answers in a row would bring a rate to its threshold; None when none would (100 %)."""
    if n <= 0 or satisfaits / n >= seuil - _EPSILON:
        return 0
    if seuil >= 1:
        return None
    return math.ceil((seuil * n - satisfaits) / (1 - seuil) - _EPSILON)


def rate_remaining(
    ecart: float, satisfaits: float | None, n: float | None, seuil: float, *, sondage: bool, clos: bool
) -> str:
    """« il manque 4,5 points; 12 réponses satisfaites de plus y suffiraient »; « il a manqué » once the year is over."""
    points = nombre(ecart * 100, 1)
    text = f"il {'a manqué' if clos else 'manque'} {points}{INSECABLE}{unite('point', ecart * 100)}"
    if not sondage or satisfaits is None or not n:
        return text
    if clos:
        short = math.ceil(seuil * n - satisfaits - _EPSILON)
        return f"{text} ({quantite(short, 'réponse satisfaite')} sur {nombre(n)})" if short > 0 else text
    more = answers_needed(satisfaits, n, seuil)
    if not more:
        return text
    verb = "suffirait" if more == 1 else "suffiraient"
    return f"{text}{FINE}; {quantite(more, 'réponse satisfaite')} de plus y {verb}"
