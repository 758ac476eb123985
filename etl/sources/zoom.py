"""Zoom: the attendee report of a webinar, a block of totals and then lists of people.

The two figures kept, registrations and unique viewers, are in the block: no person's row is ever read.
"""

from __future__ import annotations

import re

import pandas as pd

from etl.cells import normal
from etl.columns import Champ, find_header, read_table
from etl.findings import constat_at
from etl.privacy import personal_columns
from etl.source import Constat, Contexte, Document, Extrait, Feuille, Tranche, row_columns
from etl.table import TableSource, no_row, scrubbed

_VIDE = ("--", "-", "n/a")
_SECTION = re.compile(r"(?:host|panelist|attendee|alternative host|other attended|participant)s? ?(?:details)?")


class Zoom(TableSource):
    nom = "zoom"
    titre = "Webinaires · Zoom"
    famille = "webinaire"
    cadence = "evenement"
    aide = "Zoom, Reports, Webinar, Attendee Report, choisir le webinaire, Generate CSV Report."
    attendu = "colonnes « Topic », « Webinar ID », « # Registered », « Unique Viewers »"
    signatures = (frozenset({"topic", "webinar id"}),)
    champs = (
        Champ("titre", "text", ("Topic",), filled=True),
        Champ("seance", "text", ("Webinar ID",), filled=True),
        Champ("jour", "date", ("Actual Start Time", "Start Time", "Scheduled Time"), filled=True),
        Champ("inscrits", "int", ("# Registered",), empty=_VIDE),
        Champ("annules", "int", ("# Cancelled", "# Canceled"), required=False, empty=_VIDE),
        Champ("presents", "int", ("Unique Viewers",), filled=True),
        Champ("inscription", "text", ("Enable Registration",), required=False),
    )

    def read(self, document: Document, contexte: Contexte) -> Extrait:
        extrait = self.blank()
        frames = []
        for feuille in document.feuilles:
            header = find_header(feuille, self.signatures)
            if header is None:
                continue
            stop = _block_end(feuille, header)
            block = Feuille(feuille.nom, feuille.cellules.iloc[:stop], feuille.numeros.iloc[:stop])
            table = read_table(block, header, self.champs, contexte, extrait)
            _count_people(feuille, stop, extrait)
            if table is not None and not extrait.erreurs:
                extrait.constats += _about(table.frame, block)
                frames.append(table.frame)
        if extrait.erreurs or not frames:
            return extrait
        frame = pd.concat(frames, ignore_index=True)
        if frame.empty:
            extrait.constats.append(no_row())
            return extrait
        self._keep(frame, extrait)
        return extrait

    def _keep(self, frame: pd.DataFrame, extrait: Extrait) -> None:
        frame["debut"] = frame["fin"] = frame["jour"].dt.date
        digits = frame["seance"].str.replace(r"\D", "", regex=True)
        frame["seance"] = digits.where(digits != "", "sans numéro")
        frame["titre"] = scrubbed(frame["titre"])
        frame["serie"] = "zoom|" + frame["seance"] + "|" + frame["debut"].astype("str")
        # without registration, Zoom writes 0: nobody could register, which is not the same as nobody wanting to
        closed = frame["inscription"].fillna("").map(normal).isin(["no", "non"])
        frame["inscrits"] = frame["inscrits"].mask(closed)
        twice = frame["serie"].duplicated()
        if twice.any():
            note = "Le même webinaire est là deux fois dans le fichier : il compterait double."
            extrait.constats.append(Constat("doublon", "erreur", note, remede="Envoyez un rapport par webinaire."))
            return
        extrait.lignes = frame[row_columns(self.famille)]
        days = zip(frame["serie"], frame["debut"], strict=True)
        extrait.tranches = [Tranche(serie, day, day, "cle") for serie, day in days]


def _block_end(feuille: Feuille, header: int) -> int:
    """Where the block of totals ends: at the first section of people."""
    first = feuille.cellules.iloc[:, 0]
    others = feuille.cellules.iloc[:, 1:]
    for row in range(header + 1, len(first)):
        if _SECTION.fullmatch(normal(first.iloc[row])) and not others.iloc[row].str.strip().any():
            return row
    return len(first)


def _count_people(feuille: Feuille, stop: int, extrait: Extrait) -> None:
    """How many rows and personal cells the lists hold; they are not read any further."""
    ranks: list[int] = []
    rows = cells = 0
    for row in feuille.cellules.iloc[stop:].to_numpy().tolist():
        values = [v.strip() for v in row]
        if not any(values[1:]):
            continue
        if "attended" in (normal(v) for v in values):
            ranks = personal_columns(values)
            continue
        rows += 1
        cells += sum(values[k].casefold() not in ("", *_VIDE) for k in ranks if k < len(values))
    extrait.set_aside("liste de personnes, jamais conservée", rows)
    extrait.cellules_personnelles += cells


def _about(frame: pd.DataFrame, feuille: Feuille) -> list[Constat]:
    out = []
    for _, row in frame.iterrows():
        at = int(row["row"])
        for champ in ("inscrits", "annules", "presents"):
            if pd.notna(row[champ]) and row[champ] < 0:
                note = f"« {row[champ]} » : un nombre de personnes ne peut pas être négatif."
                out.append(constat_at("incoherence", "erreur", note, feuille, at))
        if row["presents"] == 0:
            note = "Personne n'a assisté à ce webinaire : il comptera quand même comme une séance tenue."
            remede = "S'il n'a pas eu lieu, n'enregistrez pas ce fichier."
            out.append(constat_at("sans_presence", "avertissement", note, feuille, at, remede=remede))
    return out


SOURCE = Zoom()
