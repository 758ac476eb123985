"""Dates in columns of text: shapes of French and English tools, day and month told apart, Excel's half conversions."""

from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.dates import month_number, to_date, to_datetime, years_in
from etl.recognition import read_export

SPACE = "\u202f"


def column(*texts):
    return pd.Series(list(texts), dtype="str")


def days(dates):
    return [None if pd.isna(v) else v.date() for v in dates.values]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-05", datetime(2026, 10, 5)),
        ("2026-10-05 14:30:00", datetime(2026, 10, 5, 14, 30)),
        ("2026-10-05T14:30:00Z", datetime(2026, 10, 5, 14, 30)),
        ("2026-10-05T14:30:00.123-04:00", datetime(2026, 10, 5, 14, 30)),
        ("2026/10/5", datetime(2026, 10, 5)),
        ("20261005", datetime(2026, 10, 5)),
        ("Oct 26, 2018 02:56 pm", datetime(2018, 10, 26, 14, 56)),
        ("Oct 26, 2018 12:05 am", datetime(2018, 10, 26, 0, 5)),
        (f"Mar 22, 2025 12:00{SPACE}PM", datetime(2025, 3, 22, 12, 0)),
        ("September 3rd, 2026", datetime(2026, 9, 3)),
        ("28 sept. 2026", datetime(2026, 9, 28)),
        ("1er février 2026", datetime(2026, 2, 1)),
        ("lundi 5 octobre 2026 à 09 h 15", datetime(2026, 10, 5, 9, 15)),
        ("2026-10-08, 13 h 00 min 05 s", datetime(2026, 10, 8, 13, 0, 5)),
        (f"2026-10-08{SPACE}13{SPACE}h{SPACE}05{SPACE}min", datetime(2026, 10, 8, 13, 5)),
        ("13/04/2021 à 09:01:31", datetime(2021, 4, 13, 9, 1, 31)),
        ("Thu, 15 Oct 2026 13:00:00", datetime(2026, 10, 15, 13)),
        ("10/13/2021", datetime(2021, 10, 13)),
        ("10/13/21, 1:05 PM", datetime(2021, 10, 13, 13, 5)),
        ("31-12-2026", datetime(2026, 12, 31)),
    ],
)
def test_shapes(text, expected):
    dates = to_datetime(column(text))
    assert dates.values[0] == expected and not dates.faulty.any()


@pytest.mark.parametrize(
    "text",
    ["31/02/2026", "2026-02-30", "2026-13-01", "20261301", "99/99/2026", "n/d", "hier", "10/2026", "2026", "0", "45931",
     "Oct 26", "32 janvier 2026", "2026-10-05 25:00:00", "Brumaire 3, 2026", "#VALUE!", "10/10/10/10"],
)  # fmt: skip
def test_what_is_no_date_is_faulty(text):
    dates = to_date(column(text, "", "2026-10-05"))
    assert days(dates) == [None, None, date(2026, 10, 5)]
    assert dates.faulty.tolist() == [True, False, False]


def test_a_part_over_twelve_tells_the_order_of_the_whole_column():
    found = to_date(column("05/10/2026", "13/10/2026"), "mdy")
    assert days(found) == [date(2026, 10, 5), date(2026, 10, 13)]
    assert (found.order, found.flipped) == ("dmy", True)
    found = to_date(column("10/05/2026", "10/13/2026"), "mdy")
    assert days(found) == [date(2026, 10, 5), date(2026, 10, 13)] and not found.flipped


def test_days_that_follow_each_other_tell_it_too():
    found = to_date(column(*[f"{day:02}/10/2026" for day in range(1, 12)]), "mdy")
    assert days(found)[-1] == date(2026, 10, 11) and found.flipped


def test_without_evidence_the_tool_s_own_order_holds():
    assert days(to_date(column("05/10/2026"), "mdy")) == [date(2026, 5, 10)]
    assert days(to_date(column("05/10/2026"), "dmy")) == [date(2026, 10, 5)]


def test_a_column_of_both_orders_keeps_one_and_tells_the_rest():
    found = to_date(column("13/10/2026", "10/13/2026"), "mdy")
    assert days(found) == [None, date(2026, 10, 13)] and found.faulty.tolist() == [True, False]


def test_true_dates_among_texts_are_the_mark_of_excel():
    assert to_date(column("2026-10-05 00:00:00", "10/13/2026")).mixed
    assert not to_date(column("2026-10-05", "2026-10-13")).mixed
    assert not to_date(column("10/05/2026", "10/13/2026")).mixed


def read(text):
    return read_export("donnees", text.encode(), date(2026, 11, 20))


def names(lecture, verdict):
    return [c.nom for c in lecture.constats if c.verdict == verdict]


def test_a_file_saved_again_by_excel_with_days_first_is_read_and_told():
    rows = "\n".join(f"{day:02}/10/2026,{day}" for day in range(1, 32))
    lecture = read(f"Date,Plays\n{rows}\n")
    assert "dates_inversees" in names(lecture, "avertissement")
    lignes = lecture.extrait.lignes
    assert [d.month for d in lignes["debut"]] == [10] * 31
    assert lignes["lectures"].tolist() == [d.day for d in lignes["debut"]]


def test_a_file_half_converted_by_excel_is_refused():
    rows = "".join(f"2026-{day:02}-10,{day}\n" for day in range(1, 13)) + "10/13/2026,13\n10/14/2026,14\n"
    assert "dates_melangees" in names(read(f"Date,Plays\n{rows}"), "erreur")


@pytest.mark.parametrize("text", ["2026-12-24", "2099-01-01", "1999-12-31", "1900-01-01"])
def test_days_to_come_and_days_of_long_ago_are_refused(text):
    lecture = read(f"Date,Plays\n2026-10-01,4\n{text},3\n")
    [constat] = [c for c in lecture.constats if c.nom == "date_impossible"]
    assert (constat.verdict, constat.ligne, constat.colonne, constat.trouve) == ("erreur", 3, "Date", text)


@settings(deadline=None, max_examples=60)
@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%d %B %Y", "%B %d, %Y", "%b %d, %Y 09:05 am", "%Y/%m/%d"]),
)
def test_dates_are_read_back(day, shape):
    assert days(to_date(column(day.strftime(shape)))) == [day]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1, max_size=8), st.booleans())
def test_numeric_dates_are_read_back_or_never_guessed_against_the_tool(found, day_first):
    shape, order = ("%d/%m/%Y", "dmy") if day_first else ("%m/%d/%Y", "mdy")
    dates = to_date(column(*[d.strftime(shape) for d in found]), order)
    assert dates.flipped or days(dates) == found


def test_months_and_years():
    assert [month_number(m) for m in ("Août", "aug", "SEPT.", "déc.", "Brumaire")] == [8, 8, 9, 12, None]
    assert years_in("Plan 2022-2027, 1999 et 20231") == [2022, 2027]
