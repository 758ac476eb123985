"""The tables whose lines are added by the person who types: dated texts, and figures given name by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from etl.entry import Frappe, span_text
from etl.grids import (
    DATE,
    DENOMINATEUR,
    INDICATEUR,
    MOIS,
    NOM,
    NUMERATEUR,
    RANG,
    TEXTE,
    VALEUR,
    as_day,
    as_text,
    cell_text,
    months_until,
    percent_text,
)
from etl.periods import whole_month
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Indicateur
from rqds_metrics.regles.vivant import Span
from rqds_metrics.saisies import Case, Cases, of_indicators


def _cases_of(indicateur: Indicateur, exercice: Exercice, cases: Cases) -> list[Case]:
    found = of_indicators(cases, [indicateur.id], exercice.debut, exercice.fin)
    return sorted(found, key=lambda c: (c.cle.fin, c.cle.debut, c.detail or ""))


@dataclass(frozen=True)
class Textes:
    """Dated texts: those of the year, then an empty line for each indicator that may have one more."""

    exercice: Exercice
    lignes: tuple[tuple[Indicateur, Case | None], ...]

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(
            {
                INDICATEUR: pd.Series([f"{i.id} {i.court}" for i, _ in self.lignes], dtype="object"),
                DATE: pd.Series([_day_of(c) for _, c in self.lignes], dtype="object"),
                TEXTE: pd.Series([(c.texte or "") if c else "" for _, c in self.lignes], dtype="object"),
            }
        )

    def frappes(self, edited: pd.DataFrame, au: date) -> list[Frappe]:
        out = []
        shown = self.frame()
        for k, (indicateur, vu) in enumerate(self.lignes):
            day, text = as_day(edited[DATE].iloc[k]), as_text(edited[TEXTE].iloc[k])
            if (day, text) == (as_day(shown[DATE].iloc[k]), as_text(shown[TEXTE].iloc[k])) or (not text and vu is None):
                continue
            if vu and (not text or day == _day_of(vu)):
                span = Span(vu.cle.debut, vu.cle.fin)
            elif indicateur.cadence == "annuelle":
                span = Span(self.exercice.debut, self.exercice.fin)
            else:
                month = whole_month(day or min(max(au, self.exercice.debut), self.exercice.fin))
                span = Span(month.debut, month.fin)
            out.append(
                Frappe(indicateur.id, *span, texte=text, fait_le=day if text else None, vu=vu, deplace=vu is not None)
            )
        return out


def _day_of(case: Case | None) -> date | None:
    return case.fait_le if case else None


def texts_of(indicateurs: Sequence[Indicateur], exercice: Exercice, cases: Cases) -> Textes | None:
    """The texts of the indicators told in words; None without any."""
    lines: list[tuple[Indicateur, Case | None]] = []
    for i in indicateurs:
        if i.type == "qualitatif":
            found = _cases_of(i, exercice, cases)
            lines += [(i, c) for c in found]
            if not found or i.cadence != "annuelle":
                lines.append((i, None))
    return Textes(exercice, tuple(lines)) if lines else None


@dataclass(frozen=True)
class Noms:
    """The figures of one indicator, a line per network, member or activity; lines are added and taken away."""

    indicateur: Indicateur
    exercice: Exercice
    vus: tuple[Case, ...]

    @property
    def yearly(self) -> bool:
        return self.indicateur.cadence == "annuelle"

    @property
    def champs(self) -> dict[str, str]:
        """Columns of figures -> fields."""
        if self.indicateur.type == "taux":
            return {NUMERATEUR: "numerateur", DENOMINATEUR: "denominateur"}
        return {VALEUR: "valeur"}

    def months(self, au: date) -> list[str]:
        """The choices of the column of periods."""
        there = {Span(c.cle.debut, c.cle.fin) for c in self.vus}
        spans = sorted({*months_until(self.exercice, au), *there})
        return [span_text(*s) for s in spans]

    def frame(self) -> pd.DataFrame:
        rows = [self._row(k, c) for k, c in enumerate(self.vus)]
        return pd.DataFrame(rows, columns=[RANG, NOM, MOIS, *self.champs], dtype="object")

    def _row(self, rank: int, case: Case) -> list[Any]:
        figures = [cell_text(getattr(case, f)) for f in self.champs.values()]
        if self.indicateur.type == "taux" and case.denominateur is None and case.valeur is not None:
            figures[0] = percent_text(case.valeur)
        return [str(rank), case.detail or "", span_text(case.cle.debut, case.cle.fin), *figures]

    def frappes(self, edited: pd.DataFrame, au: date) -> list[Frappe]:
        shown = {str(k): self._row(k, c) for k, c in enumerate(self.vus)}
        out, met = [], set()
        for row in edited.to_dict("records"):
            rank = as_text(row[RANG])
            line = [rank, *(as_text(row[c]) for c in (NOM, MOIS, *self.champs))]
            if rank in shown:
                met.add(rank)
            if line == shown.get(rank) or not any(line[1:]):
                continue
            out.append(self._frappe(line, self.vus[int(rank)] if rank in shown else None, au))
        gone = [c for k, c in enumerate(self.vus) if str(k) not in met]
        return [*out, *(Frappe(self.indicateur.id, c.cle.debut, c.cle.fin, c.detail or "", vu=c) for c in gone)]

    def _frappe(self, line: list[str], vu: Case | None, au: date) -> Frappe:
        _, name, period, *figures = line
        spans = {span_text(c.cle.debut, c.cle.fin): Span(c.cle.debut, c.cle.fin) for c in self.vus}
        spans |= {span_text(*s): s for s in months_until(self.exercice, au)}
        whole = Span(self.exercice.debut, self.exercice.fin)
        last = months_until(self.exercice, au)[-1:] or [whole]
        span = spans.get(period) or (whole if self.yearly else last[0])
        typed = dict(zip(self.champs.values(), figures, strict=True))
        if typed.get("numerateur", "").endswith("%") and not typed["denominateur"]:
            typed = {"valeur": typed["numerateur"]}
        blank = not any(typed.values())
        detail = (vu.detail or "") if vu and blank else name
        if vu and blank:
            span = Span(vu.cle.debut, vu.cle.fin)
        return Frappe(
            self.indicateur.id, *span, detail=detail, valeur=typed.get("valeur", ""),
            numerateur=typed.get("numerateur", ""), denominateur=typed.get("denominateur", ""), vu=vu,
            deplace=vu is not None,
        )  # fmt: skip


def names_of(indicateur: Indicateur, exercice: Exercice, cases: Cases) -> Noms:
    return Noms(indicateur, exercice, tuple(_cases_of(indicateur, exercice, cases)))
