"""Twenty people who change the year of the overview at the same moment, against one who is alone.

First over the wire, without a browser: what the server adds, whose work waits in line. Then as a person sees it:
one in a browser, the nineteen others over the wire, all at once.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TypeVar

from tests.bench.ecran import screens
from tests.bench.navigateur import choose, chromium, new_context, open_choices, open_page
from tests.bench.ratios import Times, p95, say, title
from tests.bench.serveurs import Serveurs, servers
from tests.bench.visiteur import Visiteur

PEOPLE = 20
AIM = 3.0
_REST = 0.4  # seconds between two rounds
T = TypeVar("T")


def measure(folder: Path, base: Path, rounds: int) -> None:
    with servers(folder, base) as served, _loop() as loop:
        title(f"Foule : {PEOPLE} personnes changent d'exercice au même instant, devant une seule")
        alone, together = loop.run(_over_the_wire(served.app, rounds))
        _say("serveur seul", alone, together)
        _say("dans un navigateur", *_in_a_browser(served, folder, loop, rounds))


def _say(how: str, alone: Times, together: Times) -> None:
    say(f"{how} : p95 à vingt", p95(together), "p95 d'une seule", p95(alone), AIM)
    say(f"{how} : p95 à vingt", p95(together), "p50 d'une seule", median(alone))
    say(f"{how} : p50 à vingt", median(together), "p50 d'une seule", median(alone))


async def _crowd(url: str, people: int) -> list[Visiteur]:
    """People on the page, each having seen every year."""
    found = [Visiteur(url) for _ in range(people)]
    for one in found:
        await one.open()
        for rank in range(len(one.years)):
            await one.change(rank)
    return found


async def _over_the_wire(url: str, rounds: int) -> tuple[Times, Times]:
    crowd = await _crowd(url, PEOPLE)
    alone: Times = []
    together: Times = []
    for turn in range(rounds):
        for k in range(PEOPLE):  # as many times as they are, one after the other
            alone.append(await crowd[k].change(2 * turn + k))
        await asyncio.sleep(_REST)
        together += await asyncio.gather(*(one.change(2 * turn + 1 + k) for k, one in enumerate(crowd)))
        await asyncio.sleep(_REST)
    for one in crowd:
        await one.close()
    return alone, together


def _in_a_browser(served: Serveurs, folder: Path, loop: _Loop, rounds: int) -> tuple[Times, Times]:
    alone: Times = []
    together: Times = []
    screen = screens(served)[0]
    crowd = loop.run(_crowd(served.app, PEOPLE - 1))
    with chromium(folder) as browser, new_context(browser) as context:
        page = open_page(context, screen)[0]
        for turn in range(-4, rounds * 4):
            years = open_choices(page)
            page.wait_for_timeout(_REST * 1000)
            others = None
            if turn % 2:
                others = loop.start(_all_change(crowd, turn))
            took = choose(page, screen, years[turn % 4])
            if others:
                others.result()
            if turn >= 0:
                (together if turn % 2 else alone).append(took)
    loop.run(_leave(crowd))
    return alone, together


async def _all_change(crowd: list[Visiteur], turn: int) -> None:
    await asyncio.gather(*(one.change(turn + k) for k, one in enumerate(crowd)))


async def _leave(crowd: list[Visiteur]) -> None:
    await asyncio.gather(*(one.close() for one in crowd))


class _Loop:
    """An event loop in a thread of its own, for the browser's driver keeps this one."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def start(self, work: Coroutine[object, object, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def run(self, work: Coroutine[object, object, T]) -> T:
        return self.start(work).result()


@contextmanager
def _loop() -> Iterator[_Loop]:
    loop = _Loop()
    try:
        yield loop
    finally:
        loop.loop.call_soon_threadsafe(loop.loop.stop)
        loop.thread.join()
        loop.loop.close()
