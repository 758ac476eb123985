"""Bases that tests share: the demonstration, made once a session through the real importers; and empty ones."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from etl.demo.load import load_demo

RACINE = Path(__file__).resolve().parent.parent
settings.register_profile("sans_horloge", deadline=None)  # a busy machine is no fault
settings.load_profile("sans_horloge")

DEMO_AU = date(2026, 11, 24)  # the day the demonstration of the tests stops: results do not depend on the clock


@pytest.fixture(scope="session")
def demo_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration as of DEMO_AU, made once; each worker has its copy, for a base is held by one process at a time.

    Read only: tests that change it take `own_demo`.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    path = folder / "demonstration.duckdb"
    with FileLock(folder / "demonstration.lock"):
        if not path.exists():
            made = folder / "en_cours.duckdb"
            load_demo(made, today=DEMO_AU)
            made.rename(path)
    return Path(shutil.copy(path, tmp_path_factory.mktemp("demo") / path.name))


@pytest.fixture
def own_demo(demo_base: Path, tmp_path: Path) -> Path:
    """A copy of the demonstration that a test may change."""
    return Path(shutil.copy(demo_base, tmp_path / "demonstration.duckdb"))


@pytest.fixture
def app_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Run the app on a base, as Streamlit's own testing tool does: `app_on(path, page=…, exercice=…)`; `user`: claims."""
    import streamlit as st
    from streamlit.runtime.pages_manager import PagesManager
    from streamlit.testing.v1 import AppTest

    # AppTest starts each run as if st.navigation did not exist and would serve the files of pages/ by themselves;
    # the server does not, once app.py is loaded (pages.ui.navigation.declare)
    born = PagesManager.__init__

    def navigated(self: PagesManager, *args: object, **kwargs: object) -> None:
        born(self, *args, **kwargs)  # type: ignore[arg-type]
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", navigated)

    def run(base: Path, page: str | None = None, user: dict[str, object] | None = None, **query: str) -> AppTest:
        monkeypatch.setenv("RQDS_BASE", str(base))
        monkeypatch.chdir(RACINE)
        st.cache_data.clear()
        st.cache_resource.clear()
        at = AppTest.from_file(str(RACINE / "app.py"), default_timeout=30)
        if user is not None:
            at.user = user
        if page:
            at.run().switch_page(page)
        for name, value in query.items():
            at.query_params[name] = value
        return at.run()

    yield run
