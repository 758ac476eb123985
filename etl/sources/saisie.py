"""Values typed by the team, in the project's own template: a month (or a whole year), an indicator, a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from etl.cells import Typed, to_number, to_percent, unaccented
from etl.columns import Champ, Table, find_header
from etl.dates import month_number
from etl.findings import constat_at, faulty_cells
from etl.privacy import scrub
from etl.source import Constat, Contexte, Document, Extrait, Tranche, row_columns
from etl.table import TableSource
from etl.typed import NO, YES, Donne, record_of, serie_of
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Indicateur

_ID = re.compile(r"\s*(\d\.\d\.\d-\d+|G-[a-z0-9.]+)(?![0-9.-])", re.IGNORECASE)
_DIT = (
    "brut",
    "numerateur",
    "denominateur",
    "fait_le",
    "texte",
    "preuve",
)  # a line that has none of these says nothing
_LISTE = frozenset({"numéro", "indicateur du plan", "comment remplir"})
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
        Champ("preuve", "text", ("Preuve",), required=False),
        Champ("detail", "text", ("Détail", "Detail"), required=False),
    )

    def read(self, document: Document, contexte: Contexte) -> Extrait:
        # the list of indicators is the template's own sheet, and not one that somebody forgot there
        mine = [f for f in document.feuilles if find_header(f, (_LISTE,)) is None]
        extrait = super().read(replace(document, feuilles=tuple(mine)), contexte)
        if any(c.nom == "sans_ligne" for c in extrait.constats):
            note = "Aucune valeur n'est remplie dans ce gabarit."
            remede = "Écrivez ce que vous savez dans « Valeur » (ou « Texte »), enregistrez, puis renvoyez le fichier."
            others = [c for c in extrait.constats if c.nom != "sans_ligne"]
            extrait.constats = [*others, Constat("sans_ligne", "erreur", note, remede=remede)]
        return extrait

    def rows(self, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        if contexte.plan is None:
            raise ValueError("typed-in values are read against a plan")
        kept: list[dict[str, Any]] = []
        seen: set[tuple[str, date, date]] = set()  # by series: an indicator, or one of its networks or members
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
                key = (serie_of(indicateur.id, given(row, "detail")), *span)
                if key in seen:
                    line.wrong("cle", f"L'indicateur {indicateur.id} est là deux fois pour la même période.")
                seen.add(key)
                fait_le = given(row, "fait_le")
                donne = Donne(
                    values[k], given(row, "numerateur"), given(row, "denominateur"),
                    fait_le.date() if fait_le is not None else None, given(row, "texte"), given(row, "preuve"),
                    given(row, "detail"), dit=not pd.isna(row.brut),
                )  # fmt: skip
                if record := record_of(indicateur, span, donne, contexte.recu_le, line.wrong):
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
        champ = "brut" if champ == "valeur" else champ
        place = self.table.columns.get(champ)
        rank, header = (place.rank, place.header) if place else (None, None)
        self.extrait.constats.append(
            constat_at("saisie", "erreur", note, self.table.feuille, self.row, rank, header=header, remede=_REMEDE)
        )


def given(row: Any, champ: str) -> Any:
    """What a cell of the line holds; None where it is empty."""
    value = getattr(row, champ)
    return None if pd.isna(value) else value


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
    values = plain.map(lambda t: 1.0 if t in YES else 0.0 if t in NO else None).astype("Float64")
    return Typed(values, values.isna() & (plain != ""))


SOURCE = Saisie()
