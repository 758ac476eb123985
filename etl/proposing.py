"""Which headers of a file are which columns: for a mapping to be made, and for one whose export has changed."""

from __future__ import annotations

from collections.abc import Sequence

from etl.cells import normal
from etl.champs import Ligne, columns_of, dates_of, kind_of, may_hold
from etl.correspondance import Correspondance
from etl.likeness import MOTS, is_moment, nearest

_ASSEZ = 0.5  # share of the mapped headers that a file must hold to be the same export, changed
_SURES = 3  # headers still there that say it by themselves, when nothing is like those that are gone


def missing(correspondance: Correspondance, headers: Sequence[str]) -> dict[str, str]:
    """What is mapped to a header that the file does not have."""
    there = {normal(h) for h in headers}
    return {k: h for k, h in correspondance.champs.items() if normal(h) not in there}


def proposals(correspondance: Correspondance, headers: Sequence[str]) -> dict[str, str]:
    """For each mapped header that is gone, the likeliest of the file's that are not mapped. None like it: no entry."""
    gone = missing(correspondance, headers)
    mapped = {normal(h) for h in correspondance.champs.values()}
    free = [h for h in headers if h and normal(h) not in mapped]
    wanted = {k: (h, *MOTS.get(k, ())) for k, h in gone.items()}
    return nearest(wanted, free, lambda k, h: _likely(correspondance.famille, k, h))


def _likely(famille: str, champ: str, header: str) -> bool:
    counts = kind_of(famille, champ) in ("int", "number") and champ != "heures"
    return may_hold(famille, champ, header) and not (counts and is_moment(header))


def repairable(correspondance: Correspondance, headers: Sequence[str]) -> bool:
    """Is it the same export with some headers changed: most are there, or have one very like them."""
    gone = len(missing(correspondance, headers))
    found = len(proposals(correspondance, headers))
    total = len(correspondance.champs)
    sure = found > 0 or total - gone >= _SURES
    return gone > 0 and sure and total - gone + found > _ASSEZ * total


def guessed(famille: str, ligne: Ligne, headers: Sequence[str]) -> dict[str, str]:
    """The likeliest header of each column that may be mapped, from the words that tools use."""
    wanted = {k: MOTS[k] for k in (*dates_of(ligne), *columns_of(famille, ligne))}
    found = nearest(wanted, headers, lambda k, h: _likely(famille, k, h))
    if "periode" in found and {"debut", "fin"} <= set(found):
        del found["periode"]
    elif "periode" in found:
        found = {k: h for k, h in found.items() if k not in ("debut", "fin")}
    return found
