"""Dates in columns of text: ISO, day or month first, and with French or English month names.

Which of day and month comes first is decided for a whole column, from evidence (a part over 12; else the order that
makes the days follow each other); the source's own order is used only when nothing tells. A column where some cells
are true dates and others are not is the mark of a file that Excel half converted: it is for the caller to refuse.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal, NamedTuple

import pandas as pd

from etl.cells import clean, unaccented

Order = Literal["mdy", "dmy"]

_TIME = (
    r"(?:(?:[t, ]| a)+ ?([0-9]{1,2})(?::| ?h ?)([0-9]{2})(?:(?::| ?min ?)([0-9]{2})(?:\.[0-9]+)?(?: ?s)?| ?min)?"
    r" ?([ap]\.?m\.?)?(?: ?(?:utc|gmt|z|[+-][0-9]{2}:?[0-9]{2}).*)?)?"
)
_ISO = r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})" + _TIME
_COMPACT = r"([0-9]{4})([0-9]{2})([0-9]{2})"
_NUMERIC = r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})" + _TIME
_DAY_NAME = r"(?:(?:lun|mar|mer|jeu|ven|sam|dim|mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?"
_DAY_FIRST = _DAY_NAME + r"([0-9]{1,2})(?:er)?[ -]([a-z]+)\.?,?[ -]([0-9]{4})" + _TIME
_MONTH_FIRST = _DAY_NAME + r"([a-z]+)\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})" + _TIME

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
    """Moments, without time zone. Impossible ones (31 February) are faulty."""
    text = clean(series, empty)
    iso = text.str.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}:[0-9]{2})?")
    if (iso | (text == "")).all():  # what a workbook's own dates look like: the one shape that must be fast
        values = pd.to_datetime(text.where(iso), format="ISO8601", errors="coerce")
        return Dates(values, values.isna() & (text != ""))
    known = pd.Series(text[text != ""].unique(), dtype="str")
    lowered = _lowered(known)
    parts = pd.DataFrame(index=known.index, columns=["y", "m", "d", "hh", "mm", "ss", "ap"], dtype="object")
    left = pd.Series(True, index=known.index)
    numeric = pd.DataFrame()
    for pattern, names in (
        (_ISO, "y m d hh mm ss ap"),
        (_COMPACT, "y m d"),
        (_NUMERIC, "a b y hh mm ss ap"),
        (_DAY_FIRST, "d m y hh mm ss ap"),
        (_MONTH_FIRST, "m d y hh mm ss ap"),
    ):
        hits = left & lowered.str.fullmatch(pattern)
        if not hits.any():
            continue
        found = lowered[hits].str.extract(f"^{pattern}$").astype("object")
        found.columns = names.split()
        if pattern in (_DAY_FIRST, _MONTH_FIRST):
            found["m"] = found["m"].map({name: month_number(name) for name in found["m"].unique()})
        if pattern == _NUMERIC:
            numeric = found
        parts.loc[found.index, [c for c in found.columns if c in parts]] = found
        left &= ~known.index.isin(found.index)
    chosen, flipped = _choose(numeric, order, known, text)
    if chosen and not numeric.empty:
        first, second = ("m", "d") if chosen == "mdy" else ("d", "m")
        parts.loc[numeric.index, [first, second]] = numeric[["a", "b"]].to_numpy()
        parts.loc[numeric.index, "y"] = numeric["y"].map(lambda y: y if len(y) == 4 else f"20{y}")
    values = pd.Series(_stamps(parts).to_numpy(), index=known)
    result = pd.to_datetime(text.map(values))
    others = int((~left).sum()) - len(numeric)
    return Dates(result, result.isna() & (text != ""), chosen, flipped, bool(len(numeric) and others))


def to_date(series: pd.Series, order: Order = "mdy", empty: Collection[str] = ()) -> Dates:
    """Days, at midnight: `to_datetime` without the hours."""
    dates = to_datetime(series, order, empty)
    return dates._replace(values=dates.values.dt.normalize())


def _lowered(texts: pd.Series) -> pd.Series:
    """`unaccented`, a whole column at a time where texts are plain."""
    odd = texts.str.contains("[^!-~ ]|  ", regex=True)
    return texts.str.lower().where(~odd, texts[odd].map(unaccented).reindex(texts.index)).astype("str")


def _stamps(parts: pd.DataFrame) -> pd.Series:
    """Moments from columns of parts, null where they make no day."""
    numbers = parts.drop(columns="ap").apply(pd.to_numeric, errors="coerce")
    hours = numbers["hh"].fillna(0)
    half = parts["ap"].fillna("").astype("str").str[:1]
    hours = hours.mask((half == "p") & (hours < 12), hours + 12).mask((half == "a") & (hours == 12), 0)
    days = pd.to_datetime(
        pd.DataFrame({"year": numbers["y"], "month": numbers["m"], "day": numbers["d"]}), errors="coerce"
    )
    seconds = hours * 3600 + numbers["mm"].fillna(0) * 60 + numbers["ss"].fillna(0)
    stamps: pd.Series = days + pd.to_timedelta(seconds.where(seconds < 86400), unit="s")
    return stamps.astype("datetime64[s]")


def _choose(numeric: pd.DataFrame, order: Order, known: pd.Series, text: pd.Series) -> tuple[Order | None, bool]:
    """The order of day and month that the column shows, and whether it is not the source's own."""
    if numeric.empty:
        return None, False
    a, b = pd.to_numeric(numeric["a"]), pd.to_numeric(numeric["b"])
    if (a > 12).any() != (b > 12).any():
        chosen: Order = "dmy" if (a > 12).any() else "mdy"
        return chosen, chosen != order
    if (a > 12).any():  # both: no order reads every cell; the source's own leaves the others faulty
        return order, False
    other: Order = "dmy" if order == "mdy" else "mdy"
    if _follow(numeric, other) > _follow(numeric, order):
        return other, True
    return order, False


def _follow(numeric: pd.DataFrame, order: Order) -> int:
    """How many dates come the day after the one before them, read in this order."""
    month, day = ("a", "b") if order == "mdy" else ("b", "a")
    year = numeric["y"].map(lambda y: y if len(y) == 4 else f"20{y}")
    frame = pd.DataFrame({"year": year, "month": numeric[month], "day": numeric[day]})
    days = pd.to_datetime(frame.apply(pd.to_numeric), errors="coerce")
    return int((days.diff().abs() == pd.Timedelta(days=1)).sum())


def years_in(text: str) -> list[int]:
    """Every year between 2000 and 2099 written in a text."""
    return [int(y) for y in re.findall(r"\b(20[0-9]{2})\b", text)]
