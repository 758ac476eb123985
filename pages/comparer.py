"""Comparer: two years side by side, or two indicators on one time line."""

from __future__ import annotations

import streamlit as st

from pages.ui.cadre import show
from pages.ui.comparer import lines_chart, lines_of, lines_table, years_html, years_table
from pages.ui.contexte import choose
from pages.ui.graphiques import config_of
from pages.ui.telecharger import data_buttons
from rqds_metrics.exercice import exercices_du_plan
from rqds_metrics.plan import load_plan

contexte = choose("Comparer", annee=False)
DEUX = ("Deux exercices", "Deux indicateurs")
what = st.segmented_control("Quoi comparer", DEUX, default=DEUX[0], key="comparer_quoi", label_visibility="collapsed")
if what != DEUX[1]:
    years = exercices_du_plan()
    left, right = st.columns(2)
    newer = years.index(contexte.exercice)
    first = left.selectbox("Un exercice", years, max(newer - 1, 0), key="comparer_un", filter_mode=None)
    second = right.selectbox("et un autre", years, max(newer, 1), key="comparer_deux", filter_mode=None)
    if first == second:
        st.info("Choisissez deux exercices différents.")
    else:
        before, after = sorted((first, second))
        data_buttons(f"{before}_{after}", lambda: years_table(before, after, contexte.au), key="exercices")
        show(years_html(before, after, contexte), key="comparer_exercices")
else:
    plan = load_plan()
    ids = [i.id for i in plan.tous.values() if i.type in ("nombre", "stock", "taux")]
    left, right = st.columns(2)

    def text(id_: str) -> str:
        return f"{id_} {plan.tous[id_].court}"

    one = left.selectbox("Un indicateur", ids, ids.index("1.2.6-2"), format_func=text, key="comparer_a")
    two = right.selectbox("et un autre", ids, ids.index("1.2.6-4"), format_func=text, key="comparer_b")
    way = st.radio(
        "Comment",
        ("Chacun son échelle, l'un au-dessus de l'autre", "Les deux ramenés à 100 au départ"),
        horizontal=True,
        label_visibility="collapsed",
        key="comparer_comment",
    )
    lines = lines_of(one, two, contexte.au)
    figure, told = lines_chart(*lines, base_100=way.startswith("Les deux"))
    st.caption(told)
    if figure:
        name = f"{one}_{two}"
        st.plotly_chart(figure, config=config_of(name), theme=None, key="comparer_lignes", alt=told)
        data_buttons(name, lambda: lines_table(*lines), key="lignes")
