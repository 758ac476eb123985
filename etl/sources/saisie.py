"""Values typed by the team, in the project's own template: a month (or a whole year), an indicator, a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pandas as pd

from etl.cells import Typed, to_number, to_percent, unaccented
from etl.dates import month_number
from etl.findings import constat_at, faulty_cells
from etl.privacy import scrub
from etl.source import Contexte, Extrait, Tranche, row_columns
from etl.table import Champ, Table, TableSource
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Indicateur

_YES = {"oui", "fait", "atteint", "1", "vrai", "x"}
_NO = {"non", "pas fait", "0", "faux"}
_ID = re.compile(r"\s*(\d\.\d\.\d-\d+|G-[a-z0-9.]+)(?![0-9.-])", re.IGNORECASE)
_DIT = ("brut", "numerateur", "denominateur", "fait_le", "texte")  # a line that has none of these says nothing
_REMEDE = "Corrigez cette ligne, puis renvoyez le fichier."


class Saisie(TableSource):
    nom = "saisie"
    titre = "Valeurs saisies · gabarit du RQDS"
    famille = "saisie"
    cadence = "mensuelle"
    aide = "Le gabarit : une ligne par mois (ou par exercice) et par indicateur qu'aucun export n'alimente."
    attendu = "colonnes « Mois », « Indicateur », « Valeur »"
    signatures = (frozenset({"mois", "indicateur", "valeur"}),)
    champs = (
        Champ("periode", "text", ("Mois",)),
        Champ("cle", "text", ("Indicateur",)),
        Champ("brut", "text", ("Valeur",)),
        Champ("numerateur", "number", ("Numérateur", "Numerateur"), required=False),
        Champ("denominateur", "number", ("Dénominateur", "Denominateur"), required=False),
        Champ("fait_le", "date", ("Fait le",), required=False, order="dmy"),
        Champ("texte", "text", ("Texte", "Commentaire"), required=False),
    )

    def rows(self, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        if contexte.plan is None:
            raise ValueError("typed-in values are read against a plan")
        kept: list[dict[str, Any]] = []
        seen: set[tuple[str, date, date]] = set()
        for table in tables:
            values = _values(table, contexte, extrait)
            rows: Iterator[Any] = table.frame.itertuples(index=False)
            said = table.frame[list(_DIT)].notna().any(axis=1).tolist()
            extrait.set_aside("ligne sans valeur", said.count(False))
            for k, row in enumerate(rows):
                if not said[k]:
                    continue  # a line of the template that nobody filled
                line = _Line(table, int(row.row), extrait)
                if missing := [c for c in ("periode", "cle") if pd.isna(getattr(row, c))]:
                    line.wrong(missing[0], "Cette cellule est vide, et la ligne ne peut pas être lue sans elle.")
                    continue
                indicateur = _indicator(row.cle, contexte, line)
                span = parse_period(row.periode)
                if span is None:
                    line.wrong(
                        "periode",
                        f"« {scrub(row.periode)[:40]} » n'est ni un mois (« 2026-10 ») ni un exercice (« 2026-2027 »).",
                    )
                elif span[0] > contexte.recu_le:
                    line.wrong("periode", f"« {scrub(row.periode)[:40]} » n'a pas encore commencé.")
                if indicateur is None or span is None:
                    continue
                if (indicateur.id, *span) in seen:
                    line.wrong("cle", f"L'indicateur {indicateur.id} est là deux fois pour la même période.")
                seen.add((indicateur.id, *span))
                if record := _record(indicateur, span, row, values[k], line):
                    kept.append(record)
        if extrait.erreurs:
            return
        extrait.lignes = pd.DataFrame(kept, columns=row_columns(self.famille))
        extrait.tranches = [Tranche(r["serie"], r["debut"], r["fin"], "bloc") for r in kept]


class _Line:
    """A line of the template, and where to tell what is wrong with it."""

    def __init__(self, table: Table, row: int, extrait: Extrait):
        self.table, self.row, self.extrait = table, row, extrait

    def wrong(self, champ: str, note: str) -> None:
        place = self.table.columns.get(champ)
        rank, header = (place.rank, place.header) if place else (None, None)
        self.extrait.constats.append(
            constat_at("saisie", "erreur", note, self.table.feuille, self.row, rank, header=header, remede=_REMEDE)
        )


def parse_period(text: str) -> tuple[date, date] | None:
    """The days of a month (« 2026-10 », « octobre 2026 », « 10/2026 ») or of a fiscal year (« 2026-2027 »)."""
    plain = unaccented(text)
    if found := re.fullmatch(r"(20\d\d)-(20\d\d)", plain):
        year = Exercice(int(found[1]))
        return (year.debut, year.fin) if int(found[2]) == int(found[1]) + 1 else None
    if found := re.fullmatch(r"(20\d\d)[-/](\d{1,2})(?:[-/]01)?(?: 00:00:00)?", plain):
        year_, month = int(found[1]), int(found[2])
    elif found := re.fullmatch(r"(\d{1,2})[-/](20\d\d)", plain):
        year_, month = int(found[2]), int(found[1])
    elif found := re.fullmatch(r"([a-z]+\.?) (20\d\d)", plain):
        year_, month = int(found[2]), month_number(found[1]) or 0
    else:
        return None
    if not 1 <= month <= 12:
        return None
    first = date(year_, month, 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _find(text: object, contexte: Contexte) -> Indicateur | None:
    assert contexte.plan is not None
    found = _ID.match(str(text))
    if not found:
        return None
    by_id = {k.casefold(): v for k, v in contexte.plan.tous.items()}
    return by_id.get(found[1].casefold())


def _indicator(text: str, contexte: Contexte, line: _Line) -> Indicateur | None:
    indicateur = _find(text, contexte)
    if indicateur is None:
        line.wrong("cle", f"« {scrub(text)[:60]} » n'est pas un indicateur du plan (il s'écrit « 1.2.6-1 »).")
        return None
    if not indicateur.saisi:
        line.wrong(
            "cle",
            f"L'indicateur {indicateur.id} ({indicateur.court}) vient d'un export ou d'une formule : il ne se saisit pas.",
        )
        return None
    return indicateur


def _values(table: Table, contexte: Contexte, extrait: Extrait) -> list[float | None]:
    """The « Valeur » column, each cell by its indicator's type; unreadable ones are told."""
    raw = table.frame["brut"].fillna("").astype("str")
    kinds = table.frame["cle"].map(lambda t: i.type if (i := _find(t, contexte)) else "inconnu")
    values = pd.Series(pd.NA, index=raw.index, dtype="Float64")
    place = table.columns["brut"]
    for kind, rule in (("nombre", to_number), ("stock", to_number), ("taux", to_percent), ("jalon", _yes_no)):
        chosen = kinds == kind
        if not chosen.any():
            continue
        typed = rule(raw[chosen])
        values[chosen] = typed.values.astype("Float64")
        rows = table.frame.loc[chosen, "row"].tolist()
        kind_name = {"taux": "percent", "jalon": "ouinon"}.get(kind, "number")
        extrait.constats += faulty_cells(
            typed, raw[chosen], kind_name, table.feuille, place.rank, place.header, rows=rows
        )
    return [None if pd.isna(v) else float(v) for v in values]


def _yes_no(series: pd.Series) -> Typed:
    """Milestones: « oui » or « fait » is 1, « non » is 0."""
    plain = series.map(unaccented)
    values = plain.map(lambda t: 1.0 if t in _YES else 0.0 if t in _NO else None).astype("Float64")
    return Typed(values, values.isna() & (plain != ""))


def _record(
    indicateur: Indicateur, span: tuple[date, date], row: Any, valeur: float | None, line: _Line
) -> dict[str, Any] | None:
    """The row to keep, or None once what is wrong has been told."""
    given = {
        k: None if pd.isna(getattr(row, k)) else getattr(row, k)
        for k in ("numerateur", "denominateur", "fait_le", "texte")
    }
    numerateur, denominateur, fait_le = given["numerateur"], given["denominateur"], given["fait_le"]
    texte = scrub(given["texte"]) if given["texte"] else None
    before = len(line.extrait.erreurs)
    if indicateur.type == "qualitatif":
        if not texte:
            line.wrong("texte", f"L'indicateur {indicateur.id} s'apprécie en mots : la colonne « Texte » est vide.")
    elif indicateur.type == "jalon":
        if valeur is None and fait_le is None:
            line.wrong("brut", "Un jalon se dit « fait » ou « pas fait », avec la date dans « Fait le ».")
        elif fait_le is not None and valeur == 0:
            line.wrong("fait_le", "Ce jalon est dit « pas fait », mais il a une date.")
        elif fait_le is not None:
            valeur = 1.0
            day = fait_le.date()
            if not span[0] <= day <= span[1]:
                line.wrong("fait_le", f"Le {day.isoformat()} n'est pas dans la période de la ligne.")
    elif (numerateur is None) != (denominateur is None):
        line.wrong("denominateur", "Un numérateur va avec un dénominateur.")
    elif denominateur is not None and indicateur.type != "taux":
        line.wrong("denominateur", f"L'indicateur {indicateur.id} n'est pas un taux : seule « Valeur » se remplit.")
    elif numerateur is not None and denominateur is not None and not 0 <= numerateur <= denominateur:
        line.wrong("numerateur", "Le numérateur va de 0 au dénominateur.")
    elif valeur is None and denominateur is None and pd.isna(row.brut):
        line.wrong("brut", "Il n'y a pas de valeur sur cette ligne.")
    if valeur is not None and valeur < 0:
        line.wrong("brut", "Une valeur ne peut pas être négative.")
    if len(line.extrait.erreurs) > before:
        return None
    return {
        "serie": f"saisie|{indicateur.id}", "debut": span[0], "fin": span[1], "indicateur": indicateur.id,
        "valeur": valeur, "numerateur": numerateur, "denominateur": denominateur,
        "fait_le": fait_le.date() if fait_le is not None else None, "texte": texte,
    }  # fmt: skip


SOURCE = Saisie()
