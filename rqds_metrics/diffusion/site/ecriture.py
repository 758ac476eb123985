"""Files written to a new folder, which then takes the place of the old one."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

MARQUE = ".rqds-site.json"


class DossierRefuse(RuntimeError):
    """The folder asked for cannot be written, or is not a site of ours; told in French."""


def written_before(dossier: Path) -> list[str]:
    """The files of the site that stands in a folder; none where there is no site.

    Raises:
        DossierRefuse: the folder holds something else, which would be lost.
    """
    if not dossier.exists():
        return []
    mark = dossier / MARQUE
    if not dossier.is_dir() or (not mark.is_file() and any(dossier.iterdir())):
        raise DossierRefuse(f"« {dossier} » contient autre chose que ce site. Choisissez un dossier vide ou nouveau.")
    try:
        return (
            [str(name) for name in json.loads(mark.read_text(encoding="utf-8"))["fichiers"]] if mark.is_file() else []
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DossierRefuse(f"« {mark} » est illisible. Choisissez un dossier vide ou nouveau.") from error


def replace_folder(dossier: Path, files: Mapping[str, bytes]) -> None:
    """Put `files` (path -> content) where the folder stands, all at once; what others added at its top is kept.

    Raises:
        DossierRefuse: see `written_before`; or the folder could not be replaced, and then it stands as it was.
    """
    dossier = dossier.resolve()
    ours = {name.split("/")[0] for name in written_before(dossier)} | {MARQUE}
    fresh, old = (dossier.with_name(f".{dossier.name}.{os.getpid()}.{end}") for end in ("nouveau", "ancien"))
    try:
        for name, content in {**files, MARQUE: json.dumps({"fichiers": sorted(files)}).encode()}.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for path in dossier.iterdir() if dossier.exists() else ():
            if path.name not in ours and not (fresh / path.name).exists():  # CNAME, .git, a page of theirs
                (shutil.copytree if path.is_dir() else shutil.copy2)(path, fresh / path.name)
        if dossier.exists():
            dossier.replace(old)
        try:
            fresh.replace(dossier)
        except OSError:
            if old.exists():
                old.replace(dossier)
            raise
    except OSError as error:
        raise DossierRefuse(f"« {dossier} » n'a pas pu être écrit ; il est resté comme il était.") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
