"""Snapshots of counters since the beginning, read from the database: what they grew by, and their last state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import duckdb
import pandas as pd

from rqds_metrics.mesures import Mesure, Plage, load_mesures
from rqds_metrics.plan import Condition
from rqds_metrics.regles.difference import Compteur, Difference, Releve, differences, last_known, shares
from rqds_metrics.regles.vivant import Portee, Span
from rqds_metrics.releves import snapshots_sql


def read_snapshots(
    cursor: duckdb.DuckDBPyConnection, mesure: Mesure, serie: str, filtre: tuple[Condition, ...] = ()
) -> list[Releve]:
    """The snapshots of a serie that count (table `portee`), the oldest first."""
    rows = cursor.execute(*snapshots_sql(mesure, filtre, serie)).fetchall()
    return [
        Releve(jour, lot, tuple(Compteur(*row[2:]) for row in found))
        for (jour, lot), found in groupby(rows, key=lambda row: (row[0], row[1]))
    ]


@dataclass(frozen=True)
class Part:
    """What came in the days debut..fin: the whole of a difference, or the share of it that falls there."""

    debut: date
    fin: date
    valeur: float | None
    de: Difference


@dataclass(frozen=True)
class Progression:
    """What the counters of some series grew by. `seuls`: snapshots that have none to be compared with."""

    parts: tuple[Part, ...] = ()
    seuls: tuple[Releve, ...] = ()

    @property
    def rows(self) -> list[tuple[date, date, float | None, float | None, float]]:
        """As Serie.of takes them."""
        return [(p.debut, p.fin, p.valeur, None, float(p.de.n)) for p in self.parts]

    @property
    def couvert(self) -> list[Span]:
        """The days that are known: where nothing could be compared, none is."""
        return [Span(p.debut, p.fin) for p in self.parts if p.valeur is not None]


def split(mesure: Mesure, plages: Iterable[Plage]) -> tuple[tuple[Plage, ...], tuple[Plage, ...]]:
    """What is read as it is, and what is read by difference."""
    direct: list[Plage] = []
    grown: list[Plage] = []
    for plage in plages:
        (grown if any(mesure.by_difference(s) for s in plage.series) else direct).append(plage)
    return tuple(direct), tuple(grown)


def read_growth(
    cursor: duckdb.DuckDBPyConnection, mesure: Mesure, plages: Sequence[Plage], filtre: tuple[Condition, ...] = ()
) -> Progression:
    """What counters grew by, in the days that each of `plages` (read by difference) gives its serie."""
    parts: list[Part] = []
    alone: list[Releve] = []
    for plage in plages:
        for serie in plage.series:
            found = read_snapshots(cursor, mesure, serie, filtre)
            alone += found if len(found) == 1 else []
            cuts = [d for d in (plage.debut, plage.avant) if d]
            parts += [
                Part(span.debut, span.fin, valeur, d)
                for d in differences(found)
                for span, valeur in shares(d, cuts)
                if (plage.debut is None or span.debut >= plage.debut)
                and (plage.avant is None or span.fin < plage.avant)
            ]
    return Progression(tuple(parts), tuple(alone))


def last_table(cursor: duckdb.DuckDBPyConnection, portees: Iterable[Portee]) -> None:
    """Each episode as the last snapshot that has it gives it, as the temporary table `dernier`. Needs `portee`."""
    series = sorted({p.serie for p in portees if p.mode == "releve"})
    mesure = next(m for m in load_mesures().values() if m.differences)
    rows = [
        (lot, serie, c.episode, c.publie_le)
        for serie in series
        for lot, c in last_known(read_snapshots(cursor, mesure, serie))
    ]
    frame = pd.DataFrame(rows, columns=["lot", "serie", "episode", "publie_le"])
    cursor.register("dernier_vue", frame.astype({"lot": "int64"}))
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE dernier AS SELECT lot, CAST(serie AS VARCHAR) AS serie, "
        "CAST(episode AS VARCHAR) AS episode, CAST(publie_le AS DATE) AS publie_le FROM dernier_vue"
    )
    cursor.unregister("dernier_vue")
