"""Universal Analytics, the Google Analytics of before July 2023: a table, then the same figures by day.

The days give the visits where they count sessions; else the table's total does (its rows may be only the first ten).
Page paths give the views of pages. Users never add up: kept where the tool gives them for the whole, in one row.
Splitting into tables is in _ua_blocks.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from etl.findings import constat_at
from etl.periods import about_period, overlaps
from etl.privacy import scrub_page
from etl.source import Constat, Contexte, Document, Extrait, Feuille, Source, Tranche, row_columns
from etl.sources._ga4_blocks import is_ga4
from etl.sources._ua_blocks import REFAIRE, Block, Role, kept_sheet, periods, split_blocks, the_period, two_at_once
from rqds_metrics.regles.formats import nombre

SITE, PAGES = "universal_analytics|site", "universal_analytics|pages"
ECART = 0.02  # sampled reports of one period differ a little
_RAPPORTS = "« Audience, Vue d'ensemble » (sessions par jour) ou « Comportement, Toutes les pages » (pages vues)"


class UniversalAnalytics(Source):
    nom = "universal_analytics"
    titre = "Site Web · Universal Analytics"
    famille = "web"
    cadence = "libre"
    aide = "Google Analytics d'avant juillet 2023, Audience, Vue d'ensemble, courbe par jour, Exporter, CSV."
    attendu = "ligne « # 20220701-20220731 », puis « Sessions » ou « Pages vues »"

    def recognise(self, document: Document) -> bool:
        return any(_is_ua(f) for f in document.feuilles)

    def read(self, document: Document, contexte: Contexte) -> Extrait:
        extrait = self.blank()
        frames: list[pd.DataFrame] = []
        for feuille in document.feuilles:
            if not _is_ua(feuille):
                note = f"La feuille « {feuille.nom} » n'a pas de période d'Universal Analytics ; elle n'est pas lue."
                extrait.constats.append(Constat("feuille_ignoree", "info", note, feuille=feuille.nom))
                continue
            _sheet(feuille, contexte.recu_le, extrait, frames)
        if not frames and not extrait.erreurs:
            note = "Ce fichier d'Universal Analytics ne donne ni les sessions du site ni les vues par page."
            extrait.constats.append(Constat("rien_a_lire", "erreur", note, remede=f"Exportez le rapport {_RAPPORTS}."))
        extrait.constats += overlaps(extrait.tranches)
        if frames and not extrait.erreurs:
            columns = row_columns(self.famille)
            shaped = [f.reindex(columns=columns).astype("object") for f in frames]
            extrait.lignes = pd.concat([f.where(f.notna(), None) for f in shaped], ignore_index=True)
        return extrait

    def keepable(self, document: Document) -> list[Feuille]:
        """The period, and the columns read of each table: neither the account's name nor what tells visitors apart."""
        return [kept_sheet(f, self.blank()) for f in document.feuilles if _is_ua(f)]


def _is_ua(feuille: Feuille) -> bool:
    return bool(periods(feuille)) and not is_ga4(feuille)


def _sheet(feuille: Feuille, recu_le: date, extrait: Extrait, frames: list[pd.DataFrame]) -> None:
    """Rows and spans of a sheet: the site, by day if it can be, and the pages."""
    told = the_period(feuille, extrait)
    if told is None:
        return
    row, debut, fin = told
    blocks = split_blocks(feuille, extrait)
    refused = [c for b in blocks if (c := two_at_once(b))]
    extrait.constats += refused
    if refused:
        return
    modes = []
    site = _daily(blocks, debut, fin, extrait)
    whole = None if site is not None else _whole(blocks, debut, fin, extrait)
    pages = _pages(blocks, debut, fin, extrait)
    for serie, frame, mode in ((SITE, site, "jour"), (SITE, whole, "bloc"), (PAGES, pages, "bloc")):
        if frame is not None:
            modes.append(mode)
            frames.append(frame.assign(serie=serie))
            extrait.tranches.append(Tranche(serie, debut, fin, mode))  # type: ignore[arg-type]
    if modes:
        by_month = "Exportez un mois à la fois, ou « Audience, Vue d'ensemble » avec la courbe par jour."
        extrait.constats += about_period(debut, fin, "bloc" in modes, feuille, row, recu_le, by_month)


def _daily(blocks: list[Block], debut: date, fin: date, extrait: Extrait) -> pd.DataFrame | None:
    """Visits (and views, where they are told) by day; None when no table counts sessions by day."""
    found = [b for b in blocks if b.daily and b.rank("sessions") is not None and b.sessions_add_up and len(b.body)]
    if not found:
        return None
    block = found[0]
    days, sessions = block.days(debut, fin, extrait), block.numbers("sessions", extrait)
    assert sessions is not None
    _check(block, "sessions", int(sessions.sum()), extrait, "jours")
    for other in blocks:
        if other is not block and (total := other.total("sessions")) is not None:
            _compare(int(sessions.sum()), total, block, other, extrait)
    frame = pd.DataFrame({"debut": days, "visites": sessions}).dropna(subset=["debut"])
    frame = frame.groupby("debut")["visites"].sum(min_count=1).to_frame()
    for other in blocks:
        if "vues" not in frame and other.daily and other.rank("page") is None:
            views = other.numbers("vues", extrait)
            if views is not None:
                by_day = views.groupby(days if other is block else other.days(debut, fin, extrait)).sum(min_count=1)
                frame["vues"] = by_day.reindex(frame.index)
                _check(other, "vues", int(views.sum()), extrait, "jours")
    if len(frame) < (fin - debut).days + 1:
        note = f"Il manque des jours : {nombre(len(frame))} sur {nombre((fin - debut).days + 1)}. Ils compteront pour zéro."
        extrait.constats.append(
            constat_at("jours_absents", "avertissement", note, block.feuille, block.header_row, remede=REFAIRE)
        )
    frame = frame.reset_index()
    frame["debut"] = frame["debut"].dt.date
    return frame.assign(fin=frame["debut"])


def _whole(blocks: list[Block], debut: date, fin: date, extrait: Extrait) -> pd.DataFrame | None:
    """The site over the period, in one row, from total rows; without one, from rows that add up."""
    counting = [b for b in blocks if b.rank("sessions") is not None and not b.daily]
    for block in counting:
        visits, added = block.total("sessions"), None
        if block.sessions_add_up:
            numbers = block.numbers("sessions", extrait)
            added = int(numbers.sum()) if numbers is not None and numbers.notna().any() else None
        if visits is None and added is None:
            continue
        if visits is not None and added is not None and visits != added:
            _tell_rest(block, visits, added, extrait)
        figures = {role: _total(blocks, role) for role in ("vues", "utilisateurs")}
        row = {"debut": debut, "fin": fin, "visites": added if visits is None else visits}
        return pd.DataFrame([row | figures])
    for block in counting[:1]:
        note = f"Les sessions du tableau « {block.headers[0]} » ne s'additionnent pas, et il n'a pas de ligne de total."
        extrait.constats.append(constat_at("sessions_non_additives", "info", note, block.feuille, block.header_row))
    return None


def _total(blocks: list[Block], role: Role) -> int | None:
    return next(
        (t for b in blocks if not (b.daily and role == "utilisateurs") and (t := b.total(role)) is not None), None
    )


def _pages(blocks: list[Block], debut: date, fin: date, extrait: Extrait) -> pd.DataFrame | None:
    """A row a page path over the period; None when no table gives views by path. Addresses lose what follows « ? »."""
    found = [b for b in blocks if b.rank("page") is not None and b.rank("vues") is not None and len(b.body)]
    for other in found[1:]:
        note = "Un second tableau donne les pages de la même période ; le premier est gardé."
        extrait.constats.append(constat_at("pages_double", "avertissement", note, other.feuille, other.header_row))
        extrait.set_aside("second tableau des mêmes pages", len(other.body))
    if not found:
        return None
    block, rank = found[0], found[0].rank("page")
    views = block.numbers("vues", extrait)
    assert views is not None and rank is not None
    _check(block, "vues", int(views.sum()), extrait, "pages")
    raw = block.body.iloc[:, rank].str.strip()
    cleaned = {page: scrub_page(page) for page in raw.unique()}
    masked = sum(before != after for before, after in cleaned.items())
    if masked:
        note = f"{masked} adresses de page sont gardées sans leur partie variable (« ?… », « #… ») ni renseignement personnel."
        extrait.constats.append(constat_at("adresses", "info", note, block.feuille, block.header_row))
    by_page = views.groupby(raw.map(cleaned), sort=False).sum(min_count=1)
    extrait.set_aside("ligne sans page", int((by_page.index == "").sum()))
    by_page = by_page[by_page.index != ""]
    if by_page.empty:
        return None
    return pd.DataFrame({"page": by_page.index, "vues": by_page.to_numpy(), "debut": debut, "fin": fin})


def _check(block: Block, role: Role, added: int, extrait: Extrait, rows: str) -> None:
    """Rows that are kept, against the total row that goes with them."""
    total = block.total(role)
    if total is None or total == added:
        return
    rank, at = block.rank(role), int(block.totals.index[0])
    note = f"La ligne de total dit {nombre(total)}, mais les {rows} font {nombre(added)} ; ce sont les {rows} qui sont gardés."
    remede = "Affichez toutes les lignes du rapport dans Google Analytics avant d'exporter."
    header = block.headers[rank or 0]
    note = note.replace("pages qui sont gardés", "pages qui sont gardées")
    extrait.constats.append(
        constat_at("total_different", "avertissement", note, block.feuille, at, rank, header=header, remede=remede)
    )


def _tell_rest(block: Block, total: int, added: int, extrait: Extrait) -> None:
    """A table shows its first rows only; its total counts them all."""
    verdict = "info" if added < total else "avertissement"
    note = f"Les lignes font {nombre(added)} sessions et la ligne de total dit {nombre(total)} ; c'est le total qui est gardé."
    extrait.constats.append(
        constat_at("total_different", verdict, note, block.feuille, int(block.totals.index[0]), block.rank("sessions"))  # type: ignore[arg-type]
    )


def _compare(added: int, total: int, block: Block, other: Block, extrait: Extrait) -> None:
    if abs(added - total) > ECART * max(added, total):
        note = (
            f"Les jours font {nombre(added)} sessions et le tableau « {other.headers[0]} » en dit {nombre(total)} ; ce sont "
            "les jours qui sont gardés."
        )
        extrait.constats.append(
            constat_at("sessions_differentes", "avertissement", note, other.feuille, other.header_row)
        )


SOURCE = UniversalAnalytics()
