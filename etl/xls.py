"""Workbooks of the old Excel (.xls) as grids of text, by xlrd: a damaged one gives an error, where faster readers end
the whole program.
"""

from __future__ import annotations

import io

import pandas as pd
import xlrd
from xlrd.biffh import error_text_from_code

from etl.source import Feuille
from etl.unreadable import EXCEL_REMEDE, TEXTE_MAX, UnreadableError

CASES_XLS = 5_000_000  # cells, each a Python object of its own for a while


def read_xls(octets: bytes) -> list[tuple[Feuille, bool]]:
    """Each sheet that holds something, and whether it is hidden.

    Raises:
        ValueError: damaged or locked, as its text says.
        UnreadableError: too many cells, or too long a text shared by too many.
    """
    try:
        book = xlrd.open_workbook(file_contents=octets, logfile=io.StringIO(), ragged_rows=True)
        sheets = [s for s in book.sheets() if s.nrows and s.ncols]
        _check(sheets)
        return [(_grid(s), s.visibility != 0) for s in sheets]
    except UnreadableError:
        raise
    except Exception as error:  # xlrd lets through whatever a damaged file breaks
        raise ValueError(str(error)) from error


def _check(sheets: list[xlrd.sheet.Sheet]) -> None:
    """Refuse what would take too much memory once each cell has its own text."""
    cells = sum(s.nrows * s.ncols for s in sheets)
    if cells > CASES_XLS:
        note = f"Ce classeur de l'ancien Excel s'étend sur {cells / 1e6:.0f} millions de cellules : il est refusé."
        raise UnreadableError("trop_etendu", note, EXCEL_REMEDE)
    texts = 0
    for sheet in sheets:
        for rank in range(sheet.nrows):
            texts += sum(len(v) for v in sheet.row_values(rank) if isinstance(v, str))
        if texts > TEXTE_MAX:
            note = (
                "Les textes de ce classeur, répétés de cellule en cellule, prendraient trop de place : il est refusé."
            )
            raise UnreadableError("trop_gros", note, EXCEL_REMEDE)


def _grid(sheet: xlrd.sheet.Sheet) -> Feuille:
    rows, numbers = [], []
    for rank in range(sheet.nrows):
        row = [_text(cell, sheet.book.datemode) for cell in sheet.row(rank)]
        if any(row):
            rows.append(row)
            numbers.append(rank + 1)
    width = max((max(k for k, text in enumerate(row) if text) + 1 for row in rows), default=0)
    lines = [(row + [""] * width)[:width] for row in rows]
    return Feuille(
        sheet.name, pd.DataFrame(lines, columns=range(width), dtype="str"), pd.Series(numbers, dtype="int64")
    )


def _text(cell: xlrd.sheet.Cell, datemode: int) -> str:
    """A cell as the newer formats' reader writes it: whole numbers whole, dates in ISO, failed formulas by name."""
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return f"{xlrd.xldate_as_datetime(cell.value, datemode):%Y-%m-%d %H:%M:%S}"
        except (ValueError, OverflowError):
            return str(cell.value)
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return f"{cell.value:.9f}".rstrip("0").rstrip(".")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "true" if cell.value else "false"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(error_text_from_code.get(cell.value, "#VALUE!"))
    return str(cell.value)
