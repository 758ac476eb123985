"""The settings that the upload page lets one change: each change is a decision, dated and signed."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from pages.ui.donnees import donnees
from pages.ui.envois import Dit
from pages.ui.portier import permit
from pages.ui.sources import source_title
from rqds_metrics.exercice import exercices_du_plan
from rqds_metrics.mesures import load_mesures, plages_decided
from rqds_metrics.registre import Genre, decide
from rqds_metrics.regles.formats import nombre
from rqds_metrics.store import base_path, today, transaction


def choose_sources() -> None:
    """For each measure that several tools feed: the one that counts, and since when."""
    known = donnees(today())
    for nom, mesure in load_mesures().items():
        found = sorted({p.serie for p in known.portees if mesure.reads(p.serie)})
        if not mesure.choix or len(found) < 2:
            continue
        now_read = plages_decided(nom, mesure, known.decisions, known.portees)[-1].series[0]
        with st.expander(f"Réglage : la source de « {mesure.titre} »"), st.form(f"source_{nom}", border=False):
            st.markdown("Ces outils disent la même chose : un seul compte à la fois, ils ne s'additionnent jamais.")
            rank = found.index(now_read) if now_read in found else 0
            serie = st.selectbox("Source", found, index=rank, format_func=partial(source_title, mesure=mesure))
            since = st.date_input("À partir du", exercices_du_plan()[0].debut, max_value=today(), format="YYYY-MM-DD")
            saved = st.form_submit_button("Choisir cette source")
        if saved and isinstance(since, date):
            whole = since <= exercices_du_plan()[0].debut
            valeur = {"serie": serie, "depuis": None if whole else since.isoformat()}
            _decide(
                "source", nom, valeur, f"« {mesure.titre} » vient maintenant de {source_title(str(serie), mesure)}."
            )


def _decide(genre: Genre, cle: str, valeur: Any, said: str) -> None:
    known = donnees(today())
    with transaction() as cursor:
        pourquoi = "Réglé à la page des envois."
        decide(cursor, genre, cle, valeur, qui=permit(genre), pourquoi=pourquoi, demo=known.demo)
    st.session_state.setdefault("dits", []).append(Dit(said))
    st.rerun()


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
        said = f"Un envoi à moins de {nombre(chosen)} personnes compte maintenant pour un essai."
        _decide("reglage", "envoi_test_moins_de", int(chosen), said)
