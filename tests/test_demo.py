"""The demonstration: through the real importers, always the same, with the accidents of a real plan."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

import pytest

from etl.demo.files import demo_files
from etl.demo.load import load_demo
from etl.loading import LotRefuse, remove_demo
from etl.recognition import read_export
from rqds_metrics import store
from rqds_metrics.lots import read_lots
from rqds_metrics.plan import load_plan
from rqds_metrics.regles.statut import EVALUES
from rqds_metrics.resultats import resultats
from tests.conftest import DEMO_AU
from tests.fabrique import load, visites


@pytest.fixture(scope="module")
def lots(demo_base):
    with store.connect(demo_base) as cursor:
        return read_lots(cursor)


def test_every_lot_is_marked_and_of_a_real_source(lots):
    assert all(lot.demo for lot in lots)
    assert {lot.source for lot in lots} == {"mailchimp", "ga4", "spotify", "zoom", "ms_forms", "saisie"}


def test_it_goes_from_july_2022_to_the_month_before(lots):
    assert min(lot.recu_le for lot in lots) < datetime(2022, 8, 31)
    assert max(lot.fin for lot in lots if lot.source == "ga4") == date(2026, 10, 31)
    assert all(lot.recu_le.date() <= DEMO_AU for lot in lots)


def test_files_come_month_by_month(lots):
    months = Counter((lot.recu_le.year, lot.recu_le.month) for lot in lots)
    # each month from August 2022 has its files, but for two that came in late with the next month's
    expected = [(y, m) for y in range(2022, 2027) for m in range(1, 13) if (2022, 8) <= (y, m) <= (2026, 11)]
    assert [m for m in expected if m not in months] == [(2024, 1), (2025, 8)]


def test_the_accidents_of_a_real_plan_are_there(lots, demo_base):
    assert any(lot.annule_le for lot in lots)  # a rehearsal sent by mistake, then cancelled
    assert max((lot.recu_le.date() - lot.fin).days for lot in lots if lot.source == "ga4") > 30  # late months
    podcast = max(lot.fin for lot in lots if lot.fichier.startswith("spotify-ecoutes"))
    assert podcast == date(2026, 9, 30)  # October has not come: a missing source
    frame = resultats(None, DEMO_AU, demo_base).set_index(["indicateur", "exercice"])
    assert frame.loc[("1.2.1-2", "2026-2027"), "statut"] == "en_retard"  # a bad survey
    assert frame.loc[("4.1.3-1", "2024-2025"), "couverture"] < 1  # a month nobody exported


def test_an_earlier_day_sees_fewer_files_and_other_figures(demo_base):
    then = resultats("2025-2026", date(2026, 1, 15), demo_base).set_index("indicateur")
    now = resultats("2025-2026", DEMO_AU, demo_base).set_index("indicateur")
    assert then.loc["1.2.6-2", "valeur"] < now.loc["1.2.6-2", "valeur"]
    assert then.loc["1.2.6-2", "valeur"] > 0


def test_statuses_are_those_of_a_plan_that_lives(demo_base):
    frame = resultats("2026-2027", DEMO_AU, demo_base)
    inside = frame[~frame["indicateur"].str.startswith("G-")]
    assert len(inside) == len(load_plan().indicateurs)
    counts = Counter(inside["statut"])
    evaluated = sum(counts[s] for s in EVALUES)
    assert evaluated >= 55
    shares = {s: counts[s] / evaluated for s in ("atteinte", "en_voie", "a_surveiller", "en_retard")}
    assert 0.25 <= shares["atteinte"] <= 0.40 and 0.35 <= shares["en_voie"] <= 0.50
    assert 0.08 <= shares["a_surveiller"] <= 0.18 and 0.05 <= shares["en_retard"] <= 0.15


def test_the_same_day_gives_the_same_bytes():
    first = [(f.nom, f.octets, f.recu_le) for f in demo_files(date(2022, 11, 24))]
    assert first and first == [(f.nom, f.octets, f.recu_le) for f in demo_files(date(2022, 11, 24))]


@pytest.mark.parametrize(
    "today", [date(2022, 7, 15), date(2022, 8, 1), date(2024, 2, 29), date(2027, 7, 20), date(2031, 1, 1)]
)
def test_it_loads_on_any_day(tmp_path, today):
    if today.year > 2023:  # the long ones: read every file, store none
        names = [f.nom for f in demo_files(today)]
        assert len(names) == len(set(names)) and names
        return
    count = load_demo(tmp_path / "d.duckdb", today=today)
    assert count == len(list(demo_files(today)))


def test_every_file_of_the_whole_plan_is_sound():
    plan = load_plan()
    for file in demo_files(date(2027, 8, 31)):
        if file.recu_le < datetime(2026, 11, 25):
            continue  # those of `demo_base`
        lecture = read_export(file.nom, file.octets, store.local(file.recu_le).date(), plan)
        assert lecture.extrait and not lecture.extrait.erreurs, file.nom


def test_it_never_mixes_and_leaves_nothing_behind(own_demo):
    with pytest.raises(LotRefuse, match="données fictives"):
        load(own_demo, visites(date(2026, 10, 1), date(2026, 10, 31), 100))
    with pytest.raises(LotRefuse, match="déjà"):
        load_demo(own_demo, today=DEMO_AU)
    assert remove_demo(own_demo) > 300
    with store.connect(own_demo) as cursor:
        tables = [t for (t,) in cursor.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()]
        left = {t: cursor.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}
    assert {t for t, n in left.items() if n} == {"meta"}
    load(own_demo, visites(date(2026, 10, 1), date(2026, 10, 31), 100))


def test_real_data_refuses_it(tmp_path):
    base = tmp_path / "vraie.duckdb"
    load(base, visites(date(2026, 10, 1), date(2026, 10, 31), 100))
    with pytest.raises(LotRefuse, match="vraies données"):
        load_demo(base, today=DEMO_AU)


def test_nobody_real_is_in_it():
    for file in demo_files(date(2022, 11, 24)):
        if file.nom.endswith(".csv"):
            text = file.octets.decode("utf-8-sig")
            assert "@" not in text.replace("@exemple.org", ""), file.nom
