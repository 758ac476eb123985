"""What stands between the network and the public process: a short list of what may be asked, and nothing else."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from google.protobuf.message import DecodeError
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from pages.ui.serveur import App, Assets, Receive, Scope, Send
from publique.debit import MESSAGES, Debit, Seau, address_key
from rqds_metrics.diffusion.site.gabarit import ICONE

Message = MutableMapping[str, Any]
_ADRESSES = ("/", "/_stcore/health", "/_stcore/host-config")
_DOSSIERS = ("/static/", "/_stcore/bidi-components/")
_RACINE = str(Path(__file__).resolve().parent).encode()
_SOCKET = "/_stcore/stream"
TROP = "Trop de demandes à la fois. Réessayez dans quelques secondes."
# What a page needs to say: run (a link followed, a look at the pointer), stop, still there.
_MESSAGES = frozenset({"rerun_script", "stop_script", "app_heartbeat"})
MESSAGE_MAX = 16_384  # bytes; a page's own are a few hundred

CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'self'; "
    "form-action 'none'; frame-ancestors 'self'"
)
ENTETES = (
    ("content-security-policy", CSP),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "SAMEORIGIN"),
    ("referrer-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
)
# Streamlit's own frame has nothing to show here.
STYLE = (
    "body [data-testid=stHeader],body [data-testid=stToolbar],body [data-testid=stSidebar]{display:none}"
    "body .stMainBlockContainer.stMainBlockContainer{padding:0!important;max-width:none!important}"
    "body .stMainBlockContainer .stVerticalBlock{gap:0}"
    "body .stApp{background:transparent}@media(prefers-color-scheme:dark){body{background:#12181E}}"
)


class Porte:
    """Lets through what a page of this process needs, answers 404 to the rest; nothing can be sent to be kept."""

    def __init__(self, app: App, debit: Debit | None = None) -> None:
        self.app = app
        self.debit = debit or Debit()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            return await self._socket(scope, receive, send)
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if not self.debit.may_ask(_from(scope)):
            answer = self._with_headers(send)
            return await PlainTextResponse(TROP, 429, {"retry-after": "10"})(scope, receive, answer)
        path = str(scope.get("path", ""))
        plain = ".." not in path and "\\" not in path and "//" not in path
        known = path in _ADRESSES or (path.startswith(_DOSSIERS) and plain)
        answer = self._with_headers(send)
        if not known:
            return await PlainTextResponse("Rien à cette adresse.", 404)(scope, receive, answer)
        if scope["method"] not in ("GET", "HEAD"):
            return await PlainTextResponse("Cette page se lit, rien ne s'y envoie.", 405)(scope, receive, answer)
        return await self.app(scope, receive, answer)

    @staticmethod
    def _with_headers(send: Send) -> Send:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                for name, value in ENTETES:
                    headers[name] = value
                del headers["server"]
            await send(message)

        return answer

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = _from(scope)
        if scope["path"] != _SOCKET or not self.debit.may_ask(key) or not self.debit.enter(key):
            await receive()
            return await send({"type": "websocket.close", "code": 1008})
        try:
            await self.app(scope, self._heard(receive, Seau(MESSAGES, self.debit.horloge)), self._said(send))
        finally:
            self.debit.leave(key)

    @staticmethod
    def _said(send: Send) -> Send:
        async def said(message: Message) -> None:
            octets = message.get("bytes")
            await send({**message, "bytes": discreet(octets)} if octets and _RACINE in octets else message)

        return said

    @staticmethod
    def _heard(receive: Receive, seau: Seau) -> Receive:
        async def heard() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                if not seau.take():
                    return {"type": "websocket.disconnect", "code": 1008}
                kept = accepted(message.get("bytes"))
                if kept is None and message.get("bytes") is not None and len(message["bytes"]) > MESSAGE_MAX:
                    return {"type": "websocket.disconnect", "code": 1009}
                if kept is not None:
                    return {"type": "websocket.receive", "bytes": kept}

        return heard


def _from(scope: Scope) -> str | None:
    client = scope.get("client")
    return address_key(client[0] if client else None)


def accepted(octets: bytes | None) -> bytes | None:
    """A message as it may go on to Streamlit; None for what no page of this process says."""
    if not octets or len(octets) > MESSAGE_MAX:
        return None
    try:
        said = BackMsg.FromString(octets)
    except DecodeError:
        return None
    return octets if said.WhichOneof("type") in _MESSAGES else None


def discreet(octets: bytes) -> bytes:
    """Streamlit's first message without the folder where this runs, the versions or the machine's numbers."""
    said = ForwardMsg.FromString(octets)
    if said.WhichOneof("type") == "new_session":
        said.new_session.main_script_path = "app.py"
        environment = said.new_session.initialize.environment_info
        environment.python_version = environment.server_os = ""
        said.new_session.initialize.user_info.Clear()
    return bytes(said.SerializeToString())


class Cadre:
    """Streamlit's page without its frame; it says where to read without JavaScript."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/" or "text/html" not in Headers(scope=scope).get("accept", ""):
            return await self.app(scope, receive, send)
        start: Message = {}
        parts: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        await self.app(scope, receive, collect)
        body = b"".join(parts).replace(b"</head>", b"<style>" + STYLE.encode() + b"</style></head>", 1)
        body = body.replace(b'href="./favicon.png"', b'href="data:image/svg+xml,' + quote(ICONE).encode() + b'"', 1)
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-length"] = str(len(body))
        await send({**start, "headers": headers.raw})
        await send({"type": "http.response.body", "body": body})
        return None


def layers() -> list[Middleware]:
    """The layers in front of Streamlit, outermost first."""
    return [Middleware(Porte), Middleware(Assets), Middleware(Cadre)]
