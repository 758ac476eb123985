"""The satisfied part of a question: decided by a person, applied while reading, the same in Python and in the database."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.source import Tranche
from rqds_metrics import store
from rqds_metrics.corrections import to_keep
from rqds_metrics.donnees import load_donnees
from rqds_metrics.invites import invite, missing, read_envois
from rqds_metrics.origines import read_origines
from rqds_metrics.parts import CHOIX, Choix, Reponse, count, read_choix, undecided
from rqds_metrics.plan import load_plan
from rqds_metrics.questions import read_questions, remembered, spoken_to, waits
from rqds_metrics.registre import decide
from rqds_metrics.resultats import Calcul, resultats
from tests.fabrique import lecture, load

PLAN = load_plan()
AU = date(2026, 11, 24)
MOMENT = datetime(2026, 11, 20, 15)
JOUR = date(2026, 10, 22)
ID = "4.1.4-2"
TITRE, NOTE = "Sondage éclair", "Notez notre bulletin (de 1 à 5)"
NOTES = [("1", 2), ("3", 5), ("4", 8), ("5", 6)]


def question(reponses, texte=NOTE, titre=TITRE, key="k1", jour=JOUR):
    """A file of one question: reponses are (text, count, satisfait, echelle, repondants), shorter ones filled."""
    serie = f"ms_forms|{key}"
    rows = []
    for r in reponses:
        text, nombre, satisfait, echelle, repondants = (*r, None, None, None)[:5]
        rows.append({"serie": serie, "debut": jour, "fin": jour, "sondage": titre, "question": texte, "reponse": text,
                     "satisfait": satisfait, "nombre": nombre, "echelle": echelle, "repondants": repondants})  # fmt: skip
    return lecture("sondage", rows, [Tranche(serie, jour, jour, "cle")], f"{key}.xlsx")


def notes(key="k1", titre=TITRE):
    return question([*((t, n, None, "1-5") for t, n in NOTES), ("Sans opinion", 3)], key=key, titre=titre)


def say(base, valeur, texte=NOTE, titre=TITRE, quand=MOMENT):
    with store.transaction(base) as cursor:
        decide(cursor, "question", f"{titre}\n{texte}", valeur, qui="essai", pourquoi="essai", quand=quand)


def rate(base, id_=ID, au=AU):
    row = resultats("2026-2027", au, base).set_index("indicateur").loc[id_]
    return None if row.isna()["valeur"] else (row.numerateur, row.denominateur, row.n)


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "rqds.duckdb"
    load(path, notes())
    return path


def test_nothing_counts_before_someone_says_what_is_satisfied(base):
    say(base, ID)  # attached, as an entry of before: the indicator alone
    assert rate(base) is None
    [asked] = read_questions(AU, base)
    assert asked.n == 0 and asked.a_decider and asked.echelle == "1-5"
    assert waits(PLAN, asked, load_donnees(AU, base).decisions)


def test_the_satisfied_part_decides_and_is_seen_as_of_any_day(base):
    say(base, Choix(ID, {"4": True, "5": True, "3": False, "1": False}).to_keep())
    assert rate(base) == (14, 21, 21)
    say(base, Choix(ID, {"5": True, "4": False, "3": None, "1": False}).to_keep(), quand=datetime(2026, 11, 22, 15))
    assert rate(base) == (6, 16, 16) and rate(base, au=date(2026, 11, 21)) == (14, 21, 21)
    [asked] = read_questions(AU, base)
    assert (asked.satisfaits, asked.n) == (6, 16) and not asked.a_decider
    [origin] = read_origines(PLAN.tous[ID], JOUR, JOUR.replace(day=1), AU, base) or [None]
    assert origin is None
    [origin] = read_origines(PLAN.tous[ID], JOUR.replace(day=1), JOUR, AU, base)
    assert (origin.num, origin.den) == (6, 16)
    say(base, None, quand=datetime(2026, 11, 23, 15))  # taken back
    assert rate(base) is None


def test_an_answer_that_leaves_the_scale_leaves_the_denominator_unless_it_was_counted(base):
    say(base, Choix(ID, {"4": True, "5": True, "3": False, "1": False, "Sans opinion": False}).to_keep())
    assert rate(base) == (14, 24, 24)


def test_a_new_answer_waits_to_be_decided(base):
    say(base, Choix(ID, {"4": True, "5": True, "1": False}).to_keep())
    assert rate(base) == (14, 16, 16)
    [asked] = read_questions(AU, base)
    assert asked.a_decider


def test_another_survey_of_the_same_words_is_left_alone_and_offered_the_same(base):
    say(base, Choix(ID, {"4": True, "5": True, "3": False, "1": False}, "haut").to_keep())
    load(base, notes("k2", "Autre sondage"))
    assert rate(base) == (14, 21, 21)
    other = next(q for q in read_questions(AU, base) if q.sondage == "Autre sondage")
    assert remembered(other, load_donnees(AU, base).decisions).reponses == {
        "4": True,
        "5": True,
        "3": False,
        "1": False,
    }


def test_the_words_of_the_plan_still_attach_when_only_the_part_is_decided(tmp_path):
    base = tmp_path / "rqds.duckdb"
    words = "Dans quelle mesure êtes-vous satisfait·e de l'infolettre ?"
    load(base, question([("Très satisfait", 8, True), ("Moyennement satisfait", 4, False)], words))
    say(base, Choix(None, {"Très satisfait": True, "Moyennement satisfait": None}).to_keep(), words)
    assert rate(base) == (8, 8, 8)
    [asked] = read_questions(AU, base)
    assert spoken_to(PLAN, asked, load_donnees(AU, base).decisions) == ([ID], False)


def test_a_correction_is_read_before_the_decision(base):
    lot = load_donnees(AU, base).lots[0].id
    row = {"serie": "ms_forms|k1", "debut": JOUR, "fin": JOUR, "sondage": TITRE, "question": NOTE, "reponse": "5",
           "satisfait": None, "echelle": "1-5", "nombre": 6}  # fmt: skip
    say(base, Choix(ID, {"4": True, "5": True, "3": False, "1": False}).to_keep())
    kept = to_keep(lot, "sondage", row, "nombre", 16)
    with store.transaction(base) as cursor:
        decide(cursor, "correction", "c1", kept, qui="essai", pourquoi="essai", quand=MOMENT)
    assert rate(base) == (24, 31, 31)
    del kept["ou"]["echelle"]  # as one made before the column was
    with store.transaction(base) as cursor:
        decide(cursor, "correction", "c1", kept, qui="essai", pourquoi="essai", quand=MOMENT)
    assert rate(base) == (24, 31, 31) and not load_donnees(AU, base).perdues
    assert [q.n for q in read_questions(AU, base)] == [31]


def test_nobody_satisfied_is_a_zero_and_no_answer_is_no_figure(tmp_path):
    base = tmp_path / "rqds.duckdb"
    load(base, question([("Peu satisfait", 4, False)], "Satisfait de l'infolettre ?"),
         question([("Sans opinion", 2, None)], "Satisfait de l'infolettre ?", key="k2", jour=date(2026, 9, 3)))  # fmt: skip
    assert rate(base) == (0, 4, 4)


def test_hostile_answers_are_bound(base):
    nasty = "x'); DROP TABLE sondage; --"
    load(base, question([(nasty, 3, None, "accord")], nasty, nasty, "k9"))
    say(base, Choix(ID, {nasty: True}).to_keep(), nasty, nasty)
    assert rate(base) == (3, 3, 3)


def test_several_choices(tmp_path):
    base = tmp_path / "rqds.duckdb"
    load(
        base,
        question([("Infolettre", 8, None, CHOIX, 10), ("Balado", 4, None, CHOIX, 10), ("Autre", 1, None, CHOIX, 10)]),
    )
    assert rate(base) is None
    say(base, Choix(ID, {"Infolettre": True, "Balado": False, "Autre": False}).to_keep())
    assert rate(base) == (8, 10, 10)
    say(base, Choix(ID, {"Infolettre": True, "Balado": True, "Autre": False}).to_keep())
    assert rate(base) == (6, 10, 10)  # the mean of 8 in 10 and 4 in 10
    [asked] = read_questions(AU, base)
    assert (asked.satisfaits, asked.n, asked.plusieurs) == (6, 10, True)


@st.composite
def _asked(draw):
    if draw(st.booleans()):
        people = draw(st.integers(1, 40))
        answers = [
            Reponse(f"c{k}", draw(st.integers(0, people)), None, CHOIX, people) for k in range(draw(st.integers(1, 4)))
        ]
    else:
        answers = [
            Reponse(f"r{k}", draw(st.integers(1, 30)), draw(st.sampled_from([True, False, None])), draw(st.sampled_from(["accord", None])))
            for k in range(draw(st.integers(1, 5)))
        ]  # fmt: skip
    parts = draw(st.dictionaries(st.sampled_from([a.texte for a in answers]), st.sampled_from([True, False, None])))
    return answers, parts


@settings(max_examples=25, deadline=None)
@given(_asked())
def test_python_counts_what_the_database_counts(tmp_path_factory, asked):
    answers, parts = asked
    base = tmp_path_factory.mktemp("parts") / "rqds.duckdb"
    load(base, question([(a.texte, a.nombre, a.satisfait, a.echelle, a.repondants) for a in answers]))
    say(base, Choix(ID, parts).to_keep())
    n, yes = count(answers, parts)
    assert (rate(base) or (0, 0, 0)) == pytest.approx((yes, n, n) if n else (0, 0, 0))
    [read] = read_questions(AU, base)
    assert (read.n, read.satisfaits) == pytest.approx((n, yes))
    assert read.a_decider == undecided(answers, parts)


@given(
    st.one_of(st.none(), st.sampled_from(["", ID])),
    st.one_of(st.none(), st.dictionaries(st.text(max_size=8), st.sampled_from([True, False, None]), min_size=1)),
    st.sampled_from(["haut", "bas"]),
)
def test_a_decision_reads_back(id_, parts, sens):
    kept = Choix(id_, parts, sens).to_keep()
    if kept is not None:
        back = read_choix(json.loads(json.dumps(kept, ensure_ascii=False)))
        assert (back.indicateur, back.reponses) == (id_, parts) and (parts is None or back.sens == sens)


# ------------------------------------------------------------------ how many were invited


def result(base, id_=ID, au=AU):
    calcul = Calcul(PLAN, load_donnees(au, base))
    from rqds_metrics.exercice import Exercice

    return calcul.result(PLAN.tous[id_], Exercice.of(JOUR))


def tell(base, combien, rank=0):
    with store.transaction(base) as cursor:
        invite(cursor, read_envois(AU, base)[rank], combien, qui="essai")


WORDS = "Êtes-vous satisfait de l'infolettre ?"


def satisfied(key="k1", titre=TITRE, texte=WORDS, yes=26, no=5):
    return question([("Satisfait", yes, True), ("Insatisfait", no, False), ("Sans opinion", 2)], texte, titre, key)


def test_invited_people_are_said(tmp_path, monkeypatch):
    base = tmp_path / "rqds.duckdb"
    load(base, satisfied())
    assert result(base).invites is None
    monkeypatch.setattr("rqds_metrics.horloge.now", lambda: MOMENT)
    [envoi] = read_envois(AU, base)
    assert envoi.repondants == 33 and missing([envoi]) == [envoi]
    tell(base, 120)
    found = result(base)
    assert (found.n, found.invites) == (31, 120)
    assert "31 répondants sur 120 invités (26\u00a0%)." in found.phrase and "n =" not in found.phrase
    assert result(base, au=date(2026, 11, 19)).invites is None  # as of a day before
    assert not missing(read_envois(AU, base))
    with pytest.raises(ValueError, match="answered"):
        tell(base, 12)
    tell(base, None)
    assert result(base).invites is None


def test_invited_people_are_known_of_all_or_of_none(tmp_path, monkeypatch):
    base = tmp_path / "rqds.duckdb"
    monkeypatch.setattr("rqds_metrics.horloge.now", lambda: MOMENT)
    load(base, satisfied(), satisfied("k2", "Second envoi", yes=4, no=1))
    tell(base, 120)
    assert result(base).invites is None and "répondants" not in result(base).phrase
    tell(base, 80, 1)
    assert result(base).invites == 200
    load(base, satisfied("k2", "Second envoi", "Et satisfait de l'infolettre papier ?"))
    assert result(base).invites == 200  # the same sending, replaced


def test_two_questions_of_one_survey_are_not_people(tmp_path, monkeypatch):
    base = tmp_path / "rqds.duckdb"
    monkeypatch.setattr("rqds_metrics.horloge.now", lambda: MOMENT)
    one, two = satisfied(), satisfied(texte="Satisfait de l'infolettre (forme) ?")
    import pandas as pd

    one.extrait.lignes = pd.concat([one.extrait.lignes, two.extrait.lignes], ignore_index=True)
    load(base, one)
    tell(base, 120)
    assert result(base).n == 62 and result(base).invites is None
