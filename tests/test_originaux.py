"""What is kept of the received files: never more than the base may hold, under no name of the user's."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from etl.cells import to_int
from etl.columns import Champ
from etl.demo.tools import xlsx_bytes
from etl.loading import cancel_lot, import_export
from etl.originaux import as_csv, as_xlsx, find_original, folder, keep_original
from etl.privacy import scrub
from etl.reading import read_document
from etl.recognition import read_export, sources
from etl.source import Feuille
from etl.table import kept_cells
from rqds_metrics.plan import load_plan
from tests.fabrique import visites
from tests.fuzz.essais import fixtures
from tests.test_confidentialite import FICHIERS, PLAN, found_in

JOUR = date(2026, 11, 20)
PLAYS = b"Date,Plays,Streams\n2026-10-01,40,30\n2026-10-02,50,35\n"
MAILINGS = [
    ["Title", "Subject", "Send Date", "Successful Deliveries", "Unique Opens", "Unique Id"],
    ["=1+1", "Objet de Marie", "Oct 28, 2026 10:00 am", "400", "180", "a1"],
    ["Total", "Marie", "Marie", "400", "180", "Marie"],
]


def text(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def receive(tmp_path, octets, name="export.csv", **kwargs):
    base = tmp_path / "rqds.duckdb"
    lecture = read_export(name, octets, JOUR, load_plan())
    recu = import_export(lecture, base, par="essai", **kwargs)
    return base, lecture, recu


def files(base):
    return [p for p in folder(base).rglob("*") if p.is_file()]


def test_a_text_of_nothing_but_figures_is_kept_as_it_is(tmp_path):
    base, lecture, recu = receive(tmp_path, PLAYS, "../../écoutes <b>.csv")
    found = find_original(lecture.sha256, base)
    assert found.nature == "origine" and found.chemin.read_bytes() == PLAYS
    assert files(base) == [folder(base) / lecture.sha256[:2] / f"{lecture.sha256}.csv"] and recu.constats == ()


def test_what_is_not_read_is_not_kept(tmp_path):
    base, lecture, _ = receive(tmp_path, text(MAILINGS))
    found = find_original(lecture.sha256, base)
    assert found.nature == "copie"
    rows = list(csv.reader(io.StringIO(found.chemin.read_text("utf-8-sig")), delimiter=";"))
    assert rows == [
        ["Title", "Send Date", "Successful Deliveries", "Unique Opens", "Unique Id"],
        ["'=1+1", "Oct 28, 2026 10:00 am", "400", "180", "a1"],
    ]


def test_a_workbook_is_never_kept_as_it_is(tmp_path):
    """It carries its author, its comments, its hidden parts."""
    base, lecture, _ = receive(
        tmp_path, xlsx_bytes([r.split(",") for r in PLAYS.decode().split()], "De Marie"), "e.xlsx"
    )
    found = find_original(lecture.sha256, base)
    assert (found.nature, found.fin) == ("copie", ".xlsx")
    with zipfile.ZipFile(found.chemin) as parts:
        assert not any(b"Marie" in parts.read(n) for n in parts.namelist())
    again = read_export("copie.xlsx", found.chemin.read_bytes(), JOUR, load_plan())
    assert again.source is lecture.source and again.extrait.lignes.equals(lecture.extrait.lignes)


def test_no_cell_of_a_kept_workbook_is_a_formula():
    rows = [["Title", "Opens"], ["=cmd|' /C calc'!A0", "180"], ["", "12.5"], ["007", "-"]]
    octets = as_xlsx([Feuille("Marie", pd.DataFrame(rows, dtype="str"), pd.Series(range(1, 5)))])
    book = load_workbook(io.BytesIO(octets))
    assert book.sheetnames == ["Feuille 1"] and not book.properties.creator
    cells = [c for row in book.active.iter_rows() for c in row]
    assert [c.value for c in cells] == ["Title", "Opens", "=cmd|' /C calc'!A0", 180, None, 12.5, "007", "-"]
    assert [c.value for c in cells if c.data_type == "f"] == []


def test_a_large_workbook_is_kept_as_a_text(tmp_path, monkeypatch):
    monkeypatch.setattr("etl.originaux._CLASSEUR_MAX", 3)
    _, lecture, _ = receive(tmp_path, xlsx_bytes([r.split(",") for r in PLAYS.decode().split()], "f"), "e.xlsx")
    assert find_original(lecture.sha256, tmp_path / "rqds.duckdb").fin == ".csv"


@pytest.mark.parametrize("nom", ["mailchimp_campagne", "universal_analytics", "matomo_courriel"])
def test_a_copy_of_a_report_reads_as_the_report(tmp_path, nom):
    for path in fixtures(nom):
        base, lecture, _ = receive(tmp_path / path.stem, path.read_bytes())
        kept = find_original(lecture.sha256, base)
        again = read_export("copie.csv", kept.chemin.read_bytes(), JOUR, load_plan())
        assert again.source is lecture.source, path.name
        assert (
            again.extrait.lignes.equals(lecture.extrait.lignes) and again.extrait.tranches == lecture.extrait.tranches
        )
        assert found_in(kept.chemin.read_bytes()) == []


@pytest.mark.parametrize(
    "row", ["2026-10-02,418-555-0147,35\n", "2026-10-02,2026-10-02,35\n", "Marie,50,35\n"], ids=["phone", "day", "name"]
)
def test_a_cell_that_is_not_of_its_column_is_not_kept(row):
    document = read_document("x.csv", PLAYS + row.encode())
    [spotify] = [s for s in sources() if s.nom == "spotify"]
    [copy] = spotify.keepable(document)
    left = as_csv([copy]).decode()
    assert "418" not in left and "Marie" not in left and left.count("2026-10-02") <= 2


@pytest.mark.parametrize("name", FICHIERS)
def test_nothing_is_kept_of_files_that_list_people_or_answers(tmp_path, name):
    lecture = read_export(name, FICHIERS[name](), JOUR, PLAN)
    import_export(lecture, tmp_path / "rqds.duckdb", par="essai")
    kept = files(tmp_path / "rqds.duckdb")
    # these list people or answers: nothing of them is kept
    assert bool(kept) == (
        lecture.source.famille not in ("sondage", "webinaire", "saisie") and lecture.source.nom != "youtube"
    )
    for file in kept:
        assert ".copie." in file.name and found_in(file.read_bytes()) == []


def test_a_copy_is_read_like_its_file(tmp_path):
    base, lecture, _ = receive(tmp_path, text(MAILINGS[:2]))
    again = read_export("copie.csv", find_original(lecture.sha256, base).chemin.read_bytes(), JOUR)
    figures = ["serie", "debut", "livres", "ouvertures"]
    assert again.source is lecture.source
    assert again.extrait.lignes[figures].equals(lecture.extrait.lignes[figures])


def test_a_failure_to_write_is_told_and_loses_nothing(tmp_path):
    (tmp_path / "originaux").write_text("un fichier là où il faut un dossier")
    base, lecture, recu = receive(tmp_path, PLAYS)
    assert recu.lot == 1 and [c.nom for c in recu.constats] == ["original_non_garde"]
    assert find_original(lecture.sha256, base) is None


def test_a_write_that_stops_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    base, _, recu = receive(tmp_path, PLAYS)
    assert recu.constats and files(base) == []


def test_too_large_a_file_is_not_kept(tmp_path):
    lecture = read_export("e.csv", PLAYS, JOUR)
    assert keep_original(lecture, tmp_path / "rqds.duckdb", 0) == []
    assert files(tmp_path / "rqds.duckdb") == []


def test_neither_the_demonstration_nor_a_file_without_bytes_is_kept(tmp_path):
    base, *_ = receive(tmp_path, PLAYS, demo=True)
    assert files(base) == []
    other = tmp_path / "autre" / "rqds.duckdb"
    import_export(visites(date(2026, 10, 1), date(2026, 10, 31), 10), other, par="essai")
    assert files(other) == []


def test_a_cancelled_lot_keeps_its_file(tmp_path):
    base, lecture, recu = receive(tmp_path, PLAYS)
    cancel_lot(recu.lot, base, qui="essai")
    assert find_original(lecture.sha256, base)


@pytest.mark.parametrize("sha256", ["", "../../rqds", "A" * 64, "a" * 63])
def test_only_a_hash_names_a_file(tmp_path, sha256):
    assert find_original(sha256, tmp_path / "rqds.duckdb") is None


WORDS = st.text(alphabet="0123456789.,- %=+@abM é\t\n'", max_size=20)


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_kept_cells_are_figures_or_masked_texts(values):
    raw = pd.Series(values, dtype="str")
    numbers = kept_cells(Champ("n", "int", ("N",)), raw)
    assert not to_int(numbers).faulty.any()
    assert [scrub(v) for v in numbers] == list(numbers)
    texts = kept_cells(Champ("t", "text", ("T",)), raw)
    assert [scrub(v) for v in texts] == list(texts)


@given(st.lists(st.lists(WORDS, min_size=2, max_size=2), min_size=1, max_size=5))
def test_no_cell_of_a_copy_is_a_formula(rows):
    out = as_csv([Feuille(None, pd.DataFrame(rows, dtype="str"), pd.Series(range(1, len(rows) + 1)))]).decode(
        "utf-8-sig"
    )
    for row in csv.reader(io.StringIO(out, newline=""), delimiter=";"):
        assert all(v[:1] not in ("=", "@", "\t", "\r") for v in row)
        assert all(v[:1] not in ("+", "-") or all(c in "+-0123456789 .,%" for c in v) for v in row)
