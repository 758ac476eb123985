"""A copy of a base, and the proof that it says the same: every table counted and summed, in the one and in the other."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from rqds_metrics.ouverture import FORMAT, BaseIllisible, open_file, unreadable

_ALIAS = "rqds_copie_en_cours"


class CopieImpossible(RuntimeError):
    """A copy could not be made, or does not say what the base says; told in French. The base is as it was."""


@dataclass(frozen=True)
class Etat:
    """All that a base says. `tables`: name -> (rows, sum of the hashes of its rows, whatever their order).

    Sums are of the version of DuckDB that made them: they are only compared within one run.
    """

    tables: dict[str, tuple[int, int]]
    colonnes: tuple[tuple[object, ...], ...]
    contraintes: tuple[tuple[object, ...], ...]
    sequences: tuple[tuple[object, ...], ...]
    schema: int | None
    demo: bool = False
    sha256: frozenset[str] = field(default=frozenset(), repr=False)  # of the files received

    @property
    def lignes(self) -> dict[str, int]:
        return {table: rows for table, (rows, _) in self.tables.items()}

    def differences(self, other: Etat) -> list[str]:
        """What two bases do not have in common, in words."""
        out = [
            f"table {table}"
            for table in sorted(self.tables.keys() | other.tables.keys())
            if self.tables.get(table) != other.tables.get(table)
        ]
        for what in ("colonnes", "contraintes", "sequences"):
            if getattr(self, what) != getattr(other, what):
                out.append({"sequences": "numéros à venir"}.get(what, what))
        return out


_TABLES = "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() ORDER BY 1"
_COLONNES = (
    "SELECT table_name, column_index, column_name, data_type, is_nullable, column_default FROM duckdb_columns() "
    "WHERE database_name = current_database() ORDER BY ALL"
)
_CONTRAINTES = (
    "SELECT table_name, constraint_type, constraint_text FROM duckdb_constraints() "
    "WHERE database_name = current_database() ORDER BY ALL"
)
# the number that comes next: how the last one is told differs with what was done since the file was opened
_SEQUENCES = (
    "SELECT sequence_name, coalesce(last_value + increment_by, start_value) FROM duckdb_sequences() "
    "WHERE database_name = current_database() ORDER BY ALL"
)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def read_state(connection: duckdb.DuckDBPyConnection) -> Etat:
    """What a base says, read whole: every block of it."""

    def rows(sql: str) -> tuple[tuple[object, ...], ...]:
        return tuple(connection.execute(sql).fetchall())

    tables = {}
    for (name,) in rows(_TABLES):
        table = _quoted(str(name))
        [(count, total)] = rows(f"SELECT count(*), coalesce(sum(hash(t)), 0) FROM {table} t")  # noqa: S608
        tables[str(name)] = (int(str(count)), int(str(total)))
    schema, demo, received = None, False, frozenset[str]()
    if "meta" in tables:
        found = rows("SELECT valeur FROM meta WHERE cle = 'schema'")
        schema = int(str(found[0][0])) if found and str(found[0][0]).isdigit() else None
    if "lot" in tables:
        demo = rows("SELECT count(*) FROM lot WHERE demo") != ((0,),)
        received = frozenset(str(h) for (h,) in rows("SELECT DISTINCT sha256 FROM lot"))
    return Etat(tables, rows(_COLONNES), rows(_CONTRAINTES), rows(_SEQUENCES), schema, demo, received)


def copy_to(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write all that an open base says to a new file, in the format that both lines of DuckDB open.

    The connection must have been allowed the folder of `path` (see ouverture.open_file).
    """
    [(name,)] = connection.execute("SELECT current_database()").fetchall()
    connection.execute(f"ATTACH ? AS {_ALIAS} (STORAGE_VERSION '{FORMAT}')", [str(path)])
    try:
        connection.execute(f"COPY FROM DATABASE {_quoted(name)} TO {_ALIAS}")
    finally:
        connection.execute(f"DETACH {_ALIAS}")
    flush(path)


def flush(path: Path) -> None:
    """Have a file really on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def free_name(path: Path) -> Path:
    """That name, or the first one after it that nobody has: « nom-2.zip »."""
    found, rank = path, 1
    while found.exists() or found.is_symlink():
        rank += 1
        found = path.with_name(f"{path.stem}-{rank}{path.suffix}")
    return found


def read_back(path: Path) -> Etat:
    """What a file says, once opened again.

    Raises:
        BaseIllisible: it does not open, or not whole.
    """
    connection = open_file(path, read_only=True)
    try:
        return read_state(connection)
    except duckdb.Error as error:
        raise unreadable(path, error) from error
    finally:
        connection.close()


def check_copy(path: Path, expected: Etat) -> None:
    """Is a copy the same as what was copied, once read back.

    Raises:
        CopieImpossible: it does not open, or says something else.
    """
    try:
        wrong = read_back(path).differences(expected)
    except BaseIllisible as error:
        raise CopieImpossible(f"La copie ne se relit pas ({error})") from error
    if wrong:
        raise CopieImpossible(
            f"La copie relue ne dit pas la même chose que la base ({', '.join(wrong)}). Elle n'est pas gardée ; la base "
            "est intacte. Recommencez ; si cela se répète, vérifiez le disque."
        )
