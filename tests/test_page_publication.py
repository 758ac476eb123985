"""The publication page, as Streamlit's own testing tool runs it."""

from __future__ import annotations

import json
from pathlib import Path

from rqds_metrics import mise_en_ligne
from rqds_metrics.diffusion.parution import current

PAGE = "pages/publication.py"


def shown(at) -> str:
    return " ".join(json.loads(e.proto.json)["html"] for e in at.get("bidi_component"))


def press(at, label: str):
    return next(b for b in at.button if b.label == label).click().run()


def test_nothing_is_chosen_on_an_empty_base(app_on, tmp_path):
    at = app_on(tmp_path / "rien.duckdb", PAGE)
    assert not at.exception and not at.error
    assert "Rien n’est en ligne" in shown(at)
    assert list(tmp_path.iterdir()) == []  # looking makes no file


def test_what_is_approved_is_put_online_then_proposed_published_and_taken_back(app_on, own_demo: Path):
    folder = mise_en_ligne.folder_of(own_demo)
    at = app_on(own_demo, PAGE)
    assert not at.exception
    assert any("n'est pas en ligne" in w.value for w in at.warning)
    at = press(at, "Mettre en ligne")
    assert not at.exception and "Publication n° 2" in shown(at)
    first = current(folder)
    assert first is not None and first.numero == 2

    at = press(at, "Proposer à la direction")
    assert not at.exception and any("Proposition de poste local" in i.value for i in at.info)
    at = press(at, "Reprendre la proposition")
    assert not at.exception and not at.info

    at = press(at, "Approuver et publier")
    assert not at.exception and not at.error
    second = current(folder)
    assert second is not None and second.numero == 3
    assert {e.numero for e in second.historique} == {1, 2, 3}
    assert "Rien ne changerait" in shown(at)

    at = press(at, "Oui, la retirer")
    assert not at.exception and current(folder) == first
    assert "Publication n° 3 retirée" in shown(at)
