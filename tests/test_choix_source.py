"""One source at a time for a measure that several could feed: never added up, and changed by a dated choice."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from etl.source import Tranche
from rqds_metrics import store
from rqds_metrics.mesures import Plage, load_mesures, plages_of
from rqds_metrics.registre import decide
from rqds_metrics.resultats import resultats
from tests.fabrique import lecture, load, visites

AU = date(2026, 11, 24)
MOMENT = datetime(2026, 11, 20, 15)
MONTHS = [
    (date(2026, 7, 1), date(2026, 7, 31)),
    (date(2026, 8, 1), date(2026, 8, 31)),
    (date(2026, 9, 1), date(2026, 9, 30)),
]


def matomo(debut, fin, nombre):
    row = {"serie": "matomo|site", "debut": debut, "fin": fin, "visites": nombre}
    return lecture("web", [row], [Tranche("matomo|site", debut, fin, "bloc")], "matomo.csv")


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "rqds.duckdb"
    load(path, *[visites(a, b, 1000, f"ga4 {a}.csv") for a, b in MONTHS], *[matomo(a, b, 700) for a, b in MONTHS])
    return path


def visits(base):
    return resultats("2026-2027", AU, base).set_index("indicateur").loc["1.2.6-2"]


def choose(base, serie, depuis=None):
    valeur = {"serie": serie, "depuis": depuis} if serie else None
    with store.transaction(base) as cursor:
        decide(cursor, "source", "visites_web", valeur, qui="essai", pourquoi="essai", quand=MOMENT)


def test_two_tools_are_never_added_up(base):
    assert visits(base).valeur == 3000  # the one that came first


def test_a_second_tool_changes_nothing_by_itself(tmp_path):
    path = tmp_path / "rqds.duckdb"
    load(path, *[matomo(a, b, 700) for a, b in MONTHS])
    assert visits(path).valeur == 2100
    load(path, *[visites(a, b, 1000, f"ga4 {a}.csv") for a, b in MONTHS])
    assert visits(path).valeur == 2100


def test_a_choice_holds_from_its_day(base):
    choose(base, "matomo|site", "2026-09-01")
    assert visits(base).valeur == 1000 + 1000 + 700
    choose(base, "matomo|site")
    assert visits(base).valeur == 2100
    choose(base, None)
    assert visits(base).valeur == 3000


def test_coverage_is_that_of_the_chosen_source(base):
    load(base, matomo(date(2026, 10, 1), date(2026, 10, 31), 700))
    assert visits(base).couverture == 1.0  # GA4: July to September
    choose(base, "matomo|site", "2026-10-01")
    row = visits(base)
    assert (row.valeur, row.couverture) == (3700, 1.0) and "31 octobre" in row.phrase


def test_choices_follow_each_other():
    mesure = load_mesures()["visites_web"]
    sept, oct_ = date(2026, 9, 1), date(2026, 10, 1)
    assert plages_of(mesure) == (Plage(("ga4|site",)),)
    assert plages_of(mesure, [(oct_, "matomo|site"), (sept, "autre-x|site")]) == (
        Plage(("ga4|site",), None, sept),
        Plage(("autre-x|site",), sept, None),
    )
    assert plages_of(load_mesures()["seances_webinaire"], [(oct_, "zoom")])[0].series == ("zoom", "teams", "autre-*")


def test_the_source_is_chosen_on_the_upload_page_and_marked_on_the_fiche(app_on, base):
    at = app_on(base, "pages/televerser.py")
    box = next(s for s in at.selectbox if s.label == "Source")
    assert box.options == ["Site Web · Google Analytics 4", "Site Web · Matomo"]
    box.select_index(1)
    next(d for d in at.date_input if d.label == "À partir du").set_value(date(2026, 9, 1))
    next(b for b in at.button if b.label == "Choisir cette source").click().run()
    assert not at.exception and "vient maintenant de" in at.success[0].value
    assert visits_now(base) == 1000 + 1000 + 700
    fiche = app_on(base, "pages/fiche.py", indicateur="1.2.6-2", exercice="2026-2027")
    assert not fiche.exception


def visits_now(base):
    return resultats("2026-2027", None, base).set_index("indicateur").loc["1.2.6-2", "valeur"]
