"""Health: what a monitor is told of each thing, and the exit code that goes with the worst of it."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from rqds_metrics import disk, migrations
from rqds_metrics.exploitation import reglages, sante
from rqds_metrics.exploitation.sante import above, below, code
from rqds_metrics.exploitation.sauvegarde import sauvegarder
from tests.bases import rebuild
from tests.maison import furnish, put, tree
from tests.test_restauration import command

MO = 1_000_000


@pytest.fixture
def roomy(monkeypatch):
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda p: shutil._ntuple_diskusage(10**12, 0, 90_000 * MO))


@pytest.fixture
def house(tmp_path, roomy):
    base = furnish(tmp_path)
    with duckdb.connect(str(base), read_only=True) as connection:
        [(last,)] = connection.execute("SELECT max(recu_le) FROM lot").fetchall()
    now = last.replace(tzinfo=UTC) + timedelta(days=3)
    made = sauvegarder(base, quand=now - timedelta(hours=2)).fichier
    os.utime(made, ((now - timedelta(hours=2)).timestamp(),) * 2)
    return base, now


def verdicts(base, now, **more):
    found = sante.sante(base, now=now, **more)
    assert [c.nom for c in found] == ["base", "plan", "import", "sauvegarde", "disque", "publication"]
    return {c.nom: c for c in found}


def wrong(found):
    return {c.nom: c.verdict for c in found.values() if c.verdict != "bon"}


def test_all_is_well(house):
    base, now = house
    before = tree(base.parent)
    found = verdicts(base, now)
    assert wrong(found) == {} and code(list(found.values())) == 0
    assert "34 fichiers reçus" in found["base"].note.replace("\u00a0", " ").replace("\u202f", " ")
    assert "publication n° 2" in found["publication"].note and found["sauvegarde"].mesure == pytest.approx(2, abs=0.1)
    assert tree(base.parent) == before  # nothing is made or changed


def test_ages_are_told_by_their_limits(house):
    base, now = house
    assert wrong(verdicts(base, now + timedelta(hours=40))) == {"sauvegarde": "attention"}
    assert wrong(verdicts(base, now + timedelta(days=10))) == {"sauvegarde": "alarme"}
    assert wrong(verdicts(base, now + timedelta(days=50))) == {"sauvegarde": "alarme", "import": "attention"}
    assert wrong(verdicts(base, now + timedelta(days=150))) == {"sauvegarde": "alarme", "import": "alarme"}
    back = verdicts(base, now - timedelta(days=30))  # the clock went back
    assert wrong(back) == {"sauvegarde": "attention", "import": "attention"}
    assert "horloge" in back["sauvegarde"].note and "horloge" in back["import"].note


@pytest.mark.parametrize(("octets", "words"), [(b"", "vide"), (b"texte" * 999, "abîmé"), (None, "abîmé")])
def test_a_base_that_does_not_open(octets, words, house):
    base, now = house
    base.write_bytes(base.read_bytes()[:200_000] if octets is None else octets)
    found = verdicts(base, now)
    assert found["base"].verdict == "alarme" and words in found["base"].note
    assert code(list(found.values())) == 2


def test_a_base_that_is_not_there_is_not_made(tmp_path, roomy):
    found = verdicts(tmp_path / "rqds.duckdb", datetime.now(UTC))
    assert wrong(found) == {"base": "alarme", "import": "attention", "sauvegarde": "alarme"}
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_schema_is_said_and_left(tmp_path, roomy):
    base = rebuild(2, tmp_path / "rqds.duckdb")
    found = verdicts(base, datetime.now(UTC))
    assert (
        found["base"].verdict == "bon" and f"schéma {migrations.SCHEMA} à sa prochaine ouverture" in found["base"].note
    )
    with duckdb.connect(str(base)) as connection:
        connection.execute("UPDATE meta SET valeur = '99'")
    assert "plus récente" in verdicts(base, datetime.now(UTC))["base"].note
    with duckdb.connect(str(tmp_path / "autre.duckdb")) as connection:
        connection.execute("CREATE TABLE x (y INTEGER)")
    assert "n'est pas une base" in verdicts(tmp_path / "autre.duckdb", datetime.now(UTC))["base"].note


def test_the_disk(house, monkeypatch):
    base, now = house
    for free, verdict in ((1500, "attention"), (400, "alarme")):
        monkeypatch.setattr(disk.shutil, "disk_usage", lambda p, f=free: shutil._ntuple_diskusage(10**12, 0, f * MO))
        found = verdicts(base, now)
        assert wrong(found) == {"disque": verdict} and "Libérez de la place" in found["disque"].note


@pytest.mark.parametrize("damage", ["pointer", "file", "gone"])
def test_the_publication_online(damage, house):
    base, now = house
    folder = base.parent / "publication"
    if damage == "pointer":
        (folder / "courante.json").write_text('{"numero": 2, "fichier": "../rqds.duckdb", "sha256": "x"}')
    elif damage == "file":
        put(folder / "publication-2.duckdb", b"autre chose")
    else:
        (folder / "publication-2.duckdb").unlink()
    assert wrong(verdicts(base, now)) == {"publication": "alarme"}
    (folder / "courante.json").unlink()
    assert verdicts(base, now)["publication"].note == "Rien n'est publié."


def test_faulty_settings(house, tmp_path, monkeypatch):
    base, now = house
    faulty = put(tmp_path / "exploitation.yaml", b"sante: {libre: 3}\n")
    monkeypatch.setattr(reglages, "FICHIER", faulty)
    reglages.load_exploitation.cache_clear()
    try:
        found = verdicts(base, now)
    finally:
        reglages.load_exploitation.cache_clear()
    assert wrong(found) == {"plan": "alarme"} and "exploitation.yaml" in found["plan"].note


def test_an_empty_backup_is_an_alarm(house):
    base, now = house
    local = (now + timedelta(minutes=-5)).astimezone(sante.FUSEAU)
    empty = put(base.parent / "sauvegardes" / f"rqds-{local:%Y-%m-%d-%H%M%S}.zip", b"")
    os.utime(empty, (now.timestamp(),) * 2)
    assert "0 octet" in verdicts(base, now)["sauvegarde"].note


def test_limits():
    assert [above(v, (10, 20)) for v in (10, 11, 20, 21)] == ["bon", "attention", "attention", "alarme"]
    assert [below(v, (20, 10)) for v in (20, 19, 10, 9)] == ["bon", "attention", "attention", "alarme"]
    assert code([]) == 0


def test_the_command(tmp_path):
    base = furnish(tmp_path)
    code_, out, _ = command("sante", "--base", base)
    assert code_ == 2 and "alarme     sauvegarde" in out
    command("sauvegarder", "--base", base, "--vers", tmp_path / "ailleurs")
    code_, out, _ = command("sante", "--base", base, "--de", tmp_path / "ailleurs", "--json")
    said = json.loads(out)
    found = {c["nom"]: c["verdict"] for c in said["controles"]}
    assert code_ == said["code"] and found["sauvegarde"] == found["base"] == found["publication"] == "bon"
