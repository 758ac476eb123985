"""Bring the demonstration in, through the same importers as real files, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb

from etl.demo.decisions import DIRECTION, choices, comments_of
from etl.demo.files import DemoFile, demo_files
from etl.demo.schedule import moment
from etl.loading import LotRefuse, store_lot, store_with_effect
from etl.recognition import read_export
from etl.source import Constat
from rqds_metrics import activite, commentaires, store
from rqds_metrics.donnees import load_donnees, read_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.lots import read_lots
from rqds_metrics.plan import Plan, load_plan
from rqds_metrics.registre import decide
from rqds_metrics.resultats import Calcul, compute
from rqds_metrics.reunions import frozen, last_before, reunions_of, to_keep

FIN_DE_SEANCE = 500  # minutes after the day begins for those who work
RECENT = timedelta(days=92)  # those that the history shows first


def _refuse(note: str, remede: str) -> LotRefuse:
    return LotRefuse([Constat("demonstration", "erreur", note, remede=remede)])


def _check_empty(cursor: duckdb.DuckDBPyConnection) -> None:
    lots = read_lots(cursor)
    if any(lot.demo for lot in lots):
        raise _refuse(
            "La démonstration est déjà dans cette base.", "Retirez-la d'abord (« python -m etl demo --retirer »)."
        )
    if lots:
        raise _refuse(
            "Cette base contient de vraies données : la démonstration ne s'y ajoute pas.",
            "Choisissez une autre base avec --base.",
        )


def _store(cursor: duckdb.DuckDBPyConnection, file: DemoFile, plan: Plan, with_effect: bool) -> None:
    lecture = read_export(file.nom, file.octets, store.local(file.recu_le).date(), plan)
    if lecture.extrait is None or lecture.extrait.erreurs:
        raise LotRefuse([replace(c, note=f"{file.nom} : {c.note}") for c in lecture.constats])
    # measuring what each of hundreds of files changed would take longer than storing them: the newest ones only
    keep = store_with_effect if with_effect else store_lot
    recu = keep(cursor, lecture, par=file.par, recu_le=file.recu_le, demo=True)
    if file.annule_le and recu.lot is not None:
        # cancel_lot opens a transaction of its own; this one must stay whole
        cursor.execute("INSERT INTO lot_etat VALUES (?, ?, ?, false)", [recu.lot, file.annule_le, file.par])


def load_demo(base: str | Path | None = None, *, today: date, progress: Callable[[str], None] | None = None) -> int:
    """Load everything up to the month before `today`; returns how many lots were stored.

    Raises:
        LotRefuse: the base holds lots already, real or of the demonstration. Nothing was written.
    """
    plan = load_plan()
    with store.transaction(base) as cursor:
        _check_empty(cursor)
        for choix in choices(today):
            decide(
                cursor, choix.genre, choix.cle, choix.valeur,
                qui=DIRECTION, pourquoi=choix.pourquoi, exercice=choix.exercice, quand=choix.quand, demo=True,
            )  # fmt: skip
        count = 0
        for file in demo_files(today):
            if progress:
                progress(f"Démonstration : {file.nom}")
            _store(cursor, file, plan, today - store.local(file.recu_le).date() <= RECENT)
            count += 1
        _comment(cursor, plan, today)
        activite.say("demonstration", lots=count)
    _freeze_last_meeting(base, today)
    return count


def _freeze_last_meeting(base: str | Path | None, today: date) -> None:
    """What the board was shown at its last meeting, kept as the direction keeps it: from the base as of that day."""
    known = load_donnees(today, base).decisions.reunions
    last = last_before(reunions_of(known), today)
    if last is None:
        return
    shown = compute(load_donnees(last.jour, base), [Exercice.of(last.jour)])
    at = moment(last.jour, FIN_DE_SEANCE)
    kept = to_keep(last, frozen(shown, last.jour, at, DIRECTION))
    with store.transaction(base) as cursor:
        decide(cursor, "reunion", last.cle, kept, qui=DIRECTION, pourquoi="", quand=at, demo=True)


def _comment(cursor: duckdb.DuckDBPyConnection, plan: Plan, today: date) -> None:
    """What was written for partners the day before, bound to the values as they were known then."""
    day = today - timedelta(days=1)
    calcul = Calcul(plan, read_donnees(cursor, day))
    for cle, texte in comments_of(day).items():
        id_, _, periode = cle.partition("|")
        valeur = commentaires.to_keep(calcul, plan.tous[id_], periode, texte)
        decide(cursor, "commentaire", cle, valeur, qui=DIRECTION, pourquoi="", quand=moment(day, 400), demo=True)
