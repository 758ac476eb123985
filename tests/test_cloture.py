"""The end of a month: what is expected, the receipt, and what is revised afterwards."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from rqds_metrics import store
from rqds_metrics.cloture import bilan_of, revisions, to_keep
from rqds_metrics.diffusion.recu import receipt_data, receipt_pdf
from rqds_metrics.donnees import load_donnees
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import decide
from tests.conftest import DEMO_AU
from tests.fabrique import envoi, load, visites

PLAN = load_plan()
AU = date(2026, 11, 24)
OCT = date(2026, 10, 1)
OCTOBRE = (OCT, date(2026, 10, 31))


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "rqds.duckdb"
    load(path, visites(*OCTOBRE, 1000), envoi("a", date(2026, 10, 28), 500, 200))
    return path


def month(base, first=OCT):
    return bilan_of(PLAN, load_donnees(AU, base), first)


def test_what_is_expected_and_what_came(base):
    states = {x.famille: (x.etat, [lot.fichier for lot in x.lots]) for x in month(base).lignes}
    assert states["web"] == ("recu", ["ga4.csv"]) and states["infolettre"] == ("recu", ["campagnes.csv"])
    assert states["balado"][0] == "a_venir"  # never sent anything yet
    july = {x.famille: x.etat for x in month(base, date(2026, 7, 1)).lignes}
    assert july["infolettre"] == "rien" and july["web"] == "manquant"  # no newsletter in July, whatever came


def test_its_figures(base):
    figures = {c.indicateur.id: (c.num, c.den, c.texte) for c in month(base).chiffres}
    assert figures["1.2.6-2"][:2] == (1000, None)
    assert figures["1.2.6-4"][:2] == (200, 500) and figures["1.2.6-4"][2].startswith("40\u00a0%")


def test_what_changes_after_closing_is_a_revision(base):
    closed = json.loads(json.dumps(to_keep(month(base))))
    assert revisions(PLAN, closed, month(base)) == []
    load(base, visites(*OCTOBRE, 1250, "corrigé.csv"))
    [changed] = [r for r in revisions(PLAN, closed, month(base)) if r.indicateur.id == "1.2.6-2"]
    assert (changed.avant, changed.apres) == ("1\u202f000\u00a0visites", "1\u202f250\u00a0visites")


def test_a_figure_that_appears_or_goes_is_a_revision(base):
    closed = to_keep(month(base))
    closed["chiffres"].pop("1.2.6-2")
    closed["chiffres"]["1.1.1-1"] = [12, None]
    changed = {r.indicateur.id: (r.avant, r.apres) for r in revisions(PLAN, closed, month(base))}
    assert changed["1.2.6-2"][0] == "rien" and changed["1.1.1-1"][1] == "rien"


def test_the_receipt_is_a_pdf_that_takes_nothing_for_markup(base):
    load(base, visites(date(2026, 9, 1), date(2026, 9, 30), 10, '#panic() $x$ *gras* <a> "]".csv'))
    bilan = month(base, date(2026, 9, 1))
    data = receipt_data(bilan, AU, "#eval(1) par moi", [], demo=True, local=store.local)
    assert data["lignes"][1]["fichiers"][0]["nom"].startswith("#panic()")
    pdf = receipt_pdf(data)
    assert pdf.startswith(b"%PDF-") and b"/StructTreeRoot" in pdf and len(pdf) > 5_000


def test_on_the_page(app_on, base):
    at = app_on(base, "pages/cloture.py", exercice="2026-2027")
    next(s for s in at.selectbox if s.label == "Mois").set_value(OCT).run()
    assert not at.exception
    next(b for b in at.button if b.label in ("Clore le mois", "Clore quand même")).click().run()
    assert not at.exception and "Octobre 2026 est clos" in at.success[0].value
    with store.connect(base) as cursor:
        [(valeur,)] = cursor.execute("SELECT valeur FROM registre WHERE genre = 'cloture'").fetchall()
    assert json.loads(valeur)["chiffres"]["1.2.6-2"] == [1000, None]
    next(b for b in at.button if b.label == "Rouvrir le mois").click().run()
    assert not at.exception and "rouvert" in at.success[0].value


def test_a_closing_is_of_its_day(base):
    with store.transaction(base) as cursor:
        decide(cursor, "cloture", "2026-10", {"chiffres": {}}, qui="x", pourquoi="x", quand=datetime(2026, 11, 10, 15))
    assert load_donnees(date(2026, 11, 9), base).decisions.clotures == {}
    assert list(load_donnees(AU, base).decisions.clotures) == ["2026-10"]


def test_every_month_of_the_demonstration(demo_base):
    known = load_donnees(DEMO_AU, demo_base)
    for first in (date(2022, 7, 1), date(2024, 2, 1), date(2025, 2, 1), OCT):
        bilan = bilan_of(PLAN, known, first)
        assert bilan.chiffres and revisions(PLAN, to_keep(bilan), bilan) == []
        receipt_pdf(receipt_data(bilan, DEMO_AU, "essai", [], demo=True, local=store.local))
    assert {x.famille: x.etat for x in bilan_of(PLAN, known, OCT).lignes}["balado"] == "manquant"
