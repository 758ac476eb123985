"""Typed values stored at once: one transaction, and each value a lot of its own that can be cancelled.

What is typed travels with what stood in its cell when it was shown: a cell that someone else changed meanwhile is not
written, and is handed back with both versions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pandas as pd

from etl.effects import Trace, about, differences, figures, record, touched_years
from etl.entry import Ecriture, clashes, span_text
from etl.loading import LotRefuse, write_lot
from etl.source import Constat, Extrait, Lecture, Tranche, row_columns
from etl.sources.saisie import SOURCE
from rqds_metrics import activite, horloge, store
from rqds_metrics.exercice import Exercice
from rqds_metrics.lots import read_lots
from rqds_metrics.plan import Plan, load_plan
from rqds_metrics.regles.formats import jour
from rqds_metrics.regles.vivant import Span, subtract
from rqds_metrics.saisies import Case, Cases, read_cases, repeats, standing


@dataclass(frozen=True)
class Conflit:
    """A cell that someone changed since it was shown: hers, and theirs (None: emptied or cancelled)."""

    ecriture: Ecriture
    leur: Case | None


@dataclass(frozen=True)
class Enregistre:
    """What became of a batch: the lots written, and the cells left as they are because someone changed them."""

    lots: list[int] = field(default_factory=list)
    conflits: list[Conflit] = field(default_factory=list)


def store_entries(
    ecritures: Sequence[Ecriture],
    base: str | Path | None = None,
    *,
    par: str,
    quand: datetime | None = None,
    plan: Plan | None = None,
) -> Enregistre:
    """Store the cells that stand as they were shown, in one transaction, a lot each; hand the others back.

    Raises:
        LotRefuse: what someone else stored meanwhile would make a value count twice. Nothing is stored.
    """
    plan = plan or load_plan()
    out = Enregistre()
    with store.transaction(base) as cursor:
        moment = quand or horloge.moment(cursor)
        demo = any(lot.demo for lot in read_lots(cursor))
        cases = read_cases(cursor)
        kept = []
        for e in ecritures:
            there = cases.get(e.frappe.cle)
            if not e.frappe.moves and (there.contenu if there else None) == e.contenu:
                continue  # it is so already
            if _changed(e, cases, plan):
                out.conflits.append(Conflit(e, _theirs(e, cases, plan)))
            else:
                kept.append(e)
        fautes = clashes(kept, cases, plan)
        if fautes:
            raise LotRefuse([Constat("saisie", "erreur", f.texte) for f in fautes])
        au = store.local(moment).date()
        years = touched_years(min(e.frappe.debut for e in kept), None, au) if kept else []
        before = figures(cursor, "saisie", years, au)
        for e in kept:
            lecture, extrait = _lecture(e, moment)
            out.lots.append(write_lot(cursor, lecture, extrait, par=par, recu_le=moment, demo=demo))
        effets = differences(before, figures(cursor, "saisie", years, au))
        for lot, e in zip(out.lots, kept, strict=True):  # two cells of one indicator share what they changed together
            record(cursor, lot, moment, Trace(about(effets, e.frappe.indicateur)))
        activite.say("saisie", par, lots=len(out.lots))
    return out


def _theirs(e: Ecriture, cases: Cases, plan: Plan) -> Case | None:
    """What stands now where it was typed over something."""
    f = e.frappe
    indicateur = plan.tous[f.indicateur]
    if indicateur.type == "jalon" and not repeats(indicateur):
        return standing(indicateur, Exercice.of(f.debut), cases)
    if f.moves and f.vu and f.cle not in cases:
        return cases.get(f.vu.cle)
    return cases.get(f.cle)


def _changed(e: Ecriture, cases: Cases, plan: Plan) -> bool:
    """Did someone change what it was typed over."""
    f = e.frappe
    now = _theirs(e, cases, plan)
    return (now.lot.id if now else None) != (f.vu.lot.id if f.vu else None)


def _lecture(e: Ecriture, moment: datetime) -> tuple[Lecture, Extrait]:
    """A lot of one value: it replaces its own cell and, where it moved, the one it comes from."""
    f = e.frappe
    mine = Span(f.debut, f.fin)
    # an emptied cell has no row: as « jour », it lets newer files speak of part of its days
    tranches = [Tranche(f.cle.serie, *mine, "bloc" if e.ligne else "jour")]
    if f.vu and f.moves:
        taken = [mine] if f.vu.cle.serie == f.cle.serie else []
        left = subtract(Span(f.vu.cle.debut, f.vu.cle.fin), taken)
        tranches += [Tranche(f.vu.cle.serie, *s, "jour") for s in left]
    rows = pd.DataFrame([e.ligne] if e.ligne else [], columns=row_columns("saisie"))
    extrait = Extrait("saisie", "saisie", rows, tranches)
    detail = e.ligne["detail"] if e.ligne else f.detail
    what = f"{f.indicateur}, {detail}" if detail else f.indicateur
    name = f"Saisie du {jour(store.local(moment).date())} : {what}, {span_text(f.debut, f.fin)}"
    said = repr((tranches, e.contenu, f.vu.lot.id if f.vu else None, moment))  # typed again later, it is another lot
    return Lecture(name, hashlib.sha256(said.encode()).hexdigest(), SOURCE, extrait, []), extrait
