"""« Vu au » on every page: those that are read obey it, the others say that they show today."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pages.ui.navigation import MENU
from rqds_metrics.regles.formats import jour
from rqds_metrics.store import today

AUJOURDHUI = "Cette page montre toujours l'état d'aujourd'hui"
ECRITES = {
    "televerser", "saisir", "autre_outil", "questions", "corrections", "cibles", "echeances", "publication", "acces",
}  # fmt: skip
PAGES = [file for pages in MENU.values() for file, _, _ in pages if file != "presenter"]  # its foot says it: slides


def days_of(at) -> list[str]:
    """What the page says of the day it is seen from."""
    popovers = [block.proto.popover.label for block in at.get("popover")]
    return [t for t in [*popovers, *(m.value for m in at.markdown)] if t.startswith("Vu au")]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_the_day_it_is_seen_from(app_on, own_base, page):
    past = today() - timedelta(days=40)
    at = app_on(own_base, f"pages/{page}.py", exercice="2026-2027", au=past.isoformat())
    assert not at.exception
    told = " ".join(i.value for i in at.info)
    if page in ECRITES:
        assert days_of(at) == [f"Vu au {jour(today())}"] and AUJOURDHUI in told
    else:
        assert days_of(at) == [f"Vu au {jour(past)}"] and "Tel que vu le" in told


def test_the_journal_of_a_past_day_holds_nothing_done_since(app_on, own_base):
    def lines(au: date) -> str:
        at = app_on(own_base, "pages/journal.py", au=au.isoformat())
        return next(m.value for m in at.markdown if "inscription" in m.value)

    assert lines(today()).startswith("**1**") and lines(date(2026, 7, 5)).startswith("**0**")


@pytest.fixture
def own_base(tmp_path):
    from datetime import datetime

    from tests.fabrique import load, visites

    path = tmp_path / "rqds.duckdb"
    load(path, visites(date(2026, 7, 1), date(2026, 7, 31), 900), recu_le=datetime(2026, 8, 3, 15))
    return path
