"""Send an e-mail through the organisation's own server, where one is configured.

Settings: the section [courriel] of .streamlit/secrets.toml, or the environment (RQDS_COURRIEL_HOTE, …), which wins.
"""

from __future__ import annotations

import os
import smtplib
import ssl
import tomllib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from rqds_metrics.plan import RACINE

SECRETS = RACINE / ".streamlit" / "secrets.toml"
CHAMPS = ("hote", "port", "securite", "utilisateur", "mot_de_passe", "de", "a")
SECURITES = ("starttls", "tls", "aucune")


class CourrielImpossible(Exception):
    """The e-mail cannot leave; the message says why, in French."""


@dataclass(frozen=True)
class Serveur:
    """Where and how to send. `a`: the people it goes to."""

    hote: str
    port: int
    securite: str
    utilisateur: str
    mot_de_passe: str
    de: str
    a: tuple[str, ...]


def configured(secrets: Path = SECRETS) -> Serveur | None:
    """The server to send through; None where none is configured.

    Raises:
        CourrielImpossible: the settings are incomplete or cannot be read.
    """
    found: dict[str, object] = {}
    if secrets.exists():
        try:
            found = dict(tomllib.loads(secrets.read_text(encoding="utf-8")).get("courriel", {}))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, ValueError) as error:
            raise CourrielImpossible(f"{secrets.name} ne se lit pas : vérifiez la section [courriel].") from error
    for name in CHAMPS:
        if value := os.environ.get(f"RQDS_COURRIEL_{name.upper()}"):
            found[name] = value
    if not found.get("hote"):
        return None
    if missing := [n for n in ("de", "a") if not found.get(n)]:
        raise CourrielImpossible(
            f"Réglage du courriel incomplet : il manque {' et '.join(f'« {m} »' for m in missing)}."
        )
    security = str(found.get("securite") or "starttls")
    if security not in SECURITES:
        raise CourrielImpossible(f"Sécurité du courriel inconnue : « {security} » (parmi {', '.join(SECURITES)}).")
    port = str(found.get("port") or {"tls": 465, "starttls": 587, "aucune": 25}[security])
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CourrielImpossible(f"Port du courriel inutilisable : « {port} ».")
    to = found["a"]
    people = [str(x) for x in to] if isinstance(to, list) else str(to).split(",")
    user, password = (str(found.get(n) or "") for n in ("utilisateur", "mot_de_passe"))
    if user and security == "aucune":
        raise CourrielImpossible(
            "Un mot de passe ne part pas sans chiffrement : réglez « securite » à starttls ou tls."
        )
    cleaned = tuple(p.strip() for p in people if p.strip())
    return Serveur(str(found["hote"]), int(port), security, user, password, str(found["de"]), cleaned)


def send(serveur: Serveur, sujet: str, texte: str) -> None:
    """Send one plain message to everyone of the settings.

    Raises:
        CourrielImpossible: the server cannot be reached or refuses.
    """
    message = EmailMessage()
    try:
        message["Subject"], message["From"], message["To"] = sujet, serveur.de, ", ".join(serveur.a)
    except ValueError as error:
        raise CourrielImpossible("Une adresse du courriel est inutilisable : voyez « de » et « a ».") from error
    message["Date"], message["Message-ID"] = formatdate(localtime=True), make_msgid(domain="rqds.local")
    message.set_content(texte)
    context = ssl.create_default_context()
    try:
        if serveur.securite == "tls":
            client: smtplib.SMTP = smtplib.SMTP_SSL(serveur.hote, serveur.port, timeout=30, context=context)
        else:
            client = smtplib.SMTP(serveur.hote, serveur.port, timeout=30)
        with client:
            if serveur.securite == "starttls":
                client.starttls(context=context)
            if serveur.utilisateur:
                client.login(serveur.utilisateur, serveur.mot_de_passe)
            client.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        where = f"{serveur.hote}, port {serveur.port}"
        raise CourrielImpossible(f"Le courriel n'est pas parti ({where}) : {type(error).__name__}.") from error
