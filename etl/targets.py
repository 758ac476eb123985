"""The workbook of targets and due dates: written for the direction, read back cell by cell. Blank says nothing."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill

from etl.cells import normal, unaccented
from etl.columns import find_header
from etl.dates import to_date
from etl.entry import read_number, read_percent
from etl.findings import constat_at, presentable
from etl.privacy import scrub
from etl.reading import read_document
from etl.source import Constat, Feuille
from etl.typed import PLAFOND
from etl.unreadable import UnreadableError
from rqds_metrics.cibles import settable
from rqds_metrics.exercice import Exercice, exercices_du_plan
from rqds_metrics.plan import Indicateur, Plan
from rqds_metrics.registre import Decisions

CIBLES, ECHEANCES = "Cibles", "Échéances"
NUMERO, INDICATEUR, UNITE, PLAN, ECHEANCE = "Numéro", "Indicateur", "Unité", "Cible du plan", "Échéance"
RETIRER = "retirer"
_REMEDE = "Corrigez cette cellule, ou videz-la pour ne rien changer, puis redéposez le classeur."


@dataclass(frozen=True)
class Changement:
    """A cell that is no longer what stands. `valeur` None: taken back. Rates as fractions, days in ISO."""

    indicateur: Indicateur
    exercice: Exercice | None  # None: a due date
    avant: float | str | None
    valeur: float | str | None


@dataclass
class Classeur:
    """What a workbook asks for, and what is wrong with it."""

    changements: list[Changement] = field(default_factory=list)
    constats: list[Constat] = field(default_factory=list)

    @property
    def erreurs(self) -> list[Constat]:
        return [c for c in self.constats if c.verdict == "erreur"]


def read_target(indicateur: Indicateur, text: str) -> float | str:
    """The target typed in a cell (rates as fractions), or what is wrong with it, in French."""
    rate = indicateur.type == "taux"
    value = read_percent(text) if rate else read_number(text)
    if value is None:
        kind = "n'est pas un pourcentage (« 85 % »)" if rate else "n'est pas un nombre"
        return f"« {scrub(text)[:40]} » {kind}."
    if value < 0:
        return "Une cible ne peut pas être négative."
    if rate and value > 1:
        return "Un taux va de 0 à 100 %."
    return "Cette cible dépasse un milliard : vérifiez-la." if value > PLAFOND else value


def _write(sheet: Any, row: int, column: int, value: Any, number_format: str | None = None) -> None:
    """A cell; a text stays a text, whatever it begins with."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = value
        cell.data_type = "s"  # else « = » would make it a formula
        cell.number_format = "@"
    elif value is not None:
        cell.value = value
    if number_format:
        cell.number_format = number_format


def write_workbook(plan: Plan, decisions: Decisions, words: Mapping[str, str]) -> bytes:
    """Every target and due date as they stand (.xlsx). `words`: the plan's own target of each indicator, in words."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = CIBLES
    years = exercices_du_plan()
    _head(sheet, [NUMERO, INDICATEUR, UNITE, PLAN, *map(str, years)], (13, 62, 16, 34, *[12] * len(years)))
    for row, i in enumerate(settable(plan), 2):
        rate = i.type == "taux"
        texts = [i.id, i.titre, i.unite.split("|")[0], words.get(i.id, "")]
        for column, text in enumerate(texts, 1):
            _write(sheet, row, column, text)
        for column, year in enumerate(years, 5):
            set_by = decisions.cibles.get((i.id, str(year)))
            _write(sheet, row, column, float(set_by.valeur) if set_by else None, "0.0%" if rate else "#,##0.###")
    due: Any = book.create_sheet(ECHEANCES)
    _head(due, [NUMERO, "Jalon", "Date écrite au plan", ECHEANCE], (13, 80, 20, 14))
    jalons = [i for i in plan.tous.values() if i.cible and i.cible.jalon and not i.cible.annuel]
    for row, i in enumerate(jalons, 2):
        _write(due, row, 1, i.id)
        _write(due, row, 2, i.titre)
        _write(due, row, 3, i.cible.avant if i.cible else None, "yyyy-mm-dd")
        fixed = decisions.echeances.get(i.id)
        _write(due, row, 4, date.fromisoformat(fixed.valeur) if fixed else None, "yyyy-mm-dd")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _head(sheet: Any, titles: list[str], widths: tuple[int, ...]) -> None:
    for column, (title, width) in enumerate(zip(titles, widths, strict=True), 1):
        cell = sheet.cell(1, column, title)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="0B5563")
        cell.alignment = Alignment(vertical="center")
        sheet.column_dimensions["ABCDEFGHIJ"[column - 1]].width = width
    sheet.freeze_panes = "C2"


def read_workbook(fichier: str, octets: bytes, plan: Plan, decisions: Decisions) -> Classeur:
    """What the workbook changes of what stands; a blank cell changes nothing, « retirer » takes back."""
    out = Classeur()
    try:
        document = read_document(fichier, octets)
    except UnreadableError as error:
        out.constats.append(presentable(error.constat))
        return out
    found = False
    for feuille in document.feuilles:
        for signature, read in (
            (frozenset({normal(NUMERO), normal(PLAN)}), _read_targets),
            (frozenset({normal(NUMERO), normal(ECHEANCE)}), _read_dues),
        ):
            header = find_header(feuille, [signature])
            if header is not None:
                found = True
                read(feuille, header, plan, decisions, out)
                break
    if not found:
        note = f"Ce classeur n'a ni la feuille « {CIBLES} » ni la feuille « {ECHEANCES} »."
        out.constats.append(Constat("inconnu", "erreur", note, remede="Partez du classeur téléchargé à cette page."))
    out.constats = [presentable(c) for c in out.constats]
    return out


def _lines(feuille: Feuille, header: int, plan: Plan, out: Classeur) -> list[tuple[int, Indicateur, list[str]]]:
    """The lines of known indicators, each once; the others are told."""
    known = {k.casefold(): i for k, i in plan.tous.items()}
    names = [normal(str(v)) for v in feuille.cellules.iloc[header]]
    rank = names.index(normal(NUMERO))
    lines, seen = [], set()
    for row in range(header + 1, len(feuille.cellules)):
        cells = [" ".join(str(v).split()) for v in feuille.cellules.iloc[row]]
        if not cells[rank]:
            continue
        i = known.get(cells[rank].casefold())
        if i is None or i.id in seen:
            what = "est là deux fois" if i else "n'est pas un indicateur du plan"
            _tell(out, feuille, row, rank, NUMERO, f"« {scrub(cells[rank])[:30]} » {what}.")
            continue
        seen.add(i.id)
        lines.append((row, i, cells))
    return lines


def _tell(out: Classeur, feuille: Feuille, row: int, column: int, header: str, note: str) -> None:
    out.constats.append(constat_at("cible", "erreur", note, feuille, row, column, header=header, remede=_REMEDE))


def _read_targets(feuille: Feuille, header: int, plan: Plan, decisions: Decisions, out: Classeur) -> None:
    names = [normal(str(v)) for v in feuille.cellules.iloc[header]]
    years = {e: names.index(str(e)) for e in exercices_du_plan() if str(e) in names}
    allowed = {i.id for i in settable(plan)}
    for row, i, cells in _lines(feuille, header, plan, out):
        for year, column in years.items():
            text = cells[column]
            if not text:
                continue
            set_by = decisions.cibles.get((i.id, str(year)))
            before = float(set_by.valeur) if set_by else None
            after = None if unaccented(text) == RETIRER else read_target(i, text)
            if i.id not in allowed:
                after = f"L'indicateur {i.id} ne se chiffre pas."
            if isinstance(after, str):
                _tell(out, feuille, row, column, str(year), after)
            elif before is None or after is None:
                if before != after:
                    out.changements.append(Changement(i, year, before, after))
            elif abs(after - before) > 1e-9 * max(1.0, abs(before)):
                out.changements.append(Changement(i, year, before, after))


def _read_dues(feuille: Feuille, header: int, plan: Plan, decisions: Decisions, out: Classeur) -> None:
    column = [normal(str(v)) for v in feuille.cellules.iloc[header]].index(normal(ECHEANCE))
    for row, i, cells in _lines(feuille, header, plan, out):
        text = cells[column]
        if not text:
            continue
        set_by = decisions.echeances.get(i.id)
        before = str(set_by.valeur) if set_by else None
        if not (i.cible and i.cible.jalon) or i.cible.annuel:
            _tell(out, feuille, row, column, ECHEANCE, f"L'indicateur {i.id} n'est pas un jalon à dater.")
            continue
        after = None
        if unaccented(text) != RETIRER:
            after = read_day(text)
            if after is None:
                _tell(out, feuille, row, column, ECHEANCE, f"« {scrub(text)[:30]} » n'est pas une date du plan.")
                continue
        if after != before:
            out.changements.append(Changement(i, None, before, after))


def read_day(text: str) -> str | None:
    """A day of the plan or of the year after it, ISO; None when it cannot be read for sure."""
    typed = to_date(pd.Series([text], dtype="str"), "dmy")
    if typed.values.isna().iloc[0] or typed.faulty.iloc[0]:
        return None
    day = typed.values.iloc[0].date()
    years = exercices_du_plan()
    last = years[-1].fin.replace(year=years[-1].fin.year + 1)
    return str(day.isoformat()) if years[0].debut <= day <= last else None
