"""Ten minutes before the board: open, read, open what deserves attention, and leave with the documents."""

from __future__ import annotations

import io
import zipfile

import pytest
from playwright.sync_api import Page, expect
from pptx import Presentation

from tests.browser.serveur import served

pytestmark = pytest.mark.browser

AU = "exercice=2026-2027&au=2026-11-24"


def taken(page: Page, button: str) -> bytes:
    """The file that a button gives."""
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name=button).click()
    return download.value.path().read_bytes()


def test_open_read_explain_and_leave_with_the_documents(demo_base, new_page):
    with served(demo_base) as address:
        page = new_page()
        page.goto(f"{address}/?{AU}")
        expect(page.locator("#avance")).to_have_count(0)
        attention = page.get_by_role("heading", name="À l’attention du CA")
        expect(attention).to_be_in_viewport()  # without scrolling
        first = page.locator("a[data-page=fiche]").filter(has_text="Identification commune adoptée").first
        first.click()
        expect(page.locator("h1")).to_have_text("Identification commune adoptée")
        expect(page.locator(".phrase")).to_contain_text("En retard")
        assert "au=2026-11-24" in page.url  # as it was seen from

        page.get_by_role("link", name="Vue d’ensemble").click()
        page.locator("a[data-page=rapport]").first.click()
        expect(page.locator("h1")).to_have_text("Rapport au CA")
        pages = page.get_by_role("img", name="Page")
        expect(pages.first).to_be_visible(timeout=60_000)  # what it will be, before it is taken
        assert pages.count() > 10

        assert taken(page, "Télécharger en PDF").startswith(b"%PDF-1.7")
        slides = Presentation(io.BytesIO(taken(page, "Télécharger en PowerPoint"))).slides
        assert "indicateurs évalués" in slides[1].shapes.title.text
        assert any(shape.has_chart for slide in slides for shape in slide.shapes)
        with zipfile.ZipFile(io.BytesIO(taken(page, "Télécharger en Excel"))) as book:
            assert "xl/worksheets/sheet1.xml" in book.namelist()
