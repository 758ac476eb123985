"""Which rows count: compared with a calendar painted day by day, oldest lot first."""

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rqds_metrics.regles.vivant import Portee, Span, live_parts, merge, spoken, subtract

D0 = date(2026, 1, 1)


def day(n: int) -> date:
    return D0 + timedelta(days=n)


spans = st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda t: Span(day(t[0]), day(t[0] + t[1])))


def days(all_spans) -> set[date]:
    return {s.debut + timedelta(days=k) for s in all_spans for k in range((s.fin - s.debut).days + 1)}


@given(st.lists(spans, max_size=8))
def test_merge_keeps_the_days(some):
    merged = merge(some)
    assert days(merged) == days(some)
    assert all(a.fin + timedelta(days=1) < b.debut for a, b in itertools.pairwise(merged))


@given(spans, st.lists(spans, max_size=6))
def test_subtract(span, taken):
    assert days(subtract(span, merge(taken))) == days([span]) - days(taken)


@given(st.lists(spans, max_size=8))
def test_by_day_the_newest_wins(some):
    painted = {}
    for lot, span in enumerate(some, 1):
        for d in days([span]):
            painted[d] = lot
    parts = live_parts([Portee(lot, "s", s.debut, s.fin, "jour") for lot, s in enumerate(some, 1)])
    assert {d: p.lot for p in parts for d in days([Span(p.debut, p.fin)])} == painted
    assert sum(len(days([Span(p.debut, p.fin)])) for p in parts) == len(painted)  # nothing counted twice


@given(st.lists(spans, max_size=8))
def test_blocs_are_whole_and_never_share_a_day(some):
    parts = live_parts([Portee(lot, "s", s.debut, s.fin, "bloc") for lot, s in enumerate(some, 1)])
    kept = [Span(p.debut, p.fin) for p in parts]
    assert all(s in some for s in kept)
    assert sum(len(days([s])) for s in kept) == len(days(kept))
    if some:
        assert some[-1] in kept


def test_cle_the_newest_lot_has_the_whole_series():
    parts = live_parts([
        Portee(1, "enquete", day(0), day(10), "cle"),
        Portee(2, "enquete", day(5), day(6), "cle"),
        Portee(1, "autre", day(0), day(3), "cle"),
    ])  # fmt: skip
    assert sorted((p.serie, p.lot) for p in parts) == [("autre", 1), ("enquete", 2)]


@given(st.lists(spans, max_size=8))
def test_snapshots_live_side_by_side_the_newest_of_each_day(some):
    newest = {span.fin: lot for lot, span in enumerate(some, 1)}
    parts = live_parts([Portee(lot, "s", s.debut, s.fin, "releve") for lot, s in enumerate(some, 1)])
    assert sorted((p.fin, p.lot) for p in parts) == sorted(newest.items())
    first, last = min(newest, default=D0), max(newest, default=D0)
    known = [Span(p.debut, p.fin) for p in spoken(parts)]
    assert sum(len(days([s])) for s in known) == len(days(known)) == (last - first).days
    assert all(first < s.debut <= s.fin <= last for s in known)


@given(st.lists(spans, min_size=1, max_size=6), st.data())
def test_cancelling_gives_back(some, data):
    """Without the last lot, what counts is what counted before it came."""
    mode = data.draw(st.sampled_from(["jour", "bloc", "cle", "releve"]))
    all_parts = [Portee(lot, "s", s.debut, s.fin, mode) for lot, s in enumerate(some, 1)]
    assert live_parts(all_parts[:-1]) == live_parts([p for p in all_parts if p.lot != len(some)])
