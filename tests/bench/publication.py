"""Publishing the whole plan: from the base to a snapshot online, and its open data; in front of 5 seconds."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from rqds_metrics.diffusion.composition import Choix
from rqds_metrics.diffusion.donnees_ouvertes import addresses_of
from rqds_metrics.diffusion.instantanes import read_publication
from rqds_metrics.diffusion.parution import write_snapshot
from rqds_metrics.mise_en_ligne import preview
from rqds_metrics.plan import load_plan
from rqds_metrics.store import today
from tests.bench.ratios import in_turns, say, timed, title

AIM = 5000.0  # ms


def measure(folder: Path, base: Path, rounds: int) -> None:
    title("Publication : tout le plan, devant 5 s")
    choix = Choix(tuple(load_plan().tous))
    made = preview(choix, today(), base)

    def publish() -> None:
        with TemporaryDirectory(dir=folder) as where:
            write_snapshot(preview(choix, today(), base), Path(where))

    with TemporaryDirectory(dir=folder) as where:
        path = write_snapshot(made, Path(where))
        times = in_turns(
            min(rounds, 5),
            {
                "de la base à l'instantané en ligne": lambda: timed(publish),
                "lire l'instantané": lambda: timed(lambda: read_publication(path)),
                "données ouvertes": lambda: timed(lambda: addresses_of(made)),
            },
        )
        for name, found in times.items():
            say(name, median(found), "", AIM, 1)
        print(f"  Instantané : {path.stat().st_size / 1e6:.1f} Mo.")
