"""Which survey figures are withheld, because few people answered or because others would give them away. Pure.

A figure is a sum of answers, so whoever reads two of them can subtract one from the other, be they of one publication or
of two: what is looked for is every group of answers that sums and differences of published figures isolate. A group under
the minimum keeps one of them in. So does a rate of 0 % or of 100 % that holds a withheld one: it would be the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Cle = tuple[str, str]  # (indicateur, exercice)
Raison = Literal["peu", "inconnu", "recoupement", "depuis"]
_CLASSES_MAX = 13  # beyond, only what shares nothing, or what only grew, is published


class Groupe(NamedTuple):
    """Answers that always go together: those to a question of a survey in a month, as many as had come."""

    serie: str
    question: str
    mois: str
    reponses: float


@dataclass(frozen=True)
class Cellule:
    """The answers behind a figure. `reponses`: None when nobody knows how many; `groupes`: which ones, if known.

    `satisfaits`: how many of them are satisfied; None where it is not known, as of an earlier publication.
    """

    cle: Cle
    reponses: float | None
    groupes: frozenset[tuple[object, ...]] = frozenset()  # see Groupe
    satisfaits: float | None = field(default=None, compare=False)

    @property
    def par_personne(self) -> int:
        """How many of its answers one person may have given: the questions asked of it in one survey."""
        asked: dict[object, set[object]] = defaultdict(set)
        for serie, question, *_ in self.groupes:
            asked[serie].add(question)
        return max((len(q) for q in asked.values()), default=1)

    @property
    def unanime(self) -> bool:
        return self.satisfaits is not None and self.satisfaits in (0, self.reponses)


def withheld(
    cellules: Sequence[Cellule],
    minimum: int,
    deja: Mapping[Cle, Iterable[float]] | None = None,
    anciennes: Sequence[Cellule] = (),
) -> dict[Cle, Raison]:
    """What must not be published, and why.

    A unanimous whole that goes takes its parts along: beside a part of 100 %, its absence alone would say why.

    Args:
        deja: how many answers each figure already had in earlier publications, which everyone may have kept.
        anciennes: those figures themselves, with the answers that were behind them.
    """
    out: dict[Cle, Raison] = {}
    left: list[Cellule] = []
    hidden: list[Cellule] = []
    shown: list[Cellule] = []
    fresh, old = _aligned(cellules, anciennes)
    for c in fresh:
        if c.reponses is None:
            out[c.cle] = "inconnu"
        elif _few(c.reponses / c.par_personne, minimum):
            out[c.cle] = "peu"
        elif any(_few(abs(c.reponses - n) / c.par_personne, minimum) for n in (deja or {}).get(c.cle, ())):
            out[c.cle] = "depuis"
        else:
            left.append(c)
            continue
        hidden.append(c)
    kept = [c for c in old if c.reponses]
    one_sided: list[Cellule] = []
    for c in sorted(left, key=lambda c: -(c.reponses or 0)):  # the largest first: they tell the most
        beside = _linked(kept, c)
        if beside and not _tells_nothing_more(beside, c, minimum):
            alone = all(k.cle == c.cle for k in beside)
            out[c.cle] = "depuis" if alone else "recoupement"
        elif _given_away([*shown, c], hidden) or any(c.groupes <= whole.groupes for whole in one_sided if c.groupes):
            out[c.cle] = "recoupement"
            one_sided += [c] if c.unanime else []
        else:
            kept.append(c)
            shown.append(c)
            continue
        hidden.append(c)
    while given := _given_away(shown, hidden):  # by what was kept before they were withheld
        last = [c for c in shown if c.groupes & given.groupes][-1]
        for c in [k for k in shown if k is last or (last.unanime and k.groupes and k.groupes <= last.groupes)]:
            shown.remove(c)
            hidden.append(c)
            out[c.cle] = "recoupement"
    return out


def _given_away(shown: Sequence[Cellule], hidden: Sequence[Cellule]) -> Cellule | None:
    """A withheld figure that what is shown tells all the same: all its answers are among some that were unanimous."""
    for c in hidden:
        if c.groupes and c.groupes <= unanimous(_linked(shown, c)):
            return c
    return None


def unanimous(cellules: Sequence[Cellule]) -> set[tuple[object, ...]]:
    """The answers that sums and differences of these figures show to be all satisfied, or none of them."""
    known = [c for c in cellules if c.satisfaits is not None and c.reponses]
    sums = _Sommes.of(known) if known else None
    if sums is None:
        return {g for c in known if c.unanime for g in c.groupes}
    counts, yes = sums.of_figures([c.reponses for c in known]), sums.of_figures([c.satisfaits for c in known])
    same = (counts > 1e-6) & ((np.abs(yes) < 1e-6) | (np.abs(yes - counts) < 1e-6)) & sums.donnees
    return {g for k in np.flatnonzero(same) for g in sums.groups(k)}


def _aligned(cellules: Sequence[Cellule], anciennes: Sequence[Cellule]) -> tuple[list[Cellule], list[Cellule]]:
    """The same figures, where answers that came between two publications are a group of their own.

    Answers to a question in a month only grow from one export to the next: 20 then 23 are the first 20 and 3 more.
    """
    levels: dict[tuple[object, ...], set[float]] = defaultdict(set)
    for c in (*cellules, *anciennes):
        for *which, count in c.groupes:
            levels[tuple(which)].add(float(str(count)))

    def cut(c: Cellule) -> Cellule:
        parts = {
            (*which, level)
            for *which, count in c.groupes
            for level in levels[tuple(which)]
            if 0 < level <= float(str(count))
        }
        return replace(c, groupes=frozenset(parts))

    seen: dict[tuple[frozenset[tuple[object, ...]], float | None], Cellule] = {}
    for c in map(cut, anciennes):
        seen.setdefault((c.groupes, c.reponses), c)
    return [cut(c) for c in cellules], list(seen.values())


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


def _tells_nothing_more(beside: Sequence[Cellule], c: Cellule, minimum: int) -> bool:
    """Is no small group isolated with `c` that was not without it."""
    now = isolated([*beside, c], minimum)
    if not now:
        return now is not None
    before = isolated(beside, minimum)
    return before is not None and now <= before


def isolated(cellules: Sequence[Cellule], minimum: int) -> set[frozenset[tuple[object, ...]]] | None:
    """The groups under the minimum that sums and differences of these figures give; None where they are too many to tell."""
    most = max(c.par_personne for c in cellules)
    sums = _Sommes.of(cellules)
    if sums is None:
        return _grown(cellules, most, minimum)
    counts = sums.of_figures([c.reponses for c in cellules])
    small = (counts > 1e-6) & (counts / most < minimum - 1e-6) & sums.donnees
    return {sums.groups(k) for k in np.flatnonzero(small)}


@dataclass(frozen=True)
class _Sommes:
    """Every union of the answers that some figures tell apart, and which of them sums and differences of figures give."""

    classes: list[set[tuple[object, ...]]]
    unions: NDArray[np.float64]  # (classes, unions): 1 where a union holds a class
    comment: NDArray[np.float64]  # (figures, unions): what to add and subtract to get each union
    donnees: NDArray[np.bool_]

    @classmethod
    def of(cls, cellules: Sequence[Cellule]) -> _Sommes | None:
        """None where there are too many to be tried."""
        patterns: dict[tuple[bool, ...], set[tuple[object, ...]]] = defaultdict(set)
        for g in {g for c in cellules for g in c.groupes}:
            patterns[tuple(g in c.groupes for c in cellules)].add(g)
        if len(patterns) > _CLASSES_MAX:
            return None
        order = sorted(patterns)
        rows = np.array(order, dtype=np.float64)  # (classes, figures)
        unions = np.array(
            [[k >> b & 1 for k in range(1, 2 ** len(order))] for b in range(len(order))], dtype=np.float64
        )
        how = np.linalg.pinv(rows) @ unions
        given = np.abs(rows @ how - unions).max(axis=0) < 1e-6
        return cls([patterns[o] for o in order], unions, how, np.asarray(given, dtype=np.bool_))

    def of_figures(self, values: Sequence[float | None]) -> NDArray[np.float64]:
        """What each union is worth, from what each figure is."""
        return np.asarray(np.array(values, dtype=np.float64) @ self.comment, dtype=np.float64)

    def groups(self, union: np.intp) -> frozenset[tuple[object, ...]]:
        return frozenset(g for b, mine in enumerate(self.classes) if self.unions[b, union] for g in mine)


def _grown(cellules: Sequence[Cellule], most: int, minimum: int) -> set[frozenset[tuple[object, ...]]] | None:
    """The same for figures of which each holds all of the one before: what came from one to the next is all there is."""
    order = sorted(cellules, key=lambda c: (len(c.groupes), c.reponses or 0))
    if any(not a.groupes <= b.groupes for a, b in pairwise(order)):
        return None
    steps = [(frozenset[tuple[object, ...]](), 0.0), *((c.groupes, c.reponses or 0.0) for c in order)]
    return {
        after - before for (before, n), (after, m) in pairwise(steps) if _few((m - n) / most, minimum)
    }  # fmt: skip


RAISONS: dict[Raison, str] = {
    "peu": "Chiffres retenus\u00a0: moins de {minimum} personnes ont répondu.",
    "inconnu": "Chiffres retenus\u00a0: on ne sait pas combien de personnes ont répondu.",
    "recoupement": "Chiffres retenus\u00a0: ils en révéleraient d'autres, qui sont retenus ou qui ont moins de {minimum} réponses.",
    "depuis": "Chiffres retenus\u00a0: moins de {minimum} réponses se sont ajoutées depuis une publication précédente.",
}
PUBLIQUE = (
    "Chiffres retenus\u00a0: moins de {minimum} personnes ont répondu, ou une soustraction révélerait les réponses de moins "
    "de {minimum} personnes."
)


def reason_text(raison: Raison, minimum: int) -> str:
    """Why, for the staff."""
    return RAISONS[raison].format(minimum=minimum)


def public_reason(raison: Raison, minimum: int) -> str:
    """Why, for everyone: not which of these reasons, for each of them bounds how many answered, and bounds add up.

    Of 6 answers shown for two figures, one withheld as small and the other because of it, 1 and 5 are all there can be.
    """
    return (RAISONS["inconnu"] if raison == "inconnu" else PUBLIQUE).format(minimum=minimum)
