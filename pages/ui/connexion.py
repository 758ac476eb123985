"""How people sign in: what .streamlit/secrets.toml says, and who a cookie or Streamlit's claims are.

The section [auth] is read once, when the server starts: taking it away from a running server opens nothing.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from streamlit.auth_util import get_cookie_with_chunks, get_redirect_uri, get_secrets_auth_section, is_authlib_installed
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from rqds_metrics.acces import Personne, Refus, admit
from rqds_metrics.personnes import load_acces

SECRET_MIN = 32  # characters
_NOMS = {"microsoft": "Microsoft", "entra": "Microsoft", "google": "Google", "default": ""}
# Entra's addresses for every organisation at once: anyone could bring an account with the e-mail of one of ours.
_TOUS_LOCATAIRES = re.compile(r"//login\.microsoftonline\.com/(common|organizations|consumers)(/|$)", re.IGNORECASE)


class ConnexionInvalide(ValueError):
    """Every fault of the sign-in settings at once."""

    def __init__(self, fautes: list[str]):
        self.fautes = fautes
        super().__init__("\n".join(fautes))


@dataclass(frozen=True)
class Connexion:
    """Sign-in, as it is set."""

    origine: str  # https://plan.rqds.org: the only address that signs in
    secret: str  # signs Streamlit's cookies
    clients: Mapping[str, str]  # provider -> its client id

    @property
    def hote(self) -> str:
        return urlsplit(self.origine).netloc

    def label(self, provider: str) -> str:
        name = _NOMS.get(provider, provider.capitalize())
        return f"Se connecter avec {name}" if name else "Se connecter"

    def person(self, claims: Mapping[str, Any]) -> Personne | Refus:
        """Who these claims are, as the settings say now.

        Raises:
            DefinitionError: the settings cannot be read; nobody may come in.
        """
        return admit(claims, load_acces(), self.clients, datetime.now(UTC), is_closed(claims))

    def claims_of(self, cookies: Mapping[str, str]) -> dict[str, Any]:
        """The claims of Streamlit's cookie, {} where its signature, age, form or address is not what Streamlit writes."""

        def part(name: str) -> bytes | None:
            value = cookies.get(name)
            return decode_signed_value(self.secret, name, value.encode("latin-1", "ignore")) if value else None

        raw = get_cookie_with_chunks(part, USER_COOKIE_NAME)
        try:
            found = json.loads(raw) if raw else {}
        except ValueError:
            return {}
        return found if isinstance(found, dict) and found.get("origin") == self.origine else {}


def read_connexion(auth: Mapping[str, Any]) -> Connexion | None:
    """Sign-in from a section [auth]; None where there is none.

    Raises:
        ConnexionInvalide: with every fault.
    """
    if not auth:
        return None
    fautes = []
    uri = str(auth.get("redirect_uri") or "")
    there = urlsplit(uri)
    if there.scheme not in ("http", "https") or not there.netloc or not uri.endswith("/oauth2callback"):
        fautes.append("redirect_uri : il faut l'adresse de l'application suivie de /oauth2callback, https://… en ligne")
    elif there.scheme == "http" and there.hostname not in ("localhost", "127.0.0.1", "::1"):
        fautes.append(f"redirect_uri : « {uri} » n'est pas chiffrée ; il faut https:// ailleurs que sur cette machine")
    secret = str(auth.get("cookie_secret") or "")
    if len(secret) < SECRET_MIN or len(set(secret)) < 8:
        fautes.append(
            f"cookie_secret : il faut au moins {SECRET_MIN} caractères au hasard "
            '(python -c "import secrets; print(secrets.token_hex(32))")'
        )
    sections = {k: v for k, v in auth.items() if isinstance(v, Mapping) and k != "client_kwargs"}
    if "client_id" in auth or not sections:
        sections = {"default": auth, **sections}
    clients = {}
    for name, section in sections.items():
        where = "" if name == "default" else f"[auth.{name}] "
        missing = [k for k in ("client_id", "client_secret", "server_metadata_url") if not section.get(k)]
        fautes += [f"{where}{key} : il manque" for key in missing]
        address = str(section.get("server_metadata_url") or "")
        if _TOUS_LOCATAIRES.search(address):
            fautes.append(f"{where}server_metadata_url : mettez l'identifiant de votre locataire, pas « common »")
        if "_" in name:
            fautes.append(f"{where.strip()} : pas de « _ » dans ce nom")
        clients[name] = str(section.get("client_id"))
    if not is_authlib_installed():
        fautes.append("Authlib n'est pas installé : pip install -r requirements.txt")
    if fautes:
        raise ConnexionInvalide([f"secrets.toml, [auth] {faute}" for faute in fautes])
    return Connexion(f"{there.scheme}://{there.netloc}", secret, clients)


@cache
def connexion() -> Connexion | None:
    """Sign-in as it was set when the server started; None where it is not.

    Raises:
        ConnexionInvalide: with every fault.
    """
    auth = get_secrets_auth_section()
    found = auth.to_dict() if auth else {}
    if "redirect_uri" in found:
        found["redirect_uri"] = get_redirect_uri(auth)
    return read_connexion(found)


_fermees: dict[str, float] = {}  # sessions that were signed out, until they would have ended
_verrou = threading.Lock()


def _mark(claims: Mapping[str, Any]) -> str:
    """One session: what a provider signs differs at each sign-in."""
    said = [str(claims.get(k)) for k in ("provider", "iss", "sub", "iat", "nonce")]
    return sha256("\0".join(said).encode()).hexdigest()


def close(claims: Mapping[str, Any]) -> None:
    """Sign a session out: a copy of its cookie, or another tab, opens nothing any more."""
    expires = claims.get("exp")
    now = datetime.now(UTC).timestamp()
    with _verrou:
        for gone in [mark for mark, end in _fermees.items() if end < now]:
            del _fermees[gone]
        if isinstance(expires, int | float) and expires > now:
            _fermees[_mark(claims)] = float(expires)


def is_closed(claims: Mapping[str, Any]) -> bool:
    with _verrou:
        return _mark(claims) in _fermees
