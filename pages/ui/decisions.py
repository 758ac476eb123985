"""What the pages of targets and due dates share: what stood when it was shown, and saving several decisions at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from pages.ui.donnees import donnees
from pages.ui.envois import Dit, when_text
from pages.ui.portier import permit
from rqds_metrics.registre import Choix, Decision, Decisions, decide_all
from rqds_metrics.store import today


def as_shown(page: str) -> tuple[Decisions, int]:
    """The decisions as they stood when she opened the page, and the turn of its editors."""
    key = f"decisions_{page}"
    if key not in st.session_state:
        turn = st.session_state["tour_decisions"] = st.session_state.get("tour_decisions", 0) + 1
        st.session_state[key] = (donnees(today()).decisions, turn)
    found: tuple[Decisions, int] = st.session_state[key]
    return found


def edit(key: str, frame: pd.DataFrame, **how: object) -> pd.DataFrame:
    """A table to type in; what it opened with stays while it is shown, and comes back as it was left."""
    opened: dict[str, pd.DataFrame] = st.session_state.setdefault("tables_decisions", {})
    drafts: dict[str, pd.DataFrame] = st.session_state.setdefault("brouillons_decisions", {})
    if key not in st.session_state or key not in opened:
        opened[key] = drafts.get(key, frame)
    edited: pd.DataFrame = st.data_editor(opened[key], key=key, hide_index=True, placeholder="", **how)  # type: ignore[call-overload]
    drafts[key] = edited
    return edited


def save(
    page: str,
    choix: Sequence[Choix],
    pourquoi: str,
    said: Callable[[int], str],
    named: Callable[[Choix, object], str],
) -> None:
    """Write the decisions that still stand as they were shown, and say which do not. `named`: one, in words."""
    refused = decide_all(
        choix, qui=permit(*sorted({c.genre for c in choix})), pourquoi=pourquoi, demo=donnees(today()).demo
    )
    lines = [Dit(said(len(choix) - len(refused)))] if len(refused) < len(choix) else []
    lines += [Dit(_conflict(c, there, named), fait=False) for c, there in refused]
    st.session_state["dits"] = lines
    forget(page)
    st.rerun()


def forget(page: str) -> None:
    """Show what stands now."""
    st.session_state.pop(f"decisions_{page}", None)


def _conflict(choix: Choix, there: Decision | None, named: Callable[[Choix, object], str]) -> str:
    mine = named(choix, choix.valeur)
    if there is None:
        return f"{mine} : quelqu'un a retiré cette décision entretemps. Rien n'y est changé ; la vôtre est à refaire."
    theirs = named(choix, there.valeur)
    return (
        f"{mine} n'est pas enregistré : {there.qui} a décidé « {theirs} » le {when_text(there.quand)}, pendant que "
        "vous saisissiez. Refaites la vôtre si elle doit la remplacer."
    )
