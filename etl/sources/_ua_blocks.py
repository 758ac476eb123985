"""A Universal Analytics file cut into tables: a period in a « # » line, headers, rows, a total without a label."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from etl.cells import to_int, unaccented
from etl.columns import TOTAL_ECARTE, TOTAUX, headers_at
from etl.dates import Order, to_date
from etl.findings import constat_at, faulty_cells
from etl.privacy import scrub
from etl.source import ENTETE_MAX, Constat, Extrait, Feuille
from etl.table import scrubbed_pages
from rqds_metrics.regles.formats import periode

Role = Literal["sessions", "vues", "utilisateurs", "page", "jour", "temps", "segment", "autre"]

_PERIODE = re.compile(r"#\s*(\d{8})\s*[-–]\s*(\d{8})\W*")
_ROLES: dict[str, Role] = {
    **dict.fromkeys(("sessions", "visites", "visits"), "sessions"),
    **dict.fromkeys(("pageviews", "pages vues", "vues de page", "vues de pages", "nombre de pages vues"), "vues"),
    **dict.fromkeys(("users", "utilisateurs"), "utilisateurs"),
    **dict.fromkeys(("page", "page path", "chemin de la page"), "page"),
    **dict.fromkeys(("date", "day index", "indice de jour", "index de jour", "index du jour", "index des jours",
                     "indice du jour", "indice des jours", "indice de jours"), "jour"),
    **dict.fromkeys(("segment", "date range", "plage de dates"), "segment"),
}  # fmt: skip
_TEMPS = re.compile(r"(?:hour|week|month) index|ind(?:ice|ex) (?:d'|de |du |des |de la )(?:heures?|semaines?|mois)")
# Several rows may hold one session: their sessions do not add up.
_PAR_ACTION = re.compile(
    r"page|page path.*|chemin de la page.*|titre de (?:la )?page|page title|(?:ecran|screen|event|evenement) .*"
    r"|(?:categorie|action|libelle) d'evenement|search term|terme de recherche|product|produit"
)
RETIRE = "(retiré)"  # what stands for a cell that is not kept
REFAIRE = "Renvoyez l'export tel que Google Analytics l'a donné."


@dataclass
class Block:
    """One table. Positions are those of the grid; `body` has no total, `total` is the row of the unlabelled one."""

    feuille: Feuille
    header_row: int
    headers: list[str]
    body: pd.DataFrame
    totals: pd.DataFrame

    def rank(self, role: Role) -> int | None:
        return next((k for k, h in enumerate(self.headers) if role_of(h) == role), None)

    @property
    def daily(self) -> bool:
        return self.rank("jour") is not None

    @property
    def sessions_add_up(self) -> bool:
        return not any(_PAR_ACTION.fullmatch(unaccented(h)) for h in self.headers)

    def numbers(self, role: Role, extrait: Extrait) -> pd.Series | None:
        """A column as Int64, aligned with `body`; faulty cells are told, once. None without such a column."""
        rank = self.rank(role)
        if rank is None:
            return None
        raw = self.body.iloc[:, rank]
        typed = to_int(raw)
        rows = list(self.body.index)
        found = faulty_cells(typed, raw, "int", self.feuille, rank, self.headers[rank], rows=rows)
        for at in typed.values[typed.values.fillna(0) < 0].index[:10]:
            note = f"« {typed.values[at]} » : ce nombre ne peut pas être négatif."
            header = self.headers[rank]
            found.append(
                constat_at("incoherence", "erreur", note, self.feuille, at, rank, header=header, remede=REFAIRE)
            )
        extrait.constats += [c for c in found if c not in extrait.constats]
        return typed.values

    def total(self, role: Role) -> int | None:
        """What the block's own total row says; None without one, or when it is no whole number."""
        rank = self.rank(role)
        if rank is None or len(self.totals) != 1:
            return None
        value = to_int(self.totals.iloc[:, rank]).values.iloc[0]
        return None if pd.isna(value) or value < 0 else int(value)

    def days(self, debut: date, fin: date, extrait: Extrait) -> pd.Series:
        """The day of each row (datetime64), in whichever order of day and month puts them in the period."""
        rank = self.rank("jour")
        assert rank is not None
        raw = self.body.iloc[:, rank]
        readings = [_days(raw, order, debut, fin) for order in ("mdy", "dmy")]
        inside = max(readings, key=lambda values: int(values.notna().sum()))
        wrong = inside.isna()
        for row in list(wrong[wrong].index[:10]):
            shown = scrub(str(raw[row]))[:40]
            note = f"« {shown} » n'est pas un jour de la période du fichier ({periode(debut, fin)})."
            header = self.headers[rank]
            extrait.constats.append(
                constat_at("jour", "erreur", note, self.feuille, int(row), rank, header=header, remede=REFAIRE)
            )
        return inside


def _days(raw: pd.Series, order: Order, debut: date, fin: date) -> pd.Series:
    values = to_date(raw, order).values
    return values.where((values >= pd.Timestamp(debut)) & (values <= pd.Timestamp(fin)))


def role_of(header: str) -> Role:
    plain = unaccented(header)
    return "temps" if _TEMPS.fullmatch(plain) else _ROLES.get(plain, "autre")


def periods(feuille: Feuille) -> list[tuple[int, str, str]]:
    """(position, first day, last day) of each « # 20220701-20220731 » line at the top of a sheet, as written."""
    out = []
    for row, values in enumerate(feuille.top[:ENTETE_MAX]):
        if values and (found := _PERIODE.fullmatch(values[0])):
            out.append((row, found[1], found[2]))
    return out


def the_period(feuille: Feuille, extrait: Extrait) -> tuple[int, date, date] | None:
    """The one period of a sheet and where it is told; None, with a finding, when it is impossible or there are two."""
    found = periods(feuille)
    if len({(a, b) for _, a, b in found}) > 1:
        note = "Le fichier compare deux périodes : leurs chiffres se mêleraient."
        remede = "Décochez « Comparer à » dans Google Analytics, puis refaites l'export."
        extrait.constats.append(constat_at("comparaison", "erreur", note, feuille, found[1][0], remede=remede))
        return None
    row, first, last = found[0]
    try:
        days = [datetime.strptime(text, "%Y%m%d").date() for text in (first, last)]
    except ValueError:
        note = f"« {first}-{last} » n'est pas une période possible."
        extrait.constats.append(constat_at("date_impossible", "erreur", note, feuille, row, remede=REFAIRE))
        return None
    if days[0].year < 2000:
        note = f"La période {periode(*days)} est avant 2000 : cette date ne peut pas être juste."
        extrait.constats.append(constat_at("date_impossible", "erreur", note, feuille, row, remede=REFAIRE))
        return None
    return row, days[0], days[1]


def split_blocks(feuille: Feuille, extrait: Extrait) -> list[Block]:
    """The tables of a sheet, in order: a blank line, a « # » line or a header of days parts them."""
    first = feuille.cellules.iloc[:, 0].str.strip()
    comment = first.str.startswith("#").to_numpy()
    gap = np.diff(feuille.numeros.to_numpy(), prepend=0) > 1
    of_time = first.map(lambda text: role_of(text) in ("jour", "temps")).to_numpy()
    starts = np.flatnonzero(comment | gap | of_time | np.r_[False, comment[:-1]])
    bounds = sorted({0, *starts.tolist(), len(first)})
    blocks: list[Block] = []
    for start, stop in pairwise(bounds):
        if comment[start]:
            continue
        if _is_total(feuille, start, stop) and blocks and not comment[start - 1]:  # set apart by a blank line
            blocks.append(_block(feuille, blocks.pop().header_row, stop))
        elif any(role_of(h) != "autre" for h in headers_at(feuille, start)):
            blocks.append(_block(feuille, start, stop))
        elif _has_figures(feuille, start):
            note = "Ces chiffres n'ont pas d'en-tête : on ne sait pas ce qu'ils comptent."
            extrait.constats.append(constat_at("sans_entete", "erreur", note, feuille, start, remede=REFAIRE))
        else:
            extrait.set_aside("tableau sans sessions ni pages vues", stop - start - 1)
    for block in blocks:
        extrait.set_aside(TOTAL_ECARTE, len(block.totals))
    return blocks


def _is_total(feuille: Feuille, start: int, stop: int) -> bool:
    label = str(feuille.cellules.iloc[start, 0]).strip().casefold()
    return stop - start == 1 and (label == "" or label in TOTAUX)


def _has_figures(feuille: Feuille, row: int) -> bool:
    return any(
        re.fullmatch(r"[0-9][0-9 .,\u00a0\u202f]*%?", c.strip()) for c in feuille.cellules.iloc[row, 1:].tolist()
    )


def _block(feuille: Feuille, start: int, stop: int) -> Block:
    headers = headers_at(feuille, start)
    while headers and not headers[-1]:
        headers.pop()
    rows = feuille.cellules.iloc[start + 1 : stop, : len(headers)]
    label = rows.iloc[:, 0].str.strip().str.casefold()
    total = (label == "") | label.isin(TOTAUX)
    return Block(feuille, start, headers, rows[~total], rows[total])


def two_at_once(block: Block) -> Constat | None:
    """Segments or periods side by side in a table: their rows would be added up."""
    rank = block.rank("segment")
    several = rank is not None and block.body.iloc[:, rank].str.strip().nunique() > 1
    if not several and len(block.totals) < 2:
        return None
    note = "Le tableau met côte à côte plusieurs segments ou plusieurs périodes : leurs chiffres se mêleraient."
    remede = "Dans Google Analytics, gardez le seul segment « Tous les utilisateurs » et une seule période."
    return constat_at("comparaison", "erreur", note, block.feuille, block.header_row, remede=remede)


def kept_sheet(feuille: Feuille, extrait: Extrait) -> Feuille:
    """What may be kept of a sheet with its file: its period and, of each table, the cells of the columns that are read."""
    tables = [pd.DataFrame([[f"# {first}-{last}"] for _, first, last in periods(feuille)[:1]], dtype="str")]
    for block in split_blocks(feuille, extrait):
        tables += [pd.DataFrame([[""]], dtype="str"), _kept_block(block)]
    grid = pd.concat(tables, ignore_index=True).fillna("")
    return Feuille(None, grid, pd.Series(range(1, len(grid) + 1), dtype="int64"))


def _kept_block(block: Block) -> pd.DataFrame:
    """Its headers, rows and total. What tells its rows apart goes, but for pages and days: only that it was there stays."""
    ranks = [
        k for k, h in enumerate(block.headers) if role_of(h) in ("sessions", "vues", "utilisateurs", "page", "jour")
    ]
    first = [] if 0 in ranks else [0]  # where a total has no label
    head = pd.DataFrame([[block.headers[k] if k in ranks else RETIRE for k in (*first, *ranks)]], dtype="str")
    parts = [head]
    for rows, label in ((block.body, RETIRE), (block.totals, "")):
        kept = [pd.Series(label, index=rows.index) for _ in first]
        kept += [_kept_cells(role_of(block.headers[k]), rows.iloc[:, k]) for k in ranks]
        parts.append(pd.DataFrame(dict(enumerate(kept)), dtype="str"))
    return pd.concat(parts, ignore_index=True)


def _kept_cells(role: Role, raw: pd.Series) -> pd.Series:
    if role == "page":
        return scrubbed_pages(raw.where(raw.str.startswith("/"), ""))
    if role == "jour":
        return raw.where(raw.str.fullmatch(r"[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}"), "")
    return raw.mask(to_int(raw).faulty, "")
