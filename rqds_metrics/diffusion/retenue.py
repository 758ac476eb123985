"""Which survey figures are withheld, because few people answered or because others would give them away. Pure.

A figure is a sum of answers, so whoever reads two of them can subtract one from the other: what is looked for is every
group of answers that sums and differences of published figures isolate. A group under the minimum keeps one of them in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Cle = tuple[str, str]  # (indicateur, exercice)
Groupe = tuple[object, ...]  # a survey (its series), a question, a day: answers that always go together
Raison = Literal["peu", "inconnu", "recoupement", "depuis"]
_CLASSES_MAX = 10  # beyond, only what shares nothing is published


@dataclass(frozen=True)
class Cellule:
    """The answers behind a figure. `reponses`: None when nobody knows how many; `groupes`: which ones, if known."""

    cle: Cle
    reponses: float | None
    groupes: frozenset[Groupe] = frozenset()

    @property
    def par_personne(self) -> int:
        """How many of its answers one person may have given: the questions asked of it in one survey."""
        asked: dict[object, set[object]] = defaultdict(set)
        for serie, question, *_ in self.groupes:
            asked[serie].add(question)
        return max((len(q) for q in asked.values()), default=1)


def withheld(
    cellules: Sequence[Cellule], minimum: int, deja: Mapping[Cle, Iterable[float]] | None = None
) -> dict[Cle, Raison]:
    """What must not be published, and why.

    Args:
        deja: how many answers each figure already had in earlier publications, which everyone may have kept.
    """
    out: dict[Cle, Raison] = {}
    left = []
    for c in cellules:
        if c.reponses is None:
            out[c.cle] = "inconnu"
        elif _few(c.reponses / c.par_personne, minimum):
            out[c.cle] = "peu"
        elif any(_few(abs(c.reponses - n) / c.par_personne, minimum) for n in (deja or {}).get(c.cle, ())):
            out[c.cle] = "depuis"
        else:
            left.append(c)
    kept: dict[str, list[Cellule]] = defaultdict(list)
    for c in sorted(left, key=lambda c: -(c.reponses or 0)):  # the largest first: they tell the most
        beside = [k for k in kept[c.cle[1]] if k.groupes & c.groupes]
        if beside and isolates([*_linked(kept[c.cle[1]], c), c], minimum):
            out[c.cle] = "recoupement"
        else:
            kept[c.cle[1]].append(c)
    return out


def _few(people: float, minimum: int) -> bool:
    return 1e-9 < people < minimum - 1e-9


def _linked(kept: Sequence[Cellule], c: Cellule) -> list[Cellule]:
    """Those that share answers with `c`, with one another, and so on."""
    reached, found = set(c.groupes), []
    rest = [k for k in kept if k.groupes]
    while more := [k for k in rest if k.groupes & reached]:
        found += more
        reached |= {g for k in more for g in k.groupes}
        rest = [k for k in rest if k not in more]
    return found


def isolates(cellules: Sequence[Cellule], minimum: int) -> bool:
    """Do sums and differences of these figures give a group of answers under the minimum?"""
    classes = sorted({tuple(g in c.groupes for c in cellules) for c in cellules for g in c.groupes})
    if len(classes) > _CLASSES_MAX:
        return True
    rows = np.array(classes, dtype=np.float64)  # (classes, figures)
    subsets = np.array(
        [[k >> b & 1 for k in range(1, 2 ** len(classes))] for b in range(len(classes))], dtype=np.float64
    )
    how = np.linalg.pinv(rows) @ subsets  # what to add and subtract to get each union of classes
    given = np.abs(rows @ how - subsets).max(axis=0) < 1e-6
    counts = np.array([c.reponses for c in cellules], dtype=np.float64) @ how
    twice = max(c.par_personne for c in cellules)
    return bool(((counts > 1e-6) & (counts / twice < minimum - 1e-6) & given).any())


RAISONS: dict[Raison, str] = {
    "peu": "Chiffres retenus\u00a0: moins de {minimum} personnes ont répondu.",
    "inconnu": "Chiffres retenus\u00a0: on ne sait pas combien de personnes ont répondu.",
    "recoupement": "Chiffres retenus\u00a0: ils en révéleraient d'autres, qui ont moins de {minimum} réponses.",
    "depuis": "Chiffres retenus\u00a0: moins de {minimum} réponses se sont ajoutées depuis une publication précédente.",
}


def reason_text(raison: Raison, minimum: int) -> str:
    return RAISONS[raison].format(minimum=minimum)
