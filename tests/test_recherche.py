"""Search: accents, plurals and typing errors are forgiven; each indicator is found by its own titles."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rqds_metrics.plan import load_plan
from rqds_metrics.recherche import Index, words
from rqds_metrics.registre import Decision

PLAN = load_plan()
INDEX = Index(PLAN)


@pytest.mark.parametrize("demande", ["visites site web", "VISITES du Site", "visits site", "visitse web", "visite web"])
def test_accents_plurals_and_typing_errors_are_forgiven(demande):
    assert "1.2.6-2" in [t.id for t in INDEX.find(demande)]


def test_a_number_opens_its_own_indicator_or_action():
    assert INDEX.find("1.2.6-2")[0].id == "1.2.6-2"
    assert {t.id for t in INDEX.find("1.2.6", 99)} >= {i.id for i in PLAN.actions["1.2.6"].indicateurs}


def test_nothing_answers_what_is_nowhere():
    assert INDEX.find("zzyzx") == [] == INDEX.find("") == INDEX.find("le de la")
    assert INDEX.find("visites zzyzx") == []  # every word counts


def test_each_indicator_is_found_by_its_short_title():
    lost = [i.id for i in PLAN.tous.values() if words(i.court) and i.id not in [t.id for t in INDEX.find(i.court, 40)]]
    assert lost == []


def test_comments_are_searched_and_quoted():
    said = Decision(
        datetime(2026, 11, 4), "c", "commentaire", "1.2.6-2|2026-10", None, {"texte": "Témoin hurluberlu <b>"}, ""
    )
    found = Index(PLAN, {said.cle: said}).find("temoins hurlubrelu")
    assert [(t.id, t.ou, t.extrait) for t in found] == [("1.2.6-2", "commentaire", "Témoin hurluberlu <b>")]


@given(st.text(max_size=60))
def test_anything_may_be_typed(demande):
    assert len(INDEX.find(demande)) <= 12
