"""Measures: every fault told, and the SQL each one becomes kept as a golden file.

RQDS_GOLDEN=1 rewrites the files: read the difference before keeping it.
"""

import os
from datetime import date
from pathlib import Path

import duckdb
import pytest

from rqds_metrics.mesures import FICHIER, check_mesures, load_mesures
from rqds_metrics.plan import Condition, load_plan
from rqds_metrics.registre import Reglages
from rqds_metrics.releves import plain, provenance_sql, releves_sql, snapshots_sql, words_sql
from rqds_metrics.store import schema_sql

GOLDEN = Path(__file__).parent / "golden" / "mesures"
RELEVES = "ecoutes_balado__releves.sql"
PLAN = load_plan()


def written(sql_and_params):
    sql, params = sql_and_params
    return f"{sql}\n-- {params!r}\n"


def cases():
    for name in load_mesures():
        yield name, ()
    for indicateur in PLAN.tous.values():
        if indicateur.filtre and indicateur.id in {"1.3.4-3", "1.1.1-2", "1.3.3-3", "G-objectifs"}:
            yield f"{indicateur.mesure}__{indicateur.id}", indicateur.filtre


@pytest.mark.parametrize(("name", "filtre"), list(cases()), ids=lambda v: v if isinstance(v, str) else "")
def test_golden_sql(name, filtre):
    found = written(releves_sql(load_mesures()[name.split("__")[0]], filtre, Reglages()))
    path = GOLDEN / f"{name}.sql"
    if os.environ.get("RQDS_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == found


def test_golden_sql_of_snapshots():
    filtre = (Condition(colonne="episode", contient=("région",)),)
    found = written(snapshots_sql(load_mesures()["ecoutes_balado"], filtre, "apple|episodes"))
    path = GOLDEN / RELEVES
    if os.environ.get("RQDS_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == found


def test_no_golden_file_is_left_over():
    assert {p.name for p in GOLDEN.glob("*.sql")} == {RELEVES, *(f"{name}.sql" for name, _ in cases())}


def test_provenance_reads_the_same_rows():
    sql, params = provenance_sql(load_mesures()["taux_ouverture"], (), Reglages())
    assert params == releves_sql(load_mesures()["taux_ouverture"], (), Reglages())[1]
    assert "GROUP BY 1, 2" in sql and "r.lot AS lot" in sql


def test_words_are_bound_never_written():
    nasty = Condition(colonne="question", contient=("x' OR 1=1 --",))
    sql, params = releves_sql(load_mesures()["satisfaction"], (nasty,), Reglages())
    assert "OR 1=1" not in sql and plain("x' OR 1=1 --") in params


PAGES = ["/Outils/a", "/carte", "/carte-interactive", "/L’Éte", "/l'ete", "", None]
TESTS = [
    {"contient": ("/carte",)}, {"sans": ("interactive", "outils")}, {"commence": ("/l'été",)}, {"egal": ("/carte", "/x")},
]  # fmt: skip


@pytest.mark.parametrize("tests", TESTS, ids=str)
def test_words_read_once_find_the_same_rows(tests):
    mesure, filtre = load_mesures()["vues_pages"], (Condition(colonne="page", **tests),)
    days = [date(2026, 10, k + 1) for k in range(len(PAGES))]
    with duckdb.connect(":memory:") as cursor:
        cursor.execute(schema_sql())
        cursor.execute(
            "CREATE TEMP TABLE portee AS SELECT 1 AS lot, 'ga4|pages' AS serie, DATE '2026-10-01' AS debut, DATE '2026-10-31' AS fin"
        )
        rows = [(d, d, page, k) for k, (d, page) in enumerate(zip(days, PAGES, strict=True))]
        cursor.executemany("INSERT INTO web VALUES (1, 'ga4|pages', ?, ?, ?, NULL, ?, NULL)", rows)
        cursor.execute(words_sql("web", "page"))
        plainly = cursor.execute(*releves_sql(mesure, filtre, Reglages())).fetchall()
        by_table = cursor.execute(*releves_sql(mesure, filtre, Reglages(), mots={"page": "mots_web_page"})).fetchall()
    assert by_table == plainly
    assert 0 < len(plainly) < len(PAGES)


def test_plain():
    assert plain("L’Éducation à Montréal") == "l'education a montreal"


def broken(tmp_path, text):
    path = tmp_path / "mesures.yaml"
    path.write_text(FICHIER.read_text(encoding="utf-8") + text, encoding="utf-8")
    return check_mesures(path=path)[1].defauts


def test_every_fault_is_told_at_once(tmp_path):
    bad = """
une:
  titre: Une
  unite: x
  famille: inconnue
  date: fin
  numerateur: visites
  couverture: continue
  series: [ga4]
  methode: m
deux:
  titre: Deux
  unite: x
  famille: web
  date: fin
  numerateur: mot_de_passe
  couverture: continue
  series: [ga4]
  methode: m
  extra: 1
trois: {}
quatre:
  titre: Quatre
  unite: x
  famille: web
  date: fin
  numerateur: visites
  couverture: continue
  series: [ga4]
  derniers: true
  methode: m
cinq:
  titre: Cinq
  unite: x
  famille: balado
  date: fin
  numerateur: lectures
  couverture: continue
  series: [ga4]
  differences: ["spotify|episodes"]
  methode: m
"""
    notes = [str(d) for d in broken(tmp_path, bad)]
    assert any("famille inconnue" in n for n in notes)
    assert any("n'a pas de relevés" in n for n in notes) and any("demande « choix »" in n for n in notes)
    assert any("deux.extra" in n and "clé inconnue" in n for n in notes)
    assert any("trois.titre" in n and "il manque" in n for n in notes)


def test_a_measure_that_does_not_fit_its_indicator_is_told():
    other = PLAN.model_copy(deep=True)
    indicateur = other.indicateurs["1.2.6-2"]
    object.__setattr__(indicateur, "mesure", "satisfaction")
    _, lu = check_mesures(other)
    assert any("1.2.6-2" in d.note for d in lu.defauts)
