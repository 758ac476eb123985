"""The layer in front of Streamlit when sign-in is set, called as a server calls it: nobody, each role, and forgeries."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg

from pages.ui import bornes, connexion
from pages.ui.bornes import MO, Bornes
from pages.ui.connexion import Connexion, ConnexionInvalide, read_connexion
from pages.ui.gardien import Ferme, Gardien, safe_return
from pages.ui.serveur import layers
from tests.fournisseur import CLIENT, COOKIE, cookie_claims, signed

ORIGINE = "https://plan.rqds.example"
ROLES = {
    "direction": "marie@rqds.example",
    "edition": "ed@rqds.example",
    "lecture": "luc@rqds.example",
}
ACCES = "personnes:\n" + "".join(f"  - {{courriel: {c}, role: {r}}}\n" for r, c in ROLES.items())
ENVOI = "/_stcore/upload_file/visite/fichier"
PAGE = {"accept": "text/html"}


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "acces.yaml"
    path.write_text(ACCES, encoding="utf-8")
    monkeypatch.setenv("RQDS_ACCES", str(path))
    monkeypatch.setattr(connexion, "_fermees", {})
    return path


def served(seen: list[str]) -> Starlette:
    async def any_(request):
        seen.append(f"{request.method} {request.url.path}")
        await request.body()
        return Response("<html><head></head></html>", media_type="text/html") if request.url.path == "/" else (
            PlainTextResponse("ok"))  # fmt: skip

    async def callback(request):
        response = RedirectResponse("/", 302)
        if request.query_params.get("code") == "bon":
            response.set_cookie("_streamlit_user", signed(claims("lecture")), httponly=True)
            response.set_cookie("_streamlit_user_tokens", "x", httponly=True)
        else:
            response.delete_cookie("_streamlit_user")
        return response

    async def socket(websocket):
        seen.append("socket")
        await websocket.accept()
        with suppress(WebSocketDisconnect):
            while True:
                said = BackMsg.FromString(await websocket.receive_bytes()).WhichOneof("type")
                await websocket.send_text(str(said))

    routes = [
        Route("/oauth2callback", callback),
        WebSocketRoute("/_stcore/stream", socket),
        WebSocketRoute("/autre", socket),
        Route("/{path:path}", any_, methods=["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"]),
    ]
    settings = Connexion(ORIGINE, COOKIE, {"default": CLIENT})
    return Starlette(routes=routes, middleware=layers(Middleware(Gardien, connexion=settings), Middleware(Bornes)))


def claims(role: str | None = None, **more):
    return cookie_claims(ORIGINE, ROLES.get(role or "", role), **more)


def client(cookie: str | None = None, seen: list[str] | None = None, base: str = ORIGINE) -> TestClient:
    found = TestClient(
        served(seen if seen is not None else []), base_url=base, client=("203.0.113.9", 5), follow_redirects=False
    )
    if cookie:
        found.headers["cookie"] = f"_streamlit_user={cookie}"
    return found


STRANGERS = {
    "personne": None,
    "n'importe quoi": "abc.def.ghi",
    "un autre secret": lambda: signed(claims("direction"), "un-autre-secret-de-trente-deux-caracteres"),
    "abîmé": lambda: signed(claims("direction"))[:-2] + "xx",
    "expiré": lambda: signed(claims("direction", exp=int(time.time()) - 1)),
    "trop vieux": lambda: signed(claims("direction", iat=int(time.time()) - 40000)),
    "autre audience": lambda: signed(claims("direction", aud="autre")),
    "autre adresse": lambda: signed(claims("direction", origin="https://ailleurs.example")),
    "sans courriel": lambda: signed(claims(None, email=None)),
    "non vérifié": lambda: signed(claims("direction", email_verified=False)),
    "inconnu": lambda: signed(claims("qui@ailleurs.example")),
    "pas un objet": lambda: signed([1, 2]),
}


def cookie_of(kind: str) -> str | None:
    made = STRANGERS[kind]
    return made() if callable(made) else made


@pytest.mark.parametrize("kind", STRANGERS)
def test_strangers_reach_the_way_in_and_nothing_of_streamlit(kind):
    seen: list[str] = []
    stranger = client(cookie_of(kind), seen)
    for path in ("/", "/fiche", "/media/abc.csv", "/_stcore/host-config", "/static/js/index.js", "/component/x/y",
                 "/_stcore/bidi-components/x", "/n-importe-quoi"):  # fmt: skip
        for headers in ({}, PAGE):
            assert stranger.get(path, headers=headers).status_code in (401, 403), path
    for method in ("PUT", "POST", "DELETE", "PATCH", "OPTIONS"):
        assert stranger.request(method, ENVOI, content=b"x" * 100).status_code in (401, 403)
    assert seen == []
    with (
        pytest.raises(WebSocketDisconnect),
        stranger.websocket_connect(f"{ORIGINE.replace('https', 'wss')}/_stcore/stream", headers={"origin": ORIGINE}),
    ):
        pass
    assert seen == []


@pytest.mark.parametrize("kind", STRANGERS)
def test_a_stranger_is_told_why_in_french_and_how_to_come_in(kind):
    answer = client(cookie_of(kind)).get("/fiche?indicateur=1.2.6-2", headers=PAGE)
    refused = kind in ("sans courriel", "non vérifié", "inconnu")
    assert answer.status_code == (403 if refused else 401)
    assert '<html lang="fr-CA">' in answer.text and answer.headers["content-language"] == "fr-CA"
    assert ("/auth/logout" if refused else "/connexion?par=default") in answer.text
    assert ("qui@ailleurs.example" in answer.text) is (kind == "inconnu")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reads_and_only_those_who_edit_may_send(role):
    seen: list[str] = []
    person = client(signed(claims(role)), seen)
    assert person.get("/", headers=PAGE).status_code == 200
    assert person.get("/media/abc.csv").headers["cache-control"] == "private, no-store"
    sent = person.put(ENVOI, content=b"x" * 100).status_code
    assert sent == (403 if role == "lecture" else 200)
    assert (f"PUT {ENVOI}" in seen) is (role != "lecture")
    assert person.post("/ailleurs", content=b"x").status_code == 405 and "POST /ailleurs" not in seen
    with person.websocket_connect("wss://plan.rqds.example/_stcore/stream", headers={"origin": ORIGINE}) as socket:
        socket.send_bytes(BackMsg(stop_script=True).SerializeToString())
        assert socket.receive_text() == "stop_script"


@pytest.mark.parametrize("address", ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/script-health-check"])
@pytest.mark.parametrize("role", [None, *ROLES])
def test_the_servers_own_addresses_are_nobodys(address, role):
    seen: list[str] = []
    assert client(signed(claims(role)) if role else None, seen).get(address).status_code == 404
    assert seen == []


def test_health_answers_a_monitor_by_any_name():
    assert client().get("/_stcore/health").status_code == 200
    assert client(base="http://127.0.0.1:8501").get("/_stcore/health").status_code == 200


def test_another_name_of_the_server_leads_to_the_one_that_signs_in():
    answer = client(signed(claims("direction")), base="http://autre.example").get("/", headers=PAGE)
    assert answer.status_code == 403 and f'href="{ORIGINE}"' in answer.text
    assert client(signed(claims("direction")), base="http://autre.example").get("/media/x").status_code == 403


@pytest.mark.parametrize("origin", [None, "https://ailleurs.example", "null", "http://plan.rqds.example"])
def test_a_socket_from_elsewhere_is_refused(origin):
    person = client(signed(claims("direction")))
    with (
        pytest.raises(WebSocketDisconnect),
        person.websocket_connect(
            "wss://plan.rqds.example/_stcore/stream", headers={"origin": origin} if origin else {}
        ),
    ):
        pass


def test_only_streamlits_socket_is_open():
    person = client(signed(claims("direction")))
    with (
        pytest.raises(WebSocketDisconnect),
        person.websocket_connect("wss://plan.rqds.example/autre", headers={"origin": ORIGINE}),
    ):
        pass


def downloading() -> bytes:
    """The click on a download made on demand: it runs outside of any page."""
    message = BackMsg()
    message.backend_operation_request.SetInParent()
    return message.SerializeToString()


def test_a_person_removed_while_connected_gets_nothing_more_by_her_socket(settings):
    person = client(signed(claims("edition")))
    with person.websocket_connect("wss://plan.rqds.example/_stcore/stream", headers={"origin": ORIGINE}) as socket:
        socket.send_bytes(downloading())
        assert socket.receive_text() == "backend_operation_request"
        settings.write_text(ACCES.replace("ed@rqds.example", "autre@rqds.example"), encoding="utf-8")
        socket.send_bytes(downloading())
        socket.send_bytes(b"\xff\xff")
        run = BackMsg()
        run.rerun_script.SetInParent()
        socket.send_bytes(run.SerializeToString())
        assert socket.receive_text() == "rerun_script"  # the run alone passes: it tells her
    assert person.get("/media/x").status_code == 403
    assert person.put(ENVOI, content=b"x").status_code == 403


def test_faulty_settings_close_the_app_to_everyone(settings):
    settings.write_text("personnes: [", encoding="utf-8")
    person = client(signed(claims("direction")))
    answer = person.get("/", headers=PAGE)
    assert answer.status_code == 503 and "mal réglé" in answer.text and "personnes" not in answer.text
    assert person.put(ENVOI, content=b"x").status_code == 503


def test_signing_out_ends_the_session_for_every_copy_of_its_cookie():
    cookie = signed(claims("direction"))
    one, copy = client(cookie), client(cookie)
    assert copy.get("/", headers=PAGE).status_code == 200
    assert one.get("/auth/logout", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert copy.get("/", headers=PAGE).status_code == 200
    assert one.get("/auth/logout").status_code == 200
    assert copy.get("/", headers=PAGE).status_code == 401
    assert client(signed(claims("direction"))).get("/", headers=PAGE).status_code == 200  # a new sign-in


def test_the_way_in_keeps_the_page_asked_for_and_its_cookies_stay_encrypted():
    stranger = client()
    answer = stranger.get("/connexion?par=default&vers=%2Ffiche%3Findicateur%3D1.2.6-2")
    assert answer.status_code == 302 and answer.headers["location"].startswith("/auth/login?provider=")
    assert "Secure" in answer.headers["set-cookie"] and "HttpOnly" in answer.headers["set-cookie"]
    stranger.headers["cookie"] = answer.headers["set-cookie"].split(";")[0]
    back = stranger.get("/oauth2callback?code=bon&state=x", headers=PAGE)
    assert back.headers["location"] == "/fiche?indicateur=1.2.6-2"
    cookies = back.headers.get_list("set-cookie")
    assert [c.split("=")[0] for c in cookies] == ["_streamlit_user", "_streamlit_user_tokens", "rqds_retour"]
    assert all("Secure" in c for c in cookies)


@pytest.mark.parametrize(
    ("query", "said"),
    [("code=faux&state=x", "echec"), ("error=access_denied&state=x", "refus"), ("state=x", "echec")],
)
def test_a_sign_in_that_fails_is_said(query, said):
    answer = client().get(f"/oauth2callback?{query}")
    assert answer.headers["location"] == f"/connexion?echec={said}"
    assert ("abandonnée" if said == "refus" else "n&#39;a pas abouti") in client().get(f"/connexion?echec={said}").text
    assert client().get("/oauth2callback").headers["location"] == "/"  # back from the provider's sign-out


def test_an_unknown_provider_or_echo_shows_the_page_alone():
    answer = client().get("/connexion?par=%3Cscript%3E&echec=%3Cscript%3E&vers=%3Cscript%3E")
    assert answer.status_code == 200 and "<script" not in answer.text


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example", "/\\evil.example", "", None, "fiche", "/a\nb", "/connexion?par=x",
     "/" + "a" * 600],
)  # fmt: skip
def test_one_never_comes_back_to_another_site(address):
    assert safe_return(address) is None
    assert safe_return("/fiche?indicateur=1.2.6-2") == "/fiche?indicateur=1.2.6-2"


def test_files_are_bounded_before_they_are_read(monkeypatch):
    seen: list[str] = []
    person = client(signed(claims("edition")), seen)
    assert person.put(ENVOI, content=iter([b"x"])).status_code == 411  # no length said
    assert person.put(ENVOI, headers={"content-length": str(300 * MO)}, content=b"x").status_code == 413
    monkeypatch.setattr(bornes, "kept", lambda session=None: bornes.PAR_VISITE * MO)
    assert person.put(ENVOI, content=b"x").status_code == 413
    monkeypatch.setattr(bornes, "kept", lambda session=None: 0 if session else bornes.EN_TOUT * MO)
    assert person.put(ENVOI, content=b"x").status_code == 413
    monkeypatch.setattr(bornes, "kept", lambda session=None: 0)
    monkeypatch.setattr(bornes, "EN_COURS", 0)
    assert person.put(ENVOI, content=b"x").status_code == 503
    assert seen == []


def test_sign_in_set_wrong_answers_nobody():
    async def app(scope, receive, send):
        raise AssertionError("reached")

    closed = TestClient(Ferme(app), base_url="http://localhost")
    assert closed.get("/", headers=PAGE).status_code == 503 and closed.get("/_stcore/health").status_code == 503
    with pytest.raises(WebSocketDisconnect), closed.websocket_connect("ws://localhost/_stcore/stream"):
        pass


# --- secrets.toml ----------------------------------------------------------------------------------------------------

BON = {
    "redirect_uri": "https://plan.rqds.example/oauth2callback", "cookie_secret": COOKIE, "client_id": "a",
    "client_secret": "b", "server_metadata_url": "https://login.microsoftonline.com/1234/v2.0/.well-known/openid-configuration",
}  # fmt: skip


def test_sound_settings_of_one_provider_or_several():
    assert read_connexion({}) is None
    one = read_connexion(BON)
    assert one and one.origine == ORIGINE and one.clients == {"default": "a"} and one.label("default") == "Se connecter"
    shared = {k: BON[k] for k in ("redirect_uri", "cookie_secret")}
    own = {k: BON[k] for k in ("client_id", "client_secret", "server_metadata_url")}
    several = read_connexion({**shared, "microsoft": own, "google": own | {"client_id": "g"}})
    assert several and several.clients == {"microsoft": "a", "google": "g"}
    assert several.label("microsoft") == "Se connecter avec Microsoft"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"redirect_uri": "https://plan.rqds.example/"}, "/oauth2callback"),
        ({"redirect_uri": None}, "/oauth2callback"),
        ({"redirect_uri": "http://plan.rqds.example/oauth2callback"}, "n'est pas chiffrée"),
        ({"cookie_secret": "court"}, "32 caractères"),
        ({"cookie_secret": "x" * 60}, "32 caractères"),
        ({"client_id": None, "client_secret": "b"}, "client_id : il manque"),
        ({"client_secret": ""}, "client_secret : il manque"),
        ({"server_metadata_url": "https://login.microsoftonline.com/common/v2.0/x"}, "pas « common »"),
        ({"server_metadata_url": "https://login.microsoftonline.com/ORGANIZATIONS/v2.0/x"}, "pas « common »"),
        ({"a_b": {"client_id": "x", "client_secret": "x", "server_metadata_url": "x"}}, "pas de « _ »"),
    ],
)
def test_faulty_settings_are_said(change, said):
    with pytest.raises(ConnexionInvalide) as error:
        read_connexion({k: v for k, v in (BON | change).items() if v is not None})
    assert said in str(error.value)


def test_every_fault_of_the_settings_is_said_at_once():
    with pytest.raises(ConnexionInvalide) as error:
        read_connexion({"redirect_uri": "x"})
    assert len(error.value.fautes) == 5
