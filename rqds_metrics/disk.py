"""Room on the disk: asked for before writing, given back when it ran out in the middle.

A write that fails for want of room is undone by DuckDB, but the file keeps the length that it had reached, and only a
later write would cut it: on a full disk there is none. What is past the last block of the base is cut here instead.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

import duckdb

MARGE = 8_000_000  # bytes left free whatever is written: the log of writes, blocks that are not full
_ENTETES = 3 * 4096  # bytes of a DuckDB file before its first block
_MOTS = ("No space left", "not enough space", "quota exceeded", "Failed to offload")


class DisquePlein(RuntimeError):
    """No room is left where the base is. What was being written is undone."""


def is_full(error: BaseException) -> bool:
    """Is this how the lack of room is told, by this system or by DuckDB?"""
    return any(words.lower() in str(error).lower() for words in _MOTS)


def full(path: Path) -> DisquePlein:
    return DisquePlein(
        f"Le disque où se trouve la base {path.name} est plein. Rien n'a été enregistré, et ce qui l'était déjà est intact. "
        "Libérez de la place, puis recommencez."
    )


def full_folder(folder: Path, what: str) -> DisquePlein:
    return DisquePlein(
        f"Le disque du dossier {folder} s'est rempli pendant {what}. Ce qui était commencé est retiré, et la base est "
        "intacte. Libérez de la place, puis recommencez."
    )


def check_room(cursor: duckdb.DuckDBPyConnection, needed: int) -> None:
    """Refuse to begin what would not fit. `needed`: bytes about to be written.

    Raises:
        DisquePlein: with what is free and what is needed, in French.
    """
    row = cursor.execute("SELECT path FROM duckdb_databases() WHERE database_name = current_database()").fetchone()
    if row is None or row[0] is None:  # in memory
        return
    free = shutil.disk_usage(Path(row[0]).parent).free
    if free < needed + MARGE:
        raise DisquePlein(
            f"Il reste {_megabytes(free)} sur le disque où se trouve la base ; il en faut environ "
            f"{_megabytes(needed + MARGE)} pour enregistrer ce fichier. Libérez de la place, puis recommencez."
        )


def check_folder(folder: Path, needed: int, what: str) -> None:
    """Refuse to begin what would not fit in a folder. `needed`: bytes; `what`: « la sauvegarde », « la copie ».

    Raises:
        DisquePlein: with what is free and what is needed, in French.
    """
    free = shutil.disk_usage(folder).free
    if free < needed + MARGE:
        raise DisquePlein(
            f"Il reste {_megabytes(free)} sur le disque du dossier {folder} ; il en faut environ "
            f"{_megabytes(needed + MARGE)} pour {what}. Rien n'a été changé. Libérez de la place, puis recommencez."
        )


def _megabytes(octets: int) -> str:
    return f"{max(round(octets / 1e6), 1)} Mo"


def give_back(connection: duckdb.DuckDBPyConnection, path: Path, before: int) -> None:
    """Cut what a failed write added to the end of the file. `before`: its length then, below which nothing is cut.

    The connection must be a new one: one that failed still counts the blocks it gave up as its own.
    """
    row = connection.execute("SELECT block_size, total_blocks FROM pragma_database_size()").fetchone()
    if row is None:
        return
    used = max(before, _ENTETES + int(row[0]) * int(row[1]))
    if path.stat().st_size > used:
        with suppress(OSError):  # Windows does not cut an open file: the next import that succeeds will
            os.truncate(path, used)  # by its name: closing a second handle would let go of the lock
