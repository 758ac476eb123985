"""The overview or a fiche in the very page that is asked for, read while Streamlit starts."""

from __future__ import annotations

import asyncio
import re

import pytest
from markupsafe import escape

from pages.ui import premier
from pages.ui.contexte import Contexte
from pages.ui.fiche import PREMIERE, load_fiche
from pages.ui.premier import ECRANS, SORTIE, first_html, with_first
from pages.ui.serveur import inline_hashes
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from tests.conftest import DEMO_AU

PAGE = b'<html><body><div id="root"></div></body></html>'
AU = {"au": DEMO_AU.isoformat(), "exercice": "2026-2027"}


@pytest.fixture(autouse=True)
def on_the_demonstration(demo_base, monkeypatch):
    monkeypatch.setenv("RQDS_BASE", str(demo_base))


def fiche(id_: str, **more: str) -> str:
    return first_html("fiche", {**AU, "indicateur": id_, **more}).decode()


def test_the_overview_is_there_with_its_wall():
    body = first_html("", AU).decode()
    assert body.count('class="case ') >= len(load_plan().indicateurs) and "Où en est le plan ?" in body
    assert 'data-repere=".mur" data-graphiques="0"' in body and 'class="mur"' in body


@pytest.mark.parametrize(("id_", "charts"), [("1.2.6-2", 2), ("1.2.6-4", 2), ("2.1.1-3", 0)])
def test_a_fiche_is_there_with_its_sentence_and_as_many_charts_as_the_one_that_takes_its_place(id_, charts):
    body, live = fiche(id_), load_fiche(id_, Contexte(Exercice.parse("2026-2027"), DEMO_AU))
    assert str(escape(live.resultat.phrase)) in body and f'data-graphiques="{charts}"' in body
    assert [live.annee, live.cinq_ans].count(None) == 2 - charts
    drawn = re.search('<div class="graphes.*?</div>\n', body, re.DOTALL)
    assert (drawn.group().count("<svg") if drawn else 0) == charts
    assert 'class="deux pied"' in live.pied  # what tells the page that the other one is there


def test_another_year_or_day_is_another_screen():
    assert fiche("1.2.6-2") != fiche("1.2.6-2", exercice="2024-2025")
    assert "Tel que vu le 10 février 2026" in fiche("1.2.6-2", au="2026-02-10")


def test_what_an_address_says_is_never_written_in_the_page():
    wrong = "<script>alert(1)</script>"
    assert fiche(wrong) == fiche(PREMIERE)
    assert "alert(1)" not in fiche(wrong, exercice=wrong, au=wrong)


def test_it_comes_before_the_app_and_its_one_script_is_the_one_that_the_policy_names(monkeypatch):
    monkeypatch.setattr(premier, "ATTENTE", 60.0)  # a busy machine is no fault
    page = asyncio.run(with_first(PAGE, "fiche", b"indicateur=2.1.1-3"))
    assert page.index(b'id="avance"') < page.index(b'id="root"')
    assert inline_hashes(page) == inline_hashes(SORTIE)


def test_a_screen_that_takes_too_long_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(premier, "ATTENTE", 0.0)
    assert asyncio.run(with_first(PAGE, "", b"")) == PAGE


@pytest.mark.parametrize("address", sorted(ECRANS))
def test_nothing_is_written_where_nothing_is_known(address, tmp_path, monkeypatch):
    monkeypatch.setenv("RQDS_BASE", str(tmp_path / "rien.duckdb"))
    assert first_html(address, {}) == b""
    (tmp_path / "rien.duckdb").write_bytes(b"pas une base" * 100)
    assert first_html(address, {}) == b""
