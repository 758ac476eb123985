"""Téléverser des exports: dropped, recognised, checked, shown with their effect, then stored; history and cancel."""

from __future__ import annotations

import streamlit as st

from etl.history import read_every_lot, read_history, saved_together
from pages.ui.cadre import show
from pages.ui.contexte import choose_today
from pages.ui.donnees import donnees, warm
from pages.ui.envois import (
    MONTRES,
    offer_annotated,
    offer_description,
    preview_files,
    previews_html,
    read_files,
    say,
    store_ready,
    template_of,
)
from pages.ui.historique import act, history_html
from pages.ui.portier import download
from pages.ui.reglages import choose_sources, choose_test_sends
from rqds_metrics.store import today

contexte = choose_today(
    "Téléverser des exports",
    "Déposez les fichiers du mois tels qu'ils sortent de vos outils : ils sont reconnus, vérifiés, puis montrés "
    "avant d'être enregistrés.",
)
say(st.session_state.pop("dits", []))

tour = st.session_state.setdefault("tour_envoi", 0)  # a new uploader after each save: an empty one
files = st.file_uploader(
    "Fichiers à téléverser",
    type=["xlsx", "xlsm", "xls", "ods", "csv", "tsv", "txt", "zip"],
    accept_multiple_files=True,
    key=f"fichiers_{tour}",
    label_visibility="collapsed",
)
if files:
    apercus = preview_files(read_files(files))
    show(previews_html(apercus), key="apercus")
    with st.container(horizontal=True):
        offer_annotated(apercus)
        offer_description(apercus)
    ready = sum(a.etat == "pret" for a in apercus)
    if donnees(today()).demo:
        st.warning("Retirez d'abord la démonstration (bandeau du haut) : de vrais fichiers ne s'y mêlent pas.")
    if ready:
        with st.container(horizontal=True, vertical_alignment="center"):
            label = f"Enregistrer les {ready} fichiers prêts" if ready > 1 else "Enregistrer le fichier prêt"
            if st.button(label, type="primary"):
                st.session_state["dits"] = store_ready(apercus)
                warm()
                st.session_state["tour_envoi"] = tour + 1
                st.rerun()
            st.caption("Rien n'est enregistré avant ce clic ; chaque envoi peut être annulé ensuite.")

with st.expander("Saisir ce qu'aucun outil ne donne : le gabarit Excel"):
    year = contexte.exercice
    st.markdown(
        f"Les indicateurs sans export, leurs mois de {year} et des listes déroulantes. Remplissez ce que vous savez, "
        "laissez le reste vide, puis déposez le fichier ici : seules les lignes remplies comptent."
    )
    name = f"valeurs-{year}.xlsx"
    download(
        "gabarit",
        f"Télécharger {name}",
        lambda: template_of(year),
        name,
        icon=":material/download:",
    )
choose_test_sends()
choose_sources()
groups = saved_together(read_every_lot())
shown = st.session_state.setdefault("lots_montres", MONTRES)
entrees = read_history([lot for group in groups[:shown] for lot in group])
asked = show(history_html(entrees), key="historique")
if len(groups) > shown and st.button(f"Voir plus ({len(groups) - shown} plus anciens)"):
    st.session_state["lots_montres"] = shown + 4 * MONTRES
    st.rerun()
if asked:
    act(asked, entrees)
