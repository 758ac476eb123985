"""A cancelled lot comes back where newer ones do not speak; a zip is its files."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import pytest

from etl.archive import expand, is_archive, read_all
from etl.demo.tools import xlsx_bytes
from etl.loading import LotRefuse, cancel_lot
from etl.recognition import read_export
from etl.restoring import restore_lot
from etl.unreadable import UnreadableError
from rqds_metrics.resultats import resultats
from tests.fabrique import ecoutes, load, visites

OCT = (date(2026, 10, 1), date(2026, 10, 31))
AU = date(2026, 11, 24)
T = [datetime(2026, 11, 20, 15, k) for k in range(10)]


@pytest.fixture
def base(tmp_path):
    return tmp_path / "rqds.duckdb"


def value(base, id_="1.2.6-2"):
    return resultats("2026-2027", AU, base).set_index("indicateur").loc[id_, "valeur"]


def test_cancel_then_bring_back(base):
    load(base, visites(*OCT, 1000, "v1.csv"))
    [second] = load(base, visites(*OCT, 1250, "v2.csv"))
    cancel_lot(second.lot, base, qui="essai", quand=T[1])
    assert value(base) == 1000
    restore_lot(second.lot, base, qui="essai", quand=T[2])
    assert value(base) == 1250
    cancel_lot(second.lot, base, qui="essai", quand=T[3])
    assert value(base) == 1000


def test_an_older_lot_comes_back_behind_the_newer_ones(base):
    [first] = load(base, visites(*OCT, 1000, "v1.csv"))
    cancel_lot(first.lot, base, qui="essai", quand=T[1])
    load(base, visites(*OCT, 1250, "v2.csv"))
    restore_lot(first.lot, base, qui="essai", quand=T[2])
    assert value(base) == 1250


def test_days_come_back_day_by_day(base):
    [first] = load(base, ecoutes({date(2026, 10, d): 10 for d in range(1, 21)}))
    cancel_lot(first.lot, base, qui="essai", quand=T[1])
    load(base, ecoutes({date(2026, 10, d): 100 for d in range(11, 32)}))
    restore_lot(first.lot, base, qui="essai", quand=T[2])
    assert value(base, "4.1.1-3") == 10 * 10 + 21 * 100


def test_what_cannot_come_back_is_refused(base):
    file = visites(*OCT, 1000, "v1.csv")
    [first] = load(base, file)
    with pytest.raises(LotRefuse, match="n'est pas annulé"):
        restore_lot(first.lot, base, qui="essai")
    cancel_lot(first.lot, base, qui="essai", quand=T[1])
    load(base, file)
    with pytest.raises(LotRefuse, match="reçu de nouveau"):
        restore_lot(first.lot, base, qui="essai")
    with pytest.raises(LotRefuse, match="n'existe pas"):
        restore_lot(99, base, qui="essai")


def test_spans_that_cannot_be_shared_are_refused(base):
    [first] = load(base, visites(*OCT, 1000, "octobre.csv"))
    cancel_lot(first.lot, base, qui="essai", quand=T[1])
    load(base, visites(date(2026, 10, 15), date(2026, 11, 14), 900, "autre.csv"))
    with pytest.raises(LotRefuse, match="chevauche"):
        restore_lot(first.lot, base, qui="essai")
    assert value(base) == 900


GA4 = b"# Start date: 20261001\n# End date: 20261031\n\nSession source / medium,Sessions\ngoogle / organic,900\n"


def parcel(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in files.items():
            z.writestr(name, content)
    return out.getvalue()


def read(name, octets):
    return read_export(name, octets, AU)


def test_a_zip_is_its_files():
    octets = parcel(**{"a/ga4.csv": GA4, "__MACOSX/._ga4.csv": b"x", ".DS_Store": b"x", "../../etc/vide.csv": b""})
    lectures = read_all("mois.zip", octets, read)
    assert [le.fichier for le in lectures] == ["ga4.csv", "vide.csv"]
    assert lectures[0].source.nom == "ga4" and lectures[1].source is None
    assert lectures[0].sha256 == read("seul.csv", GA4).sha256  # sent alone, it is the same file


def test_a_workbook_is_not_a_parcel():
    assert not is_archive(xlsx_bytes([["a"]], "S")) and is_archive(parcel(a=b"1"))


@pytest.mark.parametrize(
    ("octets", "nom"),
    [
        (parcel(), "vide"),
        (parcel(**{f"{k}.csv": b"x" for k in range(201)}), "trop_gros"),
        (parcel(a=b"0" * 60_000_000), "trop_gros"),
        (parcel(a=GA4)[:-30], "abime"),
    ],
)
def test_parcels_that_are_refused(octets, nom):
    with pytest.raises(UnreadableError) as refused:
        expand(octets)
    assert refused.value.constat.nom == nom
    if nom != "abime" and octets.startswith(b"PK\x03\x04"):
        [lecture] = read_all("x.zip", octets, read)
        assert [c.nom for c in lecture.constats] == [nom]
