"""python -m tests.fuzz [--sources ga4 mailchimp] [--nombre 20000] [--graine 7]: a long run, faults printed."""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.fuzz.essais import run, tools


def main() -> int:
    parser = argparse.ArgumentParser(description="Des fichiers abîmés, source par source.")
    parser.add_argument("--sources", nargs="*", default=tools())
    parser.add_argument("--nombre", type=int, default=20_000)
    parser.add_argument("--graine", type=int, default=7)
    args = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor() as pool:
        runs = {n: pool.submit(run, n, args.nombre, args.graine, Path(folder) / f"{n}.duckdb") for n in args.sources}
        for nom, found in runs.items():
            bilan = found.result()
            told = ", ".join(f"{n} {k}" for k, n in bilan.issues.items())
            print(f"{nom} : {bilan.essais} fichiers ({told}), le plus lent {bilan.plus_lent * 1000:.0f} ms")
            for mark, fault in bilan.fautes[:10]:
                failed = True
                print(f"  {mark} : {fault[:300]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
