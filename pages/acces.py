"""Accès: who has which role, read from the settings, what each role opens, and how to change it."""

from __future__ import annotations

import streamlit as st

from pages.ui.acces import access_html, how_to
from pages.ui.cadre import show
from pages.ui.contexte import current, remember

remember(current())
st.title("Accès", anchor=False)
st.caption("Qui entre dans l'application, et ce que chacun peut y faire. Cette page se lit ; elle ne change rien.")
show(access_html(), key="acces")
how_to()
