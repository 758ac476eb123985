"""Milestones: done or not, on a date; due on a date that the plan or the direction gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rqds_metrics.exercice import Exercice
from rqds_metrics.regles.series import Serie
from rqds_metrics.regles.statut import Statut


@dataclass(frozen=True)
class EtatJalon:
    """`valeur`: 1 done, 0 said not to be, None when nobody said. `attendu`: 1 once due."""

    valeur: float | None
    fait_le: date | None
    echeance: date | None
    attendu: float | None
    statut: Statut


def jalon_of(serie: Serie, exercice: Exercice, au: date, *, annuel: bool, echeance: date | None) -> EtatJalon:
    """The state of a milestone at the end of the year, or of `au`.

    `serie` holds 1 on the day it was done and 0 where it was said not to be. A yearly milestone starts over each
    1 July and is due on 30 June. Without a due date none is made up: « échéance à fixer ».
    """
    end = min(exercice.fin, au)
    known = serie.within(exercice.debut if annuel else date(2000, 1, 1), end)
    due = exercice.fin if annuel else echeance
    is_due = None if due is None else float(due <= end)
    done = known.fin[known.num == 1]
    if len(done):
        return EtatJalon(1.0, date.fromordinal(int(done.min())), due, is_due, "atteinte")
    valeur = 0.0 if len(known) else None
    if due is None:
        statut: Statut = "echeance_a_fixer"
    elif due > end or (annuel and not exercice.closed(au)):
        statut = "non_du"
    elif valeur is None:
        statut = "sans_donnees"
    else:
        statut = "non_atteinte" if exercice.closed(au) else "en_retard"
    return EtatJalon(valeur, None, due, is_due, statut)
