"""What a lot changes in the indicators: measured around its storing, kept with it, told again in the history.

Only the indicators that the lot's family feeds are computed, for the years that it can change.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import duckdb

from rqds_metrics import store
from rqds_metrics.alimentation import plan_decided
from rqds_metrics.donnees import read_donnees
from rqds_metrics.exercice import PREMIER, Exercice
from rqds_metrics.lots import Lot
from rqds_metrics.mesures import load_mesures
from rqds_metrics.plan import Indicateur, load_plan
from rqds_metrics.registre import read_decisions
from rqds_metrics.resultats import Resultat, compute
from rqds_metrics.statuts import LIBELLES

LIGNES_MAX = 1_000_000  # rows of a family beyond which measuring an effect costs more than storing a month


class Vu(Protocol):
    """An indicator in one year, as it was seen: a Resultat, or what was kept of it."""

    @property
    def indicateur(self) -> Indicateur: ...
    @property
    def exercice(self) -> Exercice: ...
    @property
    def valeur(self) -> float | None: ...
    @property
    def n(self) -> float | None: ...
    @property
    def cible(self) -> float | None: ...
    @property
    def statut(self) -> str: ...
    @property
    def fait_le(self) -> date | None: ...


@dataclass(frozen=True)
class Etat:
    """What is kept of a Resultat."""

    indicateur: Indicateur
    exercice: Exercice
    valeur: float | None
    n: float | None
    cible: float | None
    statut: str
    fait_le: date | None


@dataclass(frozen=True)
class Effet:
    """One indicator in one year, before and after."""

    avant: Vu
    apres: Vu


class Remplace(NamedTuple):
    """Days of an earlier lot that a newer one took over."""

    lot: int
    debut: date
    fin: date
    jours: int


@dataclass(frozen=True)
class Trace:
    """What one event of a lot did: it was received, cancelled or brought back at `quand` (UTC)."""

    effets: tuple[Effet, ...]
    avertissements: tuple[str, ...] = ()
    remplace: tuple[Remplace, ...] = ()


def touched_years(debut: date | None, fin: date | None, au: date) -> list[Exercice]:
    """The years that a span of days can change: its own, the next ones that build on them, up to the current one."""
    first = Exercice.of(debut or fin or au).annee
    return [Exercice(y) for y in range(max(first, PREMIER), Exercice.of(au).annee + 1)]


def affordable(cursor: duckdb.DuckDBPyConnection, famille: str) -> bool:
    """May the effect of a lot be measured while it is stored? Of a huge table it is left for when someone asks."""
    row = cursor.execute("SELECT estimated_size FROM duckdb_tables() WHERE table_name = ?", [famille]).fetchone()
    return row is None or int(row[0]) <= LIGNES_MAX


def figures(cursor: duckdb.DuckDBPyConnection, famille: str, exercices: Sequence[Exercice], au: date) -> list[Resultat]:
    """The results, on the day `au`, of the indicators that a family feeds: by a measure, by what is typed in
    (« saisie »), or through a formula of those."""
    if not exercices:
        return []
    mesures, decisions = load_mesures(), read_decisions(cursor, au)
    whole = plan_decided(load_plan(), decisions)
    fed = {
        i.id
        for i in whole.tous.values()
        if (mesures[i.mesure].famille == famille if i.mesure else famille == "saisie" and i.saisi)
    }
    formulas = [i for i in whole.tous.values() if i.formule and fed.intersection(i.formule.operandes)]
    # a formula is computed from all that it names, whatever feeds it
    wanted = fed.union(*((i.id, *i.formule.operandes) for i in formulas if i.formule))
    part = whole.limited_to(lambda i: i.id in wanted)
    # what was chosen to feed an indicator is in that plan already
    known = read_donnees(cursor, au, part, replace(decisions, alimentations={}))
    return compute(known, exercices, part) if part.tous else []


def about(effets: Iterable[Effet], indicateur: str) -> tuple[Effet, ...]:
    """Those on an indicator, and on the formulas that read it."""

    def reads(i: Indicateur) -> bool:
        return i.id == indicateur or (i.formule is not None and indicateur in i.formule.operandes)

    return tuple(e for e in effets if reads(e.apres.indicateur))


def differences(before: Iterable[Vu], after: Iterable[Vu]) -> tuple[Effet, ...]:
    """Those that do not show the same after as before; both lists in the same order."""

    def shown(r: Vu) -> tuple[object, ...]:
        return (r.valeur, r.n, r.statut, r.cible)

    return tuple(Effet(a, b) for a, b in zip(before, after, strict=True) if shown(a) != shown(b))


@contextmanager
def recorded(cursor: duckdb.DuckDBPyConnection, lot: Lot, quand: datetime) -> Iterator[None]:
    """Keep what the block changes, as the effect of what happens to a lot at `quand`."""
    au = store.local(quand).date()
    years = touched_years(lot.debut, lot.fin, au)
    before = figures(cursor, lot.famille, years, au)
    yield
    record(cursor, lot.id, quand, Trace(differences(before, figures(cursor, lot.famille, years, au))))


def record(cursor: duckdb.DuckDBPyConnection, lot: int, quand: datetime, trace: Trace) -> None:
    """Write a trace in the caller's transaction."""
    detail = {
        "effets": [
            {"indicateur": e.apres.indicateur.id, "exercice": str(e.apres.exercice),
             "avant": state_value(e.avant), "apres": state_value(e.apres)}
            for e in trace.effets
        ],
        "avertissements": trace.avertissements,
        "remplace": [[r.lot, r.debut.isoformat(), r.fin.isoformat(), r.jours] for r in trace.remplace],
    }  # fmt: skip
    cursor.execute("INSERT INTO effet VALUES (?, ?, ?)", [lot, quand, json.dumps(detail, ensure_ascii=False)])


def state_value(vu: Vu) -> dict[str, Any]:
    """What is kept, and shown by --json, of one side of an effect."""
    fait_le = vu.fait_le.isoformat() if vu.fait_le else None
    return {"valeur": vu.valeur, "n": vu.n, "cible": vu.cible, "statut": vu.statut, "fait_le": fait_le}


def _state(indicateur: Indicateur, exercice: str, kept: dict[str, Any]) -> Etat:
    fait_le = date.fromisoformat(kept["fait_le"]) if kept["fait_le"] else None
    return Etat(indicateur, Exercice.parse(exercice), kept["valeur"], kept["n"], kept["cible"], kept["statut"], fait_le)


def read_traces(cursor: duckdb.DuckDBPyConnection, lots: Sequence[int]) -> dict[tuple[int, datetime], Trace]:
    """What is known of the events of some lots, by lot and moment. An indicator that left the plan is left out."""
    tous = load_plan().tous
    rows = cursor.execute("SELECT lot, quand, detail FROM effet WHERE list_contains(?, lot)", [list(lots)]).fetchall()
    out = {}
    for lot, quand, detail in rows:
        kept = json.loads(detail)
        effets = tuple(
            Effet(*(_state(tous[e["indicateur"]], e["exercice"], e[side]) for side in ("avant", "apres")))
            for e in kept["effets"]
            if e["indicateur"] in tous and {e["avant"]["statut"], e["apres"]["statut"]} <= LIBELLES.keys()
        )
        replaced = tuple(
            Remplace(i, date.fromisoformat(a), date.fromisoformat(b), n) for i, a, b, n in kept["remplace"]
        )
        out[(lot, quand)] = Trace(effets, tuple(kept["avertissements"]), replaced)
    return out


def replayed(lot: Lot, base: str | Path | None = None) -> tuple[Effet, ...]:
    """What a lot changed on the day it was received, computed again: for those whose effect was not kept.

    The base is taken back to that moment inside a transaction that is always undone.
    """
    au = store.local(lot.recu_le).date()
    years = touched_years(lot.debut, lot.fin, au)
    with store.transaction(base, keep=False) as cursor:
        cursor.execute("DELETE FROM lot_etat WHERE quand > ?", [lot.recu_le])
        cursor.execute("DELETE FROM lot WHERE id > ?", [lot.id])
        after = figures(cursor, lot.famille, years, au)
        cursor.execute("DELETE FROM lot WHERE id = ?", [lot.id])
        return differences(figures(cursor, lot.famille, years, au), after)
