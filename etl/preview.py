"""What a file would change, before anything is stored: it is loaded in a transaction that is always undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from etl.effects import Effet, differences, touched_years
from etl.loading import LotRefuse, Recu, store_lot
from etl.past import read_past
from etl.snapshot import compared
from etl.source import Constat, Extrait, Lecture
from etl.vigilance import cautions
from rqds_metrics import store
from rqds_metrics.corrections import corrected
from rqds_metrics.differences import read_snapshots
from rqds_metrics.donnees import Donnees, read_donnees
from rqds_metrics.mesures import load_mesures
from rqds_metrics.resultats import compute
from rqds_metrics.store import local

_NOBODY = "essai"


@dataclass(frozen=True)
class Apercu:
    """What one file is and would do. `recu` is None when it cannot be stored (see `constats`)."""

    lecture: Lecture
    constats: tuple[Constat, ...]
    recu: Recu | None
    effets: tuple[Effet, ...]

    @property
    def etat(self) -> str:
        """« pret », « deja » (received before) or « a_corriger »."""
        if self.recu is None:
            return "a_corriger"
        return "deja" if self.recu.deja else "pret"


@contextmanager
def _undone(base: str | Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A transaction on the base that is always rolled back; on an empty one in memory where there is no file yet."""
    if store.base_path(base).exists():
        with store.transaction(base, keep=False) as cursor:
            yield cursor
        return
    with duckdb.connect(":memory:") as connection:
        connection.execute(store.schema_sql())
        yield connection


def _next_to_earlier(cursor: duckdb.DuckDBPyConnection, extrait: Extrait, known: Donnees) -> list[Constat]:
    """What snapshots tell, compared with those that count. Needs the tables that read_donnees made."""
    out: list[Constat] = []
    series = {t.serie for t in extrait.tranches if t.mode == "releve"}
    if not series:
        return []
    with corrected(cursor, known.decisions, known.portees):
        for mesure in load_mesures().values():
            mine = [s for s in series if mesure.by_difference(s)]
            past = {s: read_snapshots(cursor, mesure, s) for s in mine}
            out += compared(extrait, mesure.numerateur, mesure.unite, past) if mine else []
    return out


def preview(
    lectures: list[Lecture],
    base: str | Path | None = None,
    *,
    au: date,
    recu_le: datetime | None = None,
    demo: bool = False,
) -> list[Apercu]:
    """What each file would change, the files taken in this order, as seen on the day `au`. Nothing is written."""
    out = []
    moment = recu_le or store.now()
    with _undone(base) as cursor:
        known = None  # read when first needed, then after each file
        for lecture in lectures:
            if lecture.extrait is None or any(c.verdict == "erreur" for c in lecture.constats):
                out.append(Apercu(lecture, tuple(lecture.constats), None, ()))
                continue
            years = touched_years(lecture.extrait.debut, lecture.extrait.fin, au)
            known = known or read_donnees(cursor, au)
            before = compute(known, years)
            past = read_past(cursor, lecture.extrait, list(known.portees))
            told = (
                *lecture.constats,
                *cautions(lecture.extrait, past, local(moment).date()),
                *_next_to_earlier(cursor, lecture.extrait, known),
            )
            try:
                recu = store_lot(cursor, lecture, par=_NOBODY, recu_le=moment, demo=demo)
            except LotRefuse as refus:
                out.append(Apercu(lecture, (*told, *refus.constats), None, ()))
                continue
            known = known if recu.deja else read_donnees(cursor, au)
            after = before if recu.deja else compute(known, years)
            # a file received already was told about then
            out.append(
                Apercu(lecture, tuple(lecture.constats) if recu.deja else told, recu, differences(before, after))
            )
    return out
