"""Ratings: small whole numbers between clear bounds, given to a question that asks for a rating. Nothing else is one.

An age, a postal code, a number of children are numbers too: the question must name its bounds, or ask to rate, and
must not ask to count. What is satisfied on a scale of numbers is always for a person to say.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import pandas as pd

from etl.cells import unaccented
from etl.privacy import is_personal
from etl.scales import Bornes, is_out, load_echelles, rank_of

_STATED = re.compile(
    r"\b(?:(?:de|from|entre) )?([01]) ?(?:a|to|et|and|-|–|/) ?(3|4|5|6|7|10)\b(?! ?(?:ans|h|heures?|personnes|fois|years))"
)
_ENDS = re.compile(r"\b([01]) ?[=(:].*?\b(3|4|5|6|7|10) ?[=(:]")  # « 1 = pas du tout, 5 = tout à fait »
_SUR = re.compile(r"(?:\bsur|\bout of|/) ?(5|10)\b")
_BARE = re.compile(r"(\d{1,2})(?:[.,]0+)?(?: ?(?:/|sur|out of) ?(\d{1,2}))?(?: ?(?:etoiles?|stars?|★|⭐))?")
_NAMED = re.compile(r"\(?(\d{1,2})\)? ?[-–—:=.)]? ?(.*)|(.*?) ?\((\d{1,2})\)")


class Ratings(NamedTuple):
    """`nom`: « 1-5 ». `reponses`: each answer as it is kept (« 4 », « 4 - Satisfait »), "" where blank."""

    nom: str
    reponses: pd.Series


@cache
def _starts(words: tuple[str, ...], *, whole: bool) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + r")" + (r"\b" if whole else ""))


def stated_bounds(question: str) -> Bornes | None:
    """The bounds that a question names: « de 1 à 5 », « 0-10 », « sur 10 »."""
    text = unaccented(question)
    for low, high in [*_STATED.findall(text), *_ENDS.findall(text)]:
        found = next((b for b in load_echelles().numeriques if (b.de, b.a) == (int(low), int(high))), None)
        if found:
            return found
    out_of = _SUR.search(text)
    return _bounds(1 if out_of[1] == "5" else 0, int(out_of[1])) if out_of else None


def asks_to_rate(question: str) -> bool:
    """Does a question ask for a rating, by its words, and not for a count, an age or a code?"""
    known, text = load_echelles(), unaccented(question)
    if is_personal(question) or _starts(known.comptes, whole=True).search(text):
        return False
    return stated_bounds(question) is not None or bool(_starts(known.notes, whole=False).search(text))


def _bounds(low: int, high: int) -> Bornes | None:
    """The smallest known scale that holds these two numbers, from 1 unless a zero was given."""
    fits = [b for b in load_echelles().numeriques if (b.de == 0) == (low == 0) and b.de <= low and high <= b.a]
    return min((b for b in fits if b.a >= 5), key=lambda b: b.a, default=None)


def find_ratings(question: str, answers: pd.Series) -> Ratings | None:
    """The answers as ratings; None unless every one of them is a whole number of one scale, or leaves it."""
    if not asks_to_rate(question):
        return None
    read: dict[str, tuple[int, str]] = {}
    for text in answers.unique():
        if is_out(text):
            continue
        found = _number(text)
        if found is None:
            return None
        read[text] = found
    if not read:
        return None
    low, high = min(n for n, _ in read.values()), max(n for n, _ in read.values())
    bounds = stated_bounds(question) or _bounds(0 if high > 5 and "recomm" in unaccented(question) else low, high)
    if bounds is None or low < bounds.de or high > bounds.a:
        return None
    kept = {text: read[text][1] if text in read else text for text in answers.unique()}
    return Ratings(bounds.nom, answers.map(kept).astype("str"))


def _number(text: str) -> tuple[int, str] | None:
    """The number of an answer, and how it is kept; None when other words than a known label go with it."""
    text = " ".join(text.split())
    plain = unaccented(text)
    bare = _BARE.fullmatch(plain)
    if bare:
        return (int(bare[1]), str(int(bare[1]))) if bare[2] in (None, "5", "10") else None
    if set(plain) == {"★"} or set(plain) == {"⭐"}:
        return len(plain), str(len(plain))
    named = _NAMED.fullmatch(text)
    if not named:
        return None
    number, words = int(named[1] or named[4]), named[2] or named[3] or ""
    known = any(rank_of(nom, words) is not None for nom in load_echelles().echelles)
    return (number, f"{number} - {words}") if known else None
