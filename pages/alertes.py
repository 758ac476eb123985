"""Alertes: what the direction wants to be told of, and what these alerts tell today."""

from __future__ import annotations

import streamlit as st

from pages.ui.alertes import alert_form, alerts_html, decide_alert
from pages.ui.cadre import show
from pages.ui.contexte import choose
from pages.ui.envois import say
from rqds_metrics.store import today

contexte = choose(
    "Alertes",
    "Choisissez ce dont vous voulez être avisé ; chaque avis se lit ici, et dans le courriel de la semaine.",
    annee=False,
)
say(st.session_state.pop("dits", []))
if contexte.au == today():
    alert_form()
pressed = show(alerts_html(contexte), key="alertes")
if pressed and pressed.get("action") == "retirer":
    decide_alert(str(pressed.get("id")), follow=False)
