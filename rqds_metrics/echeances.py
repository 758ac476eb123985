"""The dates that an indicator's calendar asks for, met or not."""

from __future__ import annotations

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Indicateur
from rqds_metrics.regles.occurrences import Occurrence, events_of, known_until, occurrences_of
from rqds_metrics.resultats import Calcul


def dates_of(calcul: Calcul, indicateur: Indicateur, exercice: Exercice) -> list[Occurrence]:
    """In order; only where a source tells each thing that was done, on its day: not for a typed figure, whose zero is
    no miss, nor a survey, which comes after what the calendar plans."""
    calendrier, serie = calcul.plan.calendrier_of(indicateur), calcul.serie(indicateur)
    if calendrier is None or indicateur.mesure in (None, "satisfaction") or not len(serie):
        return []
    events = events_of(serie, exercice, calcul.au)
    if any((last - first).days > 31 for first, last in events):  # a tool that sums up a quarter says nothing of dates
        return []
    known = known_until(serie, exercice, calcul.au, calcul.donnees.decisions.reglages.retard_jours)
    return occurrences_of(calendrier, exercice, events, known, calcul.au, calcul.skips(indicateur, exercice))
