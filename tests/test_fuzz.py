"""2,000 mutated files a source, always the same: no exception, no wrong tool, no partial lot. See tests.fuzz."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.fuzz.essais import run, tools

NOMBRE, GRAINE = 2_000, 20261124


def test_mutated_files_never_break_anything(tmp_path):
    # new processes: DuckDB and threads of other tests do not survive a fork
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        runs = {n: pool.submit(run, n, NOMBRE, GRAINE, tmp_path / f"{n}.duckdb") for n in tools()}
        found = {nom: pending.result() for nom, pending in runs.items()}
    assert {nom: b.fautes[:5] for nom, b in found.items() if b.fautes} == {}
    for nom, bilan in found.items():
        assert bilan.essais == NOMBRE
        assert bilan.issues["accepté"] > 20 and bilan.issues["refusé"] > 20, (
            nom
        )  # the harms are neither too mild nor too rough
        assert bilan.plus_lent < 10, nom
