"""Counters since the beginning, read on some days: what they grew by in between, and what cannot be known of it.

A snapshot (relevé) says how far each episode's counter was on a day. One alone says nothing of a month; two say what
came in the days between them. A counter that fell, or an episode that is gone, is told and never counted below zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from rqds_metrics.exercice import Exercice
from rqds_metrics.regles.formats import jour, nombre
from rqds_metrics.regles.vivant import UN_JOUR, Span

MONTRES = 3  # episodes named in a sentence


class Compteur(NamedTuple):
    """How far an episode's counter is; None where the tool gives no figure."""

    episode: str
    publie_le: date | None
    valeur: float | None


class Releve(NamedTuple):
    """The counters of a serie as of `jour`, and the lot that brought them."""

    jour: date
    lot: int
    compteurs: tuple[Compteur, ...]


@dataclass(frozen=True)
class Difference:
    """What came between two snapshots: the days after `avant.jour`, up to `apres.jour`.

    `valeur`: Σ of what grew, never negative; None when no counter could be compared. `n`: counters compared.
    `baisses`: (before, after) of counters that fell, taken as zero. `disparus`: gone from the later snapshot.
    `reapparus`: in the later one only, though out before the earlier one: not counted. `inconnus`: without a figure
    in one of the two: not counted. `renommes`: (before, after) of those taken for one under two titles.
    """

    avant: Releve
    apres: Releve
    valeur: float | None
    n: int
    baisses: tuple[tuple[Compteur, Compteur], ...] = ()
    disparus: tuple[Compteur, ...] = ()
    reapparus: tuple[Compteur, ...] = ()
    inconnus: tuple[Compteur, ...] = ()
    renommes: tuple[tuple[Compteur, Compteur], ...] = ()

    @property
    def debut(self) -> date:
        return self.avant.jour + UN_JOUR

    @property
    def fin(self) -> date:
        return self.apres.jour


_IDENTITES: tuple[Callable[[Compteur], Hashable | None], ...] = (
    lambda c: (c.episode, c.publie_le),
    lambda c: c.episode,  # its date was moved
    lambda c: c.publie_le,  # its title was changed
)


def link(before: Sequence[Compteur], after: Sequence[Compteur]) -> list[int | None]:
    """For each of `after`, its rank in `before`; None for one that was not there.

    The same title and day; else the same title; else the same day, where as many titles came as went.
    """
    out: list[int | None] = [None] * len(after)
    left = set(range(len(before)))
    for identity in _IDENTITES:
        gone, come = (
            _by(identity, before, sorted(left)),
            _by(identity, after, [k for k, v in enumerate(out) if v is None]),
        )
        for key, ranks in come.items():
            if key is not None and len(gone[key]) == len(ranks):
                for there, here in zip(gone[key], ranks, strict=True):
                    out[here] = there
                    left.discard(there)
    return out


def _by(
    identity: Callable[[Compteur], Hashable | None], counters: Sequence[Compteur], ranks: Iterable[int]
) -> defaultdict[Hashable | None, list[int]]:
    """Ranks by identity, those of one identity from the lowest counter to the highest."""
    out: defaultdict[Hashable | None, list[int]] = defaultdict(list)
    for k in sorted(ranks, key=lambda k: counters[k].valeur or 0):
        out[identity(counters[k])].append(k)
    return out


def difference(avant: Releve, apres: Releve) -> Difference:
    """What came between two snapshots, `avant` being the earlier one."""
    total, n = 0.0, 0
    fell, back, unknown, renamed = [], [], [], []
    links = link(avant.compteurs, apres.compteurs)
    for now, rank in zip(apres.compteurs, links, strict=True):
        # one that came out since then counts from zero
        since = rank is None and now.publie_le is not None and now.publie_le >= avant.jour
        then = Compteur(now.episode, now.publie_le, 0) if since else None if rank is None else avant.compteurs[rank]
        if then and then.episode != now.episode:
            renamed.append((then, now))
        if then is None:
            back.append(now)
        elif then.valeur is None or now.valeur is None:
            unknown.append(now)
        else:
            n += 1
            total += max(now.valeur - then.valeur, 0)
            if now.valeur < then.valeur:
                fell.append((then, now))
    there = set(links)
    gone = tuple(c for k, c in enumerate(avant.compteurs) if k not in there)
    return Difference(
        avant, apres, total if n else None, n, tuple(fell), gone, tuple(back), tuple(unknown), tuple(renamed)
    )


def differences(releves: Iterable[Releve]) -> list[Difference]:
    """Between each snapshot and the next, by their days, whatever the order they came in. One of a day at most."""
    return [difference(a, b) for a, b in pairwise(sorted(releves, key=lambda r: r.jour))]


def last_known(releves: Iterable[Releve]) -> list[tuple[int, Compteur]]:
    """(lot, counter): each episode ever seen, as the last snapshot that has it gives it.

    What came out once came out: an episode that was deleted since is still there, one that was renamed is there once.
    """
    known: list[tuple[int, Compteur]] = []
    for releve in sorted(releves, key=lambda r: r.jour):
        links = set(link([c for _, c in known], releve.compteurs))
        known = [x for k, x in enumerate(known) if k not in links] + [(releve.lot, c) for c in releve.compteurs]
    return known


def shares(d: Difference, cuts: Iterable[date] = ()) -> list[tuple[Span, float | None]]:
    """A difference cut before each of `cuts` and at each 1 July, by days, in whole numbers that add up to it.

    A year is made of days: what came from 5 June to 4 July belongs to two of them.
    """
    years = range(Exercice.of(d.debut).annee + 1, Exercice.of(d.fin).annee + 1)
    inside = {c for c in (*cuts, *(Exercice(y).debut for y in years)) if d.debut < c <= d.fin}
    starts = [d.debut, *sorted(inside)]
    ends = [s - UN_JOUR for s in starts[1:]] + [d.fin]
    if d.valeur is None or len(starts) == 1:
        return [(Span(a, b), d.valeur) for a, b in zip(starts, ends, strict=True)]
    days = (d.fin - d.avant.jour).days
    reached = [round(d.valeur * (end - d.avant.jour).days / days) for end in ends[:-1]] + [d.valeur]
    return [
        (Span(a, b), float(up - down)) for a, b, down, up in zip(starts, ends, [0, *reached[:-1]], reached, strict=True)
    ]


def _named(counters: Sequence[Compteur], text: Callable[[int], str]) -> str:
    shown = ", ".join(f"« {c.episode} »{text(k)}" for k, c in enumerate(counters[:MONTRES]))
    return f"{shown}…" if len(counters) > MONTRES else shown


def remarks(d: Difference) -> list[str]:
    """What did not simply grow, in French: one sentence a kind."""
    when, out = jour(d.avant.jour), []
    if d.baisses:
        names = _named(
            [now for _, now in d.baisses],
            lambda k: f" ({nombre(d.baisses[k][0].valeur)} → {nombre(d.baisses[k][1].valeur)})",
        )
        many = len(d.baisses) > 1
        what = f"{nombre(len(d.baisses))} compteurs ont" if many else "Un compteur a"
        zero = "ils comptent" if many else "il compte"
        out.append(f"{what} baissé depuis le relevé du {when} : {names} ; {zero} pour zéro.")
    if d.disparus:
        many = len(d.disparus) > 1
        what = (
            f"{nombre(len(d.disparus))} épisodes du relevé du {when} ne sont"
            if many
            else f"Un épisode du relevé du {when} n'est"
        )
        names = _named(
            d.disparus, lambda k: "" if d.disparus[k].valeur is None else f" ({nombre(d.disparus[k].valeur)})"
        )
        rest = "ils restent publiés, sans nouvelle écoute" if many else "il reste publié, sans nouvelle écoute"
        out.append(f"{what} plus dans l'export : {names} ; {rest}.")
    if d.reapparus:
        many = len(d.reapparus) > 1
        what = f"{nombre(len(d.reapparus))} épisodes publiés" if many else "Un épisode publié"
        verb = "n'y étaient" if many else "n'y était"
        rest = "leurs écoutes ne sont" if many else "ses écoutes ne sont"
        names = _named(d.reapparus, lambda k: "")
        out.append(f"{what} avant le relevé du {when} {verb} pas : {names} ; {rest} pas comptées.")
    if d.inconnus:
        many = len(d.inconnus) > 1
        what = f"{nombre(len(d.inconnus))} épisodes n'ont" if many else "Un épisode n'a"
        rest = "leurs écoutes ne sont" if many else "ses écoutes ne sont"
        names = _named(d.inconnus, lambda k: "")
        out.append(f"{what} pas de chiffre dans l'un des deux relevés : {names} ; {rest} pas comptées.")
    return out
