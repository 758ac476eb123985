"""Comments on the page of an indicator: those there are, and a form to write, change or take back one."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from pages.ui.contexte import Contexte
from pages.ui.donnees import donnees
from pages.ui.envois import Dit, when_text
from pages.ui.gabarits import render
from pages.ui.portier import may, permit
from rqds_metrics.commentaires import (
    LONGUEUR_MAX,
    Commentaire,
    cle_of,
    commentaires_of,
    periode_text,
    periods_of,
    to_keep,
)
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import decide
from rqds_metrics.resultats import Calcul
from rqds_metrics.store import today, transaction


def comments_html(found: list[Commentaire]) -> Markup:
    return render("commentaires.html", commentaires=found, quand=when_text)


def comments_of(id_: str, contexte: Contexte) -> list[Commentaire]:
    calcul = Calcul(load_plan(), donnees(contexte.au))
    return commentaires_of(calcul, calcul.plan.tous[id_], contexte.exercice)


def comment_form(id_: str, contexte: Contexte) -> None:
    """Write on a period; an empty text takes the comment back. Only from today's view: the past is not rewritten."""
    if not may("commentaire"):
        return
    if contexte.au != today():
        st.caption("Revenez à aujourd'hui (« Vu au ») pour écrire un commentaire.")
        return
    calcul = Calcul(load_plan(), donnees(contexte.au))
    indicateur = calcul.plan.tous[id_]
    standing = {c.periode: c for c in commentaires_of(calcul, indicateur, contexte.exercice)}
    with st.popover("Commenter", icon=":material/edit_note:"):
        periode = st.selectbox(
            "Période",
            periods_of(calcul, indicateur, contexte.exercice),
            format_func=periode_text,
            key=f"commentaire_periode_{id_}",
        )
        before = standing.get(periode)
        texte = st.text_area(
            "Commentaire",
            before.texte if before else "",
            max_chars=LONGUEUR_MAX,
            key=f"commentaire_{id_}_{periode}",
            placeholder="Ce qui explique ce chiffre, en une ou deux phrases",
        )
        if st.button("Garder", type="primary", key=f"commentaire_ok_{id_}"):
            _keep(calcul, id_, periode, texte)
        if before and st.button("Retirer", key=f"commentaire_non_{id_}"):
            _decide(id_, periode, None, "Commentaire retiré.")


def _keep(calcul: Calcul, id_: str, periode: str, texte: str) -> None:
    try:
        valeur = to_keep(calcul, calcul.plan.tous[id_], periode, texte)
    except ValueError as error:
        st.warning(str(error))
        return
    _decide(id_, periode, valeur, "Commentaire gardé, avec la valeur qu'il explique.")


def _decide(id_: str, periode: str, valeur: object, said: str) -> None:
    with transaction() as cursor:
        decide(
            cursor, "commentaire", cle_of(id_, periode), valeur, qui=permit("commentaire"), pourquoi="", demo=donnees(today()).demo
        )  # fmt: skip
    st.session_state["dits"] = [Dit(said)]
    st.rerun()
