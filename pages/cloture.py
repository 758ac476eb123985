"""Clôture du mois: what was expected and came, the figures; closed with a receipt, and watched afterwards."""

from __future__ import annotations

import streamlit as st

from pages.ui.cadre import show
from pages.ui.cloture import close, closing_of, month_bilan, month_html, months_of, receipt, reopen
from pages.ui.contexte import current, remember
from pages.ui.envois import say
from pages.ui.portier import download
from rqds_metrics.regles.formats import mois
from rqds_metrics.store import base_path, today

contexte = current()
remember(contexte)
head, choice = st.columns([3, 1], vertical_alignment="bottom")
head.title("Clôture du mois", anchor=False)
month = choice.selectbox(
    f"Mois de {contexte.exercice}", months_of(contexte.exercice, today()), format_func=lambda m: mois(m, long=True)
)
say(st.session_state.pop("dits", []))
bilan = month_bilan(month)
closing = closing_of(month)
show(month_html(bilan), key="cloture")
with st.container(horizontal=True, vertical_alignment="center"):
    if closing:
        name = f"cloture-{month:%Y-%m}.pdf"
        download(
            "recu", "Télécharger le reçu (PDF)", receipt(bilan), name, "application/pdf", icon=":material/download:"
        )
        if st.button("Rouvrir le mois"):
            reopen(bilan)
    elif base_path().exists():
        label = "Clore quand même" if bilan.en_attente else "Clore le mois"
        if st.button(label, type="secondary" if bilan.en_attente else "primary"):
            close(bilan)
        st.caption("Clore ne bloque rien : un chiffre qui change ensuite est montré comme une révision.")
