"""The podcast, as Spotify for Podcasters exports it: plays by day, and episodes since they came out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from etl.demo.schedule import last_day, year_of
from etl.demo.tools import around, chance, csv_bytes, split
from rqds_metrics.exercice import exercices_du_plan

MONTHS = (8, 9, 10, 1, 2, 3, 4, 5, 6)
_REGIONS = (
    "Bas-Saint-Laurent", "Lanaudière", "Gaspésie", "Mauricie", "Estrie", "Outaouais", "Laurentides", "Côte-Nord",
    "Montérégie", "Capitale-Nationale", "Abitibi-Témiscamingue", "Centre-du-Québec", "Saguenay–Lac-Saint-Jean",
    "Chaudière-Appalaches", "Laval", "Îles-de-la-Madeleine", "Nord-du-Québec",
)  # fmt: skip
_SUBJECTS = (
    "se loger ensemble", "nourrir son territoire", "des jeunes qui décident", "vieillir chez soi",
    "transport et isolement", "la culture qui rassemble", "accueillir et rester", "la petite enfance d'abord",
    "mesurer ce qui change", "élus et citoyens", "la transition juste",
)  # fmt: skip
_FIRST_MONTH = {1: 62, 2: 74, 3: 84, 4: 97, 5: 103}  # plays of an episode in its first month
_SHARE_KEPT = {1: 0.70, 2: 0.715, 3: 0.73, 4: 0.745, 5: 0.725}  # plays of a minute or more


@dataclass(frozen=True)
class Episode:
    titre: str
    publie_le: date


@cache
def episodes() -> tuple[Episode, ...]:
    """The 45 episodes of the five years, in order: nine a year."""
    out: list[Episode] = []
    for exercice in exercices_du_plan():
        for month in (m for m in exercice.mois() if m.month in MONTHS):
            rank = len(out)
            day = month.replace(day=chance("balado", rank).randint(8, 14))
            tuesday = day + timedelta(days=(1 - day.weekday()) % 7)
            subject = _SUBJECTS[(rank * 4) % len(_SUBJECTS)]
            out.append(Episode(f"Épisode {rank + 1} - {_REGIONS[rank % len(_REGIONS)]} : {subject}", tuesday))
    return tuple(out)


def _rank(month: date) -> int:
    return month.year * 12 + month.month


@cache
def plays(episode: Episode, month: date) -> int:
    """Plays of an episode in a month: most in the first, then a long tail."""
    age = _rank(month) - _rank(episode.publie_le)
    if age < 0:
        return 0
    decay = (1.0, 0.55, 0.3, 0.2, 0.14, 0.11)[age] if age < 6 else 0.085
    first = _FIRST_MONTH[year_of(episode.publie_le)] * chance("balado", episode.titre).uniform(0.85, 1.15)
    return round(around(first * decay, 0.1, "balado", episode.titre, month))


def _kept(episode: Episode) -> float:
    return _SHARE_KEPT[year_of(episode.publie_le)] + chance("kept", episode.titre).uniform(-0.02, 0.02)


def _out_by(month: date) -> Iterator[Episode]:
    return (e for e in episodes() if e.publie_le <= last_day(month))


def _us_day(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"


def daily(month: date) -> bytes:
    """Plays, hours and followers of each day of a month."""
    total = sum(plays(e, month) for e in episodes())
    new = {e.publie_le for e in episodes()}
    dice = chance("balado daily", month.year, month.month)
    days = [month + timedelta(days=k) for k in range(last_day(month).day)]
    weights = [
        (0.6 if day.weekday() > 4 else 1.0) * (3.0 if day in new else 1.0) * dice.uniform(0.6, 1.4) for day in days
    ]
    followers = 88 + 3.1 * (_rank(month) - _rank(date(2022, 7, 1)))
    rows: list[list[str | int | float | None]] = [["Date", "Plays", "Consumption hours", "Followers"]]
    for day, count in zip(days, split(total, weights), strict=True):
        hours = round(count * dice.uniform(0.28, 0.4), 2)
        rows.append([_us_day(day), count, hours, round(followers + 3.1 * day.day / len(days))])
    return csv_bytes([list(r) for r in rows], bom=True)


def since_the_beginning(month: date) -> bytes | None:
    """Every episode out by the end of a month, with its figures since it came out, newest first; None before any."""
    if not any(_out_by(month)):
        return None
    rows: list[list[str | int | float | None]] = [["name", "plays", "streams", "audience_size", "releaseDate"]]
    for episode in reversed(list(_out_by(month))):
        last, count, at = _rank(month), 0, episode.publie_le.replace(day=1)
        while _rank(at) <= last:
            count += plays(episode, at)
            at = last_day(at) + timedelta(days=1)
        streams = round(count * _kept(episode))
        people = round(count * chance("people", episode.titre).uniform(0.6, 0.72))
        rows.append([episode.titre, str(count), str(streams), str(people), episode.publie_le.isoformat()])
    return csv_bytes([list(r) for r in rows], quoted=True)
