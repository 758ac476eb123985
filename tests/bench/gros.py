"""Big: a daily web export of a million rows, and a month added to a base of ten million rows."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

import pandas as pd

from etl.loading import import_export
from etl.preview import preview
from etl.recognition import read_export
from rqds_metrics import store
from rqds_metrics.resultats import resultats
from tests.bench.ratios import in_turns, say_medians, timed, title
from tests.enfants import children

ROWS = 1_000_000
BASE_ROWS = 10_000_000
MONTH_ROWS = 200_000
JOUR = date(2026, 11, 20)
RECU = datetime(2026, 11, 2, 15)
AIM_READ, AIM_MONTH = 1.5, 1.5
_PREMIER, _DERNIER = date(2022, 7, 1), date(2026, 10, 1)


def ga4_daily(rows: int) -> bytes:
    """« Pages et écrans » by day, as Google Analytics 4 writes it, for October 2026."""
    out = io.StringIO()
    out.write("# Pages et écrans\n#\n# Date de début: 20261001\n# Date de fin: 20261031\n")
    out.write("Date,Chemin de la page et classe de l'écran,Vues,Utilisateurs actifs\n")
    per_day = -(-rows // 31)
    for k in range(rows):
        day, page = divmod(k, per_day)
        out.write(f"202610{day + 1:02d},/ressources/dossier-{page % 97}/page-{page},{1 + k % 501},{1 + k % 301}\n")
    return out.getvalue().encode()


def bare(octets: bytes) -> pd.DataFrame:
    """The same cells by the same library, csv, as a frame of texts, and nothing else."""
    rows = list(csv.reader(io.StringIO(octets.decode(), newline="")))
    width = max(map(len, rows))
    return pd.DataFrame([row + [""] * (width - len(row)) for row in rows], dtype="str")


def _whole(octets: bytes, base: Path) -> None:
    recu = import_export(read_export("pages.csv", octets, JOUR), base, par="mesure", recu_le=RECU)
    assert recu.lignes == ROWS


def measure(folder: Path, base: Path, rounds: int) -> None:
    rounds = min(rounds, 5)
    _measure_reading(folder, rounds)
    _measure_month(folder, rounds)


def _measure_reading(folder: Path, rounds: int) -> None:
    title(f"Gros fichier : export Web quotidien de {ROWS} lignes (Google Analytics 4, pages par jour, CSV)")
    path = folder / "pages.csv"
    path.write_bytes(ga4_daily(ROWS))
    octets, ranks = path.read_bytes(), count()

    def whole() -> float:
        new = folder / f"gros-{next(ranks)}.duckdb"
        with store.connect(new):
            pass  # tables made beforehand
        took = timed(lambda: _whole(octets, new))
        new.unlink()
        return took

    found = in_turns(
        rounds,
        {
            "nu": lambda: timed(lambda: bare(octets)),
            "lu": lambda: timed(lambda: read_export("pages.csv", octets, JOUR)),
            "rangé": whole,
        },
    )
    say_medians("read_export", found["lu"], "csv seul", found["nu"], AIM_READ)
    say_medians("read_export + import_export", found["rangé"], "csv seul", found["nu"], AIM_READ)
    for what, kind in (("read_export + import_export", "rangé"), ("csv seul", "nu")):
        print(f"  mémoire au plus haut, {what} : {_peak(path, folder / f'{kind}.duckdb', kind)} Mo", flush=True)


def _in_child(path: Path, base: Path, kind: str, pipe: Connection) -> None:
    import resource  # not on Windows

    if kind == "nu":
        bare(path.read_bytes())
    else:
        _whole(path.read_bytes(), base)
    pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def _peak(path: Path, base: Path, kind: str) -> int:
    """What a process of its own holds at most, libraries included, in megabytes."""
    here, there = children().Pipe(duplex=False)
    child = children().Process(target=_in_child, args=(path, base, kind, there))
    child.start()
    there.close()
    peak = int(here.recv())
    child.join()
    return peak


def _months() -> Iterator[tuple[date, date]]:
    first = _PREMIER
    while first < _DERNIER:
        after = (first + timedelta(days=32)).replace(day=1)
        yield first, after - timedelta(days=1)
        first = after


def fill(base: Path, rows: int) -> None:
    """Every month of the plan before October 2026: a lot of daily pages each, as GA4's are stored; and a hundred
    mailings a month, each a serie of its own.
    """
    months = list(_months())
    with store.transaction(base) as cursor:
        for first, last in months:
            days = (last - first).days + 1
            per_day = rows // len(months) // days + 1
            for famille, source, n in (("web", "ga4", per_day * days), ("infolettre", "mailchimp", 100)):
                lot = (cursor.execute("SELECT nextval('lot_id')").fetchone() or (0,))[0]
                cursor.execute(
                    "INSERT INTO lot VALUES (?, ?, ?, ?, ?, ?, 'mesure', ?, ?, ?, 0, 0, '{}', false)",
                    [lot, f"{source}-{first}", f"{first}.csv", source, famille, RECU, first, last, n],
                )
                if famille == "web":
                    cursor.execute("INSERT INTO tranche VALUES (?, 'ga4|pages', ?, ?, 'jour')", [lot, first, last])
                    day = f"CAST(? AS DATE) + CAST(i // {per_day} AS INTEGER)"
                    cursor.execute(
                        f"INSERT INTO web SELECT {lot}, 'ga4|pages', {day}, {day}, '/ressources/dossier-' || (i % 97) || "
                        f"'/page-' || (i % {per_day}), NULL, 1 + i % 501, 1 + i % 301 FROM range({n}) t(i)",
                        [first, first],
                    )
                    continue
                cursor.execute(
                    "INSERT INTO tranche SELECT ?, 'mailchimp|' || ? || '-' || i, ?, ?, 'cle' FROM range(?) t(i)",
                    [lot, lot, first, first, n],
                )
                cursor.execute(
                    "INSERT INTO infolettre SELECT ?, 'mailchimp|' || ? || '-' || i, ?, ?, i, i, 400, 180, 20, 1 "
                    "FROM range(?) t(i)",
                    [lot, lot, first, first, n],
                )


def _measure_month(folder: Path, rounds: int) -> None:
    title(f"Grosse base : un mois de {MONTH_ROWS} lignes ajouté à {BASE_ROWS} lignes, devant le même sur une base vide")
    lecture = read_export("octobre.csv", ga4_daily(MONTH_ROWS), JOUR)
    bases = {"grosse": folder / "grosse.duckdb", "petite": folder / "petite.duckdb"}
    fill(bases["grosse"], BASE_ROWS)
    fill(bases["petite"], 0)
    copy = folder / "mois.duckdb"

    def on(name: str, what: str) -> float:
        shutil.copy(bases[name], copy)
        if what == "import":
            return timed(lambda: import_export(lecture, copy, par="mesure", recu_le=RECU))
        if what == "aperçu":
            return timed(lambda: preview([lecture], copy, au=JOUR))
        import_export(lecture, copy, par="mesure", recu_le=RECU)
        return timed(lambda: resultats(base=copy, au=JOUR))

    for what, aim in (("import", AIM_MONTH), ("aperçu", None), ("résultats relus", None)):
        ways = {name: (lambda name=name, what=what: on(name, what)) for name in bases}
        for way in ways.values():
            way()
        found = in_turns(rounds, ways)
        say_medians(f"{what}, grosse base", found["grosse"], "petite base", found["petite"], aim)
    print(f"  taille de la grosse base : {bases['grosse'].stat().st_size / 1e6:.0f} Mo", flush=True)
