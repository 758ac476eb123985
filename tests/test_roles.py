"""Every page and every action as each role and as nobody, in the app itself: the door behind the layer."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from streamlit.runtime.secrets import AttrDict
from streamlit.testing.v1 import AppTest

from pages.ui import connexion, portier
from rqds_metrics.acces import ACTIONS, PAGES, holds
from rqds_metrics.alertes import PLAN, SORTES, Alerte
from rqds_metrics.donnees import load_donnees
from rqds_metrics.registre import decide
from rqds_metrics.store import transaction
from tests.fournisseur import CLIENT, COOKIE, cookie_claims

CLE = Alerte(next(iter(SORTES)), PLAN).cle
ORIGINE = "http://localhost:8501"
COURRIELS = {"direction": "marie@rqds.example", "edition": "ed@rqds.example", "lecture": "luc@rqds.example"}
ACCES = (
    "personnes:\n  - {courriel: marie@rqds.example, nom: Marie Tremblay, role: direction}\n"
    "  - {courriel: ed@rqds.example, nom: Édith Roy, role: edition}\n  - {courriel: luc@rqds.example, role: lecture}\n"
)
QUI = [None, "inconnu", *COURRIELS]


@pytest.fixture(autouse=True)
def sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Sign-in is set; the settings are in a file of the test's own."""
    path = tmp_path / "acces.yaml"
    path.write_text(ACCES, encoding="utf-8")
    monkeypatch.setenv("RQDS_ACCES", str(path))
    auth = {
        "redirect_uri": f"{ORIGINE}/oauth2callback", "cookie_secret": COOKIE, "client_id": CLIENT, "client_secret": "x",
        "server_metadata_url": "http://127.0.0.1:9/x",
    }  # fmt: skip
    monkeypatch.setattr(connexion, "get_secrets_auth_section", lambda: AttrDict(auth))
    monkeypatch.setattr(connexion, "_fermees", {})
    connexion.connexion.cache_clear()
    yield path
    connexion.connexion.cache_clear()


def user(who: str | None, **more) -> dict[str, object]:
    """The claims that Streamlit gives a run: those of the cookie, without the address."""
    if who is None:
        return {"is_logged_in": False}
    found = cookie_claims(ORIGINE, COURRIELS.get(who, "qui@ailleurs.example"), **more)
    del found["origin"]
    return found


@pytest.mark.parametrize("who", QUI)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_as_everyone(app_on, tmp_path, page, who):
    at = app_on(tmp_path / "rien.duckdb", f"pages/{page}.py", user(who))
    assert not at.exception
    titles = [t.value for t in at.title]
    if who not in COURRIELS:
        assert titles == [] and len(at.warning) == 1
        assert [b.label for b in at.button] == (["Se connecter"] if who is None else ["Se déconnecter"])
    elif holds(who, PAGES[page]):
        assert "Page réservée" not in titles and not any("rôle" in w.value for w in at.warning)
        assert page == "presenter" or titles
    else:
        assert titles == ["Page réservée"] and "demande le rôle" in at.warning[0].value
        assert {b.label for b in at.button} == {"Se déconnecter"} and not at.get("bidi_component")


@pytest.mark.parametrize("who", QUI)
@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_as_everyone(action, who):
    at = AppTest.from_string(
        "import streamlit as st\nfrom pages.ui.portier import download, may, permit\n"
        f"st.session_state['peut'] = may({action!r})\n"
        f"download({action!r}, 'Prendre', b'x', 'x.txt')\n"
        f"st.session_state['qui'] = permit({action!r})\n"
    )
    at.user = user(who)
    at.run()
    assert not at.exception
    permitted = who in COURRIELS and holds(who, ACTIONS[action])
    assert at.session_state["peut"] is permitted
    assert len(at.get("download_button")) == permitted
    if permitted:
        names = {"direction": "Marie Tremblay", "edition": "Édith Roy", "lecture": "luc@rqds.example"}
        assert at.session_state["qui"] == names[who]
    else:
        assert "qui" not in at.session_state and (at.error or at.warning)


def test_a_reader_is_shown_no_way_to_write(app_on, own_demo):
    with transaction(own_demo) as cursor:
        decide(cursor, "reunion", "2026-06-10", {"titre": "CA"}, qui="Marie", pourquoi="", demo=True)
    for page in ("fiche", "reunions", "alertes", "vue_ensemble", "rapport"):
        at = app_on(own_demo, f"pages/{page}.py", user("lecture"))
        assert not at.exception
        assert {b.label for b in at.button} <= {"Se déconnecter"}, page
        assert not at.text_area and not at.get("form"), page


def test_the_menu_holds_the_pages_of_the_role(app_on, tmp_path, monkeypatch):
    import streamlit as st

    shown: list[set[str]] = []
    real = st.navigation

    def kept(pages, **how):
        shown.append({Path(p._page).stem for section in pages.values() for p in section if p.visibility == "visible"})
        return real(pages, **how)

    monkeypatch.setattr(st, "navigation", kept)
    for who in COURRIELS:
        app_on(tmp_path / "rien.duckdb", user=user(who))
        assert shown[-1] == {page for page, least in PAGES.items() if holds(who, least)}
    app_on(tmp_path / "rien.duckdb", user=user(None))
    assert shown[len(COURRIELS) :] == [set()]  # nobody is shown an empty menu


def test_what_is_written_bears_the_name_of_who_signed_in(app_on, own_demo):
    at = app_on(own_demo, "pages/alertes.py", user("direction"))
    next(b for b in at.button if b.label == "Suivre").click().run()
    found = load_donnees(date.today(), own_demo).decisions.alertes
    assert {d.qui for d in found.values()} >= {"Marie Tremblay"} and "poste local" not in {
        d.qui for d in found.values()
    }


def test_a_person_removed_or_lowered_is_stopped_at_the_next_click(app_on, own_demo, sign_in):
    before = dict(load_donnees(date.today(), own_demo).decisions.alertes)
    at = app_on(own_demo, "pages/alertes.py", user("direction"))
    sign_in.write_text(ACCES.replace("Marie Tremblay, role: direction", "Marie Tremblay, role: lecture")
                       .replace("Édith Roy, role: edition", "Édith Roy, role: direction"), encoding="utf-8")  # fmt: skip
    next(b for b in at.button if b.label == "Suivre").click().run()
    assert not any(b.label == "Suivre" for b in at.button)
    sign_in.write_text(ACCES.replace("marie@", "autre@"), encoding="utf-8")
    at.run()
    assert [w.value for w in at.warning] and "n'a pas d'accès" in at.warning[0].value and not at.title
    assert dict(load_donnees(date.today(), own_demo).decisions.alertes) == before


def test_a_session_that_ends_while_a_page_is_open_ends_there(app_on, own_demo):
    at = app_on(own_demo, "pages/alertes.py", user("direction"))
    at.user = user("direction", exp=1)
    next(b for b in at.button if b.label == "Suivre").click().run()
    assert "session est terminée" in at.warning[0].value and not at.title
    at.user = user("direction")
    connexion.close(at.user)
    at.run()
    assert "déconnecté" in at.warning[0].value


def test_a_forged_click_of_the_pages_own_component_writes_nothing(app_on, own_demo, monkeypatch):
    """The table of alerts has a button only for the direction; its message can be sent by anyone's browser."""
    import pages.ui.cadre as cadre

    monkeypatch.setattr(cadre, "show", lambda html, key: {"action": "retirer", "id": CLE})
    with transaction(own_demo) as cursor:
        decide(cursor, "alerte", CLE, {"suivie": True}, qui="Marie", pourquoi="", demo=True)
    before = dict(load_donnees(date.today(), own_demo).decisions.alertes)
    assert CLE in before
    at = app_on(own_demo, "pages/alertes.py", user("lecture"))
    assert any("Rien n'est fait" in e.value for e in at.error)
    assert dict(load_donnees(date.today(), own_demo).decisions.alertes) == before


def test_a_download_made_at_the_click_asks_again(sign_in, monkeypatch):
    made = []
    monkeypatch.setattr(portier.st, "download_button", lambda label, data, *a, **k: made.append(data))
    monkeypatch.setattr(portier, "_claims", lambda: user("edition"))
    portier.download("journal", "Prendre", lambda: b"tout", "journal.csv")
    assert made[0]() == b"tout"
    sign_in.write_text(ACCES.replace("ed@", "autre@"), encoding="utf-8")
    with pytest.raises(portier.AccesRefuse):
        made[0]()
    sign_in.write_text("personnes: [", encoding="utf-8")
    with pytest.raises(portier.AccesRefuse):
        made[0]()


def test_faulty_settings_close_the_app_in_the_page_too(app_on, tmp_path, sign_in):
    sign_in.write_text("personnes: [", encoding="utf-8")
    at = app_on(tmp_path / "rien.duckdb", user=user("direction"))
    assert [e.value for e in at.error] == [portier.FERMEE] and not at.title


def test_the_end_that_comes_near_is_said(app_on, tmp_path):
    import time

    at = app_on(tmp_path / "rien.duckdb", user=user("lecture", exp=int(time.time()) + 300))
    assert any("Votre session se termine à" in i.value for i in at.info)
    at = app_on(tmp_path / "rien.duckdb", user=user("lecture"))
    assert not any("se termine" in i.value for i in at.info)
    assert any("luc" in m.value and "Lecture, jusqu'à" in m.value for m in at.markdown)


def test_the_page_of_accesses_says_who_has_which_role(app_on, tmp_path):
    import json

    at = app_on(tmp_path / "rien.duckdb", "pages/acces.py", user("direction"))
    html = " ".join(json.loads(e.proto.json)["html"] for e in at.get("bidi_component"))
    for said in ("Marie Tremblay", "marie@rqds.example", "Édition", "luc@rqds.example"):
        assert said in html
