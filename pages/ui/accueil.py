"""The welcome of an empty base, and the demonstration: loaded and taken away in one click."""

from __future__ import annotations

import streamlit as st

from etl.loading import LotRefuse, remove_demo
from pages.ui.gabarits import escape_markdown
from pages.ui.portier import may, permit, sees
from rqds_metrics import store
from rqds_metrics.plan import load_plan


def welcome() -> None:
    """What to do first, when nothing was received yet."""
    with st.container(border=True, key="bienvenue"):
        st.subheader("Bienvenue", anchor=False)
        plan = load_plan()
        goals = [ob for o in plan.orientations for ob in o.objectifs]
        st.markdown(
            f"Le plan est en place : {len(plan.orientations)} orientations, {len(goals)} objectifs, "
            f"{len(plan.actions)} actions, {len(plan.indicateurs)} indicateurs. Pour commencer :\n\n"
            "1. **Téléversez les exports du mois** tels qu'ils sortent de vos outils (Mailchimp, Google Analytics, "
            "Spotify, Zoom, Microsoft Forms) : ils sont reconnus, vérifiés, puis montrés avant d'être enregistrés.\n"
            "2. **Ouvrez une orientation** pour voir chaque indicateur devant sa cible, puis sa fiche."
        )
        with st.container(horizontal=True):
            if sees("televerser") and st.button(
                "Téléverser des exports", type="primary", icon=":material/upload_file:"
            ):
                st.switch_page("pages/televerser.py")
            if may("demonstration") and st.button("Voir d'abord avec des données fictives", icon=":material/science:"):
                _load()


def _load() -> None:
    permit("demonstration")
    from etl.demo.load import load_demo  # the generators are only needed on this click

    with st.status("Chargement de la démonstration…", expanded=False) as status:
        try:
            load_demo(None, today=store.today(), progress=lambda text: status.update(label=escape_markdown(text)))
        except LotRefuse as refus:
            status.update(label=escape_markdown(str(refus)), state="error")
            return
    st.rerun()


def demo_banner() -> None:
    """« Données fictives », on every screen that shows them."""
    with st.container(horizontal=True, vertical_alignment="center", key="bandeau_demo"):
        st.markdown("**Données fictives** : cette base contient la démonstration, rien de réel.")
        if may("demonstration") and st.button("Retirer la démonstration", key="retirer_demo"):
            permit("demonstration")
            remove_demo()
            st.rerun()
