"""Questions des sondages: which indicator each one speaks to, chosen once and remembered."""

from __future__ import annotations

import streamlit as st

from pages.ui.cadre import show
from pages.ui.contexte import current, remember
from pages.ui.envois import say
from pages.ui.questions import attach, choice_text, choices, questions, questions_html, suggested, unattached

remember(current())
st.title("Questions des sondages", anchor=False)
st.caption(
    "Chaque question de satisfaction alimente l'indicateur dont elle reprend les mots. Quand les mots ne suffisent pas, "
    "dites-le ici une fois : le choix vaut pour ce sondage, et il est proposé pour les suivants."
)
say(st.session_state.pop("dits", []))
found = questions()
if not found:
    st.info("Aucun sondage reçu encore.")
else:
    waiting = unattached(found)
    with st.container(border=True):
        count = f"{len(waiting)} à rattacher" if waiting else "Toutes les questions ont leur indicateur"
        st.subheader(count, anchor=False)
        ordered = [*waiting, *(q for q in found if q not in waiting)]
        question = st.selectbox("Question", ordered, format_func=lambda q: f"{q.question} ({q.sondage})")
        options = choices()
        indicateur = st.selectbox(
            "Indicateur",
            options,
            index=options.index(suggested(question)),
            format_func=choice_text,
            key=f"indicateur_{question.cle}",
        )
        if st.button("Rattacher", type="primary"):
            attach(question, indicateur)
    show(questions_html(found), key="questions")
