"""What the page of due dates shows and does: milestones, the years of actions, the doubts of the scan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from etl.grids import INDICATEUR, as_day, as_text
from etl.privacy import scrub
from pages.ui.decisions import as_shown, edit, save
from rqds_metrics.doutes import VERDICTS, doubted, due_years, to_keep
from rqds_metrics.exercice import exercices_du_plan
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import Choix
from rqds_metrics.regles.formats import jour

PAGE, ECHEANCE, AU_PLAN, ACTION = "echeances", "Échéance", "Au plan", "Action"
DOUTE, CHOIX, NOTE = "Ce que la numérisation laisse en doute", "La lecture est…", "Ce qu'il faut lire"
ANS = [f"an {e.an}" for e in exercices_du_plan()]
_MOTS = {"juste": "juste", "a_corriger": "à corriger"}


def milestones() -> tuple[list[Choix], list[str]]:
    """The due date of each milestone that is not wanted every year."""
    decisions, turn = as_shown(PAGE)
    years = exercices_du_plan()
    last = date(years[-1].fin.year + 1, 6, 30)
    mine = [i for i in load_plan().tous.values() if i.cible and i.cible.jalon and not i.cible.annuel]
    fixed = {i.id: decisions.echeances.get(i.id) for i in mine}
    days = [date.fromisoformat(d.valeur) if (d := fixed[i.id]) else None for i in mine]
    shown = pd.DataFrame(
        {
            INDICATEUR: [f"{i.id} {i.court}" for i in mine],
            AU_PLAN: [jour(i.cible.avant) if i.cible and i.cible.avant else "à confirmer" for i in mine],
            ECHEANCE: pd.Series(days, dtype="object"),
        }
    )
    config = {
        INDICATEUR: st.column_config.TextColumn(width=380),
        ECHEANCE: st.column_config.DateColumn(format="YYYY-MM-DD", min_value=years[0].debut, max_value=last),
    }
    edited = edit(f"jalons_{turn}", shown, column_config=config, disabled=[INDICATEUR, AU_PLAN], height=560)
    choix = []
    for k, i in enumerate(mine):
        day = as_day(edited[ECHEANCE].iloc[k])
        if day != days[k]:
            stood = fixed[i.id]
            valeur = day.isoformat() if day else None
            choix.append(Choix("echeance", i.id, None, valeur, stood.quand if stood else None))
    return choix, []


def actions() -> tuple[list[Choix], list[str]]:
    """The years of the plan that each action is due in."""
    decisions, turn = as_shown(PAGE)
    mine = list(load_plan().actions.values())
    data: dict[str, list[object]] = {
        ACTION: [f"{a.id} {a.titre}" for a in mine],
        AU_PLAN: [a.echeance or "à confirmer" for a in mine],
    }
    for an, title in enumerate(ANS, 1):
        data[title] = [an in due_years(a, decisions) for a in mine]
    shown = pd.DataFrame(data)
    config = {ACTION: st.column_config.TextColumn(width=430), AU_PLAN: st.column_config.TextColumn(width=130)}
    config |= {title: st.column_config.CheckboxColumn(width=60) for title in ANS}
    edited = edit(f"actions_{turn}", shown, column_config=config, disabled=[ACTION, AU_PLAN], height=560)
    choix = []
    for k, a in enumerate(mine):
        years = [an for an, title in enumerate(ANS, 1) if bool(edited[title].iloc[k])]
        if years != due_years(a, decisions):
            stood = decisions.echeances.get(a.id)
            choix.append(Choix("echeance", a.id, None, years or None, stood.quand if stood else None))
    return choix, []


def doubts() -> tuple[list[Choix], list[str]]:
    """Each doubt of the scan, to be settled once."""
    decisions, turn = as_shown(PAGE)
    mine = doubted(load_plan())
    kept = [decisions.doutes.get(i.id) for i in mine]
    shown = pd.DataFrame(
        {
            INDICATEUR: [f"{i.id} {i.court}" for i in mine],
            DOUTE: [i.doute for i in mine],
            CHOIX: [_MOTS[d.valeur["verdict"]] if d else "" for d in kept],
            NOTE: [d.valeur["note"] if d else "" for d in kept],
        },
        dtype="object",
    )
    config = {
        INDICATEUR: st.column_config.TextColumn(width=170),
        DOUTE: st.column_config.TextColumn(width=600),
        CHOIX: st.column_config.SelectboxColumn(options=["", *_MOTS.values()], width=110),
        NOTE: st.column_config.TextColumn(max_chars=300),
    }
    edited = edit(
        f"doutes_{turn}",
        shown,
        column_config=config,
        disabled=[INDICATEUR, DOUTE],
        row_height=60,
        height=50 + 60 * len(mine),
    )
    choix, wrong = [], []
    for k, i in enumerate(mine):
        said, note = as_text(edited[CHOIX].iloc[k]), scrub(as_text(edited[NOTE].iloc[k]))
        if (said, note) == (shown[CHOIX].iloc[k], shown[NOTE].iloc[k]):
            continue
        if said == _MOTS["a_corriger"] and not note:
            wrong.append(f"{i.id} : dites ce qu'il faut lire.")
        elif note and not said:
            wrong.append(f"{i.id} : choisissez « juste » ou « à corriger ».")
        else:
            stood = kept[k]
            verdict = next((v for v, word in _MOTS.items() if word == said), None)
            valeur = to_keep(verdict, note) if verdict else None  # type: ignore[arg-type]
            choix.append(Choix("doute", i.id, None, valeur, stood.quand if stood else None))
    return choix, wrong


def _named(choix: Choix, valeur: object) -> str:
    if isinstance(valeur, dict):
        return f"{choix.cle} : {VERDICTS[str(valeur['verdict'])]}"
    if isinstance(valeur, list):
        return f"{choix.cle} : {', '.join(f'an {an}' for an in valeur)}"
    return f"{choix.cle} : {jour(date.fromisoformat(str(valeur))) if valeur else 'rien'}"


def save_choices(choix: Sequence[Choix], pourquoi: str) -> None:
    def said(count: int) -> str:
        return f"{count} {'choix enregistrés' if count > 1 else 'choix enregistré'}."

    save(PAGE, choix, pourquoi, said, _named)
