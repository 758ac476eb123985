"""Bring back a cancelled lot: the opposite of loading.cancel_lot, and as undoable."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

from etl.effects import recorded
from etl.loading import LotRefuse
from etl.source import Constat
from rqds_metrics import activite, horloge, store
from rqds_metrics.lots import Lot, read_lots, read_portees, read_tranches
from rqds_metrics.regles.formats import periode
from rqds_metrics.regles.vivant import Portee, Span, subtract


def restore_lot(lot: int, base: str | Path | None = None, *, qui: str, quand: datetime | None = None) -> Lot:
    """Make a cancelled lot count again, where newer ones do not speak. Returns the lot as it was.

    Raises:
        LotRefuse: no such lot, not cancelled, received again since, or a span that cannot be shared with another lot.
    """
    with store.transaction(base) as cursor:
        lots = read_lots(cursor)
        found = next((x for x in lots if x.id == lot), None)
        if found is None or found.annule_le is None:
            note = f"Le lot {lot} n'existe pas." if found is None else f"Le lot {lot} n'est pas annulé."
            raise LotRefuse([Constat("lot", "erreur", note)])
        again = _received_again(cursor, found, lots)
        if again:
            note = f"Le même fichier a été reçu de nouveau depuis (lot {again}) : il compte déjà."
            raise LotRefuse([Constat("lot", "erreur", note)])
        clash = _clash(cursor, lot, lots)
        if clash:
            note = (
                f"La période {periode(clash.debut, clash.fin)} d'un autre envoi (lot {clash.lot}) chevauche la sienne "
                "et ne se partage pas par jour."
            )
            raise LotRefuse([Constat("lot", "erreur", note, remede="Annulez d'abord cet autre envoi.")])
        moment = quand or horloge.moment(cursor)
        with recorded(cursor, found, moment):
            cursor.execute("INSERT INTO lot_etat VALUES (?, ?, ?, true)", [lot, moment, qui])
        activite.say("retablissement", qui, lot=lot)
    return found


def _received_again(cursor: duckdb.DuckDBPyConnection, lot: Lot, lots: list[Lot]) -> int | None:
    live = {x.id for x in lots if x.annule_le is None}
    rows = cursor.execute(
        "SELECT id FROM lot WHERE sha256 = (SELECT sha256 FROM lot WHERE id = ?) AND id <> ? ORDER BY id DESC",
        [lot.id, lot.id],
    ).fetchall()
    return next((i for (i,) in rows if i in live), None)


def _clash(cursor: duckdb.DuckDBPyConnection, lot: int, lots: list[Lot]) -> Portee | None:
    """A live span that shares some of its days with the lot's, one of the two being whole or nothing."""
    others = read_portees(cursor, lots)
    for m in read_tranches(cursor, lot):
        for o in (o for o in others if o.serie == m.serie and not {"cle", "releve"} & {o.mode, m.mode}):
            if o.debut > m.fin or m.debut > o.fin:
                continue
            whole = {"bloc"} & {o.mode, m.mode}
            inside = (
                not subtract(Span(m.debut, m.fin), [Span(o.debut, o.fin)])
                if o.lot > m.lot
                else (not subtract(Span(o.debut, o.fin), [Span(m.debut, m.fin)]))
            )
            if whole and not inside:
                return o
    return None
