"""Does a text name a figure, in digits or in words. Pure."""

from __future__ import annotations

import re
from typing import Protocol

from rqds_metrics.regles.formats import pourcent
from rqds_metrics.regles.textes import strip_controls

_CHIFFRES = re.compile(r"\d+(?:[ \u00a0\u202f]\d{3})*(?:[.,]\d+)?")
_MOTS = {
    mot: n
    for n, mots in enumerate(
        (
            "aucun aucune zéro|un une seul seule|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|"
            "quinze|seize|dix-sept|dix-huit|dix-neuf|vingt"
        ).split("|")
    )
    for mot in mots.split()
}
_PARTS = {
    "moitié": 0.5,
    "tiers": 1 / 3,
    "quart": 0.25,
    "unanimité": 1.0,
    "tous": 1.0,
    "toutes": 1.0,
    "aucun": 0.0,
    "aucune": 0.0,
}
_ARTICLES = frozenset({"un", "une"})  # said of anything


class Valeur(Protocol):
    """A value and what it is made of; a rate is a fraction."""

    @property
    def valeur(self) -> float | None: ...
    @property
    def numerateur(self) -> float | None: ...
    @property
    def denominateur(self) -> float | None: ...
    @property
    def n(self) -> float | None: ...


def names(texte: str, v: Valeur) -> bool:
    """Is the value, its share in percent, one of its two numbers or their difference written in `texte`."""
    counts = {x for x in (v.numerateur, v.denominateur, v.n) if x is not None}
    if v.numerateur is not None and v.denominateur is not None:
        counts.add(v.denominateur - v.numerateur)
    said = strip_controls(texte).lower()
    written = {float(re.sub(r"[ \u00a0\u202f]", "", m).replace(",", ".")) for m in _CHIFFRES.findall(said)}
    words = set(re.findall(r"[a-zàâçéèêëîïôùûü]+(?:-[a-zàâçéèêëîïôùûü]+)?", said)) - _ARTICLES
    written |= {float(_MOTS[w]) for w in words if w in _MOTS}
    if counts & written:
        return True
    if v.valeur is None:
        return False
    shares = {_number(pourcent(v.valeur, d)) for d in (0, 1, 2)} | {v.valeur}
    return bool(shares & written) or any(abs(_PARTS[w] - v.valeur) < 0.005 for w in words if w in _PARTS)


def _number(percent: str) -> float:
    return float(re.sub(r"[^\d,.-]", "", percent).replace(",", "."))
