"""Questions des sondages: which indicator each one speaks to and which answers are satisfied, said once and remembered."""

from __future__ import annotations

import streamlit as st

from pages.ui.cadre import show
from pages.ui.contexte import choose_today
from pages.ui.envois import say
from pages.ui.gabarits import escape_markdown
from pages.ui.questions import (
    attach,
    choice_text,
    choices,
    envoi_text,
    envois,
    keep_invites,
    questions,
    questions_html,
    suggested,
    waiting,
)
from pages.ui.reponses import ask_parts, scale_text

choose_today(
    "Questions des sondages",
    "Chaque question alimente l'indicateur dont elle reprend les mots. Quand les mots ne suffisent pas, ou que l'échelle ne "
    "dit pas qui est satisfait, dites-le ici une fois : le choix vaut pour ce sondage, et il est proposé pour les suivants.",
)
say(st.session_state.pop("dits", []))
found = questions()
if not found:
    st.info("Aucun sondage reçu encore.")
else:
    undone = waiting(found)
    with st.container(border=True):
        count = f"{len(undone)} à décider" if undone else "Toutes les questions sont décidées"
        st.subheader(count, anchor=False)
        ordered = [*undone, *(q for q in found if q not in undone)]
        question = st.selectbox("Question", ordered, format_func=lambda q: f"{q.question} ({q.sondage})")
        st.caption(f"{escape_markdown(question.sondage)} · {scale_text(question)}")
        options = choices(question)
        indicateur = st.selectbox(
            "Indicateur",
            options,
            index=options.index(suggested(question)),
            format_func=lambda id_: choice_text(id_, question),
            key=f"indicateur_{question.cle}",
        )
        parts, sens = ask_parts(question)
        if st.button("Enregistrer", type="primary", key="enregistrer"):
            attach(question, indicateur, parts, sens)
    with st.container(border=True):
        st.subheader("Personnes invitées", anchor=False)
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        envoi = left.selectbox("Sondage", envois(), format_func=envoi_text)
        combien = right.number_input(
            "Invités",
            min_value=min(envoi.repondants, envoi.invites or envoi.repondants),
            value=envoi.invites,
            step=1,
            placeholder="inconnu",
            key=f"invites_{envoi.serie}_{envoi.exercice}",
        )
        st.caption(
            "Avec ce nombre, la fiche dit combien ont répondu sur combien d'invités. Laissez vide s'il est inconnu."
        )
        if st.button("Enregistrer les invités") and combien != envoi.invites:
            keep_invites(envoi, combien)
    show(questions_html(found), key="questions")
