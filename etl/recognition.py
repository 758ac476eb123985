"""Which tool a file comes from, by its content alone, and what is read of it."""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
import re
from collections.abc import Sequence
from datetime import date
from functools import cache

import etl.sources
from etl.cells import strip_controls
from etl.findings import presentable, quoted
from etl.privacy import scrub
from etl.reading import read_document
from etl.source import ENTETE_MAX, Constat, Contexte, Document, Lecture, Source
from etl.table import headers_at
from etl.unreadable import UnreadableError
from rqds_metrics.plan import Plan
from rqds_metrics.registre import Reglages, default_reglages


@cache
def _discovered() -> tuple[Source, ...]:
    names = sorted(m.name for m in pkgutil.iter_modules(etl.sources.__path__) if not m.name.startswith("_"))
    modules = [importlib.import_module(f"etl.sources.{name}") for name in names]
    return tuple(m.SOURCE for m in modules if isinstance(getattr(m, "SOURCE", None), Source))


def sources() -> list[Source]:
    """Every source: the modules of etl.sources that define SOURCE, by name. Nothing is registered by hand."""
    return list(_discovered())


def shown_name(fichier: str) -> str:
    """The name of a file as it may be kept: without its folders, control characters or personal data."""
    name = re.split(r"[/\\]", strip_controls(fichier))[-1].strip()
    return scrub(name)[:200] or "fichier"


def read_export(
    fichier: str, octets: bytes, recu_le: date, plan: Plan | None = None, reglages: Reglages | None = None
) -> Lecture:
    """Recognise and read one file received on `recu_le`. Never raises for a bad file: what is wrong is in `constats`.

    `plan` is needed by typed-in values only; `reglages` are those of data/reglages.yaml by default. A lecture with an
    « erreur » is not to be stored.
    """
    name = shown_name(fichier)
    sha256 = hashlib.sha256(octets).hexdigest()
    try:
        document = read_document(name, octets)
    except UnreadableError as error:
        return Lecture(name, sha256, None, None, [presentable(error.constat)])
    before = [presentable(c) for c in document.constats]
    found = [s for s in sources() if s.recognise(document)]
    if len(found) != 1:
        constat = _ambiguous(found) if found else _unknown(document)
        return Lecture(name, sha256, None, None, [*before, presentable(constat)])
    source = found[0]
    extrait = source.read(document, Contexte(recu_le, plan, reglages or default_reglages()))
    extrait.constats = [presentable(c) for c in extrait.constats]
    return Lecture(name, sha256, source, extrait, [*before, *extrait.constats])


def _ambiguous(found: Sequence[Source]) -> Constat:
    note = f"Le fichier ressemble à plusieurs exports à la fois : {quoted(s.titre for s in found)}."
    return Constat("ambigu", "erreur", note, remede="Envoyez un export à la fois, tel que l'outil l'a donné.")


def _unknown(document: Document) -> Constat:
    known = " ; ".join(f"{s.titre} ({s.attendu})" for s in sources())
    note = "Ce fichier n'est pas un export que l'on connaît."
    if headers := likely_headers(document):
        note += f" En-têtes trouvés : {quoted(headers)}."
    return Constat("inconnu", "erreur", note, remede=f"Exports reconnus : {known}.")


def likely_headers(document: Document) -> list[str]:
    """The fullest row of the top of the first sheet: what a person would call the headers. Scrubbed."""
    feuille = document.feuilles[0]
    rows = range(min(ENTETE_MAX, len(feuille.cellules)))
    best = max(rows, key=lambda r: sum(bool(h) for h in headers_at(feuille, r)), default=None)
    return [scrub(h)[:60] for h in headers_at(feuille, best) if h] if best is not None else []
