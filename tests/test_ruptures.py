"""A declared break suspends a rise, and says why; the month skipped is the direction's to name."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from etl.source import Tranche
from rqds_metrics import store
from rqds_metrics.donnees import load_donnees
from rqds_metrics.echeances import dates_of
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import decide
from rqds_metrics.resultats import Calcul
from tests.fabrique import envoi, lecture, load, visites

AU = date(2026, 11, 24)
E5 = Exercice(2026)


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "rqds.duckdb"
    for year in (2024, 2025, 2026):
        for first, last in [(7, 9), (10, 12), (1, 3), (4, 6)]:
            annee = year + (first < 7)
            debut, fin = date(annee, first, 1), date(annee, last, 30 if last in (6, 9) else 31)
            if fin < date(2026, 10, 1):
                load(path, visites(debut, fin, 1000 + year, f"{debut}.csv"))
    return path


def declare(base, cle="1.2.6-2", jour="2026-03-01", raison="changement d'outil", quand=datetime(2026, 11, 20, 15)):
    with store.transaction(base) as cursor:
        valeur = {"date": jour, "raison": raison}
        decide(cursor, "rupture", cle, valeur, qui="direction", pourquoi="essai", quand=quand)


def result(base, exercice=E5, au=AU, id_="1.2.6-2"):
    plan = load_plan()
    return Calcul(plan, load_donnees(au, base)).result(plan.tous[id_], exercice)


def test_a_rise_across_a_break_has_no_target_and_says_why(base):
    assert result(base).cible and result(base).projection
    declare(base)
    r = result(base)
    assert (r.cible, r.cible_origine, r.statut) == (None, "rupture", "sans_cible")
    assert "La hausse ne se compare pas\u00a0: changement d'outil le 1er mars 2026." in r.phrase
    assert "À la même date" not in r.phrase
    assert result(base, Exercice(2025)).statut == "sans_cible"  # the year that is cut in two, against the one before
    assert result(base, au=date(2026, 11, 19)).cible is not None  # as it stood before anyone said so


def test_years_on_the_same_side_still_compare(base):
    declare(base, jour="2025-07-01")
    assert result(base, E5).cible is not None and result(base, Exercice(2025)).cible is None


def test_a_break_is_withdrawn_or_declared_for_a_measure(base):
    declare(base, cle="visites_web", raison="nouvelle définition")
    assert "nouvelle définition" in result(base).phrase
    declare(base, cle="visites_web", jour="2026-05-01", quand=datetime(2026, 11, 20, 16))
    declare(base, cle="visites_web", jour="2026-05-01", raison=None, quand=datetime(2026, 11, 20, 17))
    assert result(base).rupture.raison == "nouvelle définition"
    declare(base, cle="visites_web", raison=None, quand=datetime(2026, 11, 20, 18))
    assert result(base).rupture is None and result(base).cible


def test_a_cut_year_is_not_projected_nor_a_model(base):
    declare(base, jour="2026-08-15")
    r = result(base)
    assert r.projection is None and r.statut == "sans_cible"


def test_a_change_of_source_is_a_break(base):
    debut, fin = date(2026, 7, 1), date(2026, 9, 30)
    row = {"serie": "matomo|site", "debut": debut, "fin": fin, "visites": 700}
    load(base, lecture("web", [row], [Tranche("matomo|site", debut, fin, "bloc")], "matomo.csv"))
    with store.transaction(base) as cursor:
        valeur = {"serie": "matomo|site", "depuis": "2026-07-01"}
        decide(cursor, "source", "visites_web", valeur, qui="x", pourquoi="x", quand=datetime(2026, 11, 1))
    r = result(base)
    assert (r.valeur, r.cible_origine) == (700, "rupture")
    assert "changement d'outil le 1er juillet 2026" in r.phrase


def test_the_skipped_month_moves_what_is_due(tmp_path):
    path = tmp_path / "rqds.duckdb"
    load(path, envoi("a", date(2026, 8, 26), 500, 200), envoi("b", date(2026, 10, 28), 500, 200))
    plan = load_plan()

    def september():
        calcul = Calcul(plan, load_donnees(AU, path))
        return dates_of(calcul, plan.tous["1.2.6-4"], E5)[1]

    assert september().sautee
    with store.transaction(path) as cursor:
        decide(cursor, "saut", "infolettre", 12, qui="x", pourquoi="x", exercice=str(E5), quand=datetime(2026, 11, 20))
    assert (september().etat, september().sautee) == ("manquee", False)


def test_dates_are_shown_where_a_source_tells_them(demo_base):
    plan = load_plan()
    calcul = Calcul(plan, load_donnees(AU, demo_base))
    told = {i.id for i in plan.tous.values() if dates_of(calcul, i, Exercice(2025))}
    assert {"1.2.6-4", "4.1.1-4", "1.3.3-3", "1.1.5-1", "1.2.2-2"} <= told
    assert {"1.3.2-1", "1.2.2-3", "4.1.4-3"} <= told  # a milestone and figures that are typed in
    assert not told & {"1.3.3-2", "1.2.2-4"}  # surveys come after what the calendar plans
    podcasts = dates_of(calcul, plan.tous["4.1.1-4"], Exercice(2025))
    assert [o.etat for o in podcasts] == ["a_temps"] * 9


def test_surveys_have_an_interval_and_say_when_it_crosses_the_target(demo_base):
    plan = load_plan()
    calcul = Calcul(plan, load_donnees(AU, demo_base))
    found = [calcul.result(i, E5) for i in plan.tous.values() if i.mesure == "satisfaction"]
    asked = [r for r in found if r.valeur is not None]
    assert asked and all(r.intervalle.bas <= r.valeur <= r.intervalle.haut for r in asked)
    unsure = [r for r in asked if r.a_confirmer]
    assert unsure and all(r.intervalle.bas < r.cible <= r.intervalle.haut for r in unsure)
    assert all("À confirmer\u00a0: avec" in r.phrase and "19 fois sur 20" in r.phrase for r in unsure)
    others = [calcul.result(i, E5) for i in plan.tous.values() if i.mesure != "satisfaction"]
    assert not any(r.a_confirmer or r.intervalle for r in others)


def shown(at) -> str:
    return " ".join(json.loads(e.proto.json)["html"] for e in at.get("bidi_component"))


def test_a_break_is_declared_and_withdrawn_on_the_fiche(app_on, own_demo):
    at = app_on(own_demo, "pages/fiche.py", indicateur="1.2.6-2", exercice="2026-2027")
    next(b for b in at.button if b.label == "Déclarer la rupture").click().run()
    assert not at.exception and "Dites ce qui a changé" in at.warning[0].value
    at.date_input(key="rupture_jour_1.2.6-2").set_value(date(2026, 3, 1))
    at.text_input(key="rupture_raison_1.2.6-2").set_value("<b>nouvel</b> outil")
    next(b for b in at.button if b.label == "Déclarer la rupture").click().run()
    assert not at.exception and "Rupture déclarée" in at.success[0].value
    html = shown(at)
    assert "La hausse ne se compare pas" in html and "<b>nouvel" not in html and "&lt;b&gt;nouvel" in html
    next(b for b in at.button if b.key.startswith("retirer_")).click().run()
    assert not at.exception and "La hausse ne se compare pas" not in shown(at)


def test_the_fiche_shows_the_dates_and_the_skipped_month_is_named_there(app_on, own_demo):
    at = app_on(own_demo, "pages/fiche.py", indicateur="1.2.6-4", exercice="2025-2026")
    assert "Ce que le calendrier demande" in shown(at) and "En juillet, rien" in shown(at)
    at.selectbox(key="saut_mois_infolettre_2025-2026").select(12)
    next(b for b in at.button if b.label == "Enregistrer le mois sauté").click().run()
    assert not at.exception and "décembre" in at.success[0].value
