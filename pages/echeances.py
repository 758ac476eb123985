"""Échéances et doutes: what the scan of the plan lost or blurred, set and settled by the direction."""

from __future__ import annotations

import streamlit as st

from pages.ui.cibles import tell_wrong
from pages.ui.contexte import choose_today
from pages.ui.echeances import actions, doubts, milestones, save_choices
from pages.ui.envois import say

VUES = {
    "jalons": ("Jalons", "Un jalon sans échéance n'est jamais en retard : il est « échéance à fixer ».", milestones),
    "actions": (
        "Actions",
        "Les années An 1 à An 5 étaient des cellules colorées du plan, que la numérisation a perdues : cochez-les.",
        actions,
    ),
    "doutes": (
        "Doutes du plan",
        "Là où la numérisation mêle des cellules, voici ce qui a été lu. Tranchez une fois : le choix est gardé.",
        doubts,
    ),
}
vue = st.query_params.get("vue", st.session_state.get("echeances_vue", "jalons"))
vue = vue if vue in VUES else "jalons"
choose_today("Échéances et doutes", vue=vue)
say(st.session_state.pop("dits", []))
picked = st.segmented_control(
    "Vue", list(VUES), default=vue, format_func=lambda v: VUES[v][0], key=f"ech_{vue}", label_visibility="collapsed"
)
st.session_state["echeances_vue"] = picked or vue
if picked and picked != vue:
    st.query_params["vue"] = picked
    st.rerun()
_, caption, view = VUES[vue]
st.caption(caption)
choix, wrong = view()
tell_wrong(wrong)
with st.form("echeances_enregistrer", border=False):
    why = st.text_input("Pourquoi", max_chars=200, placeholder="La résolution du CA, ou la raison du choix")
    label = f"Enregistrer {len(choix)} choix" if choix else "Enregistrer"
    saved = st.form_submit_button(label, type="primary", disabled=bool(wrong) or not choix)
if saved and not why.strip():
    st.warning("Dites pourquoi : c'est gardé avec chaque choix.")
elif saved:
    save_choices(choix, why.strip())
