"""Every screen on the demonstration, at the two widths: nothing overflows, axe finds nothing, the language is French."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, TimeoutError, expect

from tests.browser.serveur import served
from tests.test_correspondance import ENVOIS

pytestmark = pytest.mark.browser

AU = "exercice=2026-2027&au=2026-11-24"
SCREENS = {
    "ensemble": f"?{AU}",
    "orientation": f"orientation?orientation=2&{AU}",
    "fiche d'un nombre": f"fiche?indicateur=1.2.6-2&{AU}",
    "fiche d'un taux": f"fiche?indicateur=1.2.6-4&{AU}",
    "fiche d'un jalon": f"fiche?indicateur=2.1.1-3&{AU}",
    "televerser": "televerser",
    "autre outil": "autre-outil",
    "comparer": f"comparer?{AU}",
    "alertes": "alertes",
    "depuis": f"depuis?{AU}",
    "reunions": "reunions",
    "rapport": f"rapport?{AU}",
    "saisir": "saisir",
    "questions": "questions",
    "corrections": "corrections",
    "cloture": "cloture",
    "cibles": "cibles",
    "echeances": "echeances",
    "publication": "publication",
    "acces": "acces",
    "journal": "journal",
    "methode": f"methode?{AU}",
}
# Words of Streamlit's that would mean a text was left in English.
ENGLISH = re.compile(
    r"\b(?:the|select|open|close|help|clear|choose|press|upload|download|loading|running|skip|sidebar|navigate|"
    r"page not found|drag|drop|browse|settings|deploy|error)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def address(demo_base) -> Iterator[str]:
    with served(demo_base) as url:
        yield url


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    expect(page.locator("h1").first).to_be_visible()
    expect(page.locator("#avance")).to_have_count(0)  # the screen that can be acted upon has come
    settled(page)
    return page


def settled(page: Page) -> None:
    """Wait until the page is done, and quiet: Streamlit asks for a file on offer and may never read the answer."""
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_attached()
    with suppress(TimeoutError):
        page.wait_for_load_state("networkidle", timeout=10_000)


def overflowing(page: Page) -> list[str]:
    """What sticks out of the window to the right; « » for the page itself."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    cut = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMain] *')]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
            .filter(e => !e.closest('.defile, [role=tablist], [data-testid=stDataFrame]'))
            .map(e => e.tagName + '.' + e.className).slice(0, 5)"""
    )
    return [*([""] if wide > 0 else []), *cut]


def violations(page: Page) -> dict[str, list[str]]:
    """What axe finds, but for Streamlit's menu, whose sections are not list items."""
    context = {"exclude": [["[data-testid=stSidebarNavItems]"]]}
    found = Axe().run(page, context=context, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
    return {v["id"]: [n["html"][:160] for n in v["nodes"][:3]] for v in found.response["violations"]}


def english(page: Page) -> list[str]:
    """Texts and accessible names that hold an English word of Streamlit's."""
    said, text, icons = page.evaluate(
        """() => { const out = [];
          const walk = root => { for (const e of root.querySelectorAll('*')) {
            for (const a of ['aria-label', 'title', 'placeholder', 'alt']) if (e.getAttribute(a)) out.push(e.getAttribute(a));
            if (e.shadowRoot) walk(e.shadowRoot); } };
          walk(document);
          // names of glyphs are never read as text
          const icons = [...document.querySelectorAll('[data-testid=stIconMaterial]')].map(e => e.innerText.trim());
          return [out, document.body.innerText, icons]; }"""
    )
    lines = [line for line in text.splitlines() if line.strip() not in icons]
    return [line for line in [*said, *lines] if ENGLISH.search(line)]


@pytest.mark.parametrize("screen", SCREENS)
def test_each_screen_on_a_desk(address, new_page, screen):
    page = opened(new_page(1440), f"{address}/{SCREENS[screen]}")
    assert page.locator("html").get_attribute("lang") == "fr-CA"
    assert english(page) == []
    assert overflowing(page) == []
    assert violations(page) == {}


@pytest.mark.parametrize("screen", SCREENS)
def test_each_screen_on_a_phone(address, new_page, screen):
    page = opened(new_page(390), f"{address}/{SCREENS[screen]}")
    assert overflowing(page) == []


def test_the_wall_is_reached_by_keyboard_and_opens_the_fiche(address, new_page):
    page = opened(new_page(), f"{address}/{SCREENS['ensemble']}")
    squares = page.locator("a.case")
    assert squares.count() >= 156
    square = page.get_by_role("link", name=re.compile("1.2.6 Visites du site Web : "))
    square.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Visites du site Web")
    assert "au=2026-11-24" in page.url and "indicateur=1.2.6-2" in page.url


def test_another_year_changes_the_screen_and_the_address(address, new_page):
    page = opened(new_page(), f"{address}/{SCREENS['ensemble']}")
    before = page.locator(".cartes").inner_text()
    page.get_by_role("combobox", name="Exercice").click()
    page.get_by_role("option", name="2024-2025 (an 3)").click()
    expect(page.locator(".cartes")).not_to_have_text(before)
    page.wait_for_url(re.compile("exercice=2024-2025"))
    page.get_by_role("link", name="Par orientation").click()
    expect(page.locator("h1")).to_contain_text("1. Soutenir")
    page.wait_for_url(re.compile("orientation.*exercice=2024-2025|exercice=2024-2025.*orientation"))


def test_another_day_is_looked_from(address, new_page):
    page = opened(new_page(), f"{address}/fiche?indicateur=1.2.6-2&{AU}")
    expect(page.locator(".phrase")).to_contain_text("31 octobre 2026")
    page.get_by_role("button", name="Vu au 24 nov. 2026").click()
    page.get_by_test_id("stPopoverBody").get_by_test_id("stDateInput").click()
    page.get_by_role("gridcell", name=re.compile("2 novembre")).first.click()
    expect(page.get_by_text("Tel que vu le 2 novembre 2026", exact=False)).to_be_visible()
    expect(page.locator(".phrase")).to_contain_text("30 septembre 2026")  # October came on the 4th
    page.wait_for_url(re.compile("au=2026-11-02"))


@pytest.mark.parametrize("width", [1440, 390])
def test_an_export_being_described(address, new_page, tmp_path, width):
    file = tmp_path / "statistiques.csv"
    file.write_text(ENVOIS, encoding="utf-8")
    page = opened(new_page(width), f"{address}/autre-outil")
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.get_by_text("Ce que ce fichier changerait")).to_be_visible()
    settled(page)
    assert overflowing(page) == []
    if width == 1440:
        assert english(page) == []
        assert violations(page) == {}


def test_the_wall_is_filtered_where_it_stands_and_stays_so_in_another_year(address, new_page):
    page = opened(new_page(), f"{address}/{SCREENS['ensemble']}")
    everyone = page.locator("a.case:visible").count()
    page.get_by_label("État", exact=True).select_option("en_retard")
    kept = page.locator("a.case:visible")
    assert 0 < kept.count() < everyone
    assert all("En retard" in (name or "") for name in kept.evaluate_all("c => c.map(e => e.ariaLabel)"))
    assert page.locator("[data-compte]").inner_text() == f"{kept.count()} indicateurs"
    assert violations(page) == {}
    page.get_by_label("État", exact=True).select_option("")
    page.get_by_label("Orientation", exact=True).select_option("3")
    page.get_by_role("combobox", name="Exercice").click()
    page.get_by_role("option", name="2024-2025 (an 3)").click()
    page.wait_for_url(re.compile("exercice=2024-2025"))
    expect(page.locator("a.case:visible").first).to_have_attribute("href", re.compile("exercice=2024-2025"))
    assert all(
        name.startswith("3.") for name in page.locator("a.case:visible").evaluate_all("c => c.map(e => e.title)")
    )


def test_the_search_opens_a_fiche_from_any_page(address, new_page):
    page = opened(new_page(), f"{address}/comparer?{AU}")
    field = page.get_by_role("textbox", name="Chercher un indicateur")
    field.fill("visitse site web")
    field.press("Enter")
    found = page.locator(".trouves a").first
    expect(found).to_contain_text("Visites du site Web")
    assert violations(page) == {}
    found.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Visites du site Web")


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720)])
def test_the_slides_are_turned_by_the_keyboard_alone(address, new_page, size):
    page = new_page(*size)
    page.goto(f"{address}/presenter?{AU}")
    shown = page.locator(".diapo.montree")
    expect(shown).to_contain_text("Où en est le plan ?")
    total = page.locator(".diapo").count()
    for rank in range(1, total + 1):
        expect(page.locator("[data-rang]")).to_have_text(f"{rank} sur {total}")
        assert shown.evaluate("e => [e.scrollHeight - e.clientHeight, e.scrollWidth - e.clientWidth]") == [0, 0]
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    expect(page.locator("[data-rang]")).to_have_text(f"1 sur {total}")
    for _ in range(2):  # light, then dark
        assert violations(page) == {}
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("d")
    page.keyboard.press("Escape")
    expect(page.locator(".mur")).to_be_visible()


def test_a_chart_leaves_as_an_image_and_as_data(address, new_page):
    page = opened(new_page(), f"{address}/fiche?indicateur=1.2.6-2&{AU}")
    with page.expect_download() as image:
        page.get_by_role("button", name="Télécharger l'image (PNG)").first.click()
    assert image.value.suggested_filename == "1.2.6-2_2026-2027.png"
    with page.expect_download() as data:
        page.get_by_role("button", name="(CSV)").first.click()
    assert data.value.path().read_bytes().decode("utf-8-sig").startswith("Fin de mois;2026-2027;2025-2026;Attendu")
    page = opened(new_page(), f"{address}/{SCREENS['orientation']}")
    with page.expect_download() as drawing:
        page.get_by_role("button", name=re.compile("Télécharger l’image de")).first.click()
    assert drawing.value.path().read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize("screen", ["ensemble", "fiche d'un nombre", "comparer"])
def test_printed_pages_hold_no_menu_and_no_button(address, new_page, screen):
    page = opened(new_page(), f"{address}/{SCREENS[screen]}")
    page.emulate_media(media="print")
    for hidden in ("[data-testid=stSidebar]", "[data-testid=stHeader]", ".stButton", ".stDownloadButton", ".filtres"):
        assert page.locator(f"{hidden}:visible").count() == 0, hidden
    expect(page.locator("h1")).to_be_visible()
