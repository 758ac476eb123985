"""A .zip of exports, opened in memory: each file in it is read as if it had been dropped alone."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

from etl.source import Lecture
from etl.unfolding import RAPPORT_MAX, too_many_entries
from etl.unreadable import UnreadableError

FICHIERS_MAX = 200
DEPLIE_MAX = 300_000_000  # bytes, all files together
_ZIP = b"PK\x03\x04"
# What makes a zip a workbook, a document or a presentation, and not a parcel of exports.
_BUREAUTIQUE = ("[Content_Types].xml", "mimetype")


def is_archive(octets: bytes) -> bool:
    """Is it a zip of files (a workbook is a zip too, and is not one)."""
    if not octets.startswith(_ZIP) or too_many_entries(octets):
        return False  # and the reader of workbooks says so
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            return not any(n in _BUREAUTIQUE for n in archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def expand(octets: bytes) -> list[tuple[str, bytes]]:
    """The files of a zip: their names as written in it, without folders and system files.

    Raises:
        UnreadableError: locked, damaged, too large, too many, or empty.
    """
    again = "Faites-en une plus petite, ou envoyez les fichiers un à un."
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            entries = [e for e in archive.infolist() if not e.is_dir() and not _is_system(e.filename)]
            size = sum(e.file_size for e in entries)
            if len(entries) > FICHIERS_MAX:
                raise UnreadableError("trop_gros", f"L'archive contient {len(entries)} fichiers.", again)
            if size > DEPLIE_MAX or (size > 50_000_000 and size > RAPPORT_MAX * len(octets)):
                note = (
                    f"Une fois décompressée, l'archive prendrait {size / 1e6:.0f} Mo : elle est refusée par prudence."
                )
                raise UnreadableError("trop_gros", note, again)
            if any(e.flag_bits & 1 for e in entries):
                note = "L'archive est protégée par un mot de passe."
                raise UnreadableError("protege", note, "Refaites-la sans mot de passe.")
            if not entries:
                raise UnreadableError("vide", "L'archive est vide.", "Mettez-y les exports, puis renvoyez-la.")
            out = []
            for entry in entries:
                with archive.open(entry) as part:
                    content = part.read(entry.file_size + 1)
                if len(content) > entry.file_size:  # the archive lies about its sizes
                    raise zipfile.BadZipFile
                out.append((entry.filename, content))
            return out
    except UnreadableError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        note = "L'archive est abîmée ou incomplète."
        raise UnreadableError("abime", note, "Refaites-la, ou envoyez les fichiers un à un.") from error


def _is_system(name: str) -> bool:
    last = name.replace("\\", "/").split("/")[-1]
    return name.startswith("__MACOSX/") or last.startswith(".") or last in ("Thumbs.db", "desktop.ini")


def read_all(fichier: str, octets: bytes, read: Callable[[str, bytes], Lecture]) -> list[Lecture]:
    """Read a file, or each file of a zip."""
    if not is_archive(octets):
        return [read(fichier, octets)]
    try:
        return [read(name, content) for name, content in expand(octets)]
    except UnreadableError as error:
        empty = read(fichier, b"")  # for the name and hash as they are kept
        return [Lecture(empty.fichier, empty.sha256, None, None, [error.constat])]
