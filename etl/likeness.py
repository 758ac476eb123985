"""Which header is most likely which column: by likeness with the words that tools use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from etl.cells import unaccented

SEUIL = 0.72  # likeness under which nothing is proposed
_LOIN = SEUIL - 0.02

# What tools write above each column, in French and English, the surest first.
MOTS: dict[str, tuple[str, ...]] = {
    "date": (
        "date", "jour", "day", "date d'envoi", "envoyé le", "send date", "sent on", "date de publication", "publié le",
        "published at", "release date", "date de l'événement", "event date", "date de la séance", "start date",
    ),
    "periode": ("période", "mois", "period", "month", "date"),
    "debut": ("début", "date de début", "du", "start date", "from"),
    "fin": ("fin", "date de fin", "au", "end date", "to"),
    "campagne": ("numéro de l'envoi", "no d'envoi", "identifiant", "id", "campaign id", "message id", "code"),
    "titre": (
        "titre", "nom de l'envoi", "nom de la campagne", "nom du message", "campagne", "campaign", "campaign name",
        "sujet", "objet", "subject", "title", "nom de l'événement", "event name", "événement", "event",
    ),
    "livres": (
        "livrés", "courriels livrés", "nombre de courriels livrés", "délivrés", "delivered", "deliveries",
        "emails delivered", "successful deliveries", "reçus",
    ),
    "ouvertures": ("ouvertures uniques", "unique opens", "opened", "ouverts", "courriels ouverts", "ouvertures", "opens"),
    "clics": ("clics uniques", "unique clicks", "clicked", "cliqués", "clics", "clicks"),
    "desabonnements": ("désabonnements", "désabonnés", "désinscriptions", "unsubscribes", "unsubscribed"),
    "page": ("page", "chemin de la page", "page path", "url", "adresse de la page", "path"),
    "visites": ("visites", "sessions", "visits"),
    "vues": ("vues", "pages vues", "vues de pages", "pageviews", "page views", "views", "impressions"),
    "episode": ("épisode", "titre de l'épisode", "titre", "episode", "episode title", "title"),
    "lectures": ("téléchargements", "écoutes", "lectures", "downloads", "plays", "listens", "total downloads"),
    "ecoutes": ("écoutes d'une minute ou plus", "streams"),
    "heures": ("heures d'écoute", "heures", "hours", "consumption hours"),
    "abonnes": ("abonnés", "followers", "subscribers", "fans"),
    "seance": ("numéro de la séance", "numéro", "identifiant", "event id", "id"),
    "inscrits": ("inscrits", "inscriptions", "registrations", "registered", "registrants", "billets vendus", "tickets sold"),
    "annules": ("annulés", "annulations", "cancelled", "canceled"),
    "presents": ("présents", "présences", "participants", "attendees", "attended", "checked in", "attendance"),
    "compte": ("compte", "nom du compte", "account", "profil", "profile"),
    "interactions": ("interactions", "engagements", "engagement", "réactions"),
    "etat": (
        "état", "statut", "status", "attendee status", "order status", "statut du participant", "présence", "attended",
        "checked in", "statut de l'inscription", "registration status", "statut de la commande",
    ),
    "quantite": (
        "quantité", "quantity", "nombre de billets", "billets", "tickets", "ticket quantity", "nombre de places", "places",
    ),
}  # fmt: skip
_TAUX = re.compile(r"%|\b(?:taux|rate|pourcentage|percent(?:age)?|ratio|moyenne?|average)\b")

_MOMENT = re.compile(r"\b(?:dates?|heure (?:de|du|d)|duree|duration|time)\b")


@lru_cache(20_000)
def _plain(text: str) -> str:
    return " ".join(re.findall("[a-z0-9]+", unaccented(text)))


@lru_cache(20_000)
def is_rate(header: str) -> bool:
    """Does a header announce a rate, or a mean? Neither is ever a count."""
    return bool(_TAUX.search(unaccented(header)))


@lru_cache(20_000)
def is_moment(header: str) -> bool:
    """Does a header announce a day, an hour or how long? « Registration date » is no number of registrations."""
    return bool(_MOMENT.search(unaccented(header)))


@lru_cache(50_000)
def _ratio(a: str, b: str) -> float:
    found = SequenceMatcher(None, a, b)
    # what cannot be like enough is told from the lengths, then from the letters, before it is compared
    if not (a and b) or found.real_quick_ratio() < _LOIN or found.quick_ratio() < _LOIN:
        return 0.0
    return found.ratio()


def likeness(first: str, second: str) -> float:
    """0 to 1, without accents, case or punctuation; 0 for all that is too far to be proposed."""
    return _ratio(_plain(first)[:120], _plain(second)[:120])


def nearest(
    wanted: Mapping[str, Iterable[str]], headers: Sequence[str], allowed: Callable[[str, str], bool]
) -> dict[str, str]:
    """For each name, the header that is most like one of its words; a header serves once, the best pair first."""
    pairs = []
    for order, (name, words) in enumerate(wanted.items()):
        texts = list(words)
        for rank, header in enumerate(headers):
            # a word further down the list is a little less sure
            score = max((likeness(w, header) - 0.001 * k for k, w in enumerate(texts)), default=0.0)
            if score >= _LOIN and allowed(name, header):
                pairs.append((-score, order, rank, name, header))
    out: dict[str, str] = {}
    for *_, name, header in sorted(pairs):
        if name not in out and header not in out.values():
            out[name] = header
    return out
