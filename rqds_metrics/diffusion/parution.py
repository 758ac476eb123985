"""The folder of publications: which one is online, which came before, which were taken back.

The pointer, `courante.json`, is replaced in one step: who reads meanwhile sees the old publication or the new one,
whole. One that was taken back goes to `retirees/`: kept, and out of reach of all that is served.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rqds_metrics.diffusion.instantanes import file_name, flush, read_publication, write_file
from rqds_metrics.diffusion.publication import Publication, PublicationIllisible

POINTEUR = "courante.json"
RETIREES = "retirees"
_FICHIER = re.compile(r"publication-([1-9]\d{0,8})\.duckdb")


@dataclass(frozen=True)
class Pointeur:
    numero: int
    fichier: Path
    sha256: str


def pointer(folder: Path) -> Pointeur | None:
    """Which publication is online; None when there is none. Cheap: the snapshot is not opened.

    Raises:
        PublicationIllisible: the pointer is not one of ours.
    """
    try:
        raw = (folder / POINTEUR).read_bytes()
    except FileNotFoundError:
        return None
    try:
        said = json.loads(raw)
        numero, fichier, sha256 = int(said["numero"]), str(said["fichier"]), str(said["sha256"])
    except (ValueError, KeyError, TypeError) as error:
        raise PublicationIllisible("Le pointeur de la publication en ligne est illisible.") from error
    if fichier != file_name(numero) or not _FICHIER.fullmatch(fichier):  # a name, never a path
        raise PublicationIllisible("Le pointeur de la publication en ligne est illisible.")
    return Pointeur(numero, folder / fichier, sha256)


def current(folder: Path) -> Publication | None:
    """The publication online; None when there is none.

    Raises:
        PublicationIllisible: its file is missing, is not the one that was published, or cannot be read.
    """
    found = pointer(folder)
    if found is None:
        return None
    if _sha256(found.fichier) != found.sha256:
        raise PublicationIllisible(f"La publication n° {found.numero} n'est plus celle qui a été mise en ligne.")
    return read_publication(found.fichier)


def write_snapshot(publication: Publication, folder: Path) -> Path:
    """Write a publication, then turn the pointer to it. Cut at any point, what was online stays online.

    Raises:
        FileExistsError: this number was already published; a publication is never written again.
    """
    path = write_file(publication, folder)
    point_to(path)
    return path


def point_to(path: Path | None, folder: Path | None = None) -> None:
    """Put a written snapshot online; None takes what is online off (`folder` says where)."""
    if path is None:
        assert folder is not None
        (folder / POINTEUR).unlink(missing_ok=True)
        return
    found = _FICHIER.fullmatch(path.name)
    assert found, path.name
    said = {"numero": int(found[1]), "fichier": path.name, "sha256": _sha256(path)}
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".en-cours-") as scratch:
        draft = Path(scratch) / POINTEUR
        draft.write_text(json.dumps(said), encoding="utf-8")
        flush(draft)
        draft.replace(path.parent / POINTEUR)


def numbers(folder: Path) -> list[int]:
    """The numbers of the snapshots that may be shown, in order."""
    found = (_FICHIER.fullmatch(p.name) for p in folder.glob("publication-*.duckdb"))
    return sorted(int(m[1]) for m in found if m)


def taken_back(folder: Path) -> list[int]:
    """The numbers of those that were taken back, in order."""
    return numbers(folder / RETIREES)


def every_number(folder: Path) -> list[int]:
    """The same, with those that were taken back: none of them is ever given again."""
    return sorted([*numbers(folder), *taken_back(folder)])


def earlier(folder: Path, numero: int) -> Iterator[Publication]:
    """The publications before a number that were not taken back, in order."""
    return (read_publication(folder / file_name(n)) for n in numbers(folder) if n < numero)


def kept(folder: Path, numero: int) -> Publication:
    """A publication, whether or not it was taken back.

    Raises:
        PublicationIllisible: its file is gone or cannot be read.
    """
    path = folder / file_name(numero)
    return read_publication(path if path.exists() else folder / RETIREES / path.name)


def before(folder: Path, publication: Publication) -> Publication | None:
    """The publication that partners saw before one, to say what moved; None where there is none, or it cannot be read."""
    for n in numbers(folder)[::-1]:
        if n < publication.numero:
            try:
                found = read_publication(folder / file_name(n))
            except PublicationIllisible:
                return None
            if found.demo == publication.demo:
                return found
    return None


def set_aside(folder: Path, numero: int) -> None:
    """Put a publication that was taken back out of reach. Does nothing where it is already."""
    path, aside = folder / file_name(numero), folder / RETIREES
    if path.exists():
        aside.mkdir(exist_ok=True)
        path.replace(aside / path.name)


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise PublicationIllisible("La publication en ligne est introuvable.") from error
