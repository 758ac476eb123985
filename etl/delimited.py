"""Delimited text (csv, tsv) as a grid of text, read line by line: neither the text nor its rows are ever whole in memory.

Rows become columns a piece at a time, and what would not fit is refused before it is laid out.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice, pairwise, zip_longest

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.source import Constat, Feuille
from etl.unquoted import TETE, find_cut, read_rest, stacked
from etl.unreadable import CASES_MAX, UnreadableError
from rqds_metrics.regles.formats import nombre

DELIMITERS = (",", ";", "\t")
LIGNES_MAX = 5_000_000
LIGNE_MAX = 4_000_000  # bytes
COLONNES_MAX = 16_384  # those of Excel
CELLULE_MAX = 1_000_000  # characters
_ECHANTILLON = 400  # lines looked at to find the delimiter
_MORCEAU = 100_000  # cells laid out at a time
_PLUS_COURT = "Exportez une période plus courte, ou moins de colonnes."

# A cell of a text file can hold a long answer; the csv module stops at 128 kB unless told.
csv.field_size_limit(CELLULE_MAX)

_PAGE_WEB = (
    "Ouvrez-le dans Excel et enregistrez-le en .xlsx ; si c'est une page de connexion, téléchargez-le de nouveau."
)


def read_text(octets: bytes) -> tuple[Feuille, list[Constat]]:
    """One grid from a delimited text.

    Raises:
        UnreadableError: not text, a Web page, or too far-spread to be a table.
    """
    head, encoding = decode_head(octets)
    _refuse_page(head)
    _check_lines(octets)
    constats = []
    if encoding == "cp1252":
        note = "Le texte est lu comme du Windows-1252 ; vérifiez que les accents des titres sont justes."
        constats.append(Constat("encodage", "info", note))
    declared = re.match(r"\"?sep=([,;\t])\"?\r?\n", head)  # Excel's own first line
    skipped = 1 if declared else 0
    sample = list(islice(_lines(octets, encoding, skipped), _ECHANTILLON))
    delimiter = declared[1] if declared else find_delimiter(sample)
    mend = bool(sample) and _all_quoted(sample[0], delimiter)
    if not mend and (quick := _by_columns(octets, encoding, delimiter, skipped)):
        return quick, constats
    feuille, last = _parse(_lines(octets, encoding, skipped), delimiter, skipped + 1, mend)
    if last and _unclosed(_lines(octets, encoding, last - 1), delimiter):
        note = f"Un guillemet ouvert à la ligne {last} n'est jamais refermé : la suite du fichier ne se lit pas."
        remede = "Téléchargez l'export de nouveau."
        constats.append(Constat("guillemet", "erreur", note, ligne=last, remede=remede))
    return feuille, constats


def _by_columns(octets: bytes, encoding: str, delimiter: str, skipped: int) -> Feuille | None:
    """A large text without quotes; None when it is to be read row by row."""
    cut = find_cut(octets, encoding)
    rest = read_rest(octets, cut, delimiter) if cut else None
    if rest is None:
        return None
    head, open_quote = _parse(_lines(octets[:cut], encoding, skipped), delimiter, skipped + 1, mend=False)
    return None if open_quote else stacked(head, rest, TETE + 1)


# ------------------------------------------------------------------ is it text, and of a bearable shape


def decode_head(octets: bytes) -> tuple[str, str]:
    """The top of a text and its encoding: by its mark, else UTF-16 if full of NULs, else UTF-8, else cp1252.

    Raises:
        UnreadableError: it is not text.
    """
    encoding = _encoding(octets)
    head = codecs.getincrementaldecoder(encoding)("replace").decode(octets[:40_000])
    odd = len(re.findall("[\x00-\x08\x0e-\x1f\ufffd]", head))
    if "\x00" in head or odd > max(2, len(head) // 200):
        note = "Ce fichier ne contient pas du texte lisible : il est abîmé, ou d'un genre que l'on ne lit pas."
        raise UnreadableError("illisible", note, "Téléchargez l'export de nouveau, en CSV ou en Excel.")
    return head.lstrip("\ufeff"), encoding


def _encoding(octets: bytes) -> str:
    if octets.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = octets[:4096]
    if sample[1::2].count(0) > len(sample) // 4:
        return "utf-16-le"
    if sample[::2].count(0) > len(sample) // 4:
        return "utf-16-be"
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _refuse_page(head: str) -> None:
    head = head[:2000].lstrip().lower()
    if head.startswith(("<!doctype", "<html", "<head", "<table", "<?xml", "<script", "<meta", "{", "[{")):
        data = head.startswith(("{", "["))
        what = "des données JSON" if data else "une page Web (ou du XML), quel que soit son nom"
        remede = "Téléchargez l'export en CSV ou en Excel." if data else _PAGE_WEB
        raise UnreadableError("autre_genre", f"Ce fichier est {what}, et non un export de données.", remede)


def _check_lines(octets: bytes) -> None:
    """Refuse too many lines, or one too long, before any is read."""
    if max(octets.count(b"\n"), octets.count(b"\r")) > LIGNES_MAX:
        note = f"Le fichier a plus de {LIGNES_MAX // 1_000_000} millions de lignes : il est refusé par prudence."
        raise UnreadableError("trop_etendu", note, _PLUS_COURT)
    start = 0
    while len(octets) - start > LIGNE_MAX:
        end = max(octets.rfind(mark, start, start + LIGNE_MAX) for mark in (b"\n", b"\r"))
        if end < 0:
            note = f"Une ligne du fichier a plus de {LIGNE_MAX // 1_000_000} millions de caractères : ce n'est pas un tableau."
            raise UnreadableError("trop_etendu", note, "Téléchargez l'export de nouveau, en CSV ou en Excel.")
        start = end + 1


# ------------------------------------------------------------------ from lines to columns


def _lines(octets: bytes, encoding: str, skipped: int) -> Iterator[str]:
    """The lines after the first `skipped`, as the csv module counts them, with their ends."""
    stream = io.TextIOWrapper(io.BytesIO(octets), encoding, errors="replace", newline="")
    first = next(stream, "").lstrip("\ufeff")
    return islice(chain([first] if first else [], stream), skipped, None)


def find_delimiter(lines: list[str]) -> str:
    """The delimiter that cuts the most neighbouring lines into the same number of cells.

    Neighbours, because preambles and blocks have widths of their own; quotes are respected.
    """

    def score(delimiter: str) -> tuple[int, int]:
        widths: list[int] = []
        with suppress(csv.Error):  # a cell too long: cut otherwise, it may not be
            for row in csv.reader(lines, delimiter=delimiter):
                widths += [len(row)] if row else []
        pairs = [a for a, b in pairwise(widths) if a == b and a > 1]
        # a file of a header and one line, or of a header alone, still has its header's width
        return len(pairs), max(widths, default=0)

    return max(DELIMITERS, key=score)


class _Record:
    """Lines on their way to the csv module; keeps the first of the record being read."""

    def __init__(self, lines: Iterator[str]):
        self.lines = lines
        self.first = ""

    def __iter__(self) -> _Record:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.first = self.first or line
        return line


def _parse(lines: Iterator[str], delimiter: str, first_line: int, mend: bool) -> tuple[Feuille, int | None]:
    """The rows that are not blank, with the line each begins at; and that of the last record, if it has several.

    `mend`: cells are quoted by a tool that may not double the quotes inside them, see `_recut`.
    """
    record = _Record(lines)
    reader = csv.reader(record if mend else lines, delimiter=delimiter)
    pieces: list[list[pa.Array]] = []
    rows: list[list[str]] = []
    numbers = array("q")
    last = start = first_line
    width, header = 1, 0
    try:
        for row in reader:
            if row and "".join(row).strip():
                if mend:
                    header = header or len(row)
                    row = _recut(row, record.first.strip(), delimiter, header)
                while not row[-1]:
                    row.pop()
                rows.append(row)
                numbers.append(start)
                width = max(width, len(row))
                if len(rows) * width >= _MORCEAU:
                    _check_extent(len(numbers), width)
                    pieces.append(_columns(rows))
                    rows = []
            record.first = ""
            last, start = start, first_line + reader.line_num
    except csv.Error as error:
        note = f"Une cellule de la ligne {start} a plus d'un million de caractères : un guillemet n'y est sans doute jamais refermé."
        raise UnreadableError("illisible", note, "Téléchargez l'export de nouveau.") from error
    _check_extent(len(numbers), width)
    feuille = Feuille(None, _frame([*pieces, _columns(rows)]), pd.Series(numbers, dtype="int64"))
    return feuille, last if start > last + 1 else None


def _check_extent(rows: int, columns: int) -> None:
    if columns > COLONNES_MAX:
        note = f"Le fichier a {nombre(columns)} colonnes ; la limite est de {nombre(COLONNES_MAX)}."
        raise UnreadableError("trop_etendu", note, _PLUS_COURT)
    if rows * columns > CASES_MAX:
        note = f"Le fichier s'étend sur {nombre(columns)} colonnes et plus de {nombre(rows)} lignes : il est refusé."
        raise UnreadableError("trop_etendu", note, _PLUS_COURT)


def _columns(rows: list[list[str]]) -> list[pa.Array]:
    """Rows of any widths as columns, filled with empty texts to the right."""
    return [pa.array(column, pa.large_string()) for column in zip_longest(*rows, fillvalue="")]


def _frame(pieces: list[list[pa.Array]]) -> pd.DataFrame:
    """One frame from pieces of any widths, without the columns that hold only blanks to the right."""
    pieces = [piece for piece in pieces if piece]
    width = max(map(len, pieces), default=0)
    blank = [pa.repeat(pa.scalar("", pa.large_string()), len(piece[0])) for piece in pieces]
    columns = [
        pa.chunked_array([piece[k] if k < len(piece) else blank[rank] for rank, piece in enumerate(pieces)])
        for k in range(width)
    ]
    while len(columns) > 1 and not pc.any(pc.not_equal(pc.utf8_trim_whitespace(columns[-1]), "")).as_py():
        columns.pop()
    frame: pd.DataFrame = pa.table(columns, names=[str(k) for k in range(len(columns))]).to_pandas()
    frame.columns = pd.RangeIndex(len(columns))
    return frame


# ------------------------------------------------------------------ quotes


def _recut(row: list[str], line: str, delimiter: str, width: int) -> list[str]:
    """A row cut wrong by quotes that its tool did not double, cut again between quoted cells of its first line.

    Only where the row has not the header's width or its quotes are not those of a csv, and the new cut gives that width.
    """
    if (len(row) != width or _loose(row, line, delimiter)) and _all_quoted(line, delimiter):
        again = line[1:-1].split(f'"{delimiter}"')
        return again if len(again) == width else row
    return row


def _loose(row: list[str], line: str, delimiter: str) -> bool:
    """Is it a row of one line whose quotes are inside a cell without being doubled?"""
    if not any('"' in cell for cell in row) or any("\n" in cell or "\r" in cell for cell in row):
        return False
    try:
        next(csv.reader([line], delimiter=delimiter, strict=True), None)
    except csv.Error as error:
        return "expected after" in str(error)
    return False


def _all_quoted(line: str, delimiter: str) -> bool:
    return len(line) > 2 and line.strip().startswith('"') and line.strip().endswith('"') and f'"{delimiter}"' in line


def _unclosed(lines: Iterable[str], delimiter: str) -> bool:
    """Does the last record run to the end of the text inside a quote?"""
    try:
        for _ in csv.reader(lines, delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
