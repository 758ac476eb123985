"""On the page of an indicator: choose where its value comes from, and see what that would change before keeping it."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from pages.ui.contexte import Contexte
from pages.ui.donnees import donnees
from pages.ui.envois import Dit
from pages.ui.gabarits import escape_markdown
from pages.ui.portier import may, permit
from rqds_metrics.affichage import value_text
from rqds_metrics.alimentation import (
    MODES,
    AlimentationInvalide,
    Mode,
    decided,
    fed_by,
    plan_decided,
)
from rqds_metrics.essai import read_words, results_if
from rqds_metrics.mesures import Mesure, load_mesures, text_columns
from rqds_metrics.plan import Indicateur, load_plan
from rqds_metrics.registre import decide
from rqds_metrics.regles.formats import nombre
from rqds_metrics.store import today, transaction

COLONNES = {
    "page": "la page", "titre": "le titre", "episode": "l'épisode", "sondage": "le sondage", "question": "la question",
    "reponse": "la réponse", "compte": "le compte", "campagne": "l'envoi", "seance": "la séance",
}  # fmt: skip
TESTS = {"contient": "contient", "commence": "commence par", "egal": "est exactement", "sans": "ne contient pas"}
CONDITIONS_MAX = 4
PLAN = "Comme le plan"


def feeding_form(id_: str, contexte: Contexte) -> None:
    """The choice, its effect at once, and the buttons that keep it or go back to the plan's way."""
    if not may("alimentation"):
        return
    plan = load_plan()
    known = donnees(today())
    indicateur = plan_decided(plan, known.decisions).tous[id_]
    if plan.tous[id_].type in ("jalon", "qualitatif") or contexte.au != today():
        return
    with st.expander("Choisir d'où vient sa valeur", key=f"provenance_{id_}", on_change="rerun") as box:
        if not box.open:  # what it would change costs a reading of the base
            return
        modes: list[Mode] = ["mesure", "saisie", "formule"]
        mode = st.radio(
            "Sa valeur vient",
            modes,
            index=modes.index(fed_by(indicateur)),
            format_func=lambda m: {"mesure": "d'un export", "saisie": "d'une saisie", "formule": "d'une formule"}[m],
            horizontal=True,
            key=f"mode_{id_}",
        )
        valeur: dict[str, Any] = {"mode": mode}
        if mode == "mesure":
            valeur |= _measure(indicateur)
        elif mode == "formule":
            valeur |= _formula(indicateur)
        _keep(plan.tous[id_], valeur, contexte, chosen=id_ in known.decisions.alimentations)


def _measure(indicateur: Indicateur) -> dict[str, Any]:
    mesures = {n: m for n, m in load_mesures().items() if m.type == indicateur.type}
    if not mesures:
        st.info("Aucun export ne donne encore un indicateur de ce type.")
        return {}
    names = list(mesures)
    nom = st.selectbox(
        "Mesure",
        names,
        index=names.index(indicateur.mesure) if indicateur.mesure in names else 0,
        format_func=lambda n: mesures[n].titre,
        key=f"mesure_{indicateur.id}",
    )
    st.caption(escape_markdown(mesures[nom].methode))
    before = indicateur.filtre if indicateur.mesure == nom else ()
    count = st.number_input(
        "Nombre de conditions",
        0,
        CONDITIONS_MAX,
        min(len(before), CONDITIONS_MAX),
        key=f"combien_{indicateur.id}_{nom}",
    )
    filtre = [_condition(indicateur, nom, mesures[nom], rank, before) for rank in range(int(count))]
    return {"mesure": nom, "filtre": [c for c in filtre if c]}


def _condition(indicateur: Indicateur, nom: str, mesure: Mesure, rank: int, before: Any) -> dict[str, Any] | None:
    """One condition: a column, a test, words separated by « ; ». None while it has no word."""
    old = before[rank] if rank < len(before) else None
    columns = text_columns(mesure)
    left, middle, right = st.columns([1, 1, 3], vertical_alignment="bottom")
    key = f"{indicateur.id}_{nom}_{rank}"
    colonne = left.selectbox(
        "Ce qui compte, quand", columns, format_func=lambda c: COLONNES.get(c, c), key=f"colonne_{key}",
        index=columns.index(old.colonne) if old and old.colonne in columns else 0,
    )  # fmt: skip
    kinds = list(TESTS)
    kind = next((t for t in kinds if old and getattr(old, t)), "contient")
    test = middle.selectbox("Test", kinds, index=kinds.index(kind), format_func=TESTS.__getitem__, key=f"test_{key}")
    words = right.text_input(
        "L'un de ces mots, séparés par « ; »", " ; ".join(getattr(old, kind)) if old else "", key=f"mots_{key}",
        max_chars=500,
    )  # fmt: skip
    found = [w.strip() for w in words.split(";") if w.strip()]
    return {"colonne": colonne, test: found} if found else None


def _formula(indicateur: Indicateur) -> dict[str, Any]:
    plan = load_plan()
    usable = [i.id for i in plan.tous.values() if i.type in ("nombre", "stock") and i.id != indicateur.id]

    def name(id_: str) -> str:
        return f"{id_} {plan.tous[id_].court}"

    old = indicateur.formule
    top = st.multiselect(
        "La somme de", usable, list(old.numerateur) if old else [], format_func=name, key=f"haut_{indicateur.id}",
        placeholder="un indicateur, ou plusieurs",
    )  # fmt: skip
    under = st.multiselect(
        "divisée par la somme de", usable, list(old.denominateur) if old else [], format_func=name,
        key=f"bas_{indicateur.id}", placeholder="rien : la somme seule",
    )  # fmt: skip
    unite = st.text_input(
        "Unité du résultat, au singulier", indicateur.unite, max_chars=60, key=f"unite_{indicateur.id}"
    )
    return {"formule": {"numerateur": top, "denominateur": under}, "unite": unite.strip() or None}


def _keep(indicateur: Indicateur, valeur: dict[str, Any], contexte: Contexte, *, chosen: bool) -> None:
    try:
        decided(indicateur, valeur, load_plan())
    except AlimentationInvalide as error:
        st.info(escape_markdown(f"À compléter : {error}."))
        return
    now, then = results_if(indicateur.id, valeur, contexte.exercice, today())
    st.markdown(f"En {contexte.exercice} : **{value_text(now)}** aujourd'hui, **{value_text(then)}** ainsi.")
    if valeur["mode"] == "mesure":
        _retained(valeur, contexte.exercice.debut, contexte.exercice.fin)
    why = st.text_input("Pourquoi", max_chars=200, key=f"pourquoi_{indicateur.id}")
    with st.container(horizontal=True):
        if st.button("Garder ce choix", type="primary", key=f"garder_{indicateur.id}"):
            if why.strip():
                _decide(indicateur.id, valeur, why.strip(), f"La valeur vient maintenant d'{MODES[valeur['mode']]}.")
            else:
                st.warning("Dites pourquoi, pour ceux qui liront le journal.")
        if chosen and st.button("Revenir au plan", key=f"revenir_{indicateur.id}"):
            _decide(indicateur.id, None, "Retour à ce que le plan prévoit.", "La valeur vient d'où le plan le prévoit.")


def _retained(valeur: dict[str, Any], debut: date, fin: date) -> None:
    """What the filter takes, by name: the surest way to see that a path was forgotten."""
    for condition in valeur["filtre"]:
        found = read_words(valeur["mesure"], valeur["filtre"], condition["colonne"], debut, fin, today())
        if found:
            names = ", ".join(f"« {w} » ({nombre(n, 0)})" for w, n in found[:8])
            more = f" et {len(found) - 8} autres" if len(found) > 8 else ""
            st.caption(escape_markdown(f"Retenu dans l'exercice : {names}{more}."))
        else:
            st.caption("Rien n'est retenu dans l'exercice.")
        return


def _decide(id_: str, valeur: object, pourquoi: str, said: str) -> None:
    demo = donnees(today()).demo
    with transaction() as cursor:
        decide(cursor, "alimentation", id_, valeur, qui=permit("alimentation"), pourquoi=pourquoi, demo=demo)
    st.session_state["dits"] = [Dit(said)]
    st.rerun()
