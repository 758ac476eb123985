"""Warm processes for tests that kill or measure one: each is forked from a server where the readers are loaded already."""

from __future__ import annotations

import multiprocessing
from functools import cache
from multiprocessing.context import ForkServerContext

_CHARGES = ["etl.archive", "etl.loading", "etl.recognition", "tests.fabrique"]


@cache
def children() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_CHARGES)
    return context
