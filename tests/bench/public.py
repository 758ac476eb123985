"""The public pages: the static home against the live one in one browser, and fifty people at once on each."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.request import urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from rqds_metrics.diffusion.parution import write_snapshot
from rqds_metrics.diffusion.site import render_site
from rqds_metrics.store import today
from tests.bench.navigateur import Ecran, chromium, new_context, open_page
from tests.bench.ratios import in_turns, p95, say_medians, timed, title
from tests.browser.serveur import RACINE, free_port, served
from tests.publiee import publication_of

PEOPLE = 50
_SEULE = 25  # pages that one person asks for without a pause: more would close her socket (publique/debit.py)
_QUERIES = ("", "indicateur=1.2.6-2", "orientation=1", "page=methode", "indicateur=1.2.6-4")


@contextmanager
def _file_server(folder: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(100):
            try:
                urlopen(address, timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def measure(folder: Path, base: Path, rounds: int) -> None:
    publication = publication_of(base, today())
    site, snapshots = folder / "site", folder / "publication"
    title("Public : écrire le site du plan entier")
    print(f"  {median(timed(lambda: render_site(publication, site)) for _ in range(rounds)):.0f} ms", flush=True)
    write_snapshot(publication, snapshots)
    with ExitStack() as stack:
        flat = stack.enter_context(_file_server(site))
        live = stack.enter_context(served(base, RACINE / "publique" / "app.py", RQDS_PUBLICATION=str(snapshots)))
        _in_a_browser(folder, flat, f"{live}/", rounds)
        asyncio.run(_crowd(live))
        _requests(flat)


def _in_a_browser(folder: Path, flat: str, live: str, rounds: int) -> None:
    title("Public : ouvrir l'accueil (plan entier), site statique et processus Streamlit, sans cache du navigateur")
    there = "() => tous('table.liste').length >= 4"  # one an orientation
    titled = "() => tous('h1').length > 0"
    ways = {"statique": Ecran(flat, titled, there, ""), "direct": Ecran(live, titled, there, "")}
    with chromium(folder) as browser:

        def fresh(screen: Ecran) -> float:
            with new_context(browser) as context:
                return open_page(context, screen)[1].tout

        for screen in ways.values():
            fresh(screen)
        found = in_turns(rounds, {name: lambda s=s: fresh(s) for name, s in ways.items()})
    say_medians("statique", found["statique"], "Streamlit", found["direct"])


def _memory(address: str) -> float:
    """Resident megabytes of the process that listens there (Linux only; 0 elsewhere)."""
    port = address.rsplit(":", 1)[1].strip("/")
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = status.read_bytes().decode(errors="ignore").split("\0")
            if "streamlit" in line and port in line:
                rss = next(x for x in (status.parent / "status").read_text().splitlines() if x.startswith("VmRSS"))
                return int(rss.split()[1]) / 1024
        except OSError:
            continue
    return 0.0


async def _run(socket: ClientConnection, query: str) -> float:
    message = BackMsg()
    message.rerun_script.query_string = query
    start = perf_counter()
    await socket.send(message.SerializeToString())
    while True:
        said = ForwardMsg.FromString(await socket.recv())
        if said.WhichOneof("type") == "script_finished":
            return (perf_counter() - start) * 1000


async def _crowd(address: str) -> None:
    title(f"Public : {PEOPLE} personnes changent de page au même instant sur le processus Streamlit")
    url = address.replace("http", "ws") + "/_stcore/stream"
    first = await connect(url, subprotocols=["streamlit"], max_size=None)
    await _run(first, "")
    alone = [await _run(first, _QUERIES[k % 5]) for k in range(_SEULE)]
    before = _memory(address)
    crowd = [await connect(url, subprotocols=["streamlit"], max_size=None) for _ in range(PEOPLE)]
    for socket in crowd:
        await _run(socket, "")
    together: list[float] = []
    for turn in range(5):
        together += await asyncio.gather(*(_run(s, _QUERIES[(k + turn) % 5]) for k, s in enumerate(crowd)))
        await asyncio.sleep(0.4)
    each = (_memory(address) - before) / PEOPLE
    print(
        f"  p50 {median(together):.0f} ms, p95 {p95(together):.0f} ms ; une seule : p50 {median(alone):.0f} ms ; "
        f"{each:.2f} Mo de mémoire par personne",
        flush=True,
    )
    for socket in (first, *crowd):
        await socket.close()


def _requests(flat: str) -> None:
    title(f"Public : le site statique, {PEOPLE} à la fois, par un simple serveur de fichiers")

    def one(_: int) -> float:
        def read() -> None:
            with urlopen(f"{flat}index.html", timeout=30) as answer:
                answer.read()

        return timed(read)

    start = perf_counter()
    with ThreadPoolExecutor(PEOPLE) as pool:
        took = list(pool.map(one, range(PEOPLE * 20)))
    rate = len(took) / (perf_counter() - start)
    print(f"  {rate:.0f} requêtes/s, p50 {median(took):.0f} ms, p95 {p95(took):.0f} ms", flush=True)
