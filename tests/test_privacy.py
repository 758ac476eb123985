"""What is masked in a text, what is left alone, and which headers announce people."""

import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.findings import presentable
from etl.privacy import COURRIEL, IP, LONGUEUR, TELEPHONE, is_personal, mask, personal_columns, scrub, scrub_page
from etl.recognition import shown_name
from etl.source import Constat
from etl.table import scrubbed

EMAILS = [
    "a@b.ca",
    "prenom.nom+liste@sous.exemple.org",
    "o'neil@exemple.org",
    "éric@exemple.québec",
    "a%40b.ca",
    "a(at)b.ca",
]
PHONES = ["418-555-0123", "(418) 555-0123", "418 555\u20110123", "418.555.0123", "+1 418 555-0123", "1-418-555-0123",
          "4185550123", "+33 6 12 34 56 78", "06 12 34 56 78", "418\u202f555\u00a00123"]  # fmt: skip
ADDRESSES = ["192.168.1.20", "2001:db8::1", "2001:0db8:0000:0000:0000:ff00:0042:8329"]
PLAIN = ["Infolettre d'octobre 2026", "Oct 26, 2026 02:56 pm", "10:00:00", "1 234 567,5", "1.2.6-2", "812 3456 7890", "12.5.1",
         "2022-2027", "du 2026-10-01 au 2026-10-31", "@rqds", "poste 12", "6bd8b0c192", "3:2", "v1.2.3", "50 %"]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "mark"), [(EMAILS, COURRIEL), (PHONES, TELEPHONE), (ADDRESSES, IP)], ids=["courriel", "téléphone", "IP"]
)
def test_masked(texts, mark):
    for text in texts:
        assert scrub(f"Joindre {text} bientôt") == f"Joindre {mark} bientôt"
        assert mask(f"« {text} »") == f"« {mark} »"


@pytest.mark.parametrize("text", PLAIN)
def test_left_alone(text):
    assert scrub(text) == text == mask(text)


def test_named_phones():
    assert scrub("Tél. : 555-0123, poste 4321") == f"Tél. : {TELEPHONE}, poste {TELEPHONE}"


def test_one_line_without_controls():
    assert scrub(" a\r\n\tb\u202e\x1b[0m\u00a0c ") == "a b[0m c"
    assert len(scrub("é" * 2000)) == LONGUEUR


def test_an_address_across_the_limit_is_masked_before_the_cut():
    assert "@" not in scrub("x" * (LONGUEUR - 5) + " personne@exemple.org")


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        ("/carte?courriel=a@b.ca", "/carte"),
        ("/carte#a@b.ca", "/carte"),
        ("/carte%3Fnom=x", "/carte"),
        ("/carte%253Fnom=x", "/carte"),
        ("/merci/a@b.ca/", f"/merci/{COURRIEL}/"),
        ("/merci/a%40b.ca", f"/merci/{COURRIEL}"),
        ("/merci/a%2540b.ca", f"/merci/{COURRIEL}"),
        ("/tel/418%20555%200123", f"/tel/{TELEPHONE}"),
        ("/ip/192%2E168%2E1%2E1", f"/ip/{IP}"),
        ("/d%C3%A9veloppement/2026/10/", "/d%C3%A9veloppement/2026/10/"),
        ("(not set)", "(not set)"),
    ],
)
def test_pages(page, kept):
    assert scrub_page(page) == kept


def test_names_of_files():
    assert shown_name("C:\\Users\\x\\a@b.ca 418-555-0123.csv") == f"{COURRIEL} {TELEPHONE}.csv"
    assert shown_name("../../etc/passwd\u202e\x00") == "passwd"
    assert shown_name("///") == "fichier" and len(shown_name("é" * 900)) == 200


def test_findings_are_masked_whole():
    found = presentable(
        Constat("x", "erreur", "« a@b.ca »\nici", "418-555-0123", "a@b.ca", trouve="\x1b[0m a@b.ca", ligne=4)
    )
    assert found == Constat(
        "x", "erreur", f"« {COURRIEL} » ici", TELEPHONE, COURRIEL, trouve=f"[0m {COURRIEL}", ligne=4
    )


PERSONAL = ["Nom", "Prénom", "E-mail", "Adresse de messagerie", "User Name (Original Name)", "Votre courriel *", "Téléphone :",
            "Adresse IP", "Participant ID (UPN)", "Code postal", "Your name?", "Adresse", "Numéro de cellulaire"]  # fmt: skip
OTHERS = ["Title", "Unique Id", "Valeur", "Indicateur", "Nombre", "Date", "Votre région", "Dénominateur", "Nom de l'événement",
          "Êtes-vous satisfait·e du soutien que vous avez reçu par courriel ou par téléphone de notre équipe ?"]  # fmt: skip


def test_headers_that_announce_people():
    assert [h for h in PERSONAL if not is_personal(h)] == []
    assert [h for h in OTHERS if is_personal(h)] == []
    assert personal_columns(["Date", "Nom", "Valeur", "E-mail"]) == [1, 3]


@pytest.mark.parametrize("text", ["a", "1 ", "a.b-", "@a", ":", "tél ", "(", "0", "+1(1)", "a@b.", "%40", "418-"])
def test_long_texts_are_read_in_one_go(text):
    start = time.perf_counter()
    scrub(text * (200_000 // len(text)))
    assert time.perf_counter() - start < 2


WORDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [*EMAILS, *PHONES, *ADDRESSES, *PLAIN, "TÉL 555 0123", "cell:555-0123", "[at]", "\u0661\u0662", "  "]
    ),
    st.text("0123456789 .-()+:@%aé", max_size=16),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=5))
def test_a_column_is_scrubbed_as_each_of_its_cells(texts):
    column = pd.Series(texts, dtype="str")
    assert scrubbed(column).tolist() == [scrub(text) for text in texts]


@settings(deadline=None, max_examples=100)
@given(WORDS)
def test_masking_twice_changes_nothing(text):
    assert scrub(scrub(text)) == scrub(text)
