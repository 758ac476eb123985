"""The editors of the page of typed values: one per kind of indicator, all of text cells, read as they are typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from etl.entry import Frappe
from etl.grids import (
    DATE,
    ETAT,
    FAIT,
    FAIT_LE,
    INDICATEUR,
    MOIS,
    NOM,
    NOTE,
    PAS_FAIT,
    PREUVE,
    RANG,
    TEXTE,
    Grille,
    grid_of,
    milestones_of,
    with_blanks,
)
from etl.listed import names_of, texts_of
from etl.typed import PAR
from pages.ui.saisir import Atelier
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Indicateur, load_plan
from rqds_metrics.store import today

_FIXE = st.column_config.TextColumn(
    INDICATEUR, disabled=True, pinned=True, width=250
)  # narrow: phones scroll beside it
_TITRE = st.column_config.TextColumn(INDICATEUR, disabled=True, width=330)
_PLURIELS = {"activite": "activités", "reseau": "réseaux", "membre": "membres"}


def editor(atelier: Atelier, name: str, frame: pd.DataFrame, **how: Any) -> pd.DataFrame:
    """A table to type in. It opens with what was typed before, if she comes back to it."""
    key = f"{name}_{atelier.choix}_{atelier.exercice}_{atelier.tour}"
    if key not in st.session_state:
        atelier.tables[name] = atelier.brouillons.get(name, frame)
    edited: pd.DataFrame = st.data_editor(
        atelier.tables[name], key=key, hide_index=True, placeholder="", width="stretch", **how
    )
    atelier.brouillons[name] = edited
    return edited


def tables(atelier: Atelier, indicateurs: Sequence[Indicateur], exercice: Exercice) -> None:
    """Every table of these indicators, in the order: months, year, names, milestones, texts."""
    au, cases = today(), atelier.cases
    atelier.lecteurs.clear()
    if exercice.debut > au:
        st.info(f"L'exercice {exercice} n'est pas commencé : rien ne s'y saisit encore.")
        return
    _grid(atelier, "mois", "Mois par mois", grid_of(indicateurs, exercice, au, cases, yearly=False))
    _grid(atelier, "annee", "Une fois l'an", grid_of(indicateurs, exercice, au, cases, yearly=True))
    for i in indicateurs:
        if i.par:
            _names(atelier, i, exercice)
    jalons = milestones_of(indicateurs, exercice, cases, load_plan().calendriers)
    if jalons:
        st.subheader("Jalons", anchor=False)
        config = {
            INDICATEUR: _TITRE,
            ETAT: st.column_config.SelectboxColumn(ETAT, options=["", FAIT, PAS_FAIT], width=90),
            FAIT_LE: st.column_config.DateColumn(FAIT_LE, format="YYYY-MM-DD", max_value=au, width=110),
            PREUVE: st.column_config.TextColumn(PREUVE, help="Un lien (https://…) ou une note", max_chars=500),
            NOTE: st.column_config.TextColumn(NOTE, max_chars=500),
        }
        editor(atelier, "jalons", jalons.frame(), column_config=config, disabled=[INDICATEUR])
        atelier.lecteurs["jalons"] = lambda edited: jalons.frappes(edited, au)
    textes = texts_of(indicateurs, exercice, cases)
    if textes:
        st.subheader("En mots", anchor=False)
        config = {
            INDICATEUR: _TITRE,
            DATE: st.column_config.DateColumn(DATE, format="YYYY-MM-DD", max_value=au, width=110),
            TEXTE: st.column_config.TextColumn(TEXTE, max_chars=500, width="large"),
        }
        editor(atelier, "textes", textes.frame(), column_config=config, disabled=[INDICATEUR])
        atelier.lecteurs["textes"] = lambda edited: textes.frappes(edited, au)


def _grid(atelier: Atelier, name: str, title: str, grille: Grille | None) -> None:
    if grille is None:
        return
    st.subheader(title, anchor=False)
    frame = grille.frame()
    figure = {c: st.column_config.TextColumn(c, alignment="right", max_chars=30) for c in frame.columns[1:]}
    editor(
        atelier,
        name,
        frame,
        column_config={INDICATEUR: _FIXE if len(figure) > 3 else _TITRE, **figure},
        disabled=[INDICATEUR],
    )
    atelier.lecteurs[name] = grille.frappes


def _names(atelier: Atelier, indicateur: Indicateur, exercice: Exercice) -> None:
    assert indicateur.par is not None
    au = today()
    noms = names_of(indicateur, exercice, atelier.cases)
    st.subheader(f"{indicateur.id} {indicateur.court}", anchor=False)
    summed = (
        "les numérateurs et les dénominateurs s'additionnent"
        if indicateur.type == "taux"
        else ("le total est la somme des derniers niveaux" if indicateur.type == "stock" else "le total est leur somme")
    )
    st.caption(f"Par {PAR[indicateur.par]} : une ligne chacun ; {summed}. Une ligne sans nom vaut pour l'ensemble.")
    config: dict[str, Any] = {
        RANG: None,
        NOM: st.column_config.TextColumn(PAR[indicateur.par].capitalize(), max_chars=120, width="large"),
        MOIS: st.column_config.SelectboxColumn(MOIS, options=noms.months(au), width=130),
    }
    if noms.yearly and all(noms.frame()[MOIS] == str(exercice)):
        config[MOIS] = None
    for column in noms.champs:
        config[column] = st.column_config.TextColumn(column, alignment="right", max_chars=30)
    name = f"noms_{indicateur.id}"
    editor(atelier, name, with_blanks(noms.frame(), 4), column_config=config, num_rows="dynamic")
    read: Callable[[pd.DataFrame], list[Frappe]] = lambda edited: noms.frappes(edited, au)  # noqa: E731
    atelier.lecteurs[name] = read
