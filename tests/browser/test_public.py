"""The public pages in a browser, static and live: axe, widths, themes, keyboard, print, a snapshot that changes."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rqds_metrics.diffusion.parution import write_snapshot
from rqds_metrics.diffusion.publication import Publication
from rqds_metrics.diffusion.site import render_site
from tests.browser.serveur import RACINE, served
from tests.conftest import DEMO_AU
from tests.publiee import hostile, publication_of

pytestmark = pytest.mark.browser

STATIC = (
    "index.html orientation/1.html orientation/3.html indicateur/1.2.6-2.html indicateur/1.2.6-4.html "
    "indicateur/2.1.1-2.html carte/1.2.6-2.html methode.html publications.html donnees.html 404.html"
).split()
LIVE = ["", "?orientation=1", "?indicateur=1.2.6-2", "?page=methode", "?page=publications", "?indicateur=rien"]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def published(demo_base) -> Publication:
    return publication_of(
        demo_base, DEMO_AU, kept=lambda i: i.id.endswith("-2") or i.id in ("1.2.6-4", "4.1.1-4", "G-actions")
    )


@pytest.fixture(scope="module")
def site(published, tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site") / "public"
    carried = {"donnees/resultats.csv": b"a;b", "donnees/donnees.json": b"{}"}
    render_site(published, folder, fichiers=carried)
    render_site(hostile(published), folder.with_name("hostile"), fichiers=carried)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder.parent)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def snapshots(published, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("publication")
    write_snapshot(published, folder)
    return folder


@pytest.fixture(scope="module")
def live(demo_base, snapshots) -> Iterator[str]:
    with served(demo_base, RACINE / "publique" / "app.py", RQDS_PUBLICATION=str(snapshots)) as url:
        yield f"{url}/"


def violations(page: Page) -> dict[str, list[str]]:
    """What axe finds, all its rules on: those of the standard, and its good practices."""
    found = Axe().run(page)
    return {v["id"]: [n["html"][:200] for n in v["nodes"][:3]] for v in found.response["violations"]}


def wide(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_static_pages_have_no_violation_and_fit(site, new_page, theme):
    for width in (1440, 390):
        page = new_page(width)
        page.emulate_media(color_scheme=theme)
        said: list[str] = []
        page.on("console", lambda m, said=said: said.append(m.text))
        for path in STATIC:
            page.goto(f"{site}public/{path}")
            for unfolded in page.locator("summary").all():
                unfolded.click()
            assert violations(page) == {}, (path, width)
            assert wide(page) <= 0, (path, width)
        assert not [s for s in said if "Content Security Policy" in s]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_live_pages_have_no_violation_and_fit(live, new_page, theme):
    for width in (1440, 390):
        page = new_page(width)
        page.emulate_media(color_scheme=theme)
        for path in LIVE:
            page.goto(live + path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert page.locator("html").get_attribute("lang") == "fr-CA"
            assert violations(page) == {}, (path, width)
            assert wide(page) <= 0, (path, width)


def test_both_say_the_same_words_and_draw_the_same_figures(site, live, new_page):
    page = new_page()
    for path, query in (("index.html", ""), ("indicateur/1.2.6-2.html", "?indicateur=1.2.6-2")):
        page.goto(f"{site}public/{path}")
        words = page.locator("main h1, main h2, main p.tete, main .phrase, main td").all_inner_texts()
        drawn = page.locator("main figure svg").evaluate_all("e => e.map(x => x.outerHTML)")
        page.goto(live + query)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        inside = ".page h1, .page h2, .page p.tete, .page .phrase, .page td"
        assert page.locator(inside).all_inner_texts() == words
        assert page.locator(".page figure svg").evaluate_all("e => e.map(x => x.outerHTML)") == drawn


def test_keyboard_alone_on_the_static_site(site, new_page):
    page = new_page()
    page.goto(f"{site}public/index.html")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Comment lire ces états")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.goto(f"{site}public/indicateur/1.2.6-2.html")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("figure table").first).to_be_visible()


def test_keyboard_alone_on_the_live_page_and_back(live, new_page):
    page = new_page()
    page.goto(live)
    page.get_by_role("link", name="Visites du site Web").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Visites du site Web")
    page.wait_for_url(re.compile("indicateur=1.2.6-2"))
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("où en sommes-nous")


def test_without_javascript_the_static_site_is_whole(site, chromium):
    context = chromium.new_context(java_script_enabled=False, locale="fr-CA")
    page = context.new_page()
    page.goto(f"{site}public/index.html")
    page.get_by_role("link", name="Visites du site Web").first.click()
    assert page.locator("h1").inner_text() == "Visites du site Web"
    page.get_by_text("Voir les chiffres").first.click()
    assert page.locator("figure table").first.is_visible()
    context.close()


def test_on_paper_tables_are_unfolded_and_menus_gone(site, new_page):
    page = new_page()
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(f"{site}public/indicateur/1.2.6-2.html")
    assert page.locator("figure table").first.is_visible()
    assert not page.locator("header nav").is_visible()
    assert page.get_by_text("Données fictives").is_visible()  # said on paper too
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_hostile_texts_run_nothing(site, demo_base, published, tmp_path, new_page):
    write_snapshot(hostile(published), tmp_path)
    page = new_page()
    fired: list[str] = []
    page.on("dialog", lambda d: (fired.append(d.message), d.dismiss()))
    for path in STATIC[:-1]:
        page.goto(f"{site}hostile/{path}")
        assert page.locator("main script, main img").count() == 0
    with served(demo_base, RACINE / "publique" / "app.py", RQDS_PUBLICATION=str(tmp_path)) as url:
        for query in ("", "?indicateur=1.2.6-2", "?orientation=1", "?page=publications"):
            page.goto(f"{url}/{query}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert page.locator(".page script, .page img").count() == 0
    assert fired == []


def test_an_open_page_turns_to_the_new_snapshot_by_itself(demo_base, published, tmp_path, new_page):
    write_snapshot(published, tmp_path)
    with served(demo_base, RACINE / "publique" / "app.py", RQDS_PUBLICATION=str(tmp_path)) as url:
        page = new_page()
        page.goto(url)
        expect(page.get_by_text("publication no 2", exact=False)).to_be_visible()
        write_snapshot(publication_of(demo_base, DEMO_AU, 3, kept=lambda i: i.id == "2.1.1-2"), tmp_path)
        expect(page.get_by_text("publication no 3", exact=False)).to_be_visible()
        expect(page.get_by_role("link", name="Visites du site Web")).to_have_count(0)
