"""From bytes to grids of text. What a file is comes from its bytes, never from its name.

Nothing is evaluated and no macro is run; nothing is guessed about types: that is etl.cells' part.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pandas as pd

from etl.source import Constat, Document, Feuille
from etl.unreadable import EXCEL_REMEDE, UnreadableError
from etl.workbook import read_workbook, zip_kind

TAILLE_MAX = 100_000_000  # bytes
DELIMITERS = (",", ";", "\t")
_ECHANTILLON = 400  # lines looked at to find the delimiter
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# A cell of a text file can hold a long answer; the csv module stops at 128 kB unless told.
csv.field_size_limit(10_000_000)

_FOREIGN = (
    (b"%PDF", "un document PDF"),
    (b"\x89PNG", "une image"),
    (b"\xff\xd8\xff", "une image"),
    (b"GIF8", "une image"),
    (b"{\\rtf", "un document texte (RTF)"),
    (b"\x1f\x8b", "une archive compressée"),
    (b"7z\xbc\xaf", "une archive compressée"),
    (b"Rar!", "une archive compressée"),
    (b"ID3", "un fichier audio"),
    (b"PAR1", "un fichier de données Parquet"),
)


def read_document(fichier: str, octets: bytes) -> Document:
    """Read a workbook (xlsx, xlsm, xls, ods) or a delimited text as grids of text.

    Raises:
        UnreadableError: it cannot be read; `.constat` says why and what to do, in French.
    """
    if not octets.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise UnreadableError("vide", "Le fichier est vide.", "Téléchargez-le de nouveau depuis l'outil.")
    if len(octets) > TAILLE_MAX:
        size = f"{len(octets) / 1e6:.0f}"
        note = f"Le fichier pèse {size} Mo ; la limite est de {TAILLE_MAX // 1_000_000} Mo."
        raise UnreadableError("trop_gros", note, "Exportez une période plus courte.")
    sha256 = hashlib.sha256(octets).hexdigest()
    genre = _kind(octets)
    if genre == "texte":
        feuille, constats = read_text(octets)
        return Document(fichier, sha256, len(octets), "texte", (feuille,), tuple(constats))
    feuilles, constats = read_workbook(octets, genre)
    return Document(fichier, sha256, len(octets), genre, feuilles, tuple(constats))  # type: ignore[arg-type]


def _kind(octets: bytes) -> str:
    if octets[:4] == b"PK\x03\x04" or octets[:4] == b"PK\x05\x06":
        return zip_kind(octets)
    if octets.startswith(_OLE):
        return _ole_kind(octets)
    for mark, what in _FOREIGN:
        if octets.startswith(mark):
            note = f"Ce fichier est {what}, et non un export de données."
            raise UnreadableError("autre_genre", note, "Téléchargez l'export en CSV ou en Excel depuis l'outil.")
    return "texte"


def _ole_kind(octets: bytes) -> str:
    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in octets

    if holds("EncryptedPackage"):
        raise UnreadableError("protege", "Ce classeur est protégé par un mot de passe.", _SANS_MOT_DE_PASSE)
    if holds("WordDocument"):
        note = "Ce fichier est un document Word, et non un export de données."
        raise UnreadableError("autre_genre", note, "Téléchargez l'export en CSV ou en Excel depuis l'outil.")
    if not holds("Workbook") and not holds("Book"):
        note = "Ce fichier vient d'un ancien logiciel de bureau, mais ce n'est pas un classeur."
        raise UnreadableError("autre_genre", note, "Téléchargez l'export en CSV ou en Excel depuis l'outil.")
    return "xls"


_PAGE_WEB = (
    "Ouvrez-le dans Excel et enregistrez-le en .xlsx ; si c'est une page de connexion, téléchargez-le de nouveau."
)
_SANS_MOT_DE_PASSE = "Ouvrez-le, retirez le mot de passe (Fichier, Informations, Protéger), enregistrez et renvoyez-le."


def decode(octets: bytes) -> tuple[str, str]:
    """The text and the encoding it was read with: by its mark, else UTF-16 if full of NULs, else UTF-8, else cp1252.

    Raises:
        UnreadableError: it is not text.
    """
    encoding = _encoding(octets)
    text = octets.decode(encoding, errors="replace")
    sample = text[:20_000]
    odd = len(re.findall("[\x00-\x08\x0e-\x1f\ufffd]", sample))
    if "\x00" in sample or odd > max(2, len(sample) // 200):
        note = "Ce fichier ne contient pas du texte lisible : il est abîmé, ou d'un genre que l'on ne lit pas."
        raise UnreadableError("illisible", note, "Téléchargez l'export de nouveau, en CSV ou en Excel.")
    return text.lstrip("\ufeff"), encoding


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


def read_text(octets: bytes) -> tuple[Feuille, list[Constat]]:
    """One grid from a delimited text.

    Raises:
        UnreadableError: not text, or a Web page.
    """
    text, encoding = decode(octets)
    head = text[:2000].lstrip().lower()
    if head.startswith(("<!doctype", "<html", "<head", "<table", "<?xml", "<script", "<meta", "{", "[{")):
        data = head.startswith(("{", "["))
        what = "des données JSON" if data else "une page Web (ou du XML), quel que soit son nom"
        remede = "Téléchargez l'export en CSV ou en Excel." if data else _PAGE_WEB
        raise UnreadableError("autre_genre", f"Ce fichier est {what}, et non un export de données.", remede)
    constats = []
    if encoding == "cp1252":
        note = "Le texte est lu comme du Windows-1252 ; vérifiez que les accents des titres sont justes."
        constats.append(Constat("encodage", "info", note))
    delimiter, skipped = _declared_delimiter(text)
    body = text[skipped:]
    found = delimiter or find_delimiter(body.splitlines()[:_ECHANTILLON])
    first_line = 2 if skipped else 1
    rows, numbers, broken = _parse(body, found, first_line)
    rows = _requoted(rows, numbers, body, found, first_line)
    if broken is not None:
        note = f"Un guillemet ouvert à la ligne {broken} n'est jamais refermé : la suite du fichier ne se lit pas."
        constats.append(Constat("guillemet", "erreur", note, ligne=broken, remede="Téléchargez l'export de nouveau."))
    return make_sheet(None, rows, numbers), constats


def _declared_delimiter(text: str) -> tuple[str | None, int]:
    """What Excel's own first line « sep=; » says, and how many characters to skip."""
    found = re.match(r"\"?sep=([,;\t])\"?\r?\n", text)
    return (found[1], found.end()) if found else (None, 0)


def find_delimiter(lines: list[str]) -> str:
    """The delimiter that cuts the most neighbouring lines into the same number of cells.

    Neighbours, because preambles and blocks have widths of their own; quotes are respected.
    """

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        pairs = [a for a, b in pairwise(widths) if a == b and a > 1]
        # a file of a header and one line, or of a header alone, still has its header's width
        return len(pairs), max(widths, default=0)

    return max(DELIMITERS, key=score)


def _parse(text: str, delimiter: str, first_line: int) -> tuple[list[list[str]], list[int], int | None]:
    """Rows that are not blank, the line each begins at, and the line of a quote that is never closed."""
    rows, numbers = [], []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start, last_start, last_end = first_line, first_line, first_line
    for row in reader:
        if any(row) and not all(not cell or cell.isspace() for cell in row):
            rows.append(row)
            numbers.append(start)
        last_start, last_end = start, first_line + reader.line_num - 1
        start = first_line + reader.line_num
    if last_end > last_start and _unclosed(text, delimiter, last_start - first_line):
        return rows, numbers, last_start
    return rows, numbers, None


def _requoted(rows: list[list[str]], numbers: list[int], text: str, delimiter: str, first_line: int) -> list[list[str]]:
    """Rows cut wrong by quotes that their tool did not double, cut again between quoted cells.

    Only where the header is wholly quoted, the row has not its width or its quotes are not those of a csv, and the
    new cut gives that width.
    """
    lines = io.StringIO(text, newline="").readlines()  # as the csv module counts them
    if not rows or not lines or not _all_quoted(lines[0], delimiter):
        return rows
    width = len(rows[0])
    out = []
    for row, number in zip(rows, numbers, strict=True):
        line = lines[number - first_line].strip() if number - first_line < len(lines) else ""
        if (len(row) != width or _loose(row, line, delimiter)) and _all_quoted(line, delimiter):
            again = line[1:-1].split(f'"{delimiter}"')
            row = again if len(again) == width else row
        out.append(row)
    return out


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


def _unclosed(text: str, delimiter: str, skipped: int) -> bool:
    """Does the last record, after `skipped` lines, run to the end of the text inside a quote?"""

    def tail() -> Iterator[str]:
        for rank, line in enumerate(io.StringIO(text, newline="")):
            if rank >= skipped:
                yield line

    try:
        for _ in csv.reader(tail(), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def make_sheet(nom: str | None, rows: Iterable[list[str]], numbers: list[int]) -> Feuille:
    """A grid from rows of any widths, without the columns that are empty to the right."""
    lines = list(rows)
    width = max(map(len, lines), default=0)
    frame = pd.DataFrame([line + [""] * (width - len(line)) for line in lines], columns=range(width), dtype="str")
    return Feuille(nom, trim_right(frame), pd.Series(numbers, dtype="int64"))


def trim_right(frame: pd.DataFrame) -> pd.DataFrame:
    """Without the last columns that hold nothing (Excel and Zoom pad their lines)."""
    width = frame.shape[1]
    while width and not frame.iloc[:, width - 1].str.strip().astype(bool).any():
        width -= 1
    return frame.iloc[:, :width]


__all__ = ["EXCEL_REMEDE", "UnreadableError", "decode", "find_delimiter", "read_document", "read_text"]
