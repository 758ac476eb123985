"""The clock of the machine, against what the base knows: a base remembers moments, so it notices a clock that is wrong.

What was written last wins (a target, a cancelled file), by its moment. A clock that went back would write decisions
that lose against older ones without a word; one that was ahead leaves files that no day shows yet. So nothing is
written while the base holds a moment that is still to come, until the clock is right or someone says that it is.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from rqds_metrics import activite
from rqds_metrics.exercice import exercices_du_plan
from rqds_metrics.regles.formats import jour
from rqds_metrics.store import local, now, today, transaction, version

ECART = timedelta(minutes=15)  # a clock set right again over the network: the next moment follows the last one
_TICK = timedelta(microseconds=1)
# every moment that something was done, but for the demonstration, whose days are invented
_MOMENTS = """
    SELECT recu_le AS moment FROM lot WHERE NOT demo
    UNION ALL SELECT e.quand FROM lot_etat e JOIN lot l ON l.id = e.lot WHERE NOT l.demo
    UNION ALL SELECT quand FROM registre WHERE NOT demo
"""
_COLONNES = (("lot", "recu_le"), ("lot_etat", "quand"), ("effet", "quand"), ("registre", "quand"))


class HorlogeFausse(RuntimeError):
    """The clock says a moment before what the base holds. Nothing was written."""


def _when(moment: datetime) -> str:
    there = local(moment)
    return f"{jour(there.date(), long=True)} à {there.hour} h {there.minute:02d}"


def ahead(dernier: datetime | None, moment: datetime) -> str | None:
    """What to say where the last moment of the base is still to come at `moment` (both UTC); None where all is well."""
    if dernier is None or dernier - moment <= ECART:
        return None
    return (
        f"L'horloge de cet ordinateur dit le {_when(moment)}, mais la base contient ce qui a été fait le "
        f"{_when(dernier)}. Rien n'est perdu, et rien ne s'enregistre tant que l'heure est fausse. Réglez la date et "
        "l'heure de l'ordinateur. Si elles sont justes et que l'horloge avançait quand cela a été fait : "
        "« python -m rqds_metrics horloge --redater »."
    )


def before_plan(jour_lu: date) -> str | None:
    """What to say on a day before the plan begins: such a clock was never set."""
    first = exercices_du_plan()[0].debut
    if jour_lu >= first:
        return None
    return (
        f"L'horloge de cet ordinateur dit le {jour(jour_lu, long=True)}, avant le début du plan ({jour(first, long=True)}). "
        "Réglez la date et l'heure de l'ordinateur, puis rechargez la page. Rien n'est perdu."
    )


def last_moment(cursor: duckdb.DuckDBPyConnection) -> datetime | None:
    """When something was last done in the base (UTC); None where nothing was."""
    # all rows are fetched: a result left unfinished would stand in the way of what the cursor does next
    [(found,)] = cursor.execute(f"SELECT max(moment) FROM ({_MOMENTS})").fetchall()  # noqa: S608
    last: datetime | None = found
    return last


def moment(cursor: duckdb.DuckDBPyConnection) -> datetime:
    """The moment to write: now, or just after what was done last, where the clock was set back a little since.

    Raises:
        HorlogeFausse: what was done last is further than ECART in the future, or the plan has not begun.
    """
    here, last = now(), last_moment(cursor)
    said = before_plan(local(here).date()) or ahead(last, here)
    if said:
        raise HorlogeFausse(said)
    return here if last is None or here > last else last + _TICK


def redate(base: str | Path | None = None) -> int:
    """Date from now, in their order, what a clock that was ahead dated in the future; returns how many moments.

    Their first dates stay in the table `meta`. The only writing that changes a date: see docs/decisions/0025.
    """
    if not version(base):
        return 0
    with transaction(base) as cursor:
        here = now()
        rows = cursor.execute(
            f"SELECT DISTINCT moment FROM ({_MOMENTS}) WHERE moment > ? ORDER BY moment",  # noqa: S608
            [here],
        ).fetchall()
        if not rows:
            return 0
        new = {before: here + _TICK * rank for rank, (before,) in enumerate(rows, 1)}
        for table, column in _COLONNES:
            cursor.executemany(
                f"UPDATE {table} SET {column} = ? WHERE {column} = ?",  # noqa: S608
                [[after, before] for before, after in new.items()],
            )
        kept = json.dumps({b.isoformat(): a.isoformat() for b, a in new.items()})
        cursor.execute("INSERT INTO meta VALUES (?, ?)", [f"horloge {here.isoformat()}", kept])
        activite.say("horloge", lots=len(new))
    return len(new)


def run_clock(base: str | None, redater: bool) -> int:
    """`python -m rqds_metrics horloge`: what the base thinks of the clock; 1 where it is wrong."""
    if redater:
        count = redate(base)
        print(f"{count} moments à venir sont maintenant datés d'aujourd'hui." if count else "Aucun moment à venir.")
        return 0
    said = before_plan(today())
    if not said and version(base):
        with transaction(base, keep=False) as cursor:
            said = ahead(last_moment(cursor), now())
    print(said or f"L'horloge est juste pour la base : {_when(now())}.")
    return 1 if said else 0
