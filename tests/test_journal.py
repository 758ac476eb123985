"""The journal: nothing that was done is missing from it, it says what was before, and nothing can change it."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime
from typing import get_args

import pytest
from openpyxl import load_workbook

from etl.loading import cancel_lot
from etl.restoring import restore_lot
from rqds_metrics.diffusion.tableur import neutral, to_csv, to_xlsx
from rqds_metrics.journal import _DIRES, GENRES, RIEN, entries_of_decisions, filtered, read_journal
from rqds_metrics.plan import RACINE, load_plan
from rqds_metrics.registre import Genre, decide
from rqds_metrics.store import connect, transaction
from tests.fabrique import load, visites

DEMAIN = datetime(2027, 1, 1)


def row(genre: str, cle: str, valeur: object, exercice: str | None = None, pourquoi: str = "", jour: int = 1):
    return (datetime(2026, 9, jour), "direction", genre, cle, exercice, json.dumps(valeur), pourquoi)


def test_each_genre_of_decision_has_its_words():
    assert set(GENRES) == {*get_args(Genre), "envoi"}
    assert set(_DIRES) == set(get_args(Genre))


def test_a_target_says_what_it_was_and_what_it_became():
    rows = [
        row("cible", "1.2.6-2", 800, "2026-2027", jour=1),
        row("cible", "1.2.6-4", 0.42, "2026-2027", jour=2),
        row("cible", "1.2.6-2", 900, "2025-2026", jour=3),  # another year does not follow the first
        row("cible", "1.2.6-2", 950, "2026-2027", "Le site est refait.", jour=4),
        row("cible", "1.2.6-2", None, "2026-2027", jour=5),
    ]
    said = [(e.objet, e.exercice, e.avant, e.apres) for e in entries_of_decisions(rows, load_plan(), {})]
    visites_ = "1.2.6-2 Visites du site Web"
    assert said == [
        (visites_, "2026-2027", RIEN, "800\u00a0visites"),
        (f"1.2.6-4 {load_plan().tous['1.2.6-4'].court}", "2026-2027", RIEN, "42\u00a0%"),
        (visites_, "2025-2026", RIEN, "900\u00a0visites"),
        (visites_, "2026-2027", "800\u00a0visites", "950\u00a0visites"),
        (visites_, "2026-2027", "950\u00a0visites", RIEN),
    ]


@pytest.mark.parametrize("valeur", ["texte", 3, [1], {"inconnu": True}])
def test_a_value_this_version_does_not_know_is_shown_and_never_fails(valeur):
    for genre in get_args(Genre):
        (entry,) = entries_of_decisions([row(genre, "2026-10", valeur)], load_plan(), {})
        assert entry.apres


def test_all_that_was_done_is_there_the_newest_first(tmp_path):
    base = tmp_path / "rqds.duckdb"
    (recu,) = load(base, visites(date(2026, 10, 1), date(2026, 10, 31), 900), recu_le=datetime(2026, 11, 2, 15))
    cancel_lot(recu.lot, base, qui="Léa", quand=datetime(2026, 11, 3, 15))
    restore_lot(recu.lot, base, qui="Léa", quand=datetime(2026, 11, 4, 15))
    with transaction(base) as cursor:
        decide(cursor, "reglage", "retard_jours", 12, qui="Marc", pourquoi="Plus long.", quand=datetime(2026, 11, 5))
    found = read_journal(DEMAIN, base, {"ga4": "Site Web"})
    assert [(e.qui, e.avant, e.apres.split("\u00a0")[0]) for e in found] == [
        ("Marc", RIEN, "12"),
        ("Léa", "annulé", "rétabli"),
        ("Léa", "compte", "annulé"),
        ("essai", RIEN, "reçu"),
    ]
    assert found[-1].pourquoi == "Site Web"
    assert [e.qui for e in filtered(found, mots="RÉTABLI")] == ["Léa"]
    assert [e.qui for e in filtered(found, personnes=["Marc"])] == ["Marc"]
    assert filtered(found, genres=["cible"]) == []
    assert (
        read_journal(datetime(2026, 11, 3), base) == found[-1:] or len(read_journal(datetime(2026, 11, 3), base)) == 1
    )


def test_the_journal_of_the_demonstration_counts_every_row(demo_base):
    with connect(demo_base) as cursor:
        total = sum(cursor.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("lot", "lot_etat", "registre"))
    found = read_journal(DEMAIN, demo_base)
    assert len(found) == total
    assert found == sorted(found, key=lambda e: e.quand, reverse=True)


def test_nothing_changes_what_was_done():
    """No SQL of ours changes or removes a lot, a state or a decision, but for the demonstration that one removes."""
    changes = re.compile(
        r"(UPDATE|DELETE FROM|TRUNCATE|DROP TABLE|ALTER TABLE)\s+(lot|lot_etat|tranche|registre|\{\w+\}).*", re.I
    )
    found = [
        (path.name, m.group(0))
        for folder in ("etl", "rqds_metrics", "pages")
        for path in sorted((RACINE / folder).rglob("*.py"))
        for m in changes.finditer(path.read_text(encoding="utf-8"))
        # the demonstration goes away whole; an effect is replayed in a transaction that is always undone; moments that
        # a clock dated in the future are dated again, their first dates kept (docs/decisions/0025)
        if "WHERE demo" not in m.group(0) and path.name not in ("effects.py", "horloge.py")
    ]
    assert found == []


DANGEREUX = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1+1"]


@pytest.mark.parametrize("text", DANGEREUX)
def test_no_cell_of_an_export_is_a_formula(text):
    (line,) = list(csv.reader(io.StringIO(to_csv([text], []).decode("utf-8-sig")), delimiter=";"))
    assert line[0].startswith("'")
    sheet = load_workbook(io.BytesIO(to_xlsx({"A": (["Titre"], [[text]])}))).active
    assert sheet["A2"].data_type == "s" and str(sheet["A2"].value).startswith("'")


def test_numbers_and_dates_leave_as_they_are():
    assert [neutral(t) for t in ("-12.5", "bonjour", "– 5")] == ["-12.5", "bonjour", "– 5"]
    text = to_csv(["a", "b", "c"], [[1.5, None, date(2026, 11, 24)]]).decode("utf-8-sig")
    assert text == "a;b;c\r\n1,5;;2026-11-24\r\n"


def test_the_page_filters_and_offers_files(app_on, demo_base):
    at = app_on(demo_base, "pages/journal.py")
    assert not at.exception and [t.value for t in at.title] == ["Journal"]
    at.text_input[0].set_value("echeance charte").run()
    assert not at.exception
    html = " ".join(json.loads(e.proto.json)["html"] for e in at.get("bidi_component"))
    assert "Charte des statuts" in html and "spotify" not in html
