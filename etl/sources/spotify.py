"""Spotify for Podcasters: plays by day, or episodes with their figures since they came out.

« Plays » are kept as plays, « Streams » as those of a minute or more. Older daily exports give « Streams » alone: it
is then what stands for plays, and the reader says so.
"""

from __future__ import annotations

import pandas as pd

from etl.cells import normal
from etl.columns import Champ, Table, find_header, headers_at
from etl.days import holes, runs
from etl.findings import constat_at
from etl.snapshot import keep_snapshot
from etl.source import Constat, Contexte, Document, Extrait, Tranche, row_columns
from etl.table import TableSource, counts, joined, no_row, scrubbed

_VIDE = ("--", "-", "nan")
# Every header of a daily export: other tools also give « Date » and « Plays », among columns of their own.
_JOURS = frozenset(
    "date|plays|streams|starts|listeners|followers|audience size|consumption hours|hours|impressions".split("|")
)


class Spotify(TableSource):
    nom = "spotify"
    titre = "Balados · Spotify for Podcasters"
    famille = "balado"
    cadence = "mensuelle"
    aide = "Spotify for Podcasters, Analytics, Episodes (tous les épisodes) ou Overview (par jour), Download CSV."
    attendu = "colonnes « Date » et « Plays » (ou « Streams »), ou « name », « plays », « streams », « releaseDate »"
    episodes = (frozenset({"name", "streams", "releasedate"}), frozenset({"name", "plays", "releasedate"}))
    jours = (frozenset({"date", "plays"}), frozenset({"date", "streams"}))
    signatures = episodes + jours
    champs_jours = (
        Champ("jour", "date", ("Date",), filled=True),
        Champ("lectures", "int", ("Plays", "Starts"), required=False, empty=_VIDE),
        Champ("ecoutes", "int", ("Streams",), required=False, empty=_VIDE),
        Champ("heures", "number", ("Consumption hours", "Hours"), required=False, empty=_VIDE),
        Champ("abonnes", "int", ("Followers",), required=False, empty=_VIDE),
    )
    champs_episodes = (
        Champ("episode", "text", ("name",), filled=True),
        Champ("publie_le", "date", ("releaseDate",), filled=True),
        Champ("lectures", "int", ("plays", "starts"), required=False, empty=_VIDE),
        Champ("ecoutes", "int", ("streams",), required=False, empty=_VIDE),
    )
    conservables = (
        (episodes, (*champs_episodes, *counts("audience_size"))),
        (jours, (*champs_jours, *counts("Listeners", "Audience size", "Impressions"))),
    )

    def recognise(self, document: Document) -> bool:
        for feuille in document.feuilles:
            if find_header(feuille, self.episodes) is not None:
                return True
            row = find_header(feuille, self.jours)
            if row is not None and {normal(h) for h in headers_at(feuille, row) if h} <= _JOURS:
                return True
        return False

    def read(self, document: Document, contexte: Contexte) -> Extrait:
        extrait = self.blank()
        since = any(find_header(f, self.episodes) is not None for f in document.feuilles)
        signatures, champs = (self.episodes, self.champs_episodes) if since else (self.jours, self.champs_jours)
        tables = self.tables(document, signatures, champs, contexte, extrait)
        if not tables or extrait.erreurs:
            return extrait
        frame = joined(tables)
        if frame.empty:
            extrait.constats.append(no_row())
            return extrait
        extrait.constats += _below_zero(frame, tables)
        (self._episodes if since else self._days)(frame, tables, contexte, extrait)
        if extrait.lignes.empty and not extrait.erreurs:
            extrait.constats.append(no_row())
        return extrait

    def _days(self, frame: pd.DataFrame, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        extrait.constats += _repeated(
            frame, tables, ["jour"], "jour", "Ce jour est là deux fois : il compterait double."
        )
        if frame["lectures"].isna().all():
            frame["lectures"] = frame["ecoutes"]
            note = "Cet export ne donne que les « Streams » (écoutes d'une minute ou plus) ; elles tiennent lieu d'écoutes."
            remede = "Si Spotify offre la colonne « Plays », exportez-la plutôt : elle compte toutes les lectures."
            extrait.constats.append(Constat("streams_seuls", "avertissement", note, remede=remede))
        empty = frame["lectures"].isna()
        extrait.set_aside("jour sans écoutes", int(empty.sum()))
        frame = frame[~empty].sort_values("jour")
        frame["debut"] = frame["fin"] = frame["jour"].dt.date
        extrait.lignes = frame.assign(serie="spotify|emission", episode=None, publie_le=None)[row_columns(self.famille)]
        stretches = list(runs(frame["debut"].tolist()))
        extrait.tranches = [Tranche("spotify|emission", a, b, "jour") for a, b in stretches]
        extrait.constats += holes(stretches)
        if stretches and stretches[-1][1] >= contexte.recu_le:
            note = "Le dernier jour du fichier est aujourd'hui, une journée encore incomplète."
            remede = "Renvoyez l'export une fois le mois fini : les jours seront remplacés."
            extrait.constats.append(Constat("jour_en_cours", "avertissement", note, remede=remede))

    def _episodes(self, frame: pd.DataFrame, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        """Figures since the beginning: a snapshot."""
        twice = "Cet épisode est là deux fois (même titre, même date) : il compterait double."
        extrait.constats += _repeated(frame, tables, ["episode", "publie_le"], "episode", twice)
        extrait.constats += _more_streams(frame, tables)
        frame["episode"] = scrubbed(frame["episode"])
        keep_snapshot(frame, "spotify|episodes", tables, contexte, extrait)


def _told(nom: str, note: str, which: pd.Series, champ: str, frame: pd.DataFrame, tables: list[Table]) -> list[Constat]:
    """An « erreur » at each of the first ten rows chosen."""
    out = []
    for t, row in frame.loc[which, ["table", "row"]].head(10).itertuples(index=False):
        place = tables[t].columns[champ]
        remede = "Corrigez ou retirez cette ligne, ou refaites l'export."
        out.append(
            constat_at(nom, "erreur", note, tables[t].feuille, int(row), place.rank, header=place.header, remede=remede)
        )
    return out


def _repeated(frame: pd.DataFrame, tables: list[Table], keys: list[str], champ: str, note: str) -> list[Constat]:
    return _told("doublon", note, frame.duplicated(keys), champ, frame, tables)


def _below_zero(frame: pd.DataFrame, tables: list[Table]) -> list[Constat]:
    note = "Un nombre d'écoutes ne peut pas être négatif."
    return [
        constat
        for champ in ("lectures", "ecoutes")
        if champ in frame
        for constat in _told("incoherence", note, (frame[champ] < 0).fillna(False), champ, frame, tables)
    ]


def _more_streams(frame: pd.DataFrame, tables: list[Table]) -> list[Constat]:
    count = int((frame["ecoutes"] > frame["lectures"]).fillna(False).sum())
    if not count:
        return []
    note = f"{count} épisodes ont plus de « streams » que de « plays » : Spotify les compte peut-être autrement depuis."
    return [Constat("incoherence", "avertissement", note, feuille=tables[0].feuille.nom)]


SOURCE = Spotify()
