"""What brings a base made by an earlier version to today's schema: it is only ever added to, whole or not at all.

It is copied first, and the copy read back: a change that would turn out to be wrong can be gone back on.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

import duckdb

from rqds_metrics.copies import CopieImpossible, check_copy, copy_to, free_name, read_state
from rqds_metrics.disk import check_folder, full_folder, is_full
from rqds_metrics.exploitation.reglages import dossier_des_sauvegardes
from rqds_metrics.ouverture import is_damaged, open_file, unreadable
from rqds_metrics.raisons import reason
from rqds_metrics.yaml_strict import DefinitionError

SCHEMA = 4
# What a lot changed when it was received, cancelled or brought back, as JSON: see etl.effects. No row: not known.
EFFET = "CREATE TABLE effet (lot BIGINT NOT NULL, quand TIMESTAMP NOT NULL, detail VARCHAR NOT NULL);"
# From the schema before to this one. A step that is done already does nothing: while they were being written, « 2 » and
# « 3 » were said of bases that had one part of them or another.
STEPS: dict[int, tuple[str, ...]] = {
    2: (
        "ALTER TABLE sondage ADD COLUMN IF NOT EXISTS echelle VARCHAR",
        "ALTER TABLE sondage ADD COLUMN IF NOT EXISTS repondants BIGINT",
    ),
    3: (
        "ALTER TABLE saisie ADD COLUMN IF NOT EXISTS detail VARCHAR",
        "ALTER TABLE saisie ADD COLUMN IF NOT EXISTS preuve VARCHAR",
    ),
    4: (EFFET.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"),),
}


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring a base of an earlier schema to SCHEMA, in one transaction."""
    connection.execute("BEGIN")
    try:
        for number in sorted(STEPS):
            for statement in STEPS[number]:
                connection.execute(statement)
        connection.execute("UPDATE meta SET valeur = ? WHERE cle = 'schema'", [str(SCHEMA)])
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def copy_name(path: Path, schema: int, moment: datetime) -> str:
    """« rqds-schema-3-2026-11-24-183005.duckdb »: what it was, and when it was left."""
    return f"{path.stem}-schema-{schema}-{moment:%Y-%m-%d-%H%M%S}.duckdb"


def bring_up(path: Path, moment: datetime) -> Path | None:
    """Copy a base of an earlier schema beside the backups, then bring it to SCHEMA; returns where the copy is.

    The file is held from before the copy to after the change. None: another process did it meanwhile.

    Raises:
        CopieImpossible: it could not be copied, or the copy does not read back; nothing was changed.
        DisquePlein: there is no room for a copy; nothing was changed.
    """
    try:
        folder = dossier_des_sauvegardes(path)
        folder.mkdir(parents=True, exist_ok=True)
        check_folder(folder, path.stat().st_size, "copier la base avant d'en changer le schéma")
        with tempfile.TemporaryDirectory(dir=folder, prefix=".en-cours-", ignore_cleanup_errors=True) as scratch:
            draft = Path(scratch) / "base.duckdb"
            with closing(open_file(path, dossier=Path(scratch))) as connection:
                before = read_state(connection)
                if before.schema == SCHEMA:
                    return None
                copy_to(connection, draft)
                check_copy(draft, before)
                kept = free_name(folder / copy_name(path, before.schema or 0, moment))
                draft.replace(kept)
                migrate(connection)
                return kept
    except DefinitionError as error:
        raise CopieImpossible(f"La base doit être copiée avant que son schéma change, mais :\n{error}") from error
    except OSError as error:
        if is_full(error):
            raise full_folder(folder, "la copie de la base") from error
        raise CopieImpossible(
            f"La base {path.name} doit être copiée avant que son schéma change, mais le dossier des sauvegardes ne "
            f"s'écrit pas ({reason(error)}). Rien n'a été changé. Vérifiez ses droits, ou choisissez-en un "
            "autre dans data/exploitation.yaml."
        ) from error
    except duckdb.Error as error:
        if is_full(error):
            raise full_folder(folder, "la copie de la base") from error
        if is_damaged(error):
            raise unreadable(path, error) from error
        raise CopieImpossible(
            f"Le schéma de la base {path.name} n'a pas pu être mis à jour : elle est telle qu'avant. Une copie est dans "
            f"{folder}. Gardez la version précédente de l'application et demandez de l'aide."
        ) from error
