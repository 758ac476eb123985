"""What brings a base made by an earlier version to today's schema: it is only ever added to, whole or not at all."""

from __future__ import annotations

import duckdb

SCHEMA = 4
# What a lot changed when it was received, cancelled or brought back, as JSON: see etl.effects. No row: not known.
EFFET = "CREATE TABLE effet (lot BIGINT NOT NULL, quand TIMESTAMP NOT NULL, detail VARCHAR NOT NULL);"
# From the schema before to this one.
STEPS: dict[int, tuple[str, ...]] = {
    2: ("ALTER TABLE sondage ADD COLUMN echelle VARCHAR", "ALTER TABLE sondage ADD COLUMN repondants BIGINT"),
    3: ("ALTER TABLE saisie ADD COLUMN detail VARCHAR", "ALTER TABLE saisie ADD COLUMN preuve VARCHAR"),
    4: (EFFET,),
}


def migrate(connection: duckdb.DuckDBPyConnection, found: int) -> None:
    """Bring a base of schema `found` to SCHEMA, in one transaction."""
    connection.execute("BEGIN")
    try:
        for number in range(found + 1, SCHEMA + 1):
            for statement in STEPS[number]:
                connection.execute(statement)
        connection.execute("UPDATE meta SET valeur = ? WHERE cle = 'schema'", [str(SCHEMA)])
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
