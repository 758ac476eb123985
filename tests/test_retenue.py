"""What is withheld cannot be found again: from sums and differences, other years, or an earlier publication."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rqds_metrics.diffusion.retenue import Cellule, withheld

AN = "2026-2027"
MINIMUM = 5


def cell(id_: str, n: float | None, *groups: str) -> Cellule:
    return Cellule((id_, AN), n, frozenset((g, "q", 1) for g in groups))


def reasons(cells: list[Cellule], minimum: int = MINIMUM, **deja: list[float]) -> dict[str, str]:
    found = withheld(cells, minimum, {(k, AN): v for k, v in deja.items()})
    return {id_: why for (id_, _), why in found.items()}


def test_few_answers_are_withheld_none_and_enough_are_not():
    assert reasons([cell("a", 4), cell("b", 5), cell("c", 0), cell("d", None)]) == {"a": "peu", "d": "inconnu"}


def test_a_total_and_all_its_parts_but_one_are_not_published_together():
    cells = [cell("tout", 23, "x", "y", "z"), cell("x", 12, "x"), cell("y", 8, "y"), cell("z", 3, "z")]
    found = reasons(cells)
    assert found["z"] == "peu" and list(found.values()).count("recoupement") == 1


def test_a_difference_that_nobody_shows_counts_as_well():
    assert reasons([cell("tout", 23, "x", "y"), cell("x", 20, "x")]) == {"x": "recoupement"}
    assert reasons([cell("tout", 25, "x", "y"), cell("x", 20, "x")]) == {}


def test_three_pairs_give_what_two_of_them_share():
    cells = [cell("a", 13, "1", "2"), cell("b", 12, "2", "3"), cell("c", 19, "1", "3")]  # 1: 10, 2: 3, 3: 9
    assert list(reasons(cells).values()) == ["recoupement"]


def test_three_people_who_answer_two_questions_are_three():
    twice = Cellule(("a", AN), 6, frozenset({("x", "q1", 1), ("x", "q2", 1)}))
    assert reasons([twice]) == {"a": "peu"}


def test_what_shares_nothing_is_left_alone():
    assert reasons([cell("a", 23, "x"), cell("b", 20, "y"), cell("c", 22)]) == {}


@pytest.mark.parametrize(("before", "hidden"), [(20, True), (23, False), (18, False), (25, True)])
def test_a_few_more_answers_than_in_an_earlier_publication(before, hidden):
    assert reasons([cell("a", 23)], a=[before]) == ({"a": "depuis"} if hidden else {})


def in_span(rows: list[tuple[int, ...]], target: tuple[int, ...]) -> bool:
    """Is `target` a sum of multiples of `rows`: Gauss, with exact fractions."""

    def rank(matrix: list[list[Fraction]]) -> int:
        matrix, done = [list(r) for r in matrix], 0
        for column in range(len(target)):
            pivot = next((k for k in range(done, len(matrix)) if matrix[k][column]), None)
            if pivot is None:
                continue
            matrix[done], matrix[pivot] = matrix[pivot], matrix[done]
            for k in range(len(matrix)):
                if k != done and matrix[k][column]:
                    by = matrix[k][column] / matrix[done][column]
                    matrix[k] = [a - by * b for a, b in zip(matrix[k], matrix[done], strict=True)]
            done += 1
        return done

    known = [[Fraction(x) for x in r] for r in rows]
    return rank(known) == rank([*known, [Fraction(x) for x in target]])


@st.composite
def surveys(draw: st.DrawFn) -> tuple[list[int], list[tuple[int, ...]]]:
    """How many answered each group, and which groups each indicator adds up."""
    groups = draw(st.lists(st.integers(0, 12), min_size=1, max_size=5))
    member = st.tuples(*[st.integers(0, 1)] * len(groups)).filter(any)
    return groups, draw(st.lists(member, min_size=1, max_size=5))


@given(surveys(), st.integers(1, 8))
@settings(max_examples=300, deadline=None)
def test_no_group_under_the_minimum_can_be_found_from_what_is_published(made, minimum):
    """Whoever knows which groups each figure adds up, and tries every group of groups, finds none that is small."""
    groups, rows = made
    cells = [
        cell(str(k), sum(n for n, there in zip(groups, row, strict=True) if there), *(str(g) for g, x in enumerate(row) if x))
        for k, row in enumerate(rows)
    ]  # fmt: skip
    hidden = reasons(cells, minimum)
    shown = [row for k, row in enumerate(rows) if str(k) not in hidden and cells[k].reponses]
    for target in product((0, 1), repeat=len(groups)):
        count = sum(n for n, there in zip(groups, target, strict=True) if there)
        if 0 < count < minimum and any(target):
            assert not in_span(shown, target), (groups, shown, target)


@given(surveys())
@settings(max_examples=100, deadline=None)
def test_the_largest_of_each_is_kept(made):
    """Withholding everything would be safe as well, and useless."""
    groups, rows = made
    cells = [
        cell(str(k), sum(n for n, there in zip(groups, row, strict=True) if there), *(str(g) for g, x in enumerate(row) if x))
        for k, row in enumerate(rows)
    ]  # fmt: skip
    enough = [c for c in cells if c.reponses and c.reponses >= MINIMUM]
    if enough:
        assert len(reasons(enough)) < len(enough)
