"""The year and the day looked from: chosen once, kept across pages, and always in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from rqds_metrics.exercice import Exercice, exercices_du_plan
from rqds_metrics.regles.formats import jour
from rqds_metrics.store import today

_CLE = "contexte_url"
_JOUR = "contexte_jour"  # the day it was at the last run
_EN_COURS = "contexte_en_cours"  # the year it was when the context last followed the calendar
_PASSE = "contexte_minuit"  # the year that began meanwhile, to be told once


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


def _follow(chosen: Contexte, picked: bool, suivre: bool) -> Contexte:
    """Whoever looked from « today » still does once midnight has passed; on 1 July, from the year that begins.

    `suivre` False: the year stays, for what is being typed belongs to it. So does one `picked` in this run.
    """
    state, now = st.session_state, default()
    since, before = state.get(_JOUR, now.au), state.get(_EN_COURS, now.exercice)
    state[_JOUR] = now.au
    au = now.au if chosen.au == since else min(chosen.au, now.au)
    exercice = chosen.exercice
    if suivre:
        state[_EN_COURS] = now.exercice
        if not picked and exercice == before != now.exercice:
            exercice = state[_PASSE] = now.exercice
    return Contexte(exercice, au)


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


def current(suivre: bool = True) -> Contexte:
    """The context of this run: what the address asks for, else what was chosen last, else this year and today.

    `suivre` False where something is typed for a year: it is still that one after midnight on 30 June.
    """
    state = st.session_state
    kept: Contexte = state.get("contexte") or default()
    asked = {k: st.query_params[k] for k in ("exercice", "au") if k in st.query_params}
    if asked and asked != state.get(_CLE):
        chosen, new = read(st.query_params, kept), True
    else:  # what was just chosen is in the state of the widgets: reading it here saves a second run
        picked, day = state.get(_key_year(kept)), state.get(_key_day(kept))
        chosen = Contexte(picked or kept.exercice, day if isinstance(day, date) else kept.au)
        new = chosen.exercice != kept.exercice
    state["contexte"] = found = _follow(chosen, new, suivre)
    return found


def _tell_midnight() -> None:
    """Say, once, that the year shown is another one since midnight."""
    if (year := st.session_state.pop(_PASSE, None)) is not None:
        st.info(
            f"Depuis minuit, nous sommes dans l'exercice {year} (an {year.an}) : c'est lui qui est montré. "
            "Pour revoir le précédent, choisissez-le dans la liste.",
            icon=":material/event:",
        )


def remember(contexte: Contexte, **more: str) -> None:
    """Keep the context and write it in the address, with what else the page shows."""
    st.session_state["contexte"] = contexte
    st.session_state[_CLE] = contexte.params
    wanted = {**contexte.params, **more}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def _year_box(place: Any, kept: Contexte) -> Exercice:
    years = exercices_du_plan()
    chosen = place.selectbox(
        "Exercice",
        years,
        index=years.index(kept.exercice),
        format_func=lambda e: f"{e} (an {e.an})",
        key=_key_year(kept),
        filter_mode=None,
    )
    return chosen or kept.exercice


def _day_box(place: Any, kept: Contexte) -> date:
    with place, st.popover(f"Vu au {jour(kept.au)}", width="stretch"):
        au = st.date_input(
            "Tel que vu ce jour-là : ce qui était dû, et les fichiers déjà reçus.",
            kept.au,
            min_value=date(2022, 7, 1),
            max_value=today(),
            format="YYYY-MM-DD",
            key=_key_day(kept),
        )
    return au if isinstance(au, date) else kept.au


def _settle(chosen: Contexte, kept: Contexte, more: dict[str, str]) -> None:
    remember(chosen, **more)
    if chosen != kept:
        st.rerun()


def choose(titre: str, sous: str = "", *, annee: bool = True, **more: str) -> Contexte:
    """The head of a page that is read: its title, and the two choices. Returns what is chosen.

    `annee`: False where the page is of no year in particular: only the day is asked.
    """
    kept = current()
    if annee:
        head, year, day = st.columns([3.1, 1, 0.85], vertical_alignment="bottom")
    else:
        head, day = st.columns([4.1, 0.85], vertical_alignment="bottom")
    with head:
        st.title(titre, anchor=False)
        place = st.empty()
    exercice = _year_box(year, kept) if annee else kept.exercice
    chosen = Contexte(exercice, _day_box(day, kept))
    _settle(chosen, kept, more)
    if sous:
        place.caption(sous)
    _tell_midnight()
    if chosen.au != today():
        st.info(
            f"Tel que vu le {jour(chosen.au, long=True)} : ce qui a été reçu ou décidé depuis ne compte pas.",
            icon=":material/history:",
        )
    return chosen


def choose_today(titre: str, sous: str = "", *, annee: bool = False, **more: str) -> Contexte:
    """The head of a page where things are written: what it shows is always of today, and it says so.

    The day looked from is kept for the pages that are read. `annee`: also ask for the year.
    """
    kept = current(suivre=not annee)
    head, *year, day = st.columns([3.1, 1, 0.85] if annee else [4.1, 0.85], vertical_alignment="bottom")
    with head:
        st.title(titre, anchor=False)
        if sous:
            st.caption(sous)
    chosen = Contexte(_year_box(year[0], kept) if annee else kept.exercice, kept.au)
    day.markdown(
        f"Vu au {jour(today())}",
        help="Ici, on écrit : cette page montre toujours l'état d'aujourd'hui. « Vu au » se choisit sur les pages qui se lisent.",
    )
    _settle(chosen, kept, more)
    if kept.au != today():
        st.info(
            f"Cette page montre l'état d'aujourd'hui : on y écrit. Les pages qui se lisent restent vues au "
            f"{jour(kept.au, long=True)}.",
            icon=":material/edit_calendar:",
        )
    return chosen
