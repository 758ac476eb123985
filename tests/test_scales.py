"""Scales of answers: labels of every gender, in both languages, whole; numbers only where a rating is asked for."""

from __future__ import annotations

import string

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.ratings import asks_to_rate, find_ratings, stated_bounds
from etl.scales import (
    default_part,
    find_scale,
    is_out,
    label,
    load_echelles,
    ordered,
    rank_of,
    read_answers,
)


def column(*texts):
    return pd.Series(texts, dtype="str")


# label -> satisfied by default; None leaves the denominator
SATISFACTION = {
    "Très satisfait": True, "très satisfaite": True, "Très satisfait·e": True, "Très satisfait(e)": True,
    "TRÈS SATISFAIT.E": True, "Très satisfait-e": True, "Très satisfait/e": True, "Très satisfait•e": True,
    "Très satisfaits": True, "Très satisfait·e·s": True, "très satisfait.e.s": True, "Très satisfaites": True,
    "Tout à fait satisfaite": True, "Totalement satisfait": True, "Extrêmement satisfait·e": True,
    "Satisfaite": True, " Satisfait ": True, "Plutôt satisfaite": True, "Assez satisfait(e)": True,
    "Very satisfied": True, "Somewhat satisfied": True, "Satisfied": True, "5 - Très satisfait": True,
    "Satisfait (4)": True, "4) Satisfait": True, "Moyennement satisfait·e": False, "Peu satisfaite": False,
    "Insatisfait": False, "insatisfaite": False, "Insatisfait·e": False, "Très insatisfait(e)": False,
    "Pas du tout satisfait.e": False, "Ni satisfait ni insatisfait": False, "Ni satisfaite, ni insatisfaite": False,
    "Neither satisfied nor dissatisfied": False, "Very dissatisfied": False, "Not at all satisfied": False,
    "Sans opinion": None, "N/A": None, "Ne s’applique pas": None, "Je ne sais pas": None, "S.O.": None,
    "Don’t know": None, "Not applicable": None, "": None,
}  # fmt: skip
OTHERS = {
    "accord": {
        "Tout à fait en accord": True, "Tout à fait d’accord": True, "Totalement d'accord": True, "En accord": True,
        "D'accord": True, "Plutôt d'accord": True, "Plutôt en accord": True, "Strongly agree": True, "Agree": True,
        "Somewhat agree": True, "Ni en accord ni en désaccord": False, "Ni d'accord, ni en désaccord": False,
        "Neither agree nor disagree": False, "Plutôt en désaccord": False, "En désaccord": False,
        "Pas d'accord": False, "Pas du tout d'accord": False, "Tout à fait en désaccord": False, "Disagree": False,
        "Strongly disagree": False, "Je ne sais pas": None,
    },
    "qualite": {
        "Excellent": True, "Excellente": True, "Excellent·e": True, "Très bon": True, "Très bonne": True,
        "Très bon(ne)": True, "Très bon·ne": True, "Bonne": True, "Bons": True, "Very good": True, "Good": True,
        "Moyen": False, "Moyenne": False, "Moyen.ne": False, "Passable": False, "Fair": False, "Médiocre": False,
        "Poor": False, "Mauvais": False, "Mauvaise": False, "Très mauvaises": False, "N/A": None,
    },
    "utilite": {
        "Très utile": True, "Utile": True, "Plutôt utile": True, "Very useful": True, "Pertinente": True,
        "Très pertinent·e": True, "Moyennement utile": False, "Peu utile": False, "Inutile": False,
        "Pas du tout utile": False, "Not useful": False, "Sans objet": None,
    },
    "importance": {
        "Très importante": True, "Important": True, "Essentielle": True, "Very important": True, "Peu important": False,
        "Pas du tout important·e": False, "Not important": False,
    },
    "interet": {
        "Très intéressé": True, "Intéressée": True, "Plutôt intéressé·e": True, "Very interested": True,
        "Peu intéressé(e)": False, "Pas du tout intéressées": False,
    },
    "facilite": {"Très facile": True, "Facile": True, "Easy": True, "Difficile": False, "Très difficile": False},
    "frequence": {
        "Toujours": True, "Souvent": True, "Always": True, "Often": True, "Parfois": False, "Sometimes": False,
        "Rarement": False, "Rarely": False, "Jamais": False, "Never": False,
    },
    "probabilite": {
        "Très probable": True, "Probable": True, "Very likely": True, "Likely": True, "Peut-être": False,
        "Peu probable": False, "Unlikely": False, "Pas du tout probable": False, "Not at all likely": False,
    },
    "degre": {"Énormément": True, "Beaucoup": True, "En grande partie": True, "Moyennement": False, "Un peu": False,
              "Pas du tout": False},
    "oui_non": {"Oui": True, "oui": True, "Yes": True, "Plutôt oui": True, "En partie": False, "Partially": False, "Non": False,
                "No": False},
}  # fmt: skip
LABELS = [(nom, t, v) for nom, labels in {"satisfaction": SATISFACTION, **OTHERS}.items() for t, v in labels.items()]


@pytest.mark.parametrize(("nom", "text", "expected"), LABELS)
def test_labels(nom, text, expected):
    assert default_part(nom, text) is expected
    assert is_out(text) is (expected is None)


@pytest.mark.parametrize(("nom", "labels"), [("satisfaction", SATISFACTION), *OTHERS.items()])
def test_a_column_of_a_scale_is_found(nom, labels):
    assert find_scale(column(*labels)) == nom
    answers = read_answers(column(*labels), nom)
    assert answers.known.all()
    sure = load_echelles().echelles[nom].connu
    assert [None if pd.isna(v) else bool(v) for v in answers.satisfait] == [
        v if sure else None for v in labels.values()
    ]


def test_which_scales_say_by_themselves_who_is_satisfied():
    sure = {nom for nom, scale in load_echelles().echelles.items() if scale.connu}
    assert sure == {"satisfaction", "qualite", "utilite", "facilite"}


def test_no_label_is_at_two_levels_of_a_scale_nor_off_the_scale_too():
    known = load_echelles()
    for nom, scale in known.echelles.items():
        seen: dict[str, int] = {}
        for rank, words in enumerate(scale.niveaux):
            for word in words:
                assert seen.setdefault(label(word), rank) == rank, (nom, word)
                assert not is_out(word), (nom, word)
        assert 0 < scale.part < len(scale.niveaux)
    assert len({b.nom for b in known.numeriques}) == len(known.numeriques)


@pytest.mark.parametrize(
    "texts",
    [
        ["Merci", "Trop long", "Bravo à toute l'équipe"],
        ["Satisfait de la salle", "Insatisfait du café", "Très satisfait mais fatigué"],  # free text: no whole label
        ["Oui, surtout le matin", "Non, mon patron refuse", "Ça dépend"],
        ["Non", "Non", "Mon patron refuse tout congé", "J'habite loin"],  # comments where some have none
        ["Montréal", "Laval", "Estrie"],
        ["Sans opinion", "N/A", ""],
        ["", ""],
        [],
    ],
)
def test_what_is_not_a_closed_scale(texts):
    assert find_scale(column(*texts)) is None


def test_reading_the_scale_from_the_other_end():
    assert [default_part("frequence", t, haut=False) for t in ("Toujours", "Parfois", "Rarement", "Jamais")] == [
        False, False, True, True,
    ]  # fmt: skip
    assert [n for n in range(1, 6) if default_part("1-5", str(n), haut=False)] == [1, 2]


def test_the_order_of_answers():
    assert ordered("accord", ["Neutre", "Sans opinion", "En désaccord", "D'accord"]) == [
        "D'accord", "Neutre", "En désaccord", "Sans opinion",
    ]  # fmt: skip
    assert ordered("1-5", ["2", "4 - Satisfait", "N/A"]) == ["5", "4 - Satisfait", "3", "2", "1", "N/A"]


@given(st.text(string.ascii_letters + "éèà'·.()-/ ", max_size=30))
def test_labels_compare_the_same_whatever_their_case_and_spaces(text):
    assert label(f"  {text.upper()} ") == label(text.lower()) or text.upper().lower() != text.lower()


@given(st.sampled_from([t for t in SATISFACTION if t]), st.text(string.ascii_lowercase, min_size=3, max_size=12))
def test_a_label_with_a_word_more_is_another_one(text, word):
    assert rank_of("satisfaction", f"{text} {word}") is None


# ------------------------------------------------------------------ numbers

RATED = [
    ("Sur une échelle de 1 à 5, êtes-vous satisfait·e ?", ["4", "5", "", "N/A"], "1-5", ["4", "5", "", "N/A"]),
    ("Dans quelle mesure êtes-vous satisfait·e du webinaire ?", ["3", "5"], "1-5", ["3", "5"]),
    ("Notez le webinaire", ["4/5", "5 sur 5", "3.0", "3,0"], "1-5", ["4", "5", "3", "3"]),
    ("Évaluez le contenu", ["4 étoiles", "1 étoile", "★★★"], "1-5", ["4", "1", "3"]),
    ("Quelle est la probabilité que vous recommandiez le RQDS ?", ["9", "10", "7"], "0-10", ["9", "10", "7"]),
    ("How likely are you to recommend us, from 0 to 10?", ["9", "3"], "0-10", ["9", "3"]),
    ("Appréciation (1 = faible, 4 = excellente)", ["2", "4"], "1-4", ["2", "4"]),
    ("Appréciation générale /10", ["7", "8"], "0-10", ["7", "8"]),
    ("Satisfaction", ["4 - Satisfait", "2", "5 – Très satisfaite"], "1-5", ["4 - Satisfait", "2", "5 - Très satisfaite"]),
    ("Quality of the workshop", ["6", "7"], "1-7", ["6", "7"]),
]  # fmt: skip
NOT_RATED = [
    ("Quel est votre âge ?", ["4", "5"]),
    ("Votre âge, de 1 à 10", ["4", "5"]),
    ("Quelle importance accordez-vous à votre âge ?", ["4", "5"]),
    ("Combien d'employés sont satisfaits ?", ["4", "5"]),
    ("Nombre d'enfants", ["1", "2"]),
    ("Code postal", ["1", "2"]),
    ("Votre téléphone (note)", ["5", "4"]),
    ("Depuis combien d'années utilisez-vous les outils utiles ?", ["4", "5"]),
    ("How many useful tools?", ["4", "5"]),
    ("Votre région", ["1", "2"]),  # nothing asks to rate
    ("Satisfaction", ["4", "12"]),
    ("Satisfaction", ["4", "23456"]),
    ("Satisfaction", ["4.5", "3"]),
    ("Satisfaction", ["-1", "3"]),
    ("Satisfaction de 1 à 5", ["4", "7"]),  # out of the bounds it names
    ("Satisfaction", ["4", "rien"]),
    ("Satisfaction", ["4 rue des Érables", "3"]),
    ("Satisfaction", ["4 personnes", "3"]),
    ("Satisfaction", ["4/20", "3"]),
    ("Satisfaction", ["418-555-0147", "3"]),
    ("Satisfaction", ["2026-10-01", "3"]),
    ("Satisfaction", ["N/A", ""]),
]


@pytest.mark.parametrize(("question", "texts", "nom", "kept"), RATED)
def test_ratings(question, texts, nom, kept):
    found = find_ratings(question, column(*texts))
    assert found is not None and found.nom == nom and found.reponses.tolist() == kept


@pytest.mark.parametrize(("question", "texts"), NOT_RATED)
def test_numbers_that_are_no_ratings(question, texts):
    assert find_ratings(question, column(*texts)) is None


def test_the_usual_satisfied_part_of_numbers():
    def part(nom, question=""):
        bounds = next(b for b in load_echelles().numeriques if b.nom == nom)
        return [n for n in range(bounds.de, bounds.a + 1) if default_part(nom, str(n), question)]

    assert part("1-5") == [4, 5] and part("1-4") == [3, 4] and part("0-10") == [8, 9, 10]
    assert part("0-10", "Recommanderiez-vous le RQDS ?") == [9, 10]
    assert default_part("1-5", "4 - Satisfait") is True and default_part("1-5", "N/A") is None


def test_bounds_that_a_question_names():
    assert stated_bounds("de 0 à 10") is not None and stated_bounds("de 0 à 10 ans") is None
    assert stated_bounds("Bilan 2022-2027") is None and not asks_to_rate("Ordre de 1 à 99")


@given(st.lists(st.one_of(st.text(max_size=12), st.integers(-50, 99999).map(str)), min_size=1, max_size=8))
def test_only_small_whole_numbers_are_kept_of_ratings(texts):
    found = find_ratings("Notez le webinaire", column(*texts))
    if found:
        for text in found.reponses:
            number = text.split(" - ")[0]
            assert is_out(text) or (number.isdigit() and 0 <= int(number) <= 10)
