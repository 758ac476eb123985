"""Counters since the beginning: what they grew by between snapshots, what is told, and never less than nothing."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rqds_metrics.exercice import Exercice
from rqds_metrics.regles.difference import (
    Compteur,
    Releve,
    difference,
    differences,
    last_known,
    link,
    remarks,
    shares,
)

D0 = date(2026, 1, 1)


def day(n: int) -> date:
    return D0 + timedelta(days=n)


def snapshot(n: int, compteurs: dict[str, float | None], sortie: dict[str, date] | None = None, lot: int = 1) -> Releve:
    """Episodes came out on 1 December 2025, each on a day of its own, unless told."""
    out = sortie or {}
    return Releve(
        day(n),
        lot,
        tuple(
            Compteur(t, out.get(t, date(2025, 12, 1) + timedelta(days=ord(t[0]) - 97)), v) for t, v in compteurs.items()
        ),
    )


@st.composite
def growing(draw):
    """Snapshots of a show whose counters never fall; an episode is in every snapshot since the one after it came out."""
    stamps = sorted(draw(st.sets(st.integers(0, 400), min_size=2, max_size=6)))
    out = {
        f"é{k}": day(n)
        for k, n in enumerate(draw(st.lists(st.integers(-50, 390), min_size=1, max_size=6, unique=True)))
    }
    counts = dict.fromkeys(out, 0)
    made = []
    for n in stamps:
        for title in counts:
            if out[title] < day(n):
                counts[title] += draw(st.integers(0, 500))
        there = {t: c for t, c in counts.items() if out[t] < day(n)}
        made.append(snapshot(n, there, out, lot=n))
    return made


def total(releve: Releve) -> float:
    return sum(c.valeur for c in releve.compteurs)


@given(growing())
def test_what_grew_adds_up_to_the_last_less_the_first(releves):
    found = differences(releves)
    assert sum(d.valeur or 0 for d in found) == total(releves[-1]) - total(releves[0])
    assert all(remarks(d) == [] for d in found)
    assert [(d.debut, d.fin) for d in found] == [
        (a.jour + timedelta(days=1), b.jour) for a, b in itertools.pairwise(releves)
    ]


@given(growing(), st.randoms(use_true_random=False))
def test_the_order_they_come_in_does_not_matter(releves, chance: random.Random):
    mixed = list(releves)
    chance.shuffle(mixed)
    assert differences(mixed) == differences(releves) and last_known(mixed) == last_known(releves)


@given(growing().filter(lambda r: len(r) > 2), st.data())
def test_without_one_in_the_middle_the_outer_two_are_compared(releves, data):
    k = data.draw(st.integers(1, len(releves) - 2))
    whole, fewer = differences(releves), differences([*releves[:k], *releves[k + 1 :]])
    assert (fewer[k - 1].avant, fewer[k - 1].apres) == (releves[k - 1], releves[k + 1])
    assert (fewer[k - 1].valeur or 0) == (whole[k - 1].valeur or 0) + (whole[k].valeur or 0)


counters = st.dictionaries(st.sampled_from("abcdefgh"), st.none() | st.integers(0, 50), max_size=8)


@given(st.lists(counters, min_size=1, max_size=6))
def test_whatever_the_counters_nothing_is_negative_and_all_is_told(some):
    releves = [snapshot(30 * k, c) for k, c in enumerate(some)]
    for d in differences(releves):
        assert d.valeur is None or d.valeur >= 0
        there = {c.episode for c in d.apres.compteurs}
        silent = len(d.reapparus) + len(d.inconnus)
        assert d.n + silent == len(there)
        assert {c.episode for c in d.disparus} == {c.episode for c in d.avant.compteurs} - there
        assert bool(remarks(d)) == bool(d.baisses or d.disparus or silent)
        for span, share in shares(d):
            assert (share is None) == (d.valeur is None) and span.debut <= span.fin
    assert {c.episode for _, c in last_known(releves)} == {t for c in some for t in c}


def test_each_thing_that_does_not_simply_grow():
    avant = snapshot(0, {"a": 10, "b": 100, "c": 7, "d": None, "e": 5})
    apres = snapshot(31, {"a": 15, "b": 90, "d": 4, "e": None, "f": 33, "g": 12}, {"g": day(3)})
    d = difference(avant, apres)
    assert (d.valeur, d.n) == (5 + 0 + 12, 3)
    assert [(x.valeur, y.valeur) for x, y in d.baisses] == [(100, 90)]
    assert [c.episode for c in d.disparus] == ["c"] and [c.episode for c in d.reapparus] == ["f"]
    assert sorted(c.episode for c in d.inconnus) == ["d", "e"]
    assert remarks(d) == [
        "Un compteur a baissé depuis le relevé du 1er janv. 2026 : « b » (100 → 90) ; il compte pour zéro.",
        "Un épisode du relevé du 1er janv. 2026 n'est plus dans l'export : « c » (7) ; il reste publié, sans nouvelle écoute.",
        "Un épisode publié avant le relevé du 1er janv. 2026 n'y était pas : « f » ; ses écoutes ne sont pas comptées.",
        "2 épisodes n'ont pas de chiffre dans l'un des deux relevés : « d », « e » ; leurs écoutes ne sont pas comptées.",
    ]


def test_many_are_named_three_at_most():
    avant, apres = snapshot(0, dict.fromkeys("abcde", 9)), snapshot(31, dict.fromkeys("abcde", 8))
    [text] = remarks(difference(avant, apres))
    assert text.startswith("5 compteurs ont baissé") and text.count("«") == 3 and "… ; ils comptent" in text


def test_nothing_to_compare_is_unknown_and_not_zero():
    d = difference(snapshot(0, {"a": 10}), snapshot(31, {"z": 50}))
    assert d.valeur is None and len(d.disparus) == len(d.reapparus) == 1
    assert difference(snapshot(0, {"a": 10}), snapshot(31, {"a": 10})).valeur == 0


@pytest.mark.parametrize(
    ("title", "out"), [("Titre corrigé", day(-9)), ("a", day(-8))], ids=["another title", "another date"]
)
def test_an_episode_renamed_or_moved_is_the_same(title, out):
    avant = Releve(day(0), 1, (Compteur("a", day(-9), 10), Compteur("b", day(-3), 4)))
    apres = Releve(day(31), 2, (Compteur(title, out, 25), Compteur("b", day(-3), 4)))
    d = difference(avant, apres)
    assert d.valeur == 15 and remarks(d) == []
    assert [(x.episode, y.episode) for x, y in d.renommes] == ([] if title == "a" else [("a", title)])
    assert [(lot, c.episode) for lot, c in last_known([avant, apres])] == [(2, title), (2, "b")]


def test_one_of_two_of_a_day_that_goes_stays_published():
    avant = Releve(day(0), 1, (Compteur("bande-annonce", day(-9), 10), Compteur("épisode", day(-9), 40)))
    apres = Releve(day(31), 2, (Compteur("épisode", day(-9), 60),))
    assert {(lot, c.episode, c.valeur) for lot, c in last_known([avant, apres])} == {
        (1, "bande-annonce", 10),
        (2, "épisode", 60),
    }
    d = difference(avant, apres)
    assert d.valeur == 20 and [c.episode for c in d.disparus] == ["bande-annonce"]


def test_renamed_then_deleted_was_one_episode():
    first = Releve(day(0), 1, (Compteur("a", day(-9), 10),))
    second = Releve(day(31), 2, (Compteur("b", day(-9), 12),))
    third = Releve(day(60), 3, (Compteur("z", day(40), 1),))
    assert [(lot, c.episode) for lot, c in last_known([third, first, second])] == [(2, "b"), (3, "z")]


def test_as_many_renamed_of_a_day_go_together_by_their_counters():
    before = [Compteur("a", day(0), 5), Compteur("b", day(0), 50)]
    after = [Compteur("B", day(0), 55), Compteur("A", day(0), 6)]
    assert link(before, after) == [1, 0]
    assert link(before, [*after, Compteur("C", day(0), 1)]) == [None, None, None]  # no telling which


@given(st.integers(0, 700), st.integers(1, 500), st.integers(0, 10_000), st.sets(st.integers(0, 1200), max_size=3))
def test_shares_cover_the_days_and_add_up(start, length, grown, cuts):
    d = difference(snapshot(start, {"a": 0}), snapshot(start + length, {"a": grown}))
    found = shares(d, {day(c) for c in cuts})
    assert sum(v for _, v in found) == grown and all(v >= 0 and v == int(v) for _, v in found)
    assert sum((s.fin - s.debut).days + 1 for s, _ in found) == length
    assert (found[0][0].debut, found[-1][0].fin) == (d.debut, d.fin)
    for span, value in found:
        assert Exercice.of(span.debut) == Exercice.of(span.fin)
        exact = grown * ((span.fin - span.debut).days + 1) / length
        assert abs(value - exact) <= 1
