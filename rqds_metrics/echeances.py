"""The dates that an indicator's calendar asks for, met or not."""

from __future__ import annotations

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Indicateur
from rqds_metrics.regles.occurrences import Occurrence, events_of, known_until, occurrences_of
from rqds_metrics.resultats import Calcul


def dates_of(calcul: Calcul, indicateur: Indicateur, exercice: Exercice) -> list[Occurrence]:
    """In order; nothing where dates cannot be told from what is known.

    A survey comes after what the calendar plans; a source that never sent anything has not begun, nor has a typed
    value in a past year that nobody filled; and a figure that sums up a quarter says nothing of its dates.
    """
    calendrier, serie = calcul.plan.calendrier_of(indicateur), calcul.serie(indicateur)
    if calendrier is None or indicateur.mesure == "satisfaction" or indicateur.formule:
        return []
    events = events_of(serie, exercice, calcul.au)
    begun = len(serie.year(exercice, calcul.au)) > 0 or exercice == Exercice.of(calcul.au)
    if not (begun if indicateur.saisi else len(serie)):
        return []
    if any((last - first).days > 31 for first, last in events):
        return []
    known = known_until(serie, exercice, calcul.au, calcul.donnees.decisions.reglages.retard_jours)
    return occurrences_of(calendrier, exercice, events, known, calcul.au, calcul.skips(indicateur, exercice))
