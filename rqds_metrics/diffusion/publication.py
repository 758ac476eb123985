"""The published snapshot: what leaves the house, and all that the public side can open.

One file a publication, `publication-<n>.duckdb`, never changed once written, and a pointer, `courante.json`, replaced
in one step: who reads meanwhile sees the old one or the new one, whole. Nothing here knows the base of the staff.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

POINTEUR = "courante.json"
_FICHIER = re.compile(r"publication-([1-9]\d{0,8})\.duckdb")
# Read and written by the 1.5 line too, see store.py; a snapshot reaches nothing beside itself.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


class PublicationIllisible(RuntimeError):
    """The snapshot or its pointer is missing, cut short or not ours; told in French."""


@dataclass(frozen=True)
class Orientation:
    id: str
    titre: str
    court: str
    rang: int


@dataclass(frozen=True)
class Objectif:
    id: str
    titre: str
    rang: int


@dataclass(frozen=True)
class Action:
    id: str
    titre: str
    rang: int


@dataclass(frozen=True)
class Indicateur:
    """A published indicator. `action` is None for the yearly member survey; `methode`: sentences, one a line."""

    id: str
    action: str | None
    titre: str
    court: str
    type: str
    unite: str
    sens: str
    cible_plan: str
    source: str
    methode: str
    rang: int


@dataclass(frozen=True)
class Resultat:
    """One indicator in one year. Rates are fractions; what is missing is None.

    `retenu`: its figures are withheld (too few answers), every one of them is None and `raison` says why.
    """

    indicateur: str
    exercice: str
    valeur: float | None
    numerateur: float | None
    denominateur: float | None
    n: float | None
    cible: float | None
    attendu: float | None
    attendu_methode: str | None
    statut: str
    phrase: str
    donnees_au: date | None
    fait_le: date | None
    echeance: date | None
    an_dernier: float | None
    bas: float | None
    haut: float | None
    a_confirmer: bool
    retenu: bool
    raison: str | None


@dataclass(frozen=True)
class Point:
    """A month end of the year's lines; None where a line does not go."""

    indicateur: str
    exercice: str
    mois: date
    valeur: float | None
    an_dernier: float | None
    attendu: float | None


@dataclass(frozen=True)
class Commentaire:
    """`periode`: « 2026-2027 » or « 2026-10 »."""

    indicateur: str
    periode: str
    texte: str


@dataclass(frozen=True)
class Edition:
    """A publication in the history: this one or an earlier one. `publie_le` in UTC, without a zone."""

    numero: int
    publie_le: datetime
    vu_au: date
    note: str
    ajoutes: int
    retires: int
    changes: int


@dataclass(frozen=True)
class Regle:
    rang: int
    titre: str
    texte: str


@dataclass(frozen=True)
class Mot:
    rang: int
    mot: str
    sens: str


@dataclass(frozen=True)
class Publication:
    """Everything that was published, in the order of the plan. `publie_le` in UTC, without a zone."""

    numero: int
    publie_le: datetime
    vu_au: date
    exercice: str
    demo: bool
    note: str
    minimum: int
    orientations: tuple[Orientation, ...] = ()
    objectifs: tuple[Objectif, ...] = ()
    actions: tuple[Action, ...] = ()
    indicateurs: tuple[Indicateur, ...] = ()
    resultats: Mapping[tuple[str, str], Resultat] = field(default_factory=dict)  # (indicateur, exercice)
    courbes: Mapping[tuple[str, str], tuple[Point, ...]] = field(default_factory=dict)
    commentaires: Mapping[str, tuple[Commentaire, ...]] = field(default_factory=dict)  # by indicator
    historique: tuple[Edition, ...] = ()  # the newest first
    methode: tuple[Regle, ...] = ()
    glossaire: tuple[Mot, ...] = ()


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


def write_snapshot(publication: Publication, folder: Path) -> Path:
    """Write a publication beside its final name, move it there, then turn the pointer to it.

    Cut at any point, what was online stays online.

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
        _flush(draft)
        draft.replace(path)
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
        _flush(draft)
        draft.replace(path.parent / POINTEUR)


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


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise PublicationIllisible("La publication en ligne est introuvable.") from error
