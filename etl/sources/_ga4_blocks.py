"""A GA4 file cut into blocks: dates, a header, rows; and what each of its columns is, in English or French."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from etl.cells import to_int, unaccented
from etl.columns import TOTAL_ECARTE, TOTAUX, headers_at
from etl.dates import to_date
from etl.findings import constat_at, faulty_cells
from etl.source import ENTETE_MAX, Extrait, Feuille
from etl.table import scrubbed_pages

Role = Literal["sessions", "vues", "utilisateurs", "page", "titre", "jour", "autre"]

_DEBUT = re.compile(r"#?\s*(?:start date|date de debut)\s*:\s*(\d{8}|\d{4}-\d{2}-\d{2})\b")
_FIN = re.compile(r"#?\s*(?:end date|date de fin)\s*:\s*(\d{8}|\d{4}-\d{2}-\d{2})\b")

# Unaccented headers.
_ROLES: dict[str, Role] = {
    **dict.fromkeys(("sessions",), "sessions"),
    **dict.fromkeys(("views", "vues", "screen page views", "nombre de vues"), "vues"),
    **dict.fromkeys(
        ("active users", "utilisateurs actifs", "users", "utilisateurs", "total users", "nombre total d'utilisateurs"),
        "utilisateurs",
    ),
    **dict.fromkeys(
        (
            "page path and screen class", "chemin de la page et classe de l'ecran", "page path", "chemin de la page",
            "page path + query string", "chemin de la page + chaine de requete", "page path and screen name",
            "chemin de page et classe de l'ecran", "page path + query string and screen class",
            "chemin de la page + chaine de requete et classe de l'ecran",
        ),
        "page",
    ),
    **dict.fromkeys(
        (
            "page title and screen class", "titre de la page et classe de l'ecran", "page title and screen name",
            "titre de la page et nom de l'ecran", "page title", "titre de la page", "titre de page et classe de l'ecran",
        ),
        "titre",
    ),
    **dict.fromkeys(("nth day", "nieme jour", "n-ieme jour", "ne jour", "nth-day", "jour n", "date"), "jour"),
}  # fmt: skip

# A session has one of each of these, so its sessions add up over them; it sees several pages and events.
_SESSION_DIMENSION = re.compile(
    r"session|channel|canal|canaux|source|support|medium|campaign|campagne|landing page|page de destination|country|pays"
    r"|region|city|ville|device|appareil|platform|plate-?forme|date|day|jour|week|semaine|month|mois|browser|navigateur"
    r"|operating system|systeme d'exploitation|language|langue"
)
_METRIC = re.compile(
    r"\b(rate|taux|average|moyen|moyenne|duration|duree|event count|evenements|nombre d'evenements|key events|revenue|revenus"
    r"|per |par (?:session|utilisateur)|conversions|engaged sessions|new users|nouveaux utilisateurs|bounce|rebond|time|temps"
    r"|sessions avec engagement|returning|entrances|entrees|exits|sorties)"
)


@dataclass
class Block:
    """One table of the file. `roles`: column rank -> role. `body`: its rows of text, totals apart (`totals`).

    Positions are those of the sheet's grid.
    """

    feuille: Feuille
    header_row: int
    debut: date | None
    fin: date | None
    headers: list[str]
    roles: dict[int, Role]
    body: pd.DataFrame
    totals: pd.DataFrame = field(default_factory=pd.DataFrame)

    def rank(self, role: Role) -> int | None:
        return next((k for k, r in self.roles.items() if r == role), None)

    @property
    def dimensions(self) -> list[str]:
        """Unaccented headers of the columns that say of what the figures are."""
        return [unaccented(h) for k, h in enumerate(self.headers) if self._is_dimension(k, h)]

    def _is_dimension(self, rank: int, header: str) -> bool:
        role = self.roles.get(rank, "autre")
        if role != "autre":
            return role in ("page", "titre", "jour")
        if rank and self._numeric(rank):
            return False
        return not (_METRIC.search(unaccented(header)) and self._numeric(rank))

    def _numeric(self, rank: int) -> bool:
        sample = self.body.iloc[:20, rank]
        return bool(sample.str.fullmatch(r"-?[0-9][0-9 .,]*%?").all())

    @property
    def sessions_add_up(self) -> bool:
        """Is each session in one row only?"""
        return all(_SESSION_DIMENSION.search(d) for d in self.dimensions)

    def numbers(self, role: Role, extrait: Extrait) -> pd.Series | None:
        """A metric as Int64, aligned with `body`; faulty cells are told. None when the block has no such column."""
        rank = self.rank(role)
        if rank is None:
            return None
        raw = self.body.iloc[:, rank]
        typed = to_int(raw)
        rows = list(self.body.index) if typed.faulty.any() else []
        for constat in faulty_cells(typed, raw, "int", self.feuille, rank, self.headers[rank], rows=rows):
            if constat not in extrait.constats:
                extrait.constats.append(constat)
        return typed.values

    def total(self, role: Role) -> int | None:
        """What the block's own total row says."""
        rank = self.rank(role)
        if rank is None or self.totals.empty:
            return None
        value = to_int(self.totals.iloc[:, rank]).values.iloc[0]
        return None if pd.isna(value) else int(value)

    def days(self, extrait: Extrait) -> pd.Series | None:
        """The day of each row (datetime64), from a date or a count of days from the start. None without such a column."""
        rank = self.rank("jour")
        if rank is None or self.debut is None or self.fin is None:
            return None
        raw = self.body.iloc[:, rank]
        if unaccented(self.headers[rank]) == "date":
            dates = to_date(raw)
            values, faulty = dates.values, dates.faulty
        else:
            typed = to_int(raw)
            values = pd.Timestamp(self.debut) + pd.to_timedelta(typed.values.astype("float64"), unit="D")
            faulty = typed.faulty
        outside = (values < pd.Timestamp(self.debut)) | (values > pd.Timestamp(self.fin)) | (values.isna() & ~faulty)
        wrong = faulty | outside
        for row in list(wrong[wrong].index[:10]):
            note = f"« {raw[row]} » n'est pas un jour de la période du fichier ({self.debut} au {self.fin})."
            remede = "Renvoyez l'export tel que Google Analytics l'a donné."
            extrait.constats.append(
                constat_at(
                    "jour", "erreur", note, self.feuille, int(row), rank, header=self.headers[rank], remede=remede
                )
            )
        return values.where(~wrong)


def is_ga4(feuille: Feuille) -> bool:
    """Does the top of the sheet give dates the way GA4 does?"""
    first = feuille.cellules.iloc[:ENTETE_MAX, 0] if feuille.cellules.shape[1] else pd.Series(dtype="str")
    return any(t.strip().startswith("#") and _DEBUT.match(unaccented(t)) for t in first)


def _day(text: str) -> date:
    digits = text.replace("-", "")
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def split_blocks(feuille: Feuille, extrait: Extrait) -> list[Block]:
    """The blocks of a sheet, in order. A blank line or « # » lines part them; dates hold until others are given."""
    first = feuille.cellules.iloc[:, 0].str.strip()
    comment = first.str.startswith("#").to_numpy()
    gap = np.diff(feuille.numeros.to_numpy(), prepend=0) > 1
    starts = np.flatnonzero(comment | gap | np.r_[False, comment[:-1]])
    bounds = sorted({0, *starts.tolist(), len(first)})
    blocks: list[Block] = []
    debut = fin = None
    for start, stop in pairwise(bounds):
        if comment[start]:
            text = unaccented(first.iloc[start])
            try:
                if found := _DEBUT.match(text):
                    debut, fin = _day(found[1]), None
                elif found := _FIN.match(text):
                    fin = _day(found[1])
            except ValueError:
                note = f"« {first.iloc[start]} » n'est pas une date possible."
                extrait.constats.append(constat_at("date_impossible", "erreur", note, feuille, start))
            continue
        if not _is_data(feuille, start):
            blocks.append(_block(feuille, start, stop, debut, fin))
        elif blocks and not comment[start - 1]:  # a blank line inside a table: a total set apart
            blocks[-1] = _block(feuille, blocks[-1].header_row, stop, blocks[-1].debut, blocks[-1].fin)
        else:
            note = "Ces chiffres n'ont pas d'en-tête : on ne sait pas ce qu'ils comptent."
            remede = "Renvoyez l'export tel que Google Analytics l'a donné."
            extrait.constats.append(constat_at("sans_entete", "erreur", note, feuille, start, remede=remede))
    for block in blocks:
        extrait.set_aside(TOTAL_ECARTE, len(block.totals))
    return blocks


def _is_data(feuille: Feuille, row: int) -> bool:
    """Is there a figure in this row? Headers have none."""
    return any(re.fullmatch(r"-?[0-9][0-9 .,]*%?", c.strip()) for c in feuille.cellules.iloc[row, 1:])


def _block(feuille: Feuille, start: int, stop: int, debut: date | None, fin: date | None) -> Block:
    headers = headers_at(feuille, start)
    while headers and not headers[-1]:
        headers.pop()
    body = feuille.cellules.iloc[start + 1 : stop, : len(headers)]
    roles: dict[int, Role] = {}
    for rank, header in enumerate(headers):
        role = _ROLES.get(unaccented(header).replace("ᵉ", "e"), "autre")
        if role == "autre" or role not in roles.values():  # « Utilisateurs » after « Utilisateurs actifs »: the first
            roles[rank] = role
    total = _totals(feuille.cellules.iloc[start + 1 : stop])
    return Block(feuille, start, debut, fin, headers, roles, body[~total], body[total])


def kept_block(block: Block) -> Feuille | None:
    """What may be kept of a block with its file: its dates, and the cells of the columns that are read."""
    ranks = [r for r, role in sorted(block.roles.items()) if role not in ("titre", "autre")]
    if block.debut is None or block.fin is None or not ranks:
        return None
    rows = {k: _kept_cells(block.roles[rank], block.body.iloc[:, rank]) for k, rank in enumerate(ranks)}
    top = [
        [f"# Start date: {block.debut:%Y%m%d}"],
        [f"# End date: {block.fin:%Y%m%d}"],
        [block.headers[r] for r in ranks],
    ]
    head = pd.DataFrame(
        [line + [""] * (len(ranks) - len(line)) for line in top], columns=range(len(ranks)), dtype="str"
    )
    grid = pd.concat([head, pd.DataFrame(rows)], ignore_index=True)
    return Feuille(None, grid, pd.Series(range(1, len(grid) + 1), dtype="int64"))


def _kept_cells(role: Role, raw: pd.Series) -> pd.Series:
    if role == "page":
        return scrubbed_pages(raw.where(raw.str.startswith("/"), ""))
    if role == "jour":
        return raw.where(raw.str.fullmatch(r"[0-9]{1,8}|[0-9]{4}-[0-9]{2}-[0-9]{2}"), "")
    return raw.mask(to_int(raw).faulty, "")


def _totals(rows: pd.DataFrame) -> pd.Series:
    """Which rows are totals: « Grand total » as their label, or anywhere when they have none."""
    label = rows.iloc[:, 0].str.strip().str.casefold()
    total = label.isin(TOTAUX)
    unlabelled = rows[label == ""]
    if len(unlabelled):
        lowered = unlabelled.apply(lambda column: column.str.strip().str.casefold())
        total |= lowered.isin(TOTAUX).any(axis=1).reindex(rows.index, fill_value=False)
    return total
