"""Saisir des valeurs: a grid by action, or what the next board meeting would miss; checked as it is typed."""

from __future__ import annotations

import streamlit as st

from pages.ui.attendus import checklist
from pages.ui.contexte import choose_today
from pages.ui.envois import say
from pages.ui.gabarits import escape_markdown
from pages.ui.reunions import next_meeting
from pages.ui.saisie_tables import tables
from pages.ui.saisir import (
    MANQUE,
    SONDAGE,
    choice_text,
    choices,
    faults_of,
    indicators_of,
    reload,
    save,
    save_label,
    say_unsaved,
    show_conflicts,
    show_recent,
    workshop,
)
from rqds_metrics.store import today

options = choices()
asked = st.query_params.get("action", st.session_state.get("saisir_action", MANQUE))
asked = asked if asked in options else MANQUE
contexte = choose_today(
    "Saisir des valeurs",
    "Ce qu'aucun outil ne donne. Copiez une colonne d'Excel et collez-la dans la grille ; rien n'est enregistré avant "
    "votre clic, et chaque valeur s'annule ensuite une à une.",
    annee=True,
    action=asked,
)
say(st.session_state.pop("dits", []))
show_conflicts()
what, when = st.columns([3.1, 1]) if asked == MANQUE else (st.container(), None)
choix = what.selectbox(
    "Quoi saisir",
    options,
    index=options.index(asked),
    format_func=choice_text,
    key=f"saisir_quoi_{asked}",
)
st.session_state["saisir_action"] = choix
if choix != asked:
    st.query_params["action"] = choix
    st.rerun()
until = today()
if when:
    until = when.date_input("Prochain CA le", next_meeting(), format="YYYY-MM-DD", key="saisir_ca") or today()
atelier = workshop(choix, contexte.exercice)
indicateurs = indicators_of(choix, atelier, contexte.exercice, until)
tables(atelier, indicateurs, contexte.exercice)
frappes = atelier.frappes()
ecritures, fautes = faults_of(frappes, atelier)
if fautes:
    lines = [escape_markdown(f.texte) for f in fautes[:12]]
    more = [f"… et {len(fautes) - 12} autres"] if len(fautes) > 12 else []
    st.error("  \n".join(["**À corriger avant d'enregistrer**", *lines, *more]), icon=":material/error:")
if choix != MANQUE and not indicateurs:
    st.caption("Les indicateurs de cette action viennent d'exports ou de formules, ou le plan ne lui en donne pas.")
with st.container(horizontal=True, vertical_alignment="center"):
    if indicateurs and st.button(save_label(ecritures), type="primary", disabled=bool(fautes) or not ecritures):
        save(atelier, ecritures)
    if frappes and st.button("Effacer ce qui n'est pas enregistré"):
        reload(atelier)
say_unsaved(atelier)
if choix not in (MANQUE, SONDAGE):
    checklist(choix, contexte.exercice)
show_recent()
