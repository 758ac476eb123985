"""Figures given name by name (a network, a member, an activity): how they make those of the indicator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

Ligne = tuple[date, date, float | None, float | None, float]  # debut, fin, numerateur, denominateur, n


class Nommee(NamedTuple):
    """A figure, and the name it is of; None when it speaks of all."""

    nom: str | None
    ligne: Ligne


def together(lignes: Sequence[Nommee], *, level: bool) -> list[Ligne]:
    """The figures of the indicator.

    Counts and the two numbers of a rate are left as they are: they add up by themselves. A level (`level`) becomes
    the sum, on each date, of the last level of each name. A figure of all whose days a named one speaks of too is
    left out: it would count twice.
    """
    named = [x for x in lignes if x.nom]
    if not named:
        return [x.ligne for x in lignes]
    spans = [x.ligne[:2] for x in named]
    kept = [x for x in lignes if x.nom or not any(a <= x.ligne[1] and x.ligne[0] <= b for a, b in spans)]
    if not level:
        return [x.ligne for x in kept]
    out: list[Ligne] = []
    last: dict[str, float] = {}
    for nom, (debut, fin, num, den, n) in sorted(kept, key=lambda x: (x.ligne[1], x.ligne[0], x.nom or "")):
        if nom and num is not None:
            last[nom.casefold()] = num
            num = sum(last.values())
        elif not nom:
            last = {}  # a level of all starts over
        out.append((debut, fin, num, den, n))
    return out
