"""Signing in, in a real browser against a real provider: the page asked for, the roles, the way out, and what the policy stops."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from rqds_metrics.acces import PAGES, holds
from tests.browser.serveur import free_port, served
from tests.fournisseur import claims_of, fournisseur, settle

pytestmark = pytest.mark.browser
ROLES = {"direction": "marie@rqds.example", "edition": "ed@rqds.example", "lecture": "luc@rqds.example"}
NOMS = {"direction": "Marie Tremblay", "edition": "Édith Roy", "lecture": "Luc Côté"}
ACCES = "personnes:\n" + "".join(f"  - {{courriel: {c}, nom: {NOMS[r]}, role: {r}}}\n" for r, c in ROLES.items())


@pytest.fixture(scope="module")
def lieu(demo_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("connexion")
    base = Path(shutil.copy(demo_base, folder / "demonstration.duckdb"))
    port = free_port()
    with fournisseur() as f:
        for role, courriel in ROLES.items():
            f.add(role, **claims_of(courriel))
        f.add("inconnu", **claims_of("qui@ailleurs.example"))
        with served(base, port=port, **settle(folder, f.adresse, port, ACCES)) as url:
            yield url, folder / "acces.yaml"


@pytest.fixture
def arrive(new_page: Callable[..., Page], lieu: tuple[str, Path]) -> Callable[..., tuple[Page, list[str]]]:
    """A page of someone who signs in at an address, and what its console says of the policy."""

    def come(sub: str, address: str = "/", width: int = 1440) -> tuple[Page, list[str]]:
        page = new_page(width=width)
        said: list[str] = []

        def hear(message: ConsoleMessage) -> None:
            if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
                said.append(message.text)

        page.on("console", hear)
        page.goto(lieu[0] + address)
        page.get_by_role("link", name="Se connecter").click()
        page.locator("input[name=sub]").fill(sub)
        page.get_by_role("button", name="Authorize").click()
        return page, said

    return come


def menu(page: Page) -> set[str]:
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
    found = page.get_by_test_id("stSidebarNavLink").evaluate_all("links => links.map(a => new URL(a.href).pathname)")
    return {str(path).strip("/") for path in found}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_comes_in_at_the_page_asked_for_with_its_own_menu(arrive, lieu, role):
    from pages.ui.navigation import ACCUEIL, MENU

    page, said = arrive(role, "/fiche?indicateur=1.2.6-4")
    expect(page.get_by_role("heading", name="Taux d'ouverture", exact=False).first).to_be_visible()
    expect(page.locator(".st-key-pied_session")).to_contain_text(NOMS[role])
    expected = {
        "" if file == ACCUEIL else address
        for pages in MENU.values() for file, _, address in pages if holds(role, PAGES[file])
    }  # fmt: skip
    assert menu(page) == expected
    page.goto(lieu[0] + "/cibles")
    title = "Cibles" if role == "direction" else "Page réservée"
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    assert said == []


def test_signing_out_and_someone_unknown(arrive, lieu):
    page, _ = arrive("lecture")
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/oauth2/end_session**")
    page.goto(lieu[0])
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()
    page, _ = arrive("inconnu")
    expect(page.get_by_role("heading", name="Accès refusé")).to_be_visible()
    expect(page.get_by_text("qui@ailleurs.example")).to_be_visible()
    expect(page.get_by_role("link", name="Utiliser un autre compte")).to_be_visible()


def test_a_person_removed_while_she_works_is_out_at_the_next_click(arrive, lieu):
    page, _ = arrive("edition", "/fiche?indicateur=1.2.6-2")
    expect(page.locator(".st-key-pied_session")).to_be_visible()
    lieu[1].write_text(ACCES.replace("ed@", "autre@"), encoding="utf-8")
    try:
        page.get_by_test_id("stSidebarNavLink").filter(has_text="Corrections").click()
        expect(page.get_by_text("n'a pas d'accès à cette application")).to_be_visible()
        expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
        page.reload()
        expect(page.get_by_role("heading", name="Accès refusé")).to_be_visible()
    finally:
        lieu[1].write_text(ACCES, encoding="utf-8")


def test_the_policy_lets_charts_uploads_downloads_images_and_components_work(arrive, lieu):
    page, said = arrive("direction", "/fiche?indicateur=1.2.6-2")
    page.locator(".js-plotly-plot").first.wait_for()  # a chart
    page.locator(".st-key-cadre, .racine").first.wait_for()  # our own component
    with page.expect_download() as taken:  # made at the click
        page.get_by_role("button", name="(CSV)").first.click()
    assert taken.value.suggested_filename.endswith(".csv") and Path(taken.value.path()).stat().st_size > 20
    page.goto(lieu[0] + "/televerser")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "rien.csv", "mimeType": "text/csv", "buffer": b"a;b\n1;2\n"}
    )
    expect(page.get_by_text("rien.csv").first).to_be_visible()
    expect(page.get_by_text("à corriger").first).to_be_visible()
    page.goto(lieu[0] + "/rapport")
    image = page.get_by_test_id("stImage").locator("img").first
    image.wait_for()
    assert image.evaluate("i => i.complete && i.naturalWidth > 0 || new Promise(r => i.onload = () => r(true))")
    page.goto(lieu[0] + "/cibles")
    page.get_by_test_id("stDataFrame").first.wait_for()
    assert said == []
