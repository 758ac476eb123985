"""A survey's answers as rows of counts: a row a question, an answer and a month."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from etl.choices import Ticks
from etl.scales import SATISFACTION, label, rank_of, verdicts


class Question(NamedTuple):
    """A column: its rank in the grid, its text, the answers given, aligned with the rows, and their scale.

    `ticks`: what was ticked, for a question of several choices (`reponses` is then empty).
    """

    rank: int
    texte: str
    reponses: pd.Series
    echelle: str
    ticks: Ticks | None = None


def survey_key(questions: list[Question], frame: pd.DataFrame) -> str:
    """What stays the same from one export of a survey to the next: its first answer's number, moments and choices.

    The words of questions are left out: correcting one must not make the survey count twice. So are scales other than
    satisfaction, where there is one: a survey kept before they were read keeps its key.
    """
    first = frame.sort_values(["id", "fin"]).index[0]
    single = [q for q in questions if not q.ticks]
    marking = [q for q in single if q.echelle == SATISFACTION] or single
    choices = sorted(label(q.reponses[first]) for q in marking if q.reponses[first])
    marks = [str(frame["id"][first]), str(frame["fin"][first].date()), str(frame["ouvert"][first]), *choices]
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()[:16]


def count_answers(outil: str, questions: list[Question], frame: pd.DataFrame, sondage: str) -> pd.DataFrame:
    """A row a question, an answer and a month, with how many gave it. `frame`: a row a person, with id, ouvert, fin."""
    days = frame["fin"]
    month = days.dt.to_period("M")
    spans = days.groupby(month).agg(["min", "max"])
    same = {"serie": f"{outil}|{survey_key(questions, frame)}", "sondage": sondage}
    rows = []
    for question in questions:
        counted = _ticked(question.ticks, month) if question.ticks else _single(question, month)
        for row in counted:
            when = row.pop("month")
            span = {"debut": spans["min"][when].date(), "fin": spans["max"][when].date()}
            rows.append({**same, **span, "question": question.texte, "repondants": None, **row})
    return pd.DataFrame(rows)


def _single(question: Question, month: pd.Series) -> list[dict[str, Any]]:
    """`echelle` is null for an answer that says nothing of the scale: it leaves the denominator whatever is decided."""
    when, months = pd.factorize(month.array, sort=True)
    what, known = pd.factorize(question.reponses, sort=True)
    answers: list[str] = known.tolist()
    counts = np.bincount(when * len(answers) + what, minlength=len(months) * len(answers))
    satisfied = verdicts(answers, question.echelle)
    scaled = {a for a in answers if rank_of(question.echelle, a) is not None}
    return [
        {
            "month": months[rank // len(answers)], "reponse": reponse, "satisfait": satisfied[reponse],
            "nombre": int(counts[rank]), "echelle": question.echelle if reponse in scaled else None,
        }
        for rank in counts.nonzero()[0] if (reponse := answers[rank % len(answers)])
    ]  # fmt: skip


def _ticked(ticks: Ticks, month: pd.Series) -> list[dict[str, Any]]:
    """A row for every choice and month, ticked or not: each carries how many answered the question that month."""
    out = []
    for when in sorted(set(month)):
        people = [c for c, m in zip(ticks.coches, month, strict=True) if m == when and c is not None]
        if not people:
            continue
        out += [
            {
                "month": when, "reponse": choix, "satisfait": None, "nombre": sum(choix in c for c in people),
                "echelle": "choix", "repondants": len(people),
            }
            for choix in ticks.choix
        ]  # fmt: skip
    return out
