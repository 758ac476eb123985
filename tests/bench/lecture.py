"""A workbook of 100,000 mailings: read and stored, against fastexcel reading the same cells and nothing else."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import count
from pathlib import Path

import fastexcel
from openpyxl import Workbook

from etl.demo.infolettre import HEADER
from etl.loading import import_export
from etl.recognition import read_export
from rqds_metrics.store import connect, today
from tests.bench.ratios import in_turns, say_medians, timed, title

ROWS = 100_000


def write_campaigns(path: Path, *, dates_as_text: bool) -> None:
    """Mailchimp's campaigns as a workbook; their dates as Excel's own, or as the tool's text that Excel left alone."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("campaigns")
    sheet.append(HEADER)
    first = datetime.combine(today(), time(8)) - timedelta(days=400)
    for k in range(ROWS):
        when = first + timedelta(minutes=5 * k)
        delivered = 400 + k % 97
        opens, clicks = 150 + k % 61, 20 + k % 13
        sheet.append(
            [
                f"Infolettre {k}", f"Nouvelles du réseau {k}", "Infolettre du RQDS",
                when.strftime("%b %d, %Y %I:%M %p") if dates_as_text else when, when.strftime("%A"),
                delivered + 8, delivered, 6, 2, 8, 0, 0, opens, f"{opens / delivered:.2%}", opens * 2, clicks,
                f"{clicks / delivered:.2%}", clicks * 2, k % 3, 0, 0, 0, f"{k:010x}", 0, 0, 0,
            ]
        )  # fmt: skip
    book.save(path)


def measure(folder: Path, base: Path, rounds: int) -> None:
    for dates_as_text in (False, True):
        how = "dates en texte" if dates_as_text else "dates d'Excel"
        title(f"Lecture : classeur de {ROWS} lignes et {len(HEADER)} colonnes, {how}")
        path = folder / "campaigns.xlsx"
        write_campaigns(path, dates_as_text=dates_as_text)
        _compare(folder, path.read_bytes(), rounds)
        path.unlink()


def _compare(folder: Path, octets: bytes, rounds: int) -> None:
    ranks = count()

    def bare() -> object:
        return fastexcel.read_excel(octets).load_sheet(0, header_row=None, dtypes="string").to_pandas()

    def read() -> None:
        lecture = read_export("campaigns.xlsx", octets, today())
        assert lecture.extrait is not None and not lecture.extrait.erreurs, lecture.constats[:3]

    def whole() -> float:
        new = folder / f"lecture-{next(ranks)}.duckdb"
        with connect(new):
            pass  # tables made beforehand

        def work() -> None:
            recu = import_export(read_export("campaigns.xlsx", octets, today()), new, par="mesure")
            assert recu.lignes == ROWS

        took = timed(work)
        new.unlink()
        return took

    ways = {"nu": lambda: timed(bare), "lu": lambda: timed(read), "rangé": whole}
    for way in ways.values():
        way()
    found = in_turns(rounds, ways)
    say_medians("read_export + import_export", found["rangé"], "fastexcel seul", found["nu"], 2)
    say_medians("read_export", found["lu"], "fastexcel seul", found["nu"])
