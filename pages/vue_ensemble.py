"""Vue d'ensemble: in ten seconds, where the plan stands."""

from __future__ import annotations

import streamlit as st

from pages.ui.accueil import welcome
from pages.ui.cadre import show
from pages.ui.contexte import choose, current
from pages.ui.donnees import donnees
from pages.ui.ensemble import overview

if not donnees(current().au).lots:
    welcome()
_, sous = overview(current())
contexte = choose("Où en est le plan ?", sous)
html, _ = overview(contexte)
show(html, key="vue_ensemble")
