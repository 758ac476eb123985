"""Cached access to figures: everything is kept by the version of the file, so that a new lot shows at once."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache

from rqds_metrics.alimentation import plan_decided
from rqds_metrics.copies import CopieImpossible
from rqds_metrics.disk import DisquePlein
from rqds_metrics.donnees import Donnees, load_donnees
from rqds_metrics.exercice import Exercice, exercices_du_plan
from rqds_metrics.plan import Plan, load_plan
from rqds_metrics.resultats import Calcul, Resultat, compute
from rqds_metrics.reunions import Reunion, last_before, reunions_of
from rqds_metrics.store import BaseIllisible, BaseOccupee, base_path, today, version

GARDES = 128
MOIS = timedelta(days=30)


def stamp() -> str:
    """What cached figures hang on: which file, its state, and the day it is (midnight may pass with the app open)."""
    path = base_path()
    return f"{path} {version(path)} {today()}"


def donnees(au: date) -> Donnees:
    return load_donnees(au)


@lru_cache(GARDES)
def _plan(stamp: str, au: date) -> Plan:
    return plan_decided(load_plan(), load_donnees(au).decisions)


def plan_of(au: date) -> Plan:
    """The plan, each indicator fed as decided on that day: what is typed in is not always what the plan foresaw."""
    return _plan(stamp(), au)


def plan_today() -> Plan:
    return plan_of(today())


@lru_cache(GARDES)
def _results(stamp: str, exercice: Exercice, au: date) -> list[Resultat]:
    return compute(load_donnees(au), [exercice])


def results(exercice: Exercice, au: date) -> list[Resultat]:
    """Every indicator in one year. Shared between visitors: not to be changed."""
    return _results(stamp(), exercice, au)


@lru_cache(GARDES)
def _five_years(stamp: str, au: date) -> dict[str, list[Resultat]]:
    calcul = Calcul(load_plan(), load_donnees(au))
    years = exercices_du_plan()
    return {i.id: [calcul.result(i, e) for e in years] for i in calcul.plan.tous.values()}


def five_years(au: date) -> dict[str, list[Resultat]]:
    """The five years of every indicator, by id."""
    return _five_years(stamp(), au)


def since_last(au: date) -> tuple[date, Reunion | None]:
    """The day to compare with: the last meeting before `au`, else thirty days before."""
    last = last_before(reunions_of(donnees(au).decisions.reunions), au)
    return (last.jour, last) if last else (au - MOIS, None)


def warm() -> None:
    """Read what the overview needs, aside, before someone waits for it: at the start, and once files are stored."""

    def read() -> None:
        with suppress(BaseOccupee, BaseIllisible, DisquePlein, CopieImpossible):  # whoever opens a page will be told
            if base_path().exists():
                from pages.ui.contexte import default  # these two read from here
                from pages.ui.ensemble import overview

                overview(default())
                five_years(default().au)  # what a fiche needs

    threading.Thread(target=read, daemon=True, name="warm").start()
