from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rqds_metrics.exercice import Exercice, exercices_du_plan


def test_first_and_last_day():
    assert Exercice.of(date(2026, 7, 1)) == Exercice(2026)
    assert Exercice.of(date(2026, 6, 30)) == Exercice(2025)
    e = Exercice.parse("2026-2027")
    assert (e.debut, e.fin, e.an, str(e), e.court) == (date(2026, 7, 1), date(2027, 6, 30), 5, "2026-2027", "26-27")


def test_closed_on_1_july_only():
    e = Exercice(2025)
    assert not e.closed(date(2026, 6, 30))
    assert e.closed(date(2026, 7, 1))


def test_leap_year():
    assert Exercice(2023).jours == 366  # holds 29 February 2024
    assert Exercice(2022).jours == 365
    assert Exercice(2022).same_day(date(2024, 2, 29)) == date(2023, 2, 28)
    assert Exercice(2023).same_day(date(2023, 2, 28)) == date(2024, 2, 28)


@pytest.mark.parametrize("texte", ["2026", "2026-2028", "2026-2026", "abc", "", "26-27"])
def test_parse_refuses(texte):
    with pytest.raises(ValueError, match="Exercice inconnu"):
        Exercice.parse(texte)


def test_five_years():
    assert [str(e) for e in exercices_du_plan()] == [f"{y}-{y + 1}" for y in range(2022, 2027)]


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_every_day_is_in_its_year(jour):
    e = Exercice.of(jour)
    assert e.debut <= jour <= e.fin
    assert e.debut + timedelta(days=e.rang(jour) - 1) == jour
    assert [m.month for m in e.mois()] == [7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6]
