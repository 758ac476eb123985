"""A Chromium for the session; pages in French, on the two widths that screens are made for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.install import find_chromium
from tests.browser.serveur import ARGUMENTS

# a loaded machine is slow, not wrong: an expectation waits as long as an action does
PATIENCE = 180_000  # ms
expect.set_options(timeout=PATIENCE)
PAGES = pytest.StashKey[list[Page]]()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as p:
        try:
            browser = p.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        except Exception as error:
            pytest.skip(f"aucun Chromium sur cette machine (« make test » en installe un) : {error}")
        yield browser
        browser.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A test that fails tells what its pages were showing: a wait that ends says nothing by itself."""
    report = (yield).get_result()
    if report.when == "call" and report.failed:
        for page in item.stash.get(PAGES, []):
            try:
                report.sections.append((f"screen: {page.url}", page.locator("body").inner_text(timeout=5000)[:3000]))
            except Exception as error:
                report.sections.append(("screen", repr(error)))


@pytest.fixture
def new_page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """`new_page(width=1440)`: a page of its own; it fails the test when it asks anything of another machine."""
    contexts, outside = [], []
    pages = request.node.stash.setdefault(PAGES, [])

    def make(width: int = 1440, height: int = 900) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="fr-CA")
        contexts.append(context)
        page = context.new_page()
        pages.append(page)
        page.set_default_timeout(PATIENCE)

        def watch(url: str) -> None:
            if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:")):
                outside.append(url)

        page.on("request", lambda r: watch(r.url))
        page.on("websocket", lambda w: watch(w.url))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not outside, f"the page called other machines: {outside}"
