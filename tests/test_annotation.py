"""The annotated copy of a workbook: the faulty cells marked, the others as they were."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from etl.annotation import annotate, can_annotate
from etl.demo.tools import xlsx_bytes
from etl.recognition import read_export

HEADER = ["Title", "Send Date", "Successful Deliveries", "Unique Opens", "Unique Id"]
ROWS = [
    HEADER,
    ["Infolettre", "Oct 28, 2026 10:00 am", 400, 180, "a1b2c3d4e5"],
    ["=cmd|' /C calc'!A0", "Oct 29, 2026 10:00 am", "n/d", "< 5", "b1b2c3d4e5"],
]


def test_faulty_cells_are_marked_and_listed():
    octets = xlsx_bytes(ROWS, "Campagnes")
    lecture = read_export("x.xlsx", octets, date(2026, 11, 24))
    assert can_annotate(octets, lecture.constats)
    book = openpyxl.load_workbook(io.BytesIO(annotate(octets, lecture.constats)))
    sheet = book["Campagnes"]
    assert book.sheetnames == ["À corriger", "Campagnes"]
    assert "n'est pas un nombre entier" in sheet["C3"].comment.text
    assert sheet["C3"].fill.fgColor.rgb == "00FFC7C2" and sheet["D3"].comment and not sheet["C2"].comment
    assert [c.value for c in sheet[2]] == ROWS[1]
    listed = [row[:2] for row in book["À corriger"].iter_rows(min_row=2, values_only=True)]
    assert ("Campagnes", "C3") in listed and ("Campagnes", "D3") in listed


def test_nothing_in_the_list_is_a_formula():
    octets = xlsx_bytes(ROWS, "=1+1")
    lecture = read_export("x.xlsx", octets, date(2026, 11, 24))
    book = openpyxl.load_workbook(io.BytesIO(annotate(octets, lecture.constats)))
    cells = [c for row in book["À corriger"].iter_rows(min_row=2) for c in row]
    assert all(c.data_type != "f" for c in cells)


def test_only_workbooks_with_a_known_cell():
    lecture = read_export("x.csv", b"Title,Unique Opens,Unique Id\n", date(2026, 11, 24))
    assert not can_annotate(b"Title", lecture.constats)
    with pytest.raises(ValueError, match="workbook"):
        annotate(b"PK\x03\x04 rien", [])


def test_on_the_upload_page(app_on, tmp_path):
    at = app_on(tmp_path / "rqds.duckdb", "pages/televerser.py")
    at.file_uploader[0].set_value([("campagnes.xlsx", xlsx_bytes(ROWS, "Campagnes"), "")]).run()
    assert not at.exception
    assert any("Copie annotée de campagnes" in b.label for b in at.get("download_button"))
