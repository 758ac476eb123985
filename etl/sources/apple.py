"""Apple Podcasts Connect: episodes with their figures since they came out, or the monthly trends of the show.

Plays are kept as plays. Apple does not say how many last a minute, so that count stays unknown.
"""

from __future__ import annotations

import pandas as pd

from etl.columns import Champ, Table, find_header
from etl.findings import constat_at
from etl.snapshot import keep_snapshot
from etl.source import Constat, Contexte, Document, Extrait, Tranche, row_columns
from etl.table import TableSource, joined, no_row, scrubbed
from rqds_metrics.regles.formats import mois

_VIDE = ("NaN", "-", "--", "n/a")


class Apple(TableSource):
    nom = "apple"
    titre = "Balados · Apple Podcasts Connect"
    famille = "balado"
    cadence = "mensuelle"
    aide = "Apple Podcasts Connect, Analytics, Episodes (ou Trends, par mois), Download."
    attendu = (
        "colonnes « Episode Title », « Release Date », « Plays » (ou « Show ID », « Episode ID », « Date », « Plays »)"
    )
    episodes = (frozenset({"episode title", "release date", "plays"}),)
    tendances = (frozenset({"show id", "episode id", "date", "plays"}),)
    signatures = episodes + tendances
    champs_episodes = (
        Champ("episode", "text", ("Episode Title",), filled=True),
        Champ("publie_le", "date", ("Release Date",), filled=True),
        Champ("lectures", "int", ("Plays",), empty=_VIDE),
        Champ("guid", "text", ("Episode GUID", "Episode ID"), required=False, empty=_VIDE),
    )
    champs_tendances = (
        Champ("jour", "date", ("Date",), filled=True),
        Champ("lectures", "int", ("Plays",), empty=_VIDE),
        Champ("guid", "text", ("Episode ID",), empty=_VIDE),
    )
    conservables = ((episodes, champs_episodes[:3]), (tendances, champs_tendances[:2]))

    def read(self, document: Document, contexte: Contexte) -> Extrait:
        extrait = self.blank()
        since = any(find_header(f, self.episodes) is not None for f in document.feuilles)
        signatures, champs = (self.episodes, self.champs_episodes) if since else (self.tendances, self.champs_tendances)
        tables = self.tables(document, signatures, champs, contexte, extrait)
        if not tables or extrait.erreurs:
            return extrait
        frame = joined(tables)
        if not since:  # an episode without plays came out all the same
            frame = frame[frame["lectures"].notna()].reset_index(drop=True)
        extrait.constats += _below_zero(frame, tables)
        if frame.empty:
            extrait.constats.append(no_row())
        if not extrait.erreurs:
            if since:
                self._episodes(frame, tables, contexte, extrait)
            else:
                self._months(frame, contexte, extrait)
        return extrait

    def _episodes(self, frame: pd.DataFrame, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        """Figures since the beginning: a snapshot."""
        if frame.duplicated(["episode", "publie_le"]).any():
            note = "Le même épisode est là deux fois (même titre, même date) : il compterait double."
            extrait.constats.append(Constat("doublon", "erreur", note, remede="Refaites l'export."))
            return
        frame["episode"] = scrubbed(frame["episode"])
        keep_snapshot(frame, "apple|episodes", tables, contexte, extrait)

    def _months(self, frame: pd.DataFrame, contexte: Contexte, extrait: Extrait) -> None:
        """Plays of the whole show, month by month: each month is replaced as a whole."""
        month = frame["jour"].dt.to_period("M")
        if frame.assign(mois=month).duplicated(["mois", "guid"]).any():
            note = "Un épisode est là deux fois pour le même mois : il compterait double."
            extrait.constats.append(Constat("doublon", "erreur", note, remede="Refaites l'export."))
            return
        totals = frame.groupby(month)["lectures"].sum().reset_index()
        totals["debut"] = [p.start_time.date() for p in totals["jour"]]
        totals["fin"] = [p.end_time.date() for p in totals["jour"]]
        totals["episode"] = totals["publie_le"] = totals["ecoutes"] = totals["heures"] = totals["abonnes"] = None
        extrait.lignes = totals.assign(serie="apple|emission")[row_columns(self.famille)]
        spans = zip(totals["debut"], totals["fin"], strict=True)
        extrait.tranches = [Tranche("apple|emission", a, b, "bloc") for a, b in spans]
        last = totals["fin"].max()
        if last >= contexte.recu_le:
            note = f"Le mois en cours ({mois(last)}) n'est pas fini : ses chiffres sont encore partiels."
            remede = "Renvoyez l'export au début du mois prochain."
            extrait.constats.append(Constat("mois_en_cours", "avertissement", note, remede=remede))


def _below_zero(frame: pd.DataFrame, tables: list[Table]) -> list[Constat]:
    out = []
    for t, row in frame.loc[(frame["lectures"] < 0).fillna(False), ["table", "row"]].head(10).itertuples(index=False):
        place = tables[t].columns["lectures"]
        note = "Un nombre d'écoutes ne peut pas être négatif."
        out.append(
            constat_at("incoherence", "erreur", note, tables[t].feuille, int(row), place.rank, header=place.header)
        )
    return out


SOURCE = Apple()
