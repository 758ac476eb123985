"""Which days of which earlier lots a file takes over, and which it cannot be told apart from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from etl.source import Constat, Extrait, Tranche
from rqds_metrics.lots import Lot
from rqds_metrics.regles.formats import periode
from rqds_metrics.regles.vivant import Portee, Span, merge, subtract


@dataclass(frozen=True)
class Remplacement:
    """Days of an earlier lot that a newer one takes over."""

    lot: int
    fichier: str
    recu_le: datetime
    debut: date
    fin: date
    jours: int


def _overlaps(tranches: Iterable[Tranche], portees: list[Portee]) -> list[tuple[Tranche, Portee]]:
    by_serie: dict[str, list[Portee]] = {}
    for p in portees:
        by_serie.setdefault(p.serie, []).append(p)
    return [
        (t, p)
        for t in tranches
        for p in by_serie.get(t.serie, ())
        if t.mode == "cle" or (p.fin == t.fin if t.mode == "releve" else p.debut <= t.fin and t.debut <= p.fin)
    ]


def replacements(extrait: Extrait, lots: list[Lot], portees: list[Portee]) -> list[Remplacement]:
    """Which days of which earlier lots the file takes over."""
    names = {lot.id: lot for lot in lots}
    spans: dict[int, list[Span]] = {}
    for t, p in _overlaps(extrait.tranches, portees):
        shared = Span(p.debut, p.fin) if t.mode == "cle" else Span(max(t.debut, p.debut), min(t.fin, p.fin))
        if t.mode == "releve":
            shared = Span(t.fin, t.fin)
        spans.setdefault(p.lot, []).append(shared)
    out = []
    for id_, found in sorted(spans.items()):
        days = merge(found)
        total = sum((s.fin - s.debut).days + 1 for s in days)
        lot = names[id_]
        out.append(Remplacement(id_, lot.fichier, lot.recu_le, days[0].debut, days[-1].fin, total))
    return out


def conflicts(extrait: Extrait, lots: list[Lot], portees: list[Portee]) -> list[Constat]:
    """Spans that cannot be told apart from one already received: storing them would lose days or count them twice."""
    names = {lot.id: lot.fichier for lot in lots}
    out = []
    for t, p in _overlaps(extrait.tranches, portees):
        if t.mode in ("cle", "releve"):
            continue
        bloc_lost = p.mode == "bloc" and subtract(Span(p.debut, p.fin), [Span(t.debut, t.fin)])
        bloc_inside = t.mode == "bloc" and p.mode == "bloc" and bloc_lost
        if bloc_inside or (t.mode == "jour" and bloc_lost):
            out.append(
                Constat(
                    "chevauchement",
                    "erreur",
                    f"La période {periode(t.debut, t.fin)} chevauche celle d'un fichier déjà reçu, "
                    f"« {names.get(p.lot, '?')} » ({periode(p.debut, p.fin)}), qui ne se partage pas par jour.",
                    remede=f"Exportez toute la période {periode(p.debut, p.fin)}, ou annulez d'abord cet envoi.",
                )
            )
    return out[:20]
