"""From bytes to grids: encodings, delimiters, and files that are not what they say."""

from datetime import date
from itertools import zip_longest

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import reading
from etl.delimited import decode_head, find_delimiter, read_text
from etl.reading import read_document
from etl.recognition import read_export
from etl.unreadable import UnreadableError
from rqds_metrics.plan import load_plan
from tests.classeurs import xlsx, zipped

JOUR = date(2026, 11, 20)
PLAN = load_plan()
TEXTE = "Titre;Région\r\nÉté à l’école;Côte-Nord\r\n"


def grid(octets):
    feuille = read_document("x", octets).feuilles[0]
    return feuille.cellules.to_numpy().tolist()


def refused(octets):
    with pytest.raises(UnreadableError) as caught:
        read_document("x", octets)
    constat = caught.value.constat
    assert constat.verdict == "erreur" and constat.note and constat.remede
    lecture = read_export("x.csv", octets, JOUR)
    assert lecture.source is None and lecture.extrait is None and [c.nom for c in lecture.constats] == [constat.nom]
    return constat.nom


# ------------------------------------------------------------------ texts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(encoding):
    assert grid(TEXTE.encode(encoding)) == [["Titre", "Région"], ["Été à l’école", "Côte-Nord"]]


def test_utf_16_with_a_mark_of_either_order():
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert grid(mark + TEXTE.encode(encoding))[0] == ["Titre", "Région"]


def test_only_a_guessed_encoding_is_told():
    assert [c.nom for c in read_document("x", TEXTE.encode("cp1252")).constats] == ["encodage"]
    assert read_document("x", TEXTE.encode()).constats == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(delimiter):
    lines = [["a", "b, c;\td", "e"], ["1", "2", "3"]]
    text = "\n".join(delimiter.join(f'"{v}"' for v in line) for line in lines)
    assert grid(text.encode()) == lines


def test_the_first_line_of_excel_names_the_delimiter_and_keeps_line_numbers():
    feuille = read_document("x", b"sep=;\r\na,b;c\r\n1;2\r\n").feuilles[0]
    assert feuille.cellules.to_numpy().tolist() == [["a,b", "c"], ["1", "2"]] and feuille.numeros.tolist() == [2, 3]


def test_a_preamble_with_commas_does_not_choose_the_delimiter():
    lines = ["Rapport, octobre, 2026, tous", "", "Date;Valeur", "2026-10-01;1,5", "2026-10-02;2,5"]
    assert find_delimiter(lines) == ";"


def test_lines_of_any_width_blank_lines_and_padding():
    feuille = read_document("x", b'Rapport,,,\n\n , ,\na,b,,\n1,2,,\n"x\ny",z,,\nfin\n').feuilles[0]
    assert feuille.cellules.to_numpy().tolist() == [["Rapport", ""], ["a", "b"], ["1", "2"], ["x\ny", "z"], ["fin", ""]]
    assert feuille.numeros.tolist() == [1, 4, 5, 6, 8]


def test_a_quote_never_closed_is_told_at_its_line():
    [constat] = read_document("x", b'a,b\n1,2\n"3,4\n5,6\n7,8\n').constats
    assert (constat.nom, constat.verdict, constat.ligne) == ("guillemet", "erreur", 3)


TITRES = ['Dire "oui", toujours', '"Oui" dit-il', 'dit "non"', 'a" b, c', 'Fin "x, y', 'Un "', "Simple, sans plus"]


def test_quotes_that_are_not_doubled_leave_titles_whole():
    lines = ['"Show ID","Episode Title","Date","Plays"', *(f'"{k}","{t}","20251001","4"' for k, t in enumerate(TITRES))]
    document = read_document("x", "\r\n".join(lines).encode())
    assert [row[1] for row in document.feuilles[0].cellules.to_numpy().tolist()[1:]] == TITRES
    assert document.constats == ()


def test_well_formed_quotes_are_left_alone():
    cells = ['a "b", c', 'said ""yes""', '","', 'one "two"\nthree, "four"', "line\u2028separator", '"', ""]
    text = "".join(",".join('"' + v.replace('"', '""') + '"' for v in (c, "x")) + "\n" for c in ("titre", *cells))
    assert grid(text.encode()) == [[c, "x"] for c in ("titre", *cells)]


def test_lines_are_counted_as_csv_does_when_titles_are_mended():
    text = '"a","b"\n"un\u2028deux\x0ctrois","x"\n"dit ", ça","y"\n"quatre","z"\n'
    assert [row[1] for row in grid(text.encode())] == ["b", "x", "y", "z"]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6), min_size=2, max_size=4), min_size=2, max_size=5), st.sampled_from(["utf-8-sig", "utf-16"]))  # fmt: skip  # noqa: E501
def test_whatever_is_in_the_cells_no_exception(rows, encoding):
    text = "\n".join(",".join(row) for row in rows)
    lecture = read_export("x", text.encode(encoding), JOUR, PLAN)
    assert lecture.constats and lecture.constats[-1].verdict == "erreur"


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=400))
def test_whatever_the_bytes_no_exception(octets):
    assert [c for c in read_export("x", octets, JOUR, PLAN).constats if c.verdict == "erreur"]


# ------------------------------------------------------------------ not what they say


def locked():
    """A zip whose entries say that they are encrypted."""
    octets = bytearray(zipped(xl__workbook="x"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        octets[octets.index(mark) + offset] |= 1
    return bytes(octets)


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        (b"", "vide"),
        (b"\xef\xbb\xbf \r\n\x00", "vide"),
        (b"<!DOCTYPE html><html><body>Connexion</body></html>", "autre_genre"),
        (b"\n <table><tr><td>Date</td></tr></table>", "autre_genre"),
        (b"<?xml version='1.0'?><Workbook/>", "autre_genre"),
        (b'[{"Date": "2026-10-01"}]', "autre_genre"),
        (b"%PDF-1.7 \x00\x01", "autre_genre"),
        (b"\x89PNG\r\n\x1a\n", "autre_genre"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") * 40, "protege"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le") * 40, "autre_genre"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") * 40, "abime"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "autre_genre"),
        (bytes(range(256)) * 20, "illisible"),
        (xlsx(["a", "b"])[:900], "abime"),
        (xlsx(["a", "b"])[:-30], "abime"),
        (xlsx(), "vide"),
        (locked(), "protege"),
        (zipped(word__document="x"), "autre_genre"),
        (zipped(**{"notes.txt": "x"}), "autre_genre"),
        (zipped(**{"xl__workbook.bin": "x"}), "autre_genre"),
        (zipped(xl__workbook="x"), "abime"),
    ],
)
def test_refused_with_a_reason(octets, name):
    assert refused(octets) == name


def test_a_csv_named_xlsx_is_a_csv():
    lecture = read_export("vraiment.xlsx", b"Date,Plays\n2026-10-01,4\n2026-10-02,5\n", JOUR)
    assert lecture.source.nom == "spotify" and lecture.extrait.lignes["lectures"].tolist() == [4, 5]


def test_too_large(monkeypatch):
    monkeypatch.setattr(reading, "TAILLE_MAX", 20)
    assert refused(b"Date,Plays\n2026-10-01,4\n") == "trop_gros"


def test_a_zip_bomb_is_refused_before_it_is_unfolded():
    assert refused(zipped(xl__workbook="x", xl__worksheets__sheet1="\0" * 60_000_000)) == "trop_gros"


def test_text_that_is_not_text_is_refused():
    with pytest.raises(UnreadableError):
        decode_head(b"\x00\x01\x02\x03" * 50)


CELLULES = st.text(alphabet="ab1 é;,.-\xa0", max_size=6)


@given(
    head=st.lists(st.lists(CELLULES, min_size=1, max_size=4), max_size=3),
    rows=st.lists(st.lists(CELLULES, min_size=3, max_size=3), min_size=2, max_size=12),
    odd=st.sampled_from(["", "", "", 'x,"y"\n', "seul\n", "\n", "a,b\rc\n", "\x1c,,\n"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_a_large_text_read_by_columns_is_the_same_grid(head, rows, odd, end):
    lines = [",".join(c.replace(",", " ") for c in row) for row in head]
    lines += [",".join(c.replace(",", " ") for c in row) for row in rows]
    octets = ("a,b,c" + end + end.join(lines) + end + odd).encode()
    with pytest.MonkeyPatch.context() as patch:
        usual, told = read_text(octets)
        patch.setattr("etl.unquoted.GROS", 0)
        patch.setattr("etl.unquoted.TETE", 2)
        patch.setattr("etl.delimited.TETE", 2)
        quick, told_too = read_text(octets)
    assert quick.cellules.to_numpy().tolist() == usual.cellules.to_numpy().tolist()
    assert quick.numeros.tolist() == usual.numeros.tolist() and told_too == told
    assert list(quick.cellules.dtypes) == list(usual.cellules.dtypes)


def test_a_large_text_is_read_by_columns(monkeypatch):
    octets = b"# note\n\nDate,Vues\n" + b"".join(b"2026-10-01,%d\n" % k for k in range(300)) + b",\n"
    monkeypatch.setattr("etl.unquoted.GROS", 0)
    monkeypatch.setattr("etl.delimited._columns", lambda rows: _few(rows))
    feuille, _ = read_text(octets)
    assert len(feuille.cellules) == 302 and feuille.numeros.iloc[-1] == 303


def _few(rows):
    assert len(rows) <= 200, "read row by row"
    return [pa.array(column, pa.large_string()) for column in zip_longest(*rows, fillvalue="")]
