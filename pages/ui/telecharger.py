"""What a chart shows, as a table that a spreadsheet opens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import streamlit as st

from pages.ui.donnees import five_years
from pages.ui.portier import download
from rqds_metrics.courbes import Courbes
from rqds_metrics.diffusion.tableur import to_csv, to_xlsx
from rqds_metrics.plan import Orientation
from rqds_metrics.resultats import Resultat
from rqds_metrics.statuts import LIBELLES

Tableau = tuple[tuple[str, ...], list[tuple[Any, ...]]]  # titles of the columns, and rows


def data_buttons(nom: str, table: Callable[[], Tableau], *, key: str) -> None:
    """« Données », in Excel and in CSV; the table is made when it is asked for. `nom`: of the file."""
    with st.container(horizontal=True, horizontal_alignment="right", key=f"donnees_{key}"):
        icon = ":material/download:"
        download(
            "donnees",
            "Données (Excel)",
            lambda: to_xlsx({"Données": table()}),
            f"{nom}.xlsx",
            icon=icon,
            key=f"xlsx_{key}",
        )
        download("donnees", "(CSV)", lambda: to_csv(*table()), f"{nom}.csv", key=f"csv_{key}")


def year_table(r: Resultat, c: Courbes | None) -> Tableau:
    """A row a month end: the year, the one before, what was due, and the projection with its range."""
    columns = ("Fin de mois", str(r.exercice), str(r.exercice.precedent), "Attendu", "Projection", "Bas", "Haut")
    if c is None:
        return columns, []
    return columns, list(zip(c.mois, c.valeur, c.an_dernier, c.attendu, c.projection, c.bas, c.haut, strict=True))


def _year_row(r: Resultat) -> tuple[Any, ...]:
    return (
        str(r.exercice), r.valeur, r.attendu, r.cible, r.numerateur, r.denominateur, r.n, LIBELLES[r.statut],
        r.donnees_au, r.phrase,
    )  # fmt: skip


_ANNEE = ("Exercice", "Valeur", "Attendu", "Cible", "Numérateur", "Dénominateur", "n", "État", "Données au", "Phrase")


def five_years_table(years: list[Resultat]) -> Tableau:
    return _ANNEE, [_year_row(r) for r in years]


def orientation_table(orientation: Orientation, au: date) -> Tableau:
    """A row per indicator of the orientation and year."""
    years = five_years(au)
    rows = [(i.id, i.court, *_year_row(r)) for i in orientation.indicateurs() for r in years[i.id]]
    return ("Indicateur", "Titre", *_ANNEE), rows
