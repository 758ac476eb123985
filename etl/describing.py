"""A file of a tool that we do not know, as it is shown to the person who says what its columns are; and a first guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from etl.cells import strip_controls, to_int
from etl.champs import LIGNES, Ligne, columns_of, counted_of, dates_of, figures_of, kind_of, may_hold, said
from etl.columns import headers_at
from etl.correspondance import TEXTE_MAX, Correspondance, CorrespondanceInvalide, build, shown_headers
from etl.dates import Order
from etl.mapped import MappedSource
from etl.privacy import is_personal, scrub
from etl.proposing import guessed
from etl.recognition import read_as, sources
from etl.source import ENTETE_MAX, Contexte, Document, Extrait, Feuille, Source

EXEMPLES = 3  # values shown under a header
_VUES, _DEVINES, _LONGUEUR = 60, 80, 40  # rows tried and headers looked at for a guess; characters of a value
_NOMS = 2  # columns of people's that make a list of people


@dataclass(frozen=True)
class Entete:
    """A header of a file. `exemples`: its first values, masked; none where they are people's (`personnelle`).

    `stable`: it can be mapped; one that holds personal data or invisible signs would not be found again as it is kept.
    """

    nom: str
    stable: bool
    personnelle: bool
    exemples: tuple[str, ...]


@dataclass(frozen=True)
class Idee:
    """What a file most likely is: a family, a kind of row, and a header for each column that has one."""

    famille: str
    ligne: Ligne
    champs: dict[str, str]
    ordre: Order = "dmy"
    compte_pour: str | None = None  # what each row counts for, where rows are counted


def known_as(document: Document) -> list[Source]:
    """The tools that we know and that made this file: nothing is left to describe."""
    return [s for s in sources() if s.recognise(document)]


def rows_offered(feuille: Feuille) -> list[int]:
    """The rows that could be the headers: those of the top with two texts or more."""
    top = range(min(ENTETE_MAX, len(feuille.cellules)))
    return [r for r in top if sum(bool(h) for h in headers_at(feuille, r)) > 1]


def headers_of(feuille: Feuille, row: int) -> list[Entete]:
    """Each header once, with what is under it."""
    out: dict[str, Entete] = {}
    body = feuille.cellules.iloc[row + 1 :]
    for rank, written in enumerate(headers_at(feuille, row)):
        shown = shown_headers([written])
        if not shown or shown[0] in out:
            continue
        values = body.iloc[:, rank].str.strip()
        values = values[values != ""].head(EXEMPLES)
        personal = is_personal(shown[0]) and not (may_hold("web", "page", shown[0]) or _counts(shown[0], values))
        texts = () if personal else tuple(scrub(v)[:_LONGUEUR] for v in values)
        out[shown[0]] = Entete(shown[0], shown[0] == written and len(written) < TEXTE_MAX, personal, texts)
    return list(out.values())


def _counts(header: str, values: pd.Series) -> bool:
    """Is a header of people's above a count of them, as the values themselves show."""
    return may_hold("web", "visites", header) and len(values) > 0 and not to_int(values).faulty.any()


def choices_of(famille: str, champ: str, entetes: Sequence[Entete]) -> list[str]:
    """The headers that may be mapped to a column."""
    return [e.nom for e in entetes if e.stable and may_hold(famille, champ, e.nom)]


def first_guess(document: Document, sheet: int, row: int, contexte: Contexte) -> Idee:
    """The family and kind of row whose columns are best found, and whose first rows read without a fault."""
    entetes = headers_of(document.feuilles[sheet], row)
    headers = [e.nom for e in entetes if e.stable][:_DEVINES]
    people = sum(e.personnelle for e in entetes)
    sample = _sample(document, sheet, row)
    best, found = (-1, False, 0, 0, 0), Idee("infolettre", "envoi", {})
    for famille, lignes in LIGNES.items():
        for ligne in lignes:
            counted = counted_of(famille, ligne)
            if counted and not (people and famille == "webinaire"):
                continue  # any file with a date could be counted: only a list of people is taken for one
            fresh = Idee(famille, ligne, guessed(famille, ligne, headers), compte_pour=next(iter(counted), None))
            idee, state, doubts = _tried(fresh, headers, sample, contexte)
            figures = sum(k in idee.champs for k in figures_of(famille, ligne))
            # a list of people that lacks something is still one: what it lacks is told
            listed = state == 0 and counted != () and people >= _NOMS
            rank = (state, listed, figures, len(idee.champs), -doubts)
            if rank > best:
                best, found = rank, idee
    return found


def _sample(document: Document, sheet: int, row: int) -> Document:
    feuille, stop = document.feuilles[sheet], row + 1 + _VUES
    cut = Feuille(feuille.nom, feuille.cellules.iloc[:stop], feuille.numeros.iloc[:stop])
    return replace(document, feuilles=(cut,), constats=())


def _tried(idee: Idee, headers: Sequence[str], sample: Document, contexte: Contexte) -> tuple[Idee, int, int]:
    """The idea, with the order of days and months that the sample shows; 2 if it reads without a fault, 1 if it reads,
    0 if it cannot be; and how many doubts."""
    try:
        c = mapping_of("Essai", idee, headers)
    except CorrespondanceInvalide:
        return idee, 0, 0
    found = read_as(MappedSource(c), sample, contexte).constats
    if any(x.nom == "dates_inversees" for x in found):
        idee = replace(idee, ordre="mdy")
    state = 1 if any(x.verdict == "erreur" for x in found) else 2
    return idee, state, sum(x.verdict == "avertissement" for x in found)


def mapping_of(nom: str, idee: Idee, headers: Sequence[str]) -> Correspondance:
    """The idea as a mapping, for a file with these headers.

    Raises:
        CorrespondanceInvalide: with every fault, in French.
    """
    champs = {k: h for k, h in idee.champs.items() if h}
    valeur: dict[str, object] = {
        "nom": " ".join(strip_controls(nom).split()),
        "famille": idee.famille,
        "ligne": idee.ligne,
        "champs": champs,
    }
    valeur["compte_pour"] = idee.compte_pour
    return build({**valeur, "ordre": idee.ordre, "entetes": [*shown_headers(headers)]})


def offered(famille: str, ligne: Ligne) -> tuple[str, ...]:
    """Every column that one may be asked for, the days first."""
    return (*dates_of(ligne), *columns_of(famille, ligne))


def totals(extrait: Extrait, c: Correspondance) -> list[tuple[str, float]]:
    """The sum of each figure that was read, under its words; followers do not add up."""
    figures = [k for k in c.colonnes if kind_of(c.famille, k) != "text" and k != "abonnes"]
    sums = [(k, pd.to_numeric(extrait.lignes[k], errors="coerce").sum(min_count=1)) for k in figures]
    return [(said(k), float(v)) for k, v in sums if not pd.isna(v)]


def first_rows(extrait: Extrait, c: Correspondance, count: int = 5) -> tuple[list[str], list[list[object]]]:
    """The columns and first rows that were read, as values: (words, rows); the first is the days, as (debut, fin)."""
    kept = [k for k in c.colonnes if extrait.lignes[k].notna().any()]
    rows = [
        [(r["debut"], r["fin"]), *(None if pd.isna(r[k]) else r[k] for k in kept)]
        for r in extrait.lignes.head(count).to_dict("records")
    ]
    return [said(k) for k in kept], rows
