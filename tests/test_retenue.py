"""What is withheld cannot be found again: from sums and differences, other years, or an earlier publication."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rqds_metrics.diffusion.nommes import names, quotes
from rqds_metrics.diffusion.retenue import Cellule, Groupe, isolated, public_reason, withheld
from rqds_metrics.resultats import _Valeur

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


def at(id_: str, **counts: float) -> Cellule:
    """A figure made of some surveys, with how many answers each had by then."""
    groups = frozenset(Groupe(q, "question", "2026-10", n) for q, n in counts.items())
    return Cellule((id_, AN), sum(counts.values()), groups)


def test_an_earlier_publication_of_another_figure_counts():
    """The whole one month, one part the next: the other part was three people."""
    whole, part = at("tout", x=20, y=3), at("x", x=20)
    assert withheld([whole], MINIMUM) == {} and withheld([part], MINIMUM) == {}
    assert withheld([part], MINIMUM, anciennes=[whole]) == {("x", AN): "recoupement"}
    assert withheld([at("x", x=20)], MINIMUM, anciennes=[at("tout", x=20, y=8)]) == {}


def test_answers_that_came_between_two_publications_are_a_group_of_their_own():
    first = at("tout", x=20, y=9)
    assert withheld([at("x", x=23)], MINIMUM, anciennes=[at("x", x=20)]) == {("x", AN): "depuis"}
    assert withheld([at("x", x=26)], MINIMUM, anciennes=[at("x", x=20)]) == {}
    # x grew by 2 and y by 4: together 6, which is enough, but not beside x alone
    grown = [at("tout", x=22, y=13), at("x", x=22)]
    assert set(withheld(grown, MINIMUM, anciennes=[first, at("x", x=20)])) == {("x", AN)}


def test_answers_taken_out_count_as_well():
    assert withheld([at("x", x=18)], MINIMUM, anciennes=[at("x", x=20)]) == {("x", AN): "depuis"}


def test_the_same_figures_published_again_are_not_withheld():
    cells = [at("tout", x=20, y=7), at("x", x=20)]
    assert withheld(cells, MINIMUM, anciennes=cells) == {}


def test_a_survey_that_grows_month_after_month_stays_public():
    """More months than groups can be tried one by one: what only grew is compared step by step."""
    past: list[Cellule] = []
    for n in range(10, 10 + 40 * 6, 6):
        now = at("x", x=n)
        assert withheld([now], MINIMUM, anciennes=past) == {}, n
        past.append(now)
    assert withheld([at("x", x=past[-1].reponses + 3)], MINIMUM, anciennes=past) == {("x", AN): "depuis"}


def test_too_many_groups_to_be_tried_are_withheld():
    crossed = [cell(str(k), 60, *(str(g) for g in range(16) if g != k)) for k in range(16)]
    assert isolated(crossed, MINIMUM) is None
    assert withheld(crossed, MINIMUM)


@st.composite
def publications(draw: st.DrawFn) -> tuple[list[list[int]], list[list[tuple[int, ...]]]]:
    """How many answers came to each group before each publication, and what each publication adds up."""
    size, times = draw(st.integers(1, 3)), draw(st.integers(2, 3))
    came = draw(st.lists(st.lists(st.integers(0, 9), min_size=size, max_size=size), min_size=times, max_size=times))
    member = st.tuples(*[st.integers(0, 1)] * size).filter(any)
    return came, draw(st.lists(st.lists(member, min_size=1, max_size=3), min_size=times, max_size=times))


@given(publications(), st.integers(2, 7))
@settings(max_examples=200, deadline=None)
def test_no_small_group_can_be_found_by_putting_publications_together(made, minimum):
    """Whoever keeps every publication, and knows what each figure adds up, finds no group under the minimum."""
    came, chosen = made
    parts = [(g, t) for t in range(len(came)) for g in range(len(came[0])) if came[t][g]]
    past: list[Cellule] = []
    shown: list[tuple[int, ...]] = []
    for now, rows in enumerate(chosen):
        cells = []
        for k, row in enumerate(rows):
            counts = {f"q{g}": sum(c[g] for c in came[: now + 1]) for g, there in enumerate(row) if there}
            cells.append(at(str(k), **{q: float(n) for q, n in counts.items() if n}))
        before: dict[tuple[str, str], set[float]] = {}
        for c in past:
            before.setdefault(c.cle, set()).add(c.reponses or 0)
        hidden = withheld(cells, minimum, before, past)
        for c, row in zip(cells, rows, strict=True):
            if c.cle not in hidden and c.reponses:
                past.append(c)
                shown.append(tuple(int(bool(row[g]) and t <= now) for g, t in parts))
    for target in product((0, 1), repeat=len(parts)):
        count = sum(came[t][g] for (g, t), there in zip(parts, target, strict=True) if there)
        if 0 < count < minimum:
            assert not in_span(shown, target), (parts, shown, target)


def rate(id_: str, yes: float, n: float, *groups: str) -> Cellule:
    return Cellule((id_, AN), n, frozenset((g, "q", 1) for g in groups), yes)


@pytest.mark.parametrize(("yes", "hidden"), [(20, {"tout", "x"}), (0, {"tout", "x"}), (19, {"x"}), (1, {"x"})])
def test_a_unanimous_total_does_not_give_a_withheld_part(yes, hidden):
    """100 % of a whole is 100 % of each of its parts: of the three people whose figure is withheld as well."""
    cells = [rate("tout", yes, 20, "x", "y", "z"), rate("x", min(yes, 3), 3, "x")]
    assert {k for k, _ in withheld(cells, MINIMUM)} == hidden


def test_a_unanimous_total_takes_its_parts_along():
    """Beside 17 of 17, whoever knows the rules would see why the total is not there: the three others agree."""
    cells = [rate("tout", 28, 28, "x", "y", "z"), rate("y", 17, 17, "y"), rate("z", 8, 8, "z"), rate("x", 3, 3, "x")]
    assert {k for k, _ in withheld(cells, MINIMUM)} == {"tout", "x", "y", "z"}
    assert {k for k, _ in withheld([*cells, rate("autre", 9, 9, "w")], MINIMUM)} == {"tout", "x", "y", "z"}


@pytest.mark.parametrize(("parts", "sizes", "minimum"), [(2, range(1, 8), 4), (3, range(1, 4), 3)])
def test_whoever_knows_the_rules_finds_no_withheld_rate(parts, sizes, minimum):
    """Every whole and its parts, as they are seen: what looks the same leaves at least two rates to what is withheld."""
    worlds: dict[tuple[object, ...], list[list[Cellule]]] = {}
    for counts in product(sizes, repeat=parts):
        for yes in product(*(range(n + 1) for n in counts)):
            cells = [
                rate("tout", sum(yes), sum(counts), *map(str, range(parts))),
                *(rate(str(g), k, n, str(g)) for g, (k, n) in enumerate(zip(yes, counts, strict=True))),
            ]
            found = withheld(cells, minimum)
            seen = tuple(None if c.cle in found else (c.satisfaits, c.reponses) for c in cells)
            worlds.setdefault(seen, []).append(cells)
    for seen, alike in worlds.items():
        for k, shown in enumerate(seen):
            rates = {Fraction(int(w[k].satisfaits or 0), int(w[k].reponses or 1)) for w in alike}
            assert shown or len(rates) > 1, seen


def test_what_is_left_of_a_total_may_be_unanimous_as_well():
    """18 of 20 less 8 of 10 is 10 of 10: the three among these were all satisfied."""
    cells = [rate("tout", 18, 20, "x", "y", "z"), rate("y", 8, 10, "y"), rate("x", 3, 3, "x")]
    assert {k for k, _ in withheld(cells, MINIMUM)} == {"y", "x"}


@st.composite
def unanimities(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Parts of a whole, (satisfied, answers), of which many are of one mind."""
    sizes = draw(st.lists(st.integers(1, 9), min_size=2, max_size=5))
    return [(draw(st.sampled_from([0, n, n, draw(st.integers(0, n))])), n) for n in sizes]


@given(unanimities(), st.integers(2, 6))
@settings(max_examples=300, deadline=None)
def test_no_withheld_rate_can_be_found_from_a_total_and_its_parts(made, minimum):
    """Whoever knows how many answered each part, even those that are withheld, finds at least two rates for each."""
    cells = [
        rate("tout", sum(k for k, _ in made), sum(n for _, n in made), *map(str, range(len(made)))),
        *(rate(str(g), k, n, str(g)) for g, (k, n) in enumerate(made)),
    ]
    hidden = {id_ for id_, _ in withheld(cells, minimum)}
    worlds = [
        w
        for w in product(*(range(n + 1) if str(g) in hidden else [k] for g, (k, n) in enumerate(made)))
        if "tout" in hidden or sum(w) == cells[0].satisfaits
    ]
    for g in range(len(made)):
        assert str(g) not in hidden or len({w[g] for w in worlds}) > 1, (made, hidden)


@given(st.integers(2, 8), st.integers(2, 40))
@settings(max_examples=100, deadline=None)
def test_how_many_answered_is_not_found_from_the_reasons(minimum, total):
    """Whoever sees a total, that both its parts are withheld and why, and who knows the rules, finds no single split."""

    def seen(x: int) -> tuple[str, ...]:
        cells = [cell("tout", total, "x", "y"), cell("x", x, "x"), cell("y", total - x, "y")]
        found = withheld(cells, minimum)
        return tuple(public_reason(found[c.cle], minimum) if c.cle in found else str(c.reponses) for c in cells)

    splits = [seen(x) for x in range(1, total)]
    for said in splits:
        if not said[0].startswith("Chiffres") and said[1].startswith("Chiffres") and total > 2:
            assert splits.count(said) > 1, said


@pytest.mark.parametrize(
    "text",
    [
        "3 sur 4 sont satisfaits.", "Trois personnes satisfaites.", "Une seule réponse négative : 75 %.", "Un taux de 75,0 %.",
        "Quatre répondants.", "Satisfaction de 0,75", "Les trois quarts sont satisfaits, soit 3.",
    ],
)  # fmt: skip
def test_a_text_that_names_a_withheld_figure_is_known(text):
    assert names(text, _Valeur(0.75, 3, 4, 4))


@pytest.mark.parametrize(
    "text",
    [
        "Une belle activité, un an après la première.",
        "Prévu pour le 15 juin 2027.",
        "Une hausse de 5 %.",
        "7 sur 12",
        "Un tiers des membres.",
    ],
)
def test_a_text_that_names_another_figure_is_left(text):
    assert not names(text, _Valeur(0.75, 3, 4, 4))


def test_a_share_said_in_words_is_known():
    assert names("La moitié est satisfaite.", _Valeur(0.5, 1, 2, 2)) and names(
        "Tous satisfaits !", _Valeur(1.0, 3, 3, 3)
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Dont 3 sur 4 au colloque.", True), ("Trois des quatre le sont.", True), ("Une sur quatre ne l'est pas.", True),
        ("3/4 au colloque", True), ("En 3 mois, 4 activités.", False), ("Une hausse de 75 %.", False),
        ("2 sur 4", False), ("Dont trois personnes sur quatre.", True), ("Trois sur les quatre.", True), ("13 sur 4", False),
        ("Une note de 7,3 sur 4", False),
    ],
)  # fmt: skip
def test_a_text_that_puts_the_two_numbers_of_a_withheld_rate_together_is_known(text, told):
    assert quotes(text, _Valeur(0.75, 3, 4, 4)) == told


def test_numbers_in_words_are_read_up_to_a_hundred():
    said = {
        21: "vingt et un",
        22: "vingt-deux",
        71: "soixante et onze",
        80: "quatre-vingts",
        99: "quatre-vingt-dix-neuf",
    }
    for n, words in said.items():
        assert names(f"Il y en a {words}.", _Valeur(0.6, 60, float(n), 100)), words
