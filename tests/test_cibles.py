"""Targets owned by the direction: proposed, set in bulk, out to Excel and back, never over someone else's."""

from __future__ import annotations

import io
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.targets import read_day, read_target, read_workbook, write_workbook
from rqds_metrics import store
from rqds_metrics.cibles import coverage, resolution, settable, to_set, usual_rise, without_target
from rqds_metrics.donnees import empty_donnees, load_donnees
from rqds_metrics.exercice import Exercice, exercices_du_plan
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import Choix, Decision, Decisions, decide_all, read_decisions, read_history
from rqds_metrics.resultats import Calcul, compute
from tests.conftest import DEMO_AU

PLAN = load_plan()
AN1, AN5 = Exercice(2022), Exercice(2026)
T0 = datetime(2026, 11, 20, 15)


def decisions_of(cibles=(), echeances=()):
    def kept(genre, cle, year, valeur):
        return Decision(T0, "direction", genre, cle, year, valeur, "CA")

    return Decisions(
        cibles={(i, y): kept("cible", i, y, v) for i, y, v in cibles},
        echeances={i: kept("echeance", i, None, v) for i, v in echeances},
    )


def years_of(base):
    calcul = Calcul(PLAN, load_donnees(DEMO_AU, base))
    return {i.id: [calcul.result(i, e) for e in exercices_du_plan()] for i in PLAN.tous.values()}


def test_the_plan_leaves_its_figures_to_the_direction():
    """95 of the plan and of its survey have no target in the plan, and 4 have one for its first year only."""
    assert len([i for i in settable(PLAN) if i.cible is None]) == 95
    for exercice, more in ((AN1, 0), (AN5, 4)):
        missing = without_target(compute(empty_donnees(DEMO_AU), [exercice]))
        assert len(missing) == 95 + more
        portions = coverage(PLAN, compute(empty_donnees(DEMO_AU), [exercice]))
        inside = [i for i in PLAN.indicateurs.values() if i.type in ("nombre", "stock", "taux")]
        assert sum(p.total for p in portions) == len(inside)
        assert sum(p.total - p.fixees for p in portions) == len([r for r in missing if r.id in PLAN.indicateurs])


def test_a_proposal_comes_from_the_last_closed_year(demo_base):
    assert usual_rise(PLAN) == 10
    years = years_of(demo_base)
    queue = {a.indicateur.id: a for a in to_set(PLAN, years, AN5, DEMO_AU)}
    assert queue and not {i for i, y in load_donnees(DEMO_AU, demo_base).decisions.cibles if y == str(AN5)} & set(queue)
    for a in queue.values():
        last = years[a.indicateur.id][3]
        if last.valeur is None:
            continue
        if a.indicateur.type == "taux":
            assert last.valeur - 1e-9 <= a.proposition <= 1 and round(a.proposition * 20, 6) % 1 == 0
        else:
            assert last.valeur * 1.1 - 1e-6 <= a.proposition < last.valeur * 1.1 + 1
        assert "2025-2026" in a.raison
    assert any(a.proposition is None and "aucun exercice" in a.raison for a in queue.values())


def test_the_draft_resolution_names_each_target_once():
    text = resolution(PLAN, AN5, {"1.2.6-4": 0.45, "2.5.1-1": 6.0}, DEMO_AU)
    assert "1.2.6-4" in text and "45\u00a0%" in text and "Orientation 2." in text and "Orientation 3." not in text
    assert text.count("2.5.1-1") == 1 and "24 novembre 2026" in text


def test_decisions_are_written_together_and_never_over_someone_elses(tmp_path):
    base = tmp_path / "rqds.duckdb"
    first = Choix("cible", "1.2.6-4", str(AN5), 0.45)
    assert decide_all([first, Choix("cible", "2.5.1-1", str(AN5), 6)], base, qui="Luc", pourquoi="CA", quand=T0) == []
    [(refused, there)] = decide_all(
        [Choix("cible", "1.2.6-4", str(AN5), 0.5), Choix("cible", "1.2.4-1", str(AN5), 9)],
        base, qui="Anne", pourquoi="CA", quand=datetime(2026, 11, 20, 16),
    )  # fmt: skip
    assert refused.valeur == 0.5 and (there.qui, there.valeur) == ("Luc", 0.45)
    assert (
        decide_all([first], base, qui="Anne", pourquoi="x", quand=datetime(2026, 11, 20, 17)) == []
    )  # it is so already
    gone = Choix("cible", "1.2.6-4", str(AN5), None, vu=T0)
    assert decide_all([gone], base, qui="Luc", pourquoi="Retirée.", quand=datetime(2026, 11, 20, 18)) == []
    with store.connect(base) as cursor:
        standing = read_decisions(cursor, date(2026, 11, 21)).cibles
    assert {k: d.valeur for k, d in standing.items()} == {("2.5.1-1", "2026-2027"): 6, ("1.2.4-1", "2026-2027"): 9}
    history = [(d.qui, d.valeur) for d in read_history("cible", base) if d.cle == "1.2.6-4"]
    assert history == [("Luc", None), ("Luc", 0.45)]
    assert decide_all([first], base, qui="Anne", pourquoi="x", quand=datetime(2026, 11, 20, 19)) == []  # nothing stands


def back(octets, decisions):
    return read_workbook("cibles.xlsx", octets, PLAN, decisions)


def changed(octets, **cells):
    """The workbook with cells written: « Cibles!I5 » -> value."""
    book = openpyxl.load_workbook(io.BytesIO(octets))
    for place, value in cells.items():
        sheet, cell = place.split("__")
        book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_figures = st.sampled_from(settable(PLAN))


@settings(max_examples=6, deadline=None)
@given(st.dictionaries(st.tuples(_figures, st.sampled_from(exercices_du_plan())), st.integers(0, 1000), max_size=30))
def test_out_and_in_changes_nothing(values):
    cibles = [(i.id, str(e), v / 1000 if i.type == "taux" else v) for (i, e), v in values.items()]
    decisions = decisions_of(cibles, [("2.1.1-1", "2026-12-31")])
    found = back(write_workbook(PLAN, decisions, {}), decisions)
    assert not found.erreurs and not found.changements


def test_only_the_cells_that_changed_speak():
    decisions = decisions_of([("1.1.3-1", str(AN5), 3.0), ("1.1.4-2", str(AN5), 12.0)], [("2.1.1-1", "2026-12-31")])
    octets = write_workbook(PLAN, decisions, {"1.1.1-1": "=1+1"})
    sheet = openpyxl.load_workbook(io.BytesIO(octets))["Cibles"]
    rows = {r[0].value: r[0].row for r in sheet.iter_rows(min_row=2)}
    assert sheet[f"D{rows['1.1.1-1']}"].data_type == "s"  # a text that begins with « = » is no formula
    due = openpyxl.load_workbook(io.BytesIO(octets))["Échéances"]
    lines = {r[0].value: r[0].row for r in due.iter_rows(min_row=2)}
    cells = {
        f"Cibles__I{rows['1.1.3-1']}": 4, f"Cibles__I{rows['1.1.4-2']}": "Retirer",
        f"Cibles__I{rows['1.1.4-3']}": "80 %", f"Cibles__H{rows['1.1.4-3']}": None,
        f"Échéances__D{lines['2.1.1-1']}": datetime(2027, 3, 31),
    }  # fmt: skip
    found = back(changed(octets, **cells), decisions)
    assert not found.erreurs
    assert [(c.indicateur.id, c.exercice, c.avant, c.valeur) for c in found.changements] == [
        ("1.1.3-1", AN5, 3, 4), ("1.1.4-2", AN5, 12, None), ("1.1.4-3", AN5, None, 0.8),
        ("2.1.1-1", None, "2026-12-31", "2027-03-31"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [("I2", "beaucoup", "pas un nombre"), ("I2", -4, "négative"), ("I3", "140 %", "0 à 100"), ("A4", "9.9.9-9", "plan"),
     ("A4", "1.1.1-1", "deux fois"), ("I2", "#DIV/0!", "")],
)  # fmt: skip
def test_what_is_wrong_is_told_by_sheet_and_cell(cell, value, said):
    decisions = decisions_of()
    found = back(changed(write_workbook(PLAN, decisions, {}), **{f"Cibles__{cell}": value}), decisions)
    if value == "#DIV/0!":  # some readers give nothing of a failed formula: nothing is what it says
        assert not found.changements
        return
    [fault] = found.erreurs
    assert said in fault.note and fault.feuille == "Cibles" and fault.cellule == cell


def test_a_file_that_is_not_the_workbook_is_told():
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    out = io.BytesIO()
    book.save(out)
    assert "Cibles" in back(out.getvalue(), decisions_of()).erreurs[0].note
    assert read_workbook("x.xlsx", b"pas un classeur", PLAN, decisions_of()).erreurs


def test_a_target_is_read_as_it_is_typed():
    rate, count = PLAN.tous["1.2.6-4"], PLAN.tous["1.1.3-1"]
    assert read_target(rate, "45 %") == read_target(rate, "0,45") == 0.45 and read_target(count, "1 200") == 1200
    assert isinstance(read_target(rate, "45"), str) and isinstance(read_target(count, "1e30"), str)
    assert read_day("2026-12-31") == "2026-12-31" and read_day("31/12/2026") == "2026-12-31"
    assert read_day("2019-01-01") is None and read_day("bientôt") is None


def test_the_page_sets_a_target_and_says_why(app_on, own_demo, monkeypatch):
    import streamlit

    real, typed = streamlit.data_editor, {}

    def edited(data, **how):
        real(data, **how)
        frame = data.copy()
        for (title, column), text in typed.items():
            if column in frame:
                frame.loc[frame["Indicateur"].str.startswith(title), column] = text
        return frame

    monkeypatch.setattr(streamlit, "data_editor", edited)
    at = app_on(own_demo, "pages/cibles.py", exercice="2026-2027")
    assert not at.exception and not at.error
    typed["1.1.3-1", "2026-2027"] = "beaucoup"
    at.run()
    assert "1\\.1\\.3\\-1" in at.error[0].value
    typed["1.1.3-1", "2026-2027"] = "5"
    at.run()
    next(b for b in at.button if b.label == "Enregistrer 1 décision").click().run()
    assert "pourquoi" in at.warning[0].value
    at.text_input[0].set_value("Résolution <b>2026-11</b>")
    next(b for b in at.button if b.label == "Enregistrer 1 décision").click().run()
    assert not at.exception and "1 décision enregistrée" in at.success[0].value
    known = load_donnees(store.today(), own_demo).decisions.cibles["1.1.3-1", "2026-2027"]
    assert (known.valeur, known.pourquoi) == (5, "Résolution <b>2026-11</b>")


def test_the_workbook_comes_back_through_the_page(app_on, own_demo):
    decisions = load_donnees(store.today(), own_demo).decisions
    octets = changed(write_workbook(PLAN, decisions, {}), Cibles__I2=480, Cibles__B2="<b>x</b>")
    at = app_on(own_demo, "pages/cibles.py", vue="excel", exercice="2026-2027")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    at.file_uploader[0].set_value([("cibles.xlsx", octets, kind)]).run()
    assert not at.exception and not at.error
    at.text_input[0].set_value("Retour d'Excel.")
    next(b for b in at.button if b.label == "Enregistrer 1 décision").click().run()
    assert not at.exception and "1 décision enregistrée" in at.success[0].value
    assert load_donnees(store.today(), own_demo).decisions.cibles["1.1.1-1", "2026-2027"].valeur == 480


@pytest.mark.parametrize("vue", ["toutes", "fixer", "excel"])
@pytest.mark.parametrize("exercice", ["2022-2023", "2026-2027"])
def test_each_view_opens_even_without_a_base(app_on, tmp_path, vue, exercice):
    at = app_on(tmp_path / "rien.duckdb", "pages/cibles.py", vue=vue, exercice=exercice)
    assert not at.exception and not at.error
    assert not (tmp_path / "rien.duckdb").exists()
    if vue == "fixer":
        assert pd.Series([c.value for c in at.code]).str.contains("PROJET DE RÉSOLUTION").all()
