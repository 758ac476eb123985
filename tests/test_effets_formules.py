"""The effect of a lot reaches the formulas that read what it feeds, and values typed on the screen have theirs."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from etl.entry import Frappe
from etl.history import read_every_lot, read_history
from etl.loading import cancel_lot
from rqds_metrics import store
from rqds_metrics.registre import decide
from tests.fabrique import load, saisie, visites
from tests.test_entry import keep

SEPT = (date(2026, 9, 1), date(2026, 9, 30))
OCT = (date(2026, 10, 1), date(2026, 10, 31))
T = [datetime(2026, 11, 20, 15, k) for k in range(10)]


@pytest.fixture
def base(tmp_path):
    """1.1.1-1 is decided to be the sum of visits, which an export gives, and of 1.3.1-1, which is typed in."""
    path = tmp_path / "rqds.duckdb"
    load(path, visites(*SEPT, 1000), recu_le=T[0])
    valeur = {"mode": "formule", "formule": {"numerateur": ["1.2.6-2", "1.3.1-1"]}}
    with store.transaction(path) as cursor:
        decide(cursor, "alimentation", "1.1.1-1", valeur, qui="essai", pourquoi="essai", quand=T[1])
    return path


def changes(base, lot, event=0):
    entree = next(e for e in read_history(read_every_lot(base), base) if e.lot.id == lot)
    effets = entree.evenements[event].trace.effets
    return {e.apres.indicateur.id: (e.avant.valeur, e.apres.valeur) for e in effets if e.apres.exercice.annee == 2026}


def test_what_is_typed_reaches_a_formula_that_also_reads_an_export(base):
    [recu] = load(base, saisie("1.3.1-1", *OCT, valeur=3), recu_le=T[2])
    assert changes(base, recu.lot)["1.1.1-1"] == (1000, 1003)


def test_an_export_reaches_it_too_and_so_does_a_cancellation(base):
    [recu] = load(base, visites(*OCT, 500), recu_le=T[2])
    assert changes(base, recu.lot) == {"1.2.6-2": (1000, 1500), "1.1.1-1": (1000, 1500)}
    cancel_lot(recu.lot, base, qui="essai", quand=T[3])
    assert changes(base, recu.lot, 1) == {"1.2.6-2": (1500, 1000), "1.1.1-1": (1500, 1000)}


def test_values_typed_together_each_have_their_own_effect(tmp_path):
    base = tmp_path / "rqds.duckdb"
    done = keep(base, Frappe("1.1.1-1", *OCT, valeur="5"), Frappe("1.3.1-1", *OCT, valeur="7"), quand=T[1])
    assert [changes(base, lot) for lot in done.lots] == [{"1.1.1-1": (None, 5)}, {"1.3.1-1": (None, 7)}]
