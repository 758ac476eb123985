"""What GA4 blocks of one period add up to: the site, its pages, by day where the file says the day."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from etl.findings import constat_at
from etl.source import Extrait
from etl.sources._ga4_blocks import Block, Role
from etl.table import scrubbed_pages
from rqds_metrics.regles.formats import nombre, periode

ECART = 0.02  # two reports of one period differ a little: GA4 estimates and samples


def daily_rows(blocks: list[Block], what: Literal["site", "pages"], extrait: Extrait) -> pd.DataFrame | None:
    """Rows that each hold one day; None when no block has days."""
    if what == "site":
        chosen = [b for b in _site_blocks(blocks) if b.rank("jour") is not None]
    else:
        chosen = [b for b in blocks if None not in (b.rank("jour"), b.rank("vues"), b.rank("page"))]
    if not chosen:
        return None
    block = chosen[0]
    days = block.days(extrait)
    assert days is not None
    if what == "pages":
        pages = _pages(block, days, extrait)
        return None if pages.empty else pages
    sessions = block.numbers("sessions", extrait)
    assert sessions is not None
    frame = pd.DataFrame({"debut": days, "visites": sessions}).dropna()
    if frame.empty:
        return None
    frame = frame.groupby("debut")["visites"].sum().reset_index()
    _check_total(block, "sessions", sessions, extrait)
    total = int(sessions.sum())
    for other in _site_blocks(blocks):
        if other is not block:
            _compare(total, block, other, extrait)
    frame["debut"] = frame["debut"].dt.date
    return frame.assign(fin=frame["debut"])


def _site_blocks(blocks: list[Block]) -> list[Block]:
    usable = [
        b for b in blocks if b.rank("sessions") is not None and b.rank("page") is None and b.rank("titre") is None
    ]
    return [b for b in usable if b.sessions_add_up]


def site_rows(blocks: list[Block], extrait: Extrait) -> pd.DataFrame | None:
    """The site over the period, in one row: sessions added up, and whole-site views and users where given."""
    found = _site_blocks(blocks)
    _tell_unusable(blocks, found, extrait)
    if not found:
        return None
    first = found[0]
    sessions = first.numbers("sessions", extrait)
    assert sessions is not None
    if sessions.notna().sum() == 0:
        return None
    visits = int(sessions.sum())
    _check_total(first, "sessions", sessions, extrait)
    for other in found[1:]:
        _compare(visits, first, other, extrait)
    row = {"debut": first.debut, "fin": first.fin, "visites": visits}
    whole = {role: _whole(blocks, role, extrait) for role in ("vues", "utilisateurs")}
    return pd.DataFrame([row | whole])


def _whole(blocks: list[Block], role: Role, extrait: Extrait) -> int | None:
    """A figure of the whole site: from a block without dimension, else from a total row."""
    for block in blocks:
        if not block.dimensions and len(block.body) == 1:
            numbers = block.numbers(role, extrait)
            if numbers is not None and numbers.notna().all():
                return int(numbers.iloc[0])
    return next((t for b in blocks if (t := b.total(role)) is not None), None)


def page_rows(blocks: list[Block], extrait: Extrait) -> pd.DataFrame | None:
    """A row a page path over the period; None when no block gives views by path."""
    found = [b for b in blocks if b.rank("page") is not None and b.rank("vues") is not None and len(b.body)]
    if not found:
        titles = [b for b in blocks if b.rank("titre") is not None and b.rank("vues") is not None]
        for block in titles[:1]:
            note = "Les vues sont données par titre de page ; il faut le chemin (« /page ») pour les rattacher aux indicateurs."
            remede = "Dans « Pages et écrans », choisissez « Chemin de la page et classe de l'écran », puis exportez."
            rank = block.rank("titre")
            extrait.constats.append(
                constat_at("pages_par_titre", "info", note, block.feuille, block.header_row, rank, remede=remede)
            )
            extrait.set_aside("pages données par titre, sans leur chemin", len(block.body))
        return None
    for other in found[1:]:
        note = f"Un second tableau donne les pages de la même période ({periode(other.debut, other.fin)}) ; le premier est gardé."
        extrait.constats.append(constat_at("pages_double", "avertissement", note, other.feuille, other.header_row))
        extrait.set_aside("second tableau des mêmes pages", len(other.body))
    return _pages(found[0], None, extrait)


def _pages(block: Block, days: pd.Series | None, extrait: Extrait) -> pd.DataFrame:
    """Views by path (and day). Paths that differ by their query string only become one; their users do not add up."""
    rank = block.rank("page")
    assert rank is not None
    raw = block.body.iloc[:, rank].str.strip()
    pages = scrubbed_pages(raw)
    masked = raw[pages != raw].nunique()
    frame = pd.DataFrame({"page": pages, "debut": days if days is not None else pd.NaT})
    for column, role in (("vues", "vues"), ("utilisateurs", "utilisateurs"), ("visites", "sessions")):
        numbers = block.numbers(role, extrait)  # type: ignore[arg-type]
        frame[column] = numbers if numbers is not None else pd.Series(pd.NA, index=frame.index, dtype="Int64")
    _check_total(block, "vues", frame["vues"], extrait)
    if days is not None:
        frame = frame.dropna(subset=["debut"])
    blank = frame["page"] == ""
    extrait.set_aside("ligne sans page", int(blank.sum()))
    frame = frame[~blank]
    keys = ["page", "debut"]
    repeated = frame.duplicated(keys, keep=False)
    if repeated.any():
        views = frame[repeated].groupby(keys, dropna=False, sort=False)["vues"].sum(min_count=1)
        frame = pd.concat([frame[~repeated], views.reset_index()], ignore_index=True)
    if masked:
        note = f"{masked} adresses de page sont gardées sans leur partie variable (« ?… », « #… ») ni renseignement personnel."
        extrait.constats.append(constat_at("adresses", "info", note, block.feuille, block.header_row))
    if days is None:
        return frame.assign(debut=block.debut, fin=block.fin)
    frame["debut"] = frame["debut"].dt.date
    return frame.assign(fin=frame["debut"])


def _check_total(block: Block, role: Literal["sessions", "vues"], numbers: pd.Series, extrait: Extrait) -> None:
    total, added = block.total(role), int(numbers.sum())
    if total is None or total == added:
        return
    rank = block.rank(role)
    note = f"La ligne de total dit {nombre(total)}, mais les lignes font {nombre(added)} ; ce sont les lignes qui sont gardées."
    remede = "Vérifiez que l'export contient toutes les lignes (le nombre de lignes par page, dans Google Analytics)."
    row = int(block.totals.index[0])
    extrait.constats.append(
        constat_at(
            "total_different",
            "avertissement",
            note,
            block.feuille,
            row,
            rank,
            header=block.headers[rank or 0],
            remede=remede,
        )
    )


def _compare(visits: int, first: Block, other: Block, extrait: Extrait) -> None:
    """Two tables of sessions for the same days should tell the same visits."""
    numbers = other.numbers("sessions", extrait)
    added = int(numbers.sum()) if numbers is not None else 0
    if abs(added - visits) > ECART * max(visits, added):
        note = (
            f"Le tableau « {other.headers[0]} » compte {nombre(added)} sessions et le tableau « {first.headers[0]} » en compte "
            f"{nombre(visits)}, pour la même période ; le second est gardé."
        )
        extrait.constats.append(constat_at("sessions_differentes", "info", note, other.feuille, other.header_row))


def _tell_unusable(blocks: list[Block], usable: list[Block], extrait: Extrait) -> None:
    for block in blocks:
        if block.rank("sessions") is not None and block not in usable and block.rank("page") is None:
            note = f"Les sessions du tableau « {block.headers[0]} » ne s'additionnent pas (une session y est dans plusieurs lignes)."
            extrait.constats.append(constat_at("sessions_non_additives", "info", note, block.feuille, block.header_row))
