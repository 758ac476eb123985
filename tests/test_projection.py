"""Projections to 30 June: by hand where a hand can, and how often their range holds the truth."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Calendrier
from rqds_metrics.regles.projection import RIEN_APRES, SANS_PASSE, projection_of, t90
from rqds_metrics.regles.series import Serie, month_ends
from rqds_metrics.regles.vivant import Span
from tests.bench.projection import BORNES, coverage, demo_trials, held_out_series, random_trials
from tests.conftest import DEMO_AU

BALADO = Calendrier(titre="x", regle="fin_de_mois", mois=(8, 9, 10, 1, 2, 3, 4, 5, 6))


def monthly(*years, debut=2022):
    """A series of month totals from July `debut` on, spoken for to its last day."""
    rows = []
    for k, values in enumerate(years):
        year = Exercice(debut + k)
        rows += [(a, b, float(v), None, 1.0) for a, b, v in zip(year.mois(), month_ends(year), values, strict=False)]
    return Serie.of(rows, (Span(date(debut, 7, 1), rows[-1][1]),)), rows[-1][1]


def project(serie, jour, calendrier=None):
    return projection_of(serie, calendrier, Exercice.of(jour), jour, jour)


def test_the_pace_of_last_year_is_kept():
    serie, jour = monthly([10] * 6 + [30] * 6, [20] * 6)
    p = project(serie, jour)
    assert p.methode == "saison" and p.raison is None
    assert p.valeur == pytest.approx(480)  # 120 were a quarter of the year
    assert [q.jour for q in p.points] == list(month_ends(Exercice(2023))[6:])
    assert p.points[0].valeur == pytest.approx(180)
    assert 120 <= p.bas <= 480 <= p.haut


def test_a_regular_year_has_a_narrower_range_than_an_erratic_one():
    regular, jour = monthly(*[[100, 98, 103, 101, 99, 100] * 2] * 3, [101, 99, 100, 100, 102])
    erratic, _ = monthly([40, 160, 90, 170, 30, 110] * 2, [160, 40, 90, 30, 170, 110] * 2, [101, 20, 180, 100, 102])
    narrow, wide = project(regular, jour), project(erratic, date(2024, 11, 30))
    assert narrow.haut - narrow.bas < 60 < 300 < wide.haut - wide.bas


def test_a_month_half_told_is_compared_with_the_same_days():
    rows = [
        (d, d, 1.0, None, 1.0) for d in map(date.fromordinal, range(*(date(y, 7, 1).toordinal() for y in (2022, 2023))))
    ]
    rows += [
        (d, d, 2.0, None, 1.0)
        for d in map(date.fromordinal, range(date(2023, 7, 1).toordinal(), date(2023, 12, 11).toordinal()))
    ]
    jour = rows[-1][1]
    p = project(Serie.of(rows, (Span(date(2022, 7, 1), jour),)), jour)
    assert p.valeur == pytest.approx(730)
    assert p.points[0].jour == date(2023, 12, 31)


def test_a_calendar_says_what_is_left():
    rows = [(d, d, 1.0, None, 1.0) for d in (date(2026, 8, 15), date(2026, 9, 15), date(2026, 10, 15))]
    p = projection_of(Serie.of(rows), BALADO, Exercice(2026), date(2026, 10, 31), date(2026, 11, 5))
    assert (p.methode, p.valeur) == ("calendrier", pytest.approx(9))
    assert p.bas <= 9 <= p.haut


def test_too_little_to_say():
    first, jour = monthly([10, 10, 10, 10])
    p = project(first, jour)
    assert (p.methode, p.raison, p.bas) == ("jours", SANS_PASSE, None) and p.valeur > 100
    late, jour = monthly([10, 12, 9, 10, 11, 8, 10, 12])
    assert project(late, jour).bas is not None
    assert project(*monthly([10])) is None  # a month is not 15 % of the year
    assert project(*monthly([0] * 8)) is None
    assert project(*monthly([10] * 12)) is None  # nothing is left
    once, jour = monthly([0, 0, 97] + [0] * 9, [0, 0, 90, 0])
    assert (project(once, jour).raison, project(once, jour).valeur) == (RIEN_APRES, 90)


values = st.lists(st.integers(0, 5000), min_size=12, max_size=12)


@settings(max_examples=60)
@given(st.lists(values, max_size=4), values, st.integers(2, 11))
def test_the_range_is_ordered_and_never_below_what_is_counted(past, now, month):
    serie, jour = monthly(*past, now[:month])
    p = project(serie, jour)
    if p is None:
        return
    counted = sum(now[:month])
    known = [q for q in p.points if q.bas is not None]
    assert all(counted - 1e-6 <= q.bas <= q.haut for q in known)
    assert all(np.isfinite(q.valeur) and q.valeur >= counted - 1e-6 for q in p.points)
    ordered = [q.valeur for q in p.points]
    assert ordered == sorted(ordered)
    assert (p.raison is None) == (p.bas is not None)


def test_student_s_quantile_against_the_tables():
    for df, value in ((3, 1.638), (5, 1.476), (10, 1.372), (30, 1.310), (120, 1.289)):
        assert t90(df) == pytest.approx(value, rel=0.005)


def test_the_range_holds_the_truth_eight_times_out_of_ten():
    low, high = BORNES
    trials = list(random_trials(3000, seed=20_261_124))
    assert low <= coverage(trials) <= high
    for years in range(5):  # whatever the number of years behind
        assert low <= coverage([t for t in trials if t[0]["exercices passés"] == years]) <= high


def test_the_range_holds_the_truth_on_series_it_was_not_made_on():
    low, high = BORNES
    trials = list(random_trials(2000, seed=5, generate=held_out_series))
    assert len(trials) > 1500 and low <= coverage(trials) <= high


def test_the_range_holds_the_truth_on_the_demonstration(demo_base):
    low, high = BORNES
    trials = list(demo_trials(demo_base, DEMO_AU))
    assert len(trials) > 1000 and low <= coverage(trials) <= high
