"""A file received without anyone watching: read, measured, stored, and told as the page would tell it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from etl.archive import read_all
from etl.correspondance import saved
from etl.loading import LotRefuse, import_export
from etl.preview import preview
from etl.recognition import read_export
from etl.report import apercu_text, constat_text, plain_spaces, recu_text
from etl.source import Lecture
from rqds_metrics import store
from rqds_metrics.alimentation import plan_decided
from rqds_metrics.donnees import load_donnees
from rqds_metrics.plan import load_plan

# What keeps any file from being stored, through no fault of its own.
EMPECHEMENTS = ("disque_plein", "demonstration")


class ImportEmpeche(RuntimeError):
    """Nothing can be stored now, whatever the file; told in French."""


@dataclass(frozen=True)
class Recue:
    """What became of a file. `texte`: all that is to be said of it, in lines."""

    bon: bool
    texte: str


def read_octets(fichier: str, octets: bytes, base: str | Path | None) -> list[Lecture]:
    """Read a file, or each file of a zip, as the decisions of the base have it read today."""
    today = store.today()
    decisions = load_donnees(today, base).decisions
    plan = plan_decided(load_plan(), decisions)
    reglages, correspondances = decisions.reglages, saved(decisions.correspondances)
    return read_all(fichier, octets, lambda n, o: read_export(n, o, today, plan, reglages, correspondances))


def receive(fichier: str, octets: bytes, base: str | Path | None, *, par: str) -> Recue:
    """Store a file, or each file of a zip; what was stored stays so where another of the zip cannot be.

    Raises:
        ImportEmpeche: the disk is full, or the base holds the demonstration.
        BaseOccupee, BaseIllisible, DisquePlein: see store.connect.
    """
    lectures = read_octets(fichier, octets, base)
    apercus = preview(lectures, base, au=store.today())
    lines, good = [], bool(lectures)
    for lecture, apercu in zip(lectures, apercus, strict=True):
        told = apercu_text(apercu).split("\n")[1:]  # its first line is the state, which is told by what became of it
        try:
            recu = import_export(lecture, base, par=par)
        except LotRefuse as refus:
            if held := next((c for c in refus.constats if c.nom in EMPECHEMENTS), None):
                raise ImportEmpeche(plain_spaces(constat_text(held))) from refus
            good = False
            lines += [f"{lecture.fichier} : rien n'est enregistré.", *told]
            shown = {c.nom for c in apercu.constats}
            lines += [f"  ERREUR : {plain_spaces(constat_text(c))}" for c in refus.constats if c.nom not in shown]
            continue
        lines += [recu_text(recu), *told]
        lines += [f"  attention : {plain_spaces(constat_text(c))}" for c in recu.constats]
    return Recue(good, "\n".join(lines))
