"""One thing told by two files of a tool under two names: it must have one series, or it would count twice.

A list names each thing by a code that never changes; the report of a single one does not give that code. Both give
a mark (`Extrait.repere`, a column of their rows). What the report says goes to the series that the list gave, whatever
came first: a report looks for its mark among the rows already stored, and a list takes over the series of the reports.
"""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pandas as pd

from etl.source import Constat, Extrait, Tranche

# Begins the second part of the series of a report that no list has named yet: « mailchimp|envoi-fd009d1a86c14926 ».
PROVISOIRE = "envoi-"


def is_provisional(serie: str) -> bool:
    return serie.partition("|")[2].startswith(PROVISOIRE)


def match_known(cursor: duckdb.DuckDBPyConnection, extrait: Extrait) -> Extrait:
    """The extract, its series those under which its rows are known. Cancelled lots count: they can come back.

    Raises:
        AmbiguousError: a report is of one of several things, and nothing tells which.
    """
    if extrait.repere is None or extrait.lignes.empty:
        return extrait
    known = _known(cursor, extrait)
    spans = {t.serie: t for t in extrait.tranches}
    added: dict[str, Tranche] = {}
    renamed: dict[str, str] = {}
    for own, other in known:
        span = spans.get(own)
        if own == other or span is None:
            continue
        if not is_provisional(own):
            if is_provisional(other):
                added[other] = span._replace(serie=other)
            continue
        if is_provisional(other):
            continue
        if renamed.setdefault(own, other) != other:
            raise AmbiguousError
        added[other] = span._replace(serie=other)
    if not added:
        return extrait
    # the name a report came under stays spoken for, without a row: what it had brought under it is taken over too
    lignes = extrait.lignes.assign(serie=extrait.lignes["serie"].replace(renamed))
    return replace(extrait, lignes=lignes, tranches=[*extrait.tranches, *added.values()])


def _known(cursor: duckdb.DuckDBPyConnection, extrait: Extrait) -> list[tuple[str, str]]:
    """(series in the extract, series of stored rows that have the same mark), of one tool."""
    pairs = pd.DataFrame({"repere": extrait.lignes[extrait.repere], "serie": extrait.lignes["serie"]}).astype("str")
    cursor.register("reperes_vue", pairs)
    # names come from rqds_metrics.familles and this project's sources only
    rows = cursor.execute(
        f"SELECT DISTINCT v.serie, r.serie FROM {extrait.famille} r JOIN reperes_vue v ON r.{extrait.repere} = v.repere "  # noqa: S608
        "WHERE split_part(r.serie, '|', 1) = split_part(v.serie, '|', 1) ORDER BY 1, 2"
    ).fetchall()
    cursor.unregister("reperes_vue")
    return rows


class AmbiguousError(ValueError):
    """A report that could be of several things already received; `constat` says so in French."""

    def __init__(self) -> None:
        note = "Plusieurs envois déjà reçus ont la même minute et le même titre que ce rapport : rien ne dit duquel il est."
        remede = "Envoyez plutôt la liste des envois, qui les distingue."
        self.constat = Constat("envois_semblables", "erreur", note, remede=remede)
        super().__init__(note)
