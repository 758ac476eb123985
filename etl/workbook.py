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
from xml.etree.ElementTree import ParseError

import fastexcel
import pandas as pd

from etl.source import Constat, Feuille
from etl.unfolding import check_sizes, inspect_ods, inspect_xlsx, too_many_entries
from etl.unreadable import EXCEL_REMEDE, UnreadableError
from etl.xls import read_xls

_ABIME = (
    fastexcel.FastExcelError, zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError, KeyError, ValueError,
    NotImplementedError, RuntimeError,
)  # fmt: skip

_TEXTES = {
    "Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!", "Value": "#VALUE!",
}  # fmt: skip
_RETELECHARGER = "Téléchargez-le de nouveau depuis l'outil."
_EXPORTER = "Téléchargez l'export en CSV ou en Excel depuis l'outil."


def zip_kind(octets: bytes) -> str:
    """`xlsx` or `ods` for a zipped file, once known to be sound and of a bearable size.

    Raises:
        UnreadableError: cut short, locked, too large once unfolded, or not a workbook.
    """
    if too_many_entries(octets):
        note = "Ce fichier ZIP contient trop de fichiers : il est refusé par prudence."
        raise UnreadableError("trop_gros", note, _EXPORTER)
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            entries = archive.infolist()
            names = {e.filename for e in entries}
            check_sizes(entries, len(octets))
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


def read_workbook(octets: bytes, genre: str) -> tuple[tuple[Feuille, ...], list[Constat]]:
    """Every sheet as a grid, hidden ones too, and what to tell about them.

    Raises:
        UnreadableError: damaged, locked or too wide.
    """
    constats: list[Constat] = []
    ods_errors: dict[str, list[tuple[int, int]]] = {}
    try:
        if genre == "xlsx":
            constats += _without_result(inspect_xlsx(octets))
        elif genre == "ods":
            ods_errors = inspect_ods(octets)
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


def _without_result(missing: int) -> list[Constat]:
    if not missing:
        return []
    note = "Des formules n'ont pas de résultat enregistré : leurs cellules sont lues comme vides."
    remede = "Ouvrez le classeur dans Excel, enregistrez-le, puis renvoyez-le."
    return [Constat("formule_sans_resultat", "avertissement", note, remede=remede)]
