"""The words of the public pages: counts that agree, spaces that do not break, publications told, the sentence of a pace."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from rqds_metrics.diffusion.publication import Publication
from rqds_metrics.diffusion.site import site_files
from rqds_metrics.diffusion.site.gabarit import texte
from rqds_metrics.diffusion.site.vues import moved
from rqds_metrics.methode import MOTS_INTERNES, glossary, rules
from rqds_metrics.registre import Reglages
from rqds_metrics.statuts import counted
from tests.conftest import DEMO_AU
from tests.publiee import publication_of
from tests.test_site import ADRESSE, html


@pytest.fixture(scope="module")
def few(demo_base) -> Publication:
    return publication_of(demo_base, DEMO_AU, kept=lambda i: i.id in ("1.2.6-2", "2.1.1-2", "2.3.4-1", "2.4.3-1"))


def test_counts_agree_with_their_words():
    assert [counted(s, 2) for s in ("atteinte", "en_voie", "non_du", "echeance_a_fixer")] == [
        "2\u00a0atteints", "2\u00a0en voie", "2\u00a0pas encore dus", "2\u00a0échéances à fixer"
    ]  # fmt: skip
    assert counted("atteinte", 1) == "1\u00a0atteint" and counted("sans_donnees", 3) == "3\u00a0sans données"


def test_what_a_publication_changed_is_said_with_its_noun(few):
    e = few.historique[0]
    assert moved(replace(e, changes=0, ajoutes=144, retires=0)) == "144 indicateurs sont nouveaux."
    assert moved(replace(e, changes=49, ajoutes=1, retires=2)) == (
        "49 indicateurs ont changé, 1 est nouveau, 2 ne sont plus publiés."
    )
    assert moved(replace(e, changes=0, ajoutes=0, retires=0)) == "Rien n'a changé."


def test_each_publication_has_an_address_that_the_feed_gives(few):
    files = site_files(few, adresse=ADRESSE)
    page, feed = files["publications.html"].decode(), ET.fromstring(files["fil.xml"])
    entries = feed.findall("{http://www.w3.org/2005/Atom}entry")
    for entry, e in zip(entries, few.historique, strict=True):
        link = entry.find("{http://www.w3.org/2005/Atom}link")
        assert link is not None and link.get("href") == f"{ADRESSE}publications.html#n{e.numero}"
        assert f'id="n{e.numero}"' in page


def test_french_spaces_do_not_break():
    assert texte("« Sans opinion » : n = 9 ; 70 % & 2026-2027") == (
        '«\u00a0Sans opinion\u00a0»\u00a0: n\u00a0=\u00a09\u202f; 70\u00a0% &amp; <span class="uni">2026-2027</span>'
    )


def test_a_menu_says_which_page_it_is_on(few):
    for name, page in html(site_files(few)).items():
        here = [a["href"] for t, a in page.found if t == "a" and a.get("aria-current") == "page"]
        assert here == ([name] if name in ("index.html", "methode.html", "publications.html") else []), name


def test_a_pace_to_watch_is_never_said_to_be_good(few):
    for id_ in ("2.3.4-1", "2.4.3-1"):  # behind by less than a half, of a few
        r = few.resultats[id_, few.exercice]
        assert r.statut == "a_surveiller" and "le rythme est bon" not in r.phrase and "l'écart est de 0," in r.phrase


def test_a_text_keeps_its_dates_and_figures_together():
    assert texte("Au 31 octobre 2026, le 1er déc.") == "Au 31\u00a0octobre 2026, le 1er\u00a0déc."


def test_what_speaks_of_the_team_alone_is_not_published():
    words = [m for m in glossary() if m not in MOTS_INTERNES]
    assert "lot" not in words and "cible" in words and not [s for m in words for s in (glossary()[m],) if "`" in s]
    told = [t for r in rules(Reglages()) for t in r.publics]
    assert len(told) == sum(len(r.textes) for r in rules(Reglages())) - 1
    assert not [t for t in told if "CA" in t or "`" in t]


def test_no_double_sign_of_any_page_can_start_a_line(few):
    for name, content in site_files(few).items():
        if name.endswith(".html"):
            said = re.sub(r"<svg.*?</svg>|<pre.*?</pre>|<[^>]+>", " ", content.decode(), flags=re.S)
            assert not re.findall(r"\w [:;?!%»]|« ", re.sub(r"\s{2,}", "\n", said)), name
