"""Two years side by side, and two indicators on one time line."""

from __future__ import annotations

import json

import pytest

from rqds_metrics.comparer import indexed, ligne_of, paires
from rqds_metrics.donnees import load_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.resultats import Calcul, compute
from tests.conftest import DEMO_AU

AN4, AN5 = Exercice.parse("2025-2026"), Exercice.parse("2026-2027")


@pytest.fixture(scope="module")
def donnees(demo_base):
    return load_donnees(DEMO_AU, demo_base)


def test_every_indicator_is_compared_once_and_unevaluated_ones_are_not_judged(donnees):
    found = paires(compute(donnees, [AN4]), compute(donnees, [AN5]))
    assert [p.apres.id for p in found] == list(load_plan().tous)
    assert {p.sens for p in found} == {"mieux", "moins_bien", "egal", "incomparable"}
    quiet = {"sans_cible", "sans_donnees", "non_du", "echeance_a_fixer"}
    assert all(p.sens == "incomparable" for p in found if {p.avant.statut, p.apres.statut} & quiet)
    assert all(p.apres.statut != "en_voie" for p in found if p.sens == "moins_bien")  # the year is not over
    swapped = {p.apres.id: p.sens for p in paires(compute(donnees, [AN5]), compute(donnees, [AN4]))}
    worse = [p for p in found if p.sens == "moins_bien"]
    assert worse and all(swapped[p.apres.id] == "mieux" for p in worse)


def test_the_months_of_a_line_add_up_to_the_year(donnees):
    calcul = Calcul(load_plan(), donnees)
    visits = calcul.plan.tous["1.2.6-2"]
    line = ligne_of(calcul, visits)
    year = [v for m, v in zip(line.mois, line.valeurs, strict=True) if AN4.debut <= m <= AN4.fin and v is not None]
    assert sum(year) == pytest.approx(calcul.value(visits, AN4).valeur)


def test_both_lines_start_at_a_hundred_in_the_same_month(donnees):
    calcul = Calcul(load_plan(), donnees)
    a, b = (ligne_of(calcul, calcul.plan.tous[i]) for i in ("1.2.6-2", "1.2.6-4"))
    start, one, two = indexed(a, b)
    k = a.mois.index(start)
    assert one[k] == two[k] == pytest.approx(100)
    assert [v is None for v in one] == [v is None for v in a.valeurs]


def test_the_page_shows_both_ways(app_on, demo_base):
    at = app_on(demo_base, "pages/comparer.py", exercice="2026-2027", au="2026-11-24")
    assert not at.exception
    html = json.loads(at.get("bidi_component")[0].proto.json)["html"]
    assert "Moins bien" in html and "Mieux" in html and "n’est pas terminé" in html
    at.segmented_control(key="comparer_quoi").set_value("Deux indicateurs").run()
    assert not at.exception and at.get("plotly_chart")
    at.radio(key="comparer_comment").set_value("Les deux ramenés à 100 au départ").run()
    assert not at.exception and "Chacun vaut 100" in at.caption[0].value


def test_the_same_year_twice_and_an_indicator_without_data_are_told(app_on, tmp_path):
    at = app_on(tmp_path / "rien.duckdb", "pages/comparer.py", exercice="2026-2027")
    at.selectbox(key="comparer_un").set_value(AN5).run()
    assert not at.exception and at.info[0].value.startswith("Choisissez deux exercices différents")
    at.segmented_control(key="comparer_quoi").set_value("Deux indicateurs").run()
    assert not at.exception and "Aucune donnée mensuelle" in at.caption[0].value
