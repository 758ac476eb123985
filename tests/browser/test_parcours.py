"""The main job, as a person does it: three exports, a status that changes, a fiche by its link, a cancelled lot."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rqds_metrics import store
from tests.browser.serveur import served

pytestmark = pytest.mark.browser

FICHE = "fiche?exercice=2023-2024&indicateur=1.2.6-2"


def ga4(first_year: int, sessions: int) -> str:
    """A fiscal year of traffic, as Google Analytics exports it in French."""
    return (
        "# ----------------------------------------\n# Acquisition de trafic\n#\n"
        f"# Date de début : {first_year}0701\n# Date de fin : {first_year + 1}0630\n\n"
        "Source/support de la session,Sessions,Utilisateurs actifs\n"
        f"google / organic,{sessions - 100},10\n(direct) / (none),100,5\n"
    )


MAILCHIMP = (
    "Title,Subject,List,Send Date,Successful Deliveries,Unique Opens,Open Rate,Unique Clicks,Unsubscribes,Unique Id\n"
    '"Infolettre <b>mai</b>",Sujet,Liste,"May 29, 2024 10:00 am",400,180,45.00%,40,1,a1b2c3\n'
)


@pytest.fixture
def exports(tmp_path: Path) -> list[Path]:
    files = {"visites-2022.csv": ga4(2022, 10_000), "visites-2023.csv": ga4(2023, 12_000), "infolettres.csv": MAILCHIMP}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return [tmp_path / name for name in files]


def status_of(page: Page, address: str) -> str:
    """The status that the fiche shows, opened by its link."""
    page.goto(f"{address}/{FICHE}")
    pill = page.locator(".phrase .pastille")
    expect(pill).to_be_visible()
    return pill.inner_text()


def test_upload_see_the_status_change_cancel_see_it_back(tmp_path, exports, new_page):
    with served(tmp_path / "rqds.duckdb") as address:
        page = new_page()
        # the very first address asked of a new server opens inside the app
        assert "Sans données" in status_of(page, address)
        expect(page.get_by_role("link", name="Téléverser des exports")).to_be_visible()

        page.goto(address)
        expect(page.get_by_role("heading", name="Bienvenue")).to_be_visible()
        page.get_by_role("button", name="Téléverser des exports").click()
        expect(page.get_by_role("heading", name="Téléverser des exports")).to_be_visible()
        page.locator("input[type=file]").set_input_files(exports)
        expect(page.get_by_role("heading", name="3 fichiers prêts")).to_be_visible()
        expect(page.get_by_text("Visites du site Web, 2023-2024", exact=False).first).to_be_visible()
        page.get_by_role("button", name="Enregistrer les 3 fichiers prêts").click()
        expect(page.get_by_text("visites-2023.csv : 1 ligne enregistrée", exact=False)).to_be_visible()

        assert "Atteinte" in status_of(page, address)
        assert "exercice=2023-2024" in page.url and "indicateur=1.2.6-2" in page.url
        expect(page.locator(".phrase")).to_contain_text(re.compile(r"12\s000\svisites"))
        expect(page.get_by_text("visites-2023.csv")).to_be_visible()

        page.get_by_role("link", name="Téléverser des exports").click()
        page.get_by_role("button", name="Annuler l’envoi visites-2023.csv").click()
        page.get_by_role("dialog").get_by_role("button", name="Annuler l'envoi").click()
        expect(page.get_by_text("« visites-2023.csv » est annulé", exact=False)).to_be_visible()
        assert "Sans données" in status_of(page, address)


def test_wrong_files_are_told_and_the_others_saved(tmp_path, exports, new_page):
    wrong = tmp_path / "abime.xlsx"
    wrong.write_bytes(b"PK\x03\x04 pas un classeur")
    text = tmp_path / "nd.csv"
    text.write_text(MAILCHIMP.replace(",400,", ",n/d,"), encoding="utf-8")
    with served(tmp_path / "rqds.duckdb") as address:
        page = new_page()
        page.goto(f"{address}/televerser")
        page.locator("input[type=file]").set_input_files([exports[0], wrong, text])
        expect(page.get_by_role("heading", name="1 fichier prêt, 2 à corriger")).to_be_visible()
        expect(page.get_by_text("Le fichier est abîmé", exact=False)).to_be_visible()
        told = page.get_by_text("« n/d » n'est pas un nombre entier", exact=False)
        expect(told).to_contain_text("colonne « Successful Deliveries », ligne 2")
        page.get_by_role("button", name="Enregistrer le fichier prêt").click()
        expect(page.get_by_text("visites-2022.csv : 1 ligne enregistrée", exact=False)).to_be_visible()


def test_the_demonstration_loads_in_one_click_and_leaves_in_one(tmp_path, new_page):
    with served(tmp_path / "rqds.duckdb") as address:
        page = new_page()
        page.goto(address)
        page.get_by_role("button", name="Voir d'abord avec des données fictives").click()
        banner = page.get_by_text("Données fictives", exact=True)
        expect(banner).to_be_visible(timeout=400_000)
        for path in ("orientation", "fiche", "televerser"):
            page.goto(f"{address}/{path}")
            expect(banner).to_be_visible()
        page.get_by_role("button", name="Retirer la démonstration").click()
        expect(banner).to_be_hidden()
        page.goto(address)
        expect(page.get_by_role("heading", name="Bienvenue")).to_be_visible()


def cell(page: Page, grid: str, row: int, x: int) -> None:
    """Click on a cell of the table that follows a heading: `row` from 1, `x` pixels from its left."""
    table = page.locator(f"xpath=//h3[contains(., '{grid}')]/following::div[@data-testid='stDataFrame'][1]")
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + x, box["y"] + 17 + 34 * row)


def on_the_wall(page: Page, address: str, query: str, name: str) -> str:
    """The status that the overview's wall gives an indicator."""
    page.goto(f"{address}/?{query}")
    square = page.locator(f'a.case[aria-label^="{name}"]')
    expect(square).to_be_visible()
    return str(square.get_attribute("aria-label")).rsplit(" : ", 1)[1]


def test_a_milestone_and_a_target_change_the_overview_from_today_on(own_demo, new_page):
    year = "exercice=2026-2027"
    yesterday = f"{year}&au={store.today() - timedelta(days=1)}"
    milestone, number = "2.2.5 Recherche du projet de démonstration", "1.2.5 Contacts directs sur des besoins"
    with served(own_demo) as address:
        page = new_page(height=1300)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        before = [on_the_wall(page, address, year, name) for name in (milestone, number)]
        assert before == ["Échéance à fixer", "Suivi sans cible"]

        page.goto(f"{address}/saisir?action=2.2.5&{year}")
        expect(page.get_by_role("heading", name="Jalons")).to_be_visible()
        page.wait_for_timeout(1000)  # the table is a canvas: nothing tells when it is drawn
        cell(page, "Jalons", 2, 400)
        page.evaluate("text => navigator.clipboard.writeText(text)", "fait\t2026-11-20")
        page.keyboard.press("Control+v")
        page.get_by_role("button", name=re.compile("Enregistrer .*valeur")).click()
        expect(page.get_by_text(re.compile("enregistrée")).first).to_be_visible()

        page.goto(f"{address}/cibles?vue=fixer&{year}")
        page.get_by_text("Retenir toutes les propositions").click()
        page.get_by_label("Pourquoi").fill("Résolution du CA")
        page.get_by_role("button", name=re.compile("Enregistrer .*décision")).click()
        expect(page.get_by_text(re.compile("enregistrée|fixée")).first).to_be_visible()

        after = [on_the_wall(page, address, year, name) for name in (milestone, number)]
        assert after[0] == "Atteinte" and after[1] in (
            "En voie", "À surveiller", "En retard", "Atteinte", "Presque", "Non atteinte",
        )  # fmt: skip
        assert [on_the_wall(page, address, yesterday, name) for name in (milestone, number)] == before
