"""The target of an indicator for a year: the plan's, or the one the direction set, which wins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Indicateur
from rqds_metrics.regles.rupture import Rupture

Origine = Literal["plan", "direction", "reference", "rupture", "retenue"]


@dataclass(frozen=True)
class Objet:
    """What is aimed at. `strict`: the value must go beyond `valeur`, reaching it is not enough (croissance)."""

    valeur: float | None
    origine: Origine | None
    strict: bool = False


def cible_of(
    indicateur: Indicateur,
    exercice: Exercice,
    an_dernier: float | None,
    direction: float | None,
    rupture: Rupture | None = None,
) -> Objet:
    """The target of the year.

    Args:
        an_dernier: the value of the whole year before, as it stands today (rates as fractions).
        direction: the target the direction set for this year (rates as fractions), if any.
        rupture: what keeps this year from being compared with the one before, if anything: a rise is suspended.

    A rise without a last year has no target yet: this is the reference year (origine « reference »).
    """
    if direction is not None:
        return Objet(direction, "direction")
    cible = indicateur.cible
    if cible is None:
        return Objet(None, None)
    if cible.jalon:
        return Objet(1.0, "plan")
    if cible.seuil is not None:
        return Objet(cible.seuil / 100, "plan")
    if cible.nombre_an1 is not None:
        return Objet(float(cible.nombre_an1), "plan") if exercice.an == 1 else Objet(None, None)
    if exercice.an < (cible.an_debut or 1):
        return Objet(None, "reference")
    if an_dernier is None:
        return Objet(None, "reference")
    if rupture is not None:
        return Objet(None, "rupture")
    if cible.hausse is not None:
        return Objet(an_dernier * (1 + cible.hausse / 100), "plan")
    return Objet(an_dernier, "plan", strict=True)
