"""What must hold whatever the figures: statuses, sums, days looked from, cancelled files, the order things come in."""

from __future__ import annotations

import itertools
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.loading import cancel_lot
from etl.restoring import restore_lot
from rqds_metrics.donnees import load_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.regles.series import month_total
from rqds_metrics.regles.statut import Limites, statut_of
from rqds_metrics.resultats import resultats
from tests.fabrique import ecoutes, envoi, load, saisie, visites

AN5 = Exercice.parse("2026-2027")
# The worse to the better, within a closed year and within one in progress.
ORDRE = {"en_retard": 0, "non_atteinte": 0, "a_surveiller": 1, "presque": 1, "en_voie": 2, "atteinte": 3}
nombres = st.floats(0, 1e6, allow_nan=False).map(lambda x: round(x, 3))
lent = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(
    a=nombres, b=nombres, cible=nombres, attendu=nombres, closed=st.booleans(),
    sens=st.sampled_from(["hausse", "baisse"]), strict=st.booleans(),
)  # fmt: skip
def test_no_status_is_better_for_a_worse_value(a, b, cible, attendu, closed, sens, strict):
    low, high = sorted((a, b))
    worse, better = (low, high) if sens == "hausse" else (high, low)
    said = [
        statut_of(v, cible, attendu, closed=closed, limites=Limites(), sens=sens, strict=strict)
        for v in (worse, better)
    ]  # fmt: skip
    if "non_du" not in said:
        assert ORDRE[said[0]] <= ORDRE[said[1]]


# Files that speak of the same measures in different ways: months of visits, days of plays, mailings, typed values.
mois = st.integers(0, 11).map(lambda k: AN5.mois()[k])


def fin(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


fichiers = st.one_of(
    st.builds(lambda m, n: visites(m, fin(m), n, f"visites-{m}-{n}.csv"), mois, st.integers(0, 5000)),
    st.builds(
        lambda m, k, n: ecoutes({m + timedelta(days=d): n + d for d in range(k)}, f"ecoutes-{m}-{k}-{n}.csv"),
        mois, st.integers(1, 28), st.integers(0, 90),
    ),
    st.builds(lambda m, n: envoi(f"c{m.month}", m, 200, n, f"envoi-{m}-{n}.csv"), mois, st.integers(0, 200)),
    st.builds(
        lambda m, n: saisie("1.2.6-1", m, fin(m), f"saisie-{m}-{n}.csv", valeur=float(n)), mois, st.integers(0, 99)
    ),
)  # fmt: skip


def frame(base: Path, au: date = date(2027, 7, 31)) -> pd.DataFrame:
    return resultats("2026-2027", au, base).drop(columns="phrase")


def same(a: pd.DataFrame, b: pd.DataFrame) -> bool:
    return a.equals(b)


def base_of(files, moments=None) -> Path:
    path = Path(tempfile.mkdtemp()) / "rqds.duckdb"
    for k, f in enumerate(files):
        load(path, f, recu_le=moments[k] if moments else datetime(2026, 7, 2) + timedelta(hours=k))
    return path


@lent
@given(st.lists(fichiers, min_size=1, max_size=6))
def test_the_sum_of_the_months_is_the_year(files):
    base = base_of(files)
    donnees = load_donnees(date(2027, 7, 31), base)
    found = frame(base).set_index("indicateur")
    for id_ in ("1.2.6-2", "4.1.1-3", "1.2.6-1"):
        serie = donnees.series.get(id_)
        if serie is not None and len(serie):
            months = [month_total(serie, m, fin(m)) for m in AN5.mois()]
            assert sum(m for m in months if m is not None) == pytest.approx(found.loc[id_].valeur)


@lent
@given(st.lists(fichiers, min_size=1, max_size=5), fichiers, st.integers(0, 300))
def test_a_day_looked_from_never_sees_what_came_after(files, later, k):
    au = date(2026, 9, 1) + timedelta(days=k)
    base = base_of(files, [datetime(2026, 8, 1) + timedelta(hours=h) for h in range(len(files))])
    before = frame(base, au)
    load(base, later, recu_le=datetime.combine(au + timedelta(days=1), datetime.min.time()) + timedelta(hours=12))
    assert same(before, frame(base, au))


@lent
@given(st.lists(fichiers, min_size=1, max_size=5), st.data())
def test_cancelling_then_bringing_back_is_the_identity(files, data):
    base = base_of(files)
    before = frame(base)
    lots = [lot.id for lot in load_donnees(date(2027, 7, 31), base).lots]
    lot = data.draw(st.sampled_from(lots))
    cancel_lot(lot, base, qui="essai", quand=datetime(2027, 1, 1))
    restore_lot(lot, base, qui="essai", quand=datetime(2027, 1, 2))
    assert same(before, frame(base))


def speaks_of(lecture) -> set[tuple[str, date]]:
    return {
        (t.serie, t.debut + timedelta(days=d))
        for t in lecture.extrait.tranches
        for d in range((t.fin - t.debut).days + 1)
    }


@lent
@given(st.lists(fichiers, min_size=2, max_size=4))
def test_files_that_speak_of_different_days_come_in_any_order(files):
    kept: list = []
    for f in files:  # those that replace one another depend on their order, and must
        if not any(speaks_of(f) & speaks_of(k) for k in kept):
            kept.append(f)
    frames = [frame(base_of(order)) for order in itertools.islice(itertools.permutations(kept), 4)]
    assert all(same(frames[0], other) for other in frames[1:])


def test_every_indicator_is_in_every_answer(demo_base):
    found = resultats(base=demo_base, au=date(2026, 11, 24))
    assert len(found) == 5 * len(load_plan().tous)
    assert not found.duplicated(["indicateur", "exercice"]).any()
    assert found.statut.notna().all() and not np.isinf(found.valeur.dropna()).any()
