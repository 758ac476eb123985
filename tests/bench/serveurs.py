"""The app and an empty Streamlit page, each served by a process of its own on a free port of this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_WAIT = 60.0  # seconds

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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _serve(script: Path, folder: Path, environ: dict[str, str]) -> Iterator[str]:
    """A Streamlit server for `script`, from its own folder (where its settings are); ended with the block."""
    port = _free_port()
    log = folder / f"serveur-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", script.name, "--server.port", str(port), "--server.headless", "true"],
            cwd=script.parent, env={**os.environ, **environ}, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip
        try:
            _await(f"http://127.0.0.1:{port}/_stcore/health", process, log)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _WAIT
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"Le serveur ne répond pas.\n{log.read_text(errors='replace')[-2000:]}")


@contextmanager
def servers(folder: Path, base: Path) -> Iterator[Serveurs]:
    """Both servers, with the home folder of the bench."""
    empty = folder / "vide"
    (empty / ".streamlit").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / ".streamlit" / "config.toml", empty / ".streamlit" / "config.toml")
    (empty / "app.py").write_text(_EMPTY, encoding="utf-8")
    environ = {"HOME": str(folder), "PYTHONPATH": str(ROOT), "RQDS_BASE": str(base)}
    with ExitStack() as stack:
        app = stack.enter_context(_serve(ROOT / "app.py", folder, environ))
        vide = stack.enter_context(_serve(empty / "app.py", folder, environ))
        yield Serveurs(app, vide)
