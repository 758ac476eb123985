"""Workbooks: xlsx, xls and ods give the same grids; what is damaged, far-spread or failed in them is told."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from etl.reading import read_document
from etl.recognition import read_export
from tests.classeurs import DATED, FAILED, figure, ods, sheet_with, text, xls, xlsx, zipped
from tests.test_reading import grid, refused

JOUR = date(2026, 11, 20)
DAY = datetime(2026, 10, 5, 14, 30)
ONE = b'<row r="1"><c r="A1"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "data",
    [
        ONE + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' + ONE,
        ONE + b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        ONE + b'<row r="2"><c r="XFD1048576"><v>1</v></c></row>',
        b'<row r="1">' + b"<c><v>1</v></c>" * 16384 + b'</row><row r="1048576"><c><v>1</v></c></row>',
        ONE + b'<row r="99999999"><c r="ZZZ99999999"><v>1</v></c></row>',
    ],
    ids=["corner", "order", "quotes", "line", "unsaid", "beyond"],
)
def test_cells_far_away_are_refused_before_they_are_laid_out(data):
    assert refused(sheet_with(data)) == "trop_etendu"


def test_a_sheet_wide_or_long_is_read():
    octets = xlsx(*[[f"c{k}" for k in range(400)]] * 300)
    assert read_document("x", octets).feuilles[0].cellules.shape == (300, 400)


def test_the_three_kinds_of_workbooks_give_the_same_grid():
    rows = [["Date", "Plays", "Note"], [DAY, 12, "é"], [None, 3.5, None]]
    expected = [["Date", "Plays", "Note"], ["2026-10-05 14:30:00", "12", "é"], ["", "3.5", ""]]
    assert grid(xlsx(*rows)) == expected
    assert grid(xls([[v if v is not None else "" for v in r] for r in rows])) == expected
    moment = DATED.replace("2026-10-05", "2026-10-05T14:30:00")
    lines = [[text(t) for t in rows[0]], [moment, figure(12), text("é")], ["<table:table-cell/>", figure(3.5)]]
    assert [[t.replace("T", " ") if t[:2] == "20" else t for t in row] for row in grid(ods(lines))] == expected


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_older_and_freer_workbooks_are_imported(kind):
    if kind == "xls":
        octets = xls([["Date", "Plays"], [DAY, 12], [datetime(2026, 10, 6), 3]])
    else:
        octets = ods([[text("Date"), text("Plays")], [DATED, figure(12)], [DATED.replace("10-05", "10-06"), figure(3)]])
    lecture = read_export("x", octets, JOUR)
    assert lecture.source.nom == "spotify" and lecture.extrait.lignes["lectures"].tolist() == [12, 3]
    assert [str(d) for d in lecture.extrait.lignes["debut"]] == ["2026-10-05", "2026-10-06"]


def test_a_damaged_old_workbook_is_refused():
    octets = xls([["Date", "Plays"], [DAY, 12]])
    for size in range(600, len(octets), 331):
        assert refused(octets[:size]) in ("abime", "autre_genre", "vide")


def test_a_locked_or_spread_ods_is_refused():
    rows = [[text("a")], [figure(1, 'table:number-columns-repeated="16384"')]] * 2000
    assert refused(ods(rows)) == "trop_etendu"
    octets = ods([[text("a")]])
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        parts = {n.replace("/", "__"): archive.read(n) for n in archive.namelist()}
    parts["META-INF__manifest.xml"] = b"<manifest:encryption-data/>"
    assert refused(zipped(**parts)) == "protege"


def test_hidden_sheets_are_read_and_told():
    octets = xlsx(["note"], Donnees=[["Date", "Plays"], [DAY, 12]], hidden=("Donnees",))
    lecture = read_export("x", octets, JOUR)
    assert lecture.extrait.lignes["lectures"].tolist() == [12]
    assert {c.nom for c in lecture.constats} >= {"feuille_masquee", "feuille_ignoree"}


def test_what_a_table_that_starts_lower_says_of_its_cells():
    book = openpyxl.Workbook()
    for row, line in enumerate([["Date", "Plays"], [DAY, 12], [datetime(2026, 10, 6), "< 5"]], 4):
        for col, value in enumerate(line, 3):
            book.active.cell(row, col, value)
    out = io.BytesIO()
    book.save(out)
    [constat] = [c for c in read_export("x", out.getvalue(), JOUR).constats if c.nom == "cellule"]
    assert (constat.feuille, constat.cellule, constat.ligne, constat.trouve) == ("Sheet", "D6", 6, "< 5")


HEAD = ["Title", "Send Date", "Successful Deliveries", "Unique Opens", "Unique Id"]


def test_every_faulty_cell_is_told_with_its_place_and_what_it_holds():
    found = ["n/d", "12,5", "< 5", "#DIV/0!", "douze"]
    octets = xlsx(HEAD, *[["T", DAY, 100, text, f"aa{k}"] for k, text in enumerate(found)], title="Envois")
    lecture = read_export("x", octets, JOUR)
    told = [(c.verdict, c.feuille, c.cellule, c.colonne, c.trouve) for c in lecture.constats if c.nom == "cellule"]
    assert told == [("erreur", "Envois", f"D{k}", "Unique Opens", text) for k, text in enumerate(found, 2)]
    assert lecture.extrait.lignes.empty


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_formula_that_failed_is_told_not_taken_for_a_missing_value(kind):
    if kind == "xlsx":
        cells = "".join(
            f'<c r="{c}1" t="inlineStr"><is><t>{h}</t></is></c>' for c, h in zip("ABCDE", HEAD, strict=True)
        )
        row = '<c r="A2" t="inlineStr"><is><t>T</t></is></c><c r="B2" t="inlineStr"><is><t>2026-10-05</t></is></c><c r="C2"><v>9</v></c>'
        row += '<c r="D2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="E2" t="inlineStr"><is><t>aa1</t></is></c>'
        octets = sheet_with(f'<row r="1">{cells}</row><row r="2">{row}</row>'.encode())
    else:
        octets = ods([[text(h) for h in HEAD], [text("T"), DATED, figure(9), FAILED, text("aa1")]])
    [constat] = [c for c in read_export("x", octets, JOUR).constats if c.verdict == "erreur"]
    assert (constat.cellule, constat.trouve) == ("D2", "#DIV/0!") and "formule" in constat.note


def test_a_formula_without_its_result_is_told():
    octets = xlsx(HEAD, ["T", DAY, 100, "=40+1", "aa1"])
    assert "formule_sans_resultat" in {c.nom for c in read_export("x", octets, JOUR).constats}
