"""Meetings of the board: their dates, and what was presented at each, frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rqds_metrics.registre import Decision
from rqds_metrics.resultats import Resultat

TITRE = "Conseil d'administration"


@dataclass(frozen=True)
class Presente:
    """What the board was shown: seen from `au`, each indicator's value (None without) and status, by id."""

    au: date
    exercice: str
    valeurs: Mapping[str, tuple[float | None, str]]
    quand: datetime
    qui: str

    def compte(self, *statuts: str) -> int:
        return sum(s in statuts for _, s in self.valeurs.values())


@dataclass(frozen=True)
class Reunion:
    """`presente`: None until what is presented was frozen. `documents`: (name, sha256), in the order they were kept."""

    jour: date
    titre: str
    presente: Presente | None = None
    documents: tuple[tuple[str, str], ...] = ()

    @property
    def cle(self) -> str:
        return self.jour.isoformat()


def reunions_of(decisions: Mapping[str, Decision]) -> list[Reunion]:
    """The meetings that stand, the oldest first."""
    out = []
    for cle, decision in decisions.items():
        v = decision.valeur
        shown = v.get("presente")
        out.append(
            Reunion(
                date.fromisoformat(cle),
                str(v.get("titre") or TITRE),
                _presente(shown, decision) if shown else None,
                tuple((str(d["nom"]), str(d["sha256"])) for d in v.get("documents", ())),
            )
        )
    return sorted(out, key=lambda r: r.jour)


def _presente(shown: Mapping[str, Any], decision: Decision) -> Presente:
    values = {
        id_: (None if value is None else float(value), str(statut)) for id_, (value, statut) in shown["valeurs"].items()
    }
    quand = datetime.fromisoformat(str(shown["quand"])) if shown.get("quand") else decision.quand
    return Presente(
        date.fromisoformat(shown["au"]), str(shown["exercice"]), values, quand, str(shown.get("qui") or decision.qui)
    )


def last_before(reunions: Iterable[Reunion], au: date) -> Reunion | None:
    """The last meeting before `au`: on the day of one, it is the one before that still counts."""
    return max((r for r in reunions if r.jour < au), key=lambda r: r.jour, default=None)


def next_from(reunions: Iterable[Reunion], au: date) -> Reunion | None:
    """The meeting of `au`, or the next one."""
    return min((r for r in reunions if r.jour >= au), key=lambda r: r.jour, default=None)


def frozen(results: Iterable[Resultat], au: date, quand: datetime, qui: str) -> dict[str, Any]:
    """What the registre keeps of what is presented, as JSON holds it."""
    found = list(results)
    return {
        "au": au.isoformat(),
        "exercice": str(found[0].exercice),
        "quand": quand.isoformat(timespec="seconds"),
        "qui": qui,
        "valeurs": {r.id: [r.valeur, r.statut] for r in found},
    }


def to_keep(
    reunion: Reunion, presente: Mapping[str, Any] | None = None, document: tuple[str, str] | None = None
) -> dict[str, Any]:
    """A meeting as the registre keeps it, with what is newly frozen or given.

    Raises:
        ValueError: in French, where the title is empty or too long.
    """
    titre = " ".join(reunion.titre.split())
    if not titre or len(titre) > 80:
        raise ValueError("Le titre d'une réunion a de 1 à 80 caractères.")
    documents = [*reunion.documents, *([document] if document else [])]
    out: dict[str, Any] = {"titre": titre, "documents": [{"nom": n, "sha256": s} for n, s in documents]}
    old = reunion.presente
    if presente is not None:
        out["presente"] = dict(presente)
    elif old is not None:
        values = {k: list(v) for k, v in old.valeurs.items()}
        quand = old.quand.isoformat(timespec="seconds")
        out["presente"] = {
            "au": old.au.isoformat(), "exercice": old.exercice, "quand": quand, "qui": old.qui, "valeurs": values,
        }  # fmt: skip
    return out


def counts_text(presente: Presente) -> str:
    """« 61 en voie ou atteints, 8 à surveiller, 5 en retard »."""
    parts = [
        (presente.compte("en_voie", "atteinte"), "en voie ou atteints"),
        (presente.compte("a_surveiller", "presque"), "à surveiller"),
        (presente.compte("en_retard", "non_atteinte"), "en retard"),
    ]
    return ", ".join(f"{n} {words}" for n, words in parts)
