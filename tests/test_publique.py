"""The public process, from the outside: raw HTTP and WebSocket, and the same process under a hostile snapshot."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from publique.debit import PAR_ADRESSE
from publique.serveur import MESSAGE_MAX, accepted
from rqds_metrics.diffusion.parution import write_snapshot
from tests.browser.serveur import RACINE, served
from tests.conftest import DEMO_AU
from tests.publiee import HOSTILE, publication_of

PUBLIC = RACINE / "publique" / "app.py"
SECRET = "1.2.6-4"  # an indicator that is not published


@pytest.fixture(scope="module")
def snapshots(demo_base, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("publication")
    write_snapshot(publication_of(demo_base, DEMO_AU, 1, kept=lambda i: i.id in ("1.2.6-2", "2.1.1-2")), folder)
    return folder


@pytest.fixture(scope="module")
def address(demo_base, snapshots) -> Iterator[str]:
    """The process beside a base of the staff that holds everything: it must not be reached."""
    with served(demo_base, PUBLIC, RQDS_PUBLICATION=str(snapshots)) as url:
        yield url


def ask(address: str, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict, bytes]:
    """A request as it is written: no client tidies the path."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    if body is not None:
        connection.putheader("content-length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, content


STAFF = (
    "/televerser /fiche /ensemble /orientation /depuis /reunions /saisir /autre-outil /questions /corrections /cloture "
    "/cibles /echeances /journal /methode /app /publique /vue_ensemble"
).split()
CLOSED = (
    "/_stcore/metrics /_stcore/agent/openapi.json /_stcore/agent /_stcore/script-health-check /_stcore/upload_file/a/b "
    "/media/abc.csv /component/x/index.html /app/static/app.py /auth/login /oauth2callback /favicon.png "
    "/static/../../../publique/app.py /static/..%2f..%2f..%2fapp.py /_stcore/bidi-components/../../app.py "
    "/_stcore/bidi-components/..%2f..%2fserveur.py /data/publication/courante.json /publication-1.duckdb //etc/passwd "
    "/static//etc/passwd /.streamlit/config.toml /_stcore/health/../metrics"
).split()


@pytest.mark.parametrize("path", [*STAFF, *CLOSED])
def test_no_other_address_answers(address, path):
    status, headers, content = ask(address, "GET", path, accept="text/html")
    assert status == 404 and len(content) < 40, (path, content[:80])
    assert "frame-ancestors" in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/host-config"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_sent(address, path, method):
    assert ask(address, method, path, b"x" * 100)[0] == 405


def test_uploads_are_refused_with_a_session_and_its_cookie(address):
    _, headers, _ = ask(address, "GET", "/_stcore/health")
    cookie = headers.get("set-cookie", "").split(";")[0]
    for method in ("PUT", "POST", "DELETE"):
        assert ask(address, method, "/_stcore/upload_file/session/fichier", b"x" * 1000, cookie=cookie)[0] == 404


def test_headers_hold_on_every_answer(address):
    for path in ("/", "/_stcore/health", "/rien"):
        headers = ask(address, "GET", path, accept="text/html")[1]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin" and "object-src 'none'" in headers["content-security-policy"]


async def _session(address: str, messages: list[bytes], wait: float = 6) -> list[ForwardMsg]:
    """What the server says to each message, until a run is over."""
    said = []
    async with connect(
        address.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit"], max_size=None
    ) as ws:
        for message in messages:
            await ws.send(message)
        try:
            while True:
                said.append(ForwardMsg.FromString(await asyncio.wait_for(ws.recv(), wait)))
                if said[-1].WhichOneof("type") == "script_finished":
                    break
        except (TimeoutError, ConnectionClosed):
            pass
    return said


def run(query: str = "", script: str = "", **widget: str) -> bytes:
    message = BackMsg()
    message.rerun_script.query_string = query
    message.rerun_script.page_script_hash = script
    for id_, value in widget.items():
        message.rerun_script.widget_states.widgets.add(id=id_, string_value=value)
    return message.SerializeToString()


def in_a_thread(work):
    """Run a coroutine where no event loop runs yet: the browser of other tests may hold one in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def talk(address: str, *messages: bytes, wait: float = 6) -> str:
    found = in_a_thread(_session(address, list(messages), wait))
    said = [m.SerializeToString().decode("utf-8", "ignore") for m in found]
    shown = [m.delta.new_element.bidi_component.json for m in found if m.WhichOneof("type") == "delta"]
    return "\n".join([*said, *(json.loads(s)["html"] for s in shown if s)])


def test_a_visitor_is_shown_the_snapshot(address):
    said = talk(address, run())
    assert "où en sommes-nous" in said and "Visites du site Web" in said and "Données fictives" in said


@pytest.mark.parametrize(
    "query",
    [f"indicateur={SECRET}", "indicateur=../../app", "page=televerser", "orientation=9", "page=__init__", f"indicateur={HOSTILE}",
     "page=cadre", "page=fil.xml", "indicateur=1.2.6-2%00"],
)  # fmt: skip
def test_no_query_reaches_anything_else(address, query):
    said = talk(address, run(query))
    for word in (
        "Taux d'ouverture",
        "Téléverser",
        "Traceback",
        "rqds_metrics/",
        str(RACINE),
        "linux",
        "duckdb",
        '.py"',
        "onerror=alert",
    ):
        assert word not in said, word


@pytest.mark.parametrize("script", ["0" * 32, "a3f", "pages/televerser.py", "televerser"])
def test_no_page_hash_leads_to_a_page_of_the_staff(address, script):
    said = talk(address, run(script=script))
    assert "Visites du site Web" in said or "script_finished" not in said
    assert "Téléverser" not in said and "Saisir" not in said


def test_messages_that_no_page_sends_are_dropped(address):
    for kind in (
        "clear_cache",
        "load_git_info",
        "set_run_on_save",
        "debug_shutdown_runtime",
        "debug_disconnect_websocket",
    ):
        message = BackMsg()
        setattr(message, kind, True)
        assert accepted(message.SerializeToString()) is None, kind
        talk(address, message.SerializeToString(), wait=0.5)
    message = BackMsg()
    message.file_urls_request.request_id = "1"
    message.file_urls_request.file_names.append("x.csv")
    said = talk(address, message.SerializeToString(), wait=1)
    assert "upload_file" not in said
    assert accepted(b"\xff\xff\xff") is None and accepted(b"") is None and accepted(None) is None
    assert accepted(run("x" * MESSAGE_MAX)) is None
    assert accepted(run("page=methode")) == run("page=methode")
    assert ask(address, "GET", "/_stcore/health")[0] == 200  # and it still runs


def test_another_socket_is_closed(address):
    async def other() -> None:
        async with connect(address.replace("http", "ws") + "/_stcore/autre"):
            pass

    with pytest.raises(Exception, match=r"403|HTTP"):
        in_a_thread(other())


async def _hold(address: str, count: int, forwarded: str | None) -> int:
    """How many sockets of one address stay open together."""
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    opened = []
    for _ in range(count):
        try:
            opened.append(
                await connect(
                    address.replace("http", "ws") + "/_stcore/stream",
                    subprotocols=["streamlit"],
                    additional_headers=headers,
                )
            )
        except InvalidStatus:
            continue
    for socket in opened:
        await socket.close()
    return len(opened)


def test_one_address_behind_a_relay_does_not_take_every_place(address):
    assert in_a_thread(_hold(address, PAR_ADRESSE + 5, "203.0.113.9")) == PAR_ADRESSE
    assert in_a_thread(_hold(address, 3, "203.0.113.10")) == 3
    # the last address is the relay's own word; what a visitor wrote in front of it is not believed
    assert in_a_thread(_hold(address, PAR_ADRESSE + 5, "198.51.100.1, 203.0.113.11")) == PAR_ADRESSE
    assert in_a_thread(_hold(address, PAR_ADRESSE + 5, None)) == PAR_ADRESSE + 5


async def _heavy(address: str, octets: int) -> int:
    """The code that a socket is closed with after a message of some bytes."""
    async with connect(address.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit"]) as ws:
        try:
            await ws.send(b"\x00" * octets)
            while True:
                await asyncio.wait_for(ws.recv(), 6)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 0
        except TimeoutError:
            return -1


@pytest.mark.parametrize("octets", [MESSAGE_MAX + 1, 3_000_000, 50_000_000])
def test_a_heavy_message_closes_its_socket_and_the_process_goes_on(address, octets):
    assert in_a_thread(_heavy(address, octets)) in (0, 1000, 1006, 1008, 1009)
    assert ask(address, "GET", "/_stcore/health")[0] == 200


def test_it_opens_the_snapshot_alone_and_no_staff_module():
    """What the process loads: neither the staff's pages, nor importers, nor anything that opens the base."""
    code = (
        "import sys, publique.ecran, publique.serveur\n"
        "bad = [m for m in sys.modules if m.startswith(('etl', 'rqds_metrics.store', 'rqds_metrics.registre', "
        "'rqds_metrics.donnees', 'rqds_metrics.resultats'))"
        " or (m.startswith('pages') and m not in ('pages', 'pages.ui', 'pages.ui.serveur', 'pages.ui.langue'))]\n"
        "print(bad)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=RACINE, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_file_stands_where_streamlit_would_discover_pages():
    assert not (PUBLIC.parent / "pages").exists()


def test_nothing_published_or_unreadable_says_nothing(demo_base, tmp_path):
    (tmp_path / "courante.json").write_text("{cassé")
    with served(demo_base, PUBLIC, RQDS_PUBLICATION=str(tmp_path)) as url:
        said = talk(url, run())
        assert "Rien n’est publié" in said and "illisible" not in said and str(tmp_path) not in said


def test_it_turns_to_the_new_snapshot_and_keeps_the_old_one_while_it_cannot(
    demo_base, snapshots, tmp_path, monkeypatch
):
    from publique import instantane

    folder = Path(shutil.copytree(snapshots, tmp_path / "p"))
    monkeypatch.setenv("RQDS_PUBLICATION", str(folder))
    first = instantane.online()
    assert first and instantane.online() is first
    write_snapshot(publication_of(demo_base, DEMO_AU, 2, kept=lambda i: i.id == "2.1.1-2"), folder)
    second = instantane.online()
    assert second and list(second.vue.lignes) == ["2.1.1-2"]
    assert (
        "n’existe" in second.page({"indicateur": "1.2.6-2"}).html
        or "n'existe" in second.page({"indicateur": "1.2.6-2"}).html
    )
    (folder / "publication-2.duckdb").write_bytes(os.urandom(50))
    instantane._seen.clear()
    assert instantane.online() is None
    instantane._seen[folder] = second
    assert instantane.online() is second
