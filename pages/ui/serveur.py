"""What stands between the network and Streamlit: who may call, the language, compressed responses.

Streamlit says `<html lang="en">`, has no French, sends its JavaScript uncompressed, and would answer the whole network
if told to. These ASGI layers mend that; `app.py` puts them in front.
"""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

from pages.ui.avance import hints
from pages.ui.langue import MOTS

Message = MutableMapping[str, Any]
Scope = Message
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

REFUS = (
    "Cette application n'est ouverte qu'à l'ordinateur où elle tourne, tant que la connexion des utilisateurs "
    "n'est pas configurée."
)
# Streamlit reads these addresses for itself; they would tell a stranger about the server.
FERMEES = re.compile(r"/_stcore/(metrics|agent|script-health-check)(/|$)")
# French dates in calendars and number inputs, whatever the language of the browser.
SCRIPT = b"<script>Object.defineProperty(navigator,'language',{get:()=>'fr-CA'});</script>"


def is_loopback(host: str | None) -> bool:
    """Is the address this machine's own (127.0.0.0/8, ::1, or an in-process client)."""
    if host in (None, "testclient"):
        return True
    try:
        address = ipaddress.ip_address(str(host).split("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def is_local_name(host: str) -> bool:
    """Is a Host header one of this machine's names: refuses sites that point their own name at 127.0.0.1."""
    name = host.rsplit(":", 1)[0] if host.count(":") == 1 or host.startswith("[") else host
    name = name.strip("[]").lower()
    return name == "localhost" or name.endswith(".localhost") or is_loopback(name or "?")


class Closed:
    """The addresses that Streamlit keeps for itself are nobody's."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and FERMEES.search(scope["path"]):
            return await PlainTextResponse("Rien à cette adresse.", 404)(scope, receive, send)
        return await self.app(scope, receive, send)


class Local:
    """Refuses whoever is not on this machine, when no sign-in is configured. Proxies' headers are not believed."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        client = scope.get("client")
        forwarded = any(h in headers for h in ("x-forwarded-for", "forwarded", "x-real-ip"))
        allowed = (
            is_loopback(client[0] if client else None) and is_local_name(headers.get("host", "")) and not forwarded
        )
        if not allowed:
            if scope["type"] == "websocket":
                await receive()
                return await send({"type": "websocket.close", "code": 1008})
            return await PlainTextResponse(REFUS, 403)(scope, receive, send)
        return await self.app(scope, receive, send)


def translate(name: str, body: bytes) -> bytes:
    """A JavaScript file of Streamlit with its words in French."""
    for literal, french in MOTS.get(name.split(".")[0], {}).items():
        body = body.replace(literal.encode(), french.encode())
    return body


@cache
def _style() -> bytes:
    return Path(__file__).with_name("page.css").read_bytes()


def frenchify(page: bytes, address: str = "") -> bytes:
    """Streamlit's page, said to be in French, with our style of its frame (there from the first paint)."""
    page = page.replace(b'<html lang="en">', b'<html lang="fr-CA">', 1)
    page = page.replace(b"<title>Streamlit</title>", "<title>Plan stratégique du RQDS</title>".encode(), 1)
    page = page.replace(b"You need to enable JavaScript to run this app.", b"Cette application a besoin de JavaScript.")
    return page.replace(b"</head>", hints(page, address) + SCRIPT + b"<style>" + _style() + b"</style></head>", 1)


def inline_hashes(page: bytes) -> tuple[str, ...]:
    """What a policy names to let the scripts written in the page run, and no other."""
    scripts = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
    return tuple(f"'sha256-{b64encode(sha256(s).digest()).decode()}'" for s in scripts)


def policy(hashes: tuple[str, ...]) -> str:
    """What the page may load: from here alone. Streamlit's components are scripts in blobs, its styles are inline."""
    return (
        f"default-src 'self'; script-src 'self' blob: 'wasm-unsafe-eval' {' '.join(hashes)}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' data: blob:; "
        "connect-src 'self' data: blob:; worker-src 'self' blob:; frame-src 'self' blob: data:; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )


@dataclass(frozen=True)
class Avance:
    """What a process writes of its own in the first page, before Streamlit starts.

    `write`: from the page, its address and the query string to the page; `addresses`: where it does, « » being the app's
    own; `script`: the only script that it may add.
    """

    script: bytes
    addresses: frozenset[str]
    write: Callable[[bytes, str, bytes], Awaitable[bytes]]


def _to_the_end() -> Receive:
    """A client that does not hang up: what one browser no longer waits for is prepared whole for the next one."""
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive


class Assets:
    """Sends Streamlit's page and assets in French and compressed, each prepared once and kept in memory."""

    TYPES = ("text/", "application/javascript", "application/json", "image/svg")

    def __init__(self, app: App, avance: Avance | None = None) -> None:
        self.app, self.avance = app, avance
        self.kept: dict[tuple[str, bool], tuple[list[tuple[bytes, bytes]], bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        static = "/static/" in path
        wants = "text/html" in Headers(scope=scope).get("accept", "") if scope["type"] == "http" else False
        if scope["type"] != "http" or scope.get("method") != "GET" or not (static or wants):
            return await self.app(scope, receive, send)
        zipped = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        if static and (path, zipped) in self.kept:
            headers, body = self.kept[path, zipped]
            return await self._send(send, 200, headers, body)
        return await self._prepare(scope, receive, send, path, zipped, static)

    async def _prepare(self, scope: Scope, receive: Receive, send: Send, path: str, zipped: bool, static: bool) -> None:
        start: Message = {}
        parts: list[bytes] = []
        whole = False

        async def collect(message: Message) -> None:
            nonlocal whole
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                whole = not message.get("more_body", False)

        plain = {
            **scope,
            "headers": [
                h
                for h in scope["headers"]
                if h[0] not in (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
            ],
        }
        await self.app(plain, _to_the_end() if static else receive, collect)
        headers, body = MutableHeaders(raw=list(start["headers"])), b"".join(parts)
        if not whole or headers.get("content-length", str(len(body))) != str(len(body)):
            cut = PlainTextResponse("Réponse coupée : réessayez.", 503, {"cache-control": "no-store"})
            await cut(scope, receive, send)
            return
        kind = headers.get("content-type", "")
        if start["status"] == 200:
            if kind.startswith("text/html"):
                address = path.removeprefix(str(scope.get("root_path", ""))).strip("/")
                body = frenchify(body, address)
                headers["content-language"] = "fr-CA"
                # named before what people wrote comes into the page: no script of theirs is ever among them
                scripts = body + (self.avance.script if self.avance else b"")
                headers["content-security-policy"] = policy(inline_hashes(scripts))
                if self.avance and address in self.avance.addresses:
                    body = await self.avance.write(body, address, scope.get("query_string", b""))
                    headers["cache-control"] = "private, no-store"
            elif "javascript" in kind:
                body = translate(PurePosixPath(path).name, body)
                # the name does not change with our words: let the browser ask again after a day
                headers["cache-control"] = "public, max-age=86400"
            for name in ("etag", "last-modified", "content-length"):
                del headers[name]
            if zipped and kind.startswith(self.TYPES) and len(body) > 500:
                body = gzip.compress(body, 6)
                headers["content-encoding"] = "gzip"
                headers.add_vary_header("Accept-Encoding")
            headers["content-length"] = str(len(body))
            if static and not kind.startswith("text/html"):  # Streamlit answers its page to any address: not to be kept
                self.kept[path, zipped] = headers.raw, body
        await self._send(send, start["status"], headers.raw, body)

    @staticmethod
    async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})


class Entetes:
    """Security headers on every response."""

    VALEURS = (
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "SAMEORIGIN"),
        ("referrer-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("content-security-policy", policy(())),
    )

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                for name, value in self.VALEURS:
                    headers.setdefault(name, value)
                if "/media/" in path:  # what one person took is not left in a shared cache
                    headers["cache-control"] = "private, no-store"
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def layers(door: Middleware | None = None, *inner: Middleware, avance: Avance | None = None) -> list[Middleware]:
    """The layers in front of Streamlit, outermost first. `door`: who may call; without one, this machine alone."""
    assets = Middleware(Assets, avance=avance)
    return [Middleware(Entetes), Middleware(Closed), door or Middleware(Local), *inner, assets]
