"""Restoring: all of a backup or none of it, what it replaces kept aside, and a bad file refused in words."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from rqds_metrics import disk, store
from rqds_metrics.copies import read_back
from rqds_metrics.diffusion import parution
from rqds_metrics.exploitation.archive import RestaurationRefusee
from rqds_metrics.exploitation.contenu import destination, is_ours
from rqds_metrics.exploitation.restauration import restaurer
from rqds_metrics.exploitation.sauvegarde import sauvegarder
from rqds_metrics.plan import RACINE
from tests.bases import rebuild
from tests.fabrique import load, visites
from tests.maison import edition, furnish, put, tree
from tests.test_sauvegarde import MIDI, held

JOUR = datetime(2026, 10, 1, tzinfo=UTC).date()


@pytest.fixture
def house(tmp_path):
    base = furnish(tmp_path / "maison")
    return base, sauvegarder(base, quand=MIDI).fichier


def rewrite(path, to, change):
    """The same archive, its files changed by `change(name -> bytes)`."""
    found = held(path)
    change(found)
    with zipfile.ZipFile(to, "w") as archive:
        for name, octets in found.items():
            archive.writestr(name, octets)
    return to


def manifest(found, **changes):
    said = {**json.loads(found["sauvegarde.json"]), **changes}
    found["sauvegarde.json"] = json.dumps(said).encode()


def test_on_a_new_machine_everything_comes_back(house, tmp_path):
    base, saved = house
    new = tmp_path / "neuve" / "rqds.duckdb"
    done = restaurer(saved, new)
    assert (done.de_cote, done.fichiers) == (None, 6)
    assert read_back(new).differences(read_back(base)) == []
    mine, there = tree(base.parent, "sauvegardes"), tree(new.parent)
    there.pop("rqds.duckdb")
    assert there == {n: o for n, o in mine.items() if n in there} and len(there) == 6
    current = parution.current(new.parent / "publication")
    assert current is not None and current.numero == 2
    assert [p.name for p in new.parent.iterdir() if p.name.startswith(".")] == []


def test_what_is_replaced_is_kept_aside_and_can_be_gone_back_to(house):
    base, saved = house
    folder = base.parent
    load(base, visites(JOUR, JOUR, 7))
    parution.write_snapshot(edition(3), folder / "publication")
    changed = folder / "documents" / next((folder / "documents").iterdir()).name
    good = changed.read_bytes()
    changed.write_bytes(b"abime")
    now, bytes_now = read_back(base), base.read_bytes()
    done = restaurer(saved, base)
    assert read_back(base).lignes["lot"] == now.lignes["lot"] - 1
    assert done.de_cote is not None and (done.de_cote / "rqds.duckdb").read_bytes() == bytes_now
    assert (changed.read_bytes(), (done.de_cote / "documents" / changed.name).read_bytes()) == (good, b"abime")
    # what was published since stays, but is no longer what is online
    assert (folder / "publication" / "publication-3.duckdb").exists()
    assert parution.current(folder / "publication").numero == 2
    assert json.loads((done.de_cote / "publication" / "courante.json").read_text())["numero"] == 3
    back = restaurer(done.de_cote / "rqds.duckdb", base)
    assert read_back(base).differences(now) == [] and back.de_cote != done.de_cote


def test_nothing_was_online_then_nothing_is_after(tmp_path):
    base = furnish(tmp_path)
    parution.point_to(None, tmp_path / "publication")
    saved = sauvegarder(base, quand=MIDI).fichier
    parution.point_to(tmp_path / "publication" / "publication-2.duckdb")
    done = restaurer(saved, base)
    assert parution.current(tmp_path / "publication") is None
    assert done.de_cote and (done.de_cote / "publication" / "courante.json").exists()


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="il faut être root pour donner un groupe")
def test_what_is_published_comes_back_to_those_who_read_it(house, tmp_path, monkeypatch):
    """On a server the publications are in a folder of another group, and only that group may read them."""
    _, backup = house
    folder = tmp_path / "publiees"
    folder.mkdir()
    os.chown(folder, -1, 33)
    folder.chmod(0o2750)
    monkeypatch.setenv("RQDS_PUBLICATION", str(folder))
    old = os.umask(0o027)
    try:
        restaurer(backup, tmp_path / "neuf" / "rqds.duckdb")
    finally:
        os.umask(old)
    found = sorted(folder.iterdir())
    assert any(p.suffix == ".duckdb" for p in found) and (folder / parution.POINTEUR) in found
    assert all(p.stat().st_gid == 33 and p.stat().st_mode & 0o777 == 0o640 for p in found)


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "gone", "log"])
def test_a_damaged_base_is_replaced_and_kept_aside(damage, house):
    base, saved = house
    good = read_back(base)
    octets = {"cut": base.read_bytes()[:300_000], "empty": b"", "text": b"bonjour\n" * 999}.get(
        damage, base.read_bytes()
    )
    base.write_bytes(octets)
    if damage == "gone":
        base.unlink()
    if damage == "log":  # of a base that no longer opens: it must not be read into the one put in its place
        base.write_bytes(octets[:300_000])
        base.with_name("rqds.duckdb.wal").write_bytes(b"journal")
    done = restaurer(saved, base)
    assert read_back(base).differences(good) == []
    assert not base.with_name("rqds.duckdb.wal").exists()
    if damage == "gone":
        assert done.de_cote is None
    else:
        assert (done.de_cote / "rqds.duckdb").stat().st_size == (300_000 if damage == "log" else len(octets))
    if damage == "log":
        assert (done.de_cote / "rqds.duckdb.wal").read_bytes() == b"journal"


def test_an_earlier_schema_comes_back_and_is_brought_up(tmp_path):
    base = rebuild(1, tmp_path / "rqds.duckdb")
    saved = sauvegarder(base, quand=MIDI).fichier
    restaurer(saved, base)
    assert read_back(base).schema == 1
    with store.connect(base) as cursor:
        assert cursor.execute("SELECT count(*) FROM effet").fetchone() == (0,)
    copy = next((tmp_path / "sauvegardes").glob("rqds-schema-1-*.duckdb"))
    restaurer(copy, base)
    assert read_back(base).schema == 1


def change_base(found):
    octets = bytearray(found["base.duckdb"])
    octets[400_000] ^= 255
    found["base.duckdb"] = bytes(octets)


def cut_base(found):
    """Cut, and said to be as it is: only opening it tells."""
    import hashlib

    found["base.duckdb"] = found["base.duckdb"][:600_000]
    said = json.loads(found["sauvegarde.json"])
    said["fichiers"]["base.duckdb"] = {
        "sha256": hashlib.sha256(found["base.duckdb"]).hexdigest(), "octets": len(found["base.duckdb"]),
    }  # fmt: skip
    manifest(found, **said)


def other_rows(found):
    said = json.loads(found["sauvegarde.json"])
    manifest(found, lignes={**said["lignes"], "lot": 1})


def add(name):
    def change(found):
        said = json.loads(found["sauvegarde.json"])["fichiers"]
        found[name] = b"x"
        manifest(found, fichiers={**said, name: {"sha256": "0" * 64, "octets": 1}})

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (change_base, "n'y est plus tel qu'il a été sauvegardé"),
        (cut_base, "abîmée ou incomplète"),
        (other_rows, "ne contient pas ce qu'elle annonce"),
        (lambda f: f.pop("sauvegarde.json"), "ce n'est pas une sauvegarde"),
        (lambda f: f.pop("base.duckdb"), "ce n'est pas une sauvegarde"),
        (lambda f: f.update({"sauvegarde.json": b"{"}), "illisible"),
        (lambda f: f.update({"sauvegarde.json": b"[" * 99_999}), "illisible"),
        (lambda f: f.update({"sauvegarde.json": b"[]"}), "illisible"),
        (lambda f: manifest(f, format=2), "illisible"),
        (lambda f: manifest(f, inconnu=1), "illisible"),
        (lambda f: f.pop("publication/courante.json"), "exactement ce qu'elle annonce"),
        (lambda f: f.update({"originaux/x.csv": b""}), "exactement ce qu'elle annonce"),
        (add("../../evade.csv"), "exactement ce qu'elle annonce"),
        (add("/etc/evade.csv"), "exactement ce qu'elle annonce"),
        (add("originaux/../../evade.csv"), "exactement ce qu'elle annonce"),
        (add("publication/publication-1.duckdb/../../evade"), "exactement ce qu'elle annonce"),
    ],
)
def test_a_bad_backup_is_refused_and_nothing_changes(change, said, house, tmp_path):
    base, saved = house
    bad = rewrite(saved, tmp_path / "mauvaise.zip", change)
    before = tree(base.parent)
    with pytest.raises(RestaurationRefusee, match=said) as refused:
        restaurer(bad, base)
    assert "mauvaise.zip" in str(refused.value) and "Rien n'a été changé" in str(refused.value)
    assert tree(base.parent) == before and not list(tmp_path.glob("**/evade*"))


@pytest.mark.parametrize("octets", [b"", b"PK", b"texte", None])
def test_what_is_no_archive_is_refused(octets, house, tmp_path):
    base, saved = house
    bad = put(tmp_path / "x.zip", saved.read_bytes()[:-200] if octets is None else octets)
    before = tree(base.parent)
    with pytest.raises(RestaurationRefusee, match=r"abîmé ou incomplet"):
        restaurer(bad, base)
    with pytest.raises(RestaurationRefusee, match="n'existe pas"):
        restaurer(tmp_path / "absente.zip", base)
    assert tree(base.parent) == before


def test_a_backup_cut_anywhere_is_refused(house, tmp_path):
    base, saved = house
    octets = saved.read_bytes()
    before = tree(base.parent)
    for part in range(1, 20):
        bad = put(tmp_path / "coupee.zip", octets[: len(octets) * part // 20])
        with pytest.raises(RestaurationRefusee):
            restaurer(bad, base)
    assert tree(base.parent) == before


def test_a_base_that_is_not_ours_or_is_newer_is_refused(house, tmp_path):
    base, _ = house
    other = tmp_path / "autre.duckdb"
    with duckdb.connect(str(other)) as connection:
        connection.execute("CREATE TABLE meta (cle VARCHAR, valeur VARCHAR)")
    with pytest.raises(RestaurationRefusee, match="ce n'est pas une base de cette application"):
        restaurer(other, base)
    newer = Path(shutil.copy(base, tmp_path / "future.duckdb"))
    with duckdb.connect(str(newer)) as connection:
        connection.execute("UPDATE meta SET valeur = '99' WHERE cle = 'schema'")
    with pytest.raises(RestaurationRefusee, match="plus récente"):
        restaurer(newer, base)
    with pytest.raises(RestaurationRefusee, match="abîmée ou incomplète"):
        restaurer(put(tmp_path / "texte.duckdb", b"bonjour"), base)


def test_no_room_is_said_first(house, monkeypatch):
    base, saved = house
    before = tree(base.parent)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda p: shutil._ntuple_diskusage(100, 97, 3_000_000))
    with pytest.raises(disk.DisquePlein, match=r"pour la restauration\. Rien n'a été changé"):
        restaurer(saved, base)
    monkeypatch.undo()
    assert tree(base.parent) == before


def test_a_base_held_by_another_program_is_left_alone(house, monkeypatch):
    base, saved = house
    monkeypatch.setattr("rqds_metrics.ouverture.PATIENCE", 0.3)
    holder = subprocess.Popen(
        [sys.executable, "-c", f"import duckdb,sys; c=duckdb.connect({str(base)!r}); print(1, flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert holder.stdout.readline() == b"1\n"
        with pytest.raises(store.BaseOccupee):
            restaurer(saved, base)
    finally:
        holder.communicate(b"")
    assert not (base.parent / "remplacees").exists() or not list((base.parent / "remplacees").rglob("*.duckdb"))


def test_without_links_it_is_moved_all_the_same(house, monkeypatch):
    base, saved = house
    good = read_back(base)

    def refuse(*args, **kwargs):
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    done = restaurer(saved, base)
    assert read_back(base).differences(good) == [] and read_back(done.de_cote / "rqds.duckdb").differences(good) == []


def test_names_of_an_archive():
    sha = "ab" + "0" * 62
    good = ["base.duckdb", f"originaux/ab/{sha}.csv", f"originaux/ab/{sha}.copie.csv", f"documents/{sha}",
            "publication/courante.json", "publication/publication-12.duckdb", "definitions/plan/p.yaml"]  # fmt: skip
    assert all(map(is_ours, good))
    bad = ["", "..", f"originaux/cd/{sha}.csv", f"documents/{sha}/x", "publication/publication-0.duckdb", "base.duckdb\n",
           "publication/../base.duckdb", "definitions/../x.yaml", "definitions/.x.yaml", "C:\\x", f"documents/{sha}\n"]  # fmt: skip
    assert not any(map(is_ours, bad))
    base = RACINE / "data" / "rqds.duckdb"
    assert destination("definitions/reglages.yaml", base) is None and destination("base.duckdb", base) is None


# --- the command line ---


def command(*args):
    done = subprocess.run(
        [sys.executable, "-m", "rqds_metrics", *map(str, args)], cwd=RACINE, capture_output=True, encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_the_commands_from_one_end_to_the_other(tmp_path):
    base = furnish(tmp_path)
    code, out, _ = command("sauvegarder", "--base", base)
    assert code == 0 and "Sauvegarde faite et relue" in out and "6 fichiers" not in out.split(";")[0]
    code, out, _ = command("sauvegarder", "--base", base, "--vers", tmp_path / "ailleurs", "--json")
    said = json.loads(out)
    assert code == 0 and said["fait"] is True and said["lignes"]["lot"] == 34 and Path(said["fichier"]).exists()
    code, out, _ = command("restaurer", "--base", base, "--liste")
    assert code == 0 and out.count("schéma 4") == 1
    code, _, err = command("restaurer", "--base", base)
    assert code == 1 and "restaurer --derniere" in err
    base.write_bytes(base.read_bytes()[:400_000])
    code, _, err = command("resultats", "--base", base)
    assert code == 1 and "rqds.duckdb est abîmé" in err and "restaurer --derniere" in err
    code, out, _ = command("restaurer", "--base", base, "--derniere")
    assert code == 0 and "34 fichiers reçus" in out and "est gardé dans" in out
    code, out, _ = command("resultats", "--base", base, "--exercice", "2026-2027")
    assert code == 0 and out
    code, out, _ = command("restaurer", "--base", base, "--json", put(tmp_path / "x.zip", b"non"))
    assert code == 1 and json.loads(out)["fait"] is False and "x.zip" in json.loads(out)["erreur"]
    code, out, _ = command("sauvegarder", "--base", tmp_path / "absente.duckdb", "--json")
    assert code == 1 and "rien à sauvegarder" in json.loads(out)["erreur"]


def test_the_last_one_that_reads_is_taken(house):
    base, saved = house
    put(saved.with_name("rqds-2026-11-25-120000.zip"), b"coupee")
    code, out, err = command("restaurer", "--base", base, "--derniere", "--json")
    assert code == 0 and json.loads(out)["quand"] == "2026-11-24T17:00:00+00:00" and "rqds-2026-11-25" in err
    code, out, _ = command("restaurer", "--base", base, "--liste", "--json")
    assert [x["lisible"] for x in json.loads(out)] == [False, True]
    code, _, err = command("restaurer", "--base", base.with_name("vide.duckdb"), "--derniere")
    assert code == 1 and "Aucune sauvegarde lisible de vide" in err
