"""What stands between the network and Streamlit, called as a server calls it."""

from __future__ import annotations

import gzip
import re
from base64 import b64encode
from hashlib import sha256

import anyio
import pytest
from starlette.applications import Starlette
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from pages.ui.serveur import REFUS, Assets, Local, is_local_name, is_loopback, layers

SCRIPT = "const a=`Choose an option`;" + "x" * 600


def served(calls: list[str] | None = None) -> Starlette:
    async def page(request):
        (calls if calls is not None else []).append(request.url.path)
        return Response(
            '<html lang="en"><head><title>Streamlit</title></head></html>' + " " * 600, media_type="text/html"
        )

    async def script(request):
        (calls if calls is not None else []).append(request.url.path)
        return Response(SCRIPT, media_type="application/javascript")

    async def ok(request):
        return PlainTextResponse("ok")

    async def socket(websocket):
        await websocket.accept()
        await websocket.send_text("bonjour")
        await websocket.close()

    routes = [
        Route("/", page),
        Route("/static/js/utils.abc.js", script),
        Route("/_stcore/metrics", ok),
        Route("/_stcore/agent/openapi.json", ok),
        Route("/_stcore/health", ok),
        WebSocketRoute("/_stcore/stream", socket),
    ]
    return Starlette(routes=routes, middleware=layers())


def client(ip: str = "127.0.0.1", host: str = "localhost", **kwargs) -> TestClient:
    return TestClient(served(**kwargs), base_url=f"http://{host}", client=(ip, 5000))


def test_this_machine_is_served_in_french():
    answer = client().get("/", headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert 'lang="fr-CA"' in answer.text and "Plan stratégique" in answer.text


@pytest.mark.parametrize("ip", ["192.168.1.20", "10.0.0.4", "203.0.113.9", "2001:db8::1"])
def test_another_machine_is_refused_whatever_it_asks(ip):
    for path in ("/", "/static/js/utils.abc.js", "/_stcore/health"):
        answer = client(ip=ip).get(path, headers={"accept": "text/html"})
        assert (answer.status_code, answer.text) == (403, REFUS)
    with pytest.raises(WebSocketDisconnect), client(ip=ip).websocket_connect("ws://localhost/_stcore/stream"):
        pass


@pytest.mark.parametrize("host", ["rqds.org", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example"])
def test_a_name_that_points_here_is_refused(host):
    assert client(host=host).get("/").status_code == 403


def test_a_relay_on_this_machine_does_not_open_it():
    assert client().get("/", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 403


def test_the_addresses_that_streamlit_keeps_for_itself_are_closed():
    for path in (
        "/_stcore/metrics",
        "/_stcore/agent/openapi.json",
        "/_stcore/script-health-check",
        "/plan/_stcore/metrics",
    ):
        assert client().get(path).status_code == 404


def test_the_page_names_the_scripts_written_in_it_and_lets_no_other_run():
    answer = client().get("/", headers={"accept": "text/html"})
    policy = answer.headers["content-security-policy"]
    scripts = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    assert scripts and answer.headers["content-language"] == "fr-CA"
    for script in scripts:
        assert f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in policy
    allowed = next(p for p in policy.split("; ") if p.startswith("script-src")).split()
    assert "'unsafe-inline'" not in allowed and "'unsafe-eval'" not in allowed
    assert "object-src 'none'" in policy and "frame-ancestors 'self'" in policy


def test_several_cookies_pass():
    async def app(scope, receive, send):
        cookies = [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
        await send({"type": "http.response.start", "status": 302, "headers": cookies})
        await send({"type": "http.response.body", "body": b""})

    answer = TestClient(Assets(app), follow_redirects=False).get("/", headers={"accept": "text/html"})
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_addresses_that_are_no_file_are_not_kept_in_memory():
    async def app(scope, receive, send):
        await Response("<html></html>", media_type="text/html")(scope, receive, send)

    assets = Assets(app)
    for n in range(20):
        TestClient(assets).get(f"/static/rien-{n}.js")
    assert assets.kept == {}


def test_a_socket_of_this_machine_is_let_through():
    with client().websocket_connect("ws://localhost/_stcore/stream") as socket:
        assert socket.receive_text() == "bonjour"


def test_scripts_are_compressed_translated_and_prepared_once():
    calls: list[str] = []
    one = client(calls=calls)
    for _ in range(3):
        answer = one.get("/static/js/utils.abc.js", headers={"accept-encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert "`Choisir`" in answer.text and "Choose" not in answer.text
    assert calls == ["/static/js/utils.abc.js"]
    bare = one.get("/static/js/utils.abc.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in bare.headers and "`Choisir`" in bare.text


def fetch(app: Assets, hangs_up: bool = False) -> tuple[int, bytes]:
    """What an HTTP client gets of /static/js/a.js; one that hangs up does so as soon as it has asked."""
    said: list[dict] = []
    heard = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive():
        if (message := next(heard, None)) is None:
            if not hangs_up:
                await anyio.sleep_forever()
            return {"type": "http.disconnect"}
        return message

    async def send(message):
        said.append(message)

    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
             "path": "/static/js/a.js", "root_path": "", "query_string": b"", "headers": []}  # fmt: skip
    anyio.run(app, scope, receive, send)
    return said[0]["status"], b"".join(m.get("body", b"") for m in said[1:])


def test_a_browser_that_leaves_while_a_script_is_prepared_does_not_spoil_it_for_the_next(tmp_path):
    """Starlette stops sending a file at once when its client has gone: the beginning of it must not be kept."""
    file = tmp_path / "a.js"
    file.write_text(SCRIPT)
    app = Assets(Starlette(routes=[Route("/static/js/a.js", lambda request: FileResponse(file))]))
    fetch(app, hangs_up=True)
    assert fetch(app) == (200, SCRIPT.encode())


@pytest.mark.parametrize("parts", [[], [(b"const a=", True)], [(b"const a=", False)]])
def test_a_script_that_came_cut_short_is_neither_sent_nor_kept(parts):
    calls = []

    async def inner(scope, receive, send):
        calls.append(scope["path"])
        headers = [(b"content-type", b"application/javascript"), (b"content-length", b"100")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for body, more in parts:
            await send({"type": "http.response.body", "body": body, "more_body": more})

    app = Assets(inner)
    assert fetch(app)[0] == 503 and fetch(app)[0] == 503
    assert len(calls) == 2 and not app.kept


def test_security_headers_are_everywhere():
    for path in ("/", "/_stcore/health", "/_stcore/metrics"):
        headers = client().get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "SAMEORIGIN"


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True), ("::ffff:10.0.0.1", False),
     ("0.0.0.0", False), ("10.0.0.1", False), ("nom", False), ("", False)],
)  # fmt: skip
def test_which_addresses_are_this_machine(host, local):
    assert is_loopback(host) is local


@pytest.mark.parametrize(
    ("name", "local"),
    [("localhost:8501", True), ("127.0.0.1:8501", True), ("[::1]:8501", True), ("plan.localhost", True),
     ("rqds.org:8501", False), ("", False), ("localhost.rqds.org", False)],
)  # fmt: skip
def test_which_names_are_this_machine(name, local):
    assert is_local_name(name) is local


def test_other_scopes_pass():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    with pytest.raises(StopIteration):  # it ends without having waited for anything
        Local(app)({"type": "lifespan"}, None, None).send(None)
    assert seen == ["lifespan"]


def test_gzip_is_real():
    answer = client().get("/static/js/utils.abc.js", headers={"accept-encoding": "gzip"})
    assert len(gzip.compress(answer.content)) < len(SCRIPT)
