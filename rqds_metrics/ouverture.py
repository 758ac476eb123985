"""Opening a DuckDB file of ours: how, for how long a busy one is waited for, and what is said of one that does not open."""

from __future__ import annotations

import time
from pathlib import Path

import duckdb

from rqds_metrics.disk import full, is_full

PATIENCE = 20.0  # seconds that a busy file is waited for
NAISSANCE = 1.0  # seconds that an empty file is given to become a base: another process may be making it
FORMAT = "v1.5.0"  # files must open with the 1.5 line too, which is kept longer than 2.0 is proven
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_ABIME = (
    "not a valid duckdb database file",
    "could not read enough bytes",
    "corrupt database file",
    "failure while replaying wal",
    "failed to deserialize",
)


class BaseOccupee(RuntimeError):
    """Another program held the file for longer than we wait."""


class BaseIllisible(RuntimeError):
    """The file is not a database of ours, is damaged, or a newer version made it."""


def is_damaged(error: BaseException) -> bool:
    """Is this how DuckDB tells that a file is cut short, overwritten, or not one of its own?"""
    text = str(error).lower()
    return not is_full(error) and any(words in text for words in _ABIME)


def is_busy(error: BaseException) -> bool:
    """Is this how DuckDB tells that another process holds the file?"""
    text = str(error).lower()
    return "set lock" in text or "conflicting lock" in text or "being used by another process" in text


def unreadable(path: Path, error: BaseException | None = None) -> BaseIllisible:
    """What is said of a file that does not open: what it is, and what to do."""
    text = str(error or "").lower()
    if path.is_dir():
        return BaseIllisible(f"« {path.name} » est un dossier, pas une base. Choisissez un autre fichier avec --base.")
    if "permission denied" in text or "access is denied" in text:
        return BaseIllisible(
            f"Le fichier {path.name} ne s'ouvre pas : ce compte n'en a pas le droit. Vérifiez les droits du fichier et "
            f"de son dossier ({path.parent})."
        )
    if "version number" in text:
        return BaseIllisible(
            f"Le fichier {path.name} a été écrit par une version plus récente de DuckDB. Rien n'y a été changé. Mettez "
            "l'application à jour, ou restaurez une sauvegarde : « python -m rqds_metrics restaurer »."
        )
    try:
        empty = path.stat().st_size == 0
    except OSError:
        empty = False
    what = "est vide (0 octet)" if empty else "est abîmé ou incomplet : ce n'est pas une base lisible"
    return BaseIllisible(
        f"Le fichier {path.name} {what}. Rien n'y a été changé. Restaurez la dernière sauvegarde : "
        "« python -m rqds_metrics restaurer --derniere » (le fichier actuel sera gardé à côté)."
    )


def open_file(path: Path, *, read_only: bool = False, dossier: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open a file, waiting for another process to let go of it; made when there is none, unless `read_only`.

    The connection reaches no other file, except those of `dossier`.

    Raises:
        BaseOccupee: another process held it for longer than PATIENCE.
        BaseIllisible: it is not a DuckDB file, it is damaged, or it may not be opened.
        DisquePlein: no room is left to open it.
    """
    if not read_only:
        path.parent.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    while True:
        try:
            config = {**_CONFIG} if read_only else {**_CONFIG, "storage_compatibility_version": FORMAT}
            config["enable_external_access"] = dossier is not None
            connection = duckdb.connect(str(path), read_only=read_only, config=config)
        except duckdb.Error as error:
            if is_full(error):
                raise full(path) from error
            waited = time.monotonic() - start
            born = path.is_file() and path.stat().st_size == 0 and waited < NAISSANCE
            if not born and not is_busy(error):
                raise unreadable(path, error) from error
            if not born and waited > PATIENCE:
                raise BaseOccupee(
                    f"La base {path.name} est utilisée par un autre programme. Fermez-le ou réessayez dans une minute ; "
                    "rien n'a été enregistré."
                ) from error
            time.sleep(0.05)
            continue
        if dossier is not None:
            connection.execute("SET allowed_directories = ?", [[str(dossier)]])
            connection.execute("SET enable_external_access = false")
        return connection
