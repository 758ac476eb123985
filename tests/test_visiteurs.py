"""The running app with its sign-in set, from the outside: a real provider, raw HTTP and WebSocket, as nobody and as each role."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from joserfc.jwk import RSAKey
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from pages.ui.navigation import ACCUEIL, MENU
from rqds_metrics.acces import PAGES, holds
from tests.browser.serveur import free_port, served
from tests.fournisseur import Fournisseur, claims_of, cookie_claims, fournisseur, settle, signed

ROLES = {"direction": "marie@rqds.example", "edition": "ed@rqds.example", "lecture": "luc@rqds.example"}
ACCES = "personnes:\n" + "".join(f"  - {{courriel: {c}, nom: {r} qui signe, role: {r}}}\n" for r, c in ROLES.items())
PAGE = {"accept": "text/html"}


@dataclass
class Lieu:
    url: str
    fournisseur: Fournisseur
    acces: Path


@pytest.fixture(scope="module")
def lieu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lieu]:
    folder = tmp_path_factory.mktemp("visiteurs")
    port = free_port()
    with fournisseur() as f:
        for role, courriel in ROLES.items():
            f.add(role, **claims_of(courriel))
        f.add("inconnu", **claims_of("qui@ailleurs.example"))
        f.add("sans", **claims_of(None))
        f.add("douteux", **claims_of(ROLES["direction"], email_verified=False))
        with served(folder / "rien.duckdb", port=port, **settle(folder, f.adresse, port, ACCES)) as url:
            yield Lieu(url, f, folder / "acces.yaml")


@pytest.fixture(autouse=True)
def sound(lieu: Lieu) -> Iterator[None]:
    yield
    lieu.fournisseur.reset()
    lieu.acces.write_text(ACCES, encoding="utf-8")


def to_callback(lieu: Lieu, client: httpx2.Client, sub: str) -> str:
    """From the sign-in page to the address that the provider sends back to."""
    answer = client.get(f"{lieu.url}/connexion?par=default&vers=%2Ffiche")
    answer = client.get(lieu.url + answer.headers["location"])
    return str(client.post(answer.headers["location"], data={"sub": sub}).headers["location"])


def sign_in(lieu: Lieu, sub: str) -> tuple[httpx2.Client, httpx2.Response]:
    client = httpx2.Client(follow_redirects=False, timeout=30)
    return client, client.get(to_callback(lieu, client, sub), headers=PAGE)


@pytest.mark.parametrize("role", ROLES)
def test_a_good_sign_in_opens_the_app_at_the_page_asked_for(lieu, role):
    client, answer = sign_in(lieu, role)
    assert answer.headers["location"] == "/fiche"
    assert 'id="root"' in client.get(f"{lieu.url}/fiche", headers=PAGE).text


def _other_key(lieu: Lieu) -> None:
    lieu.fournisseur.cle = RSAKey.generate_key(2048)


def _damaged(**change):
    def damage(lieu: Lieu) -> None:
        lieu.fournisseur.abimer = lambda claims: {k: v for k, v in (claims | change).items() if v is not None}

    return damage


FAUX = {
    "une autre audience": _damaged(aud="autre"),
    "une autre audience, et nous en demandeurs": _damaged(aud="autre", azp="rqds-essai"),
    "un autre émetteur": _damaged(iss="http://ailleurs.example"),
    "expiré": _damaged(exp=int(time.time()) - 3600),
    "sans expiration": _damaged(exp=None),
    "signé d'une autre clé": _other_key,
    "un autre nonce": _damaged(nonce="rejoue"),
    "sans nonce": _damaged(nonce=None),
}


@pytest.mark.parametrize("kind", FAUX)
def test_a_token_that_is_not_sound_opens_nothing(lieu, kind):
    FAUX[kind](lieu)
    client, answer = sign_in(lieu, "direction")
    there = client.get(f"{lieu.url}/fiche", headers=PAGE)
    assert there.status_code == 401 and 'id="root"' not in there.text
    if "demandeurs" not in kind:  # Authlib lets this one pass: it is refused by the layer
        assert answer.headers["location"] == "/connexion?echec=echec"
    assert refused(lieu, dict(client.cookies))


def test_a_callback_that_is_replayed_opens_nothing(lieu):
    first = httpx2.Client(follow_redirects=False, timeout=30)
    callback = to_callback(lieu, first, "direction")
    state = dict(first.cookies)
    stranger = httpx2.Client(follow_redirects=False, timeout=30)
    assert stranger.get(callback).headers["location"] == "/connexion?echec=echec"  # another browser, the code unused
    assert first.get(callback).headers["location"] == "/fiche"
    assert first.get(callback).headers["location"] == "/connexion?echec=echec"  # the same state again
    thief = httpx2.Client(follow_redirects=False, timeout=30, cookies=state)  # the code and the state, copied
    assert thief.get(callback).headers["location"] == "/connexion?echec=echec"
    assert thief.get(f"{lieu.url}/", headers=PAGE).status_code == 401


@pytest.mark.parametrize(
    ("sub", "said"), [("inconnu", "d’accès à cette"), ("sans", "ne donne pas de courriel"), ("douteux", "vérifié")]
)
def test_someone_who_signs_in_and_has_no_access_is_told_so(lieu, sub, said):
    client, _ = sign_in(lieu, sub)
    answer = client.get(f"{lieu.url}/", headers=PAGE)
    text = answer.text.replace("&#39;", "’").replace("'", "’")
    assert answer.status_code == 403 and said in text and "Utiliser un autre compte" in text
    assert refused(lieu, dict(client.cookies))


def test_signing_out_leaves_nothing_behind(lieu):
    client, _ = sign_in(lieu, "direction")
    copy = dict(client.cookies)
    answer = client.get(f"{lieu.url}/auth/logout")
    assert answer.headers["location"].startswith(f"{lieu.fournisseur.adresse}/oauth2/end_session")
    assert client.get(f"{lieu.url}/", headers=PAGE).status_code == 401
    assert httpx2.get(f"{lieu.url}/", headers=PAGE, cookies=copy).status_code == 401
    assert refused(lieu, copy)


# --- the socket ------------------------------------------------------------------------------------------------------


def in_a_thread(work):
    """Run a coroutine where no event loop runs yet: the browser of other tests may hold one in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def cookie(lieu: Lieu, role: str, **more) -> dict[str, str]:
    return {"_streamlit_user": signed(cookie_claims(lieu.url, ROLES.get(role, role), **more))}


def opened(lieu: Lieu, cookies: dict[str, str]):
    """A socket as the page opens it: the token against forged requests, the cookies, the origin."""
    token = httpx2.get(f"{lieu.url}/_stcore/health").cookies["_streamlit_xsrf"].strip('"')
    cookies = cookies | {"_streamlit_xsrf": token}
    return connect(
        lieu.url.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit", token], max_size=None,
        origin=lieu.url, additional_headers={"cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())},
    )  # fmt: skip


def refused(lieu: Lieu, cookies: dict[str, str]) -> bool:
    async def attempt() -> bool:
        try:
            async with opened(lieu, cookies):
                return False
        except InvalidHandshake:
            return True

    return in_a_thread(attempt())


def run(page: str = "", **widgets: bool) -> bytes:
    message = BackMsg()
    message.rerun_script.page_name = page
    for id_, value in widgets.items():
        message.rerun_script.widget_states.widgets.add(id=id_, trigger_value=value)
    return message.SerializeToString()


async def heard(ws, wait: float = 30) -> list[ForwardMsg]:
    """What the server says until a run is over."""
    said = []
    try:
        while True:
            said.append(ForwardMsg.FromString(await asyncio.wait_for(ws.recv(), wait)))
            if said[-1].WhichOneof("type") == "script_finished":
                return said
    except (TimeoutError, ConnectionClosed):
        return said


def words(said: list[ForwardMsg]) -> str:
    return "\n".join(m.SerializeToString().decode("utf-8", "ignore") for m in said)


ADRESSES = {file: "" if file == ACCUEIL else address for pages in MENU.values() for file, _, address in pages}


@pytest.mark.parametrize("role", ROLES)
def test_every_page_by_the_socket(lieu, role):
    async def walk() -> dict[str, str]:
        async with opened(lieu, cookie(lieu, role)) as ws:
            found = {}
            for file, address in ADRESSES.items():
                await ws.send(run(address))
                found[file] = words(await heard(ws))
            return found

    for file, said in in_a_thread(walk()).items():
        assert ("Page réservée" in said) is not holds(role, PAGES[file]), file
        assert f"{role} qui signe" in said and "Traceback" not in said


@pytest.mark.parametrize(
    "wrong",
    [None, {"exp": 1}, {"aud": "autre"}, {"origin": "http://ailleurs.example"}, {"email": None}, {"provider": "x"},
     {"is_logged_in": False}],
)  # fmt: skip
def test_no_socket_for_a_stranger(lieu, wrong):
    assert refused(lieu, {} if wrong is None else cookie(lieu, "direction", **wrong))


def test_a_forged_cookie_opens_no_socket(lieu):
    claims = cookie_claims(lieu.url, ROLES["direction"])
    assert refused(lieu, {"_streamlit_user": signed(claims, "un-autre-secret-de-trente-deux-caracteres")})
    assert not refused(lieu, {"_streamlit_user": signed(claims)})


def test_a_person_removed_gets_no_page_by_the_socket_that_she_holds(lieu):
    async def walk() -> tuple[str, str, str]:
        async with opened(lieu, cookie(lieu, "edition")) as ws:
            await ws.send(run("corrections"))
            before = words(await heard(ws))
            lieu.acces.write_text(ACCES.replace("ed@", "autre@"), encoding="utf-8")
            await ws.send(run("corrections"))
            after = words(await heard(ws))
            message = BackMsg()
            message.backend_operation_request.SetInParent()
            await ws.send(message.SerializeToString())
            return before, after, words(await heard(ws, 1.5))

    before, after, more = in_a_thread(walk())
    assert "Corrections" in before and "edition qui signe" in before
    assert "n'a pas d'accès" in after and "edition qui signe" not in after and "Corrections" not in after
    assert more == ""


def test_a_button_of_another_role_forged_by_the_socket_does_nothing(lieu):
    """A reader sends the click on « Suivre », whose name she took from someone of the direction."""

    async def button(role: str) -> tuple[str, list[str]]:
        async with opened(lieu, cookie(lieu, role)) as ws:
            await ws.send(run("alertes"))
            said = await heard(ws)
            found = [m.delta.new_element.button.id for m in said if m.WhichOneof("type") == "delta"
                     and m.delta.new_element.WhichOneof("type") == "button"
                     and m.delta.new_element.button.label == "Suivre"]  # fmt: skip
            return words(said), found

    async def click(role: str, id_: str) -> str:
        async with opened(lieu, cookie(lieu, role)) as ws:
            await ws.send(run("alertes"))
            await heard(ws)
            await ws.send(run("alertes", **{id_: True}))
            return words(await heard(ws)) + words(await heard(ws, 2))

    _, ids = in_a_thread(button("direction"))
    assert len(ids) == 1 and in_a_thread(button("lecture"))[1] == []
    assert "Alerte suivie" not in in_a_thread(click("lecture", ids[0]))
    assert "Alerte suivie" in in_a_thread(click("direction", ids[0]))


# --- uploads, media, the other addresses ------------------------------------------------------------------------------


def session_of(lieu: Lieu, role: str, then) -> object:
    async def talk() -> object:
        async with opened(lieu, cookie(lieu, role)) as ws:
            await ws.send(run())
            said = await heard(ws)
            session = next(m.new_session.initialize.session_id for m in said if m.WhichOneof("type") == "new_session")
            return await asyncio.to_thread(then, session)

    return in_a_thread(talk())


@pytest.mark.parametrize("role", [None, *ROLES])
def test_uploads_by_http(lieu, role):
    """A session of someone who may send; then the file sent by each role, and by nobody."""

    def send(session: str) -> int:
        with httpx2.Client(cookies=cookie(lieu, role) if role else {}) as client:
            token = client.get(f"{lieu.url}/_stcore/health").cookies["_streamlit_xsrf"].strip('"')
            address = f"{lieu.url}/_stcore/upload_file/{session}/f1"
            files = {"file": ("a.csv", b"x" * 2000, "text/csv")}
            return client.put(address, files=files, headers={"x-xsrftoken": token}).status_code

    expected = {None: 401, "lecture": 403, "edition": 204, "direction": 204}[role]
    assert session_of(lieu, "edition", send) == expected


@pytest.mark.parametrize("role", [None, *ROLES])
@pytest.mark.parametrize(
    ("method", "path", "nobody", "known"),
    [
        ("GET", "/media/0000.csv", 401, 404),
        ("GET", "/_stcore/host-config", 401, 200),
        ("GET", "/_stcore/health", 200, 200),
        ("GET", "/_stcore/metrics", 404, 404),
        ("GET", "/_stcore/agent/openapi.json", 404, 404),
        ("POST", "/_stcore/agent/run", 404, 404),
        ("GET", "/_stcore/script-health-check", 404, 404),
        ("POST", "/", 401, 405),
        ("PUT", "/_stcore/health", 401, 405),
    ],
)
def test_addresses_by_http(lieu, role, method, path, nobody, known):
    cookies = cookie(lieu, role) if role else {}
    answer = httpx2.request(method, lieu.url + path, cookies=cookies)
    assert answer.status_code == (known if role else nobody)
    assert answer.headers["x-content-type-options"] == "nosniff" and "content-security-policy" in answer.headers


@pytest.mark.parametrize("role", [None, *ROLES])
def test_every_address_of_a_page_by_http(lieu, role):
    """The page that Streamlit serves is the same for all and holds nothing; nobody is not even served that."""
    cookies = cookie(lieu, role) if role else {}
    for address in ADRESSES.values():
        answer = httpx2.get(f"{lieu.url}/{address}", cookies=cookies, headers=PAGE)
        assert answer.status_code == (200 if role else 401)
        assert ('id="root"' in answer.text) is bool(role) and '<html lang="fr-CA">' in answer.text
        assert answer.headers["content-language"] == "fr-CA"


def test_what_is_sent_is_compressed(lieu):
    answer = httpx2.get(f"{lieu.url}/", cookies=cookie(lieu, "lecture"), headers=PAGE | {"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip" and json.dumps(answer.text)
