"""Fiche d'un indicateur: its sentence, its year against what was due, its five years, where the figures come from."""

from __future__ import annotations

import streamlit as st

from pages.ui.alimentation import feeding_form
from pages.ui.cadre import show
from pages.ui.commentaires import comment_form, comments_html, comments_of
from pages.ui.contexte import choose
from pages.ui.donnees import plan_today
from pages.ui.envois import say
from pages.ui.fiche import PREMIERE, load_fiche
from pages.ui.graphiques import config_of
from pages.ui.ruptures import decide_on_series
from pages.ui.telecharger import data_buttons, five_years_table, year_table
from rqds_metrics.plan import load_plan
from rqds_metrics.store import today

plan = load_plan()
asked = st.query_params.get("indicateur", st.session_state.get("indicateur", PREMIERE))
id_ = asked if asked in plan.tous else PREMIERE
contexte = choose(plan.tous[id_].court, indicateur=id_)
picked = st.selectbox(
    "Indicateur",
    list(plan.tous),
    index=list(plan.tous).index(id_),
    format_func=lambda i: f"{i} {plan.tous[i].court}",
    key=f"choix_{id_}",
    label_visibility="collapsed",
)
st.session_state["indicateur"] = picked
if picked != id_:
    st.query_params["indicateur"] = picked
    st.rerun()

say(st.session_state.pop("dits", []))
fiche = load_fiche(id_, contexte)
say(st.session_state.pop("dits", []))
show(fiche.tete, key="fiche_tete")
show(comments_html(comments_of(id_, contexte)), key="fiche_commentaires")
comment_form(id_, contexte)
if fiche.cinq_ans:
    left, right = st.columns([1.35, 1]) if fiche.annee else (None, st)
    if left:
        with left.container(border=True):
            summed = ", cumulé" if fiche.resultat.indicateur.type == "nombre" else ""
            st.subheader(f"Exercice {contexte.exercice}{summed}", anchor=False)
            name = f"{id_}_{contexte.exercice}"
            st.plotly_chart(fiche.annee, config=config_of(name), theme=None, key="annee", alt=fiche.resultat.phrase)
            data_buttons(name, lambda: year_table(fiche.resultat, fiche.courbes), key="annee")
    with right.container(border=True):
        st.subheader("Les cinq exercices et leur cible (trait)", anchor=False)
        name, alt = f"{id_}_cinq-exercices", f"{plan.tous[id_].court}, cinq exercices"
        st.plotly_chart(fiche.cinq_ans, config=config_of(name), theme=None, key="cinq_ans", alt=alt)
        data_buttons(name, lambda: five_years_table(fiche.annees), key="cinq_ans")
feeding_form(id_, contexte)
show(fiche.pied, key="fiche_pied")
if contexte.au == today():
    decide_on_series(plan_today().tous[id_], contexte.exercice)
