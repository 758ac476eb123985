"""Survey questions attached to an indicator: by their words, else by a choice that wins and is remembered."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from etl.source import Tranche
from rqds_metrics import store
from rqds_metrics.donnees import load_donnees
from rqds_metrics.plan import load_plan
from rqds_metrics.questions import by_wording, proposal, read_questions, spoken_to
from rqds_metrics.registre import decide
from rqds_metrics.resultats import resultats
from tests import test_parts as parts
from tests.conftest import DEMO_AU
from tests.fabrique import lecture, load

PLAN = load_plan()
AU = date(2026, 11, 24)
MOMENT = datetime(2026, 11, 20, 15)
JOUR = date(2026, 10, 22)


def sondage(titre, question, yes, no, key="k1"):
    serie = f"ms_forms|{key}"
    rows = [
        {
            "serie": serie,
            "debut": JOUR,
            "fin": JOUR,
            "sondage": titre,
            "question": question,
            "reponse": r,
            "satisfait": s,
            "nombre": n,
        }
        for r, s, n in (("Très satisfait", True, yes), ("Peu satisfait", False, no))
    ]
    return lecture("sondage", rows, [Tranche(serie, JOUR, JOUR, "cle")], f"{key}.xlsx")


ODD = "Avez-vous aimé notre bulletin ?"


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "rqds.duckdb"
    load(
        path,
        sondage("Sondage éclair", ODD, 8, 2),
        sondage("Sondage annuel", "Dans quelle mesure êtes-vous satisfait·e de l'infolettre ?", 30, 10, "k2"),
    )
    return path


def attach(base, titre, question, id_):
    with store.transaction(base) as cursor:
        decide(cursor, "question", f"{titre}\n{question}", id_, qui="essai", pourquoi="essai", quand=MOMENT)


def rate(base, id_="4.1.4-2"):
    row = resultats("2026-2027", AU, base).set_index("indicateur").loc[id_]
    return row.numerateur, row.denominateur


def test_words_first_then_a_choice_that_wins(base):
    assert rate(base) == (30, 40)
    attach(base, "Sondage éclair", ODD, "4.1.4-2")
    assert rate(base) == (38, 50)
    attach(base, "Sondage annuel", "Dans quelle mesure êtes-vous satisfait·e de l'infolettre ?", "4.1.1-5")
    assert rate(base) == (8, 10) and rate(base, "4.1.1-5") == (30, 40)
    attach(base, "Sondage éclair", ODD, "")
    assert resultats("2026-2027", AU, base).set_index("indicateur").loc["4.1.4-2", "valeur"] != 0.8


def test_a_choice_is_of_one_survey(base):
    attach(base, "Sondage éclair", ODD, "4.1.4-2")
    load(base, sondage("Autre sondage", ODD, 0, 5, "k3"))
    assert rate(base) == (38, 50)
    found = {q.sondage: q for q in read_questions(AU, base) if q.question == ODD}
    decisions = load_donnees(AU, base).decisions
    assert spoken_to(PLAN, found["Sondage éclair"], decisions) == (["4.1.4-2"], True)
    assert spoken_to(PLAN, found["Autre sondage"], decisions) == ([], False)
    assert proposal(PLAN, found["Autre sondage"], decisions) == "4.1.4-2"  # the same words, remembered


def test_what_python_says_is_what_the_database_counts(demo_base):
    """by_wording is the filter of the plan said again: both must take the same answers."""
    frame = resultats(None, DEMO_AU, demo_base)
    frame = frame.dropna(subset=["denominateur"]).groupby("indicateur")["denominateur"].sum()
    counted: dict[str, int] = {}
    for question in read_questions(DEMO_AU, demo_base):
        for id_ in by_wording(PLAN, question):
            counted[id_] = counted.get(id_, 0) + question.n
    assert counted == {k: int(v) for k, v in frame.items() if PLAN.tous[k].mesure == "satisfaction"}


def test_likeness_proposes_what_a_person_would(demo_base):
    """With the filters put aside, the likeliest indicator is most often the right one."""
    decisions = load_donnees(DEMO_AU, demo_base).decisions
    right = asked = 0
    for question in read_questions(DEMO_AU, demo_base):
        fed = by_wording(PLAN, question)
        if len(fed) == 1:
            asked += 1
            right += proposal(PLAN, question, decisions) == fed[0]
    assert asked > 100 and right / asked > 0.6


def test_hostile_words_are_bound(base):
    nasty = "x'); DROP TABLE sondage; --"
    load(base, sondage(nasty, nasty, 3, 1, "k9"))
    attach(base, nasty, nasty, "4.1.4-2")
    assert rate(base) == (33, 44)


def box(at, label, kind="selectbox"):
    return next(w for w in getattr(at, kind) if w.label == label)


def click(at, label):
    return next(b for b in at.button if b.label == label).click().run()


def test_on_the_page(app_on, base):
    at = app_on(base, "pages/questions.py")
    assert not at.exception and "1 à décider" in at.subheader[0].value
    box(at, "Indicateur").set_value("4.1.4-2").run()
    click(at, "Enregistrer")
    assert not at.exception and "4\\.1\\.4\\-2" in at.success[0].value
    row = resultats("2026-2027", None, base).set_index("indicateur").loc["4.1.4-2"]
    assert (row.numerateur, row.denominateur) == (38, 50)
    assert (
        load_donnees(date.today(), base).decisions.questions["Sondage éclair", ODD].valeur == "4.1.4-2"
    )  # the answers as received
    assert not app_on(base.with_name("rien.duckdb"), "pages/questions.py").exception


def test_the_satisfied_part_on_the_page(app_on, base):
    note = "Notez l'infolettre (de 1 à 5)"
    load(
        base,
        parts.question(
            [("2", 3, None, "1-5"), ("4", 5, None, "1-5"), ("5", 2, None, "1-5"), ("N/A", 1)], note, "Notes", "k5"
        ),
    )
    at = app_on(base, "pages/questions.py")
    choice = box(at, "Question")
    box(at, "Question").set_value(next(q for q in choice.options if note in q)).run()
    assert not at.exception
    assert box(at, "Réponses satisfaites", "multiselect").value == ["5", "4"]
    assert box(at, "Réponses qui ne comptent pas (hors du dénominateur)", "multiselect").value == ["N/A"]
    assert any("n = **10** · **7** satisfaits · **70" in m.value for m in at.markdown)
    box(at, "Sens de l'échelle", "radio").set_value("bas").run()
    assert box(at, "Réponses satisfaites", "multiselect").value == ["2", "1"]
    assert any("n = **10** · **3** satisfaits" in m.value for m in at.markdown)
    box(at, "Sens de l'échelle", "radio").set_value("haut").run()
    box(at, "Réponses satisfaites", "multiselect").set_value(["5"]).run()
    assert any("n = **10** · **2** satisfaits" in m.value for m in at.markdown)
    click(at, "Enregistrer")
    assert not at.exception
    row = (
        resultats("2026-2027", None, base).set_index("indicateur").loc["4.1.4-2"]
    )  # by its words, with the answers of the other
    assert (row.numerateur, row.denominateur) == (32, 50)
    kept = load_donnees(date.today(), base).decisions.questions["Notes", note].valeur
    assert kept["indicateur"] is None and kept["reponses"] == {
        "5": True,
        "4": False,
        "3": False,
        "2": False,
        "1": False,
        "N/A": None,
    }


def test_invited_people_on_the_page(app_on, base):
    at = app_on(base, "pages/questions.py")
    box(at, "Sondage").set_value(next(o for o in box(at, "Sondage").options if "annuel" in o)).run()
    box(at, "Invités", "number_input").set_value(120).run()
    click(at, "Enregistrer les invités")
    assert not at.exception and "120 invités" in at.success[0].value
    later = sondage("Sondage annuel", "Dans quelle mesure êtes-vous satisfait·e de l'infolettre ?", 130, 10, "k2")
    row = resultats("2026-2027", None, base).set_index("indicateur").loc["4.1.4-2"]
    assert "40 répondants sur 120 invités (33\u00a0%)" in row.phrase
    load(base, later)  # more answered since than were said to be invited: the page opens, the sentence says nothing
    assert not app_on(base, "pages/questions.py").exception
    assert "invités" not in resultats("2026-2027", None, base).set_index("indicateur").loc["4.1.4-2"].phrase
