"""python -m tests.bases.dump BASE: a small base as SQL, the numbers to come included."""

from __future__ import annotations

import sys

import duckdb


def literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return str(value).lower() if isinstance(value, bool) else repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def dump(connection: duckdb.DuckDBPyConnection) -> str:
    out = []
    sequences = (
        "SELECT sequence_name, coalesce(last_value + increment_by, start_value) FROM duckdb_sequences() ORDER BY 1"
    )
    for name, following in connection.execute(sequences).fetchall():
        out.append(f"CREATE SEQUENCE {name} START {following};")
    for table, sql in connection.execute("SELECT table_name, sql FROM duckdb_tables() ORDER BY 1").fetchall():
        out.append(sql.rstrip(";") + ";")
        rows = connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
        if rows:
            values = ",\n  ".join("(" + ", ".join(map(literal, row)) + ")" for row in rows)
            out.append(f"INSERT INTO {table} VALUES\n  {values};")
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    with duckdb.connect(sys.argv[1], read_only=True) as opened:
        sys.stdout.write(dump(opened))
