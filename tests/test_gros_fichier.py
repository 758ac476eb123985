"""A workbook of 100,000 mailings is imported whole, in a time that a person waits for."""

import io
import time
import zipfile
from datetime import date, timedelta

from etl.loading import import_export
from etl.recognition import read_export
from rqds_metrics import store
from tests.classeurs import xlsx

LIGNES = 100_000
PREMIER = date(2022, 7, 1)
HEAD = ["Title", "Subject", "Audience", "Send Date", "Total Recipients", "Successful Deliveries", "Unique Opens",
        "Open Rate", "Unique Clicks", "Unsubscribes", "Unique Id"]  # fmt: skip


def mailing(k):
    delivered = 50 + k % 1000
    opened = k % (delivered + 1)
    day = PREMIER + timedelta(days=k % 1500)
    return [f"Infolettre {k}", "Objet", "Membres", f"{day:%b %d, %Y} 09:05 am", delivered + 3, delivered, opened,
            round(opened / delivered, 4), 0, k % 3, f"id{k}"]  # fmt: skip


def big_workbook():
    """Like openpyxl's, written as text: ten times faster."""
    lines = []
    for number, row in enumerate([HEAD, *map(mailing, range(LIGNES))], 1):
        cells = "".join(
            f'<c r="{chr(65 + k)}{number}" t="inlineStr"><is><t>{v}</t></is></c>'
            if isinstance(v, str)
            else f'<c r="{chr(65 + k)}{number}"><v>{v}</v></c>'
            for k, v in enumerate(row)
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{"".join(lines)}'
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(["a"]))) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, f"{sheet}</sheetData></worksheet>" if name.endswith("sheet1.xml") else content)
    return out.getvalue()


def test_a_hundred_thousand_rows(tmp_path):
    octets = big_workbook()
    start = time.perf_counter()
    lecture = read_export("donnees", octets, date(2026, 11, 20))
    assert lecture.source.nom == "mailchimp" and not lecture.extrait.erreurs
    base = tmp_path / "rqds.duckdb"
    recu = import_export(lecture, base, par="essai")
    assert recu.lignes == LIGNES
    rows = [mailing(k) for k in range(LIGNES)]
    with store.connect(base) as cursor:
        found = cursor.execute(
            "SELECT count(*), count(DISTINCT campagne), sum(livres), sum(ouvertures), sum(desabonnements), min(debut), max(debut) "
            "FROM infolettre"
        ).fetchone()
        spans = cursor.execute("SELECT count(*), count(DISTINCT serie) FROM tranche").fetchone()
    assert found == (
        LIGNES, LIGNES, sum(r[5] for r in rows), sum(r[6] for r in rows), sum(r[9] for r in rows), PREMIER,
        PREMIER + timedelta(days=1499),
    )  # fmt: skip
    assert spans == (LIGNES, LIGNES)
    assert time.perf_counter() - start < 60
