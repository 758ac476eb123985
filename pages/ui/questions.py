"""What the page of survey questions shows and does."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from pages.ui.donnees import donnees
from pages.ui.envois import QUI, Dit
from pages.ui.gabarits import render
from rqds_metrics.plan import load_plan
from rqds_metrics.questions import Question, proposal, read_questions, spoken_to, targets
from rqds_metrics.registre import decide
from rqds_metrics.regles.formats import pourcent
from rqds_metrics.store import today, transaction

AUCUN = ""  # an answer: this question speaks to no indicator


def questions() -> list[Question]:
    return read_questions(today())


def unattached(found: list[Question]) -> list[Question]:
    """Those that feed no indicator, and of which nobody said so."""
    plan, decisions = load_plan(), donnees(today()).decisions
    return [q for q in found if spoken_to(plan, q, decisions) == ([], False)]


def choices() -> list[str]:
    return [AUCUN, *(i.id for i in targets(load_plan()))]


def choice_text(id_: str) -> str:
    return f"{id_} {load_plan().tous[id_].court}" if id_ else "aucun indicateur du plan"


def suggested(question: Question) -> str:
    """The choice shown first: what it feeds today, else the likeliest."""
    plan, decisions = load_plan(), donnees(today()).decisions
    fed, _ = spoken_to(plan, question, decisions)
    return fed[0] if fed else proposal(plan, question, decisions) or AUCUN


def questions_html(found: list[Question]) -> Markup:
    plan, decisions = load_plan(), donnees(today()).decisions
    fed = {q.cle: spoken_to(plan, q, decisions) for q in found}
    return render(
        "questions.html",
        questions=found,
        indicateurs={k: [plan.tous[i] for i in ids] for k, (ids, _) in fed.items()},
        decide={k: decided for k, (_, decided) in fed.items()},
        taux=lambda q: pourcent(q.satisfaits / q.n, 0) if q.n else "n.d.",
    )


def attach(question: Question, id_: str) -> None:
    """Keep the choice, dated and signed; every figure that hangs on it follows."""
    with transaction() as cursor:
        why = "Rattachée à la page des questions."
        decide(cursor, "question", question.cle, id_, qui=QUI, pourquoi=why, demo=donnees(today()).demo)
    st.session_state["dits"] = [Dit(f"« {question.question} » : {choice_text(id_)}.")]
    st.rerun()
