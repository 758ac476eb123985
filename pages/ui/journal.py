"""What the journal page shows: who did what, filtered, and the same as files."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from markupsafe import Markup

from etl.recognition import sources
from pages.ui.donnees import GARDES, stamp
from pages.ui.envois import when_text
from pages.ui.gabarits import render
from rqds_metrics.diffusion.tableur import to_csv, to_xlsx
from rqds_metrics.journal import Entree, read_journal
from rqds_metrics.store import end_of, local

COLONNES = ("Quand", "Qui", "Quoi", "Objet", "Exercice", "Avant", "Après", "Raison ou source")
PERIODES = {"Depuis toujours": None, "30 derniers jours": 30, "12 derniers mois": 365}


@lru_cache(GARDES)
def _entries(stamp: str, au: date) -> list[Entree]:
    return read_journal(end_of(au), titres={s.nom: s.titre for s in sources()})


def entries(au: date) -> list[Entree]:
    """All that was done by the end of `au`, the newest first. Shared between visitors: not to be changed."""
    return _entries(stamp(), au)


def since(periode: str, au: date) -> datetime | None:
    days = PERIODES[periode]
    return end_of(au) - timedelta(days=days) if days else None


def journal_html(found: list[Entree]) -> Markup:
    return render("journal.html", entrees=found, quand=when_text)


def _rows(found: list[Entree]) -> list[tuple[object, ...]]:
    return [
        (local(e.quand).replace(tzinfo=None, microsecond=0), e.qui, e.titre, e.objet, e.exercice, e.avant, e.apres, e.pourquoi)
        for e in found
    ]  # fmt: skip


def journal_csv(found: list[Entree]) -> bytes:
    return to_csv(COLONNES, _rows(found))


def journal_xlsx(found: list[Entree]) -> bytes:
    return to_xlsx({"Journal": (COLONNES, _rows(found))}, {"Quand": "yyyy-mm-dd hh:mm"})
