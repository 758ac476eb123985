"""Corrections: guarded by what they expect, undone by a decision, told loudly once they no longer apply."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from etl.loading import cancel_lot
from etl.preview import preview
from rqds_metrics import store
from rqds_metrics.corrections import figures_of, identity_of, to_keep
from rqds_metrics.donnees import load_donnees
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import decide
from rqds_metrics.resultats import resultats
from tests.fabrique import load, saisie, visites

AU = date(2026, 11, 24)
MOMENT = datetime(2026, 11, 20, 15)
OCT = (date(2026, 10, 1), date(2026, 10, 31))
ROW = {"serie": "ga4|site", "debut": OCT[0], "fin": OCT[1], "page": None, "visites": 1000}


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "rqds.duckdb"
    load(path, visites(*OCT, 1000, "oct.csv"), visites(date(2026, 9, 1), date(2026, 9, 30), 500, "sept.csv"))
    return path


def correct(base, lot=1, row=ROW, nouveau=1100, cle="c1", quand=MOMENT, colonne="visites", famille="web"):
    valeur = to_keep(lot, famille, row, colonne, nouveau) if nouveau is not None else None
    with store.transaction(base) as cursor:
        decide(cursor, "correction", cle, valeur, qui="essai", pourquoi="Robot compté.", quand=quand)


def value(base, au=AU, id_="1.2.6-2"):  # au None: today
    return resultats("2026-2027", au, base).set_index("indicateur").loc[id_, "valeur"]


def lost(base):
    return [p.raison for p in load_donnees(AU, base).perdues]


def test_a_cell_is_corrected_and_the_lot_is_not(base):
    correct(base)
    assert value(base) == 1600 and lost(base) == []
    with store.connect(base) as cursor:
        assert cursor.execute("SELECT visites FROM web WHERE lot = 1").fetchone() == (1000,)
    correct(base, nouveau=None, quand=datetime(2026, 11, 21, 15))
    assert value(base) == 1500


def test_it_holds_from_its_day(base):
    correct(base)
    assert value(base, date(2026, 11, 19)) == 1500 and value(base) == 1600


def test_it_fails_loudly_when_the_value_is_not_the_one_expected(base):
    correct(base, row={**ROW, "visites": 999})
    assert value(base) == 1500 and "ne contient plus la valeur attendue (999)" in lost(base)[0]


def test_it_fails_loudly_when_the_lot_is_replaced_or_cancelled(base):
    correct(base)
    load(base, visites(*OCT, 1250, "oct v2.csv"))
    assert value(base) == 1750 and "remplacé" in lost(base)[0]
    cancel_lot(3, base, qui="essai", quand=MOMENT)
    assert value(base) == 1600 and lost(base) == []
    cancel_lot(1, base, qui="essai", quand=MOMENT)
    assert value(base) == 500 and "annulé" in lost(base)[0]


def test_two_corrections_of_one_file(base):
    correct(base)
    sept = {**ROW, "debut": date(2026, 9, 1), "fin": date(2026, 9, 30), "visites": 500}
    correct(base, lot=2, row=sept, nouveau=450, cle="c2")
    assert value(base) == 1550


def test_typed_values_can_be_corrected(base):
    id_ = next(
        i.id
        for i in load_plan().indicateurs.values()
        if not i.mesure and i.type == "nombre" and i.cadence == "mensuelle"
    )
    load(base, saisie(id_, *OCT, valeur=12))
    row = dict.fromkeys(identity_of("saisie")) | {
        "serie": f"saisie|{id_}", "debut": OCT[0], "fin": OCT[1], "indicateur": id_, "valeur": 12.0,
    }  # fmt: skip
    correct(base, lot=3, row=row, nouveau=15, famille="saisie", colonne="valeur")
    assert value(base, id_=id_) == 15 and lost(base) == []
    before = {k: v for k, v in row.items() if k not in ("detail", "preuve")}  # kept before these columns were
    valeur = to_keep(3, "saisie", row, "valeur", 16)
    valeur["ou"] = {k: v for k, v in valeur["ou"].items() if k in before}
    with store.transaction(base) as cursor:
        decide(cursor, "correction", "c1", valeur, qui="essai", pourquoi="x", quand=MOMENT)
    assert value(base, id_=id_) == 16 and lost(base) == []


def test_previews_and_imports_go_on_as_before(base):
    correct(base)
    [apercu] = preview([visites(date(2026, 8, 1), date(2026, 8, 31), 700, "août.csv")], base, au=AU, recu_le=MOMENT)
    effect = next(e for e in apercu.effets if e.apres.id == "1.2.6-2")
    assert (effect.avant.valeur, effect.apres.valeur) == (1600, 2300)
    load(base, visites(date(2026, 8, 1), date(2026, 8, 31), 700, "août.csv"))
    assert value(base) == 2300


def test_only_figures_can_be_corrected():
    assert "page" not in figures_of("web") and "visites" in figures_of("web")
    with pytest.raises(ValueError, match="not a figure"):
        to_keep(1, "web", ROW, "page", 3)
    with pytest.raises(ValueError, match="not a figure"):
        to_keep(1, "web", ROW, "visites = 0; --", 3)


def test_on_the_page_and_loudly_on_every_page(app_on, base):
    at = app_on(base, "pages/corrections.py")
    assert not at.exception
    file = next(s for s in at.selectbox if s.label == "Fichier")
    file.select_index(next(k for k, o in enumerate(file.options) if o.startswith("oct.csv"))).run()
    at.button[-1].click().run()
    assert "raison" in at.warning[0].value
    at.number_input[0].set_value(1100.0)
    at.text_input[0].set_value("<b>Robot</b> [compté](http:x)")
    next(b for b in at.button if b.label == "Corriger").click().run()
    assert not at.exception and "devient" in at.success[0].value
    assert value(base, None) == 1600
    load(base, visites(*OCT, 1250, "oct v2.csv"), recu_le=store.now())
    for page in ("pages/vue_ensemble.py", "pages/corrections.py"):
        at = app_on(base, page)
        assert "ne s'applique plus" in at.error[0].value.replace("\\", "")
