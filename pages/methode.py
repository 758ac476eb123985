"""Méthode: how each status is computed, with the limits of the day and live examples; each indicator; the words."""

from __future__ import annotations

import streamlit as st

from pages.ui.cadre import show
from pages.ui.contexte import choose
from pages.ui.methode import glossary_html, indicators_html, rules_html
from rqds_metrics.plan import load_plan

contexte = choose("Méthode", "Comment un chiffre devient un état. Cette page est faite des règles elles-mêmes.")
regles, indicateurs, mots = st.tabs(["Les règles", "Chaque indicateur", "Les mots"])
with regles:
    show(rules_html(contexte), key="methode_regles")
with indicateurs:
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    words = left.text_input("Chercher", placeholder="un indicateur, une source, un calendrier…")
    orientations = load_plan().orientations
    chosen = right.selectbox(
        "Orientation",
        orientations,
        index=None,
        format_func=lambda o: f"{o.id}. {o.court}",
        placeholder="Toutes",
        filter_mode=None,
    )
    show(indicators_html(contexte, words, chosen.id if chosen else None), key="methode_indicateurs")
with mots:
    show(glossary_html(), key="methode_mots")
