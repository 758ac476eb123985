"""The layer that knows who calls when sign-in is set: a stranger reaches the sign-in page and the way to it, no more.

Streamlit opens its socket, its uploads and its media to whoever asks, and asks afterwards. Here the signed cookie that
st.login left is checked first, with the settings of the moment, and what nobody may send is answered unread. The
sign-in page is plain HTML, served from here: Streamlit's own would need the socket.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote, unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from pages.ui.connexion import Connexion, close
from pages.ui.gabarits import render
from pages.ui.serveur import App, Message, Receive, Scope, Send
from rqds_metrics.acces import Personne, Refus
from rqds_metrics.yaml_strict import DefinitionError

SANTE = "/_stcore/health"
SOCKET = "/_stcore/stream"
ENVOIS = "/_stcore/upload_file/"
ENTREE = "/connexion"
RETOUR = "rqds_retour"  # the cookie that brings one back to the page that was asked for
FERMEE = "L'accès à cette application est mal réglé : elle est fermée. La personne qui la tient en trouve la cause dans sa console."
ECHECS = {
    "refus": "La connexion a été abandonnée, ou votre fournisseur de comptes l'a refusée.",
    "echec": "La connexion n'a pas abouti : réessayez. Si cela se répète, avisez la personne qui tient l'application.",
}
CSP_ENTREE = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# What may still be said on a socket whose person may no longer come in: a run, which says so.
_ENCORE = frozenset({"rerun_script", "stop_script", "app_heartbeat"})


def _base() -> str:
    """The folder that the app is served under: « » or « /plan »."""
    found = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{found}" if found else ""


def safe_return(address: str | None) -> str | None:
    """An address of this app, as a path, or None: never another site's."""
    if not address or not address.startswith("/") or address.startswith("//") or len(address) > 500:
        return None
    if not address.isprintable() or "\\" in address or address.startswith(f"{_base()}{ENTREE}"):
        return None
    return address


def _page(status: int, **values: object) -> Response:
    shown = {"titre": "Connexion", "texte": "", "boutons": [], "sortie": None, "courriel": None} | values
    headers = {"content-security-policy": CSP_ENTREE, "cache-control": "no-store", "content-language": "fr-CA"}
    return HTMLResponse(str(render("connexion.html", **shown)), status, headers)


class Gardien:
    """Lets in whoever signed in and has a role, and shows the others how to."""

    def __init__(self, app: App, connexion: Connexion) -> None:
        self.app, self.connexion = app, connexion

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        try:
            claims = self.connexion.claims_of(HTTPConnection(scope).cookies)
            found: Personne | Refus | None = self.connexion.person(claims)
        except DefinitionError:
            claims, found = {}, None
        if scope["type"] == "websocket":
            return await self._socket(scope, receive, send, claims, found)
        path = str(scope["path"]).removeprefix(_base())
        if path == SANTE and scope["method"] in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        answer = self._answer(scope, path, claims, found)
        if answer is not None:
            return await answer(scope, receive, send)
        wrapped = self._after_sign_in(scope, send) if path == "/oauth2callback" else self._secured(send)
        return await self.app(scope, receive, wrapped)

    def _answer(
        self, scope: Scope, path: str, claims: dict[str, object], found: Personne | Refus | None
    ) -> Response | None:
        """What to say instead of Streamlit; None to let it answer."""
        headers = Headers(scope=scope)
        html = "text/html" in headers.get("accept", "") and scope["method"] in ("GET", "HEAD")
        if headers.get("host", "").lower() != self.connexion.hote.lower():
            text = f"Cette application s'ouvre à {self.connexion.origine}."
            return (
                _page(403, titre="Une autre adresse", texte=text, sortie=(self.connexion.origine, "Y aller"))
                if (html)
                else PlainTextResponse(text, 403)
            )
        if found is None:
            return _page(503, titre="Fermé", texte=FERMEE) if html else PlainTextResponse(FERMEE, 503)
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        if path == ENTREE:
            return self._entry(query, found)
        if path == "/auth/logout":
            if headers.get("sec-fetch-site") == "cross-site":
                return PlainTextResponse("Une autre page ne peut pas vous déconnecter.", 403)
            close(claims)
            return None
        if path in ("/auth/login", "/oauth2callback"):
            return None if scope["method"] == "GET" else PlainTextResponse("Rien à envoyer ici.", 405)
        if isinstance(found, Refus):
            return self._refused(scope, found) if html else PlainTextResponse(found.texte, 403 if found.connu else 401)
        if path.startswith(ENVOIS):
            text = "Il faut le rôle « Édition » pour téléverser."
            return None if found.may("televersement") else PlainTextResponse(text, 403)
        return None if scope["method"] in ("GET", "HEAD", "OPTIONS") else PlainTextResponse("Rien à envoyer ici.", 405)

    def _entry(self, query: dict[str, list[str]], found: Personne | Refus) -> Response:
        """/connexion: the sign-in page, and with `par` the way to the provider."""
        if isinstance(found, Personne):
            return RedirectResponse(f"{_base()}/", 302)
        back = safe_return(query.get("vers", [""])[0])
        provider = query.get("par", [""])[0]
        if provider in self.connexion.clients:
            response: Response = RedirectResponse(generate_login_redirect_url(provider), 302)
            response.headers["cache-control"] = "no-store"
            if back:
                secure = self.connexion.origine.startswith("https:")
                response.set_cookie(RETOUR, quote(back, safe=""), 600, httponly=True, samesite="lax", secure=secure)
            return response
        return self._sign_in(ECHECS.get(query.get("echec", [""])[0]) or found.texte, back, 200)

    def _sign_in(self, text: str, back: str | None, status: int) -> Response:
        vers = f"&vers={quote(back, safe='')}" if back else ""
        buttons = [
            (f"{_base()}{ENTREE}?par={quote(provider)}{vers}", self.connexion.label(provider))
            for provider in self.connexion.clients
        ]
        return _page(status, texte=text, boutons=buttons)

    def _refused(self, scope: Scope, refus: Refus) -> Response:
        if refus.connu:
            out = (f"{_base()}/auth/logout", "Utiliser un autre compte")
            return _page(403, titre="Accès refusé", texte=refus.texte, courriel=refus.courriel, sortie=out)
        asked = scope["path"] + (f"?{q}" if (q := scope.get("query_string", b"").decode("latin-1")) else "")
        return self._sign_in(refus.texte, safe_return(asked), 401)

    def _secured(self, send: Send) -> Send:
        """Cookies that never leave over a connection that is not encrypted, where the app has one that is."""
        if not self.connexion.origine.startswith("https:"):
            return send

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    (k, v + b"; Secure" if k.lower() == b"set-cookie" and b"secure" not in v.lower() else v)
                    for k, v in message.get("headers", [])
                ]
            await send(message)

        return secured

    def _after_sign_in(self, scope: Scope, send: Send) -> Send:
        """Streamlit comes back to its first page, and says nothing of a failure: to the page asked for, or with a word."""
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        kept = HTTPConnection(scope).cookies.get(RETOUR)
        send = self._secured(send)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                if any(_is_signed(v) for v in headers.getlist("set-cookie")):
                    headers["location"] = safe_return(unquote(kept or "")) or f"{_base()}/"
                elif {"code", "error", "state"} & set(query):
                    why = "refus" if "error" in query else "echec"
                    headers["location"] = f"{_base()}{ENTREE}?echec={why}"
                if kept:
                    headers.append("set-cookie", f"{RETOUR}=; Max-Age=0; Path=/; HttpOnly; SameSite=lax")
            await send(message)

        return answer

    async def _socket(
        self, scope: Scope, receive: Receive, send: Send, claims: dict[str, object], found: Personne | Refus | None
    ) -> None:
        there = str(scope["path"]).removeprefix(_base()) == SOCKET
        if not there or not isinstance(found, Personne) or Headers(scope=scope).get("origin") != self.connexion.origine:
            await receive()
            return await send({"type": "websocket.close", "code": 1008})

        async def heard() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive" or self._still(claims, message.get("bytes")):
                    return message

        return await self.app(scope, heard, send)

    def _still(self, claims: dict[str, object], octets: bytes | None) -> bool:
        """May this go on to Streamlit: all of it while the person may come in, then only what shows her that she may not."""
        try:
            if isinstance(self.connexion.person(claims), Personne):
                return True
        except DefinitionError:
            pass
        try:
            return BackMsg.FromString(octets or b"").WhichOneof("type") in _ENCORE
        except Exception:
            return False


class Ferme:
    """Answers nobody: sign-in is set, and set wrongly."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            return await send({"type": "websocket.close", "code": 1008})
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if "text/html" in Headers(scope=scope).get("accept", ""):
            return await _page(503, titre="Fermé", texte=FERMEE)(scope, receive, send)
        return await PlainTextResponse(FERMEE, 503)(scope, receive, send)


def _is_signed(cookie: str) -> bool:
    """Is it the cookie of someone who has just signed in, and not one that is taken away."""
    try:
        morsel = SimpleCookie(cookie).get(USER_COOKIE_NAME)
    except CookieError:
        return False
    return morsel is not None and bool(morsel.value) and morsel["max-age"] != "0"
