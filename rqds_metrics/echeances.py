"""The dates that an indicator's calendar asks for, met or not."""

from __future__ import annotations

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Indicateur
from rqds_metrics.regles.occurrences import Occurrence, events_of, known_until, occurrences_of
from rqds_metrics.resultats import Calcul


def dates_of(calcul: Calcul, indicateur: Indicateur, exercice: Exercice) -> list[Occurrence]:
    """In order; none without a calendar or a figure, for a survey (the calendar plans the activity, not its survey),
    or where a figure typed for more than a month says nothing of dates."""
    calendrier, serie = calcul.plan.calendrier_of(indicateur), calcul.serie(indicateur)
    if calendrier is None or indicateur.mesure == "satisfaction" or not len(serie):
        return []
    events = events_of(serie, exercice, calcul.au)
    if any((last - first).days > 31 for first, last in events):
        return []
    known = known_until(serie, exercice, calcul.au, calcul.donnees.decisions.reglages.retard_jours)
    return occurrences_of(calendrier, exercice, events, known, calcul.au, calcul.skips(indicateur, exercice))
