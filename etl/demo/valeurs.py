"""The figures that the team types in: one story per indicator, year of the plan by year of the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from etl.demo.infolettre import sent_in
from etl.demo.programme import in_month
from etl.demo.schedule import year_of
from etl.demo.tools import around, chance
from etl.demo.web import SEASON


@dataclass(frozen=True)
class Valeur:
    """A line of the template; `annee`: it speaks of the whole fiscal year that ends with `mois`."""

    mois: date
    indicateur: str
    valeur: float | None = None
    numerateur: int | None = None
    denominateur: int | None = None
    texte: str | None = None
    annee: bool = False


Annees = tuple[float | None, float | None, float | None, float | None, float | None]

# Counted every month: the total of each year, spread over its months.
MENSUELS: dict[str, Annees] = {
    "1.1.1-1": (310, 346, 372, 414, 437),
    "1.2.4-1": (120, 138, 150, 165, 171),
    "1.2.5-2": (260, 276, 311, 336, 347),
    "1.2.6-1": (1450, 1620, 1705, 1570, 1290),
    "1.3.1-3": (240, 310, 355, 392, 420),
    "1.3.2-2": (180, 221, 236, 250, 168),
    "1.4.1-1": (64, 71, 78, 81, 70),
    "2.3.3-1": (210, 190, 162, 151, 147),
    "2.5.2-1": (130, 150, 168, 173, 148),
    "4.2.1-1": (48, 55, 60, 64, 66),
    "4.2.2-2": (None, 420, 760, 985, 1045),
    "4.3.1-1": (36, 40, 44, 46, 38),
}
_BEGINS = {"2.3.3-1": date(2022, 12, 1)}  # the portrait came out at the webinar of 7 December 2022
# The same count, asked for twice by the plan.
_DOUBLES = {"1.2.5-3": "1.2.5-2"}

# Counted when they happen: the months, « 10:3 » for three at once. A month without one is typed as zero.
PONCTUELS: dict[str, tuple[str, str, str, str, str]] = {
    "2.2.2-3": ("9 11 1 3 5", "9 11 1 3 5", "10 1 3 5", "9 11 1 3 5", "9 11 1 3 5"),
    "2.2.4-1": ("10 2 3 5", "9 11 2 4 6", "10 12 2 3 5 6", "9 10 2 4 5", "10 1 3 5"),
    "2.2.4-2": ("9 10 1 3 4 6", "8 10 11 2 4 5 6", "9 10 11 1 2 4 5", "9:2 10 12 2 3 4 6", "9 10:2 11 2 3 4 5"),
    "2.3.4-1": ("11 3 5", "10 11 3 5", "9 11 2 5", "9 10 1 3 5", "10 11 2 4"),
    "2.4.2-1": ("9 11 1 3 5", "9 11 2 4 6", "9 10 12 2 4 6", "9 10 12 2 4 6", "9 10 12 2 4 6"),
    "2.4.3-1": ("10 11 2 4 5", "9 10 12 2 3 4 6", "9 10 11 1 2 4 5 6", "8 9 10 11 1 2 3 4 5", "9 10 11 1 2 3 4"),
    "2.5.1-1": ("10 12 2 5", "9 11 1 3 4", "9 10 12 2 3 5", "8 10 11 1 3 4 6", "9 10 12 2 4 5"),
    "2.5.2-2": ("11 3", "10 2 5", "9 11 2 4", "9 10:2 1 3 5", "8 9:3 10:2 1 4"),
    "2.5.3-1": ("10 12 2 5", "9 11 1 3 5", "8 10 12 3 4 5", "9 10 12 2 3 6", "9 10 12 2 4"),
    "2.5.3-2": ("10 2 5", "9 11 3 5", "8 10 12 3 5", "9 10 2 3 6", "10 2 4 5"),
    "2.3.6-3": ("11 3", "10 2 5", "9 12 3 4", "10 11 2 5", "9 10 1 3"),
    "4.2.2-1": ("5 6", "11 5", "3", "10 4", "10 4"),
}
# The same, for indicators that are typed only in the months when there is something to say.
EVENEMENTS: dict[str, tuple[str, str, str, str, str]] = {
    "1.2.1-1": ("11 3 6:2", "10 12 3 6:2", "10 2 4 6", "9 11 2 4 6:2", "9 10 2 4 6"),
    "1.2.2-3": ("3", "3 6", "3", "3 4", "3 4"),
    "2.4.1-1": ("11 3 5", "9 1 5", "10 2 4 6", "9 12 2 5", "10 2 4"),
    "2.4.1-3": ("10 12 3 5 6", "9 11 1 3 5 6", "9 10 12 2 4 5 6", "9 10:2 11 1 3 4 6", "9 10 11 1 3 4 6"),
    "2.5.1-2": ("10:41 12:57 2:63 5:38", "9:72 11:55 1:49 3:83 4:61", "9:90 10:77 12:64 2:118 3:52 5:71",
                "8:64 10:132 11:88 1:75 3:97 4:58 6:81", "9:94 10:121 12:70 2:86 4:90 5:77"),
    "2.5.5-4": ("", "10:142", "", "5:64", ""),
    "2.5.5-5": ("", "8 9:3 10:5", "", "4:2 5:3", ""),
}  # fmt: skip

# Typed once a year, with the year's review.
ANNUELS: dict[str, Annees] = {
    "1.1.3-1": (4, 3, 4, 2, 3),
    "1.1.4-2": (5, 8, 11, 12, 13),
    "1.2.4-2": (None, 14, 18, 22, 24),
    "1.2.5-4": (15, 17, 18, 19, 19),
    "1.3.1-1": (42, 30, 24, 21, 20),
    "2.3.4-2": (1, 2, 2, 3, 3),
    "2.4.4-1": (None, 3, 4, 5, 5),
    "3.2.1-1": (None, None, 2, 3, 2),
    "4.1.3-2": (3, 4, 6, 5, 6),
    "4.3.2-1": (5, 6, 8, 7, 8),
    "4.3.3-1": (2, 3, 3, 4, 4),
    "4.3.4-1": (6, 7, 5, 8, 7),
}
# How many there are, counted each October.
RECENSEMENTS: dict[str, Annees] = {
    "1.4.2-1": (5, 6, 8, 9, 9),
    "1.4.2-2": (2, 3, 3, 4, 4),
    "2.2.2-2": (7, 9, 11, 13, 14),
    "2.3.5-1": (9, 11, 12, 13, 13),
    "2.4.1-2": (6, 9, 12, 14, 15),
    "4.1.1-1": (3, 4, 5, 5, 5),
}
Parts = tuple[int, int] | None
# Rates typed as two numbers, in the month given: (so many, of so many).
TAUX: dict[str, tuple[int, tuple[Parts, Parts, Parts, Parts, Parts]]] = {
    "2.1.2-2": (4, (None, None, (12, 17), (15, 18), (17, 19))),
    "2.2.3-1": (10, ((12, 16), (11, 17), (14, 18), (15, 19), (13, 19))),
    "2.2.3-2": (6, (None, (8, 17), (11, 18), (12, 19), (13, 19))),
    "2.5.6-1": (5, ((11, 24), (9, 20), (14, 26), (12, 22), (13, 24))),
    "2.5.6-2": (5, ((6, 16), (8, 17), (7, 18), (10, 19), (9, 19))),
}
_VIDEO: Annees = (None, 0.46, 0.49, 0.48, 0.425)  # 1.2.6-6: share of a video that is watched


def _happens(text: str) -> dict[int, int]:
    """`{9: 1, 10: 3}` from « 9 10:3 »."""
    parts = (p.partition(":") for p in text.split())
    return {int(month): int(count or 1) for month, _, count in parts}


def _monthly(id_: str, level: float, month: date) -> int:
    exact = around(level / 12 * SEASON[month.month], 0.05, "saisie", id_, month)
    return int(exact + chance("arrondi", id_, month).uniform(0.35, 0.65))


def valeurs_of(month: date) -> Iterator[Valeur]:
    """What is typed for a month: its counts, and in June the year's review."""
    year = year_of(month) - 1
    for id_, levels in MENSUELS.items():
        level = levels[year]
        if level is None or month < _BEGINS.get(id_, month):
            continue
        count = _monthly(id_, level, month)
        yield Valeur(month, id_, count)
        for twin in (t for t, source in _DOUBLES.items() if source == id_):
            yield Valeur(month, twin, count)
    followers = 2100 + 23 * ((month.year - 2022) * 12 + month.month - 7) + chance("abonnés", month).randint(-4, 4)
    yield Valeur(month, "1.2.6-3", followers)
    if sent_in(month):
        yield Valeur(month, "4.1.4-3", chance("démarches", month).choice([1, 2, 2, 2]))
    video = _VIDEO[year]
    if video is not None:
        hours = round(around(600 * SEASON[month.month], 0.1, "video", month))
        yield Valeur(month, "1.2.6-6", None, round(hours * around(video, 0.03, "video rate", month)), hours)
    yield from _when_they_happen(month, year)
    yield from _once_a_year(month, year)


def _when_they_happen(month: date, year: int) -> Iterator[Valeur]:
    for id_, years in PONCTUELS.items():
        yield Valeur(month, id_, _happens(years[year]).get(month.month, 0))
    for id_, years in EVENEMENTS.items():
        if found := _happens(years[year]).get(month.month):
            yield Valeur(month, id_, found)
    for activite in in_month(month):
        if activite.genre == "forum":
            yield Valeur(month, "1.2.3-1", activite.presents)


def _once_a_year(month: date, year: int) -> Iterator[Valeur]:
    if month.month == 10:
        for id_, levels in RECENSEMENTS.items():
            yield Valeur(month, id_, levels[year])
    for id_, (when, parts) in TAUX.items():
        part = parts[year]
        if month.month == when and part:
            yield Valeur(month, id_, None, *part)
    if month.month == 6:
        for id_, levels in ANNUELS.items():
            if levels[year] is not None:
                yield Valeur(month, id_, levels[year], annee=True)
