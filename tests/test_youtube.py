"""YouTube Studio: days, the table whose total is right, and what must be refused."""

import csv
from datetime import date
from pathlib import Path

import pytest

from etl.recognition import read_export
from tests.classeurs import xlsx

DOSSIER = Path(__file__).parent / "sources" / "youtube"
JOUR = date(2026, 11, 20)
TABLE = "Content,Video title,Views\nTotal,,{total}\nAAA,Un,30\nBBB,Deux,12\n"


def read(text):
    return read_export("x", text if isinstance(text, bytes) else text.encode(), JOUR)


def errors(lecture):
    return [c.nom for c in lecture.constats if c.verdict == "erreur"]


def test_days_add_up():
    with (DOSSIER / "jours_en.csv").open(encoding="utf-8", newline="") as file:
        views = [int(r["Views"]) for r in csv.DictReader(file)]
    kept = read((DOSSIER / "jours_en.csv").read_bytes()).extrait.lignes
    assert kept["vues"].tolist() == views and sum(views) == 1419
    assert set(kept["compte"]) == {"YouTube"}


@pytest.mark.parametrize(("name", "total", "verdicts"), [("contenus_en.csv", 1850, ["info"]), ("contenus_fr.csv", 12408, [])])  # fmt: skip
def test_the_total_is_kept_and_no_title_is(name, total, verdicts):
    lecture = read((DOSSIER / name).read_bytes())
    assert lecture.extrait.lignes["vues"].tolist() == [total]
    assert [c.verdict for c in lecture.constats if c.nom == "total_different"] == verdicts
    assert not {"Forum", "Nourrir", "Balado"} & set(lecture.extrait.lignes.to_csv().replace(",", " ").split())


@pytest.mark.parametrize(
    ("total", "verdict"), [("42", []), ("1,042", ["info"]), ("40", ["avertissement"])], ids=["same", "more", "less"]
)
def test_the_difference_is_told(total, verdict):
    lecture = read(TABLE.format(total=f'"{total}"'))
    assert [c.verdict for c in lecture.constats if c.nom == "total_different"] == verdict
    assert lecture.extrait.lignes["vues"].tolist() == [int(total.replace(",", ""))]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (TABLE.format(total=""), "incoherence"),
        (TABLE.format(total="-4"), "incoherence"),
        (TABLE.format(total="n/d"), "cellule"),
        (TABLE.format(total="42").replace("Total,,42\n", ""), "total_absent"),
        (TABLE.format(total="42").replace("AAA", "Total"), "total_absent"),
        ("Date,Views\n2026-10-01,4\n2026-10-01,5\n", "doublon"),
        ("Date,Views\n2026-10-01,-4\n", "incoherence"),
        ("Date,Views\n2026-10-01,\n", "cellule_vide"),
        ("Date,Views\n", "sans_ligne"),
        ("Date,Views\n2027-10-01,4\n", "date_impossible"),
    ],
)
def test_refused(text, name):
    lecture = read(text)
    assert lecture.source.nom == "youtube" and errors(lecture) == [name]
    assert lecture.extrait.lignes.empty and lecture.extrait.tranches == []


def test_a_day_still_under_way_is_told():
    lecture = read("Date,Views\n2026-11-19,4\n2026-11-20,5\n")
    assert [c.nom for c in lecture.constats] == ["jour_en_cours"]


@pytest.mark.parametrize(
    "text",
    [
        "Date,Views,Likes\n2026-10-01,4,1\n",
        "Date,Content,Views\n2026-10-01,AAA,4\n",
        "Page,Content,Views\nTotal,,4\n",
        "Content,Views\nAAA,4\n",
        "# Start date: 20261001\nDate,Views\n2026-10-01,4\n",
    ],
)
def test_what_only_looks_like_it_is_not(text):
    assert read(text).source is None or read(text).source.nom != "youtube"


def test_a_workbook_with_both_gives_both_series():
    days = [["Date", "Vues"], ["2026-10-01", 4], ["2026-10-02", 5]]
    table = [["Contenu", "Titre de la vidéo", "Vues"], ["Total", None, 9], ["AAA", "Un", 9]]
    chart = [["Date", "Contenu", "Vues"], ["2026-10-01", "AAA", 4]]
    lecture = read(xlsx(*table, b=chart, c=days))
    assert errors(lecture) == [] and [c.nom for c in lecture.constats if c.nom == "feuille_ignoree"]
    assert lecture.extrait.lignes.groupby("serie")["vues"].sum().to_dict() == {"youtube|contenus": 9, "youtube|vues": 9}
    assert errors(read(xlsx(*table, b=table))) == ["doublon"]
