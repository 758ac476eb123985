"""The app and the command, turn by turn on one base, for a short while; `python -m tests.tours` does it for long."""

from __future__ import annotations

import threading

import pytest

from rqds_metrics import store
from tests.tours import check, take_turns

SECONDES = 20


@pytest.fixture
def screens(app_on):
    pages = [None, "pages/journal.py", "pages/televerser.py"]

    def show(base):
        at = app_on(base, pages[0])
        pages.append(pages.pop(0))
        assert not at.error and not at.exception, [e.value for e in [*at.error, *at.exception]]

    return show


def test_the_app_and_a_timer_take_turns_without_a_word(tmp_path, screens):
    base = tmp_path / "rqds.duckdb"
    seen = threading.Event()

    def screen():
        screens(base)
        seen.set()

    bilan = take_turns(base, tmp_path, SECONDES, screen)
    check(base, bilan)
    assert bilan.commandes and bilan.envois and bilan.decisions and bilan.lectures and seen.is_set()
    assert [p.name for p in tmp_path.glob("*.wal")] == [] and store._handles == {}
