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
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from rqds_metrics import activite
from rqds_metrics.disk import full, give_back, is_full
from rqds_metrics.familles import COMMUNES, FAMILLES
from rqds_metrics.migrations import EFFET, SCHEMA, bring_up
from rqds_metrics.ouverture import PATIENCE, BaseIllisible, BaseOccupee, is_damaged, open_file, unreadable
from rqds_metrics.plan import RACINE

__all__ = ["BaseIllisible", "BaseOccupee"]  # told by this module, defined where files are opened

FUSEAU = ZoneInfo("America/Toronto")
DEFAUT = RACINE / "data" / "rqds.duckdb"
TOUR = 0.5  # seconds after which a process that never lets go of the file gives others their turn
PAUSE = 0.15  # seconds that it then stays away
ABANDON = 5.0  # seconds after which a thread no longer waits for the turn of its own process to end
Version = tuple[int, ...]


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
    opened: float = field(default_factory=time.monotonic)

    @property
    def over(self) -> bool:
        """Was it held for long enough? Whoever comes next waits until it is closed."""
        return time.monotonic() - self.opened > TOUR


_handles: dict[Path, _Handle] = {}
_guard = threading.Condition()
_away: dict[Path, float] = {}  # until when this process leaves the file to others
_mine = threading.local()  # the files that this thread has a cursor on
_writing: dict[Path, threading.Lock] = {}


def _schema_of(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """The schema of a base, made with its tables when new.

    Raises:
        BaseIllisible: not a base of ours, or of a newer version.
    """
    tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if not tables:
        connection.execute("BEGIN")
        connection.execute(schema_sql())
        connection.execute("INSERT INTO meta VALUES ('schema', ?)", [str(SCHEMA)])
        connection.execute("COMMIT")
        return SCHEMA
    row = connection.execute("SELECT valeur FROM meta WHERE cle = 'schema'").fetchone() if "meta" in tables else None
    found = int(row[0]) if row and str(row[0]).isdigit() else 0
    if not 0 < found <= SCHEMA:
        raise BaseIllisible(
            f"La base {path.name} vient d'une autre version de l'application (schéma {row[0] if row else 'inconnu'}, "
            f"attendu {SCHEMA}). Rien n'y a été changé."
        )
    return found


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the base at today's schema: an older one is first copied, then brought to it."""
    while True:
        connection = open_file(path)
        try:
            if _schema_of(connection, path) == SCHEMA:
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
        bring_up(path, datetime.now(FUSEAU))


def _wait_for_turn(path: Path) -> None:
    """Under the guard: until the file may be opened or shared by this thread."""
    until = time.monotonic() + ABANDON
    while True:
        handle = _handles.get(path)
        if handle and (not handle.over or path in _held()):
            return  # it may be shared
        wait = (until if handle else _away.get(path, 0.0)) - time.monotonic()
        if wait <= 0:
            return
        _guard.wait(wait)


def _held() -> set[Path]:
    found: set[Path] = getattr(_mine, "paths", None) or set()
    _mine.paths = found
    return found


@contextmanager
def connect(base: str | Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor of this thread's own on the database, made with its tables when new.

    The file is let go of when the last thread that uses it is done.

    Raises:
        BaseOccupee: another process held the file for too long.
        BaseIllisible: not a database, damaged, or of a newer schema; an older one is brought to this one.
        CopieImpossible: it is of an older schema, and could not be copied first; nothing was changed.
    """
    path = base_path(base)
    with _guard:
        _wait_for_turn(path)
        handle = _handles.get(path)
        if handle is None:
            handle = _handles[path] = _Handle(_open(path))
        handle.users += 1
        cursor = handle.connection.cursor()
    first = path not in _held()
    _held().add(path)
    try:
        yield cursor
    except duckdb.Error as error:
        if is_damaged(error):
            raise unreadable(path, error) from error
        raise
    finally:
        with suppress(duckdb.Error):
            cursor.close()
        if first:
            _held().discard(path)
        with _guard:
            handle.users -= 1
            if not handle.users:
                if handle.over:
                    _away[path] = time.monotonic() + PAUSE
                _handles.pop(path, None)
                _guard.notify_all()
                handle.connection.close()


@contextmanager
def alone(
    base: str | Path | None = None, *, read_only: bool = False, dossier: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file held by this caller alone, as it is: its schema is neither made nor changed.

    No other process opens it meanwhile, and the threads of this one wait. `dossier`: where the connection may attach
    other files.

    Raises:
        BaseOccupee: it was in use for too long.
        BaseIllisible: not a database, or damaged.
    """
    path = base_path(base)
    with _guard:
        if not _guard.wait_for(lambda: path not in _handles, PATIENCE):
            raise BaseOccupee(f"La base {path.name} est en cours d'utilisation. Réessayez dans une minute.")
        connection = open_file(path, read_only=read_only, dossier=dossier)
        try:
            yield connection
        except duckdb.Error as error:
            if is_damaged(error):
                raise unreadable(path, error) from error
            raise
        finally:
            connection.close()


def put_in_place(new: Path, base: str | Path | None, aside: Path) -> None:
    """Put a whole file in the place of the base; the one that was there becomes `aside`, its log with it.

    In one step where the file system has links: whoever opens the base meanwhile finds the one or the other.

    Raises:
        BaseOccupee: another program holds the base. Nothing was changed.
    """
    path = base_path(base)
    with _guard, ExitStack() as held:
        if path.exists():
            aside.parent.mkdir(parents=True, exist_ok=True)
            with suppress(BaseIllisible):  # a damaged base is replaced all the same
                held.enter_context(alone(path)).execute("CHECKPOINT")
            if os.name == "nt":
                held.close()  # an open file is not renamed there
        log = path.with_name(path.name + ".wal")
        if log.exists():  # of a base that does not open: it would be read into the new one
            aside.parent.mkdir(parents=True, exist_ok=True)
            log.replace(aside.with_name(aside.name + ".wal"))
        if path.exists():
            try:
                os.link(path, aside)
            except OSError:
                path.replace(aside)
        new.replace(path)


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
            with suppress(duckdb.Error, BaseIllisible), connect(path) as cursor:
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
