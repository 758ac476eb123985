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
from etl.findings import quoted
from etl.likeness import MOTS, is_rate, nearest
from etl.privacy import is_personal, mask
from etl.table import Kind
from rqds_metrics.familles import FAMILLES
from rqds_metrics.plan import Strict, _tuple
from rqds_metrics.registre import Decision
from rqds_metrics.yaml_strict import Lu, validate

Ligne = Literal["jour", "mois", "envoi", "seance", "episode"]
LIGNES: dict[str, tuple[Ligne, ...]] = {
    "infolettre": ("envoi", "mois"),
    "web": ("jour", "mois"),
    "balado": ("episode", "jour", "mois"),
    "webinaire": ("seance",),
    "social": ("jour", "mois"),
}
# Columns of each family that a mapping may fill. Unique visitors do not add up: they are nowhere.
_COLONNES = {
    "infolettre": ("campagne", "titre", "livres", "ouvertures", "clics", "desabonnements"),
    "web": ("page", "visites", "vues"),
    "balado": ("episode", "lectures", "ecoutes", "heures", "abonnes"),
    "webinaire": ("seance", "titre", "inscrits", "annules", "presents"),
    "social": ("compte", "abonnes", "interactions", "vues"),
}
_SANS = {("infolettre", "mois"): ("campagne", "titre"), ("balado", "episode"): ("abonnes",)}
_DATES: dict[Ligne, tuple[str, ...]] = {"mois": ("periode", "debut", "fin")}
# Headers that announce people, but that may stand above a count of them (« Courriels livrés » too, by its other words).
_COMPTES = {
    "participants", "participant", "participante", "attendee", "recipient", "destinataire", "contact", "respondent",
    "repondant", "repondante", "courriels", "emails",
}  # fmt: skip
_NUMEROS = re.compile(
    r"\b(?:tel|telephones?|phones?|cell|cellulaires?|mobile|fax|adresse|address|ip|postale?|zip|naissance|birth\w*|nas|nom|name)\b"
)
EN_TETES_MAX, TEXTE_MAX, JSON_MAX = 500, 200, 300_000
_ASSEZ = 0.5  # share of the mapped headers that a file must hold to be the same one, changed


class Correspondance(Strict):
    """How to read one tool's export. `champs`: a column of the family, or a date's name -> the header, as written.

    `entetes`: every header of the file it was made from. `ordre`: of day and month, where nothing in a column tells.
    """

    nom: str = Field(max_length=60)
    famille: Literal["infolettre", "web", "balado", "webinaire", "social"]
    ligne: Ligne
    champs: dict[str, Annotated[str, Field(max_length=TEXTE_MAX)]]
    ordre: Literal["dmy", "mdy"] = "dmy"
    entetes: Annotated[tuple[Annotated[str, Field(max_length=TEXTE_MAX)], ...], BeforeValidator(_tuple)]

    @property
    def slug(self) -> str:
        """« cyberimpact » for « Cyberimpact »: what its series are named after."""
        return slug(self.nom)

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


def dates_of(ligne: Ligne) -> tuple[str, ...]:
    """The names under which the days of a row may be mapped."""
    return _DATES.get(ligne, ("date",))


def columns_of(famille: str, ligne: Ligne) -> tuple[str, ...]:
    """The columns of the family that may be mapped, for this kind of row."""
    left_out = _SANS.get((famille, ligne), ())
    return tuple(c for c in _COLONNES[famille] if c not in left_out)


def kind_of(famille: str, champ: str) -> Kind:
    """What a mapped column holds."""
    if champ in ("date", "debut", "fin"):
        return "date"
    kinds: dict[str, Kind] = {"BIGINT": "int", "DOUBLE": "number", "VARCHAR": "text"}
    return kinds[FAMILLES[famille].get(champ, "VARCHAR")]


def figures_of(famille: str, ligne: Ligne) -> tuple[str, ...]:
    return tuple(c for c in columns_of(famille, ligne) if kind_of(famille, c) != "text")


def may_hold(famille: str, champ: str, header: str) -> bool:
    """May this header be mapped to this column? People's columns may not, but for the count of people."""
    if mask(header) != header:
        return False
    if not is_personal(header):
        return True
    plain = unaccented(header).strip(" :*?")
    counted = plain in _COMPTES or (" " in plain and not _NUMEROS.search(plain))
    return counted and kind_of(famille, champ) in ("int", "number")


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
    elif c.ligne != "mois" and "date" not in given:
        out.append("il manque la colonne de la date")
    if c.famille == "infolettre" and not ("livres" in given and given & {"ouvertures", "clics"}):
        out.append("une infolettre demande les courriels livrés, et les ouvertures ou les clics")
    if c.ligne == "episode" and "episode" not in given:
        out.append("il manque la colonne du titre de l'épisode")
    if (
        c.famille in ("web", "social", "balado")
        and c.ligne != "episode"
        and not given & set(figures_of(c.famille, c.ligne))
    ):
        out.append("il manque au moins une colonne de chiffres")
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
    people = [h for k, h in c.champs.items() if k in known_fields and not may_hold(c.famille, k, h)]
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


def missing(correspondance: Correspondance, headers: Sequence[str]) -> dict[str, str]:
    """What is mapped to a header that the file does not have."""
    there = {normal(h) for h in headers}
    return {k: h for k, h in correspondance.champs.items() if normal(h) not in there}


def proposals(correspondance: Correspondance, headers: Sequence[str]) -> dict[str, str]:
    """For each mapped header that is gone, the likeliest of the file's that are not mapped. None like it: no entry."""
    gone = missing(correspondance, headers)
    mapped = {normal(h) for h in correspondance.champs.values()}
    free = [h for h in headers if h and normal(h) not in mapped]
    wanted = {k: (h, *MOTS.get(k, ())) for k, h in gone.items()}
    return nearest(wanted, free, lambda k, h: _likely(correspondance.famille, k, h))


def guessed(famille: str, ligne: Ligne, headers: Sequence[str]) -> dict[str, str]:
    """The likeliest header of each column that may be mapped, from the words that tools use."""
    wanted = {k: MOTS[k] for k in (*dates_of(ligne), *columns_of(famille, ligne))}
    found = nearest(wanted, headers, lambda k, h: _likely(famille, k, h))
    if "periode" in found and {"debut", "fin"} <= set(found):
        del found["periode"]
    elif "periode" in found:
        found = {k: h for k, h in found.items() if k not in ("debut", "fin")}
    return found


def _likely(famille: str, champ: str, header: str) -> bool:
    rate = kind_of(famille, champ) in ("int", "number") and is_rate(header)
    return may_hold(famille, champ, header) and not rate


def repairable(correspondance: Correspondance, headers: Sequence[str]) -> bool:
    """Is it the same export with some headers changed: most are there, or have one very like them."""
    gone = missing(correspondance, headers)
    found = len(proposals(correspondance, headers))
    total = len(correspondance.champs)
    return bool(gone) and total - len(gone) + found > _ASSEZ * total and found > 0


def digest(text: str) -> str:
    """A short name for a text, always the same."""
    return hashlib.sha256(normal(text).encode()).hexdigest()[:10]
