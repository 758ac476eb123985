"""Workbooks (xlsx, xlsm, ods) as grids of text, by fastexcel, after a look at what they would unfold to; xls apart.

fastexcel keeps whole numbers whole, cuts decimals after nine figures, and writes dates as ISO. It makes failed
formulas empty, but says where they were: their place gets « #DIV/0! » back, so that typing refuses it.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Any
from xml.etree.ElementTree import ParseError, iterparse

import fastexcel
import pandas as pd

from etl.source import Constat, Feuille
from etl.unreadable import EXCEL_REMEDE, UnreadableError
from etl.xls import read_xls

DEPLIE_MAX = 1_000_000_000  # bytes once unzipped
RAPPORT_MAX = 200  # unzipped / zipped, beyond 50 MB
CASES_MAX = 30_000_000  # cells of a sheet, empty ones included, for the reader lays them all out: 26 full columns
_MORCEAU = 4 << 20
_ABIME = (
    fastexcel.FastExcelError, zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError, KeyError, ValueError,
    NotImplementedError, RuntimeError,
)  # fmt: skip

_TEXTES = {
    "Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!", "Value": "#VALUE!",
}  # fmt: skip
_RETELECHARGER = "Téléchargez-le de nouveau depuis l'outil."
_EXPORTER = "Téléchargez l'export en CSV ou en Excel depuis l'outil."
# A formula without its result: written by a program, never opened in a spreadsheet.
_SANS_RESULTAT = re.compile(rb"(?:</f>|<f\b[^>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
# Patterns that begin with a fixed text, for they are searched ten times faster. Far: past column Z or line 99 999.
_LOIN = re.compile(rb' r="([A-Z]{2,}|[A-Z](?=\d{6}))(\d+)')
_LIGNE = re.compile(rb'row r="(\d+)')
_SANS_PLACE = re.compile(rb'<c(?:>| (?!r="))')  # maybe a cell that does not say where it is: then they are counted
_FORMULE = re.compile(rb"<f\b")
_LIGNE_AUTRE = re.compile(rb'row\b[^>]*?\br="(\d+)')


def zip_kind(octets: bytes) -> str:
    """`xlsx` or `ods` for a zipped file, once known to be sound and of a bearable size.

    Raises:
        UnreadableError: cut short, locked, too large once unfolded, or not a workbook.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            entries = archive.infolist()
            names = {e.filename for e in entries}
            _check_sizes(entries, len(octets))
            if any(e.flag_bits & 1 for e in entries):
                raise UnreadableError("protege", "Ce fichier est protégé par un mot de passe.", _EXPORTER)
            if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype"):
                manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""
                if b"encryption-data" in manifest:
                    note = "Ce classeur est protégé par un mot de passe."
                    raise UnreadableError("protege", note, "Enregistrez-le sans mot de passe, puis renvoyez-le.")
                return "ods"
    except UnreadableError:
        raise
    except _ABIME as error:
        raise _damaged() from error
    if "xl/workbook.bin" in names:
        note = "Ce classeur est au format binaire d'Excel (.xlsb), que l'on ne lit pas."
        raise UnreadableError("autre_genre", note, EXCEL_REMEDE)
    if any(n.startswith("xl/") for n in names):
        return "xlsx"
    what = "une archive ZIP ; décompressez-la d'abord"
    for folder, title in (("word/", "un document Word"), ("ppt/", "une présentation PowerPoint")):
        if any(n.startswith(folder) for n in names):
            what = title
    raise UnreadableError("autre_genre", f"Ce fichier est {what}, et non un export de données.", _EXPORTER)


def _damaged() -> UnreadableError:
    note = "Le fichier est abîmé ou incomplet : il s'arrête avant la fin."
    return UnreadableError("abime", note, _RETELECHARGER)


def _check_sizes(entries: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(e.file_size for e in entries)
    if unpacked > DEPLIE_MAX or (unpacked > 50_000_000 and unpacked > RAPPORT_MAX * packed) or len(entries) > 10_000:
        note = f"Une fois décompressé, ce classeur prendrait {unpacked / 1e6:.0f} Mo : il est refusé par prudence."
        raise UnreadableError("trop_gros", note, "Exportez une période plus courte, ou en CSV.")


def read_workbook(octets: bytes, genre: str) -> tuple[tuple[Feuille, ...], list[Constat]]:
    """Every sheet as a grid, hidden ones too, and what to tell about them.

    Raises:
        UnreadableError: damaged, locked or too wide.
    """
    constats: list[Constat] = []
    ods_errors: dict[str, list[tuple[int, int]]] = {}
    try:
        if genre == "xlsx":
            constats += _inspect_xlsx(octets)
        elif genre == "ods":
            ods_errors = _inspect_ods(octets)
        found = read_xls(octets) if genre == "xls" else _sheets(octets, ods_errors)
    except UnreadableError:
        raise
    except _ABIME as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            note = "Ce classeur est protégé par un mot de passe."
            raise UnreadableError("protege", note, "Retirez le mot de passe dans Excel, puis renvoyez-le.") from error
        raise _damaged() from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the reader gave up on a damaged file; it is no Exception
            raise
        raise _damaged() from error
    for feuille, hidden in found:
        if hidden:
            note = f"La feuille « {feuille.nom} » est masquée ; elle est lue comme les autres."
            constats.append(Constat("feuille_masquee", "info", note, feuille=feuille.nom))
    feuilles = tuple(feuille for feuille, _ in found if len(feuille.cellules))
    if not feuilles:
        raise UnreadableError("vide", "Le classeur est vide : aucune feuille ne contient de données.", _RETELECHARGER)
    return feuilles, constats


def _sheets(octets: bytes, ods_errors: dict[str, list[tuple[int, int]]]) -> list[tuple[Feuille, bool]]:
    """Each sheet that holds something, and whether it is hidden."""
    reader = fastexcel.read_excel(octets)
    loaded = [reader.load_sheet(n, header_row=None, skip_rows=0, dtypes="string") for n in reader.sheet_names]
    return [
        (_grid(s.name, s, ods_errors.get(s.name, [])), s.visible != "visible") for s in loaded if s.height and s.width
    ]


def _grid(name: str, sheet: Any, more_errors: list[tuple[int, int]]) -> Feuille:
    batch, errors = sheet.to_arrow_with_errors()
    # columns to the left of the first one used are not given: they are put back, so that letters are right
    places = [c.absolute_index for c in sheet.available_columns()]
    frame = batch.to_pandas()
    frame.columns = pd.Index(places)
    frame = frame.astype("str").fillna("")
    found = [(row, places[col], detail) for row, col, detail in _errors_of(errors)]
    found += [(row, col, "#DIV/0!") for row, col in more_errors if row < len(frame)]
    for row, col, text in found:
        if col not in frame:
            frame[col] = ""
        frame.loc[row, col] = text
    width = max(frame.columns, default=-1) + 1
    if width != frame.shape[1] or list(frame.columns) != list(range(width)):
        frame = frame.reindex(columns=range(width), fill_value="")
    used = frame != ""
    # a column of blanks to the right was padding; rows of blanks too
    filled = used.any(axis=1)
    if not filled.all():
        frame = frame[filled]
    numbers = pd.Series(frame.index + 1, dtype="int64")
    frame = frame.reset_index(drop=True)
    keep = [c for c in frame.columns if used[c].any()]
    return Feuille(name, frame.iloc[:, : (max(keep) + 1 if keep else 0)], numbers)


def _errors_of(errors: Any) -> list[tuple[int, int, str]]:
    out = []
    for error in errors.errors if errors is not None else ():
        kind = re.search(r"Error\((\w+)\)", error.detail)
        out.append((error.position[0], error.position[1], _TEXTES.get(kind[1] if kind else "", "#VALUE!")))
    return out


def _inspect_xlsx(octets: bytes) -> list[Constat]:
    """Read the sheets' XML once as bytes: how far it spreads, and formulas that were never computed.

    Two cells in opposite corners weigh nothing in the file and make the reader lay out 17 billion of them.
    """
    missing = 0
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        for entry in archive.infolist():
            if not (entry.filename.startswith("xl/") and "sheet" in entry.filename and entry.filename.endswith(".xml")):
                continue
            wide, tall, tail = 26, 0, b""
            with archive.open(entry) as part:
                while piece := part.read(_MORCEAU):
                    text = tail + piece
                    wide, tall = _extent(text, wide, tall)
                    if _FORMULE.search(text):
                        missing += sum(_unknown(text, found) for found in _SANS_RESULTAT.finditer(text))
                    tail = text[-300:] if len(text) > 300 else b""
            if wide * tall > CASES_MAX:
                note = f"Une feuille s'étend sur {wide} colonnes et {tall} lignes : elle est refusée."
                remede = "Supprimez les cellules écrites loin du tableau, enregistrez, puis renvoyez le fichier."
                raise UnreadableError("trop_etendu", note, remede)
    if not missing:
        return []
    note = "Des formules n'ont pas de résultat enregistré : leurs cellules sont lues comme vides."
    remede = "Ouvrez le classeur dans Excel, enregistrez-le, puis renvoyez-le."
    return [Constat("formule_sans_resultat", "avertissement", note, remede=remede)]


def _unknown(text: bytes, found: re.Match[bytes]) -> bool:
    """Has a formula no result: an empty one is a result when the cell says that it holds a text (="")."""
    cell = text[text.rfind(b"<c", 0, found.start()) : found.start()]
    return b"<v></v>" not in found[0] or b't="str"' not in cell[: cell.find(b">")]


def _extent(text: bytes, wide: int, tall: int) -> tuple[int, int]:
    """How far the cells of a piece of sheet go, given how far those before it went: columns (26 at least), lines."""
    if b"'" in text and b"='" in text:
        text = text.replace(b"'", b'"')
    far = _LOIN.findall(text)
    columns = [_column_number(letters) for letters in {letters for letters, _ in far}]
    lines = [int(line) for line in {line for _, line in far}]
    lines += map(int, _LIGNE.findall(text) or _LIGNE_AUTRE.findall(text))
    if _SANS_PLACE.search(text) and text.count(b' r="') < text.count(b"<c ") + text.count(b"<c>"):
        rows = text.split(b"<row")
        columns += [row.count(b"<c ") + row.count(b"<c>") for row in rows]
        lines.append(tall + len(rows))
    return max([wide, *columns]), max([tall, *lines])


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _inspect_ods(octets: bytes) -> dict[str, list[tuple[int, int]]]:
    """Where failed formulas are, by sheet (the reader makes them empty), after checking how far each sheet spreads."""
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    error_mark = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
    out: dict[str, list[tuple[int, int]]] = {}
    name, row, col, wide, tall = "", 0, 0, 0, 0
    with zipfile.ZipFile(io.BytesIO(octets)) as archive, archive.open("content.xml") as part:
        for event, node in iterparse(part, events=("start", "end")):  # noqa: S314 (expat limits entity expansion)
            if event == "start" and node.tag == f"{table}table":
                name, row, wide, tall = node.get(f"{table}name", ""), 0, 0, 0
            elif event == "start" and node.tag == f"{table}table-row":
                col = 0
            elif event == "end" and node.tag in (f"{table}table-cell", f"{table}covered-table-cell"):
                times = int(node.get(f"{table}number-columns-repeated", "1"))
                if node.get(error_mark) == "error":
                    out.setdefault(name, []).append((row, col))
                col += times
                if len(node) or any("value" in name for name in node.attrib):
                    wide, tall = max(wide, col), row + 1
            elif event == "end" and node.tag == f"{table}table-row":
                times = int(node.get(f"{table}number-rows-repeated", "1"))
                tall = row + times if tall == row + 1 else tall
                row += times
                node.clear()
                if wide * tall > CASES_MAX:
                    note = f"La feuille « {name} » s'étend sur {tall} lignes et {wide} colonnes : elle est refusée."
                    raise UnreadableError("trop_etendu", note, "Supprimez ce qui est écrit loin du tableau.")
    return out
