"""The contract of a source: what a tool's file looks like, and what is kept of it.

A source is one module of etl/sources that defines `SOURCE = Something()`. Most are tables with a header: they set
`signatures`, `colonnes` and override `rows`. Those that are not (blocks, sections) override `recognise` and `read`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pandas as pd

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
    `numeros`: for each row its line in the file, from 1.
    """

    nom: str | None
    cellules: pd.DataFrame
    numeros: pd.Series


@dataclass(frozen=True)
class Document:
    """A file once read: `octets` is its sha256 in hexadecimal and its size; no byte of it is kept."""

    fichier: str
    sha256: str
    taille: int
    genre: Literal["xlsx", "xls", "ods", "texte"]
    feuilles: tuple[Feuille, ...]
    constats: tuple[Constat, ...] = ()  # e.g. cells that hold #DIV/0!


@dataclass(frozen=True)
class Tranche:
    """What a file speaks for, and therefore replaces: the days debut..fin of a `serie`.

    `mode` « jour »: rows carry their own day, so a newer file replaces day by day.
    `mode` « bloc »: the rows hold for the whole span at once, replaced together or not at all.
    """

    serie: str
    debut: date
    fin: date
    mode: Literal["jour", "bloc"]


@dataclass
class Extrait:
    """What is kept of a file: rows of one family, the spans they speak for, and what was found on the way.

    `lignes` has the columns of the family (rqds_metrics.familles) plus serie, debut, fin.
    `ecartees`: reason in French -> number of rows set aside.
    """

    source: str
    famille: str
    lignes: pd.DataFrame
    tranches: list[Tranche]
    constats: list[Constat] = field(default_factory=list)
    ecartees: dict[str, int] = field(default_factory=dict)
    cellules_personnelles: int = 0

    @property
    def erreurs(self) -> list[Constat]:
        return [c for c in self.constats if c.verdict == "erreur"]

    @property
    def debut(self) -> date | None:
        return min((t.debut for t in self.tranches), default=None)

    @property
    def fin(self) -> date | None:
        return max((t.fin for t in self.tranches), default=None)
