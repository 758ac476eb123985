"""A server in a process of its own, that a test may kill: the app as `streamlit run`, or any command of a unit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.browser.serveur import RACINE, _wait, free_port


@dataclass
class Serveur:
    """`sortie`: the file with all that it wrote."""

    address: str
    process: subprocess.Popen[bytes]
    sortie: Path

    def kill(self) -> None:
        """As when the power goes: nothing is told, nothing is closed."""
        self.process.kill()
        self.process.wait()

    def said(self) -> str:
        return self.sortie.read_text(encoding="utf-8", errors="replace")


def app_command(port: int) -> list[str]:
    return [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.headless", "true"]


@contextmanager
def launched(
    folder: Path,
    command: Sequence[str] | None = None,
    *,
    port: int | None = None,
    cwd: Path = RACINE,
    env: dict[str, str] | None = None,
) -> Iterator[Serveur]:
    """Start a server and wait until it answers (the app by default); it ends with the block. `folder`: for its words."""
    port = port or free_port()
    sortie = folder / f"sortie-{port}.txt"
    with sortie.open("ab") as file:
        process = subprocess.Popen(
            command or app_command(port), cwd=cwd, env={**os.environ, **(env or {})}, stdout=file, stderr=file
        )
    address = f"http://127.0.0.1:{port}"
    try:
        try:
            _wait(address, process, 120)
        except (RuntimeError, TimeoutError) as error:
            raise RuntimeError(sortie.read_text(encoding="utf-8", errors="replace")[-2000:]) from error
        yield Serveur(address, process, sortie)
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
