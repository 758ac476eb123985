"""Matomo's report by e-mail: its visits count once, for the period that a person wrote above them."""

from datetime import date, datetime

import pytest

from etl.loading import import_export
from etl.recognition import read_export
from rqds_metrics.resultats import resultats
from tests.classeurs import xlsx

JOUR = date(2026, 11, 20)
MOMENT = datetime(2026, 11, 20, 15)
SUMMARY = "Visits Summary\nnb_uniq_visitors,nb_visits,nb_actions,max_actions\n902,1260,2911,31\n\n"
PAYS = "Country\nlabel,nb_visits,nb_actions\nCanada,1201,2800\n\n"
VUES = "Actions - Main metrics\nnb_pageviews,nb_uniq_pageviews\n2800,2104\n\n"


def read(text, period="Période : octobre 2026\n"):
    return read_export("x", (period + text).encode(), JOUR)


def told(lecture, verdict="erreur"):
    return [c.nom for c in lecture.constats if c.verdict == verdict]


def row(lecture):
    [found] = lecture.extrait.lignes.to_dict("records")
    return found["visites"], found["vues"]


@pytest.mark.parametrize("text", [SUMMARY + PAYS + VUES, PAYS + VUES + SUMMARY, VUES + SUMMARY])
def test_the_visits_and_views_of_the_whole_wherever_their_tables_are(text):
    lecture = read(text)
    assert lecture.source.nom == "matomo_courriel" and told(lecture) == [] and row(lecture) == (1260, 2800)
    assert lecture.extrait.lignes["utilisateurs"].isna().all()


def test_a_report_without_views_still_gives_its_visits():
    visits, views = row(read(SUMMARY))
    assert visits == 1260 and views is None


@pytest.mark.parametrize(
    ("line", "first", "last"),
    [
        ("Période : octobre 2026", "2026-10-01", "2026-10-31"),
        ("Period: October 2026", "2026-10-01", "2026-10-31"),
        ("periode 2026-10", "2026-10-01", "2026-10-31"),
        ("Période,2026-10", "2026-10-01", "2026-10-31"),
        ("Période : 2026-W42", "2026-10-12", "2026-10-18"),
        ("Période : du 2026-09-01 au 2026-10-31", "2026-09-01", "2026-10-31"),
    ],
)
def test_periods_as_a_person_writes_them(line, first, last):
    [span] = read(SUMMARY, line + "\n").extrait.tranches
    assert (str(span.debut), str(span.fin), span.mode, span.serie) == (first, last, "bloc", "matomo|site")


def test_without_its_period_it_says_how_to_write_it():
    lecture = read(SUMMARY, "")
    assert told(lecture) == ["sans_periode"] and lecture.extrait.lignes.empty
    assert "« Période : octobre 2026 »" in lecture.constats[0].remede


def test_periods_that_cannot_be():
    assert told(read(SUMMARY, "Période : bientôt\n")) == ["periode"]
    assert told(read(SUMMARY, "Période : du 2026-06-15 au 2026-07-14\n")) == ["deux_exercices"]
    assert told(read(SUMMARY, "Période : décembre 2026\n")) == ["futur"]
    assert "mois_incomplet" in told(read(SUMMARY, "Période : 2026-W42\n"), "avertissement")


def test_what_is_not_a_report_of_the_whole_site_is_refused():
    assert told(read(PAYS)) == ["rien_a_lire"]
    assert told(read(SUMMARY + SUMMARY.replace("1260", "12"))) == ["doublon"]
    assert told(read(SUMMARY.replace("1260", "beaucoup"))) == ["cellule"]
    assert told(read(SUMMARY.replace("1260", "-4"))) == ["incoherence"]
    assert told(read(SUMMARY.replace("1260", ""))) == ["incoherence"]


def test_returning_visits_are_not_the_visits():
    other = "Returning Visits\nnb_uniq_visitors_new,nb_visits_new,nb_visits_returning\n2,7,9\n\n"
    assert row(read(SUMMARY + other)) == row(read(other + SUMMARY)) == (1260, None)


def test_a_table_of_the_api_without_a_title_is_not_one():
    lecture = read_export("x", b"label,nb_visits,nb_actions\nCanada,4,5\n", JOUR)
    assert lecture.source is None and told(lecture) == ["inconnu"]


def test_two_reports_in_a_workbook_are_refused():
    lines = [line.split(",") for line in ("Période : octobre 2026\n" + SUMMARY).split("\n") if line]
    assert told(read_export("x", xlsx(*lines), JOUR)) == []
    assert told(read_export("x", xlsx(*lines, Autre=lines), JOUR)) == ["doublon"]


def test_a_month_sent_both_ways_counts_once(tmp_path):
    base = tmp_path / "rqds.duckdb"
    days = "Date,Visits,Unique visitors\n" + "".join(f"2026-10-{d:02d},40,30\n" for d in range(1, 32))

    def visits():
        return resultats("2026-2027", JOUR, base).set_index("indicateur").loc["1.2.6-2", "valeur"]

    import_export(read_export("jours", days.encode(), JOUR), base, par="essai", recu_le=MOMENT)
    assert visits() == 1240
    import_export(read(SUMMARY), base, par="essai", recu_le=MOMENT)
    assert visits() == 1260
    import_export(read_export("jours", (days + "2026-11-01,5,4\n").encode(), JOUR), base, par="essai", recu_le=MOMENT)
    assert visits() == 1245
