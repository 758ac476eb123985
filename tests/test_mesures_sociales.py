"""What social networks are measured by: what is added up, what is a level, and that no file is read for nothing."""

from datetime import date

import pytest

from etl.source import Tranche
from rqds_metrics import store
from rqds_metrics.familles import FAMILLES
from rqds_metrics.lots import portee_table, read_lots, read_portees
from rqds_metrics.mesures import check_mesures, load_mesures
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import Reglages
from rqds_metrics.releves import provenance_sql, releves_sql
from tests.fabrique import lecture, load
from tests.test_sources import fixtures
from tests.test_sources import read as read_fixture

# Since the beginning, as of the day they were received: they do not add up from one file to the next.
SANS_MESURE = {"youtube|contenus"}


def compte(nom, *niveaux):
    """(day, followers) of an account, by a tool described column by column."""
    serie = f"autre-reseau|{nom}"
    rows = [
        {"serie": serie, "debut": d, "fin": d, "compte": nom, "abonnes": n, "interactions": 2, "vues": 5}
        for d, n in niveaux
    ]
    days = [d for d, _ in niveaux]
    return lecture("social", rows, [Tranche(serie, d, d, "jour") for d in days], f"{nom} {days[0]}.csv")


def run(base, nom, sql=releves_sql):
    with store.connect(base) as cursor:
        lots = read_lots(cursor)
        portee_table(cursor, read_portees(cursor, lots))
        text, params = sql(load_mesures()[nom], (), Reglages())
        return cursor.execute(text, params).fetchall()


SEPT, OCT, NOV = date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 15)


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "rqds.duckdb"
    load(path, compte("facebook", (SEPT, 900), (OCT, 950)), compte("linkedin", (OCT, 300), (NOV, 310)))
    return path


def test_followers_are_the_last_level_of_each_account(base):
    assert [(fin, num, n) for _, fin, num, _, n in run(base, "abonnes_sociaux")] == [
        (SEPT, 900, 1), (OCT, 1250, 2), (NOV, 1260, 2),
    ]  # fmt: skip


def test_a_level_sent_again_replaces_and_its_origin_is_told(base):
    load(base, compte("facebook", (OCT, 960)))
    assert [num for _, _, num, _, _ in run(base, "abonnes_sociaux")] == [900, 1260, 1270]
    origins = [(str(mois), lot, num) for mois, lot, num, _ in run(base, "abonnes_sociaux", provenance_sql)]
    assert origins == [("2026-11-01", 2, 310), ("2026-10-01", 3, 960), ("2026-10-01", 2, 300), ("2026-09-01", 1, 900)]


def test_interactions_and_views_add_up(base):
    by_day = {fin: num for _, fin, num, _, _ in run(base, "interactions_sociales")}
    assert by_day == {SEPT: 2, OCT: 4, NOV: 2}
    assert sum(num for _, _, num, _, _ in run(base, "vues_publications")) == 20
    assert run(base, "vues_video") == []


def test_files_of_youtube_and_meta_feed_them(tmp_path):
    base = tmp_path / "rqds.duckdb"
    load(
        base,
        read_fixture("youtube/jours_en.csv"),
        read_fixture("youtube/contenus_en.csv"),
        read_fixture("meta/facebook_fr.csv"),
    )
    days = read_fixture("youtube/jours_en.csv").extrait.lignes
    posts = read_fixture("meta/facebook_fr.csv").extrait.lignes
    assert sum(r[2] for r in run(base, "vues_video")) == days["vues"].sum() == 1419
    assert sum(r[2] for r in run(base, "vues_publications")) == posts["vues"].sum() > 0
    assert sum(r[2] for r in run(base, "interactions_sociales")) == posts["interactions"].sum() > 0


def test_every_family_has_a_measure_and_every_series_is_read_by_one():
    mesures = load_mesures().values()
    assert {m.famille for m in mesures} == set(FAMILLES) - {"saisie"}  # typed for an indicator, without a measure
    series = {
        (lu.famille, t.serie)
        for lu in (read_fixture(path).extrait for path in fixtures())
        if lu.famille != "saisie"
        for t in lu.tranches
    }
    unread = {s for famille, s in series if not any(m.famille == famille and m.reads(s) for m in mesures)}
    assert unread == SANS_MESURE


def test_a_level_goes_with_a_stock_and_nothing_else():
    plan = load_plan()
    for id_, nom, fits in (
        ("1.2.6-3", "abonnes_sociaux", True),
        ("1.2.6-1", "interactions_sociales", True),
        ("1.2.6-3", "interactions_sociales", False),
        ("1.2.6-1", "abonnes_sociaux", False),
        ("1.2.6-4", "abonnes_sociaux", False),
    ):
        other = plan.model_copy(deep=True)
        object.__setattr__(other.indicateurs[id_], "mesure", nom)
        _, lu = check_mesures(other)
        assert any(id_ in d.note for d in lu.defauts) != fits, (id_, nom)
