"""The history on the upload page: each lot with its effect, cancelled and brought back, and the file that was kept."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from markupsafe import Markup

from etl.effects import Effet, replayed
from etl.history import Entree, saved_together, typed
from etl.loading import LotRefuse, cancel_lot
from etl.originaux import Original
from etl.report import effect_text, effects_summary
from etl.restoring import restore_lot
from pages.ui.donnees import stamp
from pages.ui.envois import Dit, when_text
from pages.ui.gabarits import escape_markdown, render
from pages.ui.portier import download, permit
from pages.ui.sources import tool_title
from rqds_metrics.lots import Lot
from rqds_metrics.store import local

ORIGINAUX = {"origine": "Fichier d'origine", "copie": "Copie sans renseignements personnels"}
FAITS = {"recu": "Reçu", "annule": "Annulé", "retabli": "Rétabli"}


def _own(lot: Lot) -> str:
    """What a typed value is, without the day, which its save says already."""
    return lot.fichier.partition(" : ")[2] or lot.fichier


def _asked() -> dict[int, tuple[Effet, ...]]:
    """Effects that were not kept and that someone asked for, while the base stays as it is."""
    if st.session_state.get("effets_de") != stamp():
        st.session_state["effets"], st.session_state["effets_de"] = {}, stamp()
    found: dict[int, tuple[Effet, ...]] = st.session_state["effets"]
    return found


def history_html(entrees: list[Entree]) -> Markup:
    asked = _asked()
    effets = {e.lot.id: asked.get(e.lot.id) if e.effets is None else e.effets for e in entrees}
    by_lot = {e.lot.id: e for e in entrees}
    groups = saved_together([e.lot for e in entrees])
    return render(
        "historique.html",
        groupes=[[by_lot[lot.id] for lot in group] for group in groups],
        effets=effets,
        titre=lambda lot: "Saisie à l'écran" if typed(lot) else tool_title(lot.source, lot.famille),
        quand=when_text,
        effet=effect_text,
        resume=lambda effets, lot: effects_summary(effets, local(lot.recu_le).date()),
        originaux=ORIGINAUX,
        faits=FAITS,
        propre=_own,
    )


def act(asked: Mapping[str, str], entrees: list[Entree]) -> None:
    """What a button of the history asks for."""
    entree = next((e for e in entrees if str(e.lot.id) == asked.get("id")), None)
    if entree is None:
        return
    action = asked.get("action")
    if action == "annuler":
        confirm_cancel(entree.lot)
    elif action == "retablir":
        bring_back(entree.lot)
    elif action == "original" and entree.original:
        hand_over(entree.lot, entree.original)
    elif action == "effet" and entree.lot.id not in _asked():
        with st.spinner("Calcul de l'effet…"):
            _asked()[entree.lot.id] = replayed(entree.lot)
        st.rerun()


@st.dialog("Annuler cet envoi ?")
def confirm_cancel(lot: Lot) -> None:
    st.markdown(
        f"« {escape_markdown(lot.fichier)} », reçu le {when_text(lot.recu_le)}. Ce qu'il avait remplacé comptera de nouveau."
    )
    with st.container(horizontal=True):
        if st.button("Annuler l'envoi", type="primary"):
            try:
                cancel_lot(lot.id, qui=permit("envoi_annule"))
                st.session_state["dits"] = [
                    Dit(f"« {lot.fichier} » est annulé ; ce qu'il avait remplacé compte de nouveau.")
                ]
            except LotRefuse as refus:
                st.session_state["dits"] = [Dit(str(refus), fait=False)]
            st.rerun()
        if st.button("Le garder"):
            st.rerun()


def bring_back(lot: Lot) -> None:
    """Make a cancelled lot count again, and say so."""
    try:
        restore_lot(lot.id, qui=permit("envoi_retabli"))
        dit = Dit(f"« {lot.fichier} » est rétabli : il compte de nouveau, là où aucun envoi plus récent ne parle.")
    except LotRefuse as refus:
        dit = Dit(str(refus), fait=False)
    st.session_state["dits"] = [dit]
    st.rerun()


@st.dialog("Le fichier conservé")
def hand_over(lot: Lot, original: Original) -> None:
    """The file that was kept, under the name it came with."""
    stem = lot.fichier.rsplit(".", 1)[0]
    st.markdown(f"« {escape_markdown(lot.fichier)} », reçu le {when_text(lot.recu_le)} par {escape_markdown(lot.par)}.")
    if original.nature == "copie":
        st.caption("Seules les colonnes qui ne disent rien des personnes sont là.")
    try:
        octets = original.chemin.read_bytes()
    except OSError:
        st.error("Ce fichier n'est plus dans le dossier des données : il a pu être déplacé.", icon=":material/error:")
        return
    name = lot.fichier if original.nature == "origine" else f"{stem} - copie{original.fin}"
    kind = "text/csv" if original.fin == ".csv" else None
    download("original", ORIGINAUX[original.nature], octets, name, kind, icon=":material/download:", type="primary")
