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


@dataclass
class _Report:
    """Positions in the grid of what a report says: key -> (row, value); the rows of people under `header`."""

    keys: dict[str, tuple[int, str]] = field(default_factory=dict)
    header: int | None = None
    people: list[int] = field(default_factory=list)

    def get(self, names: tuple[str, ...]) -> tuple[int, str] | None:
        return next((self.keys[n] for n in names if n in self.keys), None)


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
            if filled >= 4 and _GENS.fullmatch(unaccented(values[0])):
                report.header = row
                break
            if filled <= 2 and len(values) > 1:
                report.keys.setdefault(unaccented(values[0]), (row, values[1]))
        if report.header is None or not report.get(_DEBUT):
            return None
        for row, values in enumerate(feuille.cellules.iloc[report.header + 1 :].to_numpy().tolist(), report.header + 1):
            if sum(bool(v.strip()) for v in values) <= 1:
                break  # the next section: activities, by connection
            report.people.append(row)
        return report if report.get(_PRESENTS) or report.people else None

    def _session(
        self, feuille: Feuille, report: _Report, contexte: Contexte, extrait: Extrait
    ) -> dict[str, Any] | None:
        at, text = report.get(_DEBUT) or (0, "")
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
        found = report.get(_TITRE)
        title = scrub(found[1]) if found and normal(found[1]) not in ("", "null") else "Réunion sans titre"
        mark = hashlib.sha256(f"{normal(title)}\n{start.isoformat()}".encode()).hexdigest()[:16]
        day = start.date()
        return {
            "serie": f"teams|{mark}", "debut": day, "fin": day, "seance": mark, "titre": title, "inscrits": None,
            "annules": None, "presents": present,
        }  # fmt: skip

    def _present(self, feuille: Feuille, report: _Report, extrait: Extrait) -> int | None:
        """How many people came: the summary's count, checked against the list."""
        listed = len({tuple(feuille.cellules.iloc[row, [0]]) for row in report.people})
        told = report.get(_PRESENTS)
        if told is None:
            return listed
        row, text = told
        typed = to_int(pd.Series([text], dtype="str"))
        if typed.values.isna().iloc[0]:
            note = f"« {scrub(text)[:40]} » n'est pas un nombre de participants."
            extrait.constats.append(constat_at("cellule", "erreur", note, feuille, row, 1, trouve=scrub(text)[:40]))
            return None
        count = int(typed.values.iloc[0])
        if listed and listed != count:
            note = f"Le résumé compte {nombre(count)} participants et la liste {nombre(listed)} ; c'est le résumé qui est gardé."
            extrait.constats.append(constat_at("total_different", "avertissement", note, feuille, row, 1))
        return count


def _count_people(feuille: Feuille, report: _Report, extrait: Extrait) -> None:
    """Rows and personal cells of every list of people in the report; none of them is read any further."""
    assert report.header is not None
    ranks: list[int] = []
    rows = cells = 0
    for values in feuille.cellules.iloc[report.header :].to_numpy().tolist():
        if _GENS.fullmatch(unaccented(values[0])):
            ranks = personal_columns(values)
            continue
        if sum(bool(v.strip()) for v in values) <= 1:
            continue
        rows += 1
        cells += sum(bool(values[k].strip()) for k in ranks)
    extrait.set_aside("liste de personnes, jamais conservée", rows)
    extrait.cellules_personnelles += cells


SOURCE = Teams()
