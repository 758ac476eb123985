"""The tools that were described: what is read of each, who said so; taken to a file, brought back, taken away."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from etl.champs import LIGNES_DITES, said
from etl.correspondance import Correspondance, CorrespondanceInvalide, build, from_json, to_json
from pages.ui.cadre import show
from pages.ui.donnees import donnees
from pages.ui.envois import Dit, when_text
from pages.ui.essai import faults_text, keep, saving_faults
from pages.ui.gabarits import render
from pages.ui.portier import download
from rqds_metrics.familles import TITRES
from rqds_metrics.registre import Decision
from rqds_metrics.regles.formats import typographie
from rqds_metrics.store import today


def description_html(c: Correspondance, decision: Decision | None = None) -> Markup:
    return render(
        "description.html",
        c=c,
        famille=TITRES[c.famille],
        ligne=LIGNES_DITES[c.ligne],
        mot=said,
        decision=decision,
        quand=when_text,
    )


def described_tools() -> None:
    """Each tool that stands described, the last said first, with what can be done of it."""
    found = sorted(donnees(today()).decisions.correspondances.items(), key=lambda x: x[1].quand, reverse=True)
    show(render("outils_decrits.html", combien=len(found)), key="outils_decrits")
    for rank, (nom, decision) in enumerate(found):
        with st.container(border=True):
            try:
                c = build(decision.valeur)
            except (CorrespondanceInvalide, TypeError, ValueError) as refused:
                faults = refused.fautes if isinstance(refused, CorrespondanceInvalide) else []
                st.error(faults_text([f"La description de « {nom} » ne se lit plus : refaites-la.", *faults]))
                c = None
            if c:
                show(description_html(c, decision), key=f"description_{rank}")
            with st.container(horizontal=True):
                if c:
                    download("description", 
                        "Exporter", to_json(c), f"{c.slug}.json", "application/json", icon=":material/download:",
                        key=f"exporter_{rank}",
                    )  # fmt: skip
                if st.button("Retirer", key=f"retirer_{rank}", disabled=st.session_state.get("a_retirer") == nom):
                    st.session_state["a_retirer"] = nom
                    st.rerun()
            if st.session_state.get("a_retirer") == nom:
                confirm_drop(nom, rank)


def confirm_drop(nom: str, rank: int) -> None:
    """Asked in place, under the tool."""
    note = "Ses prochains fichiers ne seront plus reconnus ; ceux qui sont déjà reçus continuent de compter."
    st.warning(typographie(note), icon=":material/warning:")
    with st.container(horizontal=True):
        sure = st.button("Retirer la description", type="primary", key=f"retirer_oui_{rank}")
        if sure:
            keep(None, nom, "Description retirée.")
            st.session_state["dits"] = [Dit(f"La description de « {nom} » est retirée.")]
        if st.button("La garder", key=f"retirer_non_{rank}") or sure:
            del st.session_state["a_retirer"]
            st.rerun()


def take_back() -> None:
    """A description that was exported here or elsewhere, checked and shown before it is kept."""
    tour = st.session_state.setdefault("tour_reprise", 0)
    with st.expander("Reprendre une description exportée (.json)"):
        file = st.file_uploader("Description", type=["json"], key=f"reprise_{tour}", label_visibility="collapsed")
        if not file:
            return
        try:
            c = from_json(file.getvalue())
        except CorrespondanceInvalide as refused:
            st.error(faults_text(refused.fautes), icon=":material/error:")
            return
        show(description_html(c), key="reprise_lue")
        if faults := saving_faults(c, c.nom, None):
            st.error(faults_text(faults), icon=":material/error:")
        elif st.button("Enregistrer cette description", type="primary"):
            keep(c, c.nom, "Reprise d'un fichier exporté.")
            st.session_state["dits"] = [Dit(f"« {c.nom} » est décrit.")]
            st.session_state["tour_reprise"] = tour + 1
            st.rerun()
