"""The settings that the upload page lets one change: each change is a decision, dated and signed."""

from __future__ import annotations

import streamlit as st

from pages.ui.donnees import donnees
from pages.ui.envois import QUI, Dit
from rqds_metrics.registre import decide
from rqds_metrics.regles.formats import nombre
from rqds_metrics.store import base_path, today, transaction


def choose_test_sends() -> None:
    """Under how many recipients a mailing is a test, left out of the open rate."""
    known = donnees(today())
    stands = known.decisions.reglages.envoi_test_moins_de
    with st.expander("Réglage : les envois de test de l'infolettre"), st.form("reglage_essais", border=False):
        st.markdown(
            "Un envoi livré à moins de personnes que ce nombre compte pour un essai : il est gardé, "
            "mais n'entre pas dans le taux d'ouverture."
        )
        chosen = st.number_input("Envoi de test : moins de", min_value=0, max_value=10_000, value=stands, step=10)
        saved = st.form_submit_button("Enregistrer le réglage", disabled=not base_path().exists())
    if saved and int(chosen) != stands:
        with transaction() as cursor:
            decide(
                cursor, "reglage", "envoi_test_moins_de", int(chosen),
                qui=QUI, pourquoi="Réglé à la page des envois.", demo=known.demo,
            )  # fmt: skip
        said = f"Un envoi à moins de {nombre(chosen)} personnes compte maintenant pour un essai."
        st.session_state.setdefault("dits", []).append(Dit(said))
        st.rerun()
