"""Corrections: a figure that was received wrong, put right without touching the file, with a reason."""

from __future__ import annotations

import streamlit as st

from pages.ui.cadre import show
from pages.ui.contexte import choose_today
from pages.ui.corrections import (
    MOTS,
    correct,
    corrections_html,
    drop,
    figures_in,
    live_lots,
    lot_text,
    row_text,
    rows_of,
)
from pages.ui.envois import say

choose_today(
    "Corrections",
    "Quand un outil a donné un chiffre faux, corrigez-le ici : le fichier reçu reste tel quel, la correction est datée, "
    "et elle se retire. Si le fichier est remplacé ou annulé, elle ne s'applique plus et l'application le dit partout.",
)
say(st.session_state.pop("dits", []))
lots = live_lots()
if not lots:
    st.info("Aucun fichier reçu encore.")
else:
    with st.container(border=True):
        lot = st.selectbox("Fichier", lots, format_func=lot_text)
        rows = [r for r in rows_of(lot) if figures_in(r)]
        if not rows:
            st.markdown("Ce fichier n'a pas de chiffre à corriger.")
        else:
            left, middle, right = st.columns([2, 1, 1])
            rank = left.selectbox("Ligne", range(len(rows)), format_func=lambda k: row_text(lot.famille, rows[k]))
            row = rows[rank]
            column = middle.selectbox("Chiffre", figures_in(row), format_func=lambda c: MOTS[c])
            now = float(row[column])
            new = right.number_input("Devient", min_value=0.0, value=now, step=1.0, format="%g")
            why = st.text_input("Pourquoi", max_chars=200, placeholder="Ce qui ne va pas dans le chiffre reçu")
            if st.button("Corriger", type="primary"):
                if new == now or not why.strip():
                    st.warning("Donnez un autre chiffre, et la raison de la correction.")
                else:
                    correct(lot, row, column, new, why.strip())
asked = show(corrections_html(), key="corrections")
if asked and asked.get("action") == "retirer":
    drop(str(asked.get("id")))
