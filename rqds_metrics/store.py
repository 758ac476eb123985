"""The database: where it is, how it is opened, what its tables are.

DuckDB lets one process write and no other look in meanwhile, and refuses a read-only and a read-write connection
side by side in one process. So each process opens the file for as short as it can, its threads share that one
connection through a cursor each, and a file held by another process is tried again for a while.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from rqds_metrics import activite
from rqds_metrics.disk import full, give_back, is_full
from rqds_metrics.familles import COMMUNES, FAMILLES
from rqds_metrics.migrations import EFFET, SCHEMA, migrate
from rqds_metrics.plan import RACINE

FUSEAU = ZoneInfo("America/Toronto")
DEFAUT = RACINE / "data" / "rqds.duckdb"
PATIENCE = 20.0  # seconds that a busy file is waited for
# Files must open with the 1.5 line too, which is kept longer than 2.0 is proven.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "v1.5.0",
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
Version = tuple[int, ...]


class BaseOccupee(RuntimeError):
    """Another program held the file for longer than we wait."""


class BaseIllisible(RuntimeError):
    """The file is not a database of ours, or a newer version made it."""


def now() -> datetime:
    """The moment, in UTC and without a zone: how the database writes moments."""
    return datetime.now(UTC).replace(tzinfo=None)


def today() -> date:
    """The day it is in Québec."""
    return datetime.now(FUSEAU).date()


def end_of(jour: date) -> datetime:
    """The first moment (UTC, no zone) that is no longer `jour` in Québec."""
    midnight = datetime.combine(jour + timedelta(days=1), day_time(), FUSEAU)
    return midnight.astimezone(UTC).replace(tzinfo=None)


def local(moment: datetime) -> datetime:
    """A moment of the database, as the clocks of Québec showed it."""
    return moment.replace(tzinfo=UTC).astimezone(FUSEAU)


def base_path(base: str | Path | None = None) -> Path:
    """The file to use: what was asked for, else RQDS_BASE, else data/rqds.duckdb."""
    return Path(base or os.environ.get("RQDS_BASE") or DEFAUT).resolve()


_SYSTEM = """
CREATE TABLE meta (cle VARCHAR PRIMARY KEY, valeur VARCHAR NOT NULL);
CREATE SEQUENCE lot_id;
CREATE TABLE lot (
    id BIGINT PRIMARY KEY, sha256 VARCHAR NOT NULL, fichier VARCHAR NOT NULL, source VARCHAR NOT NULL,
    famille VARCHAR NOT NULL, recu_le TIMESTAMP NOT NULL, par VARCHAR NOT NULL, debut DATE, fin DATE,
    lignes BIGINT NOT NULL, ecartees BIGINT NOT NULL, cellules_personnelles BIGINT NOT NULL,
    remarques VARCHAR NOT NULL, demo BOOLEAN NOT NULL
);
CREATE TABLE lot_etat (lot BIGINT NOT NULL, quand TIMESTAMP NOT NULL, qui VARCHAR NOT NULL, vivant BOOLEAN NOT NULL);
CREATE TABLE tranche (lot BIGINT NOT NULL, serie VARCHAR NOT NULL, debut DATE NOT NULL, fin DATE NOT NULL, mode VARCHAR NOT NULL);
CREATE SEQUENCE registre_id;
CREATE TABLE registre (
    id BIGINT PRIMARY KEY, quand TIMESTAMP NOT NULL, qui VARCHAR NOT NULL, genre VARCHAR NOT NULL,
    cle VARCHAR NOT NULL, exercice VARCHAR, valeur VARCHAR, pourquoi VARCHAR NOT NULL, demo BOOLEAN NOT NULL
);
"""


def schema_sql() -> str:
    """Every table of the current schema, as one script."""
    families = [
        f"CREATE TABLE {name} ({', '.join(f'{c} {t}' for c, t in {**COMMUNES, **columns}.items())});"
        for name, columns in FAMILLES.items()
    ]
    return _SYSTEM + EFFET + "\n".join(families)


@dataclass
class _Handle:
    connection: duckdb.DuckDBPyConnection
    users: int = 0


_handles: dict[Path, _Handle] = {}
_guard = threading.RLock()
_writing: dict[Path, threading.Lock] = {}


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the file, waiting for another process to let go of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return duckdb.connect(str(path), config=_CONFIG)
        except duckdb.IOException as error:
            if is_full(error):
                raise full(path) from error
            if "lock" not in str(error).lower() and "being used by another process" not in str(error):
                raise BaseIllisible(
                    f"Le fichier {path.name} n'est pas une base lisible. Rien n'y a été changé. "
                    "Restaurez la dernière copie de sauvegarde ou choisissez un autre fichier."
                ) from error
            if time.monotonic() > deadline:
                raise BaseOccupee(
                    f"La base {path.name} est utilisée par un autre programme. Fermez-le ou réessayez dans une minute ; "
                    "rien n'a été enregistré."
                ) from error
            time.sleep(0.05)


def _ensure_schema(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if not tables:
        connection.execute("BEGIN")
        connection.execute(schema_sql())
        connection.execute("INSERT INTO meta VALUES ('schema', ?)", [str(SCHEMA)])
        connection.execute("COMMIT")
        return
    row = connection.execute("SELECT valeur FROM meta WHERE cle = 'schema'").fetchone() if "meta" in tables else None
    found = int(row[0]) if row else 0
    if 0 < found < SCHEMA:
        migrate(connection, found)
    elif found != SCHEMA:
        raise BaseIllisible(
            f"La base {path.name} vient d'une autre version de l'application (schéma {row[0] if row else 'inconnu'}, "
            f"attendu {SCHEMA}). Rien n'y a été changé."
        )


@contextmanager
def connect(base: str | Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor of this thread's own on the database, made with its tables when new.

    The file is let go of when the last thread that uses it is done.

    Raises:
        BaseOccupee: another process held the file for too long.
        BaseIllisible: not a database, or of a newer schema; an older one is brought to this one.
    """
    path = base_path(base)
    with _guard:
        handle = _handles.get(path)
        if handle is None:
            connection = _connect(path)
            try:
                _ensure_schema(connection, path)
            except BaseException:
                connection.close()
                raise
            handle = _handles[path] = _Handle(connection)
        handle.users += 1
        cursor = handle.connection.cursor()
    try:
        yield cursor
    finally:
        cursor.close()
        with _guard:
            handle.users -= 1
            if not handle.users:
                handle.connection.close()
                _handles.pop(path, None)


@contextmanager
def transaction(base: str | Path | None = None, *, keep: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor inside one transaction: all of it is kept, or nothing (`keep=False`: always nothing).

    Writers of this process take turns; those of other processes wait for the file.

    Raises:
        DisquePlein: the disk filled up meanwhile; nothing is kept, and the file is as long as it was.
    """
    path = base_path(base)
    with _guard:
        turn = _writing.setdefault(path, threading.Lock())
    with turn:
        before = path.stat().st_size if path.exists() else 0
        try:
            with activite.held(keep), connect(path) as cursor:
                cursor.execute("BEGIN")
                try:
                    yield cursor
                except BaseException:
                    with suppress(duckdb.Error):  # a base stopped by a full disk has nothing left to undo
                        cursor.execute("ROLLBACK")
                    raise
                cursor.execute("COMMIT" if keep else "ROLLBACK")
        except duckdb.Error as error:
            if not is_full(error):
                raise
            with suppress(duckdb.Error), connect(path) as cursor:
                give_back(cursor, path, before)
            raise full(path) from error


def version(base: str | Path | None = None) -> Version:
    """Changes whenever the database does; cheap (two stats, no opening). () when there is none yet."""
    path = base_path(base)
    stamps: list[int] = []
    for file in (path, path.with_name(path.name + ".wal")):
        try:
            stat = file.stat()
        except FileNotFoundError:
            continue
        stamps += [stat.st_mtime_ns, stat.st_size]
    return tuple(stamps)
