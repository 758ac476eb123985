"""The columns of a table: found by their headers under any of their names, and typed by rules, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal

import pandas as pd

from etl.cells import Typed, normal, to_int, to_number, to_percent, to_text
from etl.dates import Order, to_date
from etl.findings import constat_at, faulty_cells, quoted
from etl.privacy import personal_columns, scrub
from etl.source import ENTETE_MAX, Constat, Contexte, Extrait, Feuille

TOTAUX = {
    "total",
    "totaux",
    "totals",
    "grand total",
    "total general",
    "total général",
    "somme",
    "sum",
    "sous-total",
    "subtotal",
}


PREMIER_JOUR = date(2000, 1, 1)


TOTAL_ECARTE = "ligne de total"


Kind = Literal["int", "number", "percent", "date", "text"]


@dataclass(frozen=True)
class Champ:
    """A column that a source knows: the name it takes here, what it holds, and the headers it goes by.

    `required`: the file is refused without it. `filled`: and so is a row where it is empty.
    `empty`: texts that the tool writes for nothing. `order`: how it writes days and months in figures.
    """

    nom: str
    kind: Kind
    aliases: tuple[str, ...]
    required: bool = True
    filled: bool = False
    empty: tuple[str, ...] = ()
    order: Order = "mdy"


@dataclass(frozen=True)
class Column:
    """Where a column is in the grid: its rank from 0, and its header as written."""

    rank: int
    header: str


@dataclass
class Table:
    """Typed rows of a sheet. `frame` has a column by Champ (null when absent) and `row`, the position in the grid."""

    feuille: Feuille
    headers: list[str]
    columns: dict[str, Column]
    frame: pd.DataFrame

    def raw(self, header: str) -> tuple[Column, pd.Series] | None:
        """The text of a column that is not a Champ, aligned with `frame`; None when the file has no such column."""
        names = [normal(h) for h in self.headers]
        if normal(header) not in names:
            return None
        rank = names.index(normal(header))
        text = self.feuille.cellules.iloc[self.frame["row"].to_numpy(), rank].reset_index(drop=True)
        return Column(rank, self.headers[rank]), text


def headers_at(feuille: Feuille, row: int) -> list[str]:
    """The cells of a row, each on one line."""
    return list(feuille.top[row]) if row < ENTETE_MAX else [" ".join(v.split()) for v in feuille.cellules.iloc[row]]


def find_header(feuille: Feuille, signatures: Sequence[frozenset[str]]) -> int | None:
    """Position of the first row, of the first 40, that holds every header of one signature (normalised)."""
    return next((row for row, names in enumerate(feuille.top_names) if any(s <= names for s in signatures)), None)


def map_columns(headers: list[str], champs: Sequence[Champ]) -> tuple[dict[str, Column], list[Constat]]:
    """Columns by Champ name, and what is wrong: a required one missing, or one written twice."""
    names = [normal(h) for h in headers]
    columns: dict[str, Column] = {}
    constats = []
    for champ in champs:
        found = [k for alias in champ.aliases for k, name in enumerate(names) if name == normal(alias)]
        if found:
            columns[champ.nom] = Column(found[0], headers[found[0]])
        if len([k for k in found if names[k] == names[found[0]]]) > 1:
            note = f"La colonne « {headers[found[0]]} » est là deux fois : on ne sait laquelle lire."
            constats.append(Constat("colonne_double", "erreur", note, remede="Retirez celle qui est de trop."))
    missing = [c for c in champs if c.required and c.nom not in columns]
    if missing:
        wanted = " ; ".join(" ou ".join(f"« {a} »" for a in c.aliases) for c in missing)
        note = f"Il manque {'une colonne' if len(missing) == 1 else f'{len(missing)} colonnes'} : {wanted}."
        shown = quoted(scrub(h) for h in headers)
        remede = "Refaites l'export sans retirer de colonne, puis renvoyez-le."
        constats.append(Constat("colonne_absente", "erreur", f"{note} En-têtes trouvés : {shown}.", remede=remede))
    return columns, constats


def type_column(champ: Champ, raw: pd.Series) -> Typed:
    """The values of a column by its kind. Dates lose their findings here: see `read_table`."""
    if champ.kind == "date":
        dates = to_date(raw, champ.order, champ.empty)
        return Typed(dates.values, dates.faulty)
    rule = {"int": to_int, "number": to_number, "percent": to_percent, "text": to_text}[champ.kind]
    return rule(raw, champ.empty)


@cache
def _dtype(kind: Kind) -> Any:
    """Of the values of a kind of column."""
    return type_column(Champ("", kind, ()), pd.Series([], dtype="str")).values.dtype


def read_table(
    feuille: Feuille, header: int, champs: Sequence[Champ], contexte: Contexte, extrait: Extrait
) -> Table | None:
    """Type the rows under a header; None when a required column is missing. Findings go to `extrait`."""
    headers = headers_at(feuille, header)
    columns, constats = map_columns(headers, champs)
    extrait.constats += [_in_sheet(c, feuille) for c in constats]
    if any(c.verdict == "erreur" for c in constats):
        return None
    body = feuille.cellules.iloc[header + 1 :]
    kept_ranks = {c.rank for c in columns.values()}
    for rank in personal_columns(headers):
        if rank not in kept_ranks:
            extrait.cellules_personnelles += int((body.iloc[:, rank].str.strip() != "").sum())
    label = body.iloc[:, 0].str.strip().str.casefold()
    totals = label.isin(TOTAUX)
    repeated = label.eq(normal(headers[0])) & (body.iloc[:, -1] == feuille.cellules.iloc[header, -1])
    extrait.set_aside(TOTAL_ECARTE, int(totals.sum()))
    extrait.set_aside("en-tête répété", int(repeated.sum()))
    body = body[~(totals | repeated)]
    frame = pd.DataFrame({"row": body.index.to_numpy()})
    for champ in champs:
        place = columns.get(champ.nom)
        if place is None:
            frame[champ.nom] = pd.Series([pd.NA] * len(body), dtype=_dtype(champ.kind))
            continue
        raw = body.iloc[:, place.rank].reset_index(drop=True)
        dated = champ.kind == "date"
        typed = (
            _dated(champ, raw, frame["row"], feuille, place, contexte, extrait) if dated else type_column(champ, raw)
        )
        frame[champ.nom] = typed.values
        rows = frame["row"].tolist() if typed.faulty.any() else []
        extrait.constats += faulty_cells(typed, raw, champ.kind, feuille, place.rank, place.header, rows=rows)
        if champ.filled:
            extrait.constats += _unfilled(frame, champ, typed, feuille, place)
    return Table(feuille, headers, columns, frame)


def _in_sheet(constat: Constat, feuille: Feuille) -> Constat:
    return Constat(**{**vars(constat), "feuille": constat.feuille or feuille.nom})


def _unfilled(frame: pd.DataFrame, champ: Champ, typed: Typed, feuille: Feuille, place: Column) -> list[Constat]:
    missing = frame.loc[typed.values.isna() & ~typed.faulty, "row"].tolist()
    note = "Cette cellule est vide, et la ligne ne peut pas être lue sans elle."
    remede = "Remplissez-la, ou retirez la ligne, puis renvoyez le fichier."
    return [
        constat_at("cellule_vide", "erreur", note, feuille, row, place.rank, header=place.header, remede=remede)
        for row in missing[:10]
    ]


def _dated(
    champ: Champ,
    raw: pd.Series,
    rows: pd.Series,
    feuille: Feuille,
    place: Column,
    contexte: Contexte,
    extrait: Extrait,
) -> Typed:
    """Days of a column, with what had to be decided to read them and those that cannot be true."""
    dates = to_date(raw, champ.order, champ.empty)
    where: dict[str, Any] = {"feuille": feuille.nom, "colonne": place.header}
    again = "Renvoyez le fichier tel que l'outil l'a donné, sans l'ouvrir dans Excel."
    if dates.mixed:
        note = "Une partie des dates a été convertie par Excel, qui a pu inverser le jour et le mois."
        extrait.constats.append(Constat("dates_melangees", "erreur", note, remede=again, **where))
    elif dates.flipped:
        first = "le jour d'abord (jj/mm/aaaa)" if dates.order == "dmy" else "le mois d'abord (mm/jj/aaaa)"
        note = f"Les dates sont lues avec {first}, contrairement à l'habitude de cet outil."
        extrait.constats.append(
            Constat("dates_inversees", "avertissement", note, remede="Vérifiez la période.", **where)
        )
    limit = contexte.recu_le + timedelta(days=1)
    outside = (dates.values > pd.Timestamp(limit)) | (dates.values < pd.Timestamp(PREMIER_JOUR))
    for k in outside[outside].index[:10]:
        when = dates.values[k].date()
        what = "dans le futur" if when > limit else "avant 2000"
        extrait.constats.append(
            constat_at(
                "date_impossible",
                "erreur",
                f"Le {when.isoformat()} est {what} : cette date ne peut pas être juste.",
                feuille,
                int(rows[k]),
                place.rank,
                header=place.header,
                trouve=str(raw[k]),
                remede=again,
            )
        )
    return Typed(dates.values, dates.faulty)
