"""The contract of a source: what a tool's file looks like, and what is kept of it.

A source is one module of etl/sources that defines `SOURCE = Something()`. Most are tables with a header: they extend
etl.table.TableSource, declare `signatures` and `champs`, and override `rows`. Those that are not (blocks, sections)
extend Source and override `recognise` and `read`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from typing import Literal, NamedTuple

import pandas as pd

from etl.cells import normal
from rqds_metrics.familles import FAMILLES
from rqds_metrics.plan import Plan
from rqds_metrics.registre import Reglages, default_reglages

ENTETE_MAX = 40  # rows in which a header is looked for
Verdict = Literal["erreur", "avertissement", "info"]


@dataclass(frozen=True)
class Constat:
    """One thing that reading a file found: a name, a verdict, a note in French, and where.

    `colonne` is the header as the file writes it; `cellule` its address (« F17 ») in a workbook.
    `trouve` may hold what a person typed: it is shown, never stored.
    """

    nom: str
    verdict: Verdict
    note: str
    feuille: str | None = None
    colonne: str | None = None
    ligne: int | None = None
    cellule: str | None = None
    trouve: str | None = None
    remede: str | None = None


@dataclass(frozen=True)
class Feuille:
    """A sheet, or a text file, as a grid of text.

    `cellules`: DataFrame of str, columns 0..k-1, "" where the cell is empty, blank rows kept out.
    `numeros`: for each row its line in the file, from 1. `nom` is None for a text file.
    """

    nom: str | None
    cellules: pd.DataFrame
    numeros: pd.Series

    @cached_property
    def top(self) -> list[list[str]]:
        """The first ENTETE_MAX rows, each cell on one line: where headers are looked for, by every source in turn."""
        return [[" ".join(str(v).split()) for v in row] for row in self.cellules.iloc[:ENTETE_MAX].to_numpy().tolist()]

    @cached_property
    def top_names(self) -> list[frozenset[str]]:
        """What `top` compares by: the normalised texts of each row."""
        return [frozenset(normal(v) for v in row) for row in self.top]


@dataclass(frozen=True)
class Document:
    """A file once read: its sha256 in hexadecimal and its size (`taille`, bytes); no byte of it is kept."""

    fichier: str
    sha256: str
    taille: int
    genre: Literal["xlsx", "xls", "ods", "texte"]
    feuilles: tuple[Feuille, ...]
    constats: tuple[Constat, ...] = ()  # e.g. a hidden sheet


class Tranche(NamedTuple):
    """What a file speaks for, and therefore replaces: the days debut..fin of a `serie`.

    `mode` « jour »: rows carry their own day, so a newer file replaces day by day.
    `mode` « bloc »: the rows hold for the whole span at once, replaced together or not at all.
    `mode` « cle »: the newest file replaces the whole serie (a mailing, a survey), whatever its days.
    `mode` « releve »: a snapshot of counters since the beginning, as of the day `fin`, at most one of a serie in a
    file. A newer file of the same day replaces it; those of other days live beside it, and are compared.
    Tranches of one serie in one file never share a day.
    """

    serie: str
    debut: date
    fin: date
    mode: Literal["jour", "bloc", "cle", "releve"]


@dataclass
class Extrait:
    """What is kept of a file: rows of one family, the spans they speak for, and what was found on the way.

    `lignes` has the columns of the family (rqds_metrics.familles) plus serie, debut, fin.
    `ecartees`: reason in French -> number of rows set aside.
    `repere`: the column of `lignes` by which two kinds of files of a tool say that they speak of one thing.
    """

    source: str
    famille: str
    lignes: pd.DataFrame
    tranches: list[Tranche]
    constats: list[Constat] = field(default_factory=list)
    ecartees: dict[str, int] = field(default_factory=dict)
    cellules_personnelles: int = 0
    repere: str | None = None

    @property
    def erreurs(self) -> list[Constat]:
        return [c for c in self.constats if c.verdict == "erreur"]

    @property
    def debut(self) -> date | None:
        return min((t.debut for t in self.tranches), default=None)

    @property
    def fin(self) -> date | None:
        return max((t.fin for t in self.tranches), default=None)

    def set_aside(self, reason: str, count: int) -> None:
        """Count rows left out for a reason told in French; none counts for nothing."""
        if count:
            self.ecartees[reason] = self.ecartees.get(reason, 0) + int(count)


@dataclass(frozen=True)
class Contexte:
    """What reading needs and the file does not say: the day it is received, the plan (for typed-in values), settings."""

    recu_le: date
    plan: Plan | None = None
    reglages: Reglages = field(default_factory=default_reglages)


Cadence = Literal["mensuelle", "evenement", "libre"]


class Source:
    """A tool whose exports are read. One instance a module of etl/sources, named SOURCE.

    `nom`: the module's name, first part of its series. `titre`: « Infolettre · Mailchimp ». `aide`: where to find the
    export in the tool. `attendu`: the columns or marks that it is recognised by, as a person would name them.
    """

    nom: str
    titre: str
    famille: str
    cadence: Cadence
    aide: str
    attendu: str

    def recognise(self, document: Document) -> bool:
        """Is this file one of the tool's, by its content alone? Cheap: only the top of each sheet is looked at."""
        raise NotImplementedError

    def read(self, document: Document, contexte: Contexte) -> Extrait:
        """Rows of the family and all that was found; a bad file gives « erreur » findings, never an exception."""
        raise NotImplementedError

    def keepable(self, document: Document) -> list[Feuille]:
        """The sheets of a file that was stored, with nothing but what may be kept of them (see etl.originaux).

        Nothing, unless the source says otherwise: what lists people or free answers is not kept.
        """
        return []

    def blank(self) -> Extrait:
        """An extract without rows, to be filled."""
        return Extrait(self.nom, self.famille, empty_rows(self.famille), [])


@dataclass(frozen=True)
class Lecture:
    """What became of a file. `source` and `extrait` are None when it could not be read or was not recognised.

    `constats` holds everything found, those of `extrait` included. `octets`: the file, in memory only, for what may be
    kept of it once it is stored.
    """

    fichier: str
    sha256: str
    source: Source | None
    extrait: Extrait | None
    constats: list[Constat]
    octets: bytes | None = field(default=None, repr=False, compare=False)


def row_columns(famille: str) -> list[str]:
    """serie, debut, fin, then the family's own columns."""
    return ["serie", "debut", "fin", *FAMILLES[famille]]


def empty_rows(famille: str) -> pd.DataFrame:
    return _no_rows(famille).copy()


@cache
def _no_rows(famille: str) -> pd.DataFrame:
    return pd.DataFrame({c: pd.Series(dtype="object") for c in row_columns(famille)})
