"""One Chromium, and times taken inside the page: from the navigation or the click to the frame that shows it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.install import find_chromium
from tests.browser.serveur import ARGUMENTS

_WIDTH, _HEIGHT = 1280, 900

# `tous` looks through the open shadow roots of what can be acted upon, `lus` also in what is there to read while the rest
# starts (pages/ui/premier.py); `mesurer` waits, frame by frame, until `pret` holds and has been painted.
_SCRIPT = """
window.tous = (selector) => {
  const found = [...document.querySelectorAll(selector)];
  const isolated = '[data-testid="stBidiComponentIsolated"]';
  for (const host of document.querySelectorAll(`${isolated}, ${isolated} *`))
    if (host.shadowRoot) found.push(...host.shadowRoot.querySelectorAll(selector));
  return found.filter((e) => e.offsetHeight > 0);
};
window.lus = (selector) => {
  const first = document.getElementById('avance')?.shadowRoot;
  return [...(first ? first.querySelectorAll(selector) : []), ...tous(selector)].filter((e) => e.offsetHeight > 0);
};
window.mesurer = (pret, depuis) => new Promise((resolve) => {
  const painted = () => resolve(performance.now() - depuis());
  const look = () => requestAnimationFrame(pret() ? painted : look);
  look();
});
document.addEventListener('click', (event) => {
  if (event.composedPath().some((e) => e.getAttribute?.('role') === 'option')) window.choisi = performance.now();
}, true);
"""


@dataclass(frozen=True)
class Ecran:
    """A screen: its address, and in JavaScript when its title is there, all of it, and all of a year's content; `alive`:
    when it can be acted upon, where what there is to read comes before."""

    url: str
    titled: str
    there: str
    chosen: str = ""
    alive: str = ""


@dataclass(frozen=True)
class Ouverture:
    """Milliseconds from the navigation to the title, to the whole content, and to what can be acted upon."""

    titre: float
    tout: float
    vif: float


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=ARGUMENTS, env={**os.environ, "HOME": str(folder)}
        )
        try:
            yield browser
        finally:
            browser.close()


def new_context(browser: Browser) -> BrowserContext:
    context = browser.new_context(viewport={"width": _WIDTH, "height": _HEIGHT})
    context.add_init_script(_SCRIPT)
    return context


def open_page(context: BrowserContext, screen: Ecran) -> tuple[Page, Ouverture]:
    """A new page on the screen, and how long it took from the navigation to its content."""
    page = context.new_page()
    page.goto(screen.url, wait_until="commit")
    waits = ", ".join(f"mesurer({w}, () => 0)" for w in (screen.titled, screen.there, screen.alive or screen.there))
    return page, Ouverture(*page.evaluate(f"Promise.all([{waits}])"))


def open_choices(page: Page) -> list[str]:
    """Unfold the select of years; the years it offers."""
    page.get_by_role("combobox").first.click()
    page.get_by_role("option").first.wait_for()
    return [text.split(" ")[0] for text in page.get_by_role("option").all_inner_texts()]


def choose(page: Page, screen: Ecran, year: str) -> float:
    """Pick a year in the unfolded select; milliseconds from the click to that year's content."""
    page.evaluate(
        f"window.choisi = undefined; window.attente = mesurer(() => window.choisi && ({screen.chosen})('{year}'),"
        " () => window.choisi); 0"
    )
    page.get_by_role("option").filter(has_text=year).first.click()
    return float(page.evaluate("window.attente"))
