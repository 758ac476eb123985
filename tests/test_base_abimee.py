"""A base cut short, emptied, overwritten or out of reach: one French message, which names it and says what to do."""

from __future__ import annotations

import os
import random
import sys
import threading
import time

import duckdb
import pytest

from etl.__main__ import main as etl_main
from rqds_metrics import cli, ouverture, store
from rqds_metrics.__main__ import main as metrics_main
from rqds_metrics.copies import read_state
from rqds_metrics.donnees import load_donnees
from tests.fabrique import load, visites
from tests.maison import furnish, put
from tests.test_sauvegarde import MIDI

JOUR = MIDI.date()


@pytest.fixture
def base(tmp_path):
    return furnish(tmp_path)


def damages(octets):
    size, some = len(octets), random.Random(8)
    cuts = [0, 1, 100, 4096, 8192, 12_288, 12_289, 200_000, 300_000, size // 2, size - 300_000, size - 1]
    out = {f"coupée à {n}": octets[:n] for n in cuts}
    out |= {"texte": b"Date,Visites\n" * 9999, "zip": b"PK\x03\x04" * 9999, "zéros": bytes(size)}
    out["en-têtes"] = octets[:4096] + bytes(8192) + octets[12_288:]
    for rank in range(12):
        flipped = bytearray(octets)
        flipped[some.randrange(12_288, size)] ^= 255
        out[f"un octet changé ({rank})"] = bytes(flipped)
    return out


def test_every_damage_is_told_or_harmless(base):
    octets = base.read_bytes()
    with duckdb.connect(str(base), read_only=True) as connection:
        whole = read_state(connection)
    told = 0
    for what, damaged in damages(octets).items():
        base.write_bytes(damaged)
        try:
            with store.connect(base) as cursor:  # reads everything there is
                found = read_state(cursor)
        except store.BaseIllisible as error:
            told += 1
            assert "rqds.duckdb" in str(error) and "restaurer --derniere" in str(error), what
            assert base.read_bytes() == damaged, what
        else:
            assert found.differences(whole) == [], what  # a byte of a block that nothing uses
        assert store._handles == {}, what
    assert told >= 18


def shown(monkeypatch, capsys, main, *args):
    monkeypatch.setattr(sys, "argv", ["essai", *map(str, args)])
    with pytest.raises(SystemExit) as stop:
        cli.run(main)
    out = capsys.readouterr()
    return stop.value.code, out.out, out.err


COMMANDES = [
    (etl_main, "importer"), (etl_main, "verifier"), (etl_main, "lots"), (etl_main, "annuler"), (metrics_main, "resultats"),
    (metrics_main, "publier"), (metrics_main, "avis"), (metrics_main, "rapport"), (metrics_main, "sauvegarder"),
]  # fmt: skip


@pytest.mark.parametrize(("main", "command"), COMMANDES)
@pytest.mark.parametrize("length", [0, 100, 300_000])
def test_every_command_says_it(main, command, length, base, tmp_path, monkeypatch, capsys):
    base.write_bytes(base.read_bytes()[:length])
    more = {"importer": [put(tmp_path / "jour.csv", b"Date,Plays\n2026-10-01,3\n")], "annuler": [1]}
    more |= {"verifier": more["importer"], "rapport": ["--sortie", tmp_path / "r.pdf"]}
    code, out, err = shown(monkeypatch, capsys, main, command, "--base", base, *more.get(command, []))
    assert code == 1, (out, err)
    assert "rqds.duckdb est " in err and "restaurer --derniere" in err and len(err.splitlines()) == 1
    assert base.stat().st_size == length


@pytest.mark.parametrize(
    "page", [None, "pages/televerser.py", "pages/saisir.py", "pages/journal.py", "pages/publication.py"]
)
@pytest.mark.parametrize("length", [0, 300_000])
def test_every_page_says_it(page, length, base, app_on):
    base.write_bytes(base.read_bytes()[:length])
    at = app_on(base, page)
    [error] = at.error
    assert "rqds" in error.value and "restaurer" in error.value and "derniere" in error.value
    assert not at.exception


def test_the_app_recovers_by_itself_once_the_base_is_restored(base, app_on):
    octets = base.read_bytes()
    base.write_bytes(octets[:300_000])
    assert len(app_on(base, "pages/televerser.py").error) == 1
    base.write_bytes(octets)
    at = app_on(base, "pages/televerser.py")
    assert not at.error and not at.exception


def test_a_folder_and_a_file_without_rights(tmp_path, base):
    with pytest.raises(store.BaseIllisible, match="est un dossier"), store.connect(tmp_path):
        pass
    error = duckdb.IOException('IO Error: Cannot open file "/x/rqds.duckdb": Permission denied')
    assert "n'en a pas le droit" in str(ouverture.unreadable(base, error))
    newer = duckdb.IOException("Trying to read a database file with version number 99, but we can only read 64")
    assert "version plus récente de DuckDB" in str(ouverture.unreadable(base, newer))
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        base.chmod(0)
        with pytest.raises(store.BaseIllisible, match="n'en a pas le droit"), store.connect(base):
            pass


def test_a_full_disk_is_not_taken_for_damage():
    full = duckdb.FatalException("database has been invalidated. Original error: No space left on device")
    assert not ouverture.is_damaged(full)


# --- turns ---


@pytest.mark.parametrize(("turn", "openings"), [(0.0, 2), (1e9, 1)])
def test_a_process_whose_threads_never_let_go_gives_others_their_turn(turn, openings, base, monkeypatch):
    """Threads that overlap would otherwise keep the file open for good: past its turn, the next one opens it anew."""
    opened, came = [], threading.Event()
    really, wait = store.open_file, store._wait_for_turn
    monkeypatch.setattr(store, "TOUR", turn)
    monkeypatch.setattr(store, "ABANDON", 600.0)
    monkeypatch.setattr(store, "open_file", lambda *a, **k: (opened.append(a), really(*a, **k))[1])

    def second():
        with store.connect(base) as cursor:
            assert cursor.execute("SELECT count(*) FROM lot").fetchone() == (34,)

    thread = threading.Thread(target=second)
    with store.connect(base):
        monkeypatch.setattr(store, "_wait_for_turn", lambda path: (came.set(), wait(path)))
        thread.start()
        assert came.wait(60)
        if openings == 1:
            thread.join()  # it shared the file
    thread.join()
    assert len(opened) == openings and store._handles == {}


def test_a_thread_that_has_the_file_already_never_waits_for_itself(base, monkeypatch):
    monkeypatch.setattr(store, "TOUR", 0.0)
    with store.connect(base), store.connect(base) as inner:
        assert inner.execute("SELECT count(*) FROM lot").fetchone() == (34,)
        load(base, visites(JOUR, JOUR, 3))
        load_donnees(JOUR, base)


def test_alone_waits_for_the_threads_of_its_own_process(base):
    order, inside = [], threading.Event()

    def hold():
        with store.connect(base):
            inside.set()
            time.sleep(0.3)
            order.append("lecture")

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait()
    with store.alone(base) as connection:
        order.append("seul")
        assert connection.execute("SELECT count(*) FROM lot").fetchone() == (34,)
    thread.join()
    assert order == ["lecture", "seul"]
