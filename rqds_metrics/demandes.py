"""What was asked to be public, as the registre keeps it: the proposal that waits, and each approved publication for good.

{"indicateurs": [ids], "commentaires": {key: text}, "note", "au": a day, ISO, "publie_le": a moment (UTC), "empreinte":
of the figures as they were approved, "cellules": the answers behind its survey figures (see diffusion.retenue), "retiree":
the moment it was taken back}.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rqds_metrics.diffusion.composition import Choix
from rqds_metrics.diffusion.retenue import Cellule, Groupe
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import Decision, Decisions
from rqds_metrics.store import today

PROPOSITION = "proposition"
NOTE_MAX = 300


class PublicationRefusee(RuntimeError):
    """What was asked cannot be done; told in French. Nothing was written."""


@dataclass(frozen=True)
class Demande:
    """A choice that waits or that was approved. `numero`: None while it waits. Moments in UTC."""

    numero: int | None
    choix: Choix
    au: date
    quand: datetime
    qui: str
    publie_le: datetime | None = None
    empreinte: str | None = None
    retiree: datetime | None = None
    cellules: tuple[Cellule, ...] | None = None  # None: it was not kept then


def _read(decision: Decision, cle: str) -> Demande:
    v: Mapping[str, Any] = decision.valeur
    choix = Choix(tuple(v["indicateurs"]), dict(v["commentaires"]), str(v.get("note") or ""))
    moment = {k: datetime.fromisoformat(v[k]) if v.get(k) else None for k in ("publie_le", "retiree")}
    numero = None if cle == PROPOSITION else int(cle)
    return Demande(
        numero, choix, date.fromisoformat(v["au"]), decision.quand, decision.qui, moment["publie_le"],
        v.get("empreinte"), moment["retiree"], cells_from(v["cellules"]) if "cellules" in v else None,
    )  # fmt: skip


def proposed(decisions: Decisions) -> Demande | None:
    found = decisions.publications.get(PROPOSITION)
    return _read(found, PROPOSITION) if found else None


def approved(decisions: Decisions) -> list[Demande]:
    """Every publication ever approved, those taken back included, the newest first."""
    found = [_read(d, cle) for cle, d in decisions.publications.items() if cle != PROPOSITION]
    return sorted(found, key=lambda d: -(d.numero or 0))


def standing(decisions: Decisions) -> Demande | None:
    """The approved publication that is to be online: the newest that was not taken back."""
    return next((d for d in approved(decisions) if d.retiree is None), None)


def to_keep(choix: Choix, au: date, **more: Any) -> dict[str, Any]:
    """A choice as the registre keeps it.

    Raises:
        PublicationRefusee: nothing is chosen, an indicator is unknown, or the note is too long.
    """
    plan = load_plan()
    ids = [i for i in plan.tous if i in set(choix.indicateurs)]
    note = " ".join(choix.note.split())
    if not ids or len(ids) != len(set(choix.indicateurs)):
        raise PublicationRefusee("Choisissez au moins un indicateur du plan.")
    if len(note) > NOTE_MAX:
        raise PublicationRefusee(f"La note a {NOTE_MAX} caractères au plus.")
    if au > today():
        raise PublicationRefusee("Une publication se voit au plus tard aujourd'hui.")
    words = {k: t for k, t in sorted(choix.commentaires.items()) if k.partition("|")[0] in ids}
    return {"indicateurs": ids, "commentaires": words, "note": note, "au": au.isoformat(), **more}


def cells_to_keep(cellules: Iterable[Cellule]) -> list[list[Any]]:
    """The answers behind figures, as JSON holds them: [indicateur, exercice, answers, [[survey, question, month, answers]]]."""
    return [[*c.cle, c.reponses, sorted([list(g) for g in c.groupes])] for c in cellules]


def cells_from(kept: Iterable[Any]) -> tuple[Cellule, ...]:
    return tuple(Cellule((i, e), n, frozenset(Groupe(*g) for g in groups)) for i, e, n, groups in kept)
