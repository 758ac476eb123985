"""The breaks of an indicator's series: those that people declared, and the changes of source."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from rqds_metrics.mesures import Plage
from rqds_metrics.plan import Indicateur
from rqds_metrics.registre import Decision, Decisions
from rqds_metrics.regles.rupture import Rupture

CHANGEMENT_DE_SOURCE = "changement d'outil"


def declared(indicateur: Indicateur, decisions: Decisions) -> list[Decision]:
    """What stands declared for the indicator itself, or for its measure."""
    own = decisions.ruptures.get(indicateur.id, ())
    return [*own, *(decisions.ruptures.get(indicateur.mesure, ()) if indicateur.mesure else ())]


def ruptures_of(indicateur: Indicateur, decisions: Decisions, plages: Iterable[Plage] = ()) -> tuple[Rupture, ...]:
    """In order of date; a declared one speaks before a change of source of the same day."""
    said = [Rupture(date.fromisoformat(d.valeur["date"]), d.valeur["raison"]) for d in declared(indicateur, decisions)]
    days = {r.date for r in said}
    said += [Rupture(p.debut, CHANGEMENT_DE_SOURCE) for p in plages if p.debut and p.debut not in days]
    return tuple(sorted(said))
