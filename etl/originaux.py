"""What is kept of a received file besides its rows: the file itself, or a copy without what may speak of people.

Only the columns that its source names are ever kept, each cell of the kind its column is of and every text masked:
what a copy holds, the base may hold too. The file itself is kept only where that copy says cell for cell what it
says, and only a text: a workbook also carries its author, its comments, its hidden parts. Of a workbook, the copy is
a workbook too, made anew.
"""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.packaging.core import DocumentProperties

from etl.reading import read_document
from etl.source import Constat, Document, Feuille, Lecture
from etl.unreadable import UnreadableError
from rqds_metrics.store import base_path

Nature = Literal["origine", "copie"]
# the user's own name and ending are never used
_FINS: tuple[tuple[Nature, str], ...] = (("origine", ".csv"), ("copie", ".copie.csv"), ("copie", ".copie.xlsx"))
_CLASSEUR_MAX = 300_000  # cells of a workbook that are written again as one; beyond, a text is made of them
_FORMULE = re.compile(r"[=+\-@\t\r]")
_NOMBRE = re.compile(r"0|-?[1-9][0-9]{0,14}|-?[0-9]{1,9}\.[0-9]{1,6}")  # what a cell may hold as a number, as it is
_CHIFFRE = re.compile(r"[-+]?[0-9][0-9 .,]*%?")


@dataclass(frozen=True)
class Original:
    """A file of the folder: what it is and where."""

    nature: Nature
    chemin: Path

    @property
    def fin(self) -> str:
        """« .csv » or « .xlsx »: what it is, whatever was received."""
        return self.chemin.suffix


def folder(base: str | Path | None = None) -> Path:
    """Where they are: beside the base."""
    return base_path(base).parent / "originaux"


def find_original(sha256: str, base: str | Path | None = None) -> Original | None:
    """What was kept of the file of that hash, if anything."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        return None
    for nature, end in _FINS:
        path = folder(base) / sha256[:2] / f"{sha256}{end}"
        if path.is_file():
            return Original(nature, path)
    return None


def keep_original(lecture: Lecture, base: str | Path | None = None, limit: int = 20) -> list[Constat]:
    """Keep what may be kept of a file that was just stored. Never fails: what goes wrong is told.

    `limit`: the size, in Mo, above which nothing is kept.
    """
    octets, source = lecture.octets, lecture.source
    if octets is None or source is None or len(octets) > limit * 1_000_000:
        return []
    try:
        document = read_document(lecture.fichier, octets)
        kept = source.keepable(document)
        if not kept or find_original(lecture.sha256, base):
            return []
        people = lecture.extrait is None or lecture.extrait.cellules_personnelles > 0
        whole = not people and _says_it_all(document, kept)
        book = not whole and document.genre != "texte" and sum(f.cellules.size for f in kept) <= _CLASSEUR_MAX
        end = ".csv" if whole else ".copie.xlsx" if book else ".copie.csv"
        content = octets if whole else as_xlsx(kept) if book else as_csv(kept)
        _write(folder(base) / lecture.sha256[:2], lecture.sha256 + end, content)
    except (OSError, UnreadableError):
        note = "Les données sont enregistrées, mais le fichier lui-même n'a pas pu être conservé."
        remede = "Vérifiez l'espace libre et les droits du dossier des données ; gardez votre fichier d'ici là."
        return [Constat("original_non_garde", "avertissement", note, remede=remede)]
    return []


def _says_it_all(document: Document, kept: Sequence[Feuille]) -> bool:
    """Is the copy of a text the same grid as the text."""
    if document.genre != "texte" or len(kept) != 1:
        return False
    mine, theirs = kept[0].cellules, document.feuilles[0].cellules
    return mine.shape == theirs.shape and bool((mine.to_numpy() == theirs.to_numpy()).all())


def as_csv(feuilles: Sequence[Feuille]) -> bytes:
    """Sheets one under the other, as Excel opens them in French; nothing in it can be taken for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    for rank, feuille in enumerate(feuilles):
        if rank:
            writer.writerow([])
        writer.writerows([_inert(v) for v in row] for row in feuille.cellules.to_numpy().tolist())
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(feuilles: Sequence[Feuille]) -> bytes:
    """The same sheets as a workbook: under no name of the user's, nothing in it a formula, plain figures as figures."""
    book = Workbook(write_only=True)
    book.properties = DocumentProperties(creator="")
    for rank, feuille in enumerate(feuilles, 1):
        sheet = book.create_sheet(f"Feuille {rank}")
        for row in feuille.cellules.to_numpy().tolist():
            sheet.append([_cell(sheet, v) for v in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: str) -> Any:
    if _NOMBRE.fullmatch(value):
        return float(value) if "." in value else int(value)
    cell = WriteOnlyCell(sheet, value)
    if value:
        cell.data_type = "s"  # « =1+1 » is a text
    return cell


def _inert(value: str) -> str:
    return f"'{value}" if _FORMULE.match(value) and not _CHIFFRE.fullmatch(value) else value


def _write(place: Path, name: str, octets: bytes) -> None:
    """Under its name once whole, never before."""
    place.mkdir(parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(dir=place, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        Path(made).replace(place / name)
    except BaseException:
        with suppress(OSError):
            Path(made).unlink()
        raise
