"""The static site, file by file: its weight, its links, what is inert in it, and how it takes the place of another."""

from __future__ import annotations

import io
import itertools
import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from posixpath import normpath

import pytest

from rqds_metrics.diffusion import svg
from rqds_metrics.diffusion.parution import write_snapshot
from rqds_metrics.diffusion.publication import Publication
from rqds_metrics.diffusion.site import DossierRefuse, ecriture, render_site, site_files
from rqds_metrics.diffusion.site.accueil import POIDS_MAX, detail_of
from rqds_metrics.diffusion.site.complet import zipped_site
from rqds_metrics.diffusion.site.figures import five_years_figure, year_figure
from rqds_metrics.diffusion.site.gabarit import style, texte
from rqds_metrics.diffusion.site.lignes import Bilan
from rqds_metrics.diffusion.site.vues import Vue
from rqds_metrics.statuts import APPARENCES
from tests.conftest import DEMO_AU
from tests.publiee import HOSTILE, hostile, publication_of, withheld

ADRESSE = "https://plan.rqds.example/public/"
TAUX = "1.2.6-4"


@pytest.fixture(scope="module")
def whole(demo_base) -> Publication:
    """The whole plan, published."""
    return publication_of(demo_base, DEMO_AU)


@pytest.fixture(scope="module")
def few(demo_base) -> Publication:
    return publication_of(demo_base, DEMO_AU, kept=lambda i: i.id.endswith("-2") or i.id in (TAUX, "G-actions"))


class Elements(HTMLParser):
    """Every element of a page: (tag, attributes)."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page.decode())

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def html(files: dict[str, bytes]) -> dict[str, Elements]:
    return {name: Elements(content) for name, content in files.items() if name.endswith(".html")}


def test_the_first_page_weighs_under_60_kb_with_the_whole_plan_and_no_page_over_100(whole):
    files = site_files(whole, adresse=ADRESSE)
    first = sum(len(files[name]) for name in ("index.html", "style.css", "icone.svg"))
    assert first < 60_000
    assert max(len(content) for name, content in files.items() if name.endswith(".html")) < 100_000
    assert {f"indicateur/{i.id}.html" for i in whole.indicateurs} <= set(files)


def test_the_home_page_tells_as_much_as_its_weight_allows(whole, few):
    """Short sentences and small lines first; a plan whose every indicator speaks leaves them out, never the limit."""
    assert detail_of(Vue(few)) == detail_of(Vue(whole)) == 2
    page = site_files(few)["index.html"].decode()
    x = Vue(few).lignes["1.2.6-2"]
    assert x.resume and x.resultat.phrase.startswith(x.resume) and texte(x.resume) in page
    said = {k: replace(r, statut="en_voie", phrase="Une phrase assez longue pour tenir deux lignes. " * 2, valeur=3.0)
            for k, r in whole.resultats.items()}  # fmt: skip
    talkative = replace(whole, resultats=said)
    assert detail_of(Vue(talkative)) < 2
    files = site_files(talkative, adresse=ADRESSE)
    assert sum(len(files[name]) for name in ("index.html", "style.css", "icone.svg")) < POIDS_MAX


def test_a_year_under_way_is_not_drawn_as_a_fall(whole):
    vue = Vue(whole)
    number, level = vue.lignes["1.2.6-2"], vue.lignes["1.2.6-3"]
    assert number.indicateur.type == "nombre" and number.resultat.valeur is not None and number.serie[-1] is None
    assert level.indicateur.type == "stock" and level.serie[-1] == level.resultat.valeur
    assert number.teinte == "" and level.teinte == level.resultat.statut  # a colour is that of the status beside it
    over = Vue(replace(whole, vu_au=date(2027, 6, 30))).lignes["1.2.6-2"]
    assert over.serie[-1] == over.resultat.valeur


def test_every_status_of_the_home_page_has_its_shape_in_the_style_sheet(whole):
    for statut in {x.resultat.statut for x in Vue(whole).lignes.values() if x.parle}:
        assert f'td.s-{statut}::before {{ content:"{APPARENCES[statut].forme} ";' in style(), statut


def test_what_waits_is_folded_and_nothing_is_lost(whole):
    page = site_files(whole)["index.html"].decode()
    for x in Vue(whole).lignes.values():
        assert f'href="indicateur/{x.id}.html"' in page, x.id


def test_comments_are_read_on_the_page_of_their_indicator(few):
    page = site_files(few)["indicateur/1.2.6-2.html"].decode()
    assert "La refonte du site a ramené des visites." in page
    assert 'Commentaire du RQDS, <span class="uni">2026-2027</span>' in page


def test_the_zip_holds_the_whole_site(few, tmp_path):
    write_snapshot(few, tmp_path)
    octets = zipped_site(tmp_path, ADRESSE)
    assert octets
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        names = set(archive.namelist())
        assert {"index.html", "donnees/resultats.csv", f"donnees/{few.numero}/datapackage.json", "sitemap.xml"} <= names
        assert archive.read("index.html") and not [n for n in names if n.startswith("/") or ".." in n]
    assert zipped_site(tmp_path / "vide") is None


def test_nothing_in_a_page_runs_and_nothing_comes_from_elsewhere(few):
    for name, page in html(site_files(few)).items():
        for tag, attrs in page.found:
            assert tag not in ("script", "style", "iframe", "object", "form", "img"), name
            assert not [a for a in attrs if a.startswith("on") or a == "style"], name
        csp = [a["content"] for t, a in page.found if a.get("http-equiv") == "Content-Security-Policy"]
        assert len(csp) == 1 and "default-src 'none'" in csp[0] and "unsafe" not in csp[0]


def test_hostile_texts_are_inert_everywhere(few):
    plain, files = site_files(few, adresse=ADRESSE), site_files(hostile(few), adresse=ADRESSE)
    assert files.keys() == plain.keys()
    for name, page in html(files).items():
        assert [t for t, _ in page.found if t in ("script", "img")] == [], name
        assert not [a for _, attrs in page.found for a in attrs if a.startswith("on")], name
    feed = ET.fromstring(files["fil.xml"])
    notes = [e.text or "" for e in feed.iter("{http://www.w3.org/2005/Atom}summary")]
    assert notes and all(HOSTILE in note for note in notes)  # as text: to the letter
    assert len(list(feed.iter())) == len(list(ET.fromstring(plain["fil.xml"]).iter()))
    assert files["partage.png"].startswith(b"\x89PNG")


def test_control_characters_do_not_break_the_feed(few):
    bad = replace(few, historique=tuple(replace(e, note="avant\x00\x0b\u202eaprès") for e in few.historique))
    assert "avantaprès" in ET.tostring(ET.fromstring(site_files(bad)["fil.xml"]), encoding="unicode")


def test_every_link_leads_to_a_file_and_none_starts_at_the_root(few):
    files = site_files(few)
    for name, page in html(files).items():
        here = PurePosixPath(name).parent
        for _, attrs in page.found:
            link = attrs.get("href") or attrs.get("src") or ""
            if link and not link.startswith("#"):
                assert not link.startswith(("/", "http")), (name, link)
                assert normpath(f"{here}/{link}") in files, (name, link)


def test_canonical_addresses_sitemap_and_picture_need_the_address_of_the_site(few):
    bare, placed = site_files(few), site_files(few, adresse=ADRESSE.rstrip("/"))
    assert "sitemap.xml" not in bare and b"canonical" not in bare["index.html"]
    assert f'<link rel="canonical" href="{ADRESSE}">'.encode() in placed["index.html"]
    assert f'og:image" content="{ADRESSE}partage.png"'.encode() in placed["methode.html"]
    places = [e.text for e in ET.fromstring(placed["sitemap.xml"]).iter() if e.tag.endswith("loc")]
    assert ADRESSE in places and f"{ADRESSE}indicateur/1.2.6-2.html" in places
    assert not [p for p in places if "carte/" in p or "404" in p]
    assert f"Sitemap: {ADRESSE}sitemap.xml".encode() in placed["robots.txt"]
    for wrong in ("javascript:alert(1)", "plan.rqds.org", "https://x/?a=1"):
        with pytest.raises(ValueError, match="adresse"):
            site_files(few, adresse=wrong)


def test_fictitious_data_are_said_on_every_page_card_and_feed(few):
    files = site_files(few)
    for name, content in files.items():
        if name.endswith((".html", ".xml")):
            assert "Données fictives" in content.decode(), name
    real = site_files(replace(few, demo=False))
    assert not [n for n, c in real.items() if n.endswith((".html", ".xml")) and "fictives" in c.decode()]


def test_pages_say_their_language_title_and_headings(few):
    for name, page in html(site_files(few)).items():
        assert ("html", {"lang": "fr-CA"}) in page.found, name
        tags = [t for t, _ in page.found]
        assert tags.count("h1") == 1 and tags.count("main") == 1 and tags.count("title") >= 1, name
        levels = [int(t[1]) for t in tags if re.fullmatch("h[1-6]", t)]
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels)), name


def test_what_is_withheld_shows_no_figure(few):
    files = site_files(withheld(few, TAUX))
    page = files[f"indicateur/{TAUX}.html"].decode()
    assert "Chiffres retenus" in page and "<figure" not in page
    assert not re.search(r"\d,\d", page)


def test_the_tables_say_what_the_charts_show(few):
    vue = Vue(few)
    x = vue.lignes["1.2.6-2"]
    year, five = year_figure(few, x), five_years_figure(few, x)
    assert year and five
    assert len(year.rangs) == 12 and [r[0] for r in five.rangs] == vue.exercices
    for row in five.rangs:
        assert row[1] in five.large and row[1] in five.etroit
    assert x.valeur in [r[1] for r in year.rangs]


def test_every_colour_of_the_figures_follows_the_theme():
    for colour in {a.couleur for a in APPARENCES.values()} | {svg.ENCRE, svg.GRIS}:
        assert f'svg [fill="{colour}"]' in style(), colour
        assert f'svg [stroke="{colour}"]' in style(), colour
    assert f'svg [stroke="{svg.TRAIT}"]' in style()


def test_the_same_publication_gives_the_same_bytes(few):
    assert site_files(few, adresse=ADRESSE) == site_files(few, adresse=ADRESSE)


def test_the_sentence_of_the_plan():
    said = Bilan.of(["en_voie"] * 3 + ["a_surveiller", "en_retard", "sans_donnees"]).phrase()
    told = "3 des 5 indicateurs évalués sont atteints ou en voie de l'être\u202f; 1 à surveiller, 1 en retard."
    assert said.replace("\u00a0", " ") == told
    assert Bilan.of(["non_du"]).phrase() == "Aucun des indicateurs publiés n'est encore évalué."
    assert "Le seul indicateur évalué n’est pas" in Bilan.of(["en_retard"]).phrase()


def test_what_moved_is_named_from_the_publication_before(demo_base, few):
    before = publication_of(demo_base, date(2026, 9, 24), numero=1, kept=lambda i: i.id.endswith("-2"))
    vue = Vue(few, before)
    fresh = [m.ligne.id for m in vue.mouvements if m.avant is None]
    assert fresh == [TAUX, "G-actions"]
    flipped = [m for m in vue.mouvements if m.avant]
    assert flipped and all(m.avant != m.ligne.resultat.statut for m in flipped)
    page = site_files(few, precedente=before)["index.html"].decode()
    assert flipped[0].ligne.indicateur.court in page[page.index("Ce qui a bougé") :]


def test_a_new_site_takes_the_place_of_the_old_one(tmp_path, few, demo_base):
    site = tmp_path / "site"
    render_site(few, site)
    (site / "CNAME").write_text("plan.rqds.example")
    fewer = publication_of(demo_base, DEMO_AU, 3, kept=lambda i: i.id == TAUX)
    for _ in range(2):  # the note stays from one publication to the next
        render_site(fewer, site)
        gone = (site / "indicateur" / "1.2.6-2.html").read_text(encoding="utf-8")
        assert "n&#39;est plus publié" in gone or "n'est plus publié" in gone
        assert "noindex" in gone and "Visites" not in gone and "<svg" not in gone
        assert "n'est plus publié" in (site / "carte" / "1.2.6-2.html").read_text(encoding="utf-8")
    assert (site / "CNAME").read_text() == "plan.rqds.example"
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_folder_that_is_not_a_site_is_left_alone(tmp_path, few):
    kept = tmp_path / "memoire.docx"
    kept.write_text("ne pas perdre")
    with pytest.raises(DossierRefuse, match="autre chose"):
        render_site(few, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["memoire.docx"]


def test_a_site_that_cannot_be_replaced_stays_as_it_was(tmp_path, few, monkeypatch):
    site = tmp_path / "site"
    render_site(few, site)
    before = {p: p.read_bytes() for p in site.rglob("*") if p.is_file()}
    moved = Path.replace

    def refuse(self, target):
        if "nouveau" in self.name:
            raise PermissionError("occupé")
        return moved(self, target)

    monkeypatch.setattr(ecriture.Path, "replace", refuse)
    with pytest.raises(DossierRefuse, match="resté comme il était"):
        render_site(hostile(few), site)
    assert {p: p.read_bytes() for p in site.rglob("*") if p.is_file()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_open_data_are_carried_along_have_a_page_and_stay(few, tmp_path):
    first = {"donnees/resultats.csv": b"a;b", "donnees/1/resultats.csv": b"a;b", "index.html": b"faux"}
    render_site(few, tmp_path / "site", fichiers=first)
    render_site(few, tmp_path / "site", fichiers={"donnees/resultats.csv": b"c", "donnees/2/resultats.csv": b"c"})
    read = {str(p.relative_to(tmp_path / "site").as_posix()): p.read_bytes() for p in (tmp_path / "site").rglob("*.*")}
    assert read["donnees/1/resultats.csv"] == b"a;b" and read["donnees/resultats.csv"] == b"c"
    assert read["index.html"] != b"faux" and b'href="donnees.html"' in read["index.html"]
    assert (
        b'href="donnees/resultats.csv"' in read["donnees.html"] and b"donnees/1/resultats" not in read["donnees.html"]
    )


def test_an_axis_covers_its_values():
    for top in (0.003, 0.41, 1, 7, 99.5, 12_420, 3e6):
        marks = svg.steps(top)
        assert marks[0] == 0 and marks[-1] >= top - 1e-9 and len(marks) <= 7
