"""data/acces.yaml: the people and the groups that may come in, and how long a session lasts.

The file names people: it is kept beside the data, never with the code (data/acces.exemple.yaml is).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from rqds_metrics.acces import ROLES, Role, holds
from rqds_metrics.plan import RACINE, Strict
from rqds_metrics.yaml_strict import Defaut, DefinitionError, Lu, read_yaml, validate

EXEMPLE = RACINE / "data" / "acces.exemple.yaml"
_COURRIEL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")


def _tuple(value: object) -> object:
    return () if value is None else tuple(value) if isinstance(value, list) else value


class Inscrit(Strict):
    """One person, by e-mail. « aucun » keeps someone out whom a group would let in."""

    courriel: str = Field(max_length=254)
    nom: str | None = Field(None, min_length=2, max_length=80)
    role: Literal["lecture", "edition", "direction", "aucun"]

    @field_validator("courriel")
    @classmethod
    def _address(cls, value: str) -> str:
        value = value.strip().lower()
        if not _COURRIEL.fullmatch(value):
            raise ValueError(f"ce n'est pas un courriel : « {value} »")
        return value

    @field_validator("nom")
    @classmethod
    def _one_line(cls, value: str | None) -> str | None:
        value = value.strip() if value else None
        if value is not None and (not value.isprintable() or "@" in value or value.casefold() == "poste local"):
            raise ValueError(f"ce nom ne peut pas signer le journal : « {value} »")
        return value


class Groupe(Strict):
    """One group of the provider, by the word that its token says."""

    groupe: str = Field(min_length=1, max_length=200)
    nom: str | None = Field(None, max_length=80)
    role: Role


class Acces(Strict):
    """Who may come in."""

    session_heures: float = Field(10, gt=0, le=24)  # hours after which one signs in again
    revendication_courriel: Literal["email", "preferred_username", "upn"] = "email"
    revendication_groupes: str = Field("groups", min_length=1, max_length=60)
    personnes: Annotated[tuple[Inscrit, ...], BeforeValidator(_tuple)] = ()
    groupes: Annotated[tuple[Groupe, ...], BeforeValidator(_tuple)] = ()

    def of(self, courriel: str) -> Inscrit | None:
        return next((p for p in self.personnes if p.courriel == courriel), None)

    def role_of_groups(self, words: Iterable[str]) -> Role | None:
        """The highest role of the groups that a token names."""
        known = set(words)
        mine: list[Role] = [g.role for g in self.groupes if g.groupe in known]
        return next((role for role in reversed(ROLES) if role in mine), None)


def path_of() -> Path:
    """The file of the settings: RQDS_ACCES, else data/acces.yaml."""
    return Path(os.environ.get("RQDS_ACCES") or RACINE / "data" / "acces.yaml")


def check_acces(path: Path) -> tuple[Acces | None, Lu]:
    """Read the settings; every fault is in `.defauts` of the second, told with its line."""
    if not path.is_file():
        lu = Lu(path.name)
        lu.defauts.append(Defaut(path.name, 1, "", f"le fichier n'est pas là : copiez {EXEMPLE.name} et remplissez-le"))
        return None, lu
    lu = read_yaml(path)
    if lu.valeur is None and not lu.defauts:
        lu.defauts.append(lu.defaut((), "le fichier est vide"))
    acces = validate(Acces, lu) if lu.valeur is not None else None
    if acces:
        _unique(acces, lu)
    return (None if lu.defauts else acces), lu


def _unique(acces: Acces, lu: Lu) -> None:
    """Nobody is written twice, nobody signs as someone else, and someone can open everything."""
    for field, key in (("courriel", "personnes"), ("nom", "personnes"), ("groupe", "groupes")):
        seen: set[str] = set()
        for rank, item in enumerate(getattr(acces, key)):
            value = getattr(item, field)
            if value is None:
                continue
            if value.casefold() in seen:
                lu.defauts.append(lu.defaut((key, rank, field), f"« {value} » est écrit deux fois"))
            seen.add(value.casefold())
    roles = [*(p.role for p in acces.personnes if p.role != "aucun"), *(g.role for g in acces.groupes)]
    if not any(holds(role, "direction") for role in roles):
        lu.defauts.append(lu.defaut(("personnes",), "personne n'a le rôle « direction »"))


@lru_cache(4)
def _read(path: Path, mark: tuple[int, int, int]) -> Acces:
    acces, lu = check_acces(path)
    if acces is None:
        raise DefinitionError(lu.defauts)
    return acces


def load_acces(path: Path | None = None) -> Acces:
    """The settings as the file says them now: it is read again as soon as it changes.

    Raises:
        DefinitionError: with every fault of the file; then nobody may come in.
    """
    path = path or path_of()
    try:
        stat = path.stat()
        mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    except OSError:
        mark = (0, 0, 0)
    return _read(path, mark)
