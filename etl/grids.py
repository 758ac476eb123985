"""The tables a person types in: from the cells that stand to frames of text, and from what was typed to keystrokes.

Cells are text, read by etl.entry: what is pasted from a spreadsheet (« 12,5 », « 1 234 ») arrives as it is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from etl.entry import Frappe, span_text
from etl.periods import whole_month
from etl.typed import serie_of
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Calendrier, Indicateur
from rqds_metrics.regles.formats import FINE, MOIS_COURTS
from rqds_metrics.regles.vivant import Span
from rqds_metrics.saisies import Case, Cases, Cle, of_indicators, repeats, standing, times

INDICATEUR, ETAT, FAIT_LE, PREUVE, NOTE, TEXTE, DATE = (
    "Indicateur", "État", "Fait le", "Preuve", "Note", "Texte", "Date"
)  # fmt: skip
NOM, MOIS, VALEUR, NUMERATEUR, DENOMINATEUR, RANG = "Nom", "Mois", "Valeur", "Numérateur", "Dénominateur", "rang"
FAIT, PAS_FAIT = "fait", "pas fait"


def cell_text(value: float | None) -> str:
    """« 1 234,5 »: all its digits, and read back as the same number."""
    if value is None:
        return ""
    whole, _, decimals = f"{value:.15g}".partition(".")
    if "e" in whole or "e" in decimals:
        return f"{value:.12f}".rstrip("0").rstrip(".").replace(".", ",")
    if len(decimals) == 3 and len(whole) <= 3:
        decimals += "0"  # « 1,234 » alone would be read as thousands by some
    grouped = f"{int(whole):,}".replace(",", FINE) if whole.isdigit() else whole
    return f"{grouped},{decimals}" if decimals else grouped


def percent_text(value: float) -> str:
    return f"{cell_text(round(value * 100, 10))} %"


def as_text(value: Any) -> str:
    """A cell of an edited frame, as text; nothing where it is empty."""
    return "" if value is None or value is pd.NaT or value != value else str(value).strip()


def as_day(value: Any) -> date | None:
    if as_text(value) == "":
        return None
    return pd.Timestamp(value).date()


def with_blanks(frame: pd.DataFrame, count: int) -> pd.DataFrame:
    """`frame` and some empty lines after it, where a column copied from a spreadsheet can be pasted at once."""
    blank = {c: [False if frame[c].dtype == bool else None] * count for c in frame}
    columns = {c: pd.Series([*frame[c], *blank[c]], dtype=frame[c].dtype) for c in frame}
    return pd.DataFrame(columns)


def column_name(span: Span, exercice: Exercice) -> str:
    """« oct. » for a month, « 2026-2027 » for the year, else the days in full."""
    month = whole_month(span.debut)
    if (span.debut, span.fin) == (month.debut, month.fin):
        return MOIS_COURTS[span.debut.month - 1]
    return span_text(*span)


def months_until(exercice: Exercice, au: date) -> list[Span]:
    """The months of the year that have begun."""
    return [Span(m.debut, m.fin) for m in map(whole_month, exercice.mois()) if m.debut <= au]


def _name(indicateur: Indicateur) -> str:
    return f"{indicateur.id} {indicateur.court}"


@dataclass(frozen=True)
class Grille:
    """Figures: a line per indicator (two for a rate), a column per month, or one for the year."""

    exercice: Exercice
    lignes: tuple[tuple[Indicateur, str], ...]  # and the field
    colonnes: tuple[Span, ...]
    cases: Cases

    def frame(self) -> pd.DataFrame:
        data: dict[str, list[str]] = {INDICATEUR: [self._title(i, field) for i, field in self.lignes]}
        for span in self.colonnes:
            data[column_name(span, self.exercice)] = [self._text(i, field, span) for i, field in self.lignes]
        return pd.DataFrame(data, dtype="object")

    def frappes(self, edited: pd.DataFrame) -> list[Frappe]:
        """What was typed: the cells that are no longer as they were shown."""
        shown, out = self.frame(), []
        lines: dict[str, dict[str, int]] = {}
        for k, (i, field) in enumerate(self.lignes):
            lines.setdefault(i.id, {})[field] = k
        for id_, fields in lines.items():
            for span in self.colonnes:
                name = column_name(span, self.exercice)
                typed = {f: as_text(edited[name].iloc[k]) for f, k in fields.items()}
                if typed != {f: shown[name].iloc[k] for f, k in fields.items()}:
                    if typed.get("numerateur", "").endswith("%") and not typed["denominateur"]:
                        typed = {"valeur": typed["numerateur"]}
                    blank = Frappe(id_, *span, vu=self.cases.get(Cle(serie_of(id_), *span)))
                    out.append(replace(blank, **typed))  # type: ignore[arg-type]
        return out

    def _title(self, indicateur: Indicateur, field: str) -> str:
        part = {"numerateur": "Numérateur · ", "denominateur": "Dénominateur · "}.get(field, "")
        return f"{indicateur.id} {part}{indicateur.court}"

    def _text(self, indicateur: Indicateur, field: str, span: Span) -> str:
        case = self.cases.get(Cle(serie_of(indicateur.id), *span))
        if case is None:
            return ""
        if field == "numerateur" and case.denominateur is None and case.valeur is not None:
            return percent_text(case.valeur)  # typed as a percentage, without its two numbers
        return cell_text(getattr(case, field))


def grid_of(
    indicateurs: Sequence[Indicateur], exercice: Exercice, au: date, cases: Cases, *, yearly: bool
) -> Grille | None:
    """The grid of the figures counted each month (or when they happen), or once a year; None without any.

    Values that stand for other days than the cadence asks have their column too: they can be read, and emptied.
    """
    mine = [
        i
        for i in indicateurs
        if i.type in ("nombre", "stock", "taux") and not i.par and (i.cadence == "annuelle") == yearly
    ]
    if not mine:
        return None
    lines: list[tuple[Indicateur, str]] = []
    for i in mine:
        fields = ("numerateur", "denominateur") if i.type == "taux" else ("valeur",)
        lines += [(i, f) for f in fields]
    spans = {Span(exercice.debut, exercice.fin)} if yearly else set(months_until(exercice, au))
    there = of_indicators(cases, [i.id for i in mine], exercice.debut, exercice.fin)
    spans |= {Span(c.cle.debut, c.cle.fin) for c in there if not c.detail}
    if len(spans) > 1 and yearly:
        spans |= set(months_until(exercice, au))  # counted as it happens: the year goes on as it began
    ordered = sorted(spans, key=lambda s: ((s.fin - s.debut).days > 300, s))
    return Grille(exercice, tuple(lines), tuple(ordered), cases)


@dataclass(frozen=True)
class Jalons:
    """Milestones: done or not, when, and the proof of it. A line each: its title, and the cell that stands in it."""

    exercice: Exercice
    lignes: tuple[tuple[Indicateur, str, Case | None], ...]

    def frame(self) -> pd.DataFrame:
        vus = [vu for _, _, vu in self.lignes]
        return pd.DataFrame(
            {
                INDICATEUR: pd.Series([title for _, title, _ in self.lignes], dtype="object"),
                ETAT: pd.Series([_said(v) for v in vus], dtype="object"),
                FAIT_LE: pd.Series([v.fait_le if v else None for v in vus], dtype="object"),
                PREUVE: pd.Series([(v.preuve or "") if v else "" for v in vus], dtype="object"),
                NOTE: pd.Series([(v.texte or "") if v else "" for v in vus], dtype="object"),
            }
        )

    def frappes(self, edited: pd.DataFrame, au: date) -> list[Frappe]:
        shown, out = self.frame(), []
        for k, (indicateur, _, vu) in enumerate(self.lignes):
            before, now = _milestone_row(shown, k), _milestone_row(edited, k)
            if before == now:
                continue
            etat, day, preuve, note = now
            if not any(now):
                span = Span(vu.cle.debut, vu.cle.fin) if vu else Span(au, au)
            elif vu and (day, etat) == (before[1], before[0]):  # only its proof or its note changed
                span = Span(vu.cle.debut, vu.cle.fin)
            else:
                month = whole_month(day or min(max(au, self.exercice.debut), self.exercice.fin))
                span = Span(month.debut, month.fin)
            put_right = vu is not None and (vu.valeur == 1 or repeats(indicateur))
            out.append(
                Frappe(indicateur.id, *span, valeur=etat, fait_le=day, preuve=preuve, texte=note, vu=vu,
                       deplace=put_right)
            )  # fmt: skip
        return out


def _said(case: Case | None) -> str:
    return "" if case is None or case.valeur is None else FAIT if case.valeur == 1 else PAS_FAIT


def _milestone_row(frame: pd.DataFrame, k: int) -> tuple[str, date | None, str, str]:
    row = frame.iloc[k]
    return as_text(row[ETAT]), as_day(row[FAIT_LE]), as_text(row[PREUVE]), as_text(row[NOTE])


def milestones_of(
    indicateurs: Sequence[Indicateur], exercice: Exercice, cases: Cases, calendriers: Mapping[str, Calendrier]
) -> Jalons | None:
    """The table of the milestones; one that a calendar asks for several times a year has a line each time."""
    lines: list[tuple[Indicateur, str, Case | None]] = []
    for i in indicateurs:
        if i.type != "jalon":
            continue
        if not repeats(i) or i.calendrier is None:
            lines.append((i, _name(i), standing(i, exercice, cases)))
            continue
        there = times(i, exercice, cases)
        count = max(len(calendriers[i.calendrier].mois), len(there))
        padded = [*there, *[None] * (count - len(there))]
        lines += [(i, f"{_name(i)} ({rank} de {count})", vu) for rank, vu in enumerate(padded, 1)]
    return Jalons(exercice, tuple(lines)) if lines else None
