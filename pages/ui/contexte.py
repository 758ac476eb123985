"""The year and the day looked from: chosen once, kept across pages, and always in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import streamlit as st

from rqds_metrics.exercice import Exercice, exercices_du_plan
from rqds_metrics.regles.formats import jour
from rqds_metrics.store import today

_CLE = "contexte_url"


@dataclass(frozen=True)
class Contexte:
    exercice: Exercice
    au: date

    @property
    def params(self) -> dict[str, str]:
        """What the URL carries; the day only when it is not today."""
        out = {"exercice": str(self.exercice)}
        if self.au != today():
            out["au"] = self.au.isoformat()
        return out


def default() -> Contexte:
    """The year under way and today."""
    now = today()
    years = exercices_du_plan()
    return Contexte(min(max(Exercice.of(now), years[0]), years[-1]), now)


def read(params: Mapping[str, str], before: Contexte) -> Contexte:
    """What an address asks for; what it does not say, or says wrongly, stays as it was."""
    exercice, au = before.exercice, before.au
    try:
        asked = Exercice.parse(params.get("exercice", ""))
        exercice = asked if asked in exercices_du_plan() else exercice
    except ValueError:
        pass
    try:
        au = date.fromisoformat(params["au"])
    except KeyError:
        au = today() if "exercice" in params else au
    except ValueError:
        pass
    return Contexte(exercice, min(max(au, date(2022, 7, 1)), today()))


def _key_year(kept: Contexte) -> str:
    """The choice is part of the key: a link that asks for another year must win over the widget's memory."""
    return f"exercice_{kept.exercice}"


def _key_day(kept: Contexte) -> str:
    return f"au_{kept.au}"


def current() -> Contexte:
    """The context of this run: what the address asks for, else what was chosen last, else this year and today."""
    state = st.session_state
    kept: Contexte = state.get("contexte") or default()
    asked = {k: st.query_params[k] for k in ("exercice", "au") if k in st.query_params}
    if asked and asked != state.get(_CLE):
        kept = read(st.query_params, kept)
    else:  # what was just chosen is in the state of the widgets: reading it here saves a second run
        picked, day = state.get(_key_year(kept)), state.get(_key_day(kept))
        kept = Contexte(picked or kept.exercice, day if isinstance(day, date) else kept.au)
    state["contexte"] = kept
    return kept


def remember(contexte: Contexte, **more: str) -> None:
    """Keep the context and write it in the address, with what else the page shows."""
    st.session_state["contexte"] = contexte
    st.session_state[_CLE] = contexte.params
    wanted = {**contexte.params, **more}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def choose(titre: str, sous: str = "", **more: str) -> Contexte:
    """The head of a page: its title, and the two choices. Returns what is chosen."""
    kept = current()
    years = exercices_du_plan()
    head, year, day = st.columns([3.1, 1, 0.85], vertical_alignment="bottom")
    with head:
        st.title(titre, anchor=False)
        place = st.empty()
    with year:
        exercice = st.selectbox(
            "Exercice",
            years,
            index=years.index(kept.exercice),
            format_func=lambda e: f"{e} (an {e.an})",
            key=_key_year(kept),
            filter_mode=None,
        )
    with day, st.popover(f"Vu au {jour(kept.au)}", width="stretch"):
        au = st.date_input(
            "Tel que vu ce jour-là : ce qui était dû, et les fichiers déjà reçus.",
            kept.au,
            min_value=date(2022, 7, 1),
            max_value=today(),
            format="YYYY-MM-DD",
            key=_key_day(kept),
        )
    chosen = Contexte(exercice or kept.exercice, au if isinstance(au, date) else kept.au)
    remember(chosen, **more)
    if chosen != kept:
        st.rerun()
    if sous:
        place.caption(sous)
    if chosen.au != today():
        st.info(
            f"Tel que vu le {jour(chosen.au, long=True)} : les fichiers reçus depuis ne comptent pas.",
            icon=":material/history:",
        )
    return chosen


def choose_year(titre: str, **more: str) -> Contexte:
    """The head of a page where things are written: its title and the year; what is shown is always of today."""
    kept = current()
    years = exercices_du_plan()
    head, year = st.columns([3.1, 1], vertical_alignment="bottom")
    head.title(titre, anchor=False)
    exercice = year.selectbox(
        "Exercice",
        years,
        index=years.index(kept.exercice),
        format_func=lambda e: f"{e} (an {e.an})",
        key=_key_year(kept),
        filter_mode=None,
    )
    chosen = Contexte(exercice or kept.exercice, kept.au)
    remember(chosen, **more)
    if chosen != kept:
        st.rerun()
    return chosen
