"""When things happen: the months of the demonstration, and the day each month's files come in."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from etl.demo.tools import chance
from rqds_metrics.exercice import Exercice, exercices_du_plan
from rqds_metrics.store import FUSEAU

UTC = ZoneInfo("UTC")

# Months whose files came in late, and the day they did (holidays, a change of staff).
LATE = {(2023, 12): date(2024, 2, 5), (2025, 7): date(2025, 9, 4)}
# The month after a late one waits for it.
_AFTER_LATE = {(2024, 1): date(2024, 2, 8), (2025, 8): date(2025, 9, 8)}
# One source late on its own: the values typed for April 2024.
LATE_SAISIE = {(2024, 4): date(2024, 6, 10)}

MISSING_PAGES = (2025, 2)  # the « Pages et écrans » report nobody exported: a hole of one month in 2024-2025
OPENED_LATER = (2026, 8)  # the newsletter, sent again once everyone had opened it: the board had seen fewer
CORRECTED_SITE = (2026, 9)  # the site's traffic, sent again once the tag was repaired


def first_days(today: date) -> list[date]:
    """First days of the months to tell: from July 2022 to the month before `today`, within the plan's five years."""
    every = [m for e in exercices_du_plan() for m in e.mois()]
    return [m for m in every if m < today.replace(day=1)]


def last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def next_month(month: date) -> date:
    return last_day(month) + timedelta(days=1)


def year_of(month: date) -> int:
    """1 to 5: which year of the plan a month is in."""
    return Exercice.of(month).an


def last_wednesday(month: date) -> date:
    last = last_day(month)
    return last - timedelta(days=(last.weekday() - 2) % 7)


def working_day(day: date) -> date:
    """`day`, or the Monday after a week-end."""
    return day + timedelta(days=max(7 - day.weekday(), 0) if day.weekday() > 4 else 0)


def reception(month: date) -> date:
    """The day the files of a month come in: a working day between the 2nd and the 9th of the next month."""
    key = (month.year, month.month)
    if key in LATE:
        return LATE[key]
    if key in _AFTER_LATE:
        return _AFTER_LATE[key]
    first = 5 if month.month == 12 else 2  # offices are closed for the New Year
    return working_day(next_month(month).replace(day=chance("reception", *key).randint(first, 7)))


def moment(day: date, minutes: int) -> datetime:
    """`minutes` after 9 in the morning of `day` in Québec, as the database writes moments (UTC, no zone)."""
    local = datetime.combine(day, time(9), FUSEAU) + timedelta(minutes=minutes)
    return local.astimezone(UTC).replace(tzinfo=None)
