"""Cibles: the plan's and the direction's for each year, the queue of those to set, and the workbook out and in."""

from __future__ import annotations

import streamlit as st

from pages.ui.cadre import show
from pages.ui.cibles import (
    changes_html,
    choices_of,
    coverage_html,
    draft,
    groups,
    history_html,
    indicators,
    queue,
    read_back,
    rule_text,
    save_targets,
    table,
    tell_wrong,
    workbook,
)
from pages.ui.contexte import choose_today
from pages.ui.envois import say
from pages.ui.portier import download
from rqds_metrics.registre import Choix

VUES = {"toutes": "Par orientation", "fixer": "Cibles à fixer", "excel": "Excel"}
vue = st.query_params.get("vue", st.session_state.get("cibles_vue", "toutes"))
vue = vue if vue in VUES else "toutes"
contexte = choose_today("Cibles", annee=True, vue=vue)
exercice = contexte.exercice
say(st.session_state.pop("dits", []))
picked = st.segmented_control(
    "Vue", list(VUES), default=vue, format_func=VUES.__getitem__, key=f"cibles_vue_{vue}", label_visibility="collapsed"
)
st.session_state["cibles_vue"] = picked or vue
if picked and picked != vue:
    st.query_params["vue"] = picked
    st.rerun()

choix: list[Choix] = []
wrong: list[str] = []
if vue == "excel":
    st.caption(
        "Le classeur contient chaque cible et chaque échéance. Changez des cellules, redéposez-le : seules les cellules "
        "changées comptent, une cellule vide ne change rien, « retirer » retire."
    )
    download("classeur_cibles", "Télécharger cibles.xlsx", workbook, "cibles.xlsx", icon=":material/download:")
    file = st.file_uploader("Classeur rempli", type=["xlsx"], key="cibles_classeur", label_visibility="collapsed")
    if file:
        classeur = read_back(file.name, file.getvalue())
        show(changes_html(classeur), key="classeur")
        choix = choices_of(classeur)
else:
    if vue == "toutes":
        group = st.segmented_control(
            "Orientation", list(groups()), default="1", format_func=groups().__getitem__, label_visibility="collapsed"
        )
        st.caption("La cible d'une année fixée ici l'emporte sur celle du plan. Une cellule vidée la retire.")
        choix, wrong = table(group or "1", exercice)
    else:
        show(coverage_html(exercice), key="couverture")
        st.caption(rule_text())
        choix, wrong = queue(exercice)
    tell_wrong(wrong)
if vue != "excel" or file:
    with st.form("cibles_enregistrer", border=False):
        why = st.text_input("Pourquoi", max_chars=200, placeholder="La résolution du CA, ou la raison du choix")
        count = len(choix)
        label = f"Enregistrer {count} {'décisions' if count > 1 else 'décision'}" if count else "Enregistrer"
        saved = st.form_submit_button(label, type="primary", disabled=bool(wrong) or not choix)
    if saved and not why.strip():
        st.warning("Dites pourquoi : c'est gardé avec chaque cible.")
    elif saved:
        save_targets(choix, why.strip())
if vue == "fixer":
    with st.expander("Projet de résolution pour le CA"):
        st.code(draft(exercice, choix), language=None, wrap_lines=True)
elif vue == "toutes":
    head, choice = st.columns([2, 1], vertical_alignment="bottom")
    head.subheader("Qui a fixé quoi, et pourquoi", anchor=False)
    of = choice.selectbox(
        "Historique de",
        ["", *(i.id for i in indicators(group or "1"))],
        format_func=lambda i: i or "toute l'orientation",
    )
    show(history_html(group or "1", of), key="histoire")
