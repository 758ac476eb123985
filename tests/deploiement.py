"""A server that does not exist, in a folder: what docs/exploitation/serveur.md says to type is typed there.

What only a real machine has (accounts, packages, systemd itself) is played by small scripts that write down what they
were asked; all the rest is real: files, rights of folders, the project's own commands, Caddy's reading of its file.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rqds_metrics.plan import RACINE

# the registries of packages and images, by their two parts: no file of the project holds the name of one, this one neither
REGISTRES = re.compile(
    "|".join(
        rf"{name}\.(?:{ends})"
        for name, ends in {
            "docker": "io",
            "quay": "io",
            "ghcr": "io",
            "pypi": "org|python",
            "pythonhosted": "org",
        }.items()
    )
)
DOCS = RACINE / "docs" / "exploitation"
DEPLOIEMENT = RACINE / "deploiement"
UNITES = sorted((DEPLOIEMENT / "systemd").iterdir())
# what a copy of the project holds, as a clone would bring it
_COPIES = ["app.py", "etl", "pages", "publique", "rqds_metrics", "deploiement", ".streamlit/config.toml", "data/plan",
           "data/reglages.yaml", "data/exploitation.yaml", "data/acces.exemple.yaml", "requirements.txt"]  # fmt: skip
_JOUES = {
    "sudo": 'while [ "$1" = -u ]; do shift 2; done; exec "$@"', "runuser": 'shift 3; exec "$@"',
    "apt-get": "", "groupadd": "", "useradd": "", "systemctl": "", "curl": "echo ok",
    # a clone, without a network
    "git": 'case "$1" in clone) shift; [ $# = 2 ] && mkdir -p "$(dirname "$2")" && cp -R "$MODELE" "$2";; esac',
    # its own venv is that of the tests; nothing is installed
    "python3": '[ "$1 $2" = "-m venv" ] && mkdir -p "$3/bin" && cp "$JOUES/python-du-venv" "$3/bin/python"',
    "python-du-venv": 'case "$1 $2" in "-m pip") exit 0;; *) exec "$PYTHON_REEL" "$@";; esac',
    "install": 'n=$#; while [ $n -gt 0 ]; do a=$1; shift; n=$((n-1)); case "$a" in -o|-g) shift; n=$((n-1));; '
               '*) set -- "$@" "$a";; esac; done; exec "$INSTALL_REEL" "$@"',
}  # fmt: skip


def copy_project(to: Path, names: Sequence[str] = _COPIES) -> None:
    for name in names:
        path = RACINE / name
        if not path.exists():
            continue
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, to / name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        else:
            shutil.copy2(path, to / name)


def blocks(page: Path, language: str = "sh") -> list[str]:
    """The fenced blocks of a page, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)


@dataclass
class Machine:
    """`racine`: where its / is."""

    racine: Path
    asked: list[str] = field(default_factory=list)

    def mapped(self, text: str) -> str:
        """A text whose paths of the server are those of the folder."""
        return re.sub(r"(?<![\w.])/(opt/rqds|etc/|var/lib/|usr/local/)", lambda m: f"{self.racine}/{m[1]}", text)

    def path(self, path: str) -> Path:
        return Path(self.mapped(path))

    def prepare(self) -> None:
        bin_ = self.racine / "joues"
        for folder in ("joues", "etc/systemd/system", "etc/caddy", "var/lib", "opt", "usr/local/bin"):
            (self.racine / folder).mkdir(parents=True, exist_ok=True)
        for name, body in _JOUES.items():
            script = bin_ / name
            note = 'echo "$(basename "$0") $*" >> "$NOTES"\n' if name in ("apt-get", "useradd", "systemctl") else ""
            script.write_text(f"#!/bin/sh\n{note}{body}\n", encoding="utf-8")
            script.chmod(0o755)
        copy_project(self.racine / "modele")
        for name in ("rqds", "rqds.env"):  # the command, and the settings it reads
            file = self.racine / "modele" / "deploiement" / name
            file.write_text(self.mapped(file.read_text(encoding="utf-8")), encoding="utf-8")

    @property
    def env(self) -> dict[str, str]:
        bin_ = self.racine / "joues"
        return {
            **os.environ, "PATH": f"{bin_}:{self.path('/usr/local/bin')}:{os.environ['PATH']}:/usr/sbin", "JOUES": str(bin_),
            "MODELE": str(self.racine / "modele"), "NOTES": str(self.racine / "notes.txt"),
            "PYTHON_REEL": sys.executable, "INSTALL_REEL": str(shutil.which("install")), "HOME": str(self.racine),
        }  # fmt: skip

    def type(self, block: str) -> str:
        """Run a block of a page, as somebody who copies it would; returns what was said.

        Raises:
            AssertionError: a command failed.
        """
        done = subprocess.run(
            ["sh", "-eu", "-c", self.mapped(block)],
            cwd=self.racine, env=self.env, capture_output=True, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def notes(self) -> list[str]:
        path = self.racine / "notes.txt"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@dataclass
class Unite:
    """A unit of systemd, as far as it is needed to start what it starts."""

    nom: str
    lignes: list[tuple[str, str]]

    @classmethod
    def read(cls, path: Path) -> Unite:
        lines = [x.partition("=") for x in path.read_text(encoding="utf-8").splitlines() if "=" in x and x[0] != "#"]
        return cls(path.name, [(k.strip(), v.strip()) for k, _, v in lines])

    def every(self, key: str) -> list[str]:
        return [v for k, v in self.lignes if k == key]

    def one(self, key: str) -> str:
        (value,) = self.every(key)
        return value

    def environment(self) -> dict[str, str]:
        out = dict(v.split("=", 1) for v in self.every("Environment"))
        for file in self.every("EnvironmentFile"):
            lines = Path(file).read_text(encoding="utf-8").splitlines()
            out |= dict(x.split("=", 1) for x in lines if x.strip() and not x.startswith("#"))
        return out

    def words(self) -> list[str]:
        return shlex.split(self.one("ExecStart"))


def commands_named() -> set[tuple[str, str]]:
    """Every (module, command) that the pages, the units and the scripts name."""
    found = set()
    for path in [*DOCS.glob("*.md"), *UNITES, *DEPLOIEMENT.rglob("RQDS.*"), DEPLOIEMENT / "Containerfile"]:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"-m (etl|rqds_metrics) ([a-z]+)", text))
    return found
