"""Questions where several choices are ticked: each choice counted once a person, and the persons who answered.

Two shapes: all choices in one cell (« A;B; » of Microsoft Forms, « A, B » of Google Forms), or a column a choice,
« Question [Choix] » (LimeSurvey, SurveyMonkey once its two header rows are joined).

In a cell, nothing tells a choice from what a person wrote under « Autre » but that others wrote the same: a text that
fewer than `ENSEMBLE` people gave, or that looks like a person's, is counted as « Autre » and never kept.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from etl.cells import normal, unaccented
from etl.privacy import is_personal, mask, scrub
from etl.scales import is_out

ECHELLE = "choix"
AUTRE = "Autre"
ENSEMBLE = 3  # people who must have given a choice for it to be one
COUVERTURE = 0.8  # share of all that was given which must be such choices
CHOIX_MAX = 40
LONGUEUR_MAX = 120
_COLONNE = re.compile(r"(.*\S)\s*\[(.*)\]\s*", re.DOTALL)
_OUI, _NON = {"oui", "yes", "y", "o", "1", "true", "vrai", "x", "✓", "checked", "coché"}, {
    "non", "no", "n", "0", "false", "faux", "not selected", "non coché",
}  # fmt: skip
_OTHER = re.compile(r"(?:autres?|other)\b")
_WHO = re.compile(
    r"\b(?:qui|nom|noms|prenoms?|collegues?|personnes?|adresse|courriels?|who|whom|names?|colleagues?|people)\b"
)
_NOMS = re.compile(
    r"(?:[A-ZÀ-Ý][\w'’.-]*[ ,]+)+[A-ZÀ-Ý][\w'’.-]*"
)  # « Prénom Nom »: a choice is written in sentence case


class Ticks(NamedTuple):
    """A question of several choices. `coches`: one set of choices a row of the table, None where it was not answered.

    `choix`: every choice that is kept, « Autre » last. `rangs`: the columns it was read from; `libres`: those of them
    that hold free words, of which nothing is kept.
    """

    texte: str
    coches: list[frozenset[str] | None]
    choix: list[str]
    rangs: tuple[int, ...]
    libres: tuple[int, ...] = ()


def looks_personal(text: str) -> bool:
    """Could this text be a person's name, address, phone or e-mail?"""
    return mask(text) != text or "@" in text or bool(_NOMS.fullmatch(text)) or sum(c.isdigit() for c in text) > 4


def read_cells(question: str, cells: pd.Series, rang: int) -> Ticks | None:
    """A question whose cells hold several choices; None when they read like anything else."""
    given = cells[cells != ""]
    if given.empty or is_personal(question) or _WHO.search(unaccented(question)):
        return None
    ended = bool(given.str.endswith(";").all())  # Microsoft Forms ends each choice so, the last one too
    commas = not ended and bool(given.str.contains(", ", regex=False).any())
    parts = {text: _parts(text, ", " if commas else ";") for text in given.unique()}
    if commas:
        parts = _rejoined(parts, given)
    people = Counter(part for text in given for part in set(parts[text]))
    kept = {p for p, n in people.items() if n >= ENSEMBLE and len(p) <= LONGUEUR_MAX and not looks_personal(p)}
    kept = {p for p in kept if not _OTHER.match(normal(p)) and not is_out(p)}
    if not 2 <= len(kept) <= CHOIX_MAX or not (ended or _closed(people, kept, [parts[text] for text in given])):
        return None
    named = {p: scrub(p) for p in kept}
    coches = [frozenset(named.get(p, AUTRE) for p in parts[text]) if text else None for text in cells]
    return _ticks(question, coches, (rang,))


def _closed(people: Counter[str], kept: set[str], answers: list[list[str]]) -> bool:
    """Do answers without a mark of their own read like ticked choices: nearly all from one list, often several?"""
    said = sum(n for p, n in people.items() if not _OTHER.fullmatch(normal(p)))
    several = sum(len(kept.intersection(a)) > 1 for a in answers)
    return several >= ENSEMBLE and sum(people[p] for p in kept) >= COUVERTURE * said


def _rejoined(parts: dict[str, list[str]], given: pd.Series) -> dict[str, list[str]]:
    """Parts that never go without each other were one text with a comma: « Santé, services sociaux », « Roy, Anne »."""
    alone = Counter(p for text in given for p in parts[text])
    pairs = Counter(pair for text in given for pair in pairwise(parts[text]))
    one = {(a, b) for (a, b), n in pairs.items() if n == alone[a] == alone[b]}
    one = {(a, b) for a, b in one if b[0].islower() or _NOMS.fullmatch(f"{a}, {b}")}
    out = {}
    for text, found in parts.items():
        words = found[:1]
        for a, b in pairwise(found):
            if (a, b) in one:
                words[-1] += f", {b}"
            else:
                words.append(b)
        out[text] = words
    return out


def _parts(text: str, mark: str) -> list[str]:
    return [part for p in text.split(mark) if (part := " ".join(p.split()))]


def read_columns(names: list[str], cells: list[pd.Series], ranks: list[int]) -> list[Ticks]:
    """The questions written a column a choice, among these columns. Ranks of the grid go with each."""
    groups: dict[str, list[int]] = {}
    for k, name in enumerate(names):
        found = _COLONNE.fullmatch(name)
        if found:
            groups.setdefault(found[1], []).append(k)
    out = []
    for question, members in groups.items():
        titles = {k: " ".join(names[k][len(question) :].strip()[1:-1].split()) for k in members}
        marks = {k: marked for k in members if (marked := _marked(titles[k], cells[k])) is not None}
        real = [k for k in marks if not _OTHER.match(normal(titles[k])) and not looks_personal(titles[k])]
        if len(real) < 2 or not any(marks[k].eq(1).any() for k in real):
            continue
        coches: list[frozenset[str] | None] = []
        for row in range(len(cells[0])):
            ticked = {scrub(titles[k]) if k in real else AUTRE for k in marks if marks[k].iloc[row] == 1}
            others = [k for k in members if k not in marks and _OTHER.match(normal(titles[k]))]
            if any(cells[k].iloc[row] != "" for k in others):
                ticked.add(AUTRE)
            answered = ticked or any(marks[k].iloc[row] == 0 for k in marks)
            coches.append(frozenset(ticked) if answered else None)
        ticks = _ticks(question, coches, tuple(ranks[k] for k in members), [scrub(titles[k]) for k in real])
        out.append(ticks._replace(libres=tuple(ranks[k] for k in members if k not in marks)))
    return out


def _marked(title: str, cells: pd.Series) -> pd.Series | None:
    """1 ticked, 0 not, -1 not asked; None when the column holds anything but that."""
    values: dict[str, int] = {}
    for text in cells.unique():
        name = normal(text)
        if name in _OUI or (name == normal(title) and name):
            values[text] = 1
        elif name in _NON:
            values[text] = 0
        elif name == "" or is_out(text):
            values[text] = -1
        else:
            return None
    return cells.map(values)


def _ticks(
    question: str, coches: list[frozenset[str] | None], rangs: tuple[int, ...], offered: list[str] | None = None
) -> Ticks:
    given = {c for ticked in coches if ticked for c in ticked}
    order = list(dict.fromkeys(c for c in (offered or sorted(given)) if c != AUTRE))
    return Ticks(scrub(question), coches, [*order, *([AUTRE] if AUTRE in given else [])], rangs)
