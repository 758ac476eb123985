"""The pages of the staff app, and what surrounds each of them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.ui.accueil import demo_banner
from pages.ui.corrections import warn_lost
from pages.ui.donnees import donnees
from pages.ui.gabarits import escape_markdown
from pages.ui.recherche import search_field
from rqds_metrics.disk import DisquePlein
from rqds_metrics.horloge import HorlogeFausse, ahead, before_plan
from rqds_metrics.store import BaseIllisible, BaseOccupee, now, today

_LOGO = Path(__file__).with_name("logo.svg")


def declare() -> StreamlitPage:
    """The pages there are, and the one that the address names.

    Called by the server too, before anyone comes: until st.navigation has been called once, Streamlit serves each
    file of pages/ by itself, so that the first visitor's link would open a page without what surrounds it.
    """
    return st.navigation(
        {
            "Suivre": [
                st.Page("pages/vue_ensemble.py", title="Vue d’ensemble", url_path="ensemble", default=True),
                st.Page("pages/par_orientation.py", title="Par orientation", url_path="orientation"),
                st.Page("pages/fiche.py", title="Fiche d’un indicateur", url_path="fiche"),
                st.Page("pages/comparer.py", title="Comparer", url_path="comparer"),
                st.Page("pages/alertes.py", title="Alertes", url_path="alertes"),
            ],
            "Préparer le CA": [
                st.Page("pages/depuis.py", title="Depuis le dernier CA", url_path="depuis"),
                st.Page("pages/presenter.py", title="Présenter", url_path="presenter"),
                st.Page("pages/reunions.py", title="Réunions du CA", url_path="reunions"),
                st.Page("pages/rapport.py", title="Rapport au CA", url_path="rapport"),
            ],
            "Alimenter": [
                st.Page("pages/televerser.py", title="Téléverser des exports", url_path="televerser"),
                st.Page("pages/saisir.py", title="Saisir des valeurs", url_path="saisir"),
                st.Page("pages/autre_outil.py", title="Autre outil", url_path="autre-outil"),
                st.Page("pages/questions.py", title="Questions des sondages", url_path="questions"),
                st.Page("pages/corrections.py", title="Corrections", url_path="corrections"),
                st.Page("pages/cloture.py", title="Clôture du mois", url_path="cloture"),
            ],
            "Décider": [
                st.Page("pages/cibles.py", title="Cibles", url_path="cibles"),
                st.Page("pages/echeances.py", title="Échéances et doutes", url_path="echeances"),
                st.Page("pages/publication.py", title="Publication", url_path="publication"),
            ],
            "Garder la mémoire": [
                st.Page("pages/journal.py", title="Journal", url_path="journal"),
                st.Page("pages/methode.py", title="Méthode", url_path="methode"),
            ],
        },
        expanded=True,  # the search field in the menu would otherwise fold it
    )


def navigate() -> None:
    """Build the menu and run the page that the address names."""
    st.set_page_config(page_title="Plan stratégique du RQDS", page_icon=str(_LOGO), layout="wide")
    st.logo(str(_LOGO), size="large")
    page = declare()
    if unset := before_plan(today()):
        st.error(unset, icon=":material/schedule:")
        return
    try:
        known = donnees(today())
        if known.demo:
            demo_banner()
        if wrong := ahead(known.dernier, now()):
            st.warning(escape_markdown(wrong), icon=":material/schedule:")
        warn_lost()
        page.run()
        search_field()
    except (BaseOccupee, BaseIllisible, DisquePlein, HorlogeFausse) as error:
        st.error(escape_markdown(str(error)), icon=":material/error:")
