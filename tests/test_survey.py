"""What is kept of a survey's columns: closed scales, ratings, ticked choices, each tool in its shape; the rest is dropped."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.choices import AUTRE, ENSEMBLE, looks_personal, read_cells, read_columns
from etl.recognition import read_export
from etl.survey import AUTRE_REPONSE
from tests.test_scales import column

RECU_LE = date(2026, 11, 20)


def google(questions, rows, first="Horodateur"):
    """An export of Google Forms: its questions, and a row of answers a person, two a day from 1 October."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([first, *questions])
    for k, row in enumerate(rows):
        writer.writerow([f"2026/10/{1 + k // 2:02d} 1:{k:02d}:00 PM UTC-4", *row])
    return out.getvalue().encode()


def kept(octets, name="Sondage.csv"):
    lecture = read_export(name, octets, RECU_LE)
    assert lecture.source is not None and not lecture.extrait.erreurs, [c.note for c in lecture.constats]
    return lecture


def counts(lecture, question):
    mine = lecture.extrait.lignes[lecture.extrait.lignes["question"] == question]
    return dict(zip(mine["reponse"], mine["nombre"], strict=True))


OUVERT = "Que retenez-vous de cette activité ?"


def test_each_scale_is_kept_by_its_counts_and_free_text_is_not():
    asked = [
        "Le contenu était pertinent ?",
        "Notez l'accueil de 1 à 5",
        "À quelle fréquence nous lisez-vous ?",
        OUVERT,
        "Votre âge ?",
    ]
    rows = [
        ["Tout à fait en accord", "5", "Souvent", "Mon patron refuse", "41"],
        ["Plutôt d'accord", "4", "Jamais", "Rien", "5"],
        ["En désaccord", "4", "Souvent", "", "4"],
        ["Sans opinion", "N/A", "", "Trop long", "3"],
    ]
    lecture = kept(google(asked, rows))
    lignes = lecture.extrait.lignes
    assert counts(lecture, asked[0]) == {r[0]: 1 for r in rows}
    assert counts(lecture, asked[1]) == {"5": 1, "4": 2, "N/A": 1}
    assert counts(lecture, asked[2]) == {"Souvent": 2, "Jamais": 1}
    assert set(lignes["question"]) == set(asked[:3]) and lignes["satisfait"].isna().all()
    by_answer = lignes.set_index("reponse")["echelle"].to_dict()
    assert by_answer["5"] == "1-5" and by_answer["Souvent"] == "frequence" and pd.isna(by_answer["Sans opinion"])
    assert lecture.extrait.cellules_personnelles == 3 + 4
    assert {c.nom for c in lecture.constats} >= {"questions_ecartees", "questions_a_decider"}


def test_a_question_asked_twice_stays_two_on_any_scale():
    asked = ["Utile ?", "Le contenu vous a-t-il été utile ?", "Le contenu vous a-t-il été utile ?"]
    rows = [["Oui", "Très utile", "Peu utile"], ["Non", "Utile", "Peu utile"]]
    lecture = kept(google(asked, rows))
    assert counts(lecture, asked[1]) == {"Très utile": 1, "Utile": 1}
    assert counts(lecture, f"{asked[1]} (2)") == {"Peu utile": 2}
    satisfied = kept(google(["Le contenu de la journée ?"] * 2, [["Oui", "Satisfait"], ["Non", "Satisfaite"]]))
    assert counts(satisfied, "Le contenu de la journée ?") == {"Satisfait": 1, "Satisfaite": 1}  # it keeps its name
    assert counts(satisfied, "Le contenu de la journée ? (2)") == {"Oui": 1, "Non": 1}


def test_words_off_a_scale_are_counted_and_never_kept():
    rows = [["Oui"], ["Oui"], ["Non"], ["Non"], ["Oui"], ["Oui, mais mon patron refuse"]]
    lecture = kept(google(["Reviendrez-vous à nos activités ?"], rows))
    assert counts(lecture, "Reviendrez-vous à nos activités ?") == {"Oui": 3, "Non": 2, AUTRE_REPONSE: 1}
    assert lecture.extrait.cellules_personnelles == 1
    off = lecture.extrait.lignes.set_index("reponse").loc[AUTRE_REPONSE]
    assert pd.isna(off["echelle"])


def test_the_key_of_a_survey_does_not_hang_on_the_scales_that_are_read():
    """A survey received before a scale was known is replaced by its next export, not counted beside it."""
    asked, rows = ["Satisfait de la journée, dans l'ensemble ?"], [["Satisfait"], ["Insatisfait"], ["Satisfait"]]
    alone = kept(google(asked, rows)).extrait.tranches[0].serie
    more = [[*r, "Tout à fait d'accord", "5", "Logement, Santé"] for r in rows]
    several = kept(google([*asked, "Le contenu était clair ?", "Notez la salle (1 à 5)", "Vos sujets ?"], more))
    assert several.extrait.tranches[0].serie == alone


SUJETS = "Quels sujets vous intéressent ?"


def test_choices_in_a_cell_are_counted_once_a_person():
    rows = [
        ["Logement, Santé"],
        ["Logement"],
        ["Logement, Santé, Logement"],
        ["Santé, Transport"],
        [""],
        *[["Santé, Logement"]] * 4,
        ["Santé, Mon patron refuse"],
    ]
    lecture = kept(google([SUJETS], rows))
    assert counts(lecture, SUJETS) == {"Logement": 7, "Santé": 8, AUTRE: 2}
    lignes = lecture.extrait.lignes
    assert set(lignes["repondants"]) == {9} and set(lignes["echelle"]) == {"choix"} and lignes["satisfait"].isna().all()
    assert lecture.extrait.cellules_personnelles == 2


def test_a_choice_that_nobody_ticked_in_a_month_still_has_its_respondents():
    ticked = [["A1, B1"], ["A1, B1"], ["A1, B1"], ["B1"], ["A1"]]
    octets = google(["Lesquels de nos outils ?"], ticked).replace(b"2026/10/03", b"2026/11/03")
    lignes = kept(octets).extrait.lignes
    november = lignes[lignes["debut"] == date(2026, 11, 3)]
    assert dict(zip(november["reponse"], november["nombre"], strict=True)) == {"A1": 1, "B1": 0}
    assert set(november["repondants"]) == {1}


@pytest.mark.parametrize(
    ("question", "cells"),
    [
        ("Vos commentaires ?", ["Merci, bravo", "Merci", "Merci, à bientôt", "Trop long, ennuyeux", "Rien, merci"]),
        ("Qui vous a parlé de nous ?", ["Anne Roy, Luc Côté"] * 4),  # people, whatever they are called
        ("Noms de vos collègues", ["Anne, Luc", "Anne, Luc", "Luc, Anne", "Anne"]),
        ("Votre équipe ?", ["Roy, Anne", "Roy, Anne", "Roy, Anne"]),
        ("Votre équipe ?", ["Anne Roy, Luc Côté", "Anne Roy, Luc Côté", "Anne Roy, Luc Côté", "Luc Côté"]),
        ("Vos courriels ?", ["a@b.ca, c@d.ca"] * 5),
        ("Vos sujets ?", ["Logement", "Santé", "Logement", "Santé", "Logement", "Santé"]),  # never two at once
        ("Vos sujets ?", ["Logement, Santé"] * 2),  # too few people
        ("Vos sujets ?", ["", ""]),
    ],
)
def test_cells_that_are_not_choices(question, cells):
    assert read_cells(question, column(*cells), 0) is None


def test_microsoft_forms_says_by_itself_that_choices_were_ticked():
    cells = column("A;B;", "A;B;", "A;", "Mon patron refuse;", "B;Anne Roy;", "Anne Roy;", "Anne Roy;")
    ticks = read_cells("Vos sujets ?", cells, 4)
    assert ticks.choix == ["A", "B", AUTRE]
    assert Counter(c for t in ticks.coches if t for c in t) == {"A": 3, "B": 3, AUTRE: 4}


def test_a_choice_with_a_comma_stays_whole():
    cells = column("Santé, services sociaux, Logement", "Santé, services sociaux", "Logement", "Logement, Santé, services sociaux",
                   "Logement, Santé, services sociaux")  # fmt: skip
    ticks = read_cells("Vos sujets ?", cells, 0)
    assert ticks.choix == ["Logement", "Santé, services sociaux"]


def test_a_column_a_choice():
    names = ["Sujets : [Logement]", "Sujets : [Santé]", "Sujets : [Autre]", "Sujets : [Santé][Commentaire]", "Nom"]
    cells = [
        column("Oui", "Non", "N/A"),
        column("Non", "Non", ""),
        column("Anne Roy", "", ""),
        column("bla", "", ""),
        column("", "", ""),
    ]
    [ticks] = read_columns(names, cells, [5, 6, 7, 8, 9])
    assert ticks.texte == "Sujets :" and ticks.choix == ["Logement", "Santé", AUTRE]
    assert ticks.coches == [frozenset({"Logement", AUTRE}), frozenset(), None]
    assert ticks.rangs[:3] == (5, 6, 7) and 7 in ticks.libres


def test_a_matrix_of_satisfaction_is_not_ticks():
    names = ["Envers : [A]", "Envers : [B]"]
    assert read_columns(names, [column("Satisfait", ""), column("", "Insatisfait")], [0, 1]) == []
    assert read_columns(names, [column("", ""), column("Non", "Non")], [0, 1]) == []  # nobody ticked anything


@pytest.mark.parametrize("text", ["Anne Roy", "Roy, Anne", "J.-P. Côté-Roy", "a@b.ca", "418 555-0147", "12345 rang 6"])
def test_what_looks_like_a_person(text):
    assert looks_personal(text)


@pytest.mark.parametrize(
    "text", ["Logement", "Développement social", "Santé, services sociaux", "Plus de 10 membres", "L'infolettre"]
)
def test_what_does_not(text):
    assert not looks_personal(text)


WORDS = st.sampled_from(
    ["Logement", "Santé", "Transport", "Autre", "anne roy a dit", "voir Luc", "x@y.ca", "418-555-0147"]
)


@settings(deadline=None)
@given(st.lists(st.lists(WORDS, max_size=4), max_size=20), st.sampled_from([", ", ";"]))
def test_a_text_that_few_wrote_is_never_kept(rows, mark):
    cells = column(*(mark.join(r) + (mark.strip() if mark == ";" and r else "") for r in rows))
    ticks = read_cells("Vos sujets ?", cells, 0)
    if ticks:
        people = Counter(part for r in rows for part in set(r))
        for choix in ticks.choix:
            assert choix == AUTRE or people[choix] >= ENSEMBLE
            assert "@" not in choix and "555" not in choix
        assert sum(t is not None for t in ticks.coches) == sum(bool(r) for r in rows)
