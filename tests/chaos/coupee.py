"""A base cut short anywhere, or damaged: every command ends in French and leaves the file as it was; a copy restores it.

Each command runs in a warm process of its own, for a damaged file may bring down the database engine itself.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from tests.enfants import children
from tests.fabrique import ecoutes, load, visites

COMMANDES: dict[str, tuple[str, ...]] = {
    "lots": ("etl", "lots"),
    "importer": ("etl", "importer", "mars.csv"),
    "annuler": ("etl", "annuler", "1"),
    "resultats": ("rqds_metrics", "resultats", "--exercice", "2025-2026"),
    "publier": ("rqds_metrics", "publier"),
    "horloge": ("rqds_metrics", "horloge"),
}
ANGLAIS = ("Traceback", "Error:", "Exception:", "duckdb.", "INTERNAL")


def make(base: Path) -> None:
    """A base of some size, closed, its log folded in."""
    first = date(2023, 1, 1)
    for rank in range(12):
        days = {first + timedelta(days=28 * rank + k): k for k in range(28)}
        load(base, ecoutes(days, f"{rank}.csv"), visites(min(days), max(days), 100 + rank, f"site {rank}.csv"))


def _command(words: tuple[str, ...], base: Path, said: Path) -> None:
    """In a child: the command as `python -m` runs it."""
    with said.open("w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.update(RQDS_BASE=str(base), RQDS_JOURNAL="non")
    os.chdir(base.parent)
    (base.parent / "mars.csv").write_text(
        "Date,Plays\n" + "".join(f"2026-03-{d:02d},3\n" for d in range(1, 29)), encoding="utf-8"
    )
    sys.argv = [f"/{words[0]}/__main__.py", *words[1:]]
    from rqds_metrics.cli import run

    if words[0] == "etl":
        from etl.__main__ import main
    else:
        from rqds_metrics.__main__ import main
    run(main)


def outcome(words: tuple[str, ...], base: Path, said: Path) -> tuple[int, str]:
    child = children().Process(target=_command, args=(words, base, said))
    child.start()
    child.join()
    assert child.exitcode is not None
    return child.exitcode, said.read_text(encoding="utf-8", errors="replace")


def digest(base: Path) -> str:
    return sha256(base.read_bytes()).hexdigest()


def cut(octets: bytes, chance: random.Random) -> bytes:
    """As a copy that was interrupted leaves it."""
    return octets[: chance.randrange(1, len(octets))]


def hole(octets: bytes, chance: random.Random) -> bytes:
    """As a disk that fails leaves it: a sector of zeros, or of something else."""
    start = chance.randrange(0, len(octets))
    sector = bytes(4096) if chance.random() < 0.5 else chance.randbytes(4096)
    return (octets[:start] + sector + octets[start + 4096 :])[: len(octets)]


def empty(octets: bytes, chance: random.Random) -> bytes:
    return b""


MAUX: dict[str, Callable[[bytes, random.Random], bytes]] = {"coupée": cut, "trouée": hole}


def strike(whole: Path, mal: str, commande: str, chance: random.Random, folder: Path) -> str:
    """Harm a copy of the base, run one command on it; returns what came of it.

    Raises:
        AssertionError: something else than French was said, or the harmed file was changed by a command that failed.
    """
    base = folder / "abimee" / "rqds.duckdb"
    shutil.rmtree(base.parent, ignore_errors=True)
    base.parent.mkdir()
    base.write_bytes(MAUX[mal](whole.read_bytes(), chance))
    before = digest(base)
    code, said = outcome(COMMANDES[commande], base, folder / "dit.txt")
    assert not any(word in said for word in ANGLAIS), f"{mal}, {commande} : {said[-800:]}"
    assert said.strip(), f"{mal}, {commande}: nothing was said, code {code}"
    if code == 0:
        return "lue quand même"  # what is damaged is not what was asked for
    assert code in (1, 3), f"{mal}, {commande}: {code} {said[-800:]}"
    assert digest(base) == before, f"{mal}, {commande}: the damaged file was changed"
    shutil.copy(whole, base)  # as a restored copy
    again, told = outcome(COMMANDES["lots"], base, folder / "dit.txt")
    assert again == 0 and "site 11.csv" in told
    return "dit illisible" if code == 1 else "erreur inattendue, dite en français"


def run(coups: int, chance: random.Random, folder: Path) -> Iterator[str]:
    place = folder / "coupee"
    place.mkdir()
    whole = place / "entiere.duckdb"
    make(whole)
    seen: Counter[str] = Counter()
    for coup in range(1, coups + 1):
        mal, commande = list(MAUX)[coup % len(MAUX)], list(COMMANDES)[coup % len(COMMANDES)]
        seen[strike(whole, mal, commande, chance, place)] += 1
        if coup == coups or not coup % 50:
            yield f"{coup} bases abîmées : " + ", ".join(f"{n} {what}" for what, n in sorted(seen.items())) + "."
