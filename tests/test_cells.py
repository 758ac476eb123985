"""Cells to values: what is read for sure, what is told as faulty, and nothing lost in between."""

import string

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.cells import column_letter, normal, strip_controls, to_int, to_number, to_percent, to_text, unaccented
from etl.dates import to_date

MODEST = settings(deadline=None, max_examples=60)


def column(*texts):
    return pd.Series(list(texts), dtype="str")


def values(typed):
    return [None if pd.isna(v) else v for v in typed.values]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234", 1234),
        (" 1 234 ", 1234),
        ("1\u202f234\u00a0567", 1234567),
        ("1,234", 1234),
        ("1.234", 1234),
        ("1'234", 1234),
        ("1’234", 1234),
        ("-5", -5),
        ("−5", -5),
        ("+7", 7),
        ("12.0", 12),
        ("12,00", 12),
        ("0", 0),
        ("000123", 123),
        ("999999999999999", 999999999999999),
    ],
)
def test_whole_numbers(text, expected):
    typed = to_int(column(text))
    assert values(typed) == [expected] and not typed.faulty.any()


WRONG = [
    "n/d",
    "< 5",
    "#DIV/0!",
    "12,5",
    "1e9",
    "=1+1",
    "1,23,4",
    "1 23",
    "12 345.5",
    "9" * 20,
    "NaN",
    "inf",
    "True",
    "--",
]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_whole_number_is_faulty(text):
    typed = to_int(column(text, "3"))
    assert values(typed) == [None, 3] and typed.faulty.tolist() == [True, False]


def test_empty_cells_are_missing_not_faulty():
    for rule in (to_int, to_number, to_percent, to_text):
        typed = rule(column("", "  ", "\u00a0", "N/A"), ("n/a",))
        assert values(typed) == [None] * 4 and not typed.faulty.any()


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["12,5"], [12.5]),
        (["12.5"], [12.5]),
        (["1 234,5"], [1234.5]),
        (["1,234.5"], [1234.5]),
        (["1.234,5"], [1234.5]),
        (["1234"], [1234]),
        (["0,25", "1.234"], [0.25, 1234]),  # the column writes its decimals with a comma
        (["0.25", "1,234"], [0.25, 1234]),
        (["0.25", "1.234"], [0.25, 1.234]),
        (["1 234"], [1234]),
        (["-0,5"], [-0.5]),
    ],
)
def test_decimal_numbers(texts, expected):
    typed = to_number(column(*texts))
    assert values(typed) == expected and not typed.faulty.any()


def test_a_lone_comma_with_three_decimals_is_not_guessed():
    typed = to_number(column("1,234"))
    assert values(typed) == [None] and typed.faulty.all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("41,2 %", 0.412), ("41.2%", 0.412), ("100.00%", 1), ("0,41", 0.41), ("0.4127", 0.4127), ("1", 1), ("150 %", 1.5)],
)
def test_percentages(text, expected):
    typed = to_percent(column(text))
    assert values(typed) == [pytest.approx(expected)] and not typed.faulty.any()


@pytest.mark.parametrize("text", ["41,2", "2", "-0,1", "n/d", "< 5 %", "%", "1 234 %", "#N/A"])
def test_what_is_no_percentage_is_faulty(text):
    typed = to_percent(column(text))
    assert values(typed) == [None] and typed.faulty.all()


def test_text_is_on_one_line():
    typed = to_text(column(" deux\r\nlignes ", "a\t b", "#REF!", "x  y", "\u2028z"))
    assert values(typed) == ["deux lignes", "a b", None, "x y", "z"]
    assert typed.faulty.tolist() == [False, False, True, False, False]


WRITTEN = st.one_of(
    st.text(max_size=12),
    st.text(string.digits + " .,'%-+/:\u00a0\u202f€<#", max_size=14),
    st.sampled_from(
        [*WRONG, "", " ", "31/02/2026", "2026-10-05", "1 234,5", "41,2 %", "Oct 26, 2026 02:56 pm", "2026-13-45"]
    ),
)


@pytest.mark.parametrize("rule", [to_int, to_number, to_percent, to_date], ids=lambda r: r.__name__)
@MODEST
@given(texts=st.lists(WRITTEN, min_size=1, max_size=6))
def test_no_cell_is_lost_in_silence(rule, texts):
    raw = column(*texts)
    typed = rule(raw)
    filled = pd.Series([text.strip() != "" for text in texts])
    assert list(typed.values.index) == list(raw.index) == list(typed.faulty.index)
    assert (typed.values.isna() == (typed.faulty | ~filled)).all()
    assert not (typed.faulty & ~filled).any()


@MODEST
@given(number=st.integers(-(10**14), 10**14), mark=st.sampled_from([" ", ",", ".", "'", "\u202f", "\u00a0", ""]))
def test_whole_numbers_are_read_back(number, mark):
    assert values(to_int(column(f"{number:,}".replace(",", mark)))) == [number]


@MODEST
@given(number=st.integers(-(10**9), 10**9), decimals=st.sampled_from([1, 2, 4]), point=st.sampled_from([".", ","]))
def test_decimal_numbers_are_read_back(number, decimals, point):
    text = f"{number / 10**decimals:.{decimals}f}"
    assert values(to_number(column(text.replace(".", point)))) == [float(text)]


@MODEST
@given(st.lists(st.sampled_from(["12,5", "1 234", "n/d", "0,1", "77", ""]), min_size=1, max_size=6))
def test_a_cell_does_not_depend_on_where_it_is(texts):
    for rule in (to_int, to_number, to_percent):
        assert values(rule(column(*texts))) == values(rule(column(*texts[::-1])))[::-1]


def test_headers_compare_without_case_spaces_or_apostrophes():
    assert normal("  Durée\u00a0d’engagement\u202f moyenne ") == "durée d'engagement moyenne"
    assert unaccented("Éléments À Œuvrer") == "elements a œuvrer"


def test_letters_of_columns():
    assert [column_letter(k) for k in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_controls_are_stripped():
    assert strip_controls("a\x1b[31mb\u202ec\x00d\ufeff") == "a[31mbcd"
