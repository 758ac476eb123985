"""A base made by an earlier version opens, is brought to this one, and loses nothing; a newer one is refused whole."""

from __future__ import annotations

import os
import re
import shutil
from datetime import date

import duckdb
import pandas as pd
import pytest

from rqds_metrics import copies, disk, migrations, store
from rqds_metrics.copies import CopieImpossible, read_back
from rqds_metrics.corrections import read_rows
from rqds_metrics.exploitation import reglages
from rqds_metrics.familles import FAMILLES
from rqds_metrics.resultats import resultats
from tests.bases import expected, rebuild
from tests.bases.dump import dump
from tests.fabrique import load
from tests.test_parts import satisfied

AU = date(2026, 11, 20)
ANCIENS = list(range(1, migrations.SCHEMA))
TOUS = [*ANCIENS, migrations.SCHEMA]


def copies_of(path):
    return sorted((path.parent / "sauvegardes").glob("*")) if (path.parent / "sauvegardes").exists() else []


def contents(connection):
    """Every row of every table, column by column: what an older schema had is to be found again in a newer one."""
    tables = [t for (t,) in connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
    return {t: connection.execute(f"SELECT * FROM {t} ORDER BY ALL").fetch_df() for t in tables}


@pytest.mark.parametrize("schema", TOUS)
def test_a_base_of_every_schema_opens_with_all_it_held_and_says_what_it_said(schema, tmp_path):
    path = rebuild(schema, tmp_path / "ancienne.duckdb")
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT valeur FROM meta WHERE cle = 'schema'").fetchone() == (str(schema),)
        before = contents(connection)
    told = expected(schema)
    assert {t: len(f) for t, f in before.items()} == told["lignes"]
    found = resultats(None, AU, path).astype({"exercice": str}).set_index(["indicateur", "exercice"])
    assert len(told["resultats"]) > 25
    for r in told["resultats"]:
        here = found.loc[(r["indicateur"], r["exercice"])]
        for column in ("valeur", "numerateur", "denominateur", "cible", "statut"):
            value = None if pd.isna(here[column]) else here[column]
            assert value == (r[column] if column == "statut" else pytest.approx(r[column])), (r, column, value)
    with store.connect(path) as cursor:
        after = contents(cursor)
        assert cursor.execute("SELECT valeur FROM meta WHERE cle = 'schema'").fetchone() == (str(migrations.SCHEMA),)
    for table, rows in before.items():
        kept = after[table][list(rows.columns)]
        if table != "meta":
            pd.testing.assert_frame_equal(kept.sort_values(list(rows.columns)).reset_index(drop=True),
                                          rows.sort_values(list(rows.columns)).reset_index(drop=True))  # fmt: skip


@pytest.mark.parametrize("schema", TOUS)
def test_every_schema_leads_to_the_tables_of_a_new_base_and_takes_new_files(schema, tmp_path):
    path, fresh = rebuild(schema, tmp_path / "ancienne.duckdb"), tmp_path / "neuve.duckdb"
    for base in (path, fresh):
        with store.connect(base):
            pass
    old, new = read_back(path), read_back(fresh)
    assert old.contraintes == new.contraintes

    def columns(etat):
        return {(t, name, kind, null, default) for t, _, name, kind, null, default in etat.colonnes}

    assert columns(old) == columns(new)
    following = expected(schema)["lignes"]["lot"] + 1
    [recu] = load(path, satisfied("k2", "Second envoi"))
    assert recu.lot == following
    rows = [r for lot in range(1, following) for r in read_rows(lot, "sondage", path)]
    assert rows and (schema > 1 or {r["echelle"] for r in rows} == {None})


@pytest.mark.parametrize("schema", ANCIENS)
def test_it_is_copied_first_and_the_copy_is_what_it_was(schema, tmp_path):
    path = rebuild(schema, tmp_path / "ancienne.duckdb")
    before = read_back(path)
    with store.connect(path):
        pass
    [copy] = copies_of(path)
    assert re.fullmatch(rf"ancienne-schema-{schema}-\d{{4}}-\d\d-\d\d-\d{{6}}\.duckdb", copy.name)
    assert read_back(copy).differences(before) == [] and read_back(copy).schema == schema
    with store.connect(path):
        pass
    assert copies_of(path) == [copy]  # once, not at each opening


def test_a_base_of_today_or_a_new_one_is_not_copied(tmp_path):
    path = rebuild(migrations.SCHEMA, tmp_path / "actuelle.duckdb")
    load(path, satisfied())
    load(tmp_path / "neuve.duckdb", satisfied())
    assert copies_of(path) == []


def test_a_change_that_fails_leaves_the_base_as_it_was_and_says_so(tmp_path, monkeypatch):
    path = rebuild(1, tmp_path / "ancienne.duckdb")
    before = read_back(path)
    # the last step fails, once the others are done
    monkeypatch.setitem(migrations.STEPS, migrations.SCHEMA, ("ALTER TABLE absente ADD COLUMN x VARCHAR",))
    with pytest.raises(CopieImpossible, match="elle est telle qu'avant"), store.connect(path):
        pass
    assert read_back(path).differences(before) == [] and read_back(path).schema == 1
    monkeypatch.undo()
    with store.connect(path) as cursor:
        assert cursor.execute("SELECT valeur FROM meta").fetchone() == (str(migrations.SCHEMA),)


def test_a_copy_that_does_not_say_the_same_stops_the_change(tmp_path, monkeypatch):
    path = rebuild(2, tmp_path / "ancienne.duckdb")
    before = read_back(path)
    real = copies.copy_to

    def lossy(connection, to):
        real(connection, to)
        with duckdb.connect(str(to)) as other:
            other.execute("DELETE FROM tranche WHERE lot = 2")

    monkeypatch.setattr(migrations, "copy_to", lossy)
    with pytest.raises(CopieImpossible, match="table tranche"), store.connect(path):
        pass
    assert read_back(path).differences(before) == [] and copies_of(path) == []


def test_without_room_for_the_copy_nothing_changes(tmp_path, monkeypatch):
    path = rebuild(3, tmp_path / "ancienne.duckdb")
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda p: shutil._ntuple_diskusage(100, 99, 1_000_000))
    with pytest.raises(disk.DisquePlein, match="copier la base avant d'en changer le schéma"), store.connect(path):
        pass
    assert read_back(path).schema == 3


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root écrit partout")
def test_a_folder_that_cannot_be_written_stops_the_change(tmp_path):
    path = rebuild(3, tmp_path / "ancienne.duckdb")
    (tmp_path / "sauvegardes").mkdir(mode=0o500)
    with pytest.raises(CopieImpossible, match="ne s'écrit pas"), store.connect(path):
        pass
    assert read_back(path).schema == 3


def test_a_file_where_the_folder_should_be_stops_the_change(tmp_path):
    path = rebuild(3, tmp_path / "ancienne.duckdb")
    (tmp_path / "sauvegardes").write_text("", encoding="utf-8")
    with pytest.raises(CopieImpossible, match="Rien n'a été changé"), store.connect(path):
        pass
    assert read_back(path).schema == 3


def test_faulty_settings_stop_the_change(tmp_path, monkeypatch):
    path = rebuild(3, tmp_path / "ancienne.duckdb")
    faulty = tmp_path / "exploitation.yaml"
    faulty.write_text("sauvegardes:\n  jour: 3\n", encoding="utf-8")
    monkeypatch.setattr(reglages, "FICHIER", faulty)
    reglages.load_exploitation.cache_clear()
    try:
        with pytest.raises(CopieImpossible, match="clé inconnue"), store.connect(path):
            pass
    finally:
        reglages.load_exploitation.cache_clear()
    assert read_back(path).schema == 3


@pytest.mark.parametrize("parts", [("detail", "preuve"), ("echelle", "repondants")])
def test_a_base_that_has_one_part_of_a_step_gets_the_other(parts, tmp_path):
    """While the steps were being written, « schema 2 » was said of bases with the columns of one or of the other."""
    path = rebuild(1, tmp_path / "ancienne.duckdb")
    table = "saisie" if "detail" in parts else "sondage"
    with duckdb.connect(str(path)) as connection:
        for column in parts:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {FAMILLES[table][column]}")
        connection.execute("UPDATE meta SET valeur = '2' WHERE cle = 'schema'")
    with store.connect(path) as cursor:
        for family, columns in FAMILLES.items():
            found = cursor.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [family]).fetchall()
            assert {c for (c,) in found} >= set(columns)


def test_every_schema_has_its_way_up_and_its_stored_base():
    assert sorted(migrations.STEPS) == list(range(2, migrations.SCHEMA + 1))
    for schema in TOUS:
        assert expected(schema)["resultats"]


def test_a_dump_rebuilds_the_same_base(tmp_path):
    path = rebuild(migrations.SCHEMA, tmp_path / "une.duckdb")
    with duckdb.connect(str(path), read_only=True) as connection:
        written = dump(connection)
    with duckdb.connect(str(tmp_path / "autre.duckdb")) as connection:
        connection.execute(written)
    assert read_back(path).differences(read_back(tmp_path / "autre.duckdb")) == []


@pytest.mark.parametrize("said", ["99", "abc", "0"])
def test_a_newer_base_is_refused_and_left_alone(said, tmp_path):
    path = tmp_path / "future.duckdb"
    load(path, satisfied())
    with duckdb.connect(str(path)) as cursor:
        cursor.execute("UPDATE meta SET valeur = ? WHERE cle = 'schema'", [said])
    with pytest.raises(store.BaseIllisible, match=f"schéma {said}"), store.connect(path):
        pass
    assert copies_of(path) == []
