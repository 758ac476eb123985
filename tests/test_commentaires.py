"""Comments hold to the value they explain; revisions say what a month was, what it became, when and why."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from etl.loading import cancel_lot
from rqds_metrics.commentaires import a_revoir, cle_of, commentaires_of, periods_of, to_keep
from rqds_metrics.corrections import read_rows
from rqds_metrics.corrections import to_keep as correction_of
from rqds_metrics.donnees import load_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import decide
from rqds_metrics.resultats import Calcul
from rqds_metrics.revisions import read_revisions
from rqds_metrics.store import transaction
from tests.fabrique import ecoutes, load, visites

AN5 = Exercice.parse("2026-2027")
OCTOBRE = (date(2026, 10, 1), date(2026, 10, 31))
VISITES = load_plan().tous["1.2.6-2"]


def calcul_on(base, au: date) -> Calcul:
    return Calcul(load_plan(), load_donnees(au, base))


def comment(base, au: datetime, periode: str, texte: str) -> None:
    valeur = to_keep(calcul_on(base, au.date()), VISITES, periode, texte)
    with transaction(base) as cursor:
        decide(cursor, "commentaire", cle_of("1.2.6-2", periode), valeur, qui="Léa", pourquoi="", quand=au)


def test_a_comment_is_to_review_once_its_value_changes_and_only_then(tmp_path):
    base = tmp_path / "rqds.duckdb"
    load(base, visites(*OCTOBRE, 900), recu_le=datetime(2026, 11, 2, 15))
    comment(base, datetime(2026, 11, 3, 15), "2026-10", "  Campagne\nd'automne. ")
    load(base, ecoutes({date(2026, 10, 4): 12}), recu_le=datetime(2026, 11, 4, 15))  # another indicator
    (kept,) = commentaires_of(calcul_on(base, date(2026, 11, 5)), VISITES, AN5)
    assert (kept.texte, kept.a_revoir, kept.qui, kept.titre) == ("Campagne d'automne.", False, "Léa", "Octobre 2026")
    (again,) = load(base, visites(*OCTOBRE, 950, "corrige.csv"), recu_le=datetime(2026, 11, 6, 15))
    after = calcul_on(base, date(2026, 11, 7))
    (kept,) = commentaires_of(after, VISITES, AN5)
    assert kept.a_revoir and (kept.valeur, kept.actuelle) == ("900\u00a0visites", "950\u00a0visites")
    assert a_revoir(after) == [kept]
    assert a_revoir(calcul_on(base, date(2026, 11, 5))) == []  # as of that day it still held
    cancel_lot(again.lot, base, qui="Léa", quand=datetime(2026, 11, 8, 15))
    assert a_revoir(calcul_on(base, date(2026, 11, 9))) == []  # the value is back


def test_a_comment_on_the_year_and_what_can_be_commented(tmp_path):
    base = tmp_path / "rqds.duckdb"
    load(base, visites(*OCTOBRE, 900), recu_le=datetime(2026, 11, 2, 15))
    calcul = calcul_on(base, date(2026, 11, 5))
    assert periods_of(calcul, VISITES, AN5) == ["2026-2027", "2026-10"]
    comment(base, datetime(2026, 11, 5, 15), "2026-2027", "Bon départ.")
    load(base, visites(date(2026, 11, 1), date(2026, 11, 30), 10, "nov.csv"), recu_le=datetime(2026, 12, 1, 15))
    (kept,) = commentaires_of(calcul_on(base, date(2026, 12, 2)), VISITES, AN5)
    assert (kept.valeur, kept.actuelle) == ("900", "910")


@pytest.mark.parametrize("texte", ["", "  \n ", "x" * 1001])
def test_an_empty_or_endless_comment_is_refused_in_french(tmp_path, texte):
    with pytest.raises(ValueError, match=r"Écrivez|au plus"):
        to_keep(calcul_on(tmp_path / "rien.duckdb", date(2026, 11, 5)), VISITES, "2026-10", texte)


def test_revisions_say_was_became_when_and_why(tmp_path):
    base = tmp_path / "rqds.duckdb"
    load(base, visites(*OCTOBRE, 900), recu_le=datetime(2026, 11, 2, 15))
    (again,) = load(base, visites(*OCTOBRE, 950, "corrige.csv"), recu_le=datetime(2026, 11, 6, 15))
    row = read_rows(again.lot, "web", base)[0]
    with transaction(base) as cursor:
        valeur = correction_of(again.lot, "web", row, "visites", 940)
        quand = datetime(2026, 11, 7, 15)
        decide(cursor, "correction", "1-x", valeur, qui="Léa", pourquoi="Robots.", quand=quand)
    cancel_lot(again.lot, base, qui="Léa", quand=datetime(2026, 11, 8, 15))
    found = read_revisions(VISITES, AN5, date(2026, 11, 30), base)
    assert [(r.avant[:3], r.apres[:3], r.jour.day, r.raisons) for r in found] == [
        ("940", "900", 8, ("envoi annulé : corrige.csv",)),
        ("950", "940", 7, ("correction : Robots.",)),
        ("900", "950", 6, ("corrige.csv",)),
    ]
    assert [r.jour.day for r in read_revisions(VISITES, AN5, date(2026, 11, 6), base)] == [6]  # as of that day
    assert read_revisions(VISITES, AN5, date(2026, 11, 5), base) == []
    assert read_revisions(VISITES, Exercice.parse("2025-2026"), date(2026, 11, 30), base) == []


def test_a_new_month_is_not_a_revision(tmp_path):
    base = tmp_path / "rqds.duckdb"
    load(base, visites(*OCTOBRE, 900), recu_le=datetime(2026, 11, 2, 15))
    load(base, visites(date(2026, 11, 1), date(2026, 11, 30), 10, "nov.csv"), recu_le=datetime(2026, 12, 1, 15))
    assert read_revisions(VISITES, AN5, date(2026, 12, 2), base) == []


def test_the_fiche_takes_a_comment_and_shows_it_inert(app_on, own_demo):
    at = app_on(own_demo, "pages/fiche.py", indicateur="1.2.6-2", exercice="2026-2027")
    at.text_area[0].set_value("<script>alert(1)</script> Bon mois.").run()
    next(b for b in at.button if b.label == "Garder").click().run()
    assert not at.exception and "Commentaire gardé" in at.success[0].value
    html = " ".join(json.loads(e.proto.json)["html"] for e in at.get("bidi_component"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Bon mois." in html and "<script>" not in html
    assert "Chiffres révisés" in html  # the demonstration holds a month sent twice
    next(b for b in at.button if b.label == "Retirer").click().run()
    html = " ".join(json.loads(e.proto.json)["html"] for e in at.get("bidi_component"))
    assert "Bon mois" not in html
