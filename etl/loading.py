"""From what was read to the database: one transaction a lot, replaced and cancelled without losing anything."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd

from etl.effects import Remplace, Trace, affordable, differences, figures, record, recorded, touched_years
from etl.mapped_checks import described_otherwise
from etl.matching import AmbiguousError, match_known
from etl.originaux import keep_original
from etl.past import read_past
from etl.replacing import Remplacement, conflicts, replacements
from etl.source import Constat, Extrait, Lecture
from etl.vigilance import cautions
from rqds_metrics import activite, horloge, store
from rqds_metrics.disk import DisquePlein, check_room
from rqds_metrics.familles import COMMUNES, FAMILLES
from rqds_metrics.lots import Lot, read_lots, read_portees_near
from rqds_metrics.registre import read_decisions
from rqds_metrics.regles.formats import jour
from rqds_metrics.regles.vivant import Portee


class LotRefuse(ValueError):
    """The file cannot be stored; `constats` say why, in French. Nothing was written."""

    def __init__(self, constats: list[Constat]):
        self.constats = constats
        super().__init__(" ".join(c.note for c in constats))


@dataclass(frozen=True)
class Recu:
    """What became of a file. `lot` None: it had been received already (`deja`).

    `constats`: what went otherwise than hoped after the rows were stored; nothing of it loses them.
    """

    fichier: str
    lot: int | None
    lignes: int = 0
    deja: Lot | None = None
    remplace: tuple[Remplacement, ...] = field(default=())
    constats: tuple[Constat, ...] = ()


def known_lot(lots: list[Lot], sha256: str, hashes: dict[int, str]) -> Lot | None:
    """The live lot made from the same bytes, if any."""
    return next((lot for lot in reversed(lots) if lot.annule_le is None and hashes.get(lot.id) == sha256), None)


def _hashes(cursor: duckdb.DuckDBPyConnection) -> dict[int, str]:
    return dict(cursor.execute("SELECT id, sha256 FROM lot").fetchall())


def _mixing(lots: list[Lot], demo: bool) -> list[Constat]:
    if lots and not demo and any(lot.demo for lot in lots):
        return [
            Constat(
                "demonstration",
                "erreur",
                "Cette base contient les données fictives de la démonstration.",
                remede="Retirez-les d'abord (un clic dans l'application, ou « python -m etl demo --retirer »).",
            )
        ]
    if lots and demo and any(not lot.demo for lot in lots):
        return [
            Constat(
                "demonstration",
                "erreur",
                "Cette base contient de vraies données : la démonstration ne s'y ajoute pas.",
                remede="Choisissez une autre base avec --base.",
            )
        ]
    return []


def _insert_rows(cursor: duckdb.DuckDBPyConnection, extrait: Extrait, lot: int) -> None:
    columns = {**COMMUNES, **FAMILLES[extrait.famille]}
    frame = extrait.lignes.assign(lot=lot)
    unknown = set(frame.columns) - set(columns)
    if unknown:
        raise ValueError(f"{extrait.source} gives columns that {extrait.famille} does not have: {sorted(unknown)}")
    given = [c for c in columns if c in frame.columns]
    cursor.register("lignes_vue", frame[given])
    casts = ", ".join(f"CAST({c} AS {columns[c]})" for c in given)
    # names come from rqds_metrics.familles only
    cursor.execute(f"INSERT INTO {extrait.famille} ({', '.join(given)}) SELECT {casts} FROM lignes_vue")  # noqa: S608
    cursor.unregister("lignes_vue")


def _check_room(cursor: duckdb.DuckDBPyConnection, extrait: Extrait) -> None:
    """Refuse a file that the disk has no room for: its rows as they are in memory, more than DuckDB will need."""
    size = int(extrait.lignes.memory_usage(index=False, deep=True).sum()) + 100 * len(extrait.tranches)
    try:
        check_room(cursor, size)
    except DisquePlein as plein:
        raise _no_room(plein) from plein


def _no_room(plein: DisquePlein) -> LotRefuse:
    return LotRefuse([Constat("disque_plein", "erreur", str(plein))])


def store_lot(
    cursor: duckdb.DuckDBPyConnection,
    lecture: Lecture,
    *,
    par: str,
    recu_le: datetime,
    demo: bool = False,
) -> Recu:
    """Write one file's rows in the caller's transaction.

    Raises:
        LotRefuse: the file has errors, conflicts with an earlier one, or would mix demonstration and real data,
            or does not fit on the disk.
    """
    erreurs = [c for c in lecture.constats if c.verdict == "erreur"]
    if erreurs or lecture.extrait is None:
        raise LotRefuse(erreurs)
    lots = read_lots(cursor)
    deja = known_lot(lots, lecture.sha256, _hashes(cursor))
    if deja:
        return Recu(lecture.fichier, None, deja=deja)
    try:
        extrait = match_known(cursor, lecture.extrait)
    except AmbiguousError as error:
        raise LotRefuse([error.constat]) from error
    first, last = extrait.debut or recu_le.date(), extrait.fin or recu_le.date()
    portees = read_portees_near(cursor, lots, {t.serie for t in extrait.tranches}, first, last)
    refus = _mixing(lots, demo) + conflicts(extrait, lots, portees) + described_otherwise(extrait, lots, portees)
    if refus:
        raise LotRefuse(refus)
    _check_room(cursor, extrait)
    remplace = replacements(extrait, lots, portees)
    lot = write_lot(cursor, lecture, extrait, par=par, recu_le=recu_le, demo=demo)
    return Recu(lecture.fichier, lot, len(extrait.lignes), remplace=tuple(remplace))


def write_lot(
    cursor: duckdb.DuckDBPyConnection, lecture: Lecture, extrait: Extrait, *, par: str, recu_le: datetime, demo: bool
) -> int:
    """Write a lot, its spans and its rows, already checked; returns its number."""
    row = cursor.execute("SELECT nextval('lot_id')").fetchone()
    assert row is not None
    lot = int(row[0])
    remarques = Counter(c.nom for c in lecture.constats)  # names only: notes may quote what a person typed
    cursor.execute(
        "INSERT INTO lot VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            lot, lecture.sha256, lecture.fichier, extrait.source, extrait.famille, recu_le, par, extrait.debut,
            extrait.fin, len(extrait.lignes), sum(extrait.ecartees.values()), extrait.cellules_personnelles,
            json.dumps({"ecartees": extrait.ecartees, "remarques": remarques}, ensure_ascii=False), demo,
        ],
    )  # fmt: skip
    spans = pd.DataFrame([(lot, t.serie, t.debut, t.fin, t.mode) for t in extrait.tranches], columns=Portee._fields)
    cursor.register("tranches_vue", spans)
    cursor.execute(
        "INSERT INTO tranche SELECT lot, serie, CAST(debut AS DATE), CAST(fin AS DATE), mode FROM tranches_vue"
    )
    cursor.unregister("tranches_vue")
    _insert_rows(cursor, extrait, lot)
    return lot


def store_with_effect(
    cursor: duckdb.DuckDBPyConnection, lecture: Lecture, *, par: str, recu_le: datetime, demo: bool = False
) -> Recu:
    """store_lot, and beside the lot what it changed, what it replaced and what it was warned of.

    Raises:
        LotRefuse: see store_lot.
    """
    extrait = lecture.extrait
    if extrait is None or any(c.verdict == "erreur" for c in lecture.constats):
        return store_lot(cursor, lecture, par=par, recu_le=recu_le, demo=demo)
    au = store.local(recu_le).date()
    if not affordable(cursor, extrait.famille):
        return store_lot(cursor, lecture, par=par, recu_le=recu_le, demo=demo)
    years = touched_years(extrait.debut, extrait.fin, au)
    before = figures(cursor, extrait.famille, years, au)
    series = {t.serie for t in extrait.tranches}
    near = read_portees_near(cursor, read_lots(cursor, au), series, extrait.debut or au, extrait.fin or au)
    past = read_past(cursor, extrait, near)
    recu = store_lot(cursor, lecture, par=par, recu_le=recu_le, demo=demo)
    if recu.lot is not None:
        # the words of `cautions` hold figures and months only; those of the reader may quote what a person typed
        told = tuple(c.note for c in cautions(extrait, past, au))
        replaced = tuple(Remplace(r.lot, r.debut, r.fin, r.jours) for r in recu.remplace)
        effets = differences(before, figures(cursor, extrait.famille, years, au))
        record(cursor, recu.lot, recu_le, Trace(effets, told, replaced))
    return recu


def import_export(
    lecture: Lecture,
    base: str | Path | None = None,
    *,
    par: str,
    recu_le: datetime | None = None,
    demo: bool = False,
) -> Recu:
    """Store one file in a transaction of its own: all of it, or nothing; then keep the file, where it may be.

    Raises:
        LotRefuse: see store_lot; or the disk filled up in the middle.
    """
    took = activite.Chronometre()
    try:
        with store.transaction(base) as cursor:
            recu = store_with_effect(cursor, lecture, par=par, recu_le=recu_le or horloge.moment(cursor), demo=demo)
            limit = read_decisions(cursor, store.today()).reglages.original_max_mo
    except DisquePlein as plein:
        activite.say("refus", par, motif="disque_plein")
        raise _no_room(plein) from plein
    except LotRefuse as refus:
        activite.say("refus", par, motif=",".join(sorted({c.nom for c in refus.constats})))
        raise
    _log(recu, lecture, par, took)
    if recu.lot is None or demo:
        return recu
    return replace(recu, constats=tuple(keep_original(lecture, base, limit)))


def _log(recu: Recu, lecture: Lecture, par: str, took: activite.Chronometre) -> None:
    extrait = lecture.extrait
    assert extrait is not None
    # a tool that someone described has the name that they typed
    source = "autre" if extrait.source.startswith("autre-") else extrait.source
    if recu.deja:
        activite.say("deja_recu", par, lot=recu.deja.id, source=source)
        return
    activite.say("import", par, lot=recu.lot, source=source, lignes=recu.lignes, ecartees=sum(extrait.ecartees.values()),
                 personnelles=extrait.cellules_personnelles, remplace=len(recu.remplace), duree_ms=took.ms)  # fmt: skip


def cancel_lot(lot: int, base: str | Path | None = None, *, qui: str, quand: datetime | None = None) -> Lot:
    """Cancel a lot: what it had replaced counts again. Returns the lot as it was.

    Raises:
        LotRefuse: no such lot, or cancelled already.
    """
    with store.transaction(base) as cursor:
        found = next((x for x in read_lots(cursor) if x.id == lot), None)
        if found is None:
            raise LotRefuse(
                [Constat("lot", "erreur", f"Le lot {lot} n'existe pas.", remede="Voyez « python -m etl lots ».")]
            )
        if found.annule_le:
            when = jour(store.local(found.annule_le).date())
            raise LotRefuse([Constat("lot", "erreur", f"Le lot {lot} est déjà annulé (le {when}).")])
        moment = quand or horloge.moment(cursor)
        with recorded(cursor, found, moment):
            cursor.execute("INSERT INTO lot_etat VALUES (?, ?, ?, false)", [lot, moment, qui])
        activite.say("annulation", qui, lot=lot)
    return found


def remove_demo(base: str | Path | None = None) -> int:
    """Take the demonstration data out for good; returns how many lots went. Real lots are never touched."""
    with store.transaction(base) as cursor:
        ids = [i for (i,) in cursor.execute("SELECT id FROM lot WHERE demo").fetchall()]
        for famille in FAMILLES:
            cursor.execute(f"DELETE FROM {famille} WHERE lot IN (SELECT id FROM lot WHERE demo)")  # noqa: S608
        cursor.execute("DELETE FROM tranche WHERE lot IN (SELECT id FROM lot WHERE demo)")
        cursor.execute("DELETE FROM lot_etat WHERE lot IN (SELECT id FROM lot WHERE demo)")
        cursor.execute("DELETE FROM effet WHERE lot IN (SELECT id FROM lot WHERE demo)")
        cursor.execute("DELETE FROM registre WHERE demo")
        cursor.execute("DELETE FROM lot WHERE demo")
        activite.say("demonstration_retiree", lots=len(ids))
    return len(ids)
