"""What the direction says of a series on its page: a break, dated and explained; the month that may be skipped."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from pages.ui.donnees import donnees
from pages.ui.envois import Dit
from pages.ui.gabarits import escape_markdown
from pages.ui.portier import may, permit
from rqds_metrics.exercice import Exercice, exercices_du_plan
from rqds_metrics.mesures import load_mesures
from rqds_metrics.plan import Indicateur, load_plan
from rqds_metrics.registre import Genre, decide
from rqds_metrics.regles.attendu import due_dates
from rqds_metrics.regles.formats import MOIS, jour, mois
from rqds_metrics.ruptures import declared
from rqds_metrics.store import base_path, today, transaction


def decide_on_series(indicateur: Indicateur, exercice: Exercice) -> None:
    """The two small forms under an indicator's figures; nothing on an empty base, or for what has no figure."""
    if not base_path().exists() or not may("rupture", "saut"):
        return
    if indicateur.type in ("nombre", "stock", "taux"):
        _breaks(indicateur, exercice)
    calendrier = load_plan().calendrier_of(indicateur)
    if calendrier and calendrier.attendus and calendrier.attendus < len(calendrier.mois):
        _skipped(indicateur, exercice)


def _breaks(indicateur: Indicateur, exercice: Exercice) -> None:
    standing = declared(indicateur, donnees(today()).decisions)
    with st.expander(f"Rupture dans la série ({len(standing)} déclarée{'s' if len(standing) > 1 else ''})"):
        st.markdown(
            "Un autre outil, une autre définition : à partir de ce jour, les chiffres ne se comptent plus comme avant. "
            "La hausse ne se compare pas d'un côté à l'autre ; rien n'est effacé."
        )
        for d in standing:
            day = date.fromisoformat(d.valeur["date"])
            text, button = st.columns([4, 1], vertical_alignment="center")
            text.markdown(escape_markdown(f"{jour(day)} : {d.valeur['raison']} ({d.qui})"))
            if button.button("Retirer", key=f"retirer_{d.cle}_{day}"):
                _keep(
                    "rupture",
                    d.cle,
                    {"date": day.isoformat(), "raison": None},
                    "Rupture retirée.",
                    "La rupture est retirée.",
                )
        with st.form(f"rupture_{indicateur.id}", border=False, clear_on_submit=True):
            left, right = st.columns([1, 3])
            first = exercices_du_plan()[0].debut
            since = left.date_input(
                "À partir du",
                None,
                min_value=first,
                max_value=today(),
                format="YYYY-MM-DD",
                key=f"rupture_jour_{indicateur.id}",
            )
            why = right.text_input(
                "Ce qui a changé",
                max_chars=120,
                placeholder="changement d'outil",
                key=f"rupture_raison_{indicateur.id}",
            )
            mesure = load_mesures()[indicateur.mesure] if indicateur.mesure else None
            shared = mesure is not None and st.checkbox(f"Pour tous les indicateurs de la mesure « {mesure.titre} »")
            sent = st.form_submit_button("Déclarer la rupture")
    if not sent:
        return
    if not isinstance(since, date) or not why.strip():
        st.warning("Dites ce qui a changé.")
        return
    cle = str(indicateur.mesure) if shared else indicateur.id
    said = f"Rupture déclarée le {jour(since)} : {why.strip()}."
    _keep("rupture", cle, {"date": since.isoformat(), "raison": why.strip()}, "Déclarée à la fiche.", said)


def _skipped(indicateur: Indicateur, exercice: Exercice) -> None:
    calendrier = load_plan().calendrier_of(indicateur)
    assert calendrier is not None and indicateur.calendrier
    stands = donnees(today()).decisions.sauts.get((indicateur.calendrier, str(exercice)))
    options = [0, *(d.month for d in due_dates(calendrier, exercice))]
    months = {d.month: mois(d, long=True) for d in due_dates(calendrier, exercice)}
    free = len(calendrier.mois) - (calendrier.attendus or 0)
    with st.expander("Mois sauté"), st.form(f"saut_{indicateur.id}_{exercice}", border=False):
        st.markdown(
            f"Le plan en demande {calendrier.attendus} sur {len(calendrier.mois)} mois. Tant que le mois sauté n'est pas "
            f"nommé, {'un seul peut manquer, n’importe lequel' if free == 1 else f'{free} peuvent manquer'}."
        )
        chosen = st.selectbox(
            f"Mois sauté en {exercice}",
            options,
            index=options.index(int(stands.valeur)) if stands else 0,
            format_func=lambda m: months.get(m, "pas encore nommé"),
            key=f"saut_mois_{indicateur.calendrier}_{exercice}",
        )
        sent = st.form_submit_button("Enregistrer le mois sauté")
    if sent and chosen != (int(stands.valeur) if stands else 0):
        said = f"Mois sauté en {exercice} : {MOIS[chosen - 1] if chosen else 'pas encore nommé'}."
        _keep("saut", indicateur.calendrier, chosen or None, "Nommé à la fiche.", said, exercice)


def _keep(genre: Genre, cle: str, valeur: Any, why: str, said: str, exercice: Exercice | None = None) -> None:
    demo = donnees(today()).demo
    with transaction() as cursor:
        year = str(exercice) if exercice else None
        decide(cursor, genre, cle, valeur, qui=permit(genre), pourquoi=why, exercice=year, demo=demo)
    st.session_state["dits"] = [Dit(said)]
    st.rerun()
