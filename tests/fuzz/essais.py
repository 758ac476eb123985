"""Try mutated files: none may raise, pass for another tool's, or be stored in part."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from random import Random

from etl.correspondance import Correspondance, from_json
from etl.loading import LotRefuse, import_export
from etl.recognition import read_export, sources
from rqds_metrics import store
from rqds_metrics.plan import load_plan
from tests.fuzz.mutations import mutate

SOURCES = Path(__file__).parents[1] / "sources"
DECRITS = Path(__file__).parents[1] / "decrits"
JOUR = date(2026, 11, 20)
DECRIT = "autre-cyberimpact"  # its mapping is beside its files


@dataclass
class Bilan:
    """What became of the files of one tool. `fautes`: (seed of the file, what went wrong)."""

    essais: int = 0
    issues: Counter[str] = field(default_factory=Counter)
    fautes: list[tuple[str, str]] = field(default_factory=list)
    plus_lent: float = 0.0


def fixtures(nom: str) -> list[Path]:
    folder = DECRITS if nom == DECRIT else SOURCES
    return sorted(p for p in (folder / nom).iterdir() if ".attendu." not in p.name and p.suffix != ".json")


def mappings() -> list[Correspondance]:
    return [from_json((DECRITS / DECRIT / "correspondance.json").read_bytes())]


def tools() -> list[str]:
    """The tools that we know, and one that was described column by column."""
    return [*(s.nom for s in sources()), DECRIT]


def run(nom: str, count: int, seed: int, base: Path, store_every: int = 20) -> Bilan:
    """Read `count` mutated files of a tool; one accepted file in `store_every` is stored too."""
    bilan, plan, described = Bilan(), load_plan(), mappings()
    texts = [p for p in fixtures(nom) if p.suffix != ".xlsx"] or fixtures(nom)
    books = [p for p in fixtures(nom) if p.suffix == ".xlsx"]
    originals = {p: p.read_bytes() for p in fixtures(nom)}
    for k in range(count):
        mark = f"{nom}|{seed}|{k}"
        dice = Random(mark)
        path = dice.choice(books) if books and k % 10 == 0 else dice.choice(texts)
        octets = mutate(originals[path], dice)
        start = time.perf_counter()
        try:
            lecture = read_export("x", octets, JOUR, plan, correspondances=described)
        except Exception as error:  # the very thing that must never happen
            bilan.fautes.append((mark, f"{path.name}: {type(error).__name__}: {error}"))
            continue
        finally:
            bilan.essais += 1
            bilan.plus_lent = max(bilan.plus_lent, time.perf_counter() - start)
        errors = [c for c in lecture.constats if c.verdict == "erreur"]
        if lecture.source and lecture.source.nom != nom and not errors:
            bilan.fautes.append((mark, f"{path.name}: passes for {lecture.source.nom}"))
        if any("Traceback" in c.note or not c.note.strip() for c in lecture.constats):
            bilan.fautes.append((mark, f"{path.name}: a finding is not a sentence"))
        bilan.issues["refusé" if errors else "accepté"] += 1
        if not errors and bilan.issues["accepté"] % store_every == 1:
            _store(lecture, base, mark, bilan)
    return bilan


def _store(lecture, base: Path, mark: str, bilan: Bilan) -> None:  # type: ignore[no-untyped-def]
    try:
        recu = import_export(lecture, base, par="essai", recu_le=datetime(2026, 11, 20, 15))
    except LotRefuse:
        return
    except Exception as error:  # as above
        bilan.fautes.append((mark, f"storing: {type(error).__name__}: {error}"))
        return
    if recu.lot is None:
        return
    with store.connect(base) as cursor:
        row = cursor.execute("SELECT famille, lignes FROM lot WHERE id = ?", [recu.lot]).fetchone()
        assert row is not None
        found = cursor.execute(f"SELECT count(*) FROM {row[0]} WHERE lot = ?", [recu.lot]).fetchone()
    if found != (row[1],):
        bilan.fautes.append((mark, f"stored in part: {found} of {row[1]}"))
