"""Autre outil: a person says once which column of an unknown export is what; then its files are read as any other."""

from __future__ import annotations

import streamlit as st

from pages.ui.cadre import show
from pages.ui.contexte import choose_today
from pages.ui.correspondance import already_known, choose_start, choose_table, dropped, edit, headers_html
from pages.ui.descriptions import described_tools, take_back
from pages.ui.donnees import donnees
from pages.ui.envois import previews_html, say
from pages.ui.essai import faults_text, preview_of, read_html, save, saving_faults
from rqds_metrics.store import today

choose_today(
    "Décrire un autre outil",
    "Cyberimpact, Brevo, Ausha, Eventbrite… : déposez un de leurs exports et dites une fois quelle colonne est quoi. Les "
    "suivants seront reconnus à la page Téléverser, comme ceux des autres outils.",
)
say(st.session_state.pop("dits", []))
fichier = dropped()
if fichier and not already_known(fichier):
    depart = choose_start(fichier)
    place = st.container()  # the headers come first, and what corrects them after
    table = choose_table(fichier)
    with place:
        show(headers_html(fichier, table), key="entetes")
    idee, nom = edit(fichier, table, depart)
    essai = preview_of(fichier, table, idee, nom)
    if essai.apercu is None:
        st.warning(faults_text(essai.fautes), icon=":material/warning:")
    else:
        show(read_html(essai), key="lu")
        show(previews_html([essai.apercu], "Ce que ce fichier changerait"), key="apercu")
    demo = donnees(today()).demo
    ready = essai.apercu is not None and essai.apercu.etat == "pret" and not demo
    with st.container(horizontal=True, vertical_alignment="center"):
        both = st.button("Enregistrer la description et le fichier", type="primary", disabled=not ready)
        alone = st.button("Enregistrer la description seule", disabled=essai.correspondance is None)
    if demo:
        st.caption("De vrais fichiers ne se mêlent pas à la démonstration : retirez-la d'abord (bandeau du haut).")
    else:
        st.caption("Rien n'est enregistré avant ce clic ; une description se retire, et un envoi s'annule.")
    if essai.correspondance and (both or alone):
        faults = saving_faults(essai.correspondance, nom, depart)
        if faults:
            st.error(faults_text(faults), icon=":material/error:")
        else:
            save(fichier, essai, depart, with_file=both)
described_tools()
take_back()
