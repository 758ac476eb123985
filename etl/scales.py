"""Closed scales of answers: satisfaction, agreement, quality… (scales.yaml) and small whole numbers.

Labels compare whole (« insatisfait » contains « satisfait »), in French and English, in any gender: « satisfait·e »,
« satisfaite », « satisfait(e) », « satisfait.e ». What is not on a scale that is known here is free text, and dropped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, NamedTuple

import pandas as pd
from pydantic import BeforeValidator, Field

from etl.cells import unaccented
from rqds_metrics.plan import Strict, _tuple
from rqds_metrics.yaml_strict import DefinitionError, read_yaml, validate

FICHIER = Path(__file__).with_name("scales.yaml")
SATISFACTION = "satisfaction"
PRESQUE_TOUTES = 0.8  # share of the answers that must be on a scale other than satisfaction

# « satisfait·e·s », « bon(ne) », « intéressé.e », « important-e » : the ending is put aside …
_INCLUSIF = re.compile(
    r"(?<=[a-z]{2})(?:\((?:e|ne|le|te)s?\)|[·•.\-/](?:e|ne|le|te)(?![a-z]))(?:\(s\)|[·•.\-/]?s(?![a-z]))?"
)
_PLURIEL = re.compile(r"(?<=[a-z]{2})(?:\(s\)|[·•.]s(?![a-z]))")
# … and so are the feminine and the plural of the adjectives that scales are made of
_ADJECTIF = re.compile(
    r"\b(satisfait|insatisfait|excellent|mauvais|important|pertinent|interesse|remarquable|exceptionnel|essentiel|primordial"
    r"|utile|inutile|facile|difficile|faible|mediocre|passable|acceptable|correct|probable|improbable)"
    r"(?:l?e)?s?(?![a-z])"
)
_BON = re.compile(r"\b(bon|moyen)(?:ne)?s?(?![a-z])")
_POINTS = re.compile(r"[·•]")
_PREFIXE = re.compile(r"^\d{1,2} ?(?:[-–—:=.)]) ?(?=\D)|^\(\d{1,2}\) ?(?=\D)")
_SUFFIXE = re.compile(r"(?<=[a-z]) ?\(\d{1,2}\)$")


class Echelle(Strict):
    """A scale of words: its levels, the highest first; how many of them are satisfied, unless someone says otherwise."""

    titre: str
    connu: bool
    part: int = Field(gt=0)
    niveaux: Annotated[tuple[Annotated[tuple[str, ...], BeforeValidator(_tuple)], ...], BeforeValidator(_tuple)]


class Bornes(Strict):
    """A scale of whole numbers, and the satisfied ones by default."""

    de: int
    a: int
    satisfaits: Annotated[tuple[int, ...], BeforeValidator(_tuple)]

    @property
    def nom(self) -> str:
        return f"{self.de}-{self.a}"


class Echelles(Strict):
    hors: Annotated[tuple[str, ...], BeforeValidator(_tuple)]
    echelles: dict[str, Echelle]
    numeriques: Annotated[tuple[Bornes, ...], BeforeValidator(_tuple)]
    recommandation: Annotated[tuple[int, ...], BeforeValidator(_tuple)]
    notes: Annotated[tuple[str, ...], BeforeValidator(_tuple)]
    comptes: Annotated[tuple[str, ...], BeforeValidator(_tuple)]


@cache
def load_echelles() -> Echelles:
    """The scales.

    Raises:
        DefinitionError: with every fault of the file.
    """
    lu = read_yaml(FICHIER)
    found = validate(Echelles, lu)
    if found is None or lu.defauts:
        raise DefinitionError(lu.defauts)
    return found


@lru_cache(4096)
def label(text: str) -> str:
    """How a label compares: no accents, case, gender, plural or number before it."""
    plain = unaccented(text).rstrip(" .!;")
    plain = _SUFFIXE.sub("", _PREFIXE.sub("", plain))
    plain = _PLURIEL.sub("", _INCLUSIF.sub("", plain))
    plain = _BON.sub(r"\1", _ADJECTIF.sub(r"\1", plain))
    return _POINTS.sub("", plain)


@cache
def _ranks(nom: str) -> dict[str, int]:
    """Label -> its level on a scale, 0 the highest."""
    return {label(w): rank for rank, words in enumerate(load_echelles().echelles[nom].niveaux) for w in words}


@cache
def _out() -> frozenset[str]:
    return frozenset(label(w) for w in load_echelles().hors)


def is_out(text: str) -> bool:
    """Does this answer say nothing of the scale: blank, « Sans opinion », « N/A »?"""
    name = label(text)
    return name == "" or name in _out()


def rank_of(nom: str, text: str) -> int | None:
    """The level of an answer on a scale, 0 the highest; None off the scale. « 1-5 » and the like: by number."""
    if nom in load_echelles().echelles:
        return _ranks(nom).get(label(text))
    number = re.match(r"\d+", text)
    top = nom.rsplit("-", 1)[-1]
    return int(top) - int(number[0]) if number and top.isdigit() else None


def default_part(nom: str, text: str, question: str = "", *, haut: bool = True) -> bool | None:
    """Is an answer satisfied, as a scale is most often read? None off the scale. `haut`: is its high end the good one?"""
    rank, known = rank_of(nom, text), load_echelles()
    if rank is None:
        return None
    if nom in known.echelles:
        scale = known.echelles[nom]
        return (rank if haut else len(scale.niveaux) - 1 - rank) < scale.part
    bounds = next((b for b in known.numeriques if b.nom == nom), None)
    if bounds is None:
        return None
    value = bounds.a - rank if haut else bounds.de + rank
    if bounds.a == 10 and haut and "recomm" in unaccented(question):
        return value in known.recommandation
    return value in bounds.satisfaits


def ordered(nom: str, texts: Iterable[str]) -> list[str]:
    """Answers from the highest of the scale to the lowest, then those off it; every number of a scale of numbers."""
    given = list(dict.fromkeys(texts))
    bounds = next((b for b in load_echelles().numeriques if b.nom == nom), None)
    if bounds:
        seen = {rank_of(nom, t) for t in given}
        given += [str(n) for n in range(bounds.de, bounds.a + 1) if bounds.a - n not in seen]
    ranks = {t: rank_of(nom, t) for t in given}
    return sorted(given, key=lambda t: (ranks[t] is None, ranks[t] or 0, t))


class Answers(NamedTuple):
    """`satisfait`: True, False, or null for those that leave the denominator. `known`: is the label on the scale?"""

    satisfait: pd.Series
    known: pd.Series


def verdicts(texts: Iterable[str], nom: str) -> dict[str, bool | None]:
    """Is each answer satisfied, when the scale says it by itself; null for those that leave the denominator."""
    sure = nom in load_echelles().echelles and load_echelles().echelles[nom].connu
    return {t: default_part(nom, t) if sure else None for t in texts}


def read_answers(series: pd.Series, nom: str = SATISFACTION) -> Answers:
    """Each answer of a question; blank ones are null and known. Null too while nobody said what is satisfied."""
    texts = series.unique().tolist()
    verdict = verdicts(texts, nom)
    on_scale = {t: is_out(t) or rank_of(nom, t) is not None for t in texts}
    return Answers(series.map(verdict).astype("boolean"), series.map(on_scale).astype("bool"))


def find_scale(series: pd.Series) -> str | None:
    """The scale of words that a question's answers are on, by whole labels; None when they are on none.

    More than half must be on the scale of satisfaction, and nearly all on another one.
    """
    counts = series[series.str.strip() != ""].value_counts()
    said = Counter[str]()
    for text, n in zip(counts.index.tolist(), counts.tolist(), strict=True):
        if not is_out(text):
            said[label(text)] += n
    total = said.total()
    best, most = None, 0
    for nom in load_echelles().echelles:  # the first of two that say as much
        on = sum(said[name] for name in said.keys() & _ranks(nom).keys())
        enough = on * 2 > total if nom == SATISFACTION else on >= PRESQUE_TOUTES * total
        if enough and on > most:
            best, most = nom, on
    return best
