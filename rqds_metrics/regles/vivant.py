"""Which rows count: the newest live file wins for the days it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import NamedTuple

UN_JOUR = timedelta(days=1)


class Portee(NamedTuple):
    """The days debut..fin of a series that a lot speaks for. Modes: see etl.source.Tranche."""

    lot: int
    serie: str
    debut: date
    fin: date
    mode: str


class Span(NamedTuple):
    debut: date
    fin: date


def merge(spans: list[Span]) -> list[Span]:
    """Sorted, disjoint spans that cover the same days; spans that touch become one."""
    out: list[Span] = []
    for span in sorted(spans):
        if out and span.debut <= out[-1].fin + UN_JOUR:
            out[-1] = Span(out[-1].debut, max(out[-1].fin, span.fin))
        else:
            out.append(span)
    return out


def subtract(span: Span, taken: list[Span]) -> list[Span]:
    """The days of `span` that are in none of `taken` (sorted, disjoint)."""
    out: list[Span] = []
    start = span.debut
    for other in taken:
        if other.fin < start:
            continue
        if other.debut > span.fin:
            break
        if other.debut > start:
            out.append(Span(start, other.debut - UN_JOUR))
        start = max(start, other.fin + UN_JOUR)
    if start <= span.fin:
        out.append(Span(start, span.fin))
    return out


def replaced_by(portee: Portee) -> Span:
    """The days that a lot takes over from older ones: of a snapshot, the day it was taken, and no other."""
    return Span(portee.fin if portee.mode == "releve" else portee.debut, portee.fin)


def live_parts(portees: list[Portee]) -> list[Portee]:
    """What is left to each lot once newer lots of the same series are given precedence.

    `portees` are those of live lots only. « cle »: the newest lot has the whole series. « bloc »: a lot keeps its
    span untouched or not at all. « jour »: a lot keeps the days that no newer one speaks of. « releve »: snapshots
    live side by side, the newest lot of each day (`fin`) wins.
    """
    out: list[Portee] = []
    ordered = sorted(portees, key=lambda p: (p.serie, -p.lot, p.debut))
    for serie, group in groupby(ordered, key=lambda p: p.serie):
        taken: list[Span] = []
        for lot, same_lot in groupby(group, key=lambda p: p.lot):
            mine = list(same_lot)
            if taken and any(p.mode == "cle" for p in mine):
                break
            for p in mine:
                free = subtract(replaced_by(p), taken)
                if p.mode == "jour":
                    out.extend(Portee(lot, serie, s.debut, s.fin, p.mode) for s in free)
                elif free == [replaced_by(p)]:
                    out.append(p)
            taken = merge([*taken, *map(replaced_by, mine)])
    return out


def spoken(portees: Sequence[Portee]) -> list[Portee]:
    """The days that are known of: a snapshot alone tells of none, the next one of those since the one before."""
    out = [p for p in portees if p.mode != "releve"]
    ordered = sorted((p for p in portees if p.mode == "releve"), key=lambda p: (p.serie, p.fin))
    for before, p in pairwise(ordered):
        if before.serie == p.serie:
            out.append(p._replace(debut=before.fin + UN_JOUR))
    return out
