"""python -m tests.chaos: misfortunes done on purpose, for as long as one likes."""

from __future__ import annotations

import argparse
import os
import random
import tempfile
from pathlib import Path

from tests.chaos import appli, coupee, disque, horloge, imports

ESSAIS = {
    "imports": (imports.run, 1000, "des imports tués à tout moment"),
    "appli": (appli.run, 40, "l'application tuée pendant qu'elle enregistre"),
    "disque": (disque.run, 200, "un disque qui se remplit"),
    "coupee": (coupee.run, 600, "une base coupée ou trouée"),
    "horloge": (horloge.run, 20, "une horloge qui saute ; minuit, le 30 juin"),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Des malheurs, faits exprès.")
    parser.add_argument(
        "essais", nargs="*", metavar="essai", help=" ; ".join(f"{k} : {v[2]}" for k, v in ESSAIS.items())
    )
    parser.add_argument("--coups", type=int, help="combien de fois (chacun a son nombre)")
    parser.add_argument("--graine", type=int, default=0)
    asked = parser.parse_args()
    unknown = set(asked.essais) - set(ESSAIS)
    if unknown:
        parser.error(f"essai inconnu : {', '.join(sorted(unknown))} (parmi {', '.join(ESSAIS)})")
    os.environ["RQDS_JOURNAL"] = "non"
    with tempfile.TemporaryDirectory(prefix="rqds-chaos-") as folder:
        for name in asked.essais or ESSAIS:
            run, usual, _ = ESSAIS[name]
            for line in run(asked.coups or usual, random.Random(asked.graine), Path(folder)):
                print(f"{name} : {line}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
