"""The warnings of a careful colleague: each one where it is due, and nowhere else."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from etl.preview import preview
from tests.fabrique import ecoutes, load, visites

AU = date(2026, 11, 24)
MOMENT = datetime(2026, 11, 20, 15)


def told(base, *lectures):
    return [{c.nom for c in a.constats} for a in preview(list(lectures), base, au=AU, recu_le=MOMENT)]


def month(k, n, name=""):
    first = date(2026, k, 1)
    last = date(2026, k, {9: 30, 11: 30}.get(k, 31))
    return visites(first, last, n, name or f"{k}.csv")


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "rqds.duckdb"
    load(path, month(7, 900), month(8, 1000))
    return path


@pytest.mark.parametrize(
    ("mois", "nombre", "attendu"),
    [
        (9, 1100, set()),
        (9, 1000, {"memes_chiffres"}),
        (9, 10_000, {"ecart"}),
        (9, 99, {"ecart"}),
        (9, 9_900, set()),
        (10, 1100, {"mois_manquant"}),
        (8, 1200, set()),  # the month sent again
    ],
)
def test_each_warning(base, mois, nombre, attendu):
    assert told(base, month(mois, nombre)) == [attendu]


def test_warnings_follow_the_files_of_one_sending(base):
    assert told(base, month(9, 1100), month(10, 1100)) == [set(), {"memes_chiffres"}]


def test_the_month_in_progress_and_spans_that_are_not_months(base):
    partial = visites(date(2026, 11, 1), date(2026, 11, 15), 500, "nov.csv")
    assert told(base, partial) == [{"mois_manquant", "mois_en_cours", "mois_incomplet"}]


def test_fewer_rows_than_the_last_export(base):
    load(base, ecoutes({date(2026, 8, d): 5 for d in range(1, 32)}))
    assert told(base, ecoutes({date(2026, 9, d): 6 for d in range(1, 31)}, "s.csv")) == [set()]
    assert told(base, ecoutes({date(2026, 9, d): 60 for d in range(1, 11)}, "s.csv")) == [{"moins_de_lignes"}]


def test_a_first_file_has_nothing_to_be_compared_with(tmp_path):
    assert told(tmp_path / "rien.duckdb", month(9, 5)) == [set()]


def test_nothing_is_refused_for_a_warning(base):
    [apercu] = preview([month(10, 100_000)], base, au=AU, recu_le=MOMENT)
    assert apercu.etat == "pret" and {"ecart", "mois_manquant"} >= {c.nom for c in apercu.constats}
