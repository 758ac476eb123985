"""Journal: who did what, when, from what to what. It is read from what is kept; nothing can change it."""

from __future__ import annotations

import streamlit as st

from pages.ui.cadre import show
from pages.ui.contexte import choose
from pages.ui.journal import PERIODES, entries, journal_csv, journal_html, journal_xlsx, since
from pages.ui.portier import download
from rqds_metrics.journal import GENRES, filtered
from rqds_metrics.regles.formats import nombre

PAR_PAGE = 50

contexte = choose(
    "Journal",
    "Qui a fait quoi, quand, et ce que cela a changé. Tout y reste : une décision s'ajoute, elle n'efface rien.",
    annee=False,
)
found = entries(contexte.au)
words, kinds, people, span = st.columns([1.6, 1.3, 1.1, 1], vertical_alignment="bottom")
mots = words.text_input("Chercher", placeholder="un indicateur, un fichier, une raison…")
present = {e.genre for e in found}
genres = kinds.multiselect(
    "Quoi", [g for g in GENRES if g in present], format_func=GENRES.__getitem__, placeholder="Tout"
)
personnes = people.multiselect("Qui", sorted({e.qui for e in found}), placeholder="Tout le monde")
periode = span.selectbox("Quand", list(PERIODES), filter_mode=None)
kept = filtered(found, genres=genres, personnes=personnes, mots=mots, debut=since(periode, contexte.au))
with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown(f"**{nombre(len(kept))}** {'inscriptions' if len(kept) > 1 else 'inscription'}")
    if kept:
        download(
            "journal", "Télécharger en Excel", lambda: journal_xlsx(kept), "journal.xlsx", icon=":material/download:"
        )
        download("journal", "en CSV", lambda: journal_csv(kept), "journal.csv", icon=":material/download:")
shown = st.session_state.setdefault("journal_montre", PAR_PAGE)
show(journal_html(kept[:shown]), key="journal")
if len(kept) > shown and st.button(f"Voir plus ({nombre(len(kept) - shown)} plus anciennes)"):
    st.session_state["journal_montre"] = shown + 4 * PAR_PAGE
    st.rerun()
