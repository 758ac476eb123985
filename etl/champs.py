"""The columns that a mapping may fill, what each is called, and which headers may stand above them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

import pandas as pd

from etl.cells import unaccented
from etl.columns import Kind
from etl.dates import to_date
from etl.likeness import is_rate
from etl.privacy import is_personal, mask
from rqds_metrics.familles import FAMILLES

Ligne = Literal["jour", "mois", "envoi", "seance", "episode", "personne"]
LIGNES: dict[str, tuple[Ligne, ...]] = {
    "infolettre": ("envoi", "mois"),
    "web": ("jour", "mois", "personne"),
    "balado": ("episode", "jour", "mois", "personne"),
    "webinaire": ("seance", "personne"),
    "social": ("jour", "mois", "personne"),
}
# Columns of each family that a mapping may fill. Unique visitors do not add up: they are nowhere.
_COLONNES = {
    "infolettre": ("campagne", "titre", "livres", "ouvertures", "clics", "desabonnements"),
    "web": ("page", "visites", "vues"),
    "balado": ("episode", "lectures", "ecoutes", "heures", "abonnes"),
    "webinaire": ("seance", "titre", "inscrits", "annules", "presents"),
    "social": ("compte", "abonnes", "interactions", "vues"),
}
# Where a row is a person or an order: what else of it is read, and which figure each row may count for.
_PERSONNE = {
    "web": ("page", "quantite"), "balado": ("quantite",), "webinaire": ("seance", "titre", "etat", "quantite"),
    "social": ("compte", "quantite"),
}  # fmt: skip
_COMPTES_POUR = {
    "web": ("visites", "vues"), "balado": ("lectures", "ecoutes"), "webinaire": ("inscrits", "presents"),
    "social": ("interactions",),
}  # fmt: skip
# What each is called on the screen, after « Une ligne est » for the first ones.
LIGNES_DITES: dict[Ligne, str] = {
    "jour": "un jour", "mois": "un mois ou une période", "envoi": "un envoi", "seance": "une séance ou un événement",
    "episode": "un épisode, depuis sa sortie",
    "personne": "une personne ou une commande, à compter",
}  # fmt: skip
_DITS = {
    "date": "date", "periode": "mois ou période", "debut": "premier jour", "fin": "dernier jour",
    "campagne": "numéro de l'envoi", "titre": "titre", "livres": "courriels livrés", "ouvertures": "ouvertures uniques",
    "clics": "clics uniques", "desabonnements": "désabonnements", "page": "page", "visites": "visites",
    "vues": "vues", "episode": "titre de l'épisode", "lectures": "écoutes ou téléchargements",
    "ecoutes": "écoutes d'une minute ou plus", "heures": "heures d'écoute", "abonnes": "abonnés",
    "seance": "numéro de la séance", "inscrits": "inscriptions", "annules": "annulations", "presents": "présences",
    "compte": "compte", "interactions": "interactions", "etat": "état de l'inscription",
    "quantite": "nombre de places ou de billets",
}  # fmt: skip
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
_PAGES = re.compile(r"^adresses? (?:de |des |d')(?:la |l')?(?:pages?|ecrans?)$")
_CHIFFRES = re.compile(r"[-+−0-9\s.,:%/$()]+")


def dates_of(ligne: Ligne) -> tuple[str, ...]:
    """The names under which the days of a row may be mapped."""
    return _DATES.get(ligne, ("date",))


def columns_of(famille: str, ligne: Ligne) -> tuple[str, ...]:
    """The columns of the family that may be mapped, for this kind of row."""
    if ligne == "personne":
        return _PERSONNE.get(famille, ())
    left_out = _SANS.get((famille, ligne), ())
    return tuple(c for c in _COLONNES[famille] if c not in left_out)


def counted_of(famille: str, ligne: Ligne) -> tuple[str, ...]:
    """The figures that each row may count for, where rows are counted; none elsewhere."""
    return _COMPTES_POUR.get(famille, ()) if ligne == "personne" else ()


def kind_of(famille: str, champ: str) -> Kind:
    """What a mapped column holds."""
    if champ == "quantite":
        return "int"
    if champ in ("date", "debut", "fin"):
        return "date"
    kinds: dict[str, Kind] = {"BIGINT": "int", "DOUBLE": "number", "VARCHAR": "text"}
    return kinds[FAMILLES[famille].get(champ, "VARCHAR")]


def said(champ: str) -> str:
    """« courriels livrés » for « livres »."""
    return _DITS.get(champ, champ)


def required_of(famille: str, ligne: Ligne) -> tuple[str, ...]:
    """The columns that this kind of row cannot do without; some that replace each other are not among them."""
    needed = [] if ligne == "mois" else ["date"]
    needed += ["livres"] if famille == "infolettre" else []
    return (*needed, "episode") if ligne == "episode" else tuple(needed)


def figures_of(famille: str, ligne: Ligne) -> tuple[str, ...]:
    return tuple(c for c in columns_of(famille, ligne) if kind_of(famille, c) != "text")


def may_hold(famille: str, champ: str, header: str) -> bool:
    """May this header be mapped to this column? No rate is a count; no people's column is kept, but a count of people."""
    if mask(header) != header or looks_like_data(header):
        return False
    counts = kind_of(famille, champ) in ("int", "number")
    if counts and is_rate(header):
        return False
    if not is_personal(header):
        return True
    plain = unaccented(header).strip(" :*?")
    if champ == "page":
        return bool(_PAGES.search(plain))
    return counts and (plain in _COMPTES or (" " in plain and not _NUMEROS.search(plain)))


@lru_cache(5_000)
def looks_like_data(header: str) -> bool:
    """Is it a figure or a day: then the line taken for the headers is one of the rows, with what people wrote in it."""
    if _CHIFFRES.fullmatch(header):
        return any(c.isdigit() for c in header)
    dated = re.search(r"\b[0-9]{4}", header)  # a day with the name of its month has its year
    return bool(dated) and not to_date(pd.Series([header], dtype="str")).values.isna().iloc[0]
