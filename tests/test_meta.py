"""Meta Business Suite: sums by account and month of publication, months that replace each other, and refusals."""

import csv
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from etl.loading import import_export
from etl.recognition import read_export
from rqds_metrics import store

DOSSIER = Path(__file__).parent / "sources" / "meta"
JOUR = date(2026, 11, 20)
ENTETE = "Post ID,Page name,Publish time,Permalink,Views,Reactions,Comments,Shares\n"


def read(text):
    return read_export("x", text if isinstance(text, bytes) else text.encode(), JOUR)


def posts(*rows, head=ENTETE):
    """Each row: id, account, moment, views, reactions, comments, shares."""
    lines = [f"{i},{a},{m},https://www.facebook.com/p/{i},{v},{r},{c},{s}" for i, a, m, v, r, c, s in rows]
    return head + "".join(f"{line}\n" for line in lines)


def names(lecture, verdict="erreur"):
    return [c.nom for c in lecture.constats if c.verdict == verdict]


@pytest.mark.parametrize(
    ("fixture", "moment", "views", "counts"),
    [
        ("facebook_fr.csv", "Heure de publication", "Vues", ("Réactions", "Commentaires", "Partages")),
        ("instagram_en.csv", "Publish time", "Views", ("Likes", "Comments", "Shares")),
    ],
)
def test_sums_by_month_of_publication(fixture, moment, views, counts):
    def number(text):
        return int(text.replace(",", "").replace("\u202f", "") or 0)

    seen, done = Counter(), Counter()
    with (DOSSIER / fixture).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            month = row[moment][:2]
            seen[month] += number(row[views])
            done[month] += sum(number(row[c]) for c in counts)
    kept = read((DOSSIER / fixture).read_bytes()).extrait.lignes
    months = [f"{d:%m}" for d in kept["debut"]]
    assert dict(zip(months, kept["vues"], strict=True)) == seen
    assert dict(zip(months, kept["interactions"], strict=True)) == done
    assert kept["abonnes"].isna().all()


def test_the_two_networks_of_one_name_are_two_accounts():
    series = [
        s
        for f in ("facebook_fr.csv", "instagram_en.csv")
        for s in read((DOSSIER / f).read_bytes()).extrait.lignes["serie"]
    ]
    assert len(series) == len(set(series)) == 4


def test_an_account_goes_by_its_name_whatever_the_case():
    lecture = read(posts((1, "RQDS", "10/13/2026 09:00", 5, 1, 0, 0), (2, "Rqds", "10/14/2026 09:00", 6, 1, 1, 0)))
    [row] = lecture.extrait.lignes.to_dict("records")
    assert (row["vues"], row["interactions"], row["compte"]) == (11, 3, "RQDS (Facebook)")
    assert len(lecture.extrait.tranches) == 1


def test_a_month_without_any_count_is_unknown_and_not_zero():
    [row] = read(posts((1, "RQDS", "10/13/2026 09:00", "", "", "", ""))).extrait.lignes.to_dict("records")
    assert pd.isna(row["interactions"]) and pd.isna(row["vues"])


def test_each_month_is_replaced_on_its_own(tmp_path):
    base = tmp_path / "rqds.duckdb"
    files = (
        posts((1, "RQDS", "09/14/2026 09:00", 100, 1, 1, 1)),
        posts((2, "RQDS", "10/13/2026 09:00", 10, 1, 0, 0)),
        posts((2, "RQDS", "10/13/2026 09:00", 40, 4, 0, 0), (3, "RQDS", "11/13/2026 09:00", 7, 1, 0, 0)),
    )
    for k, text in enumerate(files):
        recu = import_export(read(text), base, par="essai", recu_le=datetime(2026, 11, 18 + k, 15))
    assert [r.debut for r in recu.remplace] == [date(2026, 10, 13)]
    with store.connect(base) as cursor:
        live = cursor.execute(
            "SELECT fin, vues FROM social WHERE (lot, serie) IN (SELECT max(lot), serie FROM social GROUP BY 2) ORDER BY 1"
        ).fetchall()
    assert live == [(date(2026, 9, 14), 100), (date(2026, 10, 13), 40), (date(2026, 11, 13), 7)]


def test_texts_are_dropped_and_counted():
    lecture = read((DOSSIER / "facebook_fr.csv").read_bytes())
    assert lecture.extrait.cellules_personnelles == 4  # two titles, two descriptions
    kept = lecture.extrait.lignes.to_csv() + repr(lecture.constats)
    assert not [w for w in ("Forum", "Personne", "Merci", "Balado", "@", "posts/1") if w in kept]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (posts(*[(1, "RQDS", "10/13/2026 09:00", 5, 1, 0, 0)] * 2), "doublon"),
        (posts((1, "RQDS", "10/13/2026 09:00", -5, 1, 0, 0)), "incoherence"),
        (posts((1, "RQDS", "10/13/2026 09:00", 5, 1, -1, 0)), "incoherence"),
        (posts((1, "RQDS", "10/13/2026 09:00", "5 k", 1, 0, 0)), "cellule"),
        (posts((1, "", "10/13/2026 09:00", 5, 1, 0, 0)), "cellule_vide"),
        (posts((1, "RQDS", "12/13/2026 09:00", 5, 1, 0, 0)), "date_impossible"),
        (posts(), "sans_ligne"),
        (posts(head=ENTETE.replace("Views", "Reach")), "colonne_absente"),
        (posts(head=ENTETE.replace("Comments", "Saves")), "colonne_absente"),
        (posts(head=ENTETE.replace("Page name", "Page")), "colonne_absente"),
    ],
)
def test_refused(text, name):
    lecture = read(text)
    assert lecture.source.nom == "meta" and names(lecture) == [name]
    assert lecture.extrait.lignes.empty and lecture.extrait.tranches == []


def test_ids_that_excel_rounded_are_not_the_same_post():
    rows = [("1.221E+17", "RQDS", f"10/{d}/2026 09:00", 5, 1, 0, 0) for d in (13, 14)]
    assert names(read(posts(*rows))) == []


@pytest.mark.parametrize(
    ("moments", "told"),
    [
        (("10/08/2026 09:00", "10/09/2026"), True),
        (("10/08/2026", "10/19/2026"), False),
        (("10/10/2026",), False),
        (("2026-10-08",), False),
    ],
)
def test_days_that_cannot_be_told_from_months_are_told(moments, told):
    lecture = read(posts(*[(k, "RQDS", m, 5, 1, 0, 0) for k, m in enumerate(moments)]))
    assert ("ordre_incertain" in names(lecture, "avertissement")) == told
    assert lecture.extrait.lignes["debut"].min().month == 10


def test_days_first_are_read_when_the_file_shows_them():
    lecture = read(posts((1, "RQDS", "28/09/2026 09:00", 5, 1, 0, 0), (2, "RQDS", "03/10/2026 09:00", 5, 1, 0, 0)))
    assert [str(d) for d in lecture.extrait.lignes["debut"]] == ["2026-09-28", "2026-10-03"]
    assert "dates_inversees" in names(lecture, "avertissement")
