"""A house to back up: a base with what lives beside it, small."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path

import duckdb

from rqds_metrics import migrations
from rqds_metrics.diffusion import publication as pub
from rqds_metrics.publications import folder_of
from tests.bases import rebuild


def edition(numero: int, note: str = "") -> pub.Publication:
    """A publication of nothing but its number and its note."""
    return pub.Publication(numero, datetime(2026, 11, 1, 15, numero), date(2026, 10, 31), "2026-2027", False, note, 5)


def furnish(folder: Path, name: str = "rqds.duckdb") -> Path:
    """A base of today's schema with two publications, two kept files and a document; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    base = rebuild(migrations.SCHEMA, folder / name)
    with duckdb.connect(str(base), read_only=True) as connection:
        known = [h for (h,) in connection.execute("SELECT sha256 FROM lot ORDER BY id LIMIT 2").fetchall()]
    for sha256, end in zip(known, (".csv", ".copie.csv"), strict=True):
        put(folder / "originaux" / sha256[:2] / f"{sha256}{end}", f"Date;Visites\n2026-10-01;{sha256[:3]}\n".encode())
    of_another = hashlib.sha256(b"autre base").hexdigest()
    put(folder / "originaux" / of_another[:2] / f"{of_another}.csv", b"d'une autre base")
    document = b"%PDF-1.7 rapport remis au CA"
    put(folder / "documents" / hashlib.sha256(document).hexdigest(), document)
    for numero in (1, 2):
        pub.write_snapshot(edition(numero), folder_of(base))
    # what is on its way is not taken
    put(folder / "originaux" / known[0][:2] / ".abc.part", b"en cours")
    put(folder / "publication" / ".en-cours-x" / "publication-9.duckdb", b"en cours")
    return base


def put(path: Path, octets: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    return path


def tree(folder: Path, *but: str) -> dict[str, bytes]:
    """Every file under a folder, by its path in it, those of the folders `but` left out."""
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.relative_to(folder).parts[0] not in but
    }
