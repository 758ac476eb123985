"""The newsletter, as Mailchimp exports its campaigns: ten sends a year on last Wednesdays, and a few tests."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from etl.demo.schedule import last_wednesday, year_of
from etl.demo.tools import Cell, around, chance, csv_bytes, percent
from rqds_metrics.regles.formats import MOIS

HEADER = (
    "Title,Subject,List,Send Date,Send Weekday,Total Recipients,Successful Deliveries,Soft Bounces,Hard Bounces,"
    "Total Bounces,Times Forwarded,Forwarded Opens,Unique Opens,Open Rate,Total Opens,Unique Clicks,Click Rate,"
    "Total Clicks,Unsubscribes,Abuse Complaints,Times Liked on Facebook,Folder Id,Unique Id,Total Orders,"
    "Total Gross Sales,Total Revenue"
).split(",")
SKIPPED = {(2023, 1), (2024, 3), (2025, 1), (2025, 12), (2027, 1)}  # ten issues for eleven months
# Share of delivered e-mails that are opened, by year of the plan: rising, then a bad year.
OPENED = {1: 0.405, 2: 0.418, 3: 0.431, 4: 0.440, 5: 0.398}
_BOUNCING = 0.018


def sent_in(month: date) -> bool:
    return month.month != 7 and (month.year, month.month) not in SKIPPED


def _day(month: date) -> date:
    day = last_wednesday(month)
    return day - timedelta(days=14) if month.month == 12 else day  # before the holidays


def _row(title: str, subject: str, when: datetime, people: int, bounced: int, opens: int, clicks: int) -> list[Cell]:
    dice = chance("infolettre", title, when)
    delivered = people - bounced
    hard = bounced // 4
    return [
        title, subject, "Infolettre du RQDS", when.strftime("%b %d, %Y %I:%M %p").replace("AM", "am").replace("PM", "pm"),
        when.strftime("%A"), people, delivered, bounced - hard, hard, bounced, 0, 0, opens, percent(opens, delivered),
        round(opens * dice.uniform(1.5, 1.9)), clicks, percent(clicks, delivered), round(clicks * dice.uniform(1.2, 1.6)),
        dice.choice([0, 0, 1, 2]) if people > 50 else 0, 0, 0, 0, f"{dice.getrandbits(40):010x}", 0, 0, 0,
    ]  # fmt: skip


def campaigns(month: date, seen: float = 1.0) -> bytes | None:
    """The campaigns of a month; None when nothing was sent. `seen`: the share of the opens that the tool knew of."""
    if not sent_in(month):
        return None
    key = ("infolettre", month.year, month.month)
    dice, day = chance(*key), _day(month)
    name = f"Infolettre - {MOIS[month.month - 1]} {month.year}"
    rows: list[list[Cell]] = []
    for rank in range(dice.choice([1, 1, 2, 2, 3])):
        people = dice.randint(2, 7)
        when = datetime(day.year, day.month, day.day, 9, 5) - timedelta(days=1, minutes=-37 * rank)
        rows.append(
            _row(f"TEST {name}", f"[Test] {name}", when, people, 0, dice.randint(1, people), dice.randint(0, 2))
        )
    rank = (month.year - 2022) * 12 + month.month - 7
    people = round(around(425 + 4.4 * rank, 0.012, *key))
    bounced = round(people * _BOUNCING * dice.uniform(0.6, 1.4))
    delivered = people - bounced
    opens = round(delivered * (OPENED[year_of(month)] + dice.uniform(-0.015, 0.015)))
    clicks = round(opens * dice.uniform(0.15, 0.24))
    opens = round(opens * seen)
    when = datetime(day.year, day.month, day.day, 10, dice.randint(0, 40))
    rows.append(_row(name, f"{name} : nouvelles du réseau et notes au carnet", when, people, bounced, opens, clicks))
    return csv_bytes([HEADER, *rows])
