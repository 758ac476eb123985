"""The app and an empty Streamlit page, each served by a process of its own on a free port of this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from rqds_metrics.familles import FAMILLES
from tests.browser.serveur import RACINE, served

# The same settings, the same layers in front, the same select: only the screen is missing.
_EMPTY = """
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

if get_script_run_ctx() is None:
    from pages.ui.serveur import layers

    app = st.App(__file__, middleware=layers())
else:
    st.title("Vide", anchor=False)
    year = st.selectbox("Exercice", [f"{y}-{y + 1}" for y in range(2022, 2027)], index=4, filter_mode=None)
    st.markdown(f"Choix : {year}")
"""


@dataclass(frozen=True)
class Serveurs:
    """Addresses."""

    app: str
    vide: str
    grande: str  # the app on a hundred times the rows


def hundredfold(base: Path, folder: Path) -> Path:
    """A copy of a base whose files each brought a hundred times their rows."""
    grown = Path(shutil.copy(base, folder / "centuple.duckdb"))
    with duckdb.connect(grown) as db:
        for famille in FAMILLES:
            db.execute(f"INSERT INTO {famille} SELECT {famille}.* FROM {famille}, range(99)")
    return grown


@contextmanager
def servers(folder: Path, base: Path) -> Iterator[Serveurs]:
    """The servers, with the home folder of the bench."""
    empty = folder / "vide"
    (empty / ".streamlit").mkdir(parents=True, exist_ok=True)
    shutil.copy(RACINE / ".streamlit" / "config.toml", empty / ".streamlit" / "config.toml")
    (empty / "app.py").write_text(_EMPTY, encoding="utf-8")
    environ = {"HOME": str(folder), "PYTHONPATH": str(RACINE)}
    with ExitStack() as stack:
        app = stack.enter_context(served(base, **environ))
        vide = stack.enter_context(served(base, empty / "app.py", **environ))
        grande = stack.enter_context(served(hundredfold(base, folder), **environ))
        yield Serveurs(f"{app}/", f"{vide}/", f"{grande}/")
