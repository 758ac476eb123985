"""A webinar, as Zoom reports its attendees: a block of totals, then people (all of them made up)."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from etl.demo.programme import Activite
from etl.demo.tools import Cell, chance, csv_bytes

PRENOMS = (
    "Amélie", "Benoit", "Camille", "David", "Élise", "François", "Gabrielle", "Hugo", "Isabelle", "Jérôme", "Karine",
    "Louis", "Maude", "Nicolas", "Océane", "Philippe", "Rosalie", "Simon", "Thérèse", "Vincent", "Zoé",
)  # fmt: skip
NOMS = (
    "Fictif", "Exemple", "Inventé", "Essai", "Imaginaire", "Témoin", "Modèle", "Quelconque", "Figurant", "Anonyme",
)  # fmt: skip
_WIDTH = 14
_PEOPLE: list[Cell] = [
    "Attended", "User Name (Original Name)", "Email", "Join Time", "Leave Time", "Time in Session (minutes)",
    "Is Guest", "Country/Region Name",
]  # fmt: skip
_ATTENDEES: list[Cell] = [
    "Attended", "User Name (Original Name)", "First Name", "Last Name", "Email", "Registration Time", "Approval Status",
    "Join Time", "Leave Time", "Time in Session (minutes)", "Is Guest", "Country/Region Name",
]  # fmt: skip


def webinar_id(activite: Activite) -> str:
    digits = f"{chance('zoom', activite.jour).randint(80000000000, 89999999999)}"
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}"


def person(rank: int) -> tuple[str, str, str]:
    """First name, last name and e-mail address of nobody."""
    first = PRENOMS[rank % len(PRENOMS)]
    return first, f"{NOMS[rank % len(NOMS)]} {rank + 1}", f"personne{rank + 1}@exemple.org"


def _clock(moment: datetime) -> str:
    return moment.strftime("%b %d, %Y %H:%M:%S")


def _minute(moment: datetime) -> str:
    return f"{moment:%b %d, %Y} {moment.hour % 12 or 12}:{moment:%M %p}"


def _attended(name: list[Cell], registered: datetime, start: datetime, dice: Random) -> list[list[Cell]]:
    """One row per connection: one person in eight lost the line once."""
    joined, left = start + timedelta(minutes=dice.randint(-4, 8)), start + timedelta(minutes=dice.randint(48, 66))
    spans = [(joined, left)]
    if dice.random() < 0.125:
        cut = joined + (left - joined) / 2
        spans = [(joined, cut), (cut + timedelta(minutes=1), left)]
    return [
        [
            "Yes",
            *name,
            _clock(registered),
            "approved",
            _clock(a),
            _clock(b),
            round((b - a).seconds / 60),
            "Yes",
            "Canada",
        ]
        for a, b in spans
    ]


def attendee_report(activite: Activite) -> bytes:
    """The attendee report of a webinar held online."""
    assert activite.inscrits is not None
    dice = chance("zoom report", activite.jour, activite.titre)
    start = datetime(activite.jour.year, activite.jour.month, activite.jour.day, 12, 0)
    people: list[list[Cell]] = []
    for rank in range(activite.inscrits):
        first, last, email = person(rank)
        name: list[Cell] = [f"{first} {last}", first, last, email]
        registered = start - timedelta(days=dice.randint(1, 20), minutes=dice.randint(0, 600))
        if rank < activite.presents:
            people += _attended(name, registered, start, dice)
        else:
            people.append(["No", *name, _clock(registered), "approved", "--", "--", "--", "--", ""])
    opening, closing = start - timedelta(minutes=10), start + timedelta(minutes=67)
    host: list[Cell] = [
        "Yes",
        "Animation RQDS (fictive)",
        "animation@exemple.org",
        _clock(opening),
        _clock(closing),
        77,
    ]
    guest: list[Cell] = ["Yes", "Panéliste (fictif)", "paneliste@exemple.org", _clock(opening), _clock(closing), 77]
    rows: list[list[Cell]] = [
        ["Attendee Report"],
        ["Report Generated:", _minute(start + timedelta(days=1, hours=3))],
        ["Topic", "Webinar ID", "Actual Start Time", "Actual Duration (minutes)", "# Registered", "# Cancelled",
         "Unique Viewers", "Total Users", "Max Concurrent Views", "Enable Registration"],
        [activite.titre, webinar_id(activite), _minute(start), 62, activite.inscrits, dice.randint(0, 4),
         activite.presents, activite.presents + 2, round(activite.presents * 0.92), "Yes"],
        ["Host Details"], _PEOPLE, [*host, "No", "Canada"],
        ["Panelist Details"], _PEOPLE, [*guest, "Yes", "Canada"],
        ["Attendee Details"], _ATTENDEES, *people,
    ]  # fmt: skip
    return csv_bytes([row + [""] * (_WIDTH - len(row)) for row in rows], bom=True)
