"""Google Analytics 4: files of one block (a detailed report) or several (« Aperçu des rapports »), under « # » lines.

Sessions give the visits of the whole site, page paths give the views of pages. Active users never add up: they are
kept only where the tool gives them for the whole. Splitting into blocks is in _ga4_blocks, adding up in _ga4_rows.
"""

from __future__ import annotations

from itertools import groupby, pairwise

import pandas as pd

from etl.findings import constat_at
from etl.source import Constat, Contexte, Document, Extrait, Feuille, Source, Tranche
from etl.sources._ga4_blocks import Block, is_ga4, kept_block, split_blocks
from etl.sources._ga4_rows import daily_rows, page_rows, site_rows
from rqds_metrics.exercice import Exercice
from rqds_metrics.regles.formats import periode

RAPPORTS = "« Acquisition de trafic » (sessions) ou « Pages et écrans » (chemin de la page, vues)"


class GA4(Source):
    nom = "ga4"
    titre = "Site Web · Google Analytics 4"
    famille = "web"
    cadence = "mensuelle"
    aide = (
        "Google Analytics, Rapports, Acquisition de trafic (visites) et Pages et écrans avec le chemin de la page (vues) ; "
        "choisir un mois entier, puis Partager, Télécharger en CSV."
    )
    attendu = "lignes « # Start date: » ou « # Date de début : »"

    def recognise(self, document: Document) -> bool:
        return any(is_ga4(f) for f in document.feuilles)

    def read(self, document: Document, contexte: Contexte) -> Extrait:
        extrait = self.blank()
        blocks = []
        for feuille in document.feuilles:
            if is_ga4(feuille):
                blocks += split_blocks(feuille, extrait)
            else:
                note = f"La feuille « {feuille.nom} » n'a pas de dates de Google Analytics ; elle n'est pas lue."
                extrait.constats.append(Constat("feuille_ignoree", "info", note, feuille=feuille.nom))
        frames: list[pd.DataFrame] = []
        dated = sorted((b for b in blocks if b.debut and b.fin), key=lambda b: (b.debut, b.fin))
        for (debut, fin), group in groupby(dated, key=lambda b: (b.debut, b.fin)):
            same = sorted(group, key=lambda b: (b.feuille.nom or "", b.header_row))
            self._period(same, extrait, frames)
            last = [t for t in extrait.tranches if (t.debut, t.fin) == (debut, fin)]
            if last:
                extrait.constats += _about_period(last, same[0], contexte)
        if not frames and not extrait.erreurs:
            note = "Ce fichier de Google Analytics ne donne ni les sessions du site ni les vues par chemin de page."
            extrait.constats.append(Constat("rien_a_lire", "erreur", note, remede=f"Exportez le rapport {RAPPORTS}."))
        extrait.constats += _overlaps(extrait.tranches)
        if frames:
            extrait.lignes = pd.concat([extrait.lignes, *frames], ignore_index=True)[list(extrait.lignes.columns)]
        return extrait

    def keepable(self, document: Document) -> list[Feuille]:
        """The dates, and the columns read of each block: neither the account's name nor the titles of pages."""
        blocks = [b for f in document.feuilles if is_ga4(f) for b in split_blocks(f, self.blank())]
        return [copy for b in blocks if (copy := kept_block(b)) is not None]

    def _period(self, blocks: list[Block], extrait: Extrait, frames: list[pd.DataFrame]) -> None:
        """Rows of the blocks that share their dates: the site, then the pages."""
        debut, fin = blocks[0].debut, blocks[0].fin
        assert debut and fin
        daily = daily_rows(blocks, "site", extrait)
        site = daily if daily is not None else site_rows(blocks, extrait)
        if site is not None:
            frames.append(site.assign(serie="ga4|site"))
            extrait.tranches.append(Tranche("ga4|site", debut, fin, "bloc" if daily is None else "jour"))
        daily_pages = daily_rows(blocks, "pages", extrait)
        pages = daily_pages if daily_pages is not None else page_rows(blocks, extrait)
        if pages is not None:
            frames.append(pages.assign(serie="ga4|pages"))
            extrait.tranches.append(Tranche("ga4|pages", debut, fin, "bloc" if daily_pages is None else "jour"))


def _about_period(tranches: list[Tranche], block: Block, contexte: Contexte) -> list[Constat]:
    """What to tell about the days of a period: they decide which year and month the figures go to."""
    debut, fin = tranches[0].debut, tranches[0].fin
    whole = any(t.mode == "bloc" for t in tranches)
    days = periode(debut, fin)
    out = []

    def tell(nom: str, verdict: str, note: str, remede: str) -> None:
        out.append(constat_at(nom, verdict, note, block.feuille, block.header_row, remede=remede))  # type: ignore[arg-type]

    if debut > fin:
        tell("periode", "erreur", f"La période finit avant de commencer ({days}).", "Refaites l'export.")
    elif whole and Exercice.of(debut) != Exercice.of(fin):
        note = (
            f"La période {days} est à cheval sur deux exercices (du 1er juillet au 30 juin) : elle ne se partage pas."
        )
        tell(
            "deux_exercices", "erreur", note, "Exportez un mois à la fois, ou ajoutez la dimension « Date » au rapport."
        )
    elif whole and (debut.day != 1 or not _is_last_day(fin)):
        note = f"La période {days} n'est pas faite de mois entiers : ses chiffres comptent au mois de son dernier jour."
        tell("mois_incomplet", "avertissement", note, "Exportez plutôt du premier au dernier jour du mois.")
    if fin > contexte.recu_le:
        note = f"La période {days} finit après aujourd'hui."
        tell("futur", "erreur", note, "Refaites l'export avec une période passée.")
    elif fin == contexte.recu_le:
        note = f"La période {days} comprend aujourd'hui, une journée encore incomplète."
        tell("jour_en_cours", "avertissement", note, "Renvoyez l'export une fois la période finie.")
    return out


def _is_last_day(day: object) -> bool:
    return bool(pd.Timestamp(day).is_month_end)  # type: ignore[arg-type]


def _overlaps(tranches: list[Tranche]) -> list[Constat]:
    """Two periods of one file that share days would be counted twice."""
    out = []
    for serie in sorted({t.serie for t in tranches}):
        mine = sorted((t for t in tranches if t.serie == serie), key=lambda t: t.debut)
        for a, b in pairwise(mine):
            if b.debut <= a.fin:
                note = f"Le fichier donne deux périodes qui se chevauchent : {periode(a.debut, a.fin)} et {periode(b.debut, b.fin)}."
                out.append(Constat("periodes", "erreur", note, remede="Exportez une période à la fois."))
    return out


SOURCE = GA4()
