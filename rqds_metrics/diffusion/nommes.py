"""Does a text name a figure, in digits or in words. Pure."""

from __future__ import annotations

import re
from typing import Protocol

from rqds_metrics.regles.formats import pourcent
from rqds_metrics.regles.textes import strip_controls

_CHIFFRES = re.compile(r"\d+(?:[ \u00a0\u202f]\d{3})*(?:[.,]\d+)?")
_LETTRES = "a-zàâçéèêëîïôùûü"
_MOT = re.compile(f"[{_LETTRES}]+(?:-[{_LETTRES}]+)*")
_UNITES = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf"
).split()
_DIZAINES = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}


def _spelled() -> dict[str, float]:
    """The numbers under 100, in words."""
    out = {mot: float(n) for n, mot in enumerate(_UNITES)}
    for dix, mot in _DIZAINES.items():
        out |= {f"{mot}-{_UNITES[k]}": float(dix + k) for k in range(1, 20 if dix >= 60 else 10)}
        out |= {mot: float(dix), f"{mot}-et-un": dix + 1.0, f"{mot}-et-onze": dix + 11.0}
    return out | {"quatre-vingts": 80.0, "aucun": 0.0, "aucune": 0.0, "une": 1.0, "seul": 1.0, "seule": 1.0}


_MOTS = _spelled()
_PARTS = {
    "moitié": 0.5,
    "tiers": 1 / 3,
    "quart": 0.25,
    "unanimité": 1.0,
    "unanime": 1.0,
    "unanimes": 1.0,
    "unanimement": 1.0,
    "tous": 1.0,
    "toutes": 1.0,
    "aucun": 0.0,
    "aucune": 0.0,
}
_FRACTIONS = {
    "tiers": 3,
    "quart": 4,
    "cinquième": 5,
    "sixième": 6,
    "septième": 7,
    "huitième": 8,
    "neuvième": 9,
    "dixième": 10,
}
_ARTICLES = frozenset({"un", "une"})  # said of anything
_NOMBRE = rf"(?<![\d,.{_LETTRES}-])(\d+|{'|'.join(sorted(_MOTS, key=len, reverse=True))})(?![\d{_LETTRES}])"
_FRACTION = re.compile(rf"{_NOMBRE}[ -]({'|'.join(_FRACTIONS)})s?\b")
_PAIRE = re.compile(rf"{_NOMBRE}(?:(?: [{_LETTRES}]+)? (?:des|sur(?: les)?) |\s*/\s*){_NOMBRE}")
_POURCENT = re.compile(r"(\d+(?:[.,]\d+)?)[ \u00a0\u202f]*(?:%|pour cent)")
_PRES = 0.025  # a rate said to the nearest five percent


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
    """Is the value, its share in percent or in words, one of its two numbers or their difference written in `texte`."""
    counts = {x for x in (v.numerateur, v.denominateur, v.n) if x is not None}
    if v.numerateur is not None and v.denominateur is not None:
        counts.add(v.denominateur - v.numerateur)
    said = _said(texte)
    words = set(_MOT.findall(said)) - _ARTICLES
    written = {_number(m) for m in _CHIFFRES.findall(said)} | {_MOTS[w] for w in words if w in _MOTS}
    if counts & written:
        return True
    if v.valeur is None:
        return False
    shares = {_number(re.sub(r"[^\d,.-]", "", pourcent(v.valeur, d))) for d in (0, 1, 2)} | {v.valeur}
    near = any(abs(_number(m) / 100 - v.valeur) < _PRES for m in _POURCENT.findall(said))
    parts = [_PARTS[w] for w in words if w in _PARTS] + [a / b for a, b in _pairs(said) if b]
    parts += [_count(m) / _FRACTIONS[of] for m, of in _FRACTION.findall(said)]
    return bool(shares & written) or near or any(abs(part - v.valeur) < 0.005 for part in parts)


def quotes(texte: str, v: Valeur) -> bool:
    """Are the two numbers of a rate written side by side in `texte`: « 3 sur 4 », « une des quatre » who is not."""
    if v.numerateur is None or v.denominateur is None:
        return False
    both = {(v.numerateur, v.denominateur), (v.denominateur - v.numerateur, v.denominateur)}
    return any(pair in both for pair in _pairs(_said(texte)))


def _said(texte: str) -> str:
    """A text in lower case, where each number in words is one word."""
    plain = re.sub(r"[\u00a0\u202f]", " ", strip_controls(texte).lower())
    return re.sub(r" et (un|onze)\b", r"-et-\1", plain)


def _pairs(said: str) -> list[tuple[float, float]]:
    return [(_count(a), _count(b)) for a, b in _PAIRE.findall(said)]


def _count(word: str) -> float:
    return float(word) if word.isdecimal() else _MOTS[word]


def _number(text: str) -> float:
    return float(re.sub(r"[ \u00a0\u202f]", "", text).replace(",", "."))
