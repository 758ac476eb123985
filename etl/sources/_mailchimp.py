"""What makes two Mailchimp files speak of one mailing: the list export (mailchimp) and the report of a single one."""

from __future__ import annotations

import hashlib

import pandas as pd

from etl.cells import normal

SERIE = "mailchimp|"
TOLERANCE = 0.005  # Mailchimp rounds to a hundredth of a per cent, and its bounces move a little afterwards


def mailing_mark(moment: pd.Timestamp, title: str, code: str = "") -> str:
    """16 figures that stand for a mailing: its send moment to the minute and its title, however they are written.

    Only the list gives a code (Unique Id): it is added for the second mailing of one minute and title, and the next.
    """
    parts = [f"{moment:%Y-%m-%dT%H:%M}", normal(title), *([code] if code else [])]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def mailing_marks(moments: pd.Series, titles: pd.Series, codes: pd.Series) -> pd.Series:
    """`mailing_mark` of each row of a list, all different. « The second » goes by code, so that order changes nothing."""
    frame = pd.DataFrame({"moment": moments.dt.floor("min"), "title": titles.fillna("").map(normal), "code": codes})
    later = frame.sort_values("code").duplicated(["moment", "title"]).reindex(frame.index)
    rows = zip(frame["moment"], frame["title"], frame["code"], later, strict=True)
    return pd.Series([mailing_mark(m, t, c if again else "") for m, t, c, again in rows], frame.index, dtype="str")
