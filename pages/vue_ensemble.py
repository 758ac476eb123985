"""Vue d'ensemble: in ten seconds, where the plan stands."""

from __future__ import annotations

from pages.ui.accueil import welcome
from pages.ui.cadre import show
from pages.ui.contexte import choose, current
from pages.ui.donnees import donnees
from pages.ui.ensemble import TITRE, overview

if not donnees(current().au).lots:
    welcome()
contexte = choose(TITRE, overview(current())[1])
show(overview(contexte)[0], key="vue_ensemble")
