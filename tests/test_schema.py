"""A base made by an earlier version opens, is brought to this one, and loses nothing; a newer one is refused whole."""

from __future__ import annotations

import duckdb
import pytest

from rqds_metrics import migrations, store
from rqds_metrics.corrections import read_rows
from rqds_metrics.familles import COMMUNES, FAMILLES
from rqds_metrics.resultats import resultats
from tests.fabrique import load
from tests.test_parts import AU, satisfied


def made_by_schema_1(path):
    """A base as schema 1 wrote it: tables without the columns that came with later schemas."""
    load(path, satisfied())
    with duckdb.connect(str(path)) as cursor:
        for table, column in (
            ("sondage", "echelle"),
            ("sondage", "repondants"),
            ("saisie", "detail"),
            ("saisie", "preuve"),
        ):
            cursor.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        cursor.execute("DROP TABLE effet")
        cursor.execute("UPDATE meta SET valeur = '1' WHERE cle = 'schema'")


def columns(path, table):
    with store.connect(path) as cursor:
        found = cursor.execute("SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ?", [table])
        return dict(found.fetchall())


def test_a_base_of_schema_1_is_brought_up(tmp_path):
    path = tmp_path / "ancienne.duckdb"
    made_by_schema_1(path)
    row = resultats("2026-2027", AU, path).set_index("indicateur").loc["4.1.4-2"]
    assert (row.numerateur, row.denominateur) == (26, 31)
    assert columns(path, "sondage") == {**COMMUNES, **FAMILLES["sondage"]}
    assert {r["echelle"] for r in read_rows(1, "sondage", path)} == {None}
    load(path, satisfied("k2", "Second envoi"))  # and it takes new files
    assert resultats("2026-2027", AU, path).set_index("indicateur").loc["4.1.4-2"].denominateur == 62


def test_every_schema_has_its_way_up_to_what_a_new_base_is(tmp_path):
    assert sorted(migrations.STEPS) == list(range(2, migrations.SCHEMA + 1))
    path, fresh = tmp_path / "ancienne.duckdb", tmp_path / "neuve.duckdb"
    made_by_schema_1(path)
    for table in FAMILLES:
        assert columns(path, table) == columns(fresh, table)


def test_a_newer_base_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "future.duckdb"
    load(path, satisfied())
    with duckdb.connect(str(path)) as cursor:
        cursor.execute("UPDATE meta SET valeur = '99' WHERE cle = 'schema'")
    with pytest.raises(store.BaseIllisible, match="schéma 99"), store.connect(path):
        pass
