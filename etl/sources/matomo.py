"""Matomo: visits of the site by day, week or month, in English or French. Unique visitors never add up: not kept.

Matomo writes UTF-16 and the language of its interface; the period of each row is its first column.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal, NamedTuple

import pandas as pd

from etl.cells import unaccented
from etl.dates import month_number, to_date
from etl.findings import constat_at
from etl.privacy import scrub
from etl.source import Constat, Contexte, Extrait, Tranche, row_columns
from etl.table import Champ, Table, TableSource, joined
from rqds_metrics.exercice import Exercice
from rqds_metrics.regles.formats import periode

_DATE = r"(\d{4}-\d{2}-\d{2})"


class Period(NamedTuple):
    debut: date
    fin: date
    mode: Literal["jour", "bloc"]


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
            "vues", "int", ("Pageviews", "Vues de pages", "Vues de page", "Pages vues"), required=False, empty=("-",)
        ),
    )

    def rows(self, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        frame = joined(tables)
        frame = frame[frame["visites"].notna()].reset_index(drop=True)
        spans = [parse_period(str(t)) for t in frame["periode"]]
        for k, span in enumerate(spans):
            table, row = tables[int(frame["table"][k])], int(frame["row"][k])
            if note := _wrong(str(frame["periode"][k]), span, contexte.recu_le):
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
        extrait.tranches = [Tranche("matomo|site", s.debut, s.fin, s.mode) for s in known]
        if max(s.fin for s in known) >= contexte.recu_le:
            note = "Le dernier jour du fichier n'est pas fini : ses chiffres sont encore partiels."
            extrait.constats.append(
                Constat("jour_en_cours", "avertissement", note, remede="Renvoyez l'export une fois la période finie.")
            )


def _wrong(text: str, span: Period | None, recu_le: date) -> str | None:
    if span is None:
        return f"« {scrub(text)[:40]} » n'est ni un jour, ni une semaine, ni un mois."
    if span.debut.year < 2000:
        return f"La période {periode(span.debut, span.fin)} est avant 2000 : cette date ne peut pas être juste."
    if span.debut > recu_le:
        return f"La période {periode(span.debut, span.fin)} est dans le futur."
    if Exercice.of(span.debut) != Exercice.of(span.fin):
        days = periode(span.debut, span.fin)
        return f"La semaine {days} est à cheval sur deux exercices : elle ne se partage pas."
    return None


def parse_period(text: str) -> Period | None:
    """A day, a week (« 2026-W41 », « From … to … », « Du … au … ») or a month, as Matomo writes them."""
    try:
        return _parse(text)
    except ValueError:  # the 45th of a 13th month
        return None


def _parse(text: str) -> Period | None:
    plain = unaccented(text).replace(",", " ")
    plain = " ".join(plain.split())
    if found := re.fullmatch(_DATE, plain):
        day = date.fromisoformat(found[1])
        return Period(day, day, "jour")
    if found := re.search(rf"{_DATE}(?: to | au | a | - |/|–){_DATE}", plain):
        first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2])
        return Period(first, last, "bloc") if first <= last else None
    if found := re.fullmatch(r"(\d{4})-?w(\d{1,2})", plain):
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return Period(first, first + timedelta(days=6), "bloc")
    month = _month(plain)
    if month:
        last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return Period(month, last, "bloc")
    dates = to_date(pd.Series([text], dtype="str"), "dmy")
    if not dates.values.isna().iloc[0]:
        day = dates.values.iloc[0].date()
        return Period(day, day, "jour")
    return None


def _month(plain: str) -> date | None:
    """« 2026-10 », « october 2026 »."""
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})", plain):
        year, number = int(found[1]), int(found[2])
    elif found := re.fullmatch(r"([a-z]+\.?) (\d{4})", plain):
        year, number = int(found[2]), month_number(found[1]) or 0
    else:
        return None
    return date(year, number, 1) if 1 <= number <= 12 and 2000 <= year < 2100 else None


SOURCE = Matomo()
