"""What the page of typed values does: whose cells are shown, what is saved, what someone else changed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from etl.entry import Ecriture, Faute, Frappe, check, span_text
from etl.grids import cell_text, percent_text
from etl.history import read_every_lot, typed
from etl.loading import LotRefuse
from etl.recording import Conflit, store_entries
from pages.ui.cadre import show
from pages.ui.donnees import donnees, plan_today
from pages.ui.envois import Dit, when_text
from pages.ui.gabarits import escape_markdown, render
from pages.ui.historique import confirm_cancel
from pages.ui.portier import permit
from rqds_metrics.exercice import Exercice
from rqds_metrics.lots import Lot
from rqds_metrics.manquants import missing
from rqds_metrics.plan import Indicateur
from rqds_metrics.regles.formats import jour
from rqds_metrics.saisies import Case, Cle, load_cases
from rqds_metrics.store import today

MANQUE = "manque"  # a choice: what the next meeting would miss
SONDAGE = "sondage"  # another: the yearly member survey, when some of it is typed in
RECENTES = 10


@dataclass
class Atelier:
    """What a person has under her hands: the cells as they were shown to her, and what she has typed since.

    `tables`: what each editor opened with; `brouillons`: what it holds now, kept while she looks at another action.
    """

    choix: str
    exercice: Exercice
    tour: int
    cases: dict[Cle, Case]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    brouillons: dict[str, pd.DataFrame] = field(default_factory=dict)
    lecteurs: dict[str, Any] = field(default_factory=dict)  # name of a table -> how its frame becomes keystrokes

    def frappes(self) -> list[Frappe]:
        """Everything typed in its tables, and not saved."""
        return [f for name, read in self.lecteurs.items() for f in read(self.brouillons[name])]


def choices() -> list[str]:
    """What is missing, then every action: those without a value to type have expected results."""
    plan = plan_today()
    return [MANQUE, *plan.actions, *([SONDAGE] if any(i.saisi for i in plan.generaux.values()) else [])]


def choice_text(choix: str) -> str:
    if choix == MANQUE:
        return "Ce qui manque pour le prochain CA"
    return "Sondage annuel des membres" if choix == SONDAGE else f"{choix} {plan_today().actions[choix].titre}"


def workshop(choix: str, exercice: Exercice) -> Atelier:
    """Her cells for a choice and a year, as they were when she opened them."""
    kept: dict[tuple[str, Exercice], Atelier] = st.session_state.setdefault("ateliers", {})
    if (choix, exercice) not in kept:
        tour = st.session_state["tour_saisie"] = st.session_state.get("tour_saisie", 0) + 1
        kept[choix, exercice] = Atelier(choix, exercice, tour, load_cases(today()))
    return kept[choix, exercice]


def reload(atelier: Atelier) -> None:
    """Forget what was typed and not saved; show what stands now."""
    st.session_state["ateliers"].pop((atelier.choix, atelier.exercice), None)
    st.rerun()


def indicators_of(choix: str, atelier: Atelier, exercice: Exercice, until: date) -> list[Indicateur]:
    """The indicators to show, after having said why when they are those that are missing."""
    plan = plan_today()
    if choix != MANQUE:
        mine = plan.generaux.values() if choix == SONDAGE else plan.actions[choix].indicateurs
        return [i for i in mine if i.saisi]
    found = missing(plan, donnees(today()).decisions, atelier.cases, exercice, until)
    when = jour(until, long=True)
    if not found:
        st.success(f"Rien ne manque pour le {when} en {exercice}.", icon=":material/check:")
        return []
    many = "s" if len(found) > 1 else ""
    with st.expander(f"{len(found)} indicateur{many} à compléter d'ici le {when}", expanded=len(found) <= 8):
        st.markdown(
            "\n".join(f"- {escape_markdown(f'{m.indicateur.id} {m.indicateur.court} : {m.raison}')}" for m in found)
        )
    return [m.indicateur for m in found]


def faults_of(frappes: Sequence[Frappe], atelier: Atelier) -> tuple[list[Ecriture], list[Faute]]:
    return check(frappes, plan_today(), today(), atelier.cases)


def save_label(ecritures: Sequence[Ecriture]) -> str:
    count = len(ecritures)
    return "Enregistrer" if not count else f"Enregistrer {count} valeur{'s' if count > 1 else ''}"


def save(atelier: Atelier, ecritures: Sequence[Ecriture]) -> None:
    """Store what is right, and keep what someone else changed meanwhile for her to settle."""
    try:
        found = store_entries(ecritures, par=permit("saisie"), plan=plan_today())
    except LotRefuse as refus:
        note = f"Rien n'est enregistré, quelqu'un d'autre a saisi entretemps : {refus}"
        st.session_state["dits"] = [Dit(note, fait=False)]
        st.rerun()
    _say_stored(len(found.lots))
    st.session_state["conflits"] = [*st.session_state.get("conflits", []), *found.conflits]
    _refresh(but=atelier)
    st.rerun()


def _refresh(but: Atelier | None = None) -> None:
    """Show what stands now, but where she has typed something that is not saved."""
    kept: dict[tuple[str, Exercice], Atelier] = st.session_state.get("ateliers", {})
    st.session_state["ateliers"] = {k: a for k, a in kept.items() if a is not but and a.frappes()}


def say_unsaved(atelier: Atelier) -> None:
    """What waits in the other actions that she opened."""
    others = [a for a in st.session_state["ateliers"].values() if a is not atelier and a.frappes()]
    if others:
        names = ", ".join(f"{'ce qui manque' if a.choix == MANQUE else a.choix} ({a.exercice})" for a in others)
        st.caption(f":material/edit: Pas encore enregistré : {names}.")


def _say_stored(count: int) -> None:
    many = "s" if count > 1 else ""
    if count:
        st.session_state["dits"] = [Dit(f"{count} valeur{many} enregistrée{many}.")]


def content_text(contenu: Sequence[Any] | None, indicateur: Indicateur) -> str:
    """What a cell says, in words."""
    if contenu is None:
        return "(vide)"
    valeur, numerateur, denominateur, fait_le, texte, preuve = contenu
    parts = []
    if denominateur is not None:
        parts.append(f"{cell_text(numerateur)} sur {cell_text(denominateur)}")
    elif indicateur.type == "jalon":
        parts.append(f"fait le {jour(fait_le)}" if fait_le else "fait" if valeur == 1 else "pas fait")
    elif valeur is not None:
        parts.append(percent_text(valeur) if indicateur.type == "taux" else cell_text(valeur))
    return " · ".join([*parts, *(t for t in (texte, preuve) if t)])


def show_conflicts() -> None:
    """What someone changed while she typed: both versions side by side, hers or theirs to keep."""
    conflits: list[Conflit] = st.session_state.get("conflits", [])
    if not conflits:
        return
    plan = plan_today()
    lines = []
    for k, c in enumerate(conflits):
        f = c.ecriture.frappe
        i = plan.tous[f.indicateur]
        lot = c.leur.lot if c.leur else None
        lines.append(
            {
                "id": k,
                "titre": f"{i.id} {i.court}" + (f", {f.detail}" if f.detail else ""),
                "periode": span_text(f.debut, f.fin),
                "leur": content_text(c.leur.contenu if c.leur else None, i),
                "qui": f"{lot.par}, {when_text(lot.recu_le)}" if lot else "vidée ou annulée entretemps",
                "mienne": content_text(c.ecriture.contenu, i),
            }
        )
    asked = show(render("saisie_conflits.html", lignes=lines), key=f"conflits_{len(conflits)}")
    if asked and asked.get("id", "").isdigit() and int(asked["id"]) < len(conflits):
        settle(conflits, int(asked["id"]), mine=asked.get("action") == "mienne")


def settle(conflits: list[Conflit], rank: int, *, mine: bool) -> None:
    """Keep one of the two versions; what changes again meanwhile is asked again."""
    chosen = conflits.pop(rank)
    if mine:
        f = chosen.ecriture.frappe
        over = Frappe(**{**f.__dict__, "vu": chosen.leur, "deplace": f.deplace and chosen.leur is not None})
        try:
            found = store_entries([Ecriture(over, chosen.ecriture.ligne)], par=permit("saisie"), plan=plan_today())
            conflits += found.conflits
            _say_stored(len(found.lots))
        except LotRefuse as refus:
            st.session_state["dits"] = [Dit(str(refus), fait=False)]
            conflits.append(chosen)
    _refresh()
    st.rerun()


def show_recent() -> None:
    """The last typed values, each with its way back."""
    lots = [lot for lot in read_every_lot() if typed(lot)][:RECENTES]
    if not lots:
        return
    asked = show(render("saisies_recentes.html", lots=lots, quand=when_text, quoi=_what), key="recentes")
    chosen = next((lot for lot in lots if asked and str(lot.id) == asked.get("id")), None)
    if chosen:
        _refresh()
        confirm_cancel(chosen)


def _what(lot: Lot) -> str:
    """« 1.2.6-1 Interactions Facebook, oct. 2026 » from the name of a typed lot."""
    id_, _, rest = lot.fichier.partition(" : ")[2].partition(", ")
    known = plan_today().tous.get(id_)
    return f"{id_} {known.court}, {rest}" if known else f"{id_}, {rest}"
