"""Depuis le dernier CA: what flipped, what is new, what was revised, since a meeting."""

from __future__ import annotations

import streamlit as st

from pages.ui.cadre import show
from pages.ui.contexte import choose
from pages.ui.donnees import since_last
from pages.ui.reunions import meeting_text, reunions, since_html
from rqds_metrics.regles.formats import jour

contexte = choose("Depuis le dernier CA", "Ce qui n'est plus comme la dernière fois, et pourquoi.")
depuis, last = since_last(contexte.au)
past = [r for r in reunions(contexte.au)[::-1] if r.jour < contexte.au]
if past:
    chosen = st.selectbox("Depuis", past, index=past.index(last) if last in past else 0, format_func=meeting_text)
    depuis = chosen.jour
else:
    st.info(f"Aucune réunion n'est inscrite : voici ce qui a changé depuis le {jour(depuis, long=True)}.")
show(since_html(contexte, depuis), key="depuis")
