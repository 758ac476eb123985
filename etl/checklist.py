"""The checklist of expected results as a table to type in: its frame, and what was changed in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pandas as pd

from etl.grids import FAIT_LE, RANG, as_day, as_text
from etl.privacy import scrub
from rqds_metrics.attendus import Attendu, new_key, to_keep
from rqds_metrics.exercice import Exercice
from rqds_metrics.registre import Choix
from rqds_metrics.regles.formats import jour

FAIT, RESULTAT = "Fait", "Résultat attendu"


def frame_of(lines: Sequence[Attendu]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            RANG: pd.Series([str(k) for k in range(len(lines))], dtype="object"),
            FAIT: pd.Series([x.fait for x in lines], dtype="bool"),
            RESULTAT: pd.Series([x.texte for x in lines], dtype="object"),
            FAIT_LE: pd.Series([x.fait_le for x in lines], dtype="object"),
        }
    )


def changes_of(
    action: str, exercice: Exercice, lines: Sequence[Attendu], edited: pd.DataFrame, au: date, moment: datetime
) -> tuple[list[Choix], list[str]]:
    """The decisions that the table asks for, and what is wrong with it, in French."""
    choix: list[Choix] = []
    wrong: list[str] = []
    met = set()
    for rank, row in enumerate(edited.to_dict("records")):
        known = as_text(row[RANG])
        line = lines[int(known)] if known else None
        text, day = scrub(as_text(row[RESULTAT])), as_day(row[FAIT_LE])
        ticked = as_text(row[FAIT]) == "True"
        done = ticked or day is not None
        if line:
            met.add(line.cle)
            if line.fait and not ticked and day:
                wrong.append(f"{action}, « {line.texte[:40]} » : retirez aussi la date, si ce n'est plus fait.")
                continue
            if (text, done, day) == (line.texte, line.fait, line.fait_le):
                continue
        elif not text and not done:
            continue
        if fault := _fault(line, text, done, day, exercice, au):
            wrong.append(f"{action}, « {(text or 'ligne sans texte')[:40]} » : {fault}")
            continue
        cle = line.cle if line else new_key(action, moment, rank)
        choix.append(Choix("resultat", cle, str(exercice), to_keep(text, done, day), line.vu if line else None))
    for line in lines:
        if line.cle not in met:
            if line.du_plan:
                wrong.append(f"{action}, « {line.texte[:40]} » : cette ligne vient du plan et ne se retire pas.")
            else:
                choix.append(Choix("resultat", line.cle, str(exercice), None, line.vu))
    return choix, wrong


def _fault(line: Attendu | None, text: str, done: bool, day: date | None, exercice: Exercice, au: date) -> str | None:
    if not text:
        return "écrivez ce qui est attendu."
    if line and line.du_plan and text != line.texte:
        return "ces mots viennent du plan et ne se changent pas ici."
    if done and day is None:
        return "donnez la date où c'est fait."
    if day and not exercice.debut <= day <= au:
        return f"le {jour(day)} est avant l'exercice, ou pas encore passé."
    return None
