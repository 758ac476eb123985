"""A published snapshot, written once and read: a DuckDB file that holds a publication and nothing else.

Which one is online: see diffusion.parution. Nothing here knows the base of the staff.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from rqds_metrics.diffusion.publication import (
    Action,
    Commentaire,
    Edition,
    Indicateur,
    Mot,
    Objectif,
    Orientation,
    Point,
    Publication,
    PublicationIllisible,
    Regle,
    Resultat,
)

# Read and written by the 1.5 line too, see store.py; a snapshot reaches nothing beside itself.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
# Every table of a snapshot beside meta; columns are the fields of the class.
_TABLES: dict[str, type[Any]] = {
    "orientation": Orientation,
    "objectif": Objectif,
    "action": Action,
    "indicateur": Indicateur,
    "resultat": Resultat,
    "courbe": Point,
    "commentaire": Commentaire,
    "historique": Edition,
    "methode": Regle,
    "glossaire": Mot,
}
_ORDRE = {
    "resultat": "indicateur, exercice",
    "courbe": "indicateur, exercice, mois",
    "commentaire": "indicateur, length(periode) DESC, periode DESC",
    "historique": "numero DESC",
}
_SQL = {
    "str": "VARCHAR",
    "int": "INTEGER",
    "float": "DOUBLE",
    "bool": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}


def columns_of(table: str) -> dict[str, str]:
    """The columns of a table of the snapshot and their SQL types."""
    return {f.name: _SQL[str(f.type).removesuffix(" | None")] for f in fields(_TABLES[table])}


def file_name(numero: int) -> str:
    return f"publication-{numero}.duckdb"


def read_publication(path: Path) -> Publication:
    """A snapshot, whole.

    Raises:
        PublicationIllisible: the file is missing or is not a snapshot.
    """
    try:
        with duckdb.connect(str(path), read_only=True, config=_CONFIG) as connection:
            meta = dict(connection.execute("SELECT cle, valeur FROM meta").fetchall())
            rows = {table: _read(connection, table) for table in _TABLES}
        return Publication(
            int(meta["numero"]), datetime.fromisoformat(meta["publie_le"]), date.fromisoformat(meta["vu_au"]),
            meta["exercice"], meta["demo"] == "1", meta["note"], int(meta["minimum"]),
            tuple(rows["orientation"]), tuple(rows["objectif"]), tuple(rows["action"]), tuple(rows["indicateur"]),
            {(r.indicateur, r.exercice): r for r in rows["resultat"]},
            _grouped(rows["courbe"], lambda p: (p.indicateur, p.exercice)),
            _grouped(rows["commentaire"], lambda c: c.indicateur),
            tuple(rows["historique"]), tuple(rows["methode"]), tuple(rows["glossaire"]),
        )  # fmt: skip
    except (duckdb.Error, KeyError, ValueError, TypeError) as error:
        raise PublicationIllisible("Cette publication est illisible.") from error


def _read(connection: duckdb.DuckDBPyConnection, table: str) -> list[Any]:
    names, order = ", ".join(columns_of(table)), _ORDRE.get(table, "rang")
    found = connection.execute(f"SELECT {names} FROM {table} ORDER BY {order}").fetchall()  # noqa: S608 (our own names)
    return [_TABLES[table](*row) for row in found]


def _grouped(rows: Iterable[Any], key: Any) -> dict[Any, tuple[Any, ...]]:
    out: dict[Any, list[Any]] = {}
    for row in rows:
        out.setdefault(key(row), []).append(row)
    return {k: tuple(v) for k, v in out.items()}


def write_file(publication: Publication, folder: Path) -> Path:
    """Write a publication beside its final name, then move it there: the file is whole or is not.

    Raises:
        FileExistsError: this number was already published; a publication is never written again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(publication.numero)
    if path.exists():
        raise FileExistsError(f"La publication n° {publication.numero} existe déjà.")
    with tempfile.TemporaryDirectory(dir=folder, prefix=".en-cours-") as scratch:
        draft = Path(scratch) / path.name
        _fill(publication, draft)
        flush(draft)
        draft.replace(path)
    return path


def _fill(p: Publication, path: Path) -> None:
    meta = {
        "numero": str(p.numero), "publie_le": p.publie_le.isoformat(), "vu_au": p.vu_au.isoformat(),
        "exercice": p.exercice, "demo": "1" if p.demo else "0", "note": p.note, "minimum": str(p.minimum),
    }  # fmt: skip
    rows: dict[str, Iterable[Any]] = {
        "orientation": p.orientations, "objectif": p.objectifs, "action": p.actions, "indicateur": p.indicateurs,
        "resultat": p.resultats.values(), "courbe": (x for line in p.courbes.values() for x in line),
        "commentaire": (c for some in p.commentaires.values() for c in some), "historique": p.historique,
        "methode": p.methode, "glossaire": p.glossaire,
    }  # fmt: skip
    config = {**_CONFIG, "storage_compatibility_version": "v1.5.0"}
    with duckdb.connect(str(path), config=config) as connection:
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE meta (cle VARCHAR, valeur VARCHAR)")
        connection.executemany("INSERT INTO meta VALUES (?, ?)", [list(x) for x in meta.items()])
        for table, found in rows.items():
            _write(connection, table, list(found))
        connection.execute("COMMIT")
        connection.execute("CHECKPOINT")


def _write(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Any]) -> None:
    """All the rows in one statement: a column at a time, each cast to its type."""
    columns = columns_of(table)
    connection.execute(f"CREATE TABLE {table} ({', '.join(f'{c} {t}' for c, t in columns.items())})")
    if rows:
        taken = ", ".join(f"unnest(CAST(? AS {t}[]))" for t in columns.values())
        values = [[getattr(row, c) for row in rows] for c in columns]
        connection.execute(f"INSERT INTO {table} SELECT {taken}", values)


def flush(path: Path) -> None:
    """Wait until a file is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
