"""Texts that come from outside, before they are shown or written."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLES = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def strip_controls(text: str) -> str:
    """`text` without control or direction-changing characters, which could disguise what is shown."""
    return _INVISIBLES.sub("", text)


def plain(text: str) -> str:
    """Lower case, no accents, straight apostrophes: how filters and searches compare (the SQL of releves does the same)."""
    text = unicodedata.normalize("NFD", text.lower().replace("’", "'"))
    return "".join(c for c in text if not unicodedata.combining(c))
