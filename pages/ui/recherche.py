"""The search field that every page has in its menu."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui.cadre import show
from pages.ui.contexte import current
from pages.ui.donnees import GARDES, donnees, stamp
from pages.ui.gabarits import render
from rqds_metrics.plan import load_plan
from rqds_metrics.recherche import Index
from rqds_metrics.store import today

LONGUEUR_MAX = 80


@lru_cache(GARDES)
def _index(stamp: str) -> Index:
    return Index(load_plan(), donnees(today()).decisions.commentaires)


def search_field(place: DeltaGenerator) -> None:
    """A field in the menu, and under it the indicators that answer; each opens its fiche."""
    with place:
        asked = st.text_input(
            "Chercher un indicateur",
            key="recherche",
            placeholder="Chercher un indicateur…",
            label_visibility="collapsed",
            icon=":material/search:",
        )
        if asked and asked.strip():
            found = _index(stamp()).find(asked[:LONGUEUR_MAX])
            show(
                render("recherche.html", trouves=found, demande=asked[:LONGUEUR_MAX], contexte=current(suivre=False)),
                key="recherche_trouves",
            )
