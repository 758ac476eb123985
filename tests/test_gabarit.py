"""The template: complete, in lists, and read back without touching anything else."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from etl.gabarit import ENTETES, months, template
from etl.recognition import read_export
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan

AN5 = Exercice(2026)
PLAN = load_plan()
RECU_LE = date(2026, 11, 24)


def filled(**cells):
    """The template with cells written: (indicateur, mois) -> column -> value."""
    book = openpyxl.load_workbook(io.BytesIO(template(AN5)))
    sheet = book["Valeurs"]
    for row in sheet.iter_rows(min_row=2):
        for column, value in cells.get(f"{row[1].value} {row[0].value}", {}).items():
            row[ENTETES.index(column)].value = value
    out = io.BytesIO()
    book.save(out)
    return read_export("x.xlsx", out.getvalue(), RECU_LE, PLAN)


def test_it_holds_every_indicator_without_a_feed():
    book = openpyxl.load_workbook(io.BytesIO(template(AN5)))
    found = {row[1] for row in book["Valeurs"].iter_rows(min_row=2, values_only=True)}
    assert found == {i.id for i in PLAN.indicateurs.values() if i.mesure is None}
    monthly = next(i.id for i in PLAN.indicateurs.values() if i.mesure is None and i.cadence == "mensuelle")
    mine = [row[0] for row in book["Valeurs"].iter_rows(min_row=2, values_only=True) if row[1] == monthly]
    assert mine == months(AN5) and (mine[0], mine[-1]) == ("2026-07", "2027-06")


def test_its_lists_point_at_what_they_should():
    book = openpyxl.load_workbook(io.BytesIO(template(AN5)))
    rules = {str(r.sqref).split(":")[0][0]: r.formula1 for r in book["Valeurs"].data_validations.dataValidation[:2]}
    for column, letter in (("A", "F"), ("B", "A")):
        first, last = rules[column].split("!")[1].replace("$", "").split(":")
        cells = [c.value for (c,) in book["Indicateurs"][first:last]]
        assert first == f"{letter}2" and all(cells) and len(cells) == len(set(cells))


def test_empty_it_says_that_nothing_is_filled():
    lecture = filled()
    assert [c.nom for c in lecture.constats if c.verdict == "erreur"] == ["sans_ligne"]


def test_only_the_lines_that_were_filled_speak():
    lecture = filled(**{"1.2.6-1 2026-10": {"Valeur": 120}, "1.1.1-1 2026-09": {"Valeur": "1 045"}})
    assert not lecture.extrait.erreurs, lecture.constats
    assert [(t.serie, t.debut, t.fin, t.mode) for t in lecture.extrait.tranches] == [
        ("saisie|1.1.1-1", date(2026, 9, 1), date(2026, 9, 30), "bloc"),
        ("saisie|1.2.6-1", date(2026, 10, 1), date(2026, 10, 31), "bloc"),
    ]
    assert lecture.extrait.lignes["valeur"].tolist() == [1045, 120]


@pytest.mark.parametrize("value", ["n/d", "=1+1", "< 5", "-3"])
def test_what_is_not_a_value_is_told_with_its_cell(value):
    lecture = filled(**{"1.2.6-1 2026-10": {"Valeur": value}})
    [fault] = lecture.extrait.erreurs if value != "=1+1" else [None]
    if fault:
        assert fault.colonne == "Valeur" and fault.cellule.startswith("C") and fault.feuille == "Valeurs"
    else:  # a formula that no spreadsheet computed has no value: said, and not taken for one
        assert lecture.extrait.lignes.empty


def test_a_line_without_its_month_is_told():
    book = openpyxl.load_workbook(io.BytesIO(template(AN5)))
    row = next(
        r for r in book["Valeurs"].iter_rows(min_row=2) if r[0].value is None and PLAN.tous[r[1].value].type == "nombre"
    )
    row[2].value = 3
    out = io.BytesIO()
    book.save(out)
    lecture = read_export("x.xlsx", out.getvalue(), RECU_LE, PLAN)
    assert [c.colonne for c in lecture.extrait.erreurs] == ["Mois"]
