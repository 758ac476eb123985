"""Présenter: full screen, one idea a screen, moved through with the arrow keys."""

from __future__ import annotations

import streamlit as st

from pages.ui.contexte import current, remember
from pages.ui.presenter import present, slides_html

contexte = current()
remember(contexte)
if present(slides_html(contexte)):
    st.switch_page("pages/vue_ensemble.py", query_params=contexte.params)
