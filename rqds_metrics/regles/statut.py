"""From a value, what was due and the target, to a status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Statut = Literal[
    "atteinte",
    "en_voie",
    "a_surveiller",
    "en_retard",
    "presque",
    "non_atteinte",
    "non_du",
    "sans_cible",
    "sans_donnees",
    "echeance_a_fixer",
]
EVALUES: frozenset[str] = frozenset({"atteinte", "en_voie", "a_surveiller", "en_retard", "presque", "non_atteinte"})
FAVORABLES: frozenset[str] = frozenset({"atteinte", "en_voie"})


@dataclass(frozen=True)
class Limites:
    en_voie: float = 0.90
    a_surveiller: float = 0.75
    presque: float = 0.90


# Shares such as 9/10 of 0.9 must not fall under a limit by a rounding of the machine.
_EPSILON = 1e-9


def share_of(valeur: float, repere: float, sens: str) -> float:
    """How much of `repere` is reached; above 1 is better, whichever way is better."""
    if sens == "baisse":
        valeur, repere = repere, valeur
    if repere == 0:
        return float("inf") if valeur > 0 else 1.0
    return valeur / repere


def reached(valeur: float, cible: float, sens: str = "hausse", strict: bool = False) -> bool:
    """Is the whole target reached (passed, when strict)."""
    if strict:
        return valeur < cible if sens == "baisse" else valeur > cible
    return share_of(valeur, cible, sens) >= 1 - _EPSILON


def statut_of(
    valeur: float | None,
    cible: float | None,
    attendu: float | None,
    *,
    closed: bool,
    limites: Limites,
    sens: str = "hausse",
    strict: bool = False,
) -> Statut:
    """The status of a number, a stock or a rate.

    Closed year: against the target. Year in progress: against what was due at the date of the last data.
    """
    if valeur is None:
        return "sans_donnees"
    if cible is None:
        return "sans_cible"
    if reached(valeur, cible, sens, strict):
        return "atteinte"
    if closed:
        return "presque" if share_of(valeur, cible, sens) >= limites.presque - _EPSILON else "non_atteinte"
    if not attendu:
        return "non_du"
    ratio = share_of(valeur, attendu, sens)
    if ratio >= limites.en_voie - _EPSILON:
        return "en_voie"
    return "a_surveiller" if ratio >= limites.a_surveiller - _EPSILON else "en_retard"
