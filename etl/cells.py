"""From the text of cells to values, column by column: the rules that every source shares.

Each function takes a Series of str and gives `Typed(values, faulty)`, both on the same index. An empty cell is null
and not a fault; anything that cannot be read for sure (« n/d », « < 5 », « #DIV/0! ») is null *and* faulty, so that
it is told to a person and never lost in silence.

Ambiguity, decided once here:
- in a column of whole numbers « 1.234 » and « 1,234 » are thousands; « 12,50 » is a fault;
- in a column of decimal numbers a lone « 1,234 » is a decimal comma or thousands according to the other cells of the
  column, and a fault when they do not tell;
- a percentage without its sign must be a fraction between 0 and 1 (that is what a spreadsheet keeps of « 41,2 % »).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from rqds_metrics.regles.textes import strip_controls as strip_controls

_SPACES = re.compile("[\u00a0\u202f\u2007\u2009\t]")
_BLANKS = re.compile(r"\s+")
_EXCEL_ERROR = re.compile(
    r"#(?:DIV/0!|N/A|NA|REF!|VALUE!|NAME\?|NUM!|NULL!|VALEUR!|NOM\?|NOMBRE!|NUL!|GETTING_DATA|SPILL!|CALC!)"
)
_INT = re.compile(r"[-+]?[0-9]{1,15}")
_GROUPS = re.compile(r"[-+]?[0-9]{1,3}(?:(?: [0-9]{3})+|(?:,[0-9]{3})+|(?:\.[0-9]{3})+|(?:'[0-9]{3})+)")
_ZEROS = re.compile(r"[-+]?[0-9]{1,15}[.,]0{1,2}")
_POINT = re.compile(r"[-+]?(?:[0-9]+|[0-9]{1,3}(?:[ ,'][0-9]{3})+)\.[0-9]+")
_COMMA = re.compile(r"[-+]?(?:[0-9]+|[0-9]{1,3}(?:[ .'][0-9]{3})+),[0-9]+")
_EITHER = re.compile(r"[-+]?[0-9]{1,3}[.,][0-9]{3}")  # thousands, or three decimals
_SIGNED = re.compile(r"[-+]?[0-9 .,']+ ?%")
_DECIMAL = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?")
_NO_SEPARATOR = str.maketrans("", "", " ,.'")


class Typed(NamedTuple):
    """`values`: nullable, null where empty or faulty. `faulty`: bool, the cells that hold something unreadable."""

    values: pd.Series
    faulty: pd.Series


def normal(text: str) -> str:
    """How headers and labels compare: NFKC, no case, straight apostrophes, single ordinary spaces."""
    text = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'").replace("\ufeff", "")
    return " ".join(text.casefold().split())


def unaccented(text: str) -> str:
    """`normal`, and without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", normal(text)) if not unicodedata.combining(c))


def distinct(series: pd.Series, empty: Collection[str] = ()) -> tuple[np.ndarray, list[str]]:
    """A column as the place of each cell in the list of its texts, cleaned: what reads a text reads it once.

    -1, the last of any list, for a cell without text: `spread` gives it null.
    """
    codes, known = pd.factorize(series.astype("str"))
    nothing = {e.lower() for e in empty}
    texts = [_clean(t) for t in known.tolist()]
    return codes, [t if t.lower() not in nothing else "" for t in texts] if nothing else texts


def spread(codes: np.ndarray, values: Sequence[Any], dtype: Any, index: pd.Index) -> pd.Series:
    """The values of the distinct texts, cell by cell; null where there was no text."""
    return pd.Series(pd.array([*values, None], dtype=dtype)[codes], index=index)


def _clean(text: str) -> str:
    text = text.strip()
    if text.isascii() and "\t" not in text:
        return text
    return _SPACES.sub(" ", text).replace("−", "-").replace("’", "'")


def excel_error(text: str) -> bool:
    """Is this the result of a formula that failed."""
    return _EXCEL_ERROR.fullmatch(text) is not None


def _typed(
    codes: np.ndarray,
    texts: list[str],
    values: Sequence[float | None],
    dtype: Literal["Int64", "Float64"],
    index: pd.Index,
) -> Typed:
    faulty = [value is None and text != "" for value, text in zip(values, texts, strict=True)]
    return Typed(spread(codes, values, dtype, index), _spread_faults(codes, faulty, index))


def _spread_faults(codes: np.ndarray, faulty: list[bool], index: pd.Index) -> pd.Series:
    return pd.Series(np.array([*faulty, False])[codes], index=index)


def _int_of(text: str) -> int | None:
    if _INT.fullmatch(text):
        return int(text)
    if _GROUPS.fullmatch(text):
        digits = text.translate(_NO_SEPARATOR)
    elif _ZEROS.fullmatch(text):
        digits = text[: max(text.rfind("."), text.rfind(","))]
    else:
        return None
    return int(digits) if len(digits) <= 16 else None


def to_int(series: pd.Series, empty: Collection[str] = ()) -> Typed:
    """Whole numbers, as Int64: « 1234 », « 1 234 », « 1,234 », « 1.234 », « -5 », « 12.0 »."""
    codes, texts = distinct(series, empty)
    return _typed(codes, texts, [_int_of(t) for t in texts], "Int64", series.index)


def _number_of(text: str, says_comma: bool, says_point: bool) -> float | None:
    """`says_…`: whether other cells of the column write decimals, for sure, with a comma or with a point."""
    if _INT.fullmatch(text):
        return float(text)
    if _EITHER.fullmatch(text):
        comma = "," in text
        if says_comma == says_point:
            # a lone comma is not known; a lone point with three decimals is a decimal point
            return None if comma else float(text)
        return float(text.replace(",", ".")) if comma == says_comma else float(text.translate(_NO_SEPARATOR))
    if _GROUPS.fullmatch(text):
        return float(text.translate(_NO_SEPARATOR))
    if _POINT.fullmatch(text):
        return float(re.sub("[ ,']", "", text))
    if _COMMA.fullmatch(text):
        return float(re.sub("[ .']", "", text).replace(",", "."))
    return None


def to_number(series: pd.Series, empty: Collection[str] = ()) -> Typed:
    """Decimal numbers, as Float64: « 12,5 », « 12.5 », « 1 234,5 », « 1,234.5 », « 1234 »."""
    codes, texts = distinct(series, empty)
    sure = [t for t in texts if not _EITHER.fullmatch(t)]
    says_comma, says_point = any(map(_COMMA.fullmatch, sure)), any(map(_POINT.fullmatch, sure))
    values = [_number_of(t, says_comma, says_point) for t in texts]
    return _typed(codes, texts, values, "Float64", series.index)


def _percent_of(text: str) -> float | None:
    signed = _SIGNED.fullmatch(text)
    bare = text[:-1].removesuffix(" ") if signed else text
    # one decimal separator is never ambiguous here: a percentage has no thousands
    if not _DECIMAL.fullmatch(bare):
        return None
    number = float(bare.replace(",", "."))
    return number / 100 if signed else number if 0 <= number <= 1 else None


def to_percent(series: pd.Series, empty: Collection[str] = ()) -> Typed:
    """Fractions, as Float64: « 41,2 % » and « 41.2% » give 0.412; without a sign, 0 to 1 only."""
    codes, texts = distinct(series, empty)
    return _typed(codes, texts, [_percent_of(t) for t in texts], "Float64", series.index)


def to_text(series: pd.Series, empty: Collection[str] = ()) -> Typed:
    """Text on one line, null where empty; the result of a failed formula is a fault."""
    codes, texts = distinct(series, empty)
    lines = [_BLANKS.sub(" ", t) for t in texts]
    faulty = [excel_error(t) for t in lines]
    values = [None if bad or not t else t for t, bad in zip(lines, faulty, strict=True)]
    return Typed(spread(codes, values, "str", series.index), _spread_faults(codes, faulty, series.index))


def column_letter(index: int) -> str:
    """`A` for 0, `AA` for 26."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
