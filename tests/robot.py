"""Somebody at the app without a browser: opens a page, drops files, presses buttons, reads what is said.

Speaks Streamlit's own protocol over its socket; synchronous, so that a test can kill the server between two steps.
"""

from __future__ import annotations

import json
import socket
import ssl
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME
from websockets.sync.client import ClientConnection, connect

_FINISHED = ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY
PATIENCE = 120  # seconds without a word, after which a test says that the app is stuck


@dataclass
class Robot:
    """One session. `address`: where the server is reached; `host`: the name it is called by, when another."""

    address: str
    host: str = ""
    ssl_context: ssl.SSLContext | None = None
    session: str = ""
    query: str = ""
    page: str = ""
    pages: dict[str, str] = field(default_factory=dict)  # address of a page -> its hash
    boutons: dict[str, str] = field(default_factory=dict)  # label -> id
    depots: list[str] = field(default_factory=list)
    dits: list[str] = field(default_factory=list)  # every text of the last run: alerts, titles, captions, screens
    etats: dict[str, WidgetState] = field(default_factory=dict)

    def open(self, query: str = "", origin: str | None = "same", cookie: str = "") -> Robot:
        """Connect and see the page that the address names; with a `cookie`, as a page does: with its token."""
        parts = urlsplit(self.address)
        name = self.host or parts.netloc
        scheme = "wss" if parts.scheme == "https" else "ws"
        raw = socket.create_connection((str(parts.hostname), int(parts.port or 80)), timeout=30)
        self.pile = ExitStack()
        protocols = ["streamlit"]
        if cookie:  # Streamlit reads who signed in only where the token against forged requests comes twice
            protocols.append(generate_xsrf_token_string())
            cookie = f"{cookie}; {XSRF_COOKIE_NAME}={protocols[1]}"
        opening = connect(
            f"{scheme}://{name}/_stcore/stream", sock=raw, ssl=self.ssl_context, subprotocols=protocols,  # type: ignore[arg-type]
            server_hostname=name.split(":")[0] if self.ssl_context else None, max_size=None, open_timeout=PATIENCE,
            origin=f"{parts.scheme}://{name}" if origin == "same" else origin,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookie} if cookie else {},
        )  # fmt: skip
        self.socket: ClientConnection = self.pile.enter_context(opening)
        self.query = query
        self.run()
        return self

    def close(self) -> None:
        self.pile.close()

    def goto(self, page: str) -> None:
        """Follow a link of the menu, by its address (« televerser »)."""
        self.page, self.query = self.pages[page], ""
        self.etats.clear()
        self.run()

    def press(self, label: str) -> None:
        """Press a button and wait until the page is done."""
        self.send_press(label)
        self.follow()

    def send_press(self, label: str) -> None:
        found = next(id_ for text, id_ in self.boutons.items() if text.startswith(label))
        self._send(WidgetState(id=found, trigger_value=True))

    def drop(self, name: str, content: bytes) -> None:
        """Drop a file on the page's uploader, as a browser does: an address is asked for, the file put there."""
        message = BackMsg()
        message.file_urls_request.request_id = "1"
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self.session
        self.socket.send(message.SerializeToString())
        while True:
            received = ForwardMsg.FromString(self.socket.recv(timeout=PATIENCE))  # type: ignore[arg-type]
            if received.WhichOneof("type") == "file_urls_response":
                urls = received.file_urls_response.file_urls[0]
                break
        self._put(urls.upload_url, name, content)
        state = WidgetState(id=self.depots[0])
        info = state.file_uploader_state_value.uploaded_file_info.add(
            file_id=urls.file_id, name=name, size=len(content)
        )
        info.file_urls.CopyFrom(urls)
        self.etats[state.id] = state
        self.run()

    def _put(self, url: str, name: str, content: bytes) -> None:
        with urllib.request.urlopen(f"{self.address}/_stcore/health") as answer:
            cookies = SimpleCookie("; ".join(answer.headers.get_all("set-cookie") or []))
        xsrf = next((c.value for k, c in cookies.items() if "xsrf" in k), "")
        head = f'--limite\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
        request = urllib.request.Request(
            self.address + url,
            data=head.encode() + content + b"\r\n--limite--\r\n",
            method="PUT",
            headers={"Content-Type": "multipart/form-data; boundary=limite", "X-Xsrftoken": xsrf,
                     "Cookie": f"_streamlit_xsrf={xsrf}"},
        )  # fmt: skip
        with urllib.request.urlopen(request) as answer:
            assert answer.status in (200, 204)

    def run(self) -> None:
        self._send()
        self.follow()

    def _send(self, *triggers: WidgetState) -> None:
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_script_hash = self.page
        message.rerun_script.widget_states.widgets.extend([*self.etats.values(), *triggers])
        self.dits = []
        self.socket.send(message.SerializeToString())

    def follow(self) -> None:
        """Read until the page is done."""
        while not self.step():
            pass

    def step_until(self, limit: float) -> bool:
        """`step`, for as long as `limit` (of time.monotonic) has not passed.

        Raises:
            TimeoutError: it has.
        """
        return self.step(max(limit - time.monotonic(), 0))

    def step(self, patience: float = PATIENCE) -> bool:
        """Read one message; True once the page is done."""
        received = ForwardMsg.FromString(self.socket.recv(timeout=patience))  # type: ignore[arg-type]
        kind = received.WhichOneof("type")
        if kind == "new_session":
            new = received.new_session
            self.page, self.session = new.page_script_hash, new.initialize.session_id or self.session
            self.boutons, self.depots, self.dits = {}, [], []
        elif kind == "navigation":
            self.pages = {p.url_pathname: p.page_script_hash for p in received.navigation.app_pages}
        elif kind == "page_info_changed":
            self.query = received.page_info_changed.query_string
        elif kind == "delta" and received.delta.WhichOneof("type") == "new_element":
            self._see(received.delta.new_element)
        return kind == "script_finished" and received.script_finished == _FINISHED

    def _see(self, element) -> None:  # type: ignore[no-untyped-def]
        kind = element.WhichOneof("type")
        if kind == "button":
            self.boutons[element.button.label] = element.button.id
        elif kind == "file_uploader":
            self.depots.append(element.file_uploader.id)
        elif kind == "bidi_component":
            self.dits.append(str(json.loads(element.bidi_component.json or "{}").get("html", "")))
        elif kind == "exception":
            self.dits.append(f"EXCEPTION {element.exception.type} {element.exception.message}")
        elif kind in ("alert", "markdown", "heading", "text"):
            self.dits.append(str(getattr(element, kind).body))

    @property
    def texte(self) -> str:
        return "\n".join(self.dits)
