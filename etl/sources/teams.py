"""Microsoft Teams: the attendance report of a meeting, in any language, known by its structure.

A block of key and value lines, then a list of people with their moments. Only the count of people is kept: Teams
reports attendance, never registrations.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from etl.cells import normal, to_int, unaccented
from etl.dates import to_datetime
from etl.findings import constat_at
from etl.privacy import personal_columns, scrub
from etl.source import Constat, Contexte, Document, Extrait, Feuille, Source, Tranche, row_columns
from rqds_metrics.regles.formats import nombre

# Unaccented keys of the block, in the languages that were seen.
_PRESENTS = (
    "total number of participants",
    "attended participants",
    "nombre total de participants",
    "participants presents",
    "nombre de participants",
)
_TITRE = ("meeting title", "titre de la reunion", "title", "titre")
_DEBUT = ("meeting start time", "start time", "heure de debut de la reunion", "heure de debut")
_GENS = re.compile(r"nom|name|full name|nom complet")
_MOMENT = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\D{1,4}\d{1,2}(?::| ?h ?)\d{2}")


@dataclass
class _Report:
    """Positions in the grid of what a report says: key -> (row, value); the rows of people under `header`.

    In a language that is not known, the start is the first moment of the block, the count its first whole number and
    the title what stands before the start and is neither.
    """

    keys: dict[str, tuple[int, str]] = field(default_factory=dict)
    header: int | None = None
    people: list[int] = field(default_factory=list)

    def _named(self, names: tuple[str, ...]) -> tuple[int, str] | None:
        return next((self.keys[n] for n in names if n in self.keys), None)

    @property
    def start(self) -> tuple[int, str] | None:
        return self._named(_DEBUT) or next((v for v in self.keys.values() if _MOMENT.match(v[1])), None)

    @property
    def count(self) -> tuple[int, str] | None:
        return self._named(_PRESENTS) or next((v for v in self.keys.values() if v[1].isdigit()), None)

    @property
    def title(self) -> str:
        found, start, count = self._named(_TITRE), self.start, self.count
        if found is None and start and not self._named(_DEBUT):
            found = next((v for v in self.keys.values() if v[1] and v != count and v[0] < start[0]), None)
        return scrub(found[1]) if found and normal(found[1]) != "null" else ""


class Teams(Source):
    nom = "teams"
    titre = "Webinaires · Microsoft Teams"
    famille = "webinaire"
    cadence = "evenement"
    aide = "Teams, la réunion, onglet Présence, Télécharger (fichier .csv)."
    attendu = "« Résumé de la réunion » ou « 1. Summary », puis la liste des participants"

    def recognise(self, document: Document) -> bool:
        return any(self._report(f) for f in document.feuilles)

    def read(self, document: Document, contexte: Contexte) -> Extrait:
        extrait = self.blank()
        rows = []
        for feuille in document.feuilles:
            report = self._report(feuille)
            if report:
                row = self._session(feuille, report, contexte, extrait)
                _count_people(feuille, report, extrait)
                if row:
                    rows.append(row)
        if len({r["serie"] for r in rows}) < len(rows):
            note = "La même réunion est là deux fois dans le fichier : elle compterait double."
            extrait.constats.append(Constat("doublon", "erreur", note, remede="Envoyez un rapport par réunion."))
        if not extrait.erreurs:
            extrait.lignes = pd.DataFrame(rows, columns=row_columns(self.famille))
            extrait.tranches = [Tranche(r["serie"], r["debut"], r["fin"], "cle") for r in rows]
            note = "Teams ne donne que les présences : les inscriptions restent inconnues pour cette séance."
            extrait.constats.append(Constat("sans_inscription", "info", note))
        return extrait

    def _report(self, feuille: Feuille) -> _Report | None:
        """What a sheet says, when it is an attendance report: a start, a count, and a list of people with moments."""
        report = _Report()
        for row, values in enumerate(feuille.top):
            filled = sum(bool(v) for v in values)
            if filled >= 4 and (_GENS.fullmatch(unaccented(values[0])) or _is_person(feuille, row + 1)):
                report.header = row
                break
            if filled <= 2 and len(values) > 1:
                report.keys.setdefault(unaccented(values[0]), (row, values[1]))
        if report.header is None or not report.start:
            return None
        for row, values in enumerate(feuille.cellules.iloc[report.header + 1 :].to_numpy().tolist(), report.header + 1):
            if sum(bool(v.strip()) for v in values) <= 1:
                break  # the next section: activities, by connection
            report.people.append(row)
        return report if report.count or report.people else None

    def _session(
        self, feuille: Feuille, report: _Report, contexte: Contexte, extrait: Extrait
    ) -> dict[str, Any] | None:
        at, text = report.start or (0, "")
        order = "dmy" if " à " in text or "heure de debut" in " ".join(report.keys) else "mdy"
        dates = to_datetime(pd.Series([text], dtype="str"), order)  # type: ignore[arg-type]
        start = dates.values.iloc[0]
        remede = "Renvoyez le rapport tel que Teams l'a donné."
        if pd.isna(start):
            note = f"« {scrub(text)[:40]} » n'est pas une date de début lisible."
            extrait.constats.append(
                constat_at("date", "erreur", note, feuille, at, 1, trouve=scrub(text)[:40], remede=remede)
            )
            return None
        if start.date() > contexte.recu_le:
            note = "La réunion commence dans le futur : cette date ne peut pas être juste."
            extrait.constats.append(constat_at("date_impossible", "erreur", note, feuille, at, 1, remede=remede))
            return None
        present = self._present(feuille, report, extrait)
        if present is None:
            return None
        title = report.title or "Réunion sans titre"
        mark = hashlib.sha256(f"{normal(title)}\n{start.isoformat()}".encode()).hexdigest()[:16]
        day = start.date()
        return {
            "serie": f"teams|{mark}", "debut": day, "fin": day, "seance": mark, "titre": title, "inscrits": None,
            "annules": None, "presents": present,
        }  # fmt: skip

    def _present(self, feuille: Feuille, report: _Report, extrait: Extrait) -> int | None:
        """How many people came: the summary's count, checked against the list."""
        listed = _distinct(feuille, report)
        told = report.count
        if told is None:
            return listed
        row, text = told
        typed = to_int(pd.Series([text], dtype="str"))
        if typed.values.isna().iloc[0] or typed.values.iloc[0] < 0:
            note = f"« {scrub(text)[:40]} » n'est pas un nombre de participants."
            extrait.constats.append(constat_at("cellule", "erreur", note, feuille, row, 1, trouve=scrub(text)[:40]))
            return None
        count = int(typed.values.iloc[0])
        if listed and listed != count:
            note = f"Le résumé compte {nombre(count)} participants et la liste {nombre(listed)} ; c'est le résumé qui est gardé."
            extrait.constats.append(constat_at("total_different", "avertissement", note, feuille, row, 1))
        return count


def _is_person(feuille: Feuille, row: int) -> bool:
    """Does a row look like a person's: a name, a moment of arrival, one of departure?"""
    values = feuille.top[row] if row < len(feuille.top) else []
    return len(values) > 2 and bool(_MOMENT.match(values[1]) and _MOMENT.match(values[2]))


def _distinct(feuille: Feuille, report: _Report) -> int:
    """How many people the list holds: by their address, else by their name; those who reconnect are there again."""
    grid = feuille.cellules.iloc[report.people].to_numpy().tolist()
    return len({next((v for v in row if "@" in v), row[0]).strip().casefold() for row in grid})


def _count_people(feuille: Feuille, report: _Report, extrait: Extrait) -> None:
    """Rows and personal cells of every list of people in the report; none of them is read any further.

    A list is a header and rows; the next one comes after a line of one cell. The first column is people's names.
    """
    assert report.header is not None
    ranks: set[int] = set()
    rows = cells = 0
    starts = True
    for values in feuille.cellules.iloc[report.header :].to_numpy().tolist():
        if sum(bool(v.strip()) for v in values) <= 1:
            starts = True
        elif starts:
            ranks, starts = {0, *personal_columns(values)}, False
        else:
            rows += 1
            cells += sum(bool(v.strip()) and (k in ranks or "@" in v) for k, v in enumerate(values))
    extrait.set_aside("liste de personnes, jamais conservée", rows)
    extrait.cellules_personnelles += cells


SOURCE = Teams()
