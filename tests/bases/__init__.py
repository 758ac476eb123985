"""A base of each schema that ever was, as SQL, and what the code of its day said of it.

Each was filled by that code, from the fixtures of tests/sources; `python -m tests.bases.dump BASE` writes one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

DOSSIER = Path(__file__).parent


def rebuild(schema: int, path: Path) -> Path:
    """The base of that schema, as a file of the format that it had."""
    config = {"storage_compatibility_version": "v1.5.0"}
    with duckdb.connect(str(path), config=config) as connection:
        connection.execute((DOSSIER / f"schema-{schema}.sql").read_text(encoding="utf-8"))
    return path


def expected(schema: int) -> dict[str, Any]:
    """{"lignes": rows of each table, "resultats": what `resultats` gave, as seen on the 20th of November 2026}."""
    found: dict[str, Any] = json.loads((DOSSIER / f"schema-{schema}.json").read_text(encoding="utf-8"))
    return found
