"""Which tool a file comes from, by its content alone, and what is read of it."""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache

import etl.sources
from etl.cells import normal, strip_controls
from etl.columns import find_header, headers_at
from etl.correspondance import Correspondance
from etl.findings import presentable, quoted
from etl.mapped import MappedSource
from etl.privacy import scrub
from etl.proposing import repairable
from etl.reading import read_document
from etl.source import ENTETE_MAX, Constat, Contexte, Document, Feuille, Lecture, Source
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
    fichier: str,
    octets: bytes,
    recu_le: date,
    plan: Plan | None = None,
    reglages: Reglages | None = None,
    correspondances: Sequence[Correspondance] = (),
) -> Lecture:
    """Recognise and read one file received on `recu_le`. Never raises for a bad file: what is wrong is in `constats`.

    `plan` is needed by typed-in values only; `reglages` are those of data/reglages.yaml by default; `correspondances`
    are tried when the file is of no tool that we know. A lecture with an « erreur » is not to be stored.
    """
    name = shown_name(fichier)
    sha256 = hashlib.sha256(octets).hexdigest()
    try:
        document = read_document(name, octets)
    except UnreadableError as error:
        return Lecture(name, sha256, None, None, [presentable(error.constat)], octets)
    found: Sequence[Source] = [s for s in sources() if s.recognise(document)] or fitting(document, correspondances)
    if len(found) != 1:
        constat = _ambiguous(found) if found else _unknown(document, correspondances)
        before = [presentable(c) for c in document.constats]
        return Lecture(name, sha256, None, None, [*before, presentable(constat)], octets)
    lecture = read_as(found[0], document, Contexte(recu_le, plan, reglages or default_reglages()))
    return replace(lecture, octets=octets)


def fitting(document: Document, correspondances: Sequence[Correspondance]) -> list[MappedSource]:
    """The mappings that fit a file best: those with the most headers, then those made from the likest file."""
    found = [m for m in map(MappedSource, correspondances) if m.recognise(document)]
    if len(found) < 2:
        return found

    def fit(m: MappedSource) -> tuple[int, int]:
        row = next(h for f in document.feuilles if (h := _headers_of(f, m)) is not None)
        there = {normal(h) for h in row}
        return len(m.champs), sum(normal(h) in there for h in m.correspondance.entetes)

    best = max(fit(m) for m in found)
    return [m for m in found if fit(m) == best]


def _headers_of(feuille: Feuille, source: MappedSource) -> list[str] | None:
    row = find_header(feuille, source.signatures)
    return None if row is None else headers_at(feuille, row)


def read_as(source: Source, document: Document, contexte: Contexte) -> Lecture:
    """Read a file as one of a source's, without asking whether it is."""
    before = [presentable(c) for c in document.constats]
    extrait = source.read(document, contexte)
    extrait.constats = [presentable(c) for c in extrait.constats]
    return Lecture(document.fichier, document.sha256, source, extrait, [*before, *extrait.constats])


def _ambiguous(found: Sequence[Source]) -> Constat:
    note = f"Le fichier ressemble à plusieurs exports à la fois : {quoted(s.titre for s in found)}."
    return Constat("ambigu", "erreur", note, remede="Envoyez un export à la fois, tel que l'outil l'a donné.")


def _unknown(document: Document, correspondances: Sequence[Correspondance]) -> Constat:
    if near := [c.nom for c in to_repair(document, correspondances)]:
        note = f"Ce fichier ressemble à ceux de {quoted(near)}, mais des en-têtes ont changé."
        remede = "À la page « Autre outil », déposez-le et dites quelles colonnes ont changé de nom."
        return Constat("a_reparer", "erreur", note, remede=remede)
    known = ", ".join(sorted({s.titre.split(" · ")[-1] for s in sources()}))
    note = "Ce fichier n'est pas un export que l'on connaît."
    if headers := likely_headers(document):
        note += f" En-têtes trouvés : {quoted(headers)}."
    remede = (
        f"D'un autre outil ? Décrivez-le à la page « Autre outil ». Outils reconnus : {known}. Si c'est l'un d'eux, "
        "refaites l'export sans retirer de colonne."
    )
    return Constat("inconnu", "erreur", note, remede=remede)


def to_repair(document: Document, correspondances: Sequence[Correspondance]) -> list[Correspondance]:
    """The mappings that a file of no tool seems to be made for, but for headers that changed."""
    rows = [headers_at(f, row) for f in document.feuilles if (row := fullest_row(f)) is not None]
    return [c for c in correspondances if any(repairable(c, headers) for headers in rows)]


def fullest_row(feuille: Feuille) -> int | None:
    """Position of the row of the top of a sheet with the most words, the first of them: most often its headers."""
    rows = range(min(ENTETE_MAX, len(feuille.cellules)))
    return max(rows, key=lambda r: sum(any(c.isalpha() for c in h) for h in headers_at(feuille, r)), default=None)


def likely_sheet(document: Document) -> int:
    """Rank of the sheet with the fullest headers, the first of them."""

    def width(rank: int) -> int:
        row = fullest_row(document.feuilles[rank])
        return -1 if row is None else sum(bool(h) for h in headers_at(document.feuilles[rank], row))

    return max(range(len(document.feuilles)), key=width)


def likely_headers(document: Document) -> list[str]:
    """What a person would call the headers of the fullest sheet. Scrubbed."""
    feuille = document.feuilles[likely_sheet(document)]
    row = fullest_row(feuille)
    return [] if row is None else [scrub(h)[:60] for h in headers_at(feuille, row) if h]
