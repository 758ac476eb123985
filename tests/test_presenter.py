"""Présenter: every slide is there from the start."""

from __future__ import annotations

import json


def slides(at) -> str:
    return next(h for e in at.get("bidi_component") if "diapo" in (h := json.loads(e.proto.json)["html"]))


def test_where_the_plan_stands_then_what_changed_then_each_item_then_each_orientation(app_on, demo_base):
    at = app_on(demo_base, "pages/presenter.py", exercice="2026-2027", au="2026-11-24")
    assert not at.exception
    html = slides(at)
    order = [
        html.index(w)
        for w in ("Où en est le plan ?", "Depuis le CA du 15 septembre 2026", "CA, 1 sur 8", "Orientation 4 ·")
    ]
    assert order == sorted(order)
    assert html.count('<section class="diapo') == 1 + 1 + 8 + 4 and "Données fictives" in html


def test_an_empty_base_and_a_year_that_has_not_begun(app_on, demo_base, tmp_path):
    for base, year in ((tmp_path / "rien.duckdb", "2026-2027"), (demo_base, "2022-2023")):
        at = app_on(base, "pages/presenter.py", exercice=year, au="2026-11-24")
        assert not at.exception and slides(at)
