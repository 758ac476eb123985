"""Backing up: what is taken, the proof that it reads back, what is kept, and what is said when it cannot be done."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from rqds_metrics import copies, disk, store
from rqds_metrics.copies import CopieImpossible, read_back
from rqds_metrics.exploitation import sauvegarde
from rqds_metrics.exploitation.conservation import kept
from rqds_metrics.exploitation.reglages import Exploitation, Sauvegardes, read_exploitation
from rqds_metrics.exploitation.sauvegarde import backups, sauvegarder
from rqds_metrics.plan import RACINE
from rqds_metrics.yaml_strict import DefinitionError
from tests.fabrique import load, visites
from tests.maison import edition, furnish, put, tree

MIDI = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


def held(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_backup_takes_the_base_and_what_goes_with_it(tmp_path):
    base = furnish(tmp_path)
    made = sauvegarder(base, quand=MIDI)
    assert made.fichier == tmp_path / "sauvegardes" / "rqds-2026-11-24-120000.zip"  # on Québec's clock
    found = held(made.fichier)
    said = json.loads(found.pop("sauvegarde.json"))
    mine = {n: o for n, o in tree(tmp_path, "sauvegardes").items() if n.startswith(("originaux", "documents"))}
    mine = {n: o for n, o in mine.items() if not n.endswith(".part") and o != b"d'une autre base"}
    mine |= {f"publication/{p.name}": p.read_bytes() for p in (tmp_path / "publication").iterdir() if p.is_file()}
    assert len(mine) == 6
    assert {n: o for n, o in found.items() if not n.startswith("definitions") and n != "base.duckdb"} == mine
    assert found["definitions/plan/plan-2022-2027.yaml"] == (RACINE / "data/plan/plan-2022-2027.yaml").read_bytes()
    assert {n: (f["sha256"], f["octets"]) for n, f in said["fichiers"].items()} == {
        n: (hashlib.sha256(o).hexdigest(), len(o)) for n, o in found.items()
    }
    assert (said["base"], said["schema"], said["quand"]) == ("rqds.duckdb", 4, "2026-11-24T17:00:00+00:00")
    copy = put(tmp_path / "relue.duckdb", found["base.duckdb"])
    assert read_back(copy).differences(read_back(base)) == []
    assert said["lignes"] == read_back(base).lignes and said["lignes"]["lot"] == 34


def test_a_base_with_its_log_of_writes_beside_it_is_copied_whole(tmp_path):
    """What a process that was killed had written is in the log: a copy of the file alone would lack it."""
    base = furnish(tmp_path)
    script = (
        "import duckdb, os, sys\n"
        f"c = duckdb.connect({str(base)!r})\n"
        "c.execute(\"INSERT INTO registre VALUES (nextval('registre_id'), now(), 'x', 'reglage', 'k', NULL, '1', '', false)\")\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    assert base.with_name("rqds.duckdb.wal").stat().st_size
    made = sauvegarder(base, quand=MIDI)
    copy = put(tmp_path / "relue.duckdb", held(made.fichier)["base.duckdb"])
    with duckdb.connect(str(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM registre WHERE cle = 'k'").fetchone() == (1,)
        assert connection.execute("SELECT max(id) + 1 = nextval('registre_id') FROM registre").fetchone() == (True,)
    assert read_back(copy).contraintes == read_back(base).contraintes


def test_backups_while_the_app_reads_and_writes_each_hold_a_moment_of_it(tmp_path):
    base = furnish(tmp_path)
    before, over, wrong = read_back(base).lignes, threading.Event(), []

    def work():
        day = date(2023, 1, 1)
        while not over.is_set():
            try:
                load(base, visites(day, day, 7, f"{day}.csv"))
                with store.connect(base) as cursor:
                    cursor.execute("SELECT count(*) FROM lot").fetchone()
            except Exception as error:
                wrong.append(error)
                return
            day += timedelta(days=1)

    worker = threading.Thread(target=work)
    worker.start()
    made = [sauvegarder(base, quand=MIDI + timedelta(hours=k)) for k in range(4)]
    over.set()
    worker.join()
    assert wrong == []
    rows = [m.etat.lignes for m in made]
    assert rows == sorted(rows, key=lambda r: r["lot"]) and rows[0]["lot"] < rows[-1]["lot"]
    for r in rows:  # a lot and its row, together or not at all
        assert r["lot"] - before["lot"] == r["web"] - before["web"]


def test_a_copy_that_lost_something_is_not_kept(tmp_path, monkeypatch):
    base = furnish(tmp_path)
    real = sauvegarde.copy_to

    def lossy(connection, to):
        real(connection, to)
        with duckdb.connect(str(to)) as other:
            other.execute("UPDATE web SET visites = visites + 1 WHERE rowid = 0")

    monkeypatch.setattr(sauvegarde, "copy_to", lossy)
    with pytest.raises(CopieImpossible, match="ne dit pas la même chose que la base"):
        sauvegarder(base, quand=MIDI)
    assert list((tmp_path / "sauvegardes").iterdir()) == []


def test_what_is_written_otherwise_than_read_is_not_kept(tmp_path, monkeypatch):
    base = furnish(tmp_path)
    real = sauvegarde._add
    monkeypatch.setattr(sauvegarde, "_add", lambda *a: {**real(*a), "sha256": "0" * 64})
    with pytest.raises(CopieImpossible, match="n'est pas ce qui a été écrit"):
        sauvegarder(base, quand=MIDI)
    assert list((tmp_path / "sauvegardes").iterdir()) == []


@pytest.mark.parametrize("table", ["lot", "tranche"])
def test_two_states_differ_by_one_row_one_value_or_one_number_to_come(table, tmp_path):
    base = furnish(tmp_path)
    other = Path(shutil.copy(base, tmp_path / "autre.duckdb"))
    with duckdb.connect(str(other)) as connection:
        connection.execute(f"DELETE FROM {table} WHERE rowid = 1")
        connection.execute("SELECT nextval('registre_id')")
        connection.execute("UPDATE saisie SET valeur = NULL WHERE rowid = 0")
        connection.execute("ALTER TABLE social ADD COLUMN x VARCHAR")
    assert read_back(other).differences(read_back(base)) == sorted(
        [f"table {table}", "table saisie", "table social"]
    ) + ["colonnes", "numéros à venir"]


def test_no_room_is_said_first_and_nothing_is_left(tmp_path, monkeypatch):
    base = furnish(tmp_path)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda p: shutil._ntuple_diskusage(100, 97, 3_000_000))
    with pytest.raises(disk.DisquePlein, match=r"Il reste 3 Mo .* pour la sauvegarde\. Rien n'a été changé"):
        sauvegarder(base, quand=MIDI)
    assert list((tmp_path / "sauvegardes").iterdir()) == []


def child(folder):
    """In a mount namespace of its own: the backups go to a disk too small for them, which was said to be large."""
    small = Path(folder) / "petit"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(small)], check=True)
    disk.MARGE = -(10**12)
    try:
        sauvegarder(Path(folder) / "rqds.duckdb", small, quand=MIDI)
    except disk.DisquePlein as plein:
        print(json.dumps([str(plein), os.listdir(small)]))


def test_a_disk_that_fills_up_in_the_middle(tmp_path):
    if not shutil.which("unshare"):
        pytest.skip("unshare n'existe pas ici : pas de petit disque pour l'essai")
    base = furnish(tmp_path)
    (tmp_path / "petit").mkdir()
    before = read_back(base)
    done = subprocess.run(
        ["unshare", "-rm", sys.executable, "-c", f"from tests.test_sauvegarde import child; child({str(tmp_path)!r})"],
        cwd=RACINE, env={**os.environ, "PYTHONPATH": str(RACINE)}, capture_output=True, text=True,
    )  # fmt: skip
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        pytest.skip("pas de petit disque possible ici")
    [said, left] = json.loads(done.stdout or done.stderr)
    assert "s'est rempli pendant la sauvegarde" in said and left == []
    assert read_back(base).differences(before) == []


def test_there_is_nothing_to_back_up_or_nowhere_to(tmp_path):
    with pytest.raises(CopieImpossible, match="n'existe pas"):
        sauvegarder(tmp_path / "absente.duckdb")
    base = furnish(tmp_path / "maison")
    with pytest.raises(CopieImpossible, match="n'a pas pu s'écrire"):
        sauvegarder(base, put(tmp_path / "fichier", b"") / "dessous")
    with duckdb.connect(str(tmp_path / "autre.duckdb")) as other:
        other.execute("CREATE TABLE chose (x INTEGER)")
    with pytest.raises(CopieImpossible, match="n'est pas une base de cette application"):
        sauvegarder(tmp_path / "autre.duckdb")
    with pytest.raises(store.BaseIllisible, match="restaurer"):
        sauvegarder(put(tmp_path / "coupee.duckdb", base.read_bytes()[:300_000]))


def test_an_earlier_schema_is_backed_up_as_it_is(tmp_path):
    from tests.bases import rebuild

    base = rebuild(2, tmp_path / "rqds.duckdb")
    made = sauvegarder(base)
    assert made.etat.schema == 2 and read_back(base).schema == 2


def test_two_backups_of_one_second_both_stay(tmp_path):
    base = furnish(tmp_path)
    first, second = sauvegarder(base, quand=MIDI).fichier, sauvegarder(base, quand=MIDI).fichier
    assert second.name == "rqds-2026-11-24-120000-2.zip" and second.exists()
    assert set(backups(tmp_path / "sauvegardes", "rqds")) >= {second}
    assert first != second


def test_a_publication_written_meanwhile_never_leaves_a_pointer_without_its_file(tmp_path, monkeypatch):
    from rqds_metrics.diffusion import publication as pub

    base = furnish(tmp_path)
    real = sauvegarde._add

    def add(archive, name, path, moment):
        out = real(archive, name, path, moment)
        if name.endswith("courante.json"):
            pub.write_snapshot(edition(3), tmp_path / "publication")
        return out

    monkeypatch.setattr(sauvegarde, "_add", add)
    found = held(sauvegarder(base, quand=MIDI).fichier)
    pointed = json.loads(found["publication/courante.json"])
    assert hashlib.sha256(found[f"publication/{pointed['fichier']}"]).hexdigest() == pointed["sha256"]


def test_what_a_killed_backup_left_goes_away_a_day_later(tmp_path):
    base = furnish(tmp_path)
    left = tmp_path / "sauvegardes" / ".en-cours-vieux"
    put(left / "base.duckdb", b"moitie")
    sauvegarder(base)
    assert left.exists()
    os.utime(left, (0, 0))
    sauvegarder(base)
    assert not left.exists()


def test_days_weeks_and_months_are_kept_and_other_bases_left_alone(tmp_path):
    base = furnish(tmp_path)
    folder = tmp_path / "sauvegardes"
    made = sauvegarder(base, quand=MIDI - timedelta(days=400)).fichier
    for days in range(1, 400):
        when = (MIDI - timedelta(days=days)).astimezone(store.FUSEAU)
        shutil.copy(made, folder / f"rqds-{when:%Y-%m-%d-%H%M%S}.zip")
    stranger = Path(shutil.copy(made, folder / "demonstration-2020-01-01-000000.zip"))
    copy = put(folder / "rqds-schema-2-2020-01-01-000000.duckdb", b"copie d'avant")
    last = sauvegarder(base, quand=MIDI)
    left = set(backups(folder, "rqds"))
    assert stranger.exists() and copy.exists() and last.fichier in left
    days = sorted({(MIDI.date() - timedelta(days=k)) for k in range(7)})
    assert {d for d in days if any(p.name.startswith(f"rqds-{d}") for p in left)} == set(days)
    assert len(left) <= 7 + 5 + 12 + 1 and len(last.retirees) > 370
    months = {p.name[5:12] for p in left}
    assert len(months) == 12


# --- what is kept: a pure function ---


def at(text):
    return datetime.fromisoformat(text)


def test_what_is_kept():
    rules = Sauvegardes(jours=2, semaines=2, mois=2)
    moments = [at(t) for t in (
        "2026-11-24T08:00", "2026-11-24T12:00", "2026-11-23T12:00", "2026-11-22T12:00", "2026-11-18T12:00",
        "2026-10-31T12:00", "2026-10-02T12:00", "2026-09-30T12:00",
    )]  # fmt: skip
    found = kept(moments, rules, at("2026-11-24T13:00"))
    assert found == {at(t) for t in (
        "2026-11-24T08:00", "2026-11-24T12:00",  # all of the last day
        "2026-11-23T12:00",  # the second day
        "2026-11-22T12:00",  # the second week: of a Sunday
        "2026-10-31T12:00",  # the second month
    )}  # fmt: skip


def test_a_machine_that_was_off_loses_nothing_and_a_wrong_clock_takes_no_place():
    rules = Sauvegardes(jours=3, semaines=0, mois=0)
    old = [at(f"2024-03-0{d}T12:00") for d in (1, 2, 3)]
    assert kept(old, rules, at("2026-11-24T13:00")) == set(old)
    future = at("2099-01-01T00:00")
    assert kept([*old, future], rules, at("2026-11-24T13:00")) == {*old, future}
    assert kept([], rules, at("2026-11-24T13:00")) == set()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sauvegardes: {jours: 0}", "au moins 1"),
        ("sauvegardes: {jour: 3}", "clé inconnue"),
        ("sauvegardes: {dossier: ../../ailleurs}", "sans « .. »"),
        ("sante: {libre_mo: [100, 500]}", "libre_mo"),
        ("sante: {import_jours: [10]}", "il manque"),
        ("surveillance: {stable_secondes: -1}", "au moins 0"),
        ("sauvegardes: 3", "groupe de clés"),
    ],
)
def test_settings_are_strict(text, said, tmp_path):
    path = tmp_path / "exploitation.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match=said):
        read_exploitation(path)


def test_the_settings_of_the_project_are_those_of_the_beginning(tmp_path):
    assert read_exploitation(RACINE / "data" / "exploitation.yaml") == Exploitation()
    assert read_exploitation(tmp_path / "absent.yaml") == Exploitation()
    assert copies.free_name(tmp_path / "a.zip") == tmp_path / "a.zip"
