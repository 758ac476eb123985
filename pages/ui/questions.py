"""What the page of survey questions shows and does."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from pages.ui.donnees import donnees
from pages.ui.envois import Dit
from pages.ui.gabarits import render
from pages.ui.portier import permit
from pages.ui.reponses import Parts, scale_text
from rqds_metrics.invites import Envoi, invite, missing, read_envois
from rqds_metrics.parts import Choix, Sens
from rqds_metrics.plan import load_plan
from rqds_metrics.questions import (
    Question,
    by_wording,
    proposal,
    read_questions,
    said_of,
    spoken_to,
    targets,
    waits,
)
from rqds_metrics.registre import decide
from rqds_metrics.regles.formats import nombre, periode, pourcent
from rqds_metrics.store import today, transaction

AUCUN = ""  # an answer: this question speaks to no indicator
MOTS = "mots"  # an answer: the words of the question say it


def questions() -> list[Question]:
    return read_questions(today())


def waiting(found: list[Question]) -> list[Question]:
    """Those of which something remains to be said."""
    plan, decisions = load_plan(), donnees(today()).decisions
    return [q for q in found if waits(plan, q, decisions)]


def choices(question: Question) -> list[str]:
    words = [MOTS] if by_wording(load_plan(), question) else []
    return [*words, AUCUN, *(i.id for i in targets(load_plan()))]


def choice_text(id_: str, question: Question) -> str:
    if id_ == MOTS:
        return "d'après ses mots : " + ", ".join(choice_text(i, question) for i in by_wording(load_plan(), question))
    return f"{id_} {load_plan().tous[id_].court}" if id_ else "aucun indicateur du plan"


def suggested(question: Question) -> str:
    """The choice shown first: what it feeds today, else the likeliest."""
    plan, decisions = load_plan(), donnees(today()).decisions
    fed, chosen = spoken_to(plan, question, decisions)
    if fed or chosen:
        return (fed[0] if fed else AUCUN) if chosen else MOTS
    return proposal(plan, question, decisions) or AUCUN


def questions_html(found: list[Question]) -> Markup:
    plan, decisions = load_plan(), donnees(today()).decisions
    fed = {q.cle: spoken_to(plan, q, decisions) for q in found}
    said = {q.cle: said_of(q, decisions) for q in found}
    return render(
        "questions.html",
        questions=found,
        indicateurs={k: [plan.tous[i] for i in ids if i in plan.tous] for k, (ids, _) in fed.items()},
        decide={k: decided for k, (_, decided) in fed.items()},
        attend={q.cle: waits(plan, q, decisions) for q in found},
        echelle={q.cle: scale_text(q) for q in found},
        part={k: bool(c and c.reponses is not None) for k, c in said.items()},
        taux=lambda q: pourcent(q.satisfaits / q.n, 0) if q.n else "n.d.",
    )


def attach(question: Question, id_: str, parts: Parts | None, sens: Sens) -> None:
    """Keep the choice, dated and signed; every figure that hangs on it follows."""
    choix = Choix(None if id_ == MOTS else id_, parts, sens)
    with transaction() as cursor:
        why = "Dit à la page des questions."
        decide(
            cursor,
            "question",
            question.cle,
            choix.to_keep(),
            qui=permit("question"),
            pourquoi=why,
            demo=donnees(today()).demo,
        )
    st.session_state["dits"] = [Dit(f"« {question.question} » : {choice_text(id_, question)}.")]
    st.rerun()


def envois() -> list[Envoi]:
    """Surveys as they were sent, those of which nobody said how many were invited first."""
    found = read_envois(today())
    return sorted(found, key=lambda e: e not in missing(found))


def envoi_text(envoi: Envoi) -> str:
    known = (
        f"{nombre(envoi.repondants)} sur {nombre(envoi.invites)} invités"
        if envoi.invites
        else f"{nombre(envoi.repondants)} répondants"
    )
    return f"{envoi.sondage} · {periode(envoi.debut, envoi.fin)} · {known}"


def keep_invites(envoi: Envoi, combien: int | None) -> None:
    """Keep how many were invited, or take it back."""
    with transaction() as cursor:
        invite(cursor, envoi, combien, qui=permit("invite"), demo=donnees(today()).demo)
    what = "nombre d'invités retiré" if combien is None else f"{nombre(combien)} invités"
    st.session_state["dits"] = [Dit(f"« {envoi.sondage} » ({periode(envoi.debut, envoi.fin)}) : {what}.")]
    st.rerun()
