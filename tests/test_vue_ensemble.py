"""The overview: what changed since the last meeting, the next one, and the search of every page."""

from __future__ import annotations

import json

from markupsafe import escape

from rqds_metrics.plan import load_plan

AU = {"exercice": "2026-2027", "au": "2026-11-24"}


def shown(at) -> str:
    return " ".join(json.loads(e.proto.json)["html"] for e in at.get("bidi_component"))


def test_since_the_last_meeting_with_counts_and_the_way_to_the_rest(app_on, demo_base):
    at = app_on(demo_base, **AU)
    assert "prochain CA le 8 décembre 2026" in at.caption[0].value
    html = shown(at)
    assert "Depuis le CA du 15 sept. 2026" in html and "états ont changé" in html
    assert 'data-page="depuis"' in html and 'data-page="methode"' in html


def test_each_square_can_be_filtered(app_on, demo_base):
    html = shown(app_on(demo_base, **AU))
    named = {who for a in load_plan().actions.values() for who in a.ressources}
    assert all(f">{escape(who)}</option>" in html for who in named)
    assert html.count("data-r=") == sum(bool(a.indicateurs) for a in load_plan().actions.values())


def test_the_search_is_on_every_page_and_escapes_what_is_typed(app_on, demo_base):
    for page in ("pages/vue_ensemble.py", "pages/journal.py", "pages/methode.py"):
        at = app_on(demo_base, page, **AU)
        at.text_input(key="recherche").set_value("visitse site").run()
        assert "indicateur=1.2.6-2" in shown(at)
    at.text_input(key="recherche").set_value("<b>zzyzx</b>").run()
    assert "Rien ne répond à « &lt;b&gt;zzyzx&lt;/b&gt; »" in shown(at)
