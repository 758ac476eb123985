"""A column mapping that a person made: how the export of a tool that we do not know becomes rows of a family.

It is data: kept in the registre, written to a file and read back (JSON). What is read with it: etl.mapped.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from etl.cells import normal, strip_controls, unaccented
from etl.champs import (
    LIGNES,
    Ligne,
    columns_of,
    counted_of,
    dates_of,
    figures_of,
    kind_of,
    looks_like_data,
    may_hold,
    said,
)
from etl.findings import quoted
from etl.likeness import is_rate
from etl.privacy import mask
from rqds_metrics.familles import FAMILLES
from rqds_metrics.plan import Strict, _tuple
from rqds_metrics.registre import Decision
from rqds_metrics.yaml_strict import Lu, validate

PREFIXE = "autre-"  # of the sources made of a mapping, and of their series
EN_TETES_MAX, TEXTE_MAX, JSON_MAX = 500, 200, 300_000


class Correspondance(Strict):
    """How to read one tool's export. `champs`: a column of the family, or a date's name -> the header, as written.

    `entetes`: every header of the file it was made from. `ordre`: of day and month, where nothing in a column tells.
    `compte_pour`: the figure that each row counts for, where a row is a person or an order (see etl.tally).
    """

    nom: str = Field(max_length=60)
    famille: Literal["infolettre", "web", "balado", "webinaire", "social"]
    ligne: Ligne
    champs: dict[str, Annotated[str, Field(max_length=TEXTE_MAX)]]
    ordre: Literal["dmy", "mdy"] = "dmy"
    compte_pour: str | None = Field(default=None, max_length=TEXTE_MAX)
    entetes: Annotated[tuple[Annotated[str, Field(max_length=TEXTE_MAX)], ...], BeforeValidator(_tuple)]

    @property
    def slug(self) -> str:
        """« cyberimpact » for « Cyberimpact »: what its series are named after."""
        return slug(self.nom)

    @property
    def colonnes(self) -> tuple[str, ...]:
        """The columns of the family that its rows fill, besides the days."""
        if self.compte_pour is None:
            return tuple(c for c in columns_of(self.famille, self.ligne) if c in self.champs)
        told = ("annules", "presents") if "etat" in self.champs else ()
        texts = [c for c in columns_of(self.famille, self.ligne) if c in self.champs and c in FAMILLES[self.famille]]
        return (*texts, self.compte_pour, *(c for c in told if c != self.compte_pour))

    @model_validator(mode="after")
    def _sound(self) -> Correspondance:
        faults = [*_names(self), *_fields(self), *_headers(self)]
        if faults:
            raise ValueError(" ; ".join(faults))
        return self


class CorrespondanceInvalide(ValueError):
    """A mapping that cannot be; `fautes` say why, in French."""

    def __init__(self, fautes: Sequence[str]):
        self.fautes = list(fautes)
        super().__init__(" ".join(self.fautes))


def slug(text: str) -> str:
    """Letters and digits, joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", unaccented(text)).strip("-")


def _names(c: Correspondance) -> list[str]:
    out = []
    if not slug(c.nom):
        out.append("le nom doit contenir une lettre ou un chiffre")
    if c.nom != " ".join(strip_controls(c.nom).split()) or mask(c.nom) != c.nom:
        out.append("le nom contient des espaces de trop, des caractères invisibles ou un renseignement personnel")
    if c.ligne not in LIGNES[c.famille]:
        out.append(f"une ligne ne peut pas être « {c.ligne} » dans la famille « {c.famille} »")
    return out


def _fields(c: Correspondance) -> list[str]:
    """What is mapped that may not be, and what should be and is not."""
    known = {*dates_of(c.ligne), *columns_of(c.famille, c.ligne)}
    out = [f"colonne inconnue « {strip_controls(k)[:40]} »" for k in c.champs if k not in known]
    given = set(c.champs)
    spans = given & {"debut", "fin"}
    if c.ligne == "mois" and not ("periode" in given or len(spans) == 2):
        out.append("il manque la colonne de la période, ou celles du début et de la fin")
    elif c.ligne == "mois" and "periode" in given and spans:
        out.append("la période vient d'une colonne, ou du début et de la fin, pas des deux")
    elif c.famille == "webinaire" and c.ligne == "personne" and "date" not in given:
        out.append(
            "il manque la colonne de la date de la séance : si le fichier n'a que celle des inscriptions, ajoutez-y une "
            "colonne « Date de la séance », la même à chaque ligne"
        )
    elif c.ligne != "mois" and "date" not in given:
        out.append("il manque la colonne de la date")
    if c.famille == "infolettre" and not ("livres" in given and given & {"ouvertures", "clics"}):
        out.append("une infolettre demande les courriels livrés, et les ouvertures ou les clics")
    counted = counted_of(c.famille, c.ligne)
    if counted and c.compte_pour not in counted:
        out.append(f"il faut dire ce que compte chaque ligne : {quoted(map(said, counted))}")
    elif not counted and c.compte_pour is not None:
        out.append("les lignes ne se comptent que là où chacune est une personne ou une commande")
    if c.ligne == "episode" and "episode" not in given:
        out.append("il manque la colonne du titre de l'épisode")
    if (
        c.famille in ("web", "social", "balado")
        and c.ligne not in ("episode", "personne")
        and not given & set(figures_of(c.famille, c.ligne))
    ):
        out.append("il manque au moins une colonne de chiffres")
    counts = c.ligne == "personne"  # of one session a day, then
    if c.famille == "webinaire" and not counts and not given & {"titre", *figures_of(c.famille, c.ligne)}:
        out.append(
            "il manque une colonne qui dise de quelle séance il s'agit : son titre, ses inscriptions ou ses présences"
        )
    if c.famille == "balado" and c.ligne != "episode" and {"episode", "abonnes"} <= given:
        out.append("les abonnés ne s'additionnent pas d'un épisode à l'autre")
    return out


def _headers(c: Correspondance) -> list[str]:
    """Headers that are not in the file's, twice, empty, or people's."""
    out = []
    names = [normal(h) for h in c.champs.values()]
    known = {normal(h) for h in c.entetes}
    known_fields = {*dates_of(c.ligne), *columns_of(c.famille, c.ligne)}
    if any(not n for n in names):
        out.append("un en-tête est vide")
    if twice := sorted({h for h in c.champs.values() if names.count(normal(h)) > 1}):
        out.append(f"un même en-tête sert à deux choses : {quoted(twice, 3)}")
    if strangers := [h for h in c.champs.values() if normal(h) not in known]:
        out.append(f"des en-têtes ne sont pas dans la liste du fichier : {quoted(strangers, 3)}")
    sane = [(k, h) for k, h in c.champs.items() if k in known_fields and normal(h)]
    data = [h for _, h in sane if looks_like_data(h)]
    rates = [h for k, h in sane if is_rate(h) and kind_of(c.famille, k) in ("int", "number")]
    people = [h for k, h in sane if h not in (*data, *rates) and not may_hold(c.famille, k, h)]
    if data:
        out.append(f"ce sont des données, et non des en-têtes : {quoted(map(mask, data), 3)}")
    if rates:
        out.append(f"un taux ou une moyenne ne s'additionne pas, choisissez le nombre : {quoted(rates, 3)}")
    if people:
        out.append(f"une colonne de renseignements personnels n'est jamais gardée : {quoted(map(mask, people), 3)}")
    if len(c.entetes) > EN_TETES_MAX:
        out.append(f"au plus {EN_TETES_MAX} en-têtes")
    if any(mask(h) != h for h in c.entetes):
        out.append("les en-têtes contiennent un renseignement personnel")
    return out


def shown_headers(headers: Sequence[str]) -> tuple[str, ...]:
    """The headers of a file as they may be kept: on one line, cut, without personal data, each once."""
    cleaned = [mask(" ".join(strip_controls(h).split()))[:TEXTE_MAX] for h in headers]
    return tuple(dict.fromkeys(h for h in cleaned if h))[:EN_TETES_MAX]


def build(valeur: Mapping[str, Any], fichier: str = "") -> Correspondance:
    """Check a mapping.

    Raises:
        CorrespondanceInvalide: with every fault, in French.
    """
    lu = Lu(fichier, dict(valeur))
    found = validate(Correspondance, lu)
    if found is None or lu.defauts:
        raise CorrespondanceInvalide([_said(d.chemin, d.note) for d in lu.defauts])
    return found


def _said(chemin: str, note: str) -> str:
    text = f"« {strip_controls(chemin)[:60]} » : {note}" if chemin else note[:1].upper() + note[1:]
    return mask(strip_controls(text))[:500] + "."


def to_json(correspondance: Correspondance) -> str:
    return json.dumps(correspondance.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"


def from_json(octets: bytes) -> Correspondance:
    """A mapping that was written to a file.

    Raises:
        CorrespondanceInvalide: with every fault, in French.
    """
    if len(octets) > JSON_MAX:
        raise CorrespondanceInvalide(["Ce fichier est trop gros pour une correspondance."])
    doubles: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [k for k, _ in pairs]
        doubles.extend(k for k in dict.fromkeys(keys) if keys.count(k) > 1)
        return dict(pairs)

    try:
        valeur = json.loads(octets.decode("utf-8-sig"), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        note = "Ce fichier n'est pas une correspondance exportée d'ici (un fichier .json)."
        raise CorrespondanceInvalide([note]) from error
    if not isinstance(valeur, dict):
        raise CorrespondanceInvalide(["Ce fichier n'est pas une correspondance : un groupe de clés est attendu."])
    if doubles:
        raise CorrespondanceInvalide([_said(k, "clé écrite deux fois") for k in doubles[:10]])
    return build(valeur)


def saved(decisions: Mapping[str, Decision]) -> tuple[Correspondance, ...]:
    """The mappings that stand in the registre. One that no longer holds (made by another version) is left out."""
    out = []
    for decision in decisions.values():
        try:
            out.append(build(decision.valeur))
        except (CorrespondanceInvalide, TypeError, ValueError):
            continue
    return tuple(out)


def digest(text: str) -> str:
    """A short name for a text, always the same."""
    return hashlib.sha256(normal(text).encode()).hexdigest()[:10]
