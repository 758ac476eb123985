"""Alertes: what the direction wants to be told of, and what these alerts tell today."""

from __future__ import annotations

import streamlit as st

from pages.ui.alertes import alert_form, alerts_html, decide_alert
from pages.ui.cadre import show
from pages.ui.contexte import current, remember
from pages.ui.envois import say

remember(current())
st.title("Alertes", anchor=False)
st.caption("Choisissez ce dont vous voulez être avisé ; chaque avis se lit ici, et dans le courriel de la semaine.")
say(st.session_state.pop("dits", []))
alert_form()
pressed = show(alerts_html(current()), key="alertes")
if pressed and pressed.get("action") == "retirer":
    decide_alert(str(pressed.get("id")), follow=False)
