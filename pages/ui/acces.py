"""What the page of accesses shows: the people and groups of the settings, and what each role opens."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from pages.ui.connexion import connexion
from pages.ui.gabarits import render
from pages.ui.navigation import MENU
from rqds_metrics.acces import PAGES, ROLES, TACHES
from rqds_metrics.personnes import load_acces, path_of
from rqds_metrics.yaml_strict import DefinitionError


def access_html() -> Markup:
    settings = connexion()
    acces, fautes = None, []
    if settings:
        try:
            acces = load_acces()
        except DefinitionError as error:
            fautes = [str(d) for d in error.defauts]
    pages = [(title, PAGES[file]) for section in MENU.values() for file, title, _ in section]
    opened = {role: [title for title, least in pages if least == role] for role in ROLES}
    return render(
        "acces.html", connexion=settings, acces=acces, fautes=fautes, roles=ROLES, taches=TACHES, ouvre=opened
    )


def how_to() -> None:
    """How to change who comes in, on the machine that keeps the settings."""
    with st.expander("Ajouter, changer ou retirer quelqu'un"):
        st.markdown(
            f"Sur l'ordinateur qui tient l'application, ouvrez `{path_of().name}` (à côté des données) :\n\n"
            "- une personne : une entrée sous `personnes`, avec son `courriel`, son `nom` et son `role` ;\n"
            "- un groupe de votre fournisseur de comptes : une entrée sous `groupes` ;\n"
            "- pour retirer une personne : supprimez son entrée ; si un groupe la laisse entrer, écrivez-la avec "
            "`role: aucun`.\n\n"
            "Le fichier est relu à chaque clic : une personne retirée est dehors au suivant. Vérifiez-le avec "
            "`python -m rqds_metrics verifier` : un fichier fautif ferme l'application à tous. Le mode d'emploi complet, "
            "pour Microsoft 365 et Google, est dans `docs/connexion.md`."
        )
