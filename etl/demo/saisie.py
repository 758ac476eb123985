"""The template of typed-in values, filled for a month: counts, milestones, appreciations in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from etl.demo.jalons import faits_of, textes_of
from etl.demo.schedule import year_of
from etl.demo.tools import Cell, month_code, xlsx_bytes
from etl.demo.valeurs import Valeur, valeurs_of
from rqds_metrics.exercice import Exercice

HEADER = ("Mois", "Indicateur", "Valeur", "Numérateur", "Dénominateur", "Fait le", "Texte")


def _line(valeur: Valeur) -> list[Cell]:
    when = str(Exercice.of(valeur.mois)) if valeur.annee else month_code(valeur.mois)
    return [when, valeur.indicateur, valeur.valeur, valeur.numerateur, valeur.denominateur, None, valeur.texte]


def rows(month: date) -> Iterator[list[Cell]]:
    """The lines typed for a month, in the order of the plan."""
    lines = [_line(v) for v in valeurs_of(month)]
    lines += [_line(v) for v in textes_of(month, year_of(month))]
    for fait in faits_of(month):
        day = datetime.combine(fait.jour, time()) if fait.fait else None
        said = "fait" if fait.fait else "pas fait"
        lines.append([month_code(month), fait.indicateur, said, None, None, day, fait.texte])
    yield from sorted(lines, key=lambda line: str(line[1]))


def workbook(month: date) -> bytes:
    return xlsx_bytes([HEADER, *rows(month)], "Valeurs")
