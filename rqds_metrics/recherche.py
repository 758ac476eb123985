"""Search across the plan and what people wrote, forgiving accents, plurals and typing errors. Pure: texts in, ids out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from rqds_metrics.plan import Plan
from rqds_metrics.registre import Decision
from rqds_metrics.regles.textes import plain

COMBIEN = 12
_PROCHE = 0.74  # two words that share this much are the same one, mistyped
# How much a word found there weighs.
_POIDS = {"indicateur": 1.0, "commentaire": 0.7, "action": 0.6}
_VIDES = frozenset("le la les l un une des de du d et en au aux a par pour sur dans qui que ou".split())


@dataclass(frozen=True)
class Trouve:
    """An indicator that answers a search; `ou`: where the words were found; `extrait`: the text that holds them."""

    id: str
    titre: str
    ou: str
    extrait: str
    score: float


@dataclass(frozen=True)
class _Texte:
    id: str
    ou: str
    texte: str
    mots: frozenset[str]


class Index:
    """The texts that can be searched, cut in words once."""

    def __init__(self, plan: Plan, commentaires: Mapping[str, Decision] | None = None):
        self._titres = {i.id: i.court for i in plan.tous.values()}
        self._textes: list[_Texte] = []
        for i in plan.tous.values():
            self._add(i.id, "indicateur", f"{i.id} {i.court} {i.titre}", i.titre)
            if action := plan.actions.get(i.action or ""):
                self._add(i.id, "action", f"{i.court} {i.titre} {action.id} {action.titre}", action.titre)
        for cle, decision in (commentaires or {}).items():
            id_ = cle.partition("|")[0]
            if id_ in plan.tous:
                text = str(decision.valeur["texte"])
                self._add(id_, "commentaire", text, text)
        self._vocabulaire = frozenset(w for t in self._textes for w in t.mots)

    def _add(self, id_: str, ou: str, searched: str, shown: str) -> None:
        self._textes.append(_Texte(id_, ou, shown, frozenset(words(searched))))

    def find(self, demande: str, combien: int = COMBIEN) -> list[Trouve]:
        """The indicators that answer best, the best first: every word of the search must be found, nearly or exactly."""
        asked = [near(word, self._vocabulaire) for word in words(demande)[:8]]
        if not asked or not all(asked):
            return []
        best: dict[str, Trouve] = {}
        for t in self._textes:
            marks = [max((found[w] for w in t.mots & found.keys()), default=0.0) for found in asked]
            if min(marks) == 0:
                continue
            score = _POIDS[t.ou] * sum(marks) / len(marks)
            if t.id not in best or score > best[t.id].score:
                best[t.id] = Trouve(t.id, self._titres[t.id], t.ou, t.texte, score)
        return sorted(best.values(), key=lambda f: -f.score)[:combien]  # stable: the plan's order when equal


def words(text: str) -> list[str]:
    """Its words without accents or case, those that say nothing left out; « 1.2.6 » and « 1.2.6-2 » are words."""
    found = re.findall(r"[a-z]?\d+(?:[.\-]\d+)+|[a-z0-9]+", plain(text))
    return [w for w in found if w not in _VIDES]


@cache
def _grams(word: str) -> frozenset[str]:
    padded = f" {word} "
    return frozenset(padded[k : k + 2] for k in range(len(padded) - 1))


def near(word: str, vocabulaire: Iterable[str]) -> dict[str, float]:
    """The known words that `word` may be, with how sure it is: itself, its beginning, then a mistyped one."""
    out: dict[str, float] = {}
    for known in vocabulaire:
        if known == word:
            out[known] = 1.0
        elif len(word) >= 2 and known.startswith(word):
            out[known] = 0.9
        elif word[0].isdigit() or len(word) < 4 or abs(len(known) - len(word)) > 3:
            continue
        elif len(_grams(word) & _grams(known)) * 4 >= len(word):  # a quick look before the slow one
            share = SequenceMatcher(None, word, known).ratio()
            if share >= _PROCHE:
                out[known] = share * 0.85
    return out
