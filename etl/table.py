"""Sources that are a table under a header: found wherever it starts, its columns named by aliases and typed by rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from etl.cells import normal
from etl.columns import (
    TOTAUX,
    Champ,
    Table,
    find_header,
    headers_at,
    map_columns,
    read_table,
    type_column,
)
from etl.privacy import LONGUEUR, SUSPECT, personal_columns, scrub, scrub_page
from etl.source import Constat, Contexte, Document, Extrait, Feuille, Source


class TableSource(Source):
    """A tool whose export is one table. Override `rows`.

    `signatures`: sets of normalised headers; a sheet that holds all of one set is the tool's.
    """

    signatures: tuple[frozenset[str], ...]
    champs: tuple[Champ, ...]
    # Forms of its export, the likeliest first: the columns that may be kept with the file. None: see Source.keepable.
    conservables: tuple[tuple[Sequence[frozenset[str]], Sequence[Champ]], ...] = ()

    def recognise(self, document: Document) -> bool:
        return any(find_header(f, self.signatures) is not None for f in document.feuilles)

    def read(self, document: Document, contexte: Contexte) -> Extrait:
        extrait = self.blank()
        tables = self.tables(document, self.signatures, self.champs, contexte, extrait)
        if tables and not extrait.erreurs:
            self.rows(tables, contexte, extrait)
            if extrait.lignes.empty and not extrait.erreurs:
                extrait.constats.append(no_row())
        return extrait

    def tables(
        self,
        document: Document,
        signatures: Sequence[frozenset[str]],
        champs: Sequence[Champ],
        contexte: Contexte,
        extrait: Extrait,
    ) -> list[Table]:
        """The typed table of each sheet that has the header; the other sheets are told about."""
        out = []
        for feuille in document.feuilles:
            header = find_header(feuille, signatures)
            if header is None:
                note = f"La feuille « {feuille.nom} » n'a pas les colonnes de cet export ; elle n'est pas lue."
                extrait.constats.append(Constat("feuille_ignoree", "info", note, feuille=feuille.nom))
                extrait.set_aside(f"feuille « {scrub(feuille.nom or '')} » sans rapport", len(feuille.cellules))
                continue
            table = read_table(feuille, header, champs, contexte, extrait)
            if table:
                out.append(table)
        return out

    def keepable(self, document: Document) -> list[Feuille]:
        out = []
        for feuille in document.feuilles:
            copies = (kept_columns(feuille, signatures, champs) for signatures, champs in self.conservables)
            out += [copy for copy in copies if copy is not None][:1]
        return out

    def rows(self, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        """Fill `extrait.lignes` and `extrait.tranches` from typed tables; add findings. Called when all cells are sound."""
        raise NotImplementedError


def kept_columns(feuille: Feuille, signatures: Sequence[frozenset[str]], champs: Sequence[Champ]) -> Feuille | None:
    """A sheet reduced to its header and the cells of `champs`: totals left out, figures and dates that are none
    emptied, texts through `scrub`. None when it has not the header."""
    header = find_header(feuille, signatures)
    if header is None:
        return None
    headers = headers_at(feuille, header)
    people = set(personal_columns(headers))
    found = [(c.rank, champ, c.header) for champ in champs for c in map_columns(headers, [champ])[0].values()]
    places = sorted({rank: (rank, champ, h) for rank, champ, h in found if rank not in people}.values(), key=_rank)
    body = feuille.cellules.iloc[header + 1 :]
    body = body[~body.iloc[:, 0].str.strip().str.casefold().isin(TOTAUX)]
    cells = pd.DataFrame({k: kept_cells(champ, body.iloc[:, rank]) for k, (rank, champ, _) in enumerate(places)})
    top = pd.DataFrame([[h for *_, h in places]], columns=cells.columns)
    numbers = feuille.numeros.iloc[[header, *body.index]].reset_index(drop=True)
    return Feuille(None, pd.concat([top, cells], ignore_index=True), numbers)


def _rank(place: tuple[int, Champ, str]) -> int:
    return place[0]


def kept_cells(champ: Champ, raw: pd.Series) -> pd.Series:
    """The cells of a column as they may be kept."""
    plain = scrubbed(raw)
    return plain if champ.kind == "text" else raw.mask(type_column(champ, raw).faulty | (plain != raw), "")


def counts(*headers: str) -> tuple[Champ, ...]:
    """Columns of figures that are not read, and may be kept with the file all the same."""
    return tuple(Champ(normal(h), "number", (h,), empty=("--", "-", "nan", "n/a")) for h in headers)


def no_row() -> Constat:
    """A file that is sound and says nothing."""
    note = "Le fichier a les bons en-têtes, mais aucune ligne de données."
    return Constat(
        "sans_ligne", "erreur", note, remede="Vérifiez la période choisie dans l'outil et refaites l'export."
    )


def joined(tables: list[Table]) -> pd.DataFrame:
    """Rows of every table in one frame, with `table`, the rank of theirs."""
    return pd.concat([t.frame.assign(table=k) for k, t in enumerate(tables)], ignore_index=True)


def scrubbed(values: pd.Series, rule: Callable[[str], str] = scrub, suspect: str = SUSPECT) -> pd.Series:
    """Texts through `rule`, each different one once, and only those that it may change (`suspect`, or too long)."""
    texts = values.astype("str")
    some = texts[(texts.str.contains(suspect, regex=True) | (texts.str.len() > LONGUEUR)).fillna(False)]
    if some.empty:
        return values
    return values.where(~values.index.isin(some.index), some.map({v: rule(v) for v in some.unique()}))


def scrubbed_pages(values: pd.Series) -> pd.Series:
    """Paths of pages through `scrub_page`."""
    return scrubbed(values, scrub_page, f"[?#]|{SUSPECT}")
