"""Take the pictures of docs/images again: python -m tests.browser.captures (on the demonstration as of DEMO_AU)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from etl.demo.load import load_demo
from tests.browser.install import find_chromium
from tests.browser.serveur import ARGUMENTS, RACINE, served
from tests.conftest import DEMO_AU

AU = f"exercice=2026-2027&au={DEMO_AU}"
PICTURES = {"vue-ensemble": (f"?{AU}", 1000), "fiche": (f"fiche?indicateur=1.2.6-2&{AU}", 900)}


def main() -> None:
    folder = RACINE / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as tmp, sync_playwright() as p:
        base = Path(tmp) / "demonstration.duckdb"
        load_demo(base, today=DEMO_AU)
        with served(base) as address:
            browser = p.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
            for name, (path, height) in PICTURES.items():
                page = browser.new_page(viewport={"width": 1440, "height": height}, locale="fr-CA")
                page.goto(f"{address}/{path}")
                page.locator(".racine").first.wait_for()
                page.wait_for_load_state("networkidle")
                picture = folder / f"{name}.png"
                page.screenshot(path=picture)
                Image.open(picture).convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(
                    picture, optimize=True
                )
            browser.close()


if __name__ == "__main__":
    main()
