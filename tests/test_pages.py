"""Every page, on an empty base and on the demonstration, as Streamlit's own testing tool runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rqds_metrics import store
from rqds_metrics.lots import read_lots
from rqds_metrics.plan import load_plan
from rqds_metrics.resultats import resultats

PAGES = {
    "pages/vue_ensemble.py": "Où en est le plan ?",
    "pages/par_orientation.py": "1. Soutenir la capacité d'agir des démarches intersectorielles en développement social",
    "pages/fiche.py": "Visites du site Web",
    "pages/televerser.py": "Téléverser des exports",
    "pages/autre_outil.py": "Décrire un autre outil",
}
AU = {"exercice": "2026-2027", "au": "2026-11-24"}


def shown(at) -> str:
    """All the HTML that the page's own component was given."""
    return " ".join(json.loads(e.proto.json)["html"] for e in at.get("bidi_component"))


@pytest.mark.parametrize(("page", "title"), PAGES.items())
def test_every_page_on_an_empty_base(app_on, tmp_path, page, title):
    at = app_on(tmp_path / "rien.duckdb", page, **AU)
    assert not at.exception and not at.error
    assert [t.value for t in at.title] == [title]
    assert not (tmp_path / "rien.duckdb").exists()  # looking makes no file


@pytest.mark.parametrize(("page", "title"), PAGES.items())
def test_every_page_on_the_demonstration(app_on, demo_base, page, title):
    at = app_on(demo_base, page, **AU)
    assert not at.exception and not at.error
    assert [t.value for t in at.title] == [title]
    assert any("Données fictives" in m.value for m in at.markdown)
    assert shown(at)


@pytest.mark.parametrize(
    "id_", ["1.1.1-1", "1.3.4-2", "2.2.2-4", "2.5.7-1", "3.1.3-1", "4.1.4-1", "G-objectifs", "G-1.1"]
)
def test_the_fiche_of_each_kind(app_on, demo_base, id_):
    at = app_on(demo_base, "pages/fiche.py", indicateur=id_, exercice="2025-2026", au="2026-11-24")
    assert not at.exception
    assert [t.value for t in at.title] == [load_plan().tous[id_].court]
    assert at.query_params["indicateur"] in (id_, [id_])


@pytest.mark.parametrize("annee", ["2025-2026", "2026-2027"])
def test_only_the_year_that_is_not_over_is_paler(app_on, demo_base, annee):
    at = app_on(demo_base, "pages/fiche.py", indicateur="1.2.6-4", exercice=annee, au="2026-11-24")
    figure = json.loads(at.get("plotly_chart")[1].proto.spec)
    assert figure["data"][0]["marker"]["opacity"] == [1, 1, 1, 1, 0.6]


def test_a_download_does_not_run_the_page_again(app_on, demo_base):
    """The run that a click would start can throw away the answer that brings the file (seen on a slow machine)."""
    at = app_on(demo_base, "pages/fiche.py", indicateur="1.2.6-2", **AU)
    found = at.get("download_button")
    assert len(found) == 4
    assert all(button.proto.ignore_rerun for button in found)


def test_the_welcome_says_the_two_things_to_do_first(app_on, tmp_path):
    at = app_on(tmp_path / "rien.duckdb")
    assert [s.value for s in at.subheader] == ["Bienvenue"]
    assert [b.label for b in at.button] == ["Téléverser des exports", "Voir d'abord avec des données fictives"]


def test_year_and_day_are_kept_across_pages_and_in_the_address(app_on, demo_base):
    at = app_on(demo_base, exercice="2024-2025", au="2025-01-15")
    for page in PAGES:
        at.switch_page(page).run()
        assert not at.exception
        params = {k: v if isinstance(v, str) else v[0] for k, v in at.query_params.items()}
        assert (params["exercice"], params["au"]) == ("2024-2025", "2025-01-15"), page


def test_another_year_shows_other_figures(app_on, demo_base):
    at = app_on(demo_base, "pages/fiche.py", indicateur="1.2.6-2", **AU)
    before = shown(at)
    at.selectbox[0].select_index(1).run()
    assert not at.exception and shown(at) != before
    assert "Exercice 2023-2024" in " ".join(s.value for s in at.subheader)


@pytest.mark.parametrize(
    "query",
    [
        {"exercice": "2026-2028", "au": "hier"},
        {"exercice": "<script>", "au": "2999-01-01", "indicateur": "9.9.9-9"},
        {"orientation": "7", "exercice": "2020-2021", "au": "1900-01-01"},
    ],
)
def test_a_wrong_address_falls_back(app_on, demo_base, query):
    for page in PAGES:
        at = app_on(demo_base, page, **query)
        assert not at.exception and not at.error, page


def test_an_upload_is_previewed_then_stored(app_on, tmp_path):
    base = tmp_path / "rqds.duckdb"
    at = app_on(base, "pages/televerser.py")
    file = (
        b"# Start date: 20240401\n# End date: 20240430\n\nSession source / medium,Sessions\n"
        b"google / organic,900\n=HYPERLINK(1),100\n"
    )
    at.file_uploader[0].set_value([("<b>avril ![x](http:y).csv", file, "text/csv")]).run()
    assert not at.exception
    html = shown(at)
    assert "1 fichier prêt" in html and "<b>avril" not in html and "&lt;b&gt;avril" in html
    assert not base.exists()
    next(b for b in at.button if b.label.startswith("Enregistrer")).click().run()
    assert not at.exception
    assert r"\<b\>avril \!\[x\]\(http\:y\)\.csv \: 1 ligne" in at.success[0].value
    with store.connect(base) as cursor:
        assert [lot.fichier for lot in read_lots(cursor)] == ["<b>avril ![x](http:y).csv"]


def test_the_demonstration_is_removed_in_one_click(app_on, own_demo):
    at = app_on(own_demo)
    next(b for b in at.button if b.label == "Retirer la démonstration").click().run()
    assert not at.exception
    assert [s.value for s in at.subheader] == ["Bienvenue"]
    with store.connect(own_demo) as cursor:
        assert read_lots(cursor) == []


def test_a_base_that_is_not_one_is_told_in_french(app_on, tmp_path):
    path = Path(tmp_path / "autre.duckdb")
    path.write_bytes(b"ceci n'est pas une base" * 500)
    for page in PAGES:
        at = app_on(path, page)
        assert not at.exception
        assert at.error and "base" in at.error[0].value, page


def test_the_limit_of_test_sends_can_be_changed(app_on, own_demo):
    before = resultats("2024-2025", None, own_demo).set_index("indicateur").loc["1.2.6-4"]
    at = app_on(own_demo, "pages/televerser.py")
    at.number_input[0].set_value(0)
    next(b for b in at.button if b.label == "Enregistrer le réglage").click().run()
    assert not at.exception and "essai" in at.success[0].value
    after = resultats("2024-2025", None, own_demo).set_index("indicateur").loc["1.2.6-4"]
    assert after.denominateur > before.denominateur  # the tests count now, and only because someone said so
