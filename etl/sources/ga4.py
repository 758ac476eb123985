"""Google Analytics 4: files of one block (a detailed report) or several (« Aperçu des rapports »), under « # » lines.

Sessions give the visits of the whole site, page paths give the views of pages. Active users never add up: they are
kept only where the tool gives them for the whole. Splitting into blocks is in _ga4_blocks, adding up in _ga4_rows.
"""

from __future__ import annotations

from itertools import groupby

import pandas as pd

from etl.periods import about_period, overlaps
from etl.source import Constat, Contexte, Document, Extrait, Feuille, Source, Tranche
from etl.sources._ga4_blocks import Block, is_ga4, kept_block, split_blocks
from etl.sources._ga4_rows import daily_rows, page_rows, site_rows

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
                whole = any(t.mode == "bloc" for t in last)
                extrait.constats += about_period(
                    last[0].debut, last[0].fin, whole, same[0].feuille, same[0].header_row, contexte.recu_le
                )
        if not frames and not extrait.erreurs:
            note = "Ce fichier de Google Analytics ne donne ni les sessions du site ni les vues par chemin de page."
            extrait.constats.append(Constat("rien_a_lire", "erreur", note, remede=f"Exportez le rapport {RAPPORTS}."))
        extrait.constats += overlaps(extrait.tranches)
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


SOURCE = GA4()
