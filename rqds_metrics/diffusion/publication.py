"""What a publication is: what leaves the house, and all that the public side knows. Plain values, nothing else.

Where they are kept: see diffusion.instantanes. Nothing here knows the base of the staff.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


class PublicationIllisible(RuntimeError):
    """The snapshot or its pointer is missing, cut short or not ours; told in French."""


@dataclass(frozen=True)
class Orientation:
    id: str
    titre: str
    court: str
    rang: int


@dataclass(frozen=True)
class Objectif:
    id: str
    titre: str
    rang: int


@dataclass(frozen=True)
class Action:
    id: str
    titre: str
    rang: int


@dataclass(frozen=True)
class Indicateur:
    """A published indicator. `action` is None for the yearly member survey; `methode`: sentences, one a line."""

    id: str
    action: str | None
    titre: str
    court: str
    type: str
    unite: str
    sens: str
    cible_plan: str
    source: str
    methode: str
    rang: int


@dataclass(frozen=True)
class Resultat:
    """One indicator in one year. Rates are fractions; what is missing is None.

    `retenu`: its figures are withheld (too few answers), every one of them is None and `raison` says why.
    """

    indicateur: str
    exercice: str
    valeur: float | None
    numerateur: float | None
    denominateur: float | None
    n: float | None
    cible: float | None
    attendu: float | None
    attendu_methode: str | None
    statut: str
    phrase: str
    donnees_au: date | None
    fait_le: date | None
    echeance: date | None
    an_dernier: float | None
    bas: float | None
    haut: float | None
    a_confirmer: bool
    retenu: bool
    raison: str | None


@dataclass(frozen=True)
class Point:
    """A month end of the year's lines; None where a line does not go."""

    indicateur: str
    exercice: str
    mois: date
    valeur: float | None
    an_dernier: float | None
    attendu: float | None


@dataclass(frozen=True)
class Commentaire:
    """`periode`: « 2026-2027 » or « 2026-10 »."""

    indicateur: str
    periode: str
    texte: str


@dataclass(frozen=True)
class Edition:
    """A publication in the history: this one or an earlier one. `publie_le` in UTC, without a zone."""

    numero: int
    publie_le: datetime
    vu_au: date
    note: str
    ajoutes: int
    retires: int
    changes: int


@dataclass(frozen=True)
class Regle:
    rang: int
    titre: str
    texte: str


@dataclass(frozen=True)
class Mot:
    rang: int
    mot: str
    sens: str


@dataclass(frozen=True)
class Publication:
    """Everything that was published, in the order of the plan. `publie_le` in UTC, without a zone."""

    numero: int
    publie_le: datetime
    vu_au: date
    exercice: str
    demo: bool
    note: str
    minimum: int
    orientations: tuple[Orientation, ...] = ()
    objectifs: tuple[Objectif, ...] = ()
    actions: tuple[Action, ...] = ()
    indicateurs: tuple[Indicateur, ...] = ()
    resultats: Mapping[tuple[str, str], Resultat] = field(default_factory=dict)  # (indicateur, exercice)
    courbes: Mapping[tuple[str, str], tuple[Point, ...]] = field(default_factory=dict)
    commentaires: Mapping[str, tuple[Commentaire, ...]] = field(default_factory=dict)  # by indicator
    historique: tuple[Edition, ...] = ()  # the newest first
    methode: tuple[Regle, ...] = ()
    glossaire: tuple[Mot, ...] = ()
