"""Clôture du mois: what was expected and came, the figures; closed with a receipt, and watched afterwards."""

from __future__ import annotations

import streamlit as st

from pages.ui.cadre import show
from pages.ui.cloture import close, closing_of, month_bilan, month_html, months_of, receipt, reopen
from pages.ui.contexte import choose
from pages.ui.envois import say
from pages.ui.portier import download
from rqds_metrics.regles.formats import mois
from rqds_metrics.store import base_path, today

contexte = choose("Clôture du mois", "Ce qui était attendu, ce qui est reçu ; puis un reçu, et ce qui change ensuite.")
month = st.selectbox("Mois", months_of(contexte.exercice, contexte.au), format_func=lambda m: mois(m, long=True))
say(st.session_state.pop("dits", []))
bilan = month_bilan(month, contexte.au)
closing = closing_of(month, contexte.au)
show(month_html(bilan, contexte.au), key="cloture")
with st.container(horizontal=True, vertical_alignment="center"):
    if closing:
        name = f"cloture-{month:%Y-%m}.pdf"
        download(
            "recu",
            "Télécharger le reçu (PDF)",
            lambda: receipt(bilan, contexte.au),
            name,
            "application/pdf",
            icon=":material/download:",
        )
        if contexte.au == today() and st.button("Rouvrir le mois"):
            reopen(bilan)
    elif contexte.au == today() and base_path().exists():
        label = "Clore quand même" if bilan.en_attente else "Clore le mois"
        if st.button(label, type="secondary" if bilan.en_attente else "primary"):
            close(bilan)
        st.caption("Clore ne bloque rien : un chiffre qui change ensuite est montré comme une révision.")
