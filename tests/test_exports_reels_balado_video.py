"""Real exports of podcasts, attendance and videos, kept out of the project (../shared/exports), with the right figures.

The figures are recomputed here by the csv module alone. See tests.test_exports_reels.
"""

import csv
from datetime import date

import pandas as pd
import pytest

from etl.recognition import read_export
from tests.test_exports_reels import DOSSIER, RECU_LE, dicts, pytestmark, read  # noqa: F401


def told(name, constat):
    lecture = read_export("x", (DOSSIER / name).read_bytes(), RECU_LE)
    return [(c.verdict, c.note) for c in lecture.constats if c.nom == constat]


@pytest.mark.parametrize(
    ("name", "day", "personal"),
    [
        # names, e-mails and UPN of the list, then names and e-mails of the activities
        ("teams_en_moderne_SYNTHETIQUE.csv", date(2026, 2, 7), 3 + 1 + 1 + 1 + 1),
        ("teams_fr_2021_rapport_presence_anonymise.csv", date(2021, 4, 13), 7 + 7),
    ],
)
def test_teams_attendance(name, day, personal):
    with (DOSSIER / name).open(encoding="utf-16", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    start = next(k for k, row in enumerate(rows) if row and row[0] in ("Name", "Nom complet"))
    stop = next((k for k, row in enumerate(rows) if k > start and len(row) < 2), len(rows))
    people = {row[0] for row in rows[start + 1 : stop]}
    extrait = read(name)
    [row] = extrait.lignes.to_dict("records")
    assert (row["debut"], row["fin"], row["presents"]) == (day, day, len(people))
    assert row["inscrits"] is None and row["annules"] is None
    assert extrait.cellules_personnelles == personal
    assert "Personne" not in extrait.lignes.to_csv() and "@" not in extrait.lignes.to_csv()
    assert [v for v, _ in told(name, "sans_inscription")] == ["info"] and told(name, "total_different") == []


def test_teams_titles():
    titles = [read(n).lignes["titre"].item() for n in sorted(p.name for p in DOSSIER.glob("teams_*"))]
    assert titles == ["Webinaire RQDS - Accessibilité", "Réunion sans titre"]


def test_apple_plays_since_the_beginning():
    rows, extrait = dicts("apple_episodes_titres_anonymises.csv"), read("apple_episodes_titres_anonymises.csv")
    kept = extrait.lignes
    assert [str(d) for d in kept["publie_le"]] == [r["Release Date"] for r in rows]
    assert kept["lectures"].fillna(-1).tolist() == [int(r["Plays"]) if r["Plays"].isdigit() else -1 for r in rows]
    assert kept["ecoutes"].isna().all() and (kept["fin"] == RECU_LE).all()
    assert any(float(r["Average Consumption"]) > 1 for r in rows if r["Average Consumption"] not in ("-", "NaN"))
    assert [t.mode for t in extrait.tranches] == ["releve"]


def test_youtube_views_by_day():
    rows, extrait = dicts("Totals_en.csv"), read("Totals_en.csv")
    assert [f"{d:%d-%m-%Y}" for d in extrait.lignes["debut"]] == [r["Date"] for r in rows]
    assert extrait.lignes["vues"].tolist() == [int(r["Views"]) for r in rows]
    [tranche] = extrait.tranches
    assert tranche == ("youtube|vues", date(2025, 6, 13), date(2026, 6, 12), "jour")
    assert told("Totals_en.csv", "dates_inversees") == []


def test_youtube_keeps_the_total_and_tells_the_difference():
    rows, extrait = dicts("Table_data_en.csv"), read("Table_data_en.csv")
    videos = sum(int(r["Views"]) for r in rows[1:])
    [row] = extrait.lignes.to_dict("records")
    assert (rows[0]["Content"], videos, int(rows[0]["Views"])) == ("Total", 153_235, 181_588)
    assert (row["vues"], row["debut"], row["fin"]) == (181_588, RECU_LE, RECU_LE) and pd.isna(row["abonnes"])
    [(verdict, note)] = told("Table_data_en.csv", "total_different")
    assert verdict == "info" and "28\u202f353" in note.replace("\xa0", "\u202f")


def test_the_same_views_by_day_and_in_the_table():
    by_day = sum(int(r["Views"]) for r in dicts("Totals_en.csv"))
    assert by_day == read("Totals_en.csv").lignes["vues"].sum() == read("Table_data_en.csv").lignes["vues"].item()
