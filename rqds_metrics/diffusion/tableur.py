"""Tables that leave for a spreadsheet: CSV and Excel, where nothing that a cell holds can run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from rqds_metrics.regles.textes import strip_controls

# What makes a spreadsheet take a text for a formula or a command (OWASP, « CSV Injection »).
_DECLENCHEURS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LARGEUR_MAX = 70
_HAUTEUR = 15  # points of a line of text
_COLONNES_PAR_PAGE = 8  # more would print too small to be read
Cellule = str | int | float | bool | date | None


class Formate(NamedTuple):
    """A number with its own Excel format, in a column that holds several kinds."""

    valeur: float
    format: str


def neutral(text: str) -> str:
    """`text` with an apostrophe in front where a spreadsheet would compute it; a plain number stays as it is."""
    cleaned = strip_controls(text)
    if not cleaned.lstrip().startswith(_DECLENCHEURS) and not text.startswith(_DECLENCHEURS):
        return cleaned
    try:
        float(cleaned)
    except ValueError:
        return "'" + cleaned
    return cleaned


def _cell(value: Any) -> Cellule:
    if value is None or value != value:  # missing, NaN included
        return None
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, Formate):
        return value.valeur
    return value  # type: ignore[no-any-return]


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, delimiter: str = ";") -> bytes:
    """A CSV that Excel opens in French: UTF-8 with its mark, « ; » between cells, decimal commas."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([neutral(c) for c in columns])
    for row in rows:
        cells = [_cell(v) for v in row]
        writer.writerow(["" if c is None else _decimal(c) if isinstance(c, float) else c for c in cells])
    return out.getvalue().encode("utf-8-sig")


def _decimal(value: float) -> str:
    return repr(value).removesuffix(".0").replace(".", ",")


def to_xlsx(
    sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Any]]]],
    formats: Mapping[str, str] | None = None,
    *,
    titre: str = "",
    auteur: str = "",
    fige: int = 0,
) -> bytes:
    """A workbook: a sheet a table, headers frozen and filtered.

    Args:
        formats: a column's title -> its Excel format; a cell given as Formate has its own.
        titre, auteur: the properties of the document.
        fige: how many first columns stay in sight, where the table has more.
    """
    book = Workbook()
    book.properties.title, book.properties.creator, book.properties.language = titre or None, auteur or None, "fr-CA"
    book.remove(book.active)
    for title, (columns, rows) in sheets.items():
        sheet = book.create_sheet(title[:31])
        sheet.append([neutral(c) for c in columns])
        for rank, row in enumerate(rows, 2):
            sheet.append([_cell(v) for v in row])
            for column, value in enumerate(row, 1):
                if isinstance(value, Formate):
                    sheet.cell(rank, column).number_format = value.format
        _dress(sheet, columns, formats or {})
        if 0 < fige < len(columns):
            sheet.freeze_panes = f"{get_column_letter(fige + 1)}2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _dress(sheet: Any, columns: Sequence[str], formats: Mapping[str, str]) -> None:
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    if len(columns) <= _COLONNES_PAR_PAGE:
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for cell in sheet[1]:
        cell.font = Font(name="Calibri", size=11, bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EBF0")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    lines: dict[int, int] = {}
    for rank, title in enumerate(columns, 1):
        letter = get_column_letter(rank)
        cells = sheet[letter][1:]
        longest = max((len(str(c.value)) for c in cells if c.value is not None), default=8)
        width = min(max(longest + 2, min(len(title) + 4, 18), 9), _LARGEUR_MAX)
        sheet.column_dimensions[letter].width = width
        lines[1] = max(lines.get(1, 1), -(-(len(title) + 3) // width))
        numbers = any(isinstance(c.value, int | float) for c in cells)
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # never a formula, whatever it starts with
                wraps = len(cell.value) > _LARGEUR_MAX
                if wraps:  # not every spreadsheet makes the row high enough by itself
                    lines[cell.row] = max(lines.get(cell.row, 1), -(-len(cell.value) // (_LARGEUR_MAX + 2)))
                aside = "right" if numbers else None  # « n.d. » under figures
                cell.alignment = Alignment(wrap_text=wraps, vertical="top", horizontal=aside)
            else:
                cell.alignment = Alignment(vertical="top")
                if title in formats:
                    cell.number_format = formats[title]
    for row, count in lines.items():
        if count > 1:
            sheet.row_dimensions[row].height = _HAUTEUR * count
