"""What makes two Mailchimp files speak of one mailing: the list export (mailchimp) and the report of a single one."""

from __future__ import annotations

import hashlib

import pandas as pd

from etl.cells import normal

TOLERANCE = 0.005  # Mailchimp rounds to a hundredth of a per cent, and its bounces move a little afterwards


def mailing_mark(moment: pd.Timestamp, title: str) -> str:
    """16 figures that stand for a mailing: its send moment to the minute and its title, however they are written.

    Both files give them; only the list gives the code that never changes (Unique Id).
    """
    text = f"{moment:%Y-%m-%dT%H:%M}\n{normal(title)}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def mailing_marks(moments: pd.Series, titles: pd.Series) -> pd.Series:
    """`mailing_mark` of each row of a list."""
    pairs = zip(moments, titles.fillna(""), strict=True)
    return pd.Series([mailing_mark(m, str(t)) for m, t in pairs], titles.index, dtype="str")
