"""The method page says what the code does: its words, worked through, lead to the statuses that are shown."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import get_args

import pytest

from rqds_metrics.donnees import load_donnees
from rqds_metrics.exercice import exercices_du_plan
from rqds_metrics.methode import examples, glossary, rules, worked
from rqds_metrics.plan import RACINE, load_plan
from rqds_metrics.registre import Reglages
from rqds_metrics.regles.statut import Statut
from rqds_metrics.resultats import Calcul, compute
from tests.conftest import DEMO_AU


@pytest.mark.parametrize("au", [DEMO_AU, date(2026, 6, 30), date(2025, 2, 14), date(2026, 7, 15)])
def test_the_arithmetic_told_leads_to_the_status_shown(demo_base, au):
    donnees = load_donnees(au, demo_base)
    limites = Calcul(load_plan(), donnees).limites
    found = [(r, worked(r, limites, au)) for r in compute(donnees, exercices_du_plan())]
    told = [(r.id, str(r.exercice), r.statut, e.statut) for r, e in found if e]
    assert len(told) > 60
    assert [t for t in told if t[2] != t[3]] == []


def test_every_status_is_explained():
    assert {s for regle in rules(Reglages()) for s in regle.statuts} == set(get_args(Statut))


def test_the_limits_told_are_those_in_force():
    text = " ".join(
        t for regle in rules(Reglages(en_voie=0.8, a_surveiller=0.6, retard_jours=21)) for t in regle.textes
    )
    assert "80\u00a0%" in text and "60\u00a0%" in text and "21 jours" in text and "75" not in text


def test_examples_show_different_statuses(demo_base):
    donnees = load_donnees(DEMO_AU, demo_base)
    calcul = Calcul(load_plan(), donnees)
    found = examples(compute(donnees, exercices_du_plan()), calcul.limites, DEMO_AU, 4)
    assert len({e.statut for e in found}) == len(found) == 4


def test_contributing_says_the_words_as_the_page_does():
    text = (RACINE / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", text, re.M))
    assert {w: rows.get(w) for w in glossary()} == dict(glossary())


def test_the_page_holds_every_indicator_and_finds_them(app_on, demo_base):
    at = app_on(demo_base, "pages/methode.py", exercice="2026-2027", au="2026-11-24")
    assert not at.exception

    def html() -> str:
        return " ".join(json.loads(e.proto.json)["html"] for e in at.get("bidi_component"))

    assert html().count("<details") == len(load_plan().tous)
    at.text_input[0].set_value("COURRIELS livres").run()
    assert 0 < html().count("<details") < 20
    at.text_input[0].set_value("zzz").run()
    assert "Aucun indicateur" in html()
