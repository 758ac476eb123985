"""The tables a person types in, and the page that holds them."""

from __future__ import annotations

import json
from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.entry import Frappe, check, read_number, read_percent
from etl.grids import (
    ETAT,
    FAIT_LE,
    PREUVE,
    cell_text,
    grid_of,
    milestones_of,
    percent_text,
)
from etl.listed import names_of, texts_of
from etl.recording import store_entries
from rqds_metrics import store
from rqds_metrics.alimentation import plan_decided
from rqds_metrics.donnees import load_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.lots import read_lots
from rqds_metrics.manquants import missing
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import Decisions, decide
from rqds_metrics.saisies import load_cases
from tests.fabrique import load, saisie

PLAN = load_plan()
AU, AN5 = date(2026, 11, 24), Exercice(2026)
OCT, AN = (date(2026, 10, 1), date(2026, 10, 31)), (date(2026, 7, 1), date(2027, 6, 30))
T0 = datetime(2026, 11, 20, 15)


def of(*ids):
    return [PLAN.tous[i] for i in ids]


@given(st.floats(0, 1e9, allow_nan=False).map(lambda v: float(f"{v:.9g}")) | st.integers(0, 10**9).map(float))
def test_a_number_is_read_back_as_it_is_shown(value):
    assert read_number(cell_text(value)) == pytest.approx(value, rel=1e-14, abs=1e-9)


@given(st.integers(0, 10**6).map(lambda v: v / 10**6))
def test_a_rate_is_read_back_as_it_is_shown(value):
    assert read_percent(percent_text(value)) == pytest.approx(value, abs=1e-12)


@given(
    st.lists(st.none() | st.integers(0, 10**6), min_size=5, max_size=5),
    st.sampled_from(["{}", " {} ", "{},0", "{}.0"]),
)
def test_a_pasted_column_gives_what_was_in_excel(values, how):
    """Whatever the spreadsheet writes around them, the pasted cells are the values, and blanks say nothing."""
    ids = ["1.1.1-1", "1.2.4-1", "1.2.5-2", "1.2.6-1", "1.3.1-3"]
    grille = grid_of(of(*ids), AN5, AU, {}, yearly=False)
    edited = grille.frame()
    edited["oct."] = ["" if v is None else how.format(v) for v in values]
    ecritures, fautes = check(grille.frappes(edited), PLAN, AU, {})
    assert not fautes
    assert {e.frappe.indicateur: e.ligne["valeur"] for e in ecritures} == {
        i: v for i, v in zip(ids, values, strict=True) if v is not None
    }
    assert all((e.frappe.debut, e.frappe.fin) == OCT for e in ecritures)


def test_the_grid_asks_months_or_the_year_as_the_cadence_does():
    monthly = grid_of(of("1.1.1-1", "1.1.3-1", "1.2.6-6"), AN5, AU, {}, yearly=False).frame()
    assert list(monthly) == ["Indicateur", "juil.", "août", "sept.", "oct.", "nov."]
    assert monthly["Indicateur"].str.contains("Numérateur").tolist() == [False, True, False]
    yearly = grid_of(of("1.1.1-1", "1.1.3-1"), AN5, AU, {}, yearly=True).frame()
    assert list(yearly) == ["Indicateur", "2026-2027"] and len(yearly) == 1
    assert grid_of(of("2.1.1-1"), AN5, AU, {}, yearly=True) is None


def test_what_is_not_touched_says_nothing(demo_base):
    cases = load_cases(AU, demo_base)
    typed = [i for i in PLAN.tous.values() if i.mesure is None]
    for yearly in (False, True):
        grille = grid_of(typed, AN5, AU, cases, yearly=yearly)
        assert grille.frappes(grille.frame()) == [] and (grille.frame() != "").to_numpy().sum() > len(grille.lignes)
    jalons, textes = milestones_of(typed, AN5, cases, PLAN.calendriers), texts_of(typed, AN5, cases)
    assert jalons.frappes(jalons.frame(), AU) == [] and textes.frappes(textes.frame(), AU) == []
    for i in typed:
        if i.par:
            noms = names_of(i, Exercice(2025), cases)
            assert noms.frappes(noms.frame(), AU) == [] and noms.vus


def keep(base, frappes, quand=T0):
    ecritures, fautes = check(frappes, PLAN, AU, load_cases(AU, base))
    assert not fautes, [f.texte for f in fautes]
    return store_entries(ecritures, base, par="essai", quand=quand)


def test_a_milestone_is_typed_then_put_right(tmp_path):
    base = tmp_path / "rqds.duckdb"
    jalons = milestones_of(of("2.1.1-1"), AN5, {}, PLAN.calendriers)
    edited = jalons.frame()
    edited[FAIT_LE] = [pd.Timestamp("2026-10-05")]
    [sans_etat] = jalons.frappes(edited, AU)
    edited[ETAT], edited[PREUVE] = ["fait"], ["https://rqds.example/pv"]
    keep(base, jalons.frappes(edited, AU))
    assert sans_etat.fait_le == date(2026, 10, 5)
    jalons = milestones_of(of("2.1.1-1"), AN5, load_cases(AU, base), PLAN.calendriers)
    edited = jalons.frame()
    assert edited.iloc[0, 1:4].tolist() == ["fait", date(2026, 10, 5), "https://rqds.example/pv"]
    edited[FAIT_LE] = [date(2026, 9, 30)]
    keep(base, jalons.frappes(edited, AU), datetime(2026, 11, 20, 16))
    assert [c.fait_le for c in load_cases(AU, base).values()] == [date(2026, 9, 30)]
    jalons = milestones_of(of("2.1.1-1"), AN5, load_cases(AU, base), PLAN.calendriers)
    edited = jalons.frame()
    edited[ETAT], edited[FAIT_LE], edited[PREUVE] = [""], [pd.NaT], [None]
    keep(base, jalons.frappes(edited, AU), datetime(2026, 11, 20, 17))
    assert not load_cases(AU, base)


def test_done_without_a_day_is_asked_for_it():
    jalons = milestones_of(of("2.1.1-1"), AN5, {}, PLAN.calendriers)
    edited = jalons.frame()
    edited[ETAT] = ["fait"]
    _, [faute] = check(jalons.frappes(edited, AU), PLAN, AU, {})
    assert faute.champ == "fait_le"


def test_texts_and_names_are_added_changed_and_taken_away(tmp_path):
    base = tmp_path / "rqds.duckdb"
    textes = texts_of(of("1.3.3-4"), AN5, {})
    edited = textes.frame()
    edited["Texte"] = ["Le logement revient <b>souvent</b>."]
    noms = names_of(PLAN.tous["1.2.3-1"], AN5, {})
    rows = pd.DataFrame(
        [[None, "Réseau A", "oct. 2026", "40"], [None, "Réseau B", "oct. 2026", "25"], [None, None, None, None]],
        columns=noms.frame().columns,
    )
    keep(base, [*textes.frappes(edited, AU), *noms.frappes(rows, AU)])
    cases = load_cases(AU, base)
    assert sorted((c.detail or "", c.valeur, c.texte) for c in cases.values())[1:] == [
        ("Réseau A", 40, None), ("Réseau B", 25, None)
    ]  # fmt: skip
    noms = names_of(PLAN.tous["1.2.3-1"], AN5, cases)
    frame = noms.frame()
    frame.loc[0, "Nom"] = "Réseau alpha"
    keep(base, noms.frappes(frame.drop(index=1), AU), datetime(2026, 11, 20, 16))
    left = [c for c in load_cases(AU, base).values() if c.indicateur == "1.2.3-1"]
    assert [(c.detail, c.valeur) for c in left] == [("Réseau alpha", 40)]


def test_what_is_missing_is_what_is_due(tmp_path):
    base = tmp_path / "rqds.duckdb"
    load(
        base,
        *(saisie("1.1.1-1", date(2026, m, 1), date(2026, m, d), valeur=1) for m, d in ((7, 31), (8, 31), (10, 31))),
    )
    cases = load_cases(AU, base)

    def found(exercice, au):
        return {m.indicateur.id: m.raison for m in missing(PLAN, Decisions(), cases, exercice, au)}

    now = found(AN5, AU)
    assert now["1.1.1-1"] == "sept. 2026" and now["1.2.6-1"] == "aucun mois saisi sur 4"
    assert "1.1.3-1" not in now  # once a year: due at its end
    assert "1.1.3-1" in found(AN5, date(2027, 7, 1)) and "2.2.2-3" not in now
    assert not set(now) & {i.id for i in PLAN.tous.values() if i.mesure}


def shown(at):
    return " ".join(json.loads(e.proto.json)["html"] for e in at.get("bidi_component"))


@pytest.fixture
def typing(monkeypatch):
    """Stand in for the hand that types: `typing(name of a column, row, text)` before a run."""
    import streamlit

    real, wanted = streamlit.data_editor, {}

    def edited(data, **how):
        real(data, **how)
        frame = data.copy()
        for (column, row), text in wanted.items():
            if column in frame and row < len(frame):
                frame.loc[row, column] = text
        return frame

    monkeypatch.setattr(streamlit, "data_editor", edited)
    return lambda column, row, text: wanted.__setitem__((column, row), text)


def test_the_page_checks_saves_and_offers_to_cancel(app_on, own_demo, typing):
    at = app_on(own_demo, "pages/saisir.py", exercice="2025-2026", action="1.2.6")
    assert not at.exception and not at.error
    before = len(load_cases(store.today(), own_demo))
    typing("juin", 0, "beaucoup")
    at.run()
    assert "beaucoup" in at.error[0].value and "juin 2026" in at.error[0].value
    assert next(b for b in at.button if b.label.startswith("Enregistrer")).disabled
    typing("juin", 0, "131")
    at.run()
    button = next(b for b in at.button if b.label == "Enregistrer 1 valeur")
    button.click().run()
    assert not at.exception and "1 valeur enregistrée" in at.success[0].value
    assert "Dernières saisies" in shown(at) and "1.2.6-1" in shown(at)
    cases = load_cases(store.today(), own_demo)
    assert len(cases) == before
    [lot] = [c.lot for c in cases.values() if c.lot.fichier.startswith("Saisie du ")]
    assert lot.demo and lot.lignes == 1


def test_someone_else_saved_meanwhile_and_both_are_shown(app_on, own_demo, typing):
    at = app_on(own_demo, "pages/saisir.py", exercice="2025-2026", action="1.2.6")
    other = date(2026, 6, 1), date(2026, 6, 30)
    vu = next(
        c for c in load_cases(store.today(), own_demo).values() if c.indicateur == "1.2.6-1" and c.cle[1:] == other
    )
    ecritures, _ = check([Frappe("1.2.6-1", *other, valeur="777", vu=vu)], PLAN, AU, {})
    assert store_entries(ecritures, own_demo, par="Anne <b>").lots
    typing("juin", 0, "131")
    at.run()
    next(b for b in at.button if b.label == "Enregistrer 1 valeur").click().run()
    assert not at.exception
    html = shown(at)
    assert "Garder la mienne" in html and "777" in html and "131" in html and "Anne <b>" not in html
    with store.connect(own_demo) as cursor:
        assert sum(lot.fichier.startswith("Saisie du ") for lot in read_lots(cursor)) == 1


def test_a_proof_is_shown_as_plain_text(app_on, tmp_path):
    base = tmp_path / "rqds.duckdb"
    jalons = milestones_of(of("2.1.1-1"), AN5, {}, PLAN.calendriers)
    edited = jalons.frame()
    edited[FAIT_LE], edited[PREUVE] = [date(2026, 10, 5)], ["https://rqds.example/<script>alert(1)</script>"]
    keep(base, jalons.frappes(edited, AU))
    at = app_on(base, "pages/fiche.py", indicateur="2.1.1-1", exercice="2026-2027")
    assert not at.exception
    assert "Preuve : https://rqds.example/&lt;script&gt;" in shown(at) and 'href="https://rqds' not in shown(at)


def test_the_page_on_an_empty_base_makes_no_file(app_on, tmp_path):
    at = app_on(tmp_path / "rien.duckdb", "pages/saisir.py", exercice="2026-2027")
    assert not at.exception and "à compléter" in at.expander[0].label
    assert not (tmp_path / "rien.duckdb").exists()


def test_what_is_typed_in_is_what_was_decided_not_what_the_plan_foresaw(tmp_path, app_on):
    base = tmp_path / "rqds.duckdb"
    with store.transaction(base) as cursor:
        for id_, valeur in (
            ("1.2.6-2", {"mode": "saisie"}),
            ("1.1.4-2", {"mode": "formule", "formule": {"numerateur": ["1.2.4-1"]}}),
            ("G-objectifs", {"mode": "saisie"}),
        ):
            decide(cursor, "alimentation", id_, valeur, qui="direction", pourquoi="essai", quand=T0)
    from pages.ui.saisir import choices, indicators_of

    at = app_on(base, "pages/saisir.py", action="1.2.6")
    assert not at.exception
    ids = {action: [i.id for i in indicators_of(action, None, AN5, AU)] for action in choices()[1:]}  # type: ignore[arg-type]
    assert "1.2.6-2" in ids["1.2.6"] and "1.1.4-2" not in ids["1.1.4"] and ids["sondage"] == ["G-objectifs"]
    decided_plan = plan_decided(PLAN, load_donnees(AU, base).decisions)
    told = {m.indicateur.id for m in missing(decided_plan, Decisions(), {}, AN5, AU)}
    assert "1.2.6-2" in told and "1.1.4-2" not in told
    for id_, ok in (("1.2.6-2", True), ("1.1.4-2", False)):
        ecritures, fautes = check([Frappe(id_, *OCT, valeur="12")], decided_plan, AU, {})
        assert bool(ecritures) is ok and bool(fautes) is not ok
