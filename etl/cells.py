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

import unicodedata
from collections.abc import Collection
from typing import Literal, NamedTuple

import pandas as pd

from rqds_metrics.regles.textes import strip_controls as strip_controls

_SPACES = "[\u00a0\u202f\u2007\u2009\t]"
# Any space but the ordinary one; spelled out, for « \s » would leave arrow's regular expressions for slower ones.
_BREAKS = "[\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_EXCEL_ERROR = r"#(?:DIV/0!|N/A|NA|REF!|VALUE!|NAME\?|NUM!|NULL!|VALEUR!|NOM\?|NOMBRE!|NUL!|GETTING_DATA|SPILL!|CALC!)"
_INT = r"[-+]?[0-9]{1,15}"
_GROUPS = r"[-+]?[0-9]{1,3}(?:(?: [0-9]{3})+|(?:,[0-9]{3})+|(?:\.[0-9]{3})+|(?:'[0-9]{3})+)"
_ZEROS = r"[-+]?[0-9]{1,15}[.,]0{1,2}"
_POINT = r"[-+]?(?:[0-9]+|[0-9]{1,3}(?:[ ,'][0-9]{3})+)\.[0-9]+"
_COMMA = r"[-+]?(?:[0-9]+|[0-9]{1,3}(?:[ .'][0-9]{3})+),[0-9]+"
_EITHER = r"[-+]?[0-9]{1,3}[.,][0-9]{3}"  # thousands, or three decimals


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


def clean(series: pd.Series, empty: Collection[str] = ()) -> pd.Series:
    """Trimmed text with ordinary spaces; cells that are one of `empty` (any case) become empty."""
    text = series.astype("str").str.strip()
    odd = text.str.contains(_SPACES, regex=True) | text.str.contains("[−’]", regex=True)
    if odd.any():
        fixed = text[odd].str.replace(_SPACES, " ", regex=True).str.replace("−", "-").str.replace("’", "'")
        text = text.where(~odd, fixed.reindex(text.index))
    if empty:
        text = text.mask(text.str.lower().isin([e.lower() for e in empty]), "")
    return text


def excel_errors(series: pd.Series) -> pd.Series:
    """Which cells hold the result of a formula that failed."""
    return series.str.fullmatch(_EXCEL_ERROR)


def _typed(numbers: pd.Series, text: pd.Series, dtype: Literal["Int64", "Float64"]) -> Typed:
    return Typed(numbers.astype(dtype), numbers.isna() & (text != ""))


def to_int(series: pd.Series, empty: Collection[str] = ()) -> Typed:
    """Whole numbers, as Int64: « 1234 », « 1 234 », « 1,234 », « 1.234 », « -5 », « 12.0 »."""
    text = clean(series, empty)
    plain = text.str.fullmatch(_INT)
    if not (plain | (text == "")).all():
        groups, zeros = text.str.fullmatch(_GROUPS), text.str.fullmatch(_ZEROS)
        text_digits = text.mask(groups, text.str.replace(r"[ ,.']", "", regex=True))
        text_digits = text_digits.mask(zeros, text.str.replace(r"[.,]0+$", "", regex=True))
        usable = plain | ((groups | zeros) & (text_digits.str.len() <= 16))
        return _typed(pd.to_numeric(text_digits.where(usable)), text, "Int64")
    return _typed(pd.to_numeric(text.where(plain)), text, "Int64")


def to_number(series: pd.Series, empty: Collection[str] = ()) -> Typed:
    """Decimal numbers, as Float64: « 12,5 », « 12.5 », « 1 234,5 », « 1,234.5 », « 1234 »."""
    text = clean(series, empty)
    whole = text.str.fullmatch(_INT)
    point, comma = text.str.fullmatch(_POINT), text.str.fullmatch(_COMMA)
    either = text.str.fullmatch(_EITHER)
    groups = text.str.fullmatch(_GROUPS) & ~either
    says_comma, says_point = (comma & ~either).any(), (point & ~either).any()
    lone_comma = either & text.str.contains(",", regex=False)
    # a lone point with three decimals is a decimal point, unless the column writes its decimals with a comma
    if says_comma and not says_point:
        groups |= either & ~lone_comma
        comma, point = comma & ~groups, point & ~groups
        lone_comma &= False
    elif says_point and not says_comma:
        groups |= lone_comma
        comma = comma & ~groups
        lone_comma &= False
    comma, point = comma & ~lone_comma & ~groups, point & ~groups
    digits = text.mask(groups, text.str.replace(r"[ ,.']", "", regex=True))
    digits = digits.mask(point, text.str.replace(r"[ ,']", "", regex=True))
    digits = digits.mask(comma, text.str.replace(r"[ .']", "", regex=True).str.replace(",", "."))
    return _typed(pd.to_numeric(digits.where(whole | groups | point | comma)), text, "Float64")


def to_percent(series: pd.Series, empty: Collection[str] = ()) -> Typed:
    """Fractions, as Float64: « 41,2 % » and « 41.2% » give 0.412; without a sign, 0 to 1 only."""
    text = clean(series, empty)
    signed = text.str.fullmatch(r"[-+]?[0-9 .,']+ ?%")
    bare = text.str.replace(r" ?%$", "", regex=True).where(signed | (text == ""), text)
    # one decimal separator is never ambiguous here: a percentage has no thousands
    numbers = pd.to_numeric(bare.where(bare.str.fullmatch(r"[-+]?[0-9]+(?:[.,][0-9]+)?")).str.replace(",", "."))
    values = (numbers / 100).where(signed, numbers.where(numbers.between(0, 1)))
    return _typed(values, text, "Float64")


def to_text(series: pd.Series, empty: Collection[str] = ()) -> Typed:
    """Text on one line, null where empty; the result of a failed formula is a fault."""
    text = clean(series, empty)
    spaced = text.str.contains(f"  |{_BREAKS}", regex=True)
    if spaced.any():
        text = text.mask(spaced, text.str.replace(r"\s+", " ", regex=True))
    faulty = excel_errors(text)
    return Typed(text.mask((text == "") | faulty), faulty)


def column_letter(index: int) -> str:
    """`A` for 0, `AA` for 26."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
