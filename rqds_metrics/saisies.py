"""The values typed by hand that count on a day, cell by cell, each with the lot that brought it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from rqds_metrics.corrections import corrected
from rqds_metrics.exercice import Exercice
from rqds_metrics.lots import Lot, portee_table, read_lots, read_portees
from rqds_metrics.plan import Indicateur
from rqds_metrics.registre import read_decisions
from rqds_metrics.store import connect, version


class Cle(NamedTuple):
    """Which cell: the series of an indicator (or of one of its networks, members, activities) and the days."""

    serie: str
    debut: date
    fin: date


@dataclass(frozen=True)
class Case:
    """A cell that holds something. Rates as fractions. `lot`: the newest that spoke of it."""

    cle: Cle
    indicateur: str
    valeur: float | None
    numerateur: float | None
    denominateur: float | None
    fait_le: date | None
    texte: str | None
    detail: str | None
    preuve: str | None
    lot: Lot

    @property
    def contenu(self) -> tuple[object, ...]:
        """What it says, without who said it."""
        return self.valeur, self.numerateur, self.denominateur, self.fait_le, self.texte, self.preuve


Cases = Mapping[Cle, Case]
_TOUJOURS = date(9000, 1, 1)  # after every decision

_VIVANTES = """
SELECT r.serie, r.debut, r.fin, r.indicateur, r.valeur, r.numerateur, r.denominateur, r.fait_le, r.texte, r.detail,
       r.preuve, r.lot
FROM saisie r JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
ORDER BY r.debut, r.fin, r.serie
"""


def read_cases(cursor: duckdb.DuckDBPyConnection, au: date | None = None) -> dict[Cle, Case]:
    """Every cell that counts at the end of `au` (now by default), corrections applied, in the caller's transaction."""
    lots = read_lots(cursor, au)
    portees = read_portees(cursor, lots)
    portee_table(cursor, portees)
    by_id = {lot.id: lot for lot in lots}
    with corrected(cursor, read_decisions(cursor, au or _TOUJOURS), portees):
        rows = cursor.execute(_VIVANTES).fetchall()
    return {Cle(*r[:3]): Case(Cle(*r[:3]), *_values(r), lot=by_id[r[11]]) for r in rows}


def _values(row: tuple[Any, ...]) -> tuple[Any, Any, Any, Any, Any, Any, Any, Any]:
    indicateur, valeur, numerateur, denominateur, fait_le, texte, detail, preuve = row[3:11]
    return indicateur, valeur, numerateur, denominateur, fait_le, texte, detail, preuve


def load_cases(au: date, base: str | Path | None = None) -> dict[Cle, Case]:
    """`read_cases` of a base; nothing where there is none yet. Makes no file."""
    if not version(base):
        return {}
    with connect(base) as cursor:
        return read_cases(cursor, au)


def of_indicators(cases: Cases, ids: Iterable[str], debut: date, fin: date) -> list[Case]:
    """The cells of some indicators that touch debut..fin, oldest first."""
    wanted = set(ids)
    return [c for c in cases.values() if c.indicateur in wanted and c.cle.debut <= fin and c.cle.fin >= debut]


def repeats(indicateur: Indicateur) -> bool:
    """Is it a milestone that a calendar asks for several times a year: each time is said by itself."""
    return bool(indicateur.calendrier and indicateur.cible and indicateur.cible.annuel)


def times(indicateur: Indicateur, exercice: Exercice, cases: Cases) -> list[Case]:
    """What is said of each time of a milestone that repeats, in order."""
    mine = of_indicators(cases, [indicateur.id], exercice.debut, exercice.fin)
    return sorted(mine, key=lambda c: (c.fait_le or c.cle.fin, c.cle))


def standing(indicateur: Indicateur, exercice: Exercice, cases: Cases) -> Case | None:
    """What is said of a milestone: done, the first time it was; else the last that was said of it.

    A yearly milestone starts over each year; the others have one state for the whole plan.
    """
    mine = [c for c in cases.values() if c.indicateur == indicateur.id]
    if indicateur.cible and indicateur.cible.annuel:
        mine = [c for c in mine if exercice.debut <= c.cle.debut <= exercice.fin]
    done = [c for c in mine if c.valeur == 1]
    if done:
        return min(done, key=lambda c: (c.fait_le or c.cle.fin, c.cle))
    return max(mine, key=lambda c: (c.cle.fin, c.cle), default=None)
