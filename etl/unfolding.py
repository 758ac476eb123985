"""What a zipped workbook would unfold to, looked at before a reader that lays everything out is let near it.

Small files can be large inside: entries that lie about their size, two cells in opposite corners, one long text shared
by a million cells. A reader written for speed takes all the memory there is, and ends the whole program.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from xml.etree.ElementTree import Element, iterparse

import numpy as np

from etl.unreadable import CASES_MAX, TEXTE_MAX, UnreadableError

DEPLIE_MAX = 500_000_000  # bytes once unzipped
RAPPORT_MAX = 200  # unzipped / zipped, beyond 50 MB
ENTREES_MAX = 10_000
_REPERTOIRE_MAX = 4_000_000  # bytes of a zip's list of entries
_MORCEAU = 4 << 20
_VERS_ESPACE = bytes.maketrans(b"\t\n\r'", b'   "')

# A formula without its result: written by a program, never opened in a spreadsheet.
_SANS_RESULTAT = re.compile(rb"(?:</f>|<f\b[^>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_FORMULE = re.compile(rb"<f\b")
# Patterns that begin with a fixed text, for they are searched ten times faster. Far: past column Z or line 99 999.
_LOIN = re.compile(rb' r ?= ?"([A-Z]{2,}|[A-Z](?=\d{6}))(\d+)')
_LIGNE = re.compile(rb'row r ?= ?"(\d+)')
_LIGNE_AUTRE = re.compile(rb'row\b[^>]*?\br ?= ?"(\d+)')
_SANS_PLACE = re.compile(rb'<c(?:>| (?!r ?= ?"))')  # maybe a cell that does not say where it is: then they are counted
_FIN_TEXTE = re.compile(rb"</(?:\w+:)?si ?>|<(?:\w+:)?si ?/>")
_TEXTE = re.compile(rb' t ?= ?"s"')
_PARTAGE = re.compile(rb' t ?= ?"s"[^>]*><(?:\w+:)?v>(\d{1,9})<')


def too_many_entries(octets: bytes) -> bool:
    """Is the zip's own list of entries too long to be read at all?"""
    ends = {len(octets) - 22, octets.rfind(b"PK\x05\x06", max(len(octets) - 65_557, 0))}
    sizes = [octets[e + 12 : e + 16] for e in ends if e >= 0 and octets[e : e + 4] == b"PK\x05\x06"]
    return any(int.from_bytes(size, "little") > _REPERTOIRE_MAX for size in sizes)


def check_sizes(entries: list[zipfile.ZipInfo], packed: int) -> None:
    """Refuse what says that it unfolds to more than we can hold."""
    unpacked = sum(e.file_size for e in entries)
    bomb = unpacked > 50_000_000 and unpacked > RAPPORT_MAX * packed
    if unpacked > DEPLIE_MAX or bomb or len(entries) > ENTREES_MAX:
        note = f"Une fois décompressé, ce classeur prendrait {unpacked / 1e6:.0f} Mo : il est refusé par prudence."
        raise UnreadableError("trop_gros", note, "Exportez une période plus courte, ou en CSV.")


def _inflated(octets: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """An entry a piece at a time, never more than the size that it gives itself: other readers do not stop there.

    Raises:
        zipfile.BadZipFile: it unfolds to more, or to less.
    """
    head = entry.header_offset
    start = head + 30 + sum(int.from_bytes(octets[head + k : head + k + 2], "little") for k in (26, 28))
    packed = memoryview(octets)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        if len(packed) != entry.file_size:
            raise zipfile.BadZipFile
        yield from (bytes(packed[k : k + _MORCEAU]) for k in range(0, len(packed), _MORCEAU))
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile
    unfold, left, at = zlib.decompressobj(-15), entry.file_size, 0
    while not unfold.eof:
        more = unfold.unconsumed_tail or packed[at : (at := at + (1 << 16))]
        if not more:
            raise zipfile.BadZipFile
        piece = unfold.decompress(more, _MORCEAU)
        left -= len(piece)
        if left < 0:
            raise zipfile.BadZipFile
        yield piece
    if left:
        raise zipfile.BadZipFile


def _spread(columns: int, rows: int) -> UnreadableError:
    note = f"Une feuille s'étend sur {columns} colonnes et {rows} lignes : elle est refusée."
    remede = "Supprimez les cellules écrites loin du tableau, enregistrez, puis renvoyez le fichier."
    return UnreadableError("trop_etendu", note, remede)


def _check_texts(characters: int) -> None:
    if characters > TEXTE_MAX:
        note = (
            f"Les textes de ce classeur, répétés de cellule en cellule, font {characters / 1e6:.0f} Mo : il est refusé."
        )
        raise UnreadableError("trop_gros", note, "Exportez une période plus courte, ou en CSV.")


# ------------------------------------------------------------------ xlsx


def inspect_xlsx(octets: bytes) -> int:
    """Read every part once as bytes, whatever its name says it is; returns how many formulas were never computed.

    Raises:
        UnreadableError: a sheet spreads too far, or its texts are too long once each cell has its own.
    """
    missing = cells = shared = 0
    lengths = array("q")  # of each shared text, in order
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        entries = archive.infolist()
    for entry in entries:
        wide = tall = open_text = 0
        for text in _pieces(octets, entry):
            wide, tall = _extent(text, wide, tall)
            if _FORMULE.search(text):
                missing += sum(_unknown(text, found) for found in _SANS_RESULTAT.finditer(text))
            shared += len(_TEXTE.findall(text))
            if open_text or b"<si" in text or b":si" in text:
                ends = [len(part) for part in _FIN_TEXTE.split(text)]
                ends[0] += open_text
                lengths.extend(ends[:-1])
                open_text = ends[-1]
        if max(wide, 26) * tall + cells > CASES_MAX:  # then its true width is worth a second look
            wide = max(wide, _width(octets, entry))
            if wide * tall + cells > CASES_MAX:
                raise _spread(wide, tall)
        cells += wide * tall
    longest = max(lengths, default=0)
    if shared * longest > TEXTE_MAX:
        _check_texts(_laid_out(octets, entries, lengths, shared))
    return missing


def _unknown(text: bytes, found: re.Match[bytes]) -> bool:
    """Has a formula no result: an empty one is a result when the cell says that it holds a text (="")."""
    cell = text[text.rfind(b"<c", 0, found.start()) : found.start()]
    return b"<v></v>" not in found[0] or b't="str"' not in cell[: cell.find(b">")]


def _pieces(octets: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part of a workbook with one kind of blank and of quote, cut before a cell or a text where there is one."""
    tail = b""
    for k, piece in enumerate(_inflated(octets, entry)):
        if not k and b"\0" in piece[:200] and entry.filename.endswith((".xml", ".rels")):
            raise zipfile.BadZipFile  # UTF-16, that no spreadsheet writes, and that would hide what is looked for
        text = tail + piece.translate(_VERS_ESPACE)
        if b"  " in text:
            text = re.sub(rb" {2,}", b" ", text)
        cut = max(text.rfind(mark) for mark in (b"<c ", b"<row ", b"<si>"))
        cut = cut if cut > 0 else text.rfind(b"<")
        cut = cut if cut > 0 else len(text)
        yield text[:cut]
        tail = text[cut:]
    yield tail


def _extent(text: bytes, wide: int, tall: int) -> tuple[int, int]:
    """How far the cells of a piece of sheet go, given how far those before it went: columns past Z, lines."""
    far = _LOIN.findall(text)
    columns = [_column_number(letters) for letters in {letters for letters, _ in far}]
    lines = [int(line) for line in {line for _, line in far}]
    found = _LIGNE.findall(text)
    lines += map(int, found)
    if len(found) < text.count(b"row "):
        lines += map(int, _LIGNE_AUTRE.findall(text))
    if _SANS_PLACE.search(text) and text.count(b' r="') < text.count(b"<c ") + text.count(b"<c>"):
        rows = text.split(b"<row")
        columns += [row.count(b"<c ") + row.count(b"<c>") for row in rows]
        lines.append(tall + len(rows))
    return max([wide, *columns]), max([tall, *lines])


def _laid_out(octets: bytes, entries: list[zipfile.ZipInfo], lengths: array[int], shared: int) -> int:
    """How many characters the cells hold once each has its own copy of the text that it shares."""
    sizes, longest, total = np.array(lengths), max(lengths), 0
    for entry in entries:
        for text in _pieces(octets, entry):
            ranks = np.array(_PARTAGE.findall(text), dtype="int64")
            shared -= len(ranks)
            total += int(sizes[ranks[ranks < len(sizes)]].sum())
    return total + shared * longest


def _width(octets: bytes, entry: zipfile.ZipInfo) -> int:
    """The last of the columns A to Z that a part has a cell in."""
    wide = 0
    for text in _pieces(octets, entry):
        while wide < 26 and (found := re.search(rb' r ?= ?"([%c-Z])\d' % (65 + wide), text)):
            wide = _column_number(found[1])
    return wide


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


# ------------------------------------------------------------------ ods

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_ERREUR = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"


class _Sheet:
    """How far a sheet of an OpenDocument goes, row by row, and where its failed formulas are."""

    def __init__(self, name: str):
        self.name = name
        self.row = self.col = self.wide = self.tall = self.characters = self.in_row = 0
        self.failed: list[tuple[int, int]] = []

    def add_cell(self, cell: Element) -> None:
        times = _times(cell, "columns")
        if cell.get(_ERREUR) == "error":
            self.failed.append((self.row, self.col))
        self.col += times
        if len(cell) or any("value" in name for name in cell.attrib):
            self.wide, self.tall = max(self.wide, self.col), self.row + 1
            spaces = sum(int(s.get(f"{_TEXT}c", "1")) for s in cell.iter(f"{_TEXT}s"))
            self.in_row += times * (sum(map(len, cell.itertext())) + spaces)

    def end_row(self, times: int) -> None:
        if self.tall == self.row + 1:
            self.tall = self.row + times
        self.row += times
        self.characters += times * self.in_row
        self.col = self.in_row = 0


def _times(node: Element, what: str) -> int:
    return max(int(node.get(f"{_TABLE}number-{what}-repeated", "1")), 1)


def inspect_ods(octets: bytes) -> dict[str, list[tuple[int, int]]]:
    """Where failed formulas are, by sheet (the reader makes them empty), after checking how far the sheets spread.

    Raises:
        UnreadableError: they spread too far, or repeat too much text.
    """
    out: dict[str, list[tuple[int, int]]] = {}
    sheet, row_times, cells, characters = _Sheet(""), 1, 0, 0
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        for entry in archive.infolist():
            for _ in _inflated(octets, entry):
                pass
        with archive.open("content.xml") as part:
            above: list[Element] = []
            for event, node in iterparse(part, events=("start", "end")):  # noqa: S314 (expat limits entity expansion)
                if event == "start":
                    above.append(node)
                    if node.tag == f"{_TABLE}table":
                        sheet = _Sheet(node.get(f"{_TABLE}name", ""))
                    elif node.tag == f"{_TABLE}table-row":
                        row_times = _times(node, "rows")
                    continue
                above.pop()
                if node.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                    sheet.add_cell(node)
                elif node.tag == f"{_TABLE}table-row":
                    sheet.end_row(row_times)
                    if sheet.wide * sheet.tall + cells > CASES_MAX:
                        raise _spread(sheet.wide, sheet.tall)
                    _check_texts(sheet.characters + characters)
                elif node.tag == f"{_TABLE}table":
                    cells += sheet.wide * sheet.tall
                    characters += sheet.characters
                    if sheet.failed:
                        out[sheet.name] = sheet.failed
                if above and node.tag.startswith(_TABLE):
                    above[-1].clear()  # what was read is let go of: a sheet is never whole in memory
    return out
