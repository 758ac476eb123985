"""Matomo: visits of the site by day, week or month, in English or French. Unique visitors never add up: not kept.

Matomo writes UTF-16 and the language of its interface; the period of each row is its first column.
"""

from __future__ import annotations

from etl.cells import normal
from etl.columns import Champ, Table
from etl.days import holes, runs
from etl.findings import constat_at
from etl.periods import overlaps, parse_period, wrong_period
from etl.source import Constat, Contexte, Document, Extrait, Feuille, Tranche, row_columns
from etl.table import TableSource, counts, joined


class Matomo(TableSource):
    nom = "matomo"
    titre = "Site Web · Matomo"
    famille = "web"
    cadence = "mensuelle"
    aide = "Matomo, Visiteurs, Vue d'ensemble, période « jour » sur le mois, Exporter ce jeu de données, CSV."
    attendu = "colonnes « Date », « Visites » et « Visiteurs uniques » (ou « Visits » et « Unique visitors »)"
    signatures = (
        frozenset({"date", "visits", "unique visitors"}),
        frozenset({"date", "visites", "visiteurs uniques"}),
        frozenset({"date", "visits", "actions"}),
        frozenset({"date", "visites", "actions"}),
    )
    champs = (
        Champ("periode", "text", ("Date",), filled=True),
        Champ("visites", "int", ("Visits", "Visites"), empty=("-",)),
        Champ(
            "vues",
            "int",
            ("Pageviews", "Vues de pages", "Vues de page", "Pages vues", "Vues"),
            required=False,
            empty=("-",),
        ),
    )
    conservables = ((signatures, (*champs, *counts("Unique visitors", "Visiteurs uniques", "Actions"))),)

    def keepable(self, document: Document) -> list[Feuille]:
        """Of the periods, which are texts here, only those that are periods."""
        out = super().keepable(document)
        for feuille in out:
            rank = feuille.top[0].index(next(h for h in feuille.top[0] if normal(h) == "date"))
            texts = feuille.cellules.iloc[1:, rank]
            feuille.cellules.iloc[1:, rank] = texts.where(texts.map(lambda t: parse_period(t) is not None), "")
        return out

    def rows(self, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        frame = joined(tables)
        frame = frame[frame["visites"].notna()].reset_index(drop=True)
        spans = [parse_period(str(t)) for t in frame["periode"]]
        for k, span in enumerate(spans):
            table, row = tables[int(frame["table"][k])], int(frame["row"][k])
            if note := wrong_period(str(frame["periode"][k]), span, contexte.recu_le):
                place = table.columns["periode"]
                remede = "Exportez par jour (ou par mois) une période passée, puis renvoyez le fichier."
                extrait.constats.append(
                    constat_at(
                        "periode", "erreur", note, table.feuille, row, place.rank, header=place.header, remede=remede
                    )
                )
        known = [s for s in spans if s]
        if len(set(known)) != len(known):
            note = "Une même période est là deux fois dans le fichier : elle compterait double."
            extrait.constats.append(Constat("doublon", "erreur", note, remede="Refaites l'export."))
        if extrait.erreurs or not known:
            return
        frame["debut"], frame["fin"] = [s.debut for s in known], [s.fin for s in known]
        frame["page"] = frame["utilisateurs"] = None
        extrait.lignes = frame.assign(serie="matomo|site")[row_columns(self.famille)]
        days = list(runs(sorted(s.debut for s in known if s.mode == "jour")))
        extrait.constats += holes(days)
        extrait.tranches = [Tranche("matomo|site", a, b, "jour") for a, b in days]
        extrait.tranches += [Tranche("matomo|site", s.debut, s.fin, "bloc") for s in known if s.mode == "bloc"]
        extrait.constats += overlaps(extrait.tranches)
        if max(s.fin for s in known) >= contexte.recu_le:
            note = "Le dernier jour du fichier n'est pas fini : ses chiffres sont encore partiels."
            extrait.constats.append(
                Constat("jour_en_cours", "avertissement", note, remede="Renvoyez l'export une fois la période finie.")
            )


SOURCE = Matomo()
