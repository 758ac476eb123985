"""Rapport au CA: choose what goes in, look at its pages, then take it as PDF, PowerPoint or Excel."""

from __future__ import annotations

import streamlit as st

from pages.ui.contexte import choose
from pages.ui.envois import say
from pages.ui.rapport import ask, offer, prepare, preview
from rqds_metrics.store import base_path

contexte = choose("Rapport au CA", "Choisissez ce qui y entre, regardez les pages, puis prenez le fichier.")
say(st.session_state.pop("dits", []))
if base_path().exists():
    rapport, images = prepare(ask(contexte))
    offer(rapport)
    preview(images)
else:
    st.info("Aucun fichier n'a encore été reçu : il n'y a rien à rapporter.", icon=":material/info:")
