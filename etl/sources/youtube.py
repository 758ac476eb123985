"""YouTube Studio: views of the channel by day, or the table of its videos, of which only the total is kept.

The table lists some of the videos (500 at most), so its rows come to less than its « Total » row, which is right.
It says nothing of its period: it is a snapshot as of the day it is received. Titles are never stored.
"""

from __future__ import annotations

import pandas as pd

from etl.cells import normal, to_int
from etl.columns import TOTAL_ECARTE, TOTAUX, Champ, Table, find_header, read_table
from etl.days import holes, runs
from etl.findings import constat_at, faulty_cells
from etl.source import Constat, Contexte, Document, Extrait, Feuille, Tranche, row_columns
from etl.table import TableSource, counts, joined, no_row
from rqds_metrics.regles.formats import jour, nombre

_COMPTE = "YouTube"
_REMEDE = "Refaites l'export dans YouTube Studio."
# Every header of a daily export: other tools also give « Date » and « Views », among columns of their own.
_JOURS = frozenset(
    "date|views|engaged views|watch time (hours)|subscribers|impressions|impressions click-through rate (%)|vues"
    "|vues intentionnelles|durée de visionnage (heures)|abonnés|taux de clics par impression (%)".split("|")
)


class YouTube(TableSource):
    nom = "youtube"
    titre = "Réseaux sociaux · YouTube"
    famille = "social"
    cadence = "mensuelle"
    aide = "YouTube Studio, Données analytiques, Mode avancé, Exporter la vue actuelle (.csv) : « Totaux » ou « Données du tableau »."
    attendu = "colonnes « Date » et « Vues » (ou « Views »), ou « Contenu » et « Vues » avec une ligne « Total »"
    jours = (frozenset({"date", "views"}), frozenset({"date", "vues"}))
    contenus = (frozenset({"content", "views"}), frozenset({"contenu", "vues"}))
    titres = frozenset({"video title", "titre de la vidéo"})
    champs_jours = (
        Champ("jour", "date", ("Date",), filled=True, order="dmy"),
        Champ("vues", "int", ("Views", "Vues"), filled=True),
    )
    champs_contenus = (
        Champ("contenu", "text", ("Content", "Contenu"), filled=True),
        Champ("vues", "int", ("Views", "Vues"), empty=("-",)),
    )
    conservables = ((jours, (*champs_jours, *counts(*sorted(_JOURS - {"date", "views", "vues"})))),)

    def recognise(self, document: Document) -> bool:
        return any(self._days_at(f) or self._contents_at(f) is not None for f in document.feuilles)

    def _days_at(self, feuille: Feuille) -> bool:
        """The header is the first line: those with a preamble are other tools'."""
        names = feuille.top_names[0] if feuille.top_names else frozenset()
        return any(s <= names for s in self.jours) and names - {""} <= _JOURS

    def _contents_at(self, feuille: Feuille) -> int | None:
        """Where the header of the table of videos is: it has titles, or a total on the next line."""
        row = find_header(feuille, self.contenus)
        if row is None or normal(feuille.top[row][0]) not in ("content", "contenu"):
            return None
        following = normal(feuille.top[row + 1][0]) if row + 1 < len(feuille.top) else ""
        return row if following in TOTAUX or feuille.top_names[row] & self.titres else None

    def read(self, document: Document, contexte: Contexte) -> Extrait:
        """A workbook may hold both, each on its sheet."""
        extrait = self.blank()
        days: list[Table] = []
        totals: list[int] = []
        for feuille in document.feuilles:
            at = self._contents_at(feuille)
            if self._days_at(feuille):
                table = read_table(feuille, 0, self.champs_jours, contexte, extrait)
                days += [table] if table else []
            elif at is not None:
                totals += self._total(feuille, at, contexte, extrait)
            else:
                note = f"La feuille « {feuille.nom} » n'a pas les colonnes de cet export ; elle n'est pas lue."
                extrait.constats.append(Constat("feuille_ignoree", "info", note, feuille=feuille.nom))
        if len(totals) > 1:
            note = "Le tableau des vidéos est là deux fois dans le fichier : on ne sait lequel lire."
            extrait.constats.append(Constat("doublon", "erreur", note, remede="Envoyez un export à la fois."))
        frames = [self._days(joined(days), days, contexte, extrait)] if days and not extrait.erreurs else []
        frames += [self._snapshot(totals[0], contexte, extrait)] if totals and not extrait.erreurs else []
        if not extrait.erreurs:
            extrait.lignes = pd.concat(frames, ignore_index=True)
        else:
            extrait.tranches = []
        return extrait

    def _days(self, frame: pd.DataFrame, tables: list[Table], contexte: Contexte, extrait: Extrait) -> pd.DataFrame:
        for wrong, nom, champ, note in (
            (frame.duplicated(["jour"]), "doublon", "jour", "Ce jour est là deux fois : il compterait double."),
            (frame["vues"] < 0, "incoherence", "vues", "Un nombre de vues ne peut pas être négatif."),
        ):
            for t, row in frame.loc[wrong.fillna(False), ["table", "row"]].head(10).itertuples(index=False):
                place, feuille = tables[t].columns[champ], tables[t].feuille
                extrait.constats.append(
                    constat_at(nom, "erreur", note, feuille, int(row), place.rank, header=place.header, remede=_REMEDE)
                )
        if frame.empty:
            extrait.constats.append(no_row())
        frame = frame.sort_values("jour").reset_index(drop=True)
        frame["debut"] = frame["fin"] = frame["jour"].dt.date
        stretches = list(runs(frame["debut"].tolist()))
        extrait.tranches += [Tranche("youtube|vues", a, b, "jour") for a, b in stretches]
        extrait.constats += holes(stretches)
        if stretches and stretches[-1][1] >= contexte.recu_le:
            note = "Le dernier jour du fichier est aujourd'hui, une journée encore incomplète."
            remede = "Renvoyez l'export une fois le mois fini : les jours seront remplacés."
            extrait.constats.append(Constat("jour_en_cours", "avertissement", note, remede=remede))
        frame = frame.assign(serie="youtube|vues", compte=_COMPTE, abonnes=None, interactions=None)
        return frame[row_columns(self.famille)]

    def _total(self, feuille: Feuille, header: int, contexte: Contexte, extrait: Extrait) -> list[int]:
        """The « Total » row's views, compared with those of the videos; none when it cannot be read."""
        table = read_table(feuille, header, self.champs_contenus, contexte, extrait)
        if table is None:
            return []
        extrait.ecartees.pop(TOTAL_ECARTE, None)  # that row is the very one kept
        place = table.columns["vues"]
        labels = feuille.cellules.iloc[header + 1 :, 0].map(normal)
        rows = [header + 1 + k for k, found in enumerate(labels.isin(TOTAUX)) if found]
        if len(rows) != 1:
            what = "a plusieurs lignes « Total »" if rows else "n'a pas sa ligne « Total »"
            note = f"Le tableau {what} : la somme des vidéos ne la remplace pas, car YouTube ne les donne pas toutes."
            extrait.constats.append(constat_at("total_absent", "erreur", note, feuille, header, remede=_REMEDE))
            return []
        raw = feuille.cellules.iloc[rows, place.rank]
        typed = to_int(raw)
        extrait.constats += faulty_cells(typed, raw, "int", feuille, place.rank, place.header, rows=rows)
        if typed.faulty.any():
            return []
        videos = table.frame["vues"].fillna(0)
        if typed.values.isna().any() or (typed.values < 0).any() or (videos < 0).any():
            note = "Il faut un nombre de vues, zéro ou plus, pour le total et pour chaque vidéo."
            extrait.constats.append(
                constat_at(
                    "incoherence", "erreur", note, feuille, rows[0], place.rank, header=place.header, remede=_REMEDE
                )
            )
            return []
        total = int(typed.values.iloc[0])
        _compare(total, int(videos.sum()), len(videos), feuille, rows[0], extrait)
        return [total]

    def _snapshot(self, total: int, contexte: Contexte, extrait: Extrait) -> pd.DataFrame:
        day = contexte.recu_le
        note = f"Ce tableau ne dit pas sa période : son total vaut en date du {jour(day)}."
        remede = "Pour suivre les vues mois par mois, envoyez plutôt « Totaux », les vues par jour."
        extrait.constats.append(Constat("sans_periode", "info", note, remede=remede))
        extrait.tranches.append(Tranche("youtube|contenus", day, day, "cle"))
        row = {"serie": "youtube|contenus", "debut": day, "fin": day, "compte": _COMPTE, "abonnes": None,
               "interactions": None, "vues": total}  # fmt: skip
        return pd.DataFrame([row], columns=row_columns(self.famille))


def _compare(total: int, detailed: int, videos: int, feuille: Feuille, row: int, extrait: Extrait) -> None:
    sums = f"Vidéos du tableau : {nombre(videos)}, pour {nombre(detailed)} vues ; le total en dit {nombre(total)}"
    if detailed < total:
        note = (
            f"{sums} ({nombre(total - detailed)} de plus) : YouTube ne détaille pas tout, c'est le total qui est gardé."
        )
        extrait.constats.append(constat_at("total_different", "info", note, feuille, row))
    elif detailed > total:
        note = f"{sums}, moins que leur somme. C'est le total qui est gardé."
        extrait.constats.append(
            constat_at("total_different", "avertissement", note, feuille, row, remede="Vérifiez l'export.")
        )


SOURCE = YouTube()
