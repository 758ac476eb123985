"""The dates of a calendar where values are typed in, or come as lists of what was done: each one, and what is due."""

from __future__ import annotations

from datetime import date, datetime

from etl.entry import check
from etl.grids import milestones_of
from etl.recording import store_entries
from pages.ui.occurrences import after_data, told
from rqds_metrics import store
from rqds_metrics.cloture import last_day
from rqds_metrics.donnees import load_donnees
from rqds_metrics.echeances import dates_of
from rqds_metrics.exercice import Exercice
from rqds_metrics.manquants import missing
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import decide
from rqds_metrics.resultats import Calcul
from rqds_metrics.saisies import load_cases
from tests.fabrique import episodes, load, saisie

AU = date(2026, 11, 24)
E5 = Exercice(2026)


def test_dates_of_typed_values(tmp_path):
    """A month typed meets its date, a zero is no meeting; an unused year tells nothing, the current one what is due."""
    path, i = tmp_path / "rqds.duckdb", load_plan().tous["4.1.4-3"]
    months = {8: 2.0, 9: 0.0, 10: 1.0}
    load(
        path,
        *(saisie(i.id, date(2026, m, 1), last_day(date(2026, m, 1)), f"{m}.csv", valeur=v) for m, v in months.items()),
    )
    calcul = Calcul(load_plan(), load_donnees(AU, path))
    found = dates_of(calcul, i, E5)
    assert [(o.etat, o.mois_seul, o.sautee) for o in found[:4]] == [
        ("a_temps", True, False), ("non_due", False, True), ("a_temps", True, False), ("non_due", False, False),
    ]  # fmt: skip
    assert dates_of(calcul, i, Exercice(2025)) == []
    never = dates_of(calcul, calcul.plan.tous["1.3.2-1"], E5)  # nothing typed: August is late until November is due
    assert [o.etat for o in never] == ["en_retard", "non_due"]


def test_a_milestone_asked_for_twice_a_year_is_said_twice(tmp_path):
    path, i = tmp_path / "rqds.duckdb", load_plan().tous["1.3.2-1"]
    days = [date(2026, 8, 27), date(2026, 11, 12)]
    for day in days:
        cases = load_cases(AU, path)
        table = milestones_of([i], E5, cases, load_plan().calendriers)
        edited = table.frame()
        assert len(edited) == 2
        edited.loc[edited["Fait le"].isna().idxmax(), ["État", "Fait le"]] = ["fait", day]
        ecritures, fautes = check(table.frappes(edited, AU), load_plan(), AU, cases)
        assert not fautes and len(ecritures) == 1
        assert not store_entries(ecritures, path, par="x", quand=datetime(2026, 11, 20, 15)).conflits
    calcul = Calcul(load_plan(), load_donnees(AU, path))
    assert [(o.etat, o.fait_le) for o in dates_of(calcul, i, E5)] == [("a_temps", d) for d in days]
    assert calcul.result(i, E5).statut == "atteinte"
    late = missing(load_plan(), calcul.donnees.decisions, load_cases(AU, path), E5, date(2026, 12, 8))
    assert late and i.id not in {m.indicateur.id for m in late}


def test_what_is_due_of_podcasts_is_counted_where_their_list_stops(tmp_path):
    """A list of episodes of 2 October names two: what is due is two as well, and October's date waits for the next list."""
    path = tmp_path / "rqds.duckdb"
    out = {"Un": date(2026, 8, 11), "Deux": date(2026, 9, 15)}
    load(path, episodes(date(2026, 10, 2), {"Un": 10, "Deux": 5}, out))
    plan = load_plan()
    with store.transaction(path) as cursor:
        decide(cursor, "cible", "4.1.1-4", 9, qui="x", pourquoi="x", exercice=str(E5), quand=datetime(2026, 11, 20))
    calcul = Calcul(plan, load_donnees(AU, path))
    r = calcul.result(plan.tous["4.1.1-4"], E5)
    assert (r.valeur, r.attendu, r.donnees_au) == (2, 2, date(2026, 10, 2))
    third = dates_of(calcul, plan.tous["4.1.1-4"], E5)[2]
    assert third.etat == "en_retard" and after_data([third], r.donnees_au)
    assert told(third, r.donnees_au, saisi=False) == "prévue le 31 oct., aucune donnée depuis le 2 oct."
