"""A real OpenID provider on this machine (oidc-provider-mock), which a test may make sign wrongly.

It signs people in as one of ours would; `abimer` changes what a token says, or how it is signed, at the last moment.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import flask
import oidc_provider_mock
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET, COOKIE = "rqds-essai", "secret-du-client", "0123456789abcdef-pour-les-essais-seulement"


@dataclass
class Fournisseur:
    """A provider that listens. `abimer`: claims -> claims, of each token that it signs; `cle`: another key to sign with."""

    adresse: str
    abimer: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    cle: RSAKey | None = None
    jetons: list[dict[str, Any]] = field(default_factory=list)  # the claims that were signed

    def add(self, sub: str, **claims: object) -> None:
        """Someone who can sign in, under the name `sub`."""
        request = Request(
            f"{self.adresse}/users/{quote(sub)}",
            json.dumps(claims).encode(),
            {"content-type": "application/json"},
            method="PUT",
        )
        urlopen(request).close()

    def reset(self) -> None:
        self.abimer, self.cle = None, None


@contextmanager
def fournisseur() -> Iterator[Fournisseur]:
    app = oidc_provider_mock.app(require_nonce=True)
    here = Fournisseur("")

    @app.after_request
    def sign_again(response: flask.Response) -> flask.Response:
        if flask.request.path != "/oauth2/token" or response.status_code != 200:
            return response
        body = response.get_json()
        key = RSAKey.import_key(flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True))
        token = jwt.decode(body["id_token"], key)
        claims = here.abimer(dict(token.claims)) if here.abimer else dict(token.claims)
        here.jetons.append(claims)
        signer = here.cle or key
        body["id_token"] = jwt.encode({"alg": "RS256", "kid": key.kid or key.thumbprint()}, claims, signer)
        response.set_data(json.dumps(body))
        return response

    server = make_server("127.0.0.1", 0, app, threaded=True)
    here.adresse = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=lambda: server.serve_forever(0.05), daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def claims_of(courriel: str | None, **more: object) -> dict[str, object]:
    """The claims of someone, as `add` takes them."""
    found: dict[str, object] = {"name": "Nom du compte", "email": courriel, "email_verified": True} | more
    return {k: v for k, v in found.items() if v is not None}


def settle(folder: Path, adresse: str, port: int, personnes: str) -> dict[str, str]:
    """Write secrets.toml and acces.yaml in a folder; the environment that makes the app read them."""
    (folder / "secrets.toml").write_text(
        "[auth]\n"
        f'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
        f'cookie_secret = "{COOKIE}"\nclient_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
        f'server_metadata_url = "{adresse}/.well-known/openid-configuration"\n',
        encoding="utf-8",
    )
    (folder / "acces.yaml").write_text(personnes, encoding="utf-8")
    return {"STREAMLIT_SECRETS_FILES": str(folder / "secrets.toml"), "RQDS_ACCES": str(folder / "acces.yaml")}


def signed(claims: dict[str, Any], secret: str = COOKIE) -> str:
    """The cookie that Streamlit would write for these claims."""
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    return create_signed_value(secret, "_streamlit_user", json.dumps(claims)).decode()


def cookie_claims(origine: str, courriel: str | None = None, **more: Any) -> dict[str, Any]:
    """Claims as Streamlit keeps them after a good sign-in, now."""
    now = int(time.time())
    found = {
        "iss": "http://127.0.0.1", "aud": CLIENT, "sub": courriel or "x", "iat": now, "exp": now + 3600,
        "nonce": f"n{time.monotonic_ns()}", "email": courriel, "email_verified": True, "origin": origine,
        "is_logged_in": True, "provider": "default",
    }  # fmt: skip
    return {k: v for k, v in (found | more).items() if v is not None}
