"""YAML read strictly: duplicate keys refused, and the line of every path kept for messages.

PyYAML keeps the last of two equal keys without a word; here both are told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)
Chemin = tuple[str | int, ...]


@dataclass(frozen=True)
class Defaut:
    """One thing wrong in a file of definitions."""

    fichier: str
    ligne: int
    chemin: str
    note: str

    def __str__(self) -> str:
        return f"{self.fichier}, ligne {self.ligne}, {self.chemin or 'racine'} : {self.note}"


class DefinitionError(ValueError):
    """Every fault of a file at once; `defauts` lists them."""

    def __init__(self, defauts: list[Defaut]):
        self.defauts = defauts
        super().__init__("\n".join(map(str, defauts)))


@dataclass
class Lu:
    """A YAML document, with the line (from 1) of each path in it."""

    fichier: str
    valeur: Any = None
    lignes: dict[Chemin, int] = field(default_factory=dict)
    defauts: list[Defaut] = field(default_factory=list)

    def defaut(self, chemin: Chemin, note: str) -> Defaut:
        """A fault at `chemin`, told with the line of the nearest path that the file holds."""
        near = chemin
        while near and near not in self.lignes:
            near = near[:-1]
        return Defaut(self.fichier, self.lignes.get(near, 1), ".".join(map(str, chemin)), note)


class _Loader(yaml.SafeLoader):
    pass


def _day(loader: _Loader, node: yaml.ScalarNode) -> Any:
    """A date, or a fault with its line: PyYAML lets a bare ValueError out for a 13th month."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        note = f"date impossible « {node.value} »"
        raise yaml.constructor.ConstructorError(None, None, note, node.start_mark) from error


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _day)


def read_yaml(path: Path) -> Lu:
    """Read one YAML file; syntax errors and duplicate keys end up in `.defauts`, never in an exception."""
    lu = Lu(path.name)
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        if root is not None:
            _walk(root, (), lu)
            lu.valeur = loader.construct_document(root)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        lu.defauts.append(Defaut(path.name, mark.line + 1 if mark else 1, "", f"YAML illisible ({problem})"))
    return lu


def _walk(node: yaml.Node, chemin: Chemin, lu: Lu) -> None:
    lu.lignes[chemin] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                continue  # `{{a}: b}`: the loader refuses it, with its line
            if key.value in seen:
                note = f"clé « {key.value} » écrite deux fois (déjà à la ligne {seen[key.value]})"
                lu.defauts.append(Defaut(lu.fichier, line, ".".join(map(str, (*chemin, key.value))), note))
            seen[key.value] = line
            _walk(value, (*chemin, key.value), lu)
            lu.lignes[(*chemin, key.value)] = line
    elif isinstance(node, yaml.SequenceNode):
        for rank, item in enumerate(node.value):
            _walk(item, (*chemin, rank), lu)


_MESSAGES = {
    "missing": "il manque",
    "extra_forbidden": "clé inconnue",
    "string_type": "un texte est attendu",
    "int_type": "un nombre entier est attendu",
    "float_type": "un nombre est attendu",
    "bool_type": "vrai ou faux est attendu",
    "list_type": "une liste est attendue",
    "tuple_type": "une liste est attendue",
    "dict_type": "un groupe de clés est attendu",
    "model_type": "un groupe de clés est attendu",
    "int_from_float": "un nombre entier est attendu",
    "int_parsing": "un nombre entier est attendu",
    "float_parsing": "un nombre est attendu",
    "date_type": "une date est attendue (2023-12-31)",
    "date_from_datetime_parsing": "une date est attendue (2023-12-31)",
    "date_from_datetime_inexact": "une date est attendue (2023-12-31)",
    "greater_than": "doit dépasser {gt:g}",
    "greater_than_equal": "doit être d'au moins {ge:g}",
    "less_than_equal": "ne doit pas dépasser {le:g}",
    "string_too_long": "au plus {max_length} caractères",
    "string_pattern_mismatch": "n'a pas la forme voulue : {pattern}",
    "too_short": "il en faut au moins {min_length}",
}


def validate(model: type[M], lu: Lu) -> M | None:
    """Check a document against a model; every fault joins `lu.defauts`."""
    try:
        return model.model_validate(lu.valeur)
    except ValidationError as error:
        for item in error.errors():
            note = _MESSAGES.get(item["type"], "").format_map(item.get("ctx", {}))
            if item["type"] == "literal_error":
                note = f"valeur inconnue ; choix : {item['ctx']['expected'].replace(' or ', ', ')}"
            if not note:
                note = item["msg"].removeprefix("Value error, ")
            found = item.get("input")
            if item["type"] not in ("missing", "value_error") and isinstance(found, str | int | float | bool):
                note += f" (trouvé : {found!r})"
            lu.defauts.append(lu.defaut(item["loc"], note))
        return None
