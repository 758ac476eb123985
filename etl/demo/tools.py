"""What every generator of the demonstration shares: chance that repeats itself, shares, bytes of files."""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from random import Random
from typing import Any

from openpyxl import Workbook

Cell = str | int | float | datetime | None
_MOMENT = datetime(2022, 7, 1)  # written into workbooks in place of the clock
_ZIP_DAY = (2022, 7, 1, 0, 0, 0)


def chance(*key: object) -> Random:
    """A generator that only depends on its key: the figures of a month do not move when another is added."""
    return Random("|".join(map(str, key)))  # noqa: S311 (fictitious figures, no secret)


def around(value: float, spread: float, *key: object) -> float:
    """`value` give or take `spread` (a share of it), always the same for a key."""
    return value * (1 + chance(*key).uniform(-spread, spread))


def split(total: int, weights: Sequence[float]) -> list[int]:
    """`total` cut in whole parts that follow `weights` and add up to it exactly."""
    scale = total / (sum(weights) or 1)
    exact = [w * scale for w in weights]
    out = [math.floor(x) for x in exact]
    by_rest = sorted(range(len(exact)), key=lambda i: (out[i] - exact[i], i))
    for i in by_rest[: total - sum(out)]:
        out[i] += 1
    return out


def percent(part: int, whole: int) -> str:
    """`41.80%`, the way American tools write it."""
    return f"{part / whole * 100:.2f}%" if whole else "0.00%"


def month_code(month: date) -> str:
    return f"{month.year}-{month.month:02d}"


def csv_bytes(rows: Iterable[Sequence[Cell]], *, bom: bool = False, quoted: bool = False) -> bytes:
    """A comma-separated file in UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig" if bom else "utf-8")


def xlsx_bytes(rows: Iterable[Sequence[Cell]], sheet: str) -> bytes:
    """A workbook of one sheet, without any trace of when it was made: the same rows give the same bytes."""
    book = Workbook()
    page: Any = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    book.properties.created = _MOMENT
    made = io.BytesIO()
    book.save(made)
    out = io.BytesIO()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2022-07-01T00:00:00Z", content)
            info = zipfile.ZipInfo(name, _ZIP_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, content)
    return out.getvalue()
