"""Answers on a scale of satisfaction: which are satisfied, which are not, which leave the denominator.

Labels compare whole (« insatisfait » contains « satisfait »), in French and English, in any gender: « satisfait·e »,
« satisfaite », « satisfait(e) », « satisfait.e ».
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pandas as pd

from etl.cells import unaccented

_GENDER = re.compile(r"(satisfait)(?:\(e\)|[·•.\-/]e|e)?(?:\(s\)|[·•.\-/]s|s)?(?![a-z])")
_INCLUSIVE = re.compile(r"[·•]")

_YES = {
    "extremement satisfait", "tres satisfait", "totalement satisfait", "entierement satisfait", "completement satisfait",
    "pleinement satisfait", "tout a fait satisfait", "satisfait", "plutot satisfait", "assez satisfait",
    "extremely satisfied", "very satisfied", "totally satisfied", "completely satisfied", "fully satisfied", "satisfied",
    "mostly satisfied", "rather satisfied", "quite satisfied", "fairly satisfied", "somewhat satisfied",
}  # fmt: skip
_NO = {
    "moyennement satisfait", "peu satisfait", "tres peu satisfait", "pas vraiment satisfait", "plutot pas satisfait",
    "pas tres satisfait", "pas satisfait", "non satisfait", "pas du tout satisfait", "aucunement satisfait",
    "ni satisfait ni insatisfait", "ni satisfait, ni insatisfait", "neutre",
    "plutot insatisfait", "assez insatisfait", "un peu insatisfait", "insatisfait", "tres insatisfait",
    "totalement insatisfait", "completement insatisfait", "extremement insatisfait",
    "not very satisfied", "not satisfied", "not at all satisfied", "not so satisfied", "slightly satisfied",
    "neither satisfied nor dissatisfied", "neutral", "somewhat dissatisfied", "slightly dissatisfied",
    "rather dissatisfied", "mostly dissatisfied", "dissatisfied", "very dissatisfied", "completely dissatisfied",
    "totally dissatisfied", "extremely dissatisfied", "unsatisfied", "somewhat unsatisfied", "very unsatisfied",
}  # fmt: skip
_OUT = {
    "sans opinion", "pas d'opinion", "aucune opinion", "ne se prononce pas", "je ne me prononce pas", "ne sais pas",
    "ne sait pas", "je ne sais pas", "ne sait pas / ne repond pas", "nsp", "nspp", "ne s'applique pas", "non applicable",
    "sans objet", "s.o.", "s. o.", "s/o", "so", "n/a", "na", "n.a.", "n. a.", "prefere ne pas repondre",
    "je prefere ne pas repondre", "pas de reponse", "no opinion", "don't know", "i don't know", "not applicable",
    "does not apply", "prefer not to say", "prefer not to answer", "no answer",
}  # fmt: skip


class Answers(NamedTuple):
    """`satisfait`: True, False, or null for those that leave the denominator. `known`: is the label on the scale?"""

    satisfait: pd.Series
    known: pd.Series


def label(text: str) -> str:
    """How a label compares: no accents, case or gender."""
    plain = _GENDER.sub(r"\1", unaccented(text).rstrip(" .!;"))
    return _INCLUSIVE.sub("", plain)


def read_answers(series: pd.Series) -> Answers:
    """Each answer of a question; blank ones are null and known."""
    labels = {text: label(text) for text in series.unique()}
    verdict = {text: True if name in _YES else False if name in _NO else None for text, name in labels.items()}
    on_scale = {text: name in _YES or name in _NO or name in _OUT or name == "" for text, name in labels.items()}
    return Answers(series.map(verdict).astype("boolean"), series.map(on_scale).astype("bool"))


def is_scale(series: pd.Series) -> bool:
    """Is it a question of satisfaction: more than half of its answers say satisfied or not, by whole labels."""
    given = series[series.str.strip() != ""]
    return len(given) > 0 and bool(read_answers(given).satisfait.notna().sum() * 2 > len(given) - _out(given))


def _out(given: pd.Series) -> int:
    """Answers that say nothing of the scale."""
    return sum(label(text) in _OUT for text in given)
