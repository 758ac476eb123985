"""Par orientation: every action and indicator of an orientation, value against target over five years."""

from __future__ import annotations

import streamlit as st

from pages.ui.cadre import show
from pages.ui.contexte import choose
from pages.ui.orientation import orientation_html
from pages.ui.telecharger import data_buttons, orientation_table
from rqds_metrics.plan import load_plan

orientations = {o.id: o for o in load_plan().orientations}
asked = st.query_params.get("orientation", st.session_state.get("orientation", "1"))
chosen = orientations.get(asked, orientations["1"])
contexte = choose(f"{chosen.id}. {chosen.titre}", orientation=chosen.id)

picked = st.segmented_control(
    "Orientation",
    list(orientations),
    default=chosen.id,
    format_func=lambda id_: f"{id_}. {orientations[id_].court}",
    key=f"choix_orientation_{chosen.id}",
    label_visibility="collapsed",
)
st.session_state["orientation"] = picked or chosen.id
if picked and picked != chosen.id:
    st.query_params["orientation"] = picked
    st.rerun()
data_buttons(f"orientation-{chosen.id}", lambda: orientation_table(chosen, contexte.au), key="orientation")
show(orientation_html(chosen.id, contexte), key="orientation")
