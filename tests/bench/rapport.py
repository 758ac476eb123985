"""The report of the whole plan, from a base that was just changed to the file, against an empty typst document."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median

import typst

from rqds_metrics.diffusion.documents import FORMES
from rqds_metrics.diffusion.rapport import Demande, read_rapport
from rqds_metrics.store import today
from tests.bench.ratios import in_turns, say_medians, timed, title

AIM = 10.0  # seconds, on two cores


def measure(folder: Path, base: Path, rounds: int) -> None:
    title("Rapport au CA : tout le plan, devant un document typst vide (visé : moins de 10 s)")
    demande = Demande.of(today())

    def empty() -> float:
        return timed(lambda: typst.compile(b" ", format="pdf"))

    def whole(forme: str) -> float:
        os.utime(base)  # what is kept in memory hangs on the file's stamp
        return timed(lambda: FORMES[forme](read_rapport(demande, base)))  # type: ignore[index]

    found = in_turns(rounds, {"vide": empty, **{f: lambda f=f: whole(f) for f in FORMES}})
    for forme in FORMES:
        say_medians(f"{forme}, base relue", found[forme], "vide", found["vide"])
    worst = max(median(found[f]) for f in FORMES) / 1000
    print(f"  le plus long : {worst:.1f} s  visé ≤ {AIM:g} s  {'ok' if worst <= AIM else 'MANQUÉ'}", flush=True)
