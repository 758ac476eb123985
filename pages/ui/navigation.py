"""The pages of the staff app, and what surrounds each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.ui.accueil import demo_banner
from pages.ui.corrections import warn_lost
from pages.ui.donnees import donnees
from pages.ui.gabarits import escape_markdown
from pages.ui.portier import enter, foot, known, person
from pages.ui.recherche import search_field
from rqds_metrics.copies import CopieImpossible
from rqds_metrics.disk import DisquePlein
from rqds_metrics.horloge import HorlogeFausse, ahead, before_plan
from rqds_metrics.store import BaseIllisible, BaseOccupee, now, today

_LOGO = Path(__file__).with_name("logo.svg")


# The pages in the order of the menu: file, title, address.
MENU = {
    "Suivre": [
        ("vue_ensemble", "Vue d’ensemble", "ensemble"),
        ("par_orientation", "Par orientation", "orientation"),
        ("fiche", "Fiche d’un indicateur", "fiche"),
        ("comparer", "Comparer", "comparer"),
        ("alertes", "Alertes", "alertes"),
    ],
    "Préparer le CA": [
        ("depuis", "Depuis le dernier CA", "depuis"),
        ("presenter", "Présenter", "presenter"),
        ("reunions", "Réunions du CA", "reunions"),
        ("rapport", "Rapport au CA", "rapport"),
    ],
    "Alimenter": [
        ("televerser", "Téléverser des exports", "televerser"),
        ("saisir", "Saisir des valeurs", "saisir"),
        ("autre_outil", "Autre outil", "autre-outil"),
        ("questions", "Questions des sondages", "questions"),
        ("corrections", "Corrections", "corrections"),
        ("cloture", "Clôture du mois", "cloture"),
    ],
    "Décider": [
        ("cibles", "Cibles", "cibles"),
        ("echeances", "Échéances et doutes", "echeances"),
        ("publication", "Publication", "publication"),
        ("acces", "Accès", "acces"),
    ],
    "Garder la mémoire": [
        ("journal", "Journal", "journal"),
        ("methode", "Méthode", "methode"),
    ],
}
ACCUEIL = "vue_ensemble"  # the default page, whose address is the app's own
_FICHIERS = {address: file for pages in MENU.values() for file, _, address in pages} | {"": ACCUEIL}


def declare(shown: Callable[[str], bool] = lambda page: True) -> StreamlitPage:
    """The pages there are, and the one that the address names. `shown`: which are in the menu; the others can still
    be reached, and say why they are reserved.

    Called by the server too, before anyone comes: until st.navigation has been called once, Streamlit serves each
    file of pages/ by itself, so that the first visitor's link would open a page without what surrounds it.
    """
    return st.navigation(
        {
            section: [
                st.Page(
                    f"pages/{file}.py",
                    title=title,
                    url_path=address,
                    default=file == ACCUEIL,
                    visibility="visible" if shown(file) else "hidden",
                )
                for file, title, address in pages
            ]
            for section, pages in MENU.items()
        },
        expanded=True,  # the search field in the menu would otherwise fold it
    )


def navigate() -> None:
    """Build the menu of the person who is there, and run the page that the address names if she may open it."""
    st.set_page_config(page_title="Plan stratégique du RQDS", page_icon=str(_LOGO), layout="wide")
    st.logo(str(_LOGO), size="large")
    if not known():
        declare(lambda page: False)  # the menu that she had goes with her
    who = person()
    page = declare(who.sees)
    search = st.sidebar.container()
    foot()
    if unset := before_plan(today()):
        st.error(unset, icon=":material/schedule:")
        return
    try:
        read = donnees(today())
        if read.demo:
            demo_banner()
        if wrong := ahead(read.dernier, now()):
            st.warning(escape_markdown(wrong), icon=":material/schedule:")
        warn_lost()
        enter(_FICHIERS[page.url_path])
        page.run()
        search_field(search)
    except (BaseOccupee, BaseIllisible, DisquePlein, CopieImpossible, HorlogeFausse) as error:
        st.error(escape_markdown(str(error)), icon=":material/error:")
