"""A folder that is watched: what lands in it is imported, then moved, its report beside it. No file is ever lost.

The folder is often the local side of OneDrive or SharePoint: files come in pieces, under names of their own, and empty
at first. Names are whatever people and tools made them; what a name points to elsewhere is not followed.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NamedTuple

from etl.reading import TAILLE_MAX

TRAITES, A_CORRIGER = "traités", "à corriger"
RAPPORT = ".rapport.txt"
NOM_MAX = 255  # bytes of a name, on most file systems
# Being written, or the system's: `~$` is an open workbook, the others are downloads and synchronisations under way.
_PASSAGERS = re.compile(
    r"(?:\..*|~.*|.*~|thumbs\.db|desktop\.ini"
    r"|.*\.(?:tmp|temp|part|partial|crdownload|download|opdownload|icloud|lnk|url|lock|swp|duckdb|wal))",
    re.IGNORECASE | re.DOTALL,
)


class DossierRefuse(RuntimeError):
    """The folder cannot be watched; told in French."""


class Marque(NamedTuple):
    """What a file was when it was looked at: another of these, and it changed."""

    octets: int
    modifie: int
    numero: int


def mark_of(found: os.stat_result) -> Marque:
    return Marque(found.st_size, found.st_mtime_ns, found.st_ino)


def check_watched(dossier: Path, base: Path) -> None:
    """Refuse a folder where moving files would do harm.

    Raises:
        DossierRefuse: it is not a folder, or the base or the application is in it.
    """
    if not dossier.is_dir():
        raise DossierRefuse(f"« {dossier} » n'est pas un dossier. Créez-le, ou vérifiez qu'il est synchronisé.")
    code = Path(__file__).resolve().parent.parent
    if dossier.resolve() in (base.parent, code, *code.parents) or dossier.resolve() in code.parents:
        raise DossierRefuse(
            f"« {dossier} » contient la base ou l'application : ses fichiers seraient déplacés. Choisissez un dossier qui ne "
            "reçoit que des exports."
        )


def look(dossier: Path) -> tuple[dict[str, Marque], list[str]]:
    """The files that may be taken, by name, and those that are still empty. Links, folders and the rest are not files."""
    found: dict[str, Marque] = {}
    empty = []
    with os.scandir(dossier) as entries:
        for entry in entries:
            if _PASSAGERS.fullmatch(entry.name):
                continue
            with suppress(FileNotFoundError):
                there = os.stat(entry.path, follow_symlinks=False)  # noqa: PTH116 (scandir's own has no number on Windows)
                if not stat.S_ISREG(there.st_mode):
                    continue
                if there.st_size:
                    found[entry.name] = mark_of(there)
                else:
                    empty.append(entry.name)
    return found, sorted(empty)


@dataclass
class Attente:
    """What was seen of each file, and since when (any steady clock, seconds)."""

    vus: Mapping[str, tuple[Marque, float]]

    def settled(self, found: Mapping[str, Marque], now: float, stable: float) -> list[str]:
        """The files that stayed as they are for `stable` seconds, the oldest first: the newest of a month wins."""
        self.vus = {
            name: self.vus[name] if name in self.vus and self.vus[name][0] == mark else (mark, now)
            for name, mark in found.items()
        }
        ready = [name for name, (_, since) in self.vus.items() if now - since >= stable]
        return sorted(ready, key=lambda name: (found[name].modifie, name))


def read_whole(path: Path, mark: Marque) -> bytes | None:
    """A file as it was seen; None where it changed meanwhile, or is no longer a file. At most TAILLE_MAX + 1 bytes.

    Raises:
        OSError: it cannot be read now: held by another program, not here yet.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags)
    with os.fdopen(handle, "rb") as file:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode) or mark_of(before) != mark:
            return None
        octets = file.read(TAILLE_MAX + 1)
        whole = len(octets) == min(before.st_size, TAILLE_MAX + 1)
        return octets if whole and mark_of(os.fstat(handle)) == mark else None


def subfolder(dossier: Path, name: str) -> Path:
    """A folder of its own in the watched one, made when there is none; however its accents are written.

    Raises:
        DossierRefuse: something else has its name, a link for one.
    """
    place = next((p for p in dossier.iterdir() if unicodedata.normalize("NFC", p.name) == name), dossier / name)
    with suppress(FileExistsError):
        place.mkdir()
    if not stat.S_ISDIR(place.lstat().st_mode):
        raise DossierRefuse(
            f"« {name} », dans le dossier surveillé, n'est pas un dossier. Renommez-le : rien n'est déplacé d'ici là."
        )
    return place


def _cut(name: str, room: int) -> str:
    while len(os.fsencode(name)) > room:
        name = name[:-1]
    return name


def names(name: str) -> tuple[str, str]:
    """A name as long as it may be, and that of its report."""
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 (a name may end with a dot)
    suffix = _cut(suffix, 40)
    stem = _cut(stem, NOM_MAX - len(os.fsencode(suffix)))
    return stem + suffix, _cut(stem + suffix, NOM_MAX - len(RAPPORT)) + RAPPORT


def move(source: Path, mark: Marque, folder: Path, report: str) -> Path | None:
    """Move a file to a folder under its name, or the next free one, its report beside it; returns where it is.

    None, and the file back where it was, when it was another one that took its place since `mark`.

    Raises:
        OSError: it cannot be moved, or its report cannot be written; it is still where it was.
    """
    stem, suffix = os.path.splitext(source.name)  # noqa: PTH122
    for rank in count(1):
        more = "" if rank == 1 else f" ({rank})"
        name, told = names(_cut(stem, NOM_MAX - len(os.fsencode(suffix)) - len(more)) + more + suffix)
        target, beside = folder / name, folder / told
        if beside.exists() or beside.is_symlink():
            continue
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))  # the name is ours from here on
        except FileExistsError:
            continue
        try:
            with beside.open("x", encoding="utf-8", errors="replace", newline="\r\n") as file:
                file.write(report)
            source.replace(target)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            with suppress(OSError):
                target.unlink()  # empty: nothing was moved onto it
            raise
        if mark_of(target.lstat()) == mark:
            return target
        with suppress(OSError):
            beside.unlink()
        back = next(p for p in (source, *(source.with_name(f"{k} {source.name}") for k in count(2))) if not p.exists())
        target.replace(back)
        return None
    raise AssertionError("count never ends")
