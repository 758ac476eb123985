"""Where a value comes from can be chosen: measure and filter, entry, or a formula; never at the cost of what is kept."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.source import Tranche
from rqds_metrics.alimentation import AlimentationInvalide, decided, plan_decided, unread
from rqds_metrics.donnees import load_donnees
from rqds_metrics.essai import read_words, results_if
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Formule, Plan, load_plan
from rqds_metrics.registre import Decision, Decisions, decide
from rqds_metrics.regles.formule import Operande, level_of, sum_of
from rqds_metrics.regles.series import Serie, cumul
from rqds_metrics.regles.vivant import Span
from rqds_metrics.resultats import resultats
from rqds_metrics.store import transaction
from tests.fabrique import lecture, load, saisie

PLAN = load_plan()
AN5 = Exercice.parse("2026-2027")
D = date(2026, 7, 1)


def days(*values: tuple[int, float]) -> Serie:
    return Serie.of([(D + timedelta(k), D + timedelta(k), v, None, 1.0) for k, v in values])


def pages(*paths: tuple[str, int]):
    first, last = date(2026, 10, 1), date(2026, 10, 31)
    rows = [{"serie": "ga4|pages", "debut": first, "fin": last, "page": p, "vues": n} for p, n in paths]
    return lecture("web", rows, [Tranche("ga4|pages", first, last, "bloc")], "pages.csv")


def keep(base, id_: str, valeur: object, quand: datetime = datetime(2026, 11, 10)) -> None:
    with transaction(base) as cursor:
        decide(cursor, "alimentation", id_, valeur, qui="Léa", pourquoi="essai", quand=quand)


def value(base, id_: str, au: date = date(2026, 11, 20)) -> float | None:
    found = resultats("2026-2027", au, base).set_index("indicateur").loc[id_]
    return None if np.isnan(found.valeur) else float(found.valeur)


def test_the_filter_of_a_measure_is_chosen_and_versioned(tmp_path):
    base = tmp_path / "rqds.duckdb"
    load(base, pages(("/outils/carte", 30), ("/plateforme", 50), ("/a-propos", 7)), recu_le=datetime(2026, 11, 2, 15))
    typed = next(i.id for i in PLAN.indicateurs.values() if i.type == "nombre" and not i.mesure)
    filtre = [{"colonne": "page", "commence": ["/outils", "/PLATEFORME"]}]
    valeur = {"mode": "mesure", "mesure": "vues_pages", "filtre": filtre}
    now, then = results_if(typed, valeur, AN5, date(2026, 11, 20), base)
    assert (now.valeur, then.valeur) == (None, 80)
    assert value(base, typed) is None  # seeing keeps nothing
    words = read_words("vues_pages", filtre, "page", AN5.debut, AN5.fin, date(2026, 11, 20), base)
    assert words == [("/plateforme", 50), ("/outils/carte", 30)]
    keep(base, typed, valeur)
    assert value(base, typed) == 80
    assert value(base, typed, date(2026, 11, 8)) is None  # as of the day before it was chosen
    keep(base, typed, None, datetime(2026, 11, 12))
    assert value(base, typed) is None


def test_a_fed_indicator_can_be_typed_instead(tmp_path):
    base = tmp_path / "rqds.duckdb"
    keep(base, "1.2.6-2", {"mode": "saisie"})
    load(base, saisie("1.2.6-2", date(2026, 10, 1), date(2026, 10, 31), valeur=123.0), recu_le=datetime(2026, 11, 12))
    assert value(base, "1.2.6-2") == 123
    keep(base, "1.2.6-2", None, datetime(2026, 11, 13))
    assert value(base, "1.2.6-2") is None  # what was typed waits; the plan reads an export


def test_a_ratio_of_two_numbers(tmp_path):
    """« Stagiaires par démarche »: 6 trainees over 4 démarches."""
    base = tmp_path / "rqds.duckdb"
    a, b, c = [i.id for i in PLAN.indicateurs.values() if i.type == "nombre" and not i.mesure and i.cible is None][:3]
    for k, (id_, n) in enumerate([(a, 2.0), (a, 4.0), (b, 1.0), (b, 3.0)]):
        month = date(2026, 8 + k % 2, 1)
        load(base, saisie(id_, month, month.replace(day=28), f"{k}.csv", valeur=n), recu_le=datetime(2026, 11, 2, k))
    ratio = {"mode": "formule", "formule": {"numerateur": [a], "denominateur": [b]}, "unite": "stagiaire par démarche"}
    keep(base, c, ratio)
    assert value(base, c) == 1.5
    keep(base, c, {"mode": "formule", "formule": {"numerateur": [a, b], "denominateur": []}}, datetime(2026, 11, 11))
    assert value(base, c) == 10


@pytest.mark.parametrize(
    ("id_", "valeur", "said"),
    [
        ("1.2.6-2", {"mode": "mesure", "mesure": "inconnue"}, "mesure inconnue"),
        ("1.2.6-2", {"mode": "mesure", "mesure": "taux_ouverture"}, "ne donne pas le type"),
        ("1.2.6-2", {"mode": "mesure"}, "une seule des trois"),
        ("1.2.6-2", {"mode": "saisie", "mesure": "visites_web"}, "une seule des trois"),
        ("1.2.6-2", {"mode": "formule", "formule": {"numerateur": ["1.2.6-2"]}}, "lui-même une formule"),
        ("1.2.6-2", {"mode": "formule", "formule": {"numerateur": ["9.9.9-9"]}}, "indicateur inconnu"),
        ("1.2.6-2", {"mode": "formule", "formule": {"numerateur": ["1.2.6-4"]}}, "ni un nombre ni un niveau"),
        ("1.2.6-2", {"mode": "formule", "formule": {"numerateur": []}}, "au moins 1"),
        ("1.2.6-4", {"mode": "formule", "formule": {"numerateur": ["1.2.6-2"]}}, "un taux demande un dénominateur"),
        ("1.2.6-2", {"mode": "mesure", "mesure": "vues_pages", "filtre": [{"colonne": "titre", "contient": ["a"]}]},
         "absente de la famille"),
        ("1.2.6-2", {"mode": "mesure", "mesure": "vues_pages", "filtre": [{"colonne": "page"}]}, "un seul test"),
        ("1.2.6-2", {"mode": "sql", "mesure": "1; DROP TABLE lot"}, "valeur inconnue"),
        ("1.2.6-2", {"mode": "saisie", "x": 1}, "clé inconnue"),
        ("1.2.6-2", "texte", "groupe de clés"),
        (next(i.id for i in PLAN.indicateurs.values() if i.type == "jalon"), {"mode": "mesure", "mesure": "visites_web"},
         "jalon"),
    ],
)  # fmt: skip
def test_what_cannot_feed_an_indicator_is_refused_in_french(id_, valeur, said):
    with pytest.raises(AlimentationInvalide, match=said):
        decided(PLAN.tous[id_], valeur, PLAN)


def test_a_choice_that_no_longer_holds_is_told_and_leaves_the_plan():
    gone = Decision(datetime(2026, 9, 1), "Léa", "alimentation", "1.2.6-2", None, {"mode": "mesure", "mesure": "x"}, "")
    decisions = Decisions(alimentations={"1.2.6-2": gone, "9.9.9-9": gone})
    assert plan_decided(PLAN, decisions) is PLAN
    assert list(unread(PLAN, decisions)) == ["1.2.6-2"]


def test_the_plan_decided_changes_one_indicator_and_nothing_else():
    chosen = Decision(datetime(2026, 9, 1), "Léa", "alimentation", "1.2.6-2", None, {"mode": "saisie"}, "")
    after = plan_decided(PLAN, Decisions(alimentations={"1.2.6-2": chosen}))
    assert isinstance(after, Plan) and list(after.tous) == list(PLAN.tous)
    assert [k for k in PLAN.tous if after.tous[k] != PLAN.tous[k]] == ["1.2.6-2"]
    assert [i.id for o in after.orientations for i in o.indicateurs()] == list(PLAN.indicateurs)


def test_a_level_waits_for_its_parts_and_starts_over_each_july():
    top = days((5, 10.0), (370, 4.0))
    under = Serie.of([(D + timedelta(10), D + timedelta(300), 4.0, None, 1.0)])  # a level typed for a long span
    found = level_of([Operande(top, False)], [Operande(under, True)])
    points = {date.fromordinal(int(f)): v for f, v in zip(found.fin, found.num, strict=True)}
    assert points == {D + timedelta(300): 2.5, D + timedelta(370): 1.0}
    assert not len(level_of([Operande(top, False)], [Operande(days((1, 0.0)), False)]))  # nothing is divided by zero


def test_a_sum_covers_only_what_all_its_parts_cover():
    a = Serie.of([(D, D, 1.0, None, 1.0)], (Span(D, D + timedelta(9)),))
    b = Serie.of([(D, D, 2.0, None, 1.0)], (Span(D + timedelta(5), D + timedelta(20)),))
    found = sum_of([Operande(a, False), Operande(b, False)])
    assert found.couvert == (Span(D + timedelta(5), D + timedelta(9)),)
    assert cumul(found, AN5, AN5.fin) == 3


series = st.lists(st.tuples(st.integers(0, 364), st.integers(0, 50).map(float)), max_size=12)


@given(series, series)
def test_a_sum_is_the_sum_of_the_years(a, b):
    one, two = days(*a), days(*b)
    found = sum_of([Operande(one, False), Operande(two, False)])
    assert cumul(found, AN5, AN5.fin) == cumul(one, AN5, AN5.fin) + cumul(two, AN5, AN5.fin)


@given(series, series)
def test_a_ratio_ends_at_the_ratio_of_the_years(a, b):
    one, two = days(*a), days(*b)
    found = level_of([Operande(one, False)], [Operande(two, False)])
    total, under = cumul(one, AN5, AN5.fin), cumul(two, AN5, AN5.fin)
    if a and b and under:
        assert found.num[-1] == pytest.approx(total / under)
    else:
        assert not len(found)


def test_formulas_in_the_plan_are_checked_too():
    broken = PLAN.tous["1.2.6-2"].model_copy(update={"formule": Formule(numerateur=("9.9.9-9",)), "mesure": None})
    assert broken.formule is not None
    with pytest.raises(AlimentationInvalide):
        decided(PLAN.tous["1.2.6-2"], {"mode": "formule", "formule": broken.formule.model_dump()}, PLAN)


def test_the_fiche_chooses_without_code(app_on, own_demo):
    at = app_on(own_demo, "pages/fiche.py", indicateur="1.2.6-2", exercice="2026-2027")
    assert not at.exception and not at.radio
    at.session_state["provenance_1.2.6-2"] = True
    at.run()
    at.radio(key="mode_1.2.6-2").set_value("mesure").run()
    at.selectbox(key="mesure_1.2.6-2").set_value("vues_pages").run()
    at.number_input(key="combien_1.2.6-2_vues_pages").set_value(1).run()
    at.text_input(key="mots_1.2.6-2_vues_pages_0").set_value("outils").run()
    assert not at.exception
    assert any("aujourd'hui" in m.value and "ainsi" in m.value for m in at.markdown)
    next(b for b in at.button if b.label == "Garder ce choix").click().run()
    assert any("Dites pourquoi" in w.value for w in at.warning)
    at.text_input(key="pourquoi_1.2.6-2").set_value("La page des outils suffit.").run()
    next(b for b in at.button if b.label == "Garder ce choix").click().run()
    assert not at.exception and "un export" in at.success[0].value
    html = " ".join(json.loads(e.proto.json)["html"] for e in at.get("bidi_component"))
    assert "La page des outils suffit" in html
    au = load_donnees(date.max.replace(year=2100), own_demo).decisions.alimentations["1.2.6-2"].valeur
    assert au == {"mode": "mesure", "mesure": "vues_pages", "filtre": [{"colonne": "page", "contient": ["outils"]}]}
    next(b for b in at.button if b.label == "Revenir au plan").click().run()
    assert not at.exception and not load_donnees(date(2101, 1, 1), own_demo).decisions.alimentations
