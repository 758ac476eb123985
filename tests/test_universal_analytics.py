"""Universal Analytics: the days when they count sessions, else the total; never mistaken for GA4."""

from datetime import date, datetime

import pytest

from etl.loading import import_export
from etl.reading import read_document
from etl.recognition import read_export, sources
from rqds_metrics import store
from rqds_metrics.mesures import load_mesures
from rqds_metrics.registre import decide
from rqds_metrics.resultats import resultats
from tests.test_sources import DOSSIER, number, table
from tests.test_sources import read as read_fixture

JOUR = date(2026, 11, 20)
UA = next(s for s in sources() if s.nom == "universal_analytics")
GA4 = next(s for s in sources() if s.nom == "ga4")


def read(body, period="20220701-20220703", recu_le=JOUR):
    return read_export("x", f"# ----\n# Site\n# {period}\n# ----\n\n{body}".encode(), recu_le)


def told(lecture, verdict="erreur"):
    return [c.nom for c in lecture.constats if c.verdict == verdict]


def rows(lecture):
    return lecture.extrait.lignes.to_dict("records")


DAYS = "Day Index,Sessions\n7/1/22,10\n7/2/22,12\n7/3/22,14\n,36\n"
TABLE = "Default Channel Grouping,Sessions,Users,Pageviews\nDirect,20,15,50\nSocial,16,9,31\n,36,22,81\n"


def test_sums_by_day_of_the_fixture():
    name = "universal_analytics/audience_fr.csv"
    daily = table(name, "Indice de jour")
    lignes = read_fixture(name).extrait.lignes
    assert lignes["visites"].sum() == sum(number(r["Sessions"]) for r in daily if r["Indice de jour"]) == 2782
    languages = [r for r in table(name, "Langue") if r["Langue"] == ""]
    assert number(languages[0]["Sessions"]) == 2782
    assert lignes["utilisateurs"].isna().all()
    assert lignes.set_index("debut").loc[date(2022, 7, 14), "visites"] == 1100


def test_the_total_of_a_table_of_the_fixture():
    [row] = rows(read_fixture("universal_analytics/acquisition_en.csv"))
    assert (row["visites"], row["utilisateurs"], row["vues"]) == (2546, 1650, 5015)


def test_pages_of_the_fixture():
    lignes = read_fixture("universal_analytics/pages_fr.csv").extrait.lignes
    pages = table("universal_analytics/pages_fr.csv", "Page", ";", "cp1252")
    total = sum(int(r["Pages vues"]) for r in pages if r["Page"].startswith("/"))
    assert lignes["vues"].sum() == total == 1116
    assert lignes.set_index("page")["vues"]["/outils/"] == 260 + 40


def test_neither_google_analytics_is_taken_for_the_other():
    for folder, mine, other in (("universal_analytics", UA, GA4), ("ga4", GA4, UA)):
        for path in (p for p in (DOSSIER / folder).iterdir() if ".attendu." not in p.name):
            document = read_document("x", path.read_bytes())
            assert mine.recognise(document) and not other.recognise(document)
    both = b"# 20220701-20220731\n# Start date: 20220701\n# End date: 20220731\nDate,Sessions\n20220701,4\n"
    document = read_document("x", both)
    assert GA4.recognise(document) and not UA.recognise(document)


def test_days_of_sessions_win_over_the_table():
    lecture = read(TABLE + "\n" + DAYS)
    assert told(lecture) == [] and [t.mode for t in lecture.extrait.tranches] == ["jour"]
    assert [r["visites"] for r in rows(lecture)] == [10, 12, 14]


def test_days_of_something_else_do_not():
    lecture = read(TABLE + "\n" + DAYS.replace("Sessions", "Users"))
    [row] = rows(lecture)
    assert (row["visites"], row["utilisateurs"], row["vues"]) == (36, 22, 81)
    assert [t.mode for t in lecture.extrait.tranches] == ["bloc"]


def test_views_by_day_join_the_sessions_of_the_day():
    lecture = read("Day Index,Sessions,Pageviews\n7/1/22,10,30\n7/2/22,12,31\n7/3/22,14,32\n,36,93\n")
    assert [r["vues"] for r in rows(lecture)] == [30, 31, 32]
    lecture = read(DAYS + "\n" + DAYS.replace("Sessions", "Pageviews"))
    assert [r["vues"] for r in rows(lecture)] == [10, 12, 14]


@pytest.mark.parametrize("shape", ["{m}/{d}/22", "0{d}/0{m}/2022", "2022-0{m}-0{d}", "20220{m}0{d}", "{d} juil. 2022"])
def test_days_are_read_in_the_order_that_puts_them_in_the_period(shape):
    text = "Day Index,Sessions\n" + "".join(f"{shape.format(m=7, d=d)},{d}\n" for d in (1, 2, 3))
    assert [str(r["debut"]) for r in rows(read(text))] == ["2022-07-01", "2022-07-02", "2022-07-03"]


def test_a_day_out_of_the_period_is_refused_and_one_missing_is_told():
    assert told(read(DAYS.replace("7/3/22", "9/3/22"))) == ["jour"]
    lecture = read(DAYS.replace("7/3/22,14\n", "").replace(",36", ",22"))
    assert told(lecture) == [] and "jours_absents" in told(lecture, "avertissement")


def test_a_table_cut_short_gives_its_total():
    lecture = read(TABLE.replace("Social,16,9,31\n", ""))
    assert rows(lecture)[0]["visites"] == 36 and "total_different" in told(lecture, "info")


def test_a_table_without_a_total_is_added_up_where_that_can_be():
    lecture = read(TABLE.replace(",36,22,81\n", ""))
    assert rows(lecture)[0]["visites"] == 36 and rows(lecture)[0]["utilisateurs"] is None
    assert told(read("Event Category,Sessions\nClic,20\nVidéo,16\n")) == ["rien_a_lire"]


def test_days_and_total_that_disagree_are_told():
    assert "total_different" in told(read(DAYS.replace(",36", ",40")), "avertissement")
    assert "sessions_differentes" in told(read(TABLE.replace(",36,", ",60,") + "\n" + DAYS), "avertissement")


def test_pages_and_their_days_never_pass_for_visits():
    pages = "Page,Pageviews\n/,20\n/carte,16\n,36\n\n" + DAYS.replace("Sessions", "Pageviews")
    lecture = read(pages)
    assert [t.serie for t in lecture.extrait.tranches] == ["universal_analytics|pages"]
    assert [(r["page"], r["vues"], r["visites"]) for r in rows(lecture)] == [("/", 20, None), ("/carte", 16, None)]
    assert "total_different" in told(read(pages.replace("/,20", "/,2")), "avertissement")


def test_comparisons_and_segments_are_refused():
    assert told(read(DAYS, "20220701-20220703\n# 20210701-20210703")) == ["comparaison"]
    side_by_side = "Segment,Day Index,Sessions\nAll Users,7/1/22,10\nMobile,7/1/22,4\n"
    assert told(read(side_by_side)) == ["comparaison"]
    assert told(read(TABLE + ",30,20,70\n")) == ["comparaison"]


def test_periods():
    assert told(read(TABLE, "20220615-20220715")) == ["deux_exercices"]
    assert told(read(TABLE, "20220701-20220703")) == [] and "mois_incomplet" in told(read(TABLE), "avertissement")
    assert told(read(TABLE, "20220703-20220701")) == ["periode"]
    assert told(read(TABLE, "20221345-20221399")) == ["date_impossible"]
    assert told(read(TABLE, "19850701-19850731")) == ["date_impossible"]
    assert told(read(TABLE, "20270101-20270131")) == ["futur"]
    across = "Day Index,Sessions\n6/30/22,10\n7/1/22,12\n,22\n"
    assert told(read(across, "20220630-20220701")) == []


@pytest.mark.parametrize("many", ['"2,546"', "2.546", '"2 546"', '"2\u202f546"'])
def test_thousands_in_the_way_of_any_language(many):
    text = TABLE.replace("Direct,20,", f"Direct,{many},").replace(",36,22,", f",{many},22,")
    lecture = read(text.replace("Users,", "Bounce Rate,").replace("15,", '"99,88%",'))
    assert told(lecture) == [] and rows(lecture)[0]["visites"] == 2546


def test_what_is_not_a_count_is_refused():
    assert told(read(DAYS.replace(",14", ",beaucoup"))) == ["cellule"]
    assert told(read(DAYS.replace(",14", ",-14"))) == ["incoherence"]
    assert told(read("7/1/22,10\n7/2/22,12\n")) == ["sans_entete"]
    assert told(read("Keyword,Clicks\nrqds,4\n")) == ["rien_a_lire"]


def test_the_years_before_ga4_and_those_after_follow_each_other(tmp_path):
    base, mesure = tmp_path / "rqds.duckdb", load_mesures()["visites_web"]
    assert mesure.choix and {"ga4|site", "universal_analytics|site"} <= set(mesure.series)
    assert {"ga4|pages", "universal_analytics|pages"} <= set(load_mesures()["vues_pages"].series)
    ga4 = b"# Start date: 20230701\n# End date: 20230731\nDate,Sessions\n" + b"".join(
        f"202307{d:02d},10\n".encode() for d in range(1, 32)
    )
    moment = datetime(2026, 11, 20, 15)
    for lecture in (read_export("ga4", ga4, JOUR), read(DAYS)):
        import_export(lecture, base, par="essai", recu_le=moment)

    def visits(year):
        return resultats(year, JOUR, base).set_index("indicateur").loc["1.2.6-2", "valeur"]

    assert visits("2023-2024") == 310 and visits("2022-2023") != 36  # the first received, until someone chooses
    with store.transaction(base) as cursor:
        for serie, since in (("universal_analytics|site", None), ("ga4|site", "2023-07-01")):
            value = {"serie": serie, "depuis": since}
            decide(cursor, "source", "visites_web", value, qui="essai", pourquoi="essai", quand=moment)
    assert (visits("2022-2023"), visits("2023-2024")) == (36, 310)
