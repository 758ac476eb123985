"""How many people were invited to a survey, each time and each year it was answered: typed once, kept as a decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from rqds_metrics.donnees import load_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.lots import portee_table
from rqds_metrics.registre import decide
from rqds_metrics.store import connect, version


@dataclass(frozen=True)
class Envoi:
    """A survey as it was sent once, in one fiscal year. `repondants`: most answers that one of its questions got."""

    serie: str
    sondage: str
    exercice: Exercice
    debut: date
    fin: date
    repondants: int
    invites: int | None


def read_envois(au: date, base: str | Path | None = None) -> list[Envoi]:
    """Every survey received by the end of `au`, by sending and year, the newest first."""
    if not version(base):
        return []
    known = load_donnees(au, base)
    with connect(base) as cursor:
        portee_table(cursor, list(known.portees))
        rows = cursor.execute(
            """
            SELECT r.serie, r.sondage, r.question, r.debut, r.fin, coalesce(max(r.repondants), sum(r.nombre))
            FROM sondage r JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
            GROUP BY ALL
            """
        ).fetchall()
    found: dict[tuple[str, Exercice], list[tuple[str, str, date, date, int]]] = {}
    for serie, *row in rows:
        found.setdefault((serie, Exercice.of(row[3])), []).append(tuple(row))
    out = []
    for (serie, exercice), answers in found.items():
        people: dict[str, int] = {}
        for _, question, _, _, n in answers:
            people[question] = people.get(question, 0) + int(n or 0)
        said = known.decisions.invites.get((serie, str(exercice)))
        first, last = min(a[2] for a in answers), max(a[3] for a in answers)
        out.append(
            Envoi(serie, answers[0][0], exercice, first, last, max(people.values()), int(said.valeur) if said else None)
        )
    return sorted(out, key=lambda e: (-e.fin.toordinal(), e.sondage, e.serie))


def invite(
    cursor: duckdb.DuckDBPyConnection, envoi: Envoi, combien: int | None, *, qui: str, demo: bool = False
) -> None:
    """Keep how many people were invited; None takes it back.

    Raises:
        ValueError: fewer than answered.
    """
    if combien is not None and combien < envoi.repondants:
        raise ValueError(f"{combien} invited, {envoi.repondants} answered")
    why = f"Personnes invitées à « {envoi.sondage} »."
    decide(cursor, "invite", envoi.serie, combien, exercice=str(envoi.exercice), qui=qui, pourquoi=why, demo=demo)


def missing(envois: Iterable[Envoi]) -> list[Envoi]:
    """Those of which nobody said how many were invited."""
    return [e for e in envois if e.invites is None]
