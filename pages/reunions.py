"""Réunions du CA: their dates, what was presented at each, and the documents given."""

from __future__ import annotations

import streamlit as st

from pages.ui.cadre import show
from pages.ui.contexte import choose
from pages.ui.envois import say
from pages.ui.gabarits import escape_markdown
from pages.ui.portier import download, may
from pages.ui.reunions import (
    add,
    closest,
    context_to_freeze,
    freeze,
    meeting_text,
    meetings_html,
    remove,
    reunions,
)
from rqds_metrics.diffusion import archives
from rqds_metrics.regles.formats import jour
from rqds_metrics.reunions import TITRE
from rqds_metrics.store import today

contexte = choose(
    "Réunions du CA",
    "Inscrivez les dates une fois ; gardez avec chacune ce qui y est présenté. La liste est celle d'aujourd'hui ; "
    "« vu au » est le jour de ce qui serait gardé.",
)
say(st.session_state.pop("dits", []))
writes = may("reunion")
if writes:
    with st.expander("Inscrire une réunion", expanded=not reunions()):
        left, right, button = st.columns([1, 2, 1], vertical_alignment="bottom")
        day = left.date_input("Date", today(), format="YYYY-MM-DD")
        titre = right.text_input("Réunion", TITRE, max_chars=80)
        if button.button("Inscrire", type="primary"):
            add(day, titre)
found = reunions()[::-1]
show(meetings_html(), key="reunions")
if found:
    with st.container(border=True):
        chosen = st.selectbox("Réunion choisie", found, closest(found), format_func=meeting_text, filter_mode=None)
        shown = context_to_freeze(chosen, contexte)
        if writes:
            st.caption(
                f"Ce qui serait gardé : {shown.exercice}, vu au {jour(shown.au, long=True)}, la valeur et l'état de chaque "
                "indicateur. Le document remis se garde depuis « Rapport au CA »."
            )
        with st.container(horizontal=True):
            again = chosen.presente is not None
            if writes and st.button(
                "Garder de nouveau ce qui est présenté" if again else "Garder ce qui est présenté", type="primary"
            ):
                freeze(chosen, shown)
            for nom, sha256 in chosen.documents:
                octets = archives.read(sha256)
                if octets:
                    download("document", escape_markdown(nom), octets, nom, icon=":material/download:", key=sha256)
            if writes and st.button("Retirer cette réunion"):
                remove(chosen)
