"""Large texts without a quote: past their first lines, read by columns at once instead of row by row.

What comes out is what etl.delimited gives row by row, or nothing: a quote, a line of another width, an odd end of line,
a cell too long, and the whole file is read the usual way.
"""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as columnar

from etl.source import Feuille
from etl.unreadable import CASES_MAX

GROS = 2_000_000  # bytes under which nothing is gained
TETE = 200  # lines read row by row: preambles and headers have widths of their own
_BLANCS = (b"\x1c", b"\x1d", b"\x1e", b"\x1f", b"\x00")  # blanks for Python only, or told apart by one reader only


def find_cut(octets: bytes, encoding: str) -> int | None:
    """Where the first TETE lines end, in a text whose rest may be read by columns; None for any other."""
    if len(octets) < GROS or encoding not in ("utf-8", "utf-8-sig"):
        return None
    cut = 0
    for _ in range(TETE):
        cut = octets.find(b"\n", cut) + 1
        if not cut:
            return None
    odd = octets.count(b"\r") != octets.count(b"\r\n") or any(octets.find(mark, cut) >= 0 for mark in _BLANCS)
    if odd or octets.find(b'"', cut) >= 0 or octets.count(b'"', 0, cut) % 2:
        return None
    return cut


def read_rest(octets: bytes, cut: int, delimiter: str) -> pd.DataFrame | None:
    """The lines after `cut`, one a row (str, columns 0..k-1), blank ones too; None when they are not all of one width."""
    end = octets.find(b"\n", cut)
    width = octets.count(delimiter.encode(), cut, end if end >= 0 else len(octets)) + 1
    if width < 2 or cut >= len(octets) or width * octets.count(b"\n", cut) > CASES_MAX:
        return None
    try:
        table = columnar.read_csv(
            pa.BufferReader(pa.py_buffer(octets).slice(cut)),
            columnar.ReadOptions(autogenerate_column_names=True),
            columnar.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False),
            columnar.ConvertOptions(column_types={f"f{k}": pa.large_string() for k in range(width)}),
        )
    except pa.ArrowInvalid:
        return None
    longest = max((pc.max(pc.binary_length(c)).as_py() or 0 for c in table.columns), default=0)
    if longest > csv.field_size_limit():
        return None
    frame: pd.DataFrame = table.to_pandas()
    frame.columns = pd.RangeIndex(len(frame.columns))
    return frame


def stacked(head: Feuille, rest: pd.DataFrame, first_line: int) -> Feuille:
    """The first rows and the others as one grid, without blank rows nor blank columns to the right."""
    numbers = np.arange(first_line, first_line + len(rest), dtype="int64")
    blank = rest.iloc[:, 0].str.strip() == ""
    if blank.any():
        some = rest[blank]
        gone = some.index[~some.apply(lambda c: c.str.strip() != "").any(axis=1)]
        numbers = np.delete(numbers, gone.to_numpy())
        rest = rest.drop(index=gone)
    width = rest.shape[1]
    while width > head.cellules.shape[1] and not rest.iloc[:, width - 1].str.strip().astype(bool).any():
        width -= 1
    width = max(width, head.cellules.shape[1])
    parts = [f.reindex(columns=range(width), fill_value="") for f in (head.cellules, rest) if len(f)]
    cells = pd.concat(parts, ignore_index=True)
    cells.columns = pd.RangeIndex(width)
    return Feuille(None, cells, pd.Series(np.concatenate([head.numeros.to_numpy(), numbers]), dtype="int64"))
