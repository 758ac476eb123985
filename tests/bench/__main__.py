"""`python -m tests.bench`: every measure, or those named."""

from __future__ import annotations

import argparse
import logging
import tempfile
from pathlib import Path

from etl.demo.load import load_demo
from rqds_metrics.store import today
from tests.bench import calcul, ecran, foule, gros, lecture, projection, public, publication, rapport

MEASURES = {
    "calcul": calcul.measure,
    "projection": projection.measure,
    "publication": publication.measure,
    "lecture": lecture.measure,
    "gros": gros.measure,
    "ecran": ecran.measure,
    "foule": foule.measure,
    "rapport": rapport.measure,
    "public": public.measure,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Rapports mesurés côte à côte.")
    parser.add_argument("mesures", nargs="*", metavar="MESURE", help=f"parmi : {', '.join(MEASURES)} (toutes)")
    parser.add_argument("--tours", type=int, default=9, help="tours de chaque mesure (9)")
    asked = parser.parse_args()
    if unknown := set(asked.mesures) - set(MEASURES):
        parser.error(f"mesure inconnue : {', '.join(sorted(unknown))}")
    logging.disable(logging.WARNING)  # Streamlit's caches complain of having no server around them
    with tempfile.TemporaryDirectory(prefix="rqds-bench-") as folder:
        base = Path(folder) / "demonstration.duckdb"
        lots = load_demo(base, today=today())
        print(f"Démonstration : {lots} fichiers. Médianes de {asked.tours} tours alternés.", flush=True)
        for name, measure in MEASURES.items():
            if not asked.mesures or name in asked.mesures:
                measure(Path(folder), base, asked.tours)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
