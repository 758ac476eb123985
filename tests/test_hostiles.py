"""Files made to harm, each made here: refused in words, or read for what is sound in them; in seconds and in bounds.

Each is read in a process of its own, whose memory is measured and capped: a reader that takes all there is would end
that process, and the test with it.
"""

import io
import json
import os
import re
import shutil
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlwt

from etl.__main__ import main as etl_main
from etl.archive import read_all
from etl.loading import import_export
from etl.recognition import read_export
from rqds_metrics import store
from tests.classeurs import ods, sheet_with, xls, xlsx, zipped
from tests.enfants import children

resource = pytest.importorskip("resource")  # Windows neither counts nor caps memory this way

MEGA = 1 << 20
PLAFOND = 1000 * MEGA  # of what a process that reads one file may hold, libraries included
PATIENCE = 120  # seconds: a machine may be busy; a reader that hangs never ends
JOUR = date(2026, 11, 20)
SOUND = b"Date,Plays\n2026-10-01,3\n2026-10-02,4\n"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SENDS = ["Title", "Send Date", "Successful Deliveries", "Unique Opens", "Unique Id"]


def parcel(*files, level=6):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def changed(octets, **parts):
    """A zip with some of its parts given or added."""
    parts = {k.replace("__", "/"): v for k, v in parts.items()}
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        kept = {n: archive.read(n) for n in archive.namelist()}
    return parcel(*{**kept, **parts}.items())


def book(sheet, shared=b""):
    """A workbook with a sheet's XML and shared texts, as Excel lays its parts out."""
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    rels = "http://schemas.openxmlformats.org/package/2006/relationships"
    package = f'<Relationships xmlns="{rels}">'
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    links = "".join(
        f'<Relationship Id="r{k}" Type="{rel}/{kind}" Target="{path}"/>'
        for k, (kind, path) in enumerate(
            [("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")]
        )
    )
    return parcel(
        ("[Content_Types].xml", f'<Types xmlns="{types}"><Default Extension="xml" ContentType="application/xml"/></Types>'),
        ("_rels/.rels", f'{package}<Relationship Id="r" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>'),
        ("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{rel}"><sheets>'
                            '<sheet name="F" sheetId="1" r:id="r0"/></sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", f'{package}{links}</Relationships>'),
        ("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>'.encode() + sheet + b"</sheetData></worksheet>"),
        ("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">'.encode() + shared + b"</sst>"),
    )  # fmt: skip


def lying(octets, name, size):
    """A zip whose entry says that it unfolds to `size` bytes."""
    out = bytearray(octets)
    for mark, before, at in ((b"PK\x03\x04", 30, 22), (b"PK\x01\x02", 46, 24)):
        k = -1
        while (k := out.find(name.encode(), k + 1)) >= 0:
            if out[k - before : k - before + 4] == mark:
                out[k - before + at : k - before + at + 4] = size.to_bytes(4, "little")
    return bytes(out)


def shared_cells(tag):
    """Two hundred thousand cells, each said to hold the first shared text."""
    rows = (b"".join(tag % (b"%c%d" % (65 + col, row)) for col in range(20)) for row in range(1, 10_001))
    return b"".join(b'<row r="%d">%s</row>' % (row, cells) for row, cells in enumerate(rows, 1))


def old_book(value):
    book = xlwt.Workbook()
    sheet = book.add_sheet("F")
    for row in range(20_000):
        for col in range(5):
            sheet.write(row, col, value)
        if not row % 1000:
            sheet.flush_row_data()
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text_cell(text, more=""):
    return f'<table:table-cell office:value-type="string" {more}><text:p>{text}</text:p></table:table-cell>'


def locked_old_book():
    """BIFF's mark of a password, put where a record of no use was."""
    octets = bytearray(xls([["a", "b"]]))
    place = octets.index(b"\x42\x00\x02\x00")  # the code page, two bytes
    octets[place : place + 2] = b"\x2f\x00"
    return bytes(octets)


SHARED = b'<c r="%s" t="s"><v>0</v></c>'
ODDLY = b"<c\tr='%s'\n t = 's' ><v >0</v ></c >"
LONG = b"<si><t>" + b"x" * 32_000 + b"</t></si>"
FAR_ODDLY = b"<row r='1'/><row\nspans='1:2'\tr  =  '1048576'><c\tr = 'XFD1048576'><v>1</v></c></row>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def empty_rows(count):
    return sheet_with(b"".join(b'<row r="%d"><c r="P%d"/></row>' % (k, k) for k in range(1, count + 1)))


def four_tall_sheets():
    tall = b'<row r="900000"><c r="H900000"/></row>'
    return changed(xlsx(["a"]), **{f"xl__worksheets__s{k}.xml": tall for k in range(4)})


def sheet_in_utf16():
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'.encode("utf-16")
    return changed(book(b""), **{"xl__worksheets__sheet1.xml": sheet})


def content(top, text):
    """An ods with something above its content, and another text in its cell."""
    return changed(PASSES, **{"content.xml": top + XXE_ODS.replace(b"ENTITE", text)})


def repeated(text, columns, rows):
    return ods([[text_cell(text, f'table:number-columns-repeated="{columns}"')]] * rows)


ENTITY = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(f'<!ENTITY {n} "{f"&{m};" * 30}">' for m, n in zip("abcdef", "bcdefg", strict=True)) + "]>"
)  # fmt: skip
PASSES = ods([[text_cell("ENTITE")]])
XXE_ODS = zipfile.ZipFile(io.BytesIO(PASSES)).read("content.xml")

# What it is, its name, its bytes, and the finding that refuses it.
REFUSED = [
    ("zip bomb", "b.xlsx", lambda: changed(xlsx(["a"]), xl__worksheets__sheet2=b"\0" * 300 * MEGA), "trop_gros"),
    ("says it is 600 MB", "b.xlsx", lambda: lying(parcel(("xl/a", os.urandom(4 * MEGA))), "xl/a", 600 * MEGA), "trop_gros"),
    ("lies about its size", "m.xlsx", lambda: lying(book(b"", b"x" * 200 * MEGA), "xl/sharedStrings.xml", 90), "abime"),
    ("one text in 200,000 cells", "t.xlsx", lambda: book(shared_cells(SHARED), LONG), "trop_gros"),
    ("the same, written oddly", "t.xlsx", lambda: book(shared_cells(ODDLY), LONG.replace(b"si>", b"si >")), "trop_gros"),
    ("two million empty rows", "v.xlsx", lambda: empty_rows(2_000_000), "trop_etendu"),
    ("two corners", "c.xlsx", lambda: sheet_with(b'<row r="1048576"><c r="Z1048576"/></row>'), "trop_etendu"),
    ("two corners, written oddly", "c.xlsx", lambda: sheet_with(FAR_ODDLY), "trop_etendu"),
    ("sheets that add up", "s.xlsx", four_tall_sheets, "trop_etendu"),
    ("a sheet in UTF-16", "u.xlsx", sheet_in_utf16, "abime"),
    ("XXE in a workbook", "x.xlsx", lambda: book(shared_cells(SHARED), ENTITY + b"<si><t>&e;</t></si>"), "abime"),
    ("XXE in an ods", "x.ods", lambda: content(ENTITY, b"&e;"), "abime"),
    ("a billion laughs", "r.ods", lambda: content(LAUGHS.encode(), b"&g;"), "abime"),
    ("an ods of repeated cells", "o.ods", lambda: repeated("x", 16_384, 1100), "trop_etendu"),
    ("an ods of repeated texts", "o.ods", lambda: repeated("x" * 30_000, 500, 40), "trop_gros"),
    ("an ods of spaces", "o.ods", lambda: repeated('<text:s text:c="900000000"/>', 1, 1), "trop_gros"),
    ("an ods of absurd counts", "o.ods", lambda: repeated("x", "9" * 5000, 1), "abime"),
    ("an ods of many empty cells", "o.ods", lambda: ods([["<table:table-cell/>" * 2000]] * 2000), "trop_gros"),
    ("an xls of one long text", "l.xls", lambda: old_book("x" * 30_000), "trop_gros"),
    ("an xls with a password", "p.xls", locked_old_book, "protege"),
    ("an xlsx with a password", "p.xlsx", lambda: OLE + "EncryptedPackage".encode("utf-16-le") * 40, "protege"),
    ("a Web page named .xls", "page.xls", lambda: b"<html><body><table><tr><td>Date</td></tr></table>", "autre_genre"),
    ("200 MB", "g.csv", lambda: b"Date,Plays\n" + b"2026-10-01,3\n" * 16_000_000, "trop_gros"),
    ("a line of 50 MB", "l.csv", lambda: b"x" * 50_000_000, "trop_etendu"),
    ("fifty million columns", "l.csv", lambda: b"a," * 50_000_000, "trop_etendu"),
    ("100,000 columns", "c.csv", lambda: (b"c," * 100_000 + b"\n") * 9, "trop_etendu"),
    ("wide at the top, tall below", "c.csv", lambda: b"," * 16_000 + b"x\n" + b"a\n" * 500_000, "trop_etendu"),
    ("forty million lines", "l.csv", lambda: b"a\n" * 40_000_000, "trop_etendu"),
    ("the same, as an old Macintosh", "l.csv", lambda: b"a\r" * 40_000_000, "trop_etendu"),
    ("a quote never closed", "q.csv", lambda: SOUND + b'"' + b"2026-10-02,4\n" * 200_000, "illisible"),
    ("quotes in quotes", "q.csv", lambda: b'"' * 3_000_001, "illisible"),
    ("quotes not doubled", "q.csv", lambda: b'"Date","Plays"\n' + b'"x"y"z",1\n' * 300_000, "cellule"),
    ("NUL bytes far down", "n.csv", lambda: SOUND + b"2026-10-03,5\n" * 5000 + b"2026-10-04,\x006\n", "cellule"),
    ("NUL bytes", "n.csv", lambda: b"Date,Plays\n\x00\x00\x01,3\n", "illisible"),
    ("a zip of 10,000 files", "z.zip", lambda: parcel(*((f"{k}.csv", SOUND) for k in range(10_000))), "trop_gros"),
    ("a zip of 70,000 files", "z.zip", lambda: parcel(*((f"{k}", b"") for k in range(70_000))), "trop_gros"),
    ("a zip in a zip in a zip", "z.zip", lambda: parcel(("a.zip", parcel(("b.zip", parcel(("c.csv", SOUND)))))), "autre_genre"),
    ("a zip of zip bombs", "z.zip", lambda: parcel(("a.zip", parcel(("b.csv", b"\0" * 100 * MEGA)))), "trop_gros"),
    ("a zip that unfolds to 400 MB", "z.zip", lambda: lying(parcel(("a", os.urandom(4 * MEGA))), "a", 400 * MEGA), "trop_gros"),
]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Each file once on disk, under a folder of its rank."""
    folder = tmp_path_factory.mktemp("hostiles")

    def make(rank):
        _, name, build, _ = REFUSED[rank]
        path = folder / str(rank) / name
        if not path.exists():
            path.parent.mkdir()
            path.write_bytes(build())
        return path

    yield make
    shutil.rmtree(folder)  # half a gigabyte


def in_child(path, pipe):
    resource.setrlimit(resource.RLIMIT_AS, (4 * PLAFOND, 4 * PLAFOND))
    lectures = read_all(path.name, path.read_bytes(), lambda n, o: read_export(n, o, JOUR))
    errors = [c for le in lectures for c in le.constats if c.verdict == "erreur"]
    rows = sum(len(le.extrait.lignes) for le in lectures if le.extrait)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    pipe.send((json.dumps([vars(c) for c in errors]), rows, peak))


@pytest.mark.parametrize("rank", range(len(REFUSED)), ids=[r[0] for r in REFUSED])
def test_refused_in_words_within_bounds(rank, made):
    here, there = children().Pipe(duplex=False)
    child = children().Process(target=in_child, args=(made(rank), there))
    child.start()
    there.close()
    try:
        assert here.poll(PATIENCE), "la lecture ne finit pas"
        told, rows, peak = here.recv()
    except EOFError:
        pytest.fail(f"la lecture a mis fin au programme ({child.exitcode})")
    finally:
        child.kill()
        child.join()
    errors = json.loads(told)
    assert errors[0]["nom"] == REFUSED[rank][3] and not rows
    assert errors[0]["remede"] and all(len(e["note"]) < 300 and "Error" not in e["note"] for e in errors)
    assert peak < PLAFOND, f"{peak // MEGA} Mo"


def test_the_command_line_tells_them_all_and_goes_on(made, monkeypatch, capsys, tmp_path):
    sound = tmp_path / "octobre.csv"
    sound.write_bytes(SOUND)
    paths = [made(rank) for rank in range(len(REFUSED)) if REFUSED[rank][3] != "cellule"]
    base = tmp_path / "rqds.duckdb"
    for command in ("verifier", "importer"):
        paths = paths if command == "verifier" else paths[::5]
        monkeypatch.setattr(sys, "argv", ["etl", command, "--base", str(base), *map(str, paths), str(sound)])
        assert etl_main() == 1
        out = capsys.readouterr().out
        assert "Traceback" not in out and "octobre.csv" in out
        said = [line for line in out.splitlines() if line.startswith("  ")]
        assert len(said) >= len(paths)
    with store.connect(base) as cursor:
        assert cursor.execute("SELECT fichier, lignes FROM lot").fetchall() == [("octobre.csv", 2)]


def test_the_upload_page_tells_them(made, app_on, tmp_path):
    chosen = [r for r in range(len(REFUSED)) if REFUSED[r][0] in
              ("zip bomb", "XXE in an ods", "one text in 200,000 cells", "a line of 50 MB", "an xls with a password",
               "a Web page named .xls", "a zip of 10,000 files")]  # fmt: skip
    at = app_on(tmp_path / "rqds.duckdb", "pages/televerser.py")
    at.file_uploader[0].set_value([(made(r).name, made(r).read_bytes(), "") for r in chosen]).run(timeout=PATIENCE)
    assert not at.exception
    assert not [b for b in at.button if b.label.startswith(("Enregistrer le fichier", "Enregistrer les"))]
    assert not (tmp_path / "rqds.duckdb").exists()


# ------------------------------------------------------------------ read for what is sound in them


def stored(tmp_path, name, octets):
    """Every text of a base where the file was imported, and what was said of it."""
    base = tmp_path / "rqds.duckdb"
    lectures = read_all(name, octets, lambda n, o: read_export(n, o, JOUR))
    for le in lectures:
        import_export(le, base, par="essai")
    with store.connect(base) as cursor:
        lots = cursor.execute("SELECT fichier FROM lot ORDER BY id").fetchall()
        titres = cursor.execute("SELECT titre FROM infolettre ORDER BY titre").fetchall()
    return base, [f for (f,) in lots], [t for (t,) in titres]


def test_a_macro_workbook_is_read_without_its_macros(tmp_path):
    macro = b'Sub AutoOpen(): Shell "calc": End Sub' * 50
    octets = changed(xlsx(SENDS, ["Infolettre", "2026-10-05", 100, 40, "aa1"]), **{"xl__vbaProject.bin": macro})
    base, _, titres = stored(tmp_path, "macros.xlsm", octets)
    assert titres == ["Infolettre"]
    assert b"AutoOpen" not in base.read_bytes()


@pytest.mark.parametrize(
    "text", ["=cmd|'/C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+1+cmd|'x'!A0", "-2+3", "=HYPERLINK(1)"]
)
def test_a_formula_in_a_text_stays_a_text(text, tmp_path):
    cells = "".join(f'<c r="{c}1" t="inlineStr"><is><t>{h}</t></is></c>' for c, h in zip("ABCDE", SENDS, strict=True))
    row = f'<c r="A2" t="inlineStr"><is><t>{text}</t></is></c><c r="B2" t="inlineStr"><is><t>2026-10-05</t></is></c>'
    row += '<c r="C2"><v>100</v></c><c r="D2"><v>40</v></c><c r="E2" t="inlineStr"><is><t>aa1</t></is></c>'
    octets = sheet_with(f'<row r="1">{cells}</row><row r="2">{row}</row>'.encode())
    _, _, titres = stored(tmp_path, "x.xlsx", octets)
    assert titres == [text]


def test_a_formula_is_read_for_its_result_never_run(tmp_path):
    cells = "".join(f'<c r="{c}1" t="inlineStr"><is><t>{h}</t></is></c>' for c, h in zip("ABCDE", SENDS, strict=True))
    row = (
        '<c r="A2" t="str"><f>cmd|\'/C calc\'!A0</f><v>Vu</v></c><c r="B2" t="inlineStr"><is><t>2026-10-05</t></is></c>'
    )
    row += '<c r="C2"><v>100</v></c><c r="D2"><f>1/0</f><v>40</v></c><c r="E2" t="inlineStr"><is><t>aa1</t></is></c>'
    octets = sheet_with(f'<row r="1">{cells}</row><row r="2">{row}</row>'.encode())
    base, _, titres = stored(tmp_path, "x.xlsx", octets)
    assert titres == ["Vu"] and b"calc" not in base.read_bytes()


NAMES = [
    ("../../etc/passwd.csv", "passwd.csv"),
    ("..\\..\\Windows\\win.csv", "win.csv"),
    ("/dev/null", "null"),
    ("a\x1b[31m\x00\nb.csv", "a[31mb.csv"),
    ("facture\u202efdp.csv", "facturefdp.csv"),
    ("jean.tremblay@exemple.ca.csv", "[courriel]"),
    ("<script>.csv", "<script>.csv"),
    ("..", ".."),
    ("x" * 500 + ".csv", "x" * 200),
    ("", "fichier"),
]


def beside(base):
    """What stands beside a base, but for the files that are kept under the name of what they hold."""
    kept = re.compile(r"originaux/[0-9a-f]{2}/[0-9a-f]{64}\.[a-z.]+")
    files = [p.relative_to(base.parent).as_posix() for p in base.parent.rglob("*") if p.is_file()]
    return [f for f in files if not kept.fullmatch(f)]


@pytest.mark.parametrize(("name", "kept"), NAMES)
def test_names_lose_their_folders_and_what_does_not_show(name, kept, tmp_path):
    base, lots, _ = stored(tmp_path, name, SOUND)
    assert lots == [kept]
    assert beside(base) == [base.name]


def test_names_in_a_zip_lead_nowhere(tmp_path):
    days = [SOUND.replace(b"10-0", b"%02d-0" % month) for month in (1, 2, 3)]
    names = ["../../../../tmp/evil.csv", "/etc/cron.d/evil.csv", "C:\\Windows\\evil.csv"]
    base, lots, _ = stored(tmp_path, "z.zip", parcel(*zip(names, days, strict=True)))
    assert lots == ["evil.csv"] * 3
    assert beside(base) == [base.name] and not Path("/tmp/evil.csv").exists()


def test_a_long_answer_is_no_bomb():
    """Two thousand long texts, each its own: far from the limits that stop bombs."""
    texts = b"".join(b"<si><t>%d %s</t></si>" % (k, b"mot " * 1000) for k in range(2000))
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>' % (k, k, k - 1) for k in range(1, 2001))
    lecture = read_export("x.xlsx", book(rows, texts), JOUR)
    assert [c.nom for c in lecture.constats] == ["inconnu"]


def test_a_text_far_longer_than_others_counts_once():
    """What is refused is the sum of the cells, not the longest text for each."""
    texts = b"<si><t>" + b"x" * 30_000 + b"</t></si>" + b"<si><t>court</t></si>"
    cells = b'<row r="1"><c r="A1" t="s"><v>0</v></c></row>' + b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>1</v></c></row>' % (k, k) for k in range(2, 20_002)
    )
    assert [c.nom for c in read_export("x.xlsx", book(cells, texts), JOUR).constats] == ["inconnu"]


def test_empty_rows_and_cells_without_number_are_just_blank():
    rows = b"<row/>" * 200_000
    assert [c.nom for c in read_export("x.xlsx", sheet_with(rows), JOUR).constats] == ["vide"]
    lecture = read_export("x.csv", SOUND + b",\n" * 2_000_000, JOUR)
    assert lecture.extrait is not None and len(lecture.extrait.lignes) == 2


def test_a_stored_entry_that_lies_is_damaged():
    octets = zipped(**{"xl__workbook.xml": "x"})
    assert [c.nom for c in read_export("x.xlsx", lying(octets, "xl/workbook.xml", 0), JOUR).constats] == ["abime"]
