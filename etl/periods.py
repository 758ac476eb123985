"""Periods that a tool writes: in one cell (a day, a week, a month, « from … to … »), or for a whole file.

What to tell about them matters: they decide which year and month figures go to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple

import pandas as pd

from etl.cells import unaccented
from etl.dates import month_number, to_date
from etl.findings import constat_at
from etl.privacy import scrub
from etl.source import Constat, Feuille, Tranche, Verdict
from rqds_metrics.exercice import Exercice
from rqds_metrics.regles.formats import periode

PAR_MOIS = "Exportez un mois à la fois, ou ajoutez la dimension « Date » au rapport."
_DATE = r"(\d{4}-\d{2}-\d{2})"


class Period(NamedTuple):
    debut: date
    fin: date
    mode: Literal["jour", "bloc"]


def wrong_period(text: str, span: Period | None, recu_le: date) -> str | None:
    """What is wrong with a period, in French; None when nothing is. `text` is what was read."""
    if span is None:
        return f"« {scrub(text)[:40]} » n'est ni un jour, ni une semaine, ni un mois."
    if span.debut.year < 2000:
        return f"La période {periode(span.debut, span.fin)} est avant 2000 : cette date ne peut pas être juste."
    if span.debut > recu_le:
        return f"La période {periode(span.debut, span.fin)} est dans le futur."
    if Exercice.of(span.debut) != Exercice.of(span.fin):
        days = periode(span.debut, span.fin)
        what = "semaine" if (span.fin - span.debut).days == 6 else "période"
        return f"La {what} {days} est à cheval sur deux exercices : elle ne se partage pas."
    return None


def whole_month(day: date) -> Period:
    """The month that holds a day."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1), "bloc")


def parse_period(text: str) -> Period | None:
    """A day, a week (« 2026-W41 », « From … to … », « Du … au … ») or a month, as tools write them."""
    try:
        return _parse(text)
    except ValueError:  # the 45th of a 13th month
        return None


def _parse(text: str) -> Period | None:
    plain = unaccented(text).replace(",", " ")
    plain = " ".join(plain.split())
    if found := re.fullmatch(_DATE, plain):
        day = date.fromisoformat(found[1])
        return Period(day, day, "jour")
    if found := re.search(rf"{_DATE}(?: to | au | a | - |/|–){_DATE}", plain):
        first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2])
        return Period(first, last, "bloc") if first <= last else None
    if found := re.fullmatch(r"(\d{4})-?w(\d{1,2})", plain):
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return Period(first, first + timedelta(days=6), "bloc")
    month = _month(plain)
    if month:
        return whole_month(month)
    dates = to_date(pd.Series([text], dtype="str"), "dmy")
    if not dates.values.isna().iloc[0]:
        day = dates.values.iloc[0].date()
        return Period(day, day, "jour")
    return None


def _month(plain: str) -> date | None:
    """« 2026-10 », « october 2026 »."""
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})", plain):
        year, number = int(found[1]), int(found[2])
    elif found := re.fullmatch(r"([a-z]+\.?) (\d{4})", plain):
        year, number = int(found[2]), month_number(found[1]) or 0
    else:
        return None
    return date(year, number, 1) if 1 <= number <= 12 and 2000 <= year < 2100 else None


def about_period(
    debut: date, fin: date, whole: bool, feuille: Feuille, row: int, recu_le: date, by_month: str = PAR_MOIS
) -> list[Constat]:
    """Findings on a period told at `row` of the grid. `whole`: its figures hold for all of it, not day by day.

    `by_month`: what to do, in the tool, about a period that two fiscal years share.
    """
    days = periode(debut, fin)
    out = []

    def tell(nom: str, verdict: Verdict, note: str, remede: str) -> None:
        out.append(constat_at(nom, verdict, note, feuille, row, remede=remede))

    if debut > fin:
        tell("periode", "erreur", f"La période finit avant de commencer ({days}).", "Refaites l'export.")
    elif whole and Exercice.of(debut) != Exercice.of(fin):
        note = (
            f"La période {days} est à cheval sur deux exercices (du 1er juillet au 30 juin) : elle ne se partage pas."
        )
        tell("deux_exercices", "erreur", note, by_month)
    elif whole and (debut.day != 1 or (fin + timedelta(days=1)).day != 1):
        note = f"La période {days} n'est pas faite de mois entiers : ses chiffres comptent au mois de son dernier jour."
        tell("mois_incomplet", "avertissement", note, "Exportez plutôt du premier au dernier jour du mois.")
    if fin > recu_le:
        note = f"La période {days} finit après aujourd'hui."
        tell("futur", "erreur", note, "Refaites l'export avec une période passée.")
    elif fin == recu_le:
        note = f"La période {days} comprend aujourd'hui, une journée encore incomplète."
        tell("jour_en_cours", "avertissement", note, "Renvoyez l'export une fois la période finie.")
    return out


def overlaps(tranches: Iterable[Tranche]) -> list[Constat]:
    """Two periods of one serie, in one file, that share days: they would be counted twice."""
    out = []
    ordered = sorted(tranches, key=lambda t: (t.serie, t.debut, t.fin))
    for a, b in pairwise(ordered):
        if a.serie == b.serie and b.debut <= a.fin:
            note = f"Le fichier donne deux périodes qui se chevauchent : {periode(a.debut, a.fin)} et {periode(b.debut, b.fin)}."
            out.append(Constat("periodes", "erreur", note, remede="Exportez une période à la fois."))
    return out
