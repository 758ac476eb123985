"""The checklist of expected results beside the indicators of an action: typed, saved, and shown."""

from __future__ import annotations

import streamlit as st

from etl.checklist import FAIT, RESULTAT, changes_of, frame_of
from etl.grids import FAIT_LE, RANG, with_blanks
from pages.ui.cibles import tell_wrong
from pages.ui.decisions import as_shown, edit, save
from rqds_metrics.attendus import expected_of
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import Choix
from rqds_metrics.store import now, today

PAGE = "attendus"


def checklist(action: str, exercice: Exercice) -> None:
    """The expected results of an action in a year, to tick, date, add to and save."""
    decisions, turn = as_shown(PAGE)
    lines = expected_of(load_plan().actions[action], exercice, decisions)
    st.subheader(f"Résultats attendus en {exercice}", anchor=False)
    st.caption(
        "Ceux de l'an 1 viennent du plan ; ajoutez les autres à mesure qu'ils sont adoptés."
        if exercice.an > 1
        else "Ceux-ci viennent du plan. Cochez et datez ce qui est fait."
    )
    config = {
        RANG: None,
        FAIT: st.column_config.CheckboxColumn(FAIT, width=60, default=False),
        RESULTAT: st.column_config.TextColumn(RESULTAT, max_chars=300, width="large"),
        FAIT_LE: st.column_config.DateColumn(FAIT_LE, format="YYYY-MM-DD", width=110),
    }
    key = f"attendus_{action}_{exercice}_{turn}"
    edited = edit(key, with_blanks(frame_of(lines), 2), column_config=config, num_rows="dynamic")
    choix, wrong = changes_of(action, exercice, lines, edited, today(), now())
    tell_wrong(wrong)
    count = len(choix)
    label = f"Enregistrer {count} résultat{'s' if count > 1 else ''}" if count else "Enregistrer la liste"
    if st.button(label, disabled=bool(wrong) or not choix, key=f"garder_{action}"):
        save(PAGE, choix, "Liste des résultats attendus.", _said, _named)


def _said(count: int) -> str:
    return f"{count} résultat{'s' if count > 1 else ''} attendu{'s' if count > 1 else ''} enregistré{'s' if count > 1 else ''}."


def _named(choix: Choix, valeur: object) -> str:
    return str(valeur["texte"]) if isinstance(valeur, dict) else "ligne retirée"
