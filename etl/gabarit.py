"""The template of typed-in values as a workbook: the indicators that no export feeds, the months already there.

What etl/sources/saisie.py reads back: a line without a value says nothing and touches nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from etl.typed import PAR
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Indicateur, Plan, load_plan

ENTETES = (
    "Mois", "Indicateur", "Valeur", "Numérateur", "Dénominateur", "Fait le", "Texte", "De quoi il s'agit", "Preuve",
    "Détail",
)  # fmt: skip
_LARGEURS = (12, 13, 12, 12, 13, 13, 42, 62, 30, 22)
_COMMENT = {
    "nombre": "Un nombre dans « Valeur » ; les mois s'additionnent.",
    "stock": "Le niveau atteint dans « Valeur ».",
    "taux": "« Numérateur » et « Dénominateur » ; à défaut, un pourcentage dans « Valeur ».",
    "jalon": "« fait » ou « pas fait » dans « Valeur », la date dans « Fait le », un lien ou une note dans « Preuve ».",
    "qualitatif": "Une ou deux phrases dans « Texte ».",
}
_PAR = " Par {} : une ligne chacun, son nom dans « Détail »."
_VALEURS, _LISTES = "Valeurs", "Indicateurs"


def template(exercice: Exercice, plan: Plan | None = None) -> bytes:
    """The workbook of a fiscal year (.xlsx)."""
    plan = plan or load_plan()
    typed = [i for i in plan.indicateurs.values() if i.saisi]
    book = Workbook()
    sheet: Any = book.active
    sheet.title = _VALEURS
    sheet.append(ENTETES)
    for line in _lines(typed, exercice):
        sheet.append(line)
    _dress(sheet)
    lists = book.create_sheet(_LISTES)
    _fill_lists(lists, typed, exercice)
    _choices(sheet, typed, exercice)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def months(exercice: Exercice) -> list[str]:
    """« 2026-07 » to « 2027-06 »."""
    return [f"{m:%Y-%m}" for m in exercice.mois()]


def _lines(typed: list[Indicateur], exercice: Exercice) -> Iterator[list[object]]:
    """A line a month for what is counted each month, one for the year, or one whose month is to be chosen."""
    for indicateur in typed:
        spans = {"mensuelle": months(exercice), "annuelle": [str(exercice)]}.get(indicateur.cadence, [None])
        for span in spans:
            yield [span, indicateur.id, None, None, None, None, None, indicateur.court]


def _dress(sheet: Any) -> None:
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="0B5563")
        cell.alignment = Alignment(vertical="center")
    for rank, width in enumerate(_LARGEURS):
        sheet.column_dimensions["ABCDEFGHIJ"[rank]].width = width
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:J{sheet.max_row}"
    for row in sheet.iter_rows(min_row=2):
        row[0].number_format = row[1].number_format = "@"  # « 2026-10 » stays a text
        row[5].number_format = "yyyy-mm-dd"
        row[7].font = Font(color="5B6472")


def _fill_lists(lists: Any, typed: list[Indicateur], exercice: Exercice) -> None:
    lists.append(["Numéro", "Indicateur du plan", "Unité", "Comment remplir", "", "Mois ou exercice"])
    spans = [*months(exercice), str(exercice)]
    for rank in range(max(len(typed), len(spans))):
        left = [None, None, None, None]
        if rank < len(typed):
            i = typed[rank]
            par = _PAR.format(PAR[i.par]) if i.par else ""
            left = [i.id, i.titre, i.unite.split("|")[0], _COMMENT[i.type] + par]  # type: ignore[list-item]
        lists.append([*left, None, spans[rank] if rank < len(spans) else None])
    for cell in lists[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDF", (12, 80, 16, 70, 18), strict=True):
        lists.column_dimensions[letter].width = width
    lists.freeze_panes = "A2"


def _choices(sheet: Any, typed: list[Indicateur], exercice: Exercice) -> None:
    """Drop-down lists, refused with a French word when something else is typed."""
    name = quote_sheetname(_LISTES)
    count = len(months(exercice)) + 1
    lists = (
        ("A", f"={name}!$F$2:$F${count + 1}", "Choisissez un mois de l'exercice, ou l'exercice entier."),
        ("B", f"={name}!$A$2:$A${len(typed) + 1}", "Choisissez le numéro d'un indicateur de la liste."),
    )
    for column, formula, message in lists:
        rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
        rule.errorTitle, rule.error = "Valeur inconnue", message
        sheet.add_data_validation(rule)
        rule.add(f"{column}2:{column}2000")
    milestones = {i.id for i in typed if i.type == "jalon"}
    done = DataValidation(type="list", formula1='"fait,pas fait"', allow_blank=True, showErrorMessage=True)
    done.errorTitle, done.error = "Valeur inconnue", "Un jalon est « fait » ou « pas fait »."
    sheet.add_data_validation(done)
    for row in range(2, sheet.max_row + 1):
        if sheet.cell(row, 2).value in milestones:
            done.add(f"C{row}")
