"""Dates in columns of text: ISO, day or month first, and with French or English month names.

Which of day and month comes first is decided for a whole column, from evidence (a part over 12; else the order that
makes the days follow each other); the source's own order is used only when nothing tells. A column where some cells
are true dates and others are not is the mark of a file that Excel half converted: it is for the caller to refuse.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from etl.cells import distinct, unaccented

Order = Literal["mdy", "dmy"]

_TIME = (
    r"(?:(?:[t, ]| a)+ ?([0-9]{1,2})(?::| ?h ?)([0-9]{2})(?:(?::| ?min ?)([0-9]{2})(?:\.[0-9]+)?(?: ?s)?| ?min)?"
    r" ?([ap]\.?m\.?)?(?: ?(?:utc|gmt|z|[+-][0-9]{2}:?[0-9]{2}).*)?)?"
)
_PLAIN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}:[0-9]{2})?")
_ORDINARY = re.compile(r"(?:[!-~]| (?! ))*")  # for which lower case is all that `unaccented` does
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})" + _TIME)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_NUMERIC = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})" + _TIME)
_DAY_NAME = r"(?:(?:lun|mar|mer|jeu|ven|sam|dim|mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?"
_DAY_FIRST = re.compile(_DAY_NAME + r"([0-9]{1,2})(?:er)?[ -]([a-z]+)\.?,?[ -]([0-9]{4})" + _TIME)
_MONTH_FIRST = re.compile(_DAY_NAME + r"([a-z]+)\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})" + _TIME)

_MONTHS = {
    **dict.fromkeys(("janvier", "janv", "jan", "january"), 1),
    **dict.fromkeys(("fevrier", "fevr", "fev", "feb", "february"), 2),
    **dict.fromkeys(("mars", "mar", "march"), 3),
    **dict.fromkeys(("avril", "avr", "apr", "april"), 4),
    **dict.fromkeys(("mai", "may"), 5),
    **dict.fromkeys(("juin", "jun", "june"), 6),
    **dict.fromkeys(("juillet", "juil", "juill", "jul", "july"), 7),
    **dict.fromkeys(("aout", "aug", "august"), 8),
    **dict.fromkeys(("septembre", "sept", "sep", "september"), 9),
    **dict.fromkeys(("octobre", "oct", "october"), 10),
    **dict.fromkeys(("novembre", "nov", "november"), 11),
    **dict.fromkeys(("decembre", "dec", "december"), 12),
}


class Dates(NamedTuple):
    """`values`: datetime64, null where empty or faulty. `order`: how numeric dates were read (None: there were none).

    `flipped`: the file's order is not the source's own. `mixed`: true dates and day/month text in one column.
    """

    values: pd.Series
    faulty: pd.Series
    order: Order | None = None
    flipped: bool = False
    mixed: bool = False


def month_number(name: str) -> int | None:
    """`9` for « sept. », « September » or « septembre »."""
    return _MONTHS.get(unaccented(name).rstrip("."))


def to_datetime(series: pd.Series, order: Order = "mdy", empty: Collection[str] = ()) -> Dates:
    """Moments, without time zone. Impossible ones (31 February) are faulty.

    Each text is read once, whatever the number of cells that hold it.
    """
    codes, texts = distinct(series, empty)
    if all(map(_PLAIN.fullmatch, filter(None, texts))):  # a workbook's own dates: the one shape that must be fast
        stamps = pd.to_datetime(pd.Series(texts, dtype="str"), format="ISO8601", errors="coerce").to_numpy()
        return _told(codes, texts, stamps, series.index)
    read = [_read(t) for t in texts]
    numeric = [found for found in read if isinstance(found, _Numeric)]
    chosen, flipped = _choose(numeric, order)
    moments = [found.moment(chosen or order) if isinstance(found, _Numeric) else _moment(found) for found in read]
    others = sum(found is not None for found in read) - len(numeric)
    dates = _told(codes, texts, np.array(moments, dtype="datetime64[s]"), series.index)
    return dates._replace(order=chosen, flipped=flipped, mixed=bool(numeric and others))


def _told(codes: np.ndarray, texts: list[str], stamps: np.ndarray, index: pd.Index) -> Dates:
    """The moment of each cell, from those of the different texts."""
    values = np.append(stamps.astype("datetime64[s]"), np.datetime64("NaT"))
    faulty = np.isnat(values) & np.array([*(t != "" for t in texts), False])
    return Dates(pd.Series(values[codes], index=index), pd.Series(faulty[codes], index=index))


def to_date(series: pd.Series, order: Order = "mdy", empty: Collection[str] = ()) -> Dates:
    """Days, at midnight: `to_datetime` without the hours."""
    dates = to_datetime(series, order, empty)
    return dates._replace(values=dates.values.dt.normalize())


class _Numeric(NamedTuple):
    """Three numbers whose order must be chosen. `heure`: (hours, minutes, seconds, half of the day)."""

    a: int
    b: int
    annee: int
    heure: tuple[str | None, ...]

    def day(self, order: Order) -> date | None:
        month, day = (self.a, self.b) if order == "mdy" else (self.b, self.a)
        return _day(self.annee, month, day)

    def moment(self, order: Order) -> datetime | None:
        return _moment((self.day(order), self.heure))


_Lu = tuple[date | None, tuple[str | None, ...]]  # a day, and the hour as it is written


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read(text: str) -> _Lu | _Numeric | None:
    """What a text says of a day, by the first shape that it fits; None where it fits none."""
    low = text.lower() if _ORDINARY.fullmatch(text) else unaccented(text)
    if found := _ISO.fullmatch(low):
        y, m, d, *hour = found.groups()
        return _day(int(y), int(m), int(d)), tuple(hour)
    if found := _COMPACT.fullmatch(low):
        return _day(*map(int, found.groups())), ()
    if found := _NUMERIC.fullmatch(low):
        a, b, y, *hour = found.groups()
        return _Numeric(int(a), int(b), int(y) if len(y) == 4 else 2000 + int(y), tuple(hour))
    if found := _DAY_FIRST.fullmatch(low):
        d, name, y, *hour = found.groups()
    elif found := _MONTH_FIRST.fullmatch(low):
        name, d, y, *hour = found.groups()
    else:
        return None
    month = month_number(name)
    return _day(int(y), month, int(d)) if month else None, tuple(hour)


def _moment(read: _Lu | None) -> datetime | None:
    """A day and its hour together; None where they make no moment."""
    day, hour = read or (None, ())
    if day is None:
        return None
    if not hour:
        return datetime.combine(day, time())
    hours, minutes, seconds = (int(part or 0) for part in hour[:3])
    half = (hour[3] or "")[:1]
    if half == "p" and hours < 12:
        hours += 12
    elif half == "a" and hours == 12:
        hours = 0
    total = hours * 3600 + minutes * 60 + seconds
    return datetime.combine(day, time()) + timedelta(seconds=total) if total < 86400 else None


def _choose(numeric: list[_Numeric], order: Order) -> tuple[Order | None, bool]:
    """The order of day and month that the column shows, and whether it is not the source's own."""
    if not numeric:
        return None, False
    first, second = any(n.a > 12 for n in numeric), any(n.b > 12 for n in numeric)
    if first != second:
        chosen: Order = "dmy" if first else "mdy"
        return chosen, chosen != order
    if first:  # both: no order reads every cell; the source's own leaves the others faulty
        return order, False
    other: Order = "dmy" if order == "mdy" else "mdy"
    if _follow(numeric, other) > _follow(numeric, order):
        return other, True
    return order, False


def _follow(numeric: list[_Numeric], order: Order) -> int:
    """How many dates come the day after, or before, the one above them, read in this order."""
    days = [n.day(order) for n in numeric]
    return sum(a is not None and b is not None and abs((b - a).days) == 1 for a, b in pairwise(days))


def years_in(text: str) -> list[int]:
    """Every year between 2000 and 2099 written in a text."""
    return [int(y) for y in re.findall(r"\b(20[0-9]{2})\b", text)]
