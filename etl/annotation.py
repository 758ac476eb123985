"""A copy of someone's workbook with its faulty cells marked: made in memory, given back, never kept."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from etl.report import constat_text
from etl.source import Constat

_COULEURS = {"erreur": "FFC7C2", "avertissement": "FFE9B8"}
_FEUILLE = "À corriger"


def can_annotate(octets: bytes, constats: Sequence[Constat]) -> bool:
    """Is it a workbook in which at least one faulty cell is known."""
    return octets.startswith(b"PK\x03\x04") and any(c.cellule and c.verdict in _COULEURS for c in constats)


def annotate(octets: bytes, constats: Sequence[Constat]) -> bytes:
    """The same workbook (.xlsx): faulty cells coloured, each with what is wrong in a comment, and a sheet that lists all.

    Raises:
        ValueError: openpyxl cannot open it.
    """
    try:
        book = load_workbook(io.BytesIO(octets))
    except Exception as error:  # whatever openpyxl finds wrong in a file that the reader could read
        raise ValueError("not a workbook that can be written back") from error
    for constat in constats:
        if constat.cellule and constat.feuille in book.sheetnames and constat.verdict in _COULEURS:
            _mark(book[constat.feuille][constat.cellule], constat)
    summary: Any = book.create_sheet(_FEUILLE, 0)
    summary.append(["Feuille", "Cellule", "Ce qui ne va pas et quoi faire"])
    for constat in constats:
        if constat.verdict in _COULEURS:
            summary.append(
                [_text(constat.feuille or ""), constat.cellule or constat.ligne, _text(constat_text(constat))]
            )
    for letter, width in (("A", 20), ("B", 10), ("C", 110)):
        summary.column_dimensions[letter].width = width
    book.active = 0
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _mark(cell: Any, constat: Constat) -> None:
    cell.fill = PatternFill("solid", fgColor=_COULEURS[constat.verdict])
    text = constat_text(constat)
    cell.comment = Comment(f"{cell.comment.text}\n{text}" if cell.comment else text, "RQDS", height=120, width=320)


def _text(value: str) -> str:
    """A sentence that a spreadsheet can only take for text."""
    return f"'{value}" if value[:1] in "=+-@\t\r" else value
