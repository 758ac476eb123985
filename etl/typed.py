"""One typed value against its indicator: the checks that the template and the pages share. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from etl.cells import unaccented
from etl.privacy import LONGUEUR, scrub
from rqds_metrics.plan import Indicateur
from rqds_metrics.regles.formats import jour

PLAFOND = 1e9  # a value beyond that is a slip of the keyboard
YES = frozenset({"oui", "fait", "atteint", "1", "vrai", "x"})
NO = frozenset({"non", "pas fait", "0", "faux"})
PAR = {"activite": "activité", "reseau": "réseau", "membre": "membre"}
_LIEN = re.compile(r"(?i)[a-z][a-z0-9+.-]*:\S|//|\\\\")
Tell = Callable[[str, str], None]  # (name of the field, note in French)


@dataclass(frozen=True)
class Donne:
    """What was given for an indicator and a period, each part read already. Rates as fractions.

    `dit`: the field of the value held something, even something that could not be read.
    """

    valeur: float | None = None
    numerateur: float | None = None
    denominateur: float | None = None
    fait_le: date | None = None
    texte: str | None = None
    preuve: str | None = None
    detail: str | None = None
    dit: bool = False


def serie_of(indicateur: str, detail: str | None = None) -> str:
    """What a typed value can replace: the indicator's, or that of one of its networks, members or activities."""
    key = unaccented(detail or "").replace("|", "/")
    return f"saisie|{indicateur}|{key}" if key else f"saisie|{indicateur}"


def record_of(
    indicateur: Indicateur, span: tuple[date, date], donne: Donne, au: date, tell: Tell
) -> dict[str, Any] | None:
    """The row to keep, or None once everything that is wrong has been told."""
    wrong: list[str] = []

    def refuse(field: str, note: str) -> None:
        wrong.append(field)
        tell(field, note)

    valeur = donne.valeur
    texte = scrub(donne.texte) if donne.texte else None
    detail = scrub(donne.detail) if donne.detail else None
    preuve = proof(donne.preuve, lambda note: refuse("preuve", note)) if donne.preuve else None
    if detail and not indicateur.par:
        refuse("detail", f"L'indicateur {indicateur.id} se compte en entier : « Détail » reste vide.")
    if indicateur.type == "qualitatif":
        if not texte:
            refuse("texte", f"L'indicateur {indicateur.id} s'apprécie en mots : la colonne « Texte » est vide.")
    elif indicateur.type == "jalon":
        valeur = _milestone(donne, span, au, refuse)
    else:
        _figure(indicateur, donne, refuse)
    if wrong:
        return None
    return {
        "serie": serie_of(indicateur.id, detail), "debut": span[0], "fin": span[1], "indicateur": indicateur.id,
        "valeur": valeur, "numerateur": donne.numerateur, "denominateur": donne.denominateur,
        "fait_le": donne.fait_le, "texte": texte, "detail": detail or None, "preuve": preuve,
    }  # fmt: skip


def _milestone(donne: Donne, span: tuple[date, date], au: date, refuse: Tell) -> float | None:
    day = donne.fait_le
    if donne.valeur is None and day is None:
        if not donne.dit:
            refuse("valeur", "Un jalon se dit « fait » ou « pas fait », avec la date dans « Fait le ».")
    elif day is not None and donne.valeur == 0:
        refuse("fait_le", "Ce jalon est dit « pas fait », mais il a une date.")
    elif day is not None:
        if not span[0] <= day <= span[1]:
            refuse("fait_le", f"Le {jour(day)} n'est pas dans la période de la ligne.")
        elif day > au:
            refuse("fait_le", f"Le {jour(day)} n'est pas encore passé.")
        return 1.0
    return donne.valeur


def _figure(indicateur: Indicateur, donne: Donne, refuse: Tell) -> None:
    num, den, valeur = donne.numerateur, donne.denominateur, donne.valeur
    if (num is None) != (den is None):
        refuse("denominateur" if den is None else "numerateur", "Un numérateur va avec un dénominateur.")
    elif den is not None and indicateur.type != "taux":
        refuse("denominateur", f"L'indicateur {indicateur.id} n'est pas un taux : seule « Valeur » se remplit.")
    elif num is not None and den is not None and not 0 <= num <= den:
        refuse("numerateur", "Le numérateur va de 0 au dénominateur.")
    elif valeur is None and den is None and not donne.dit:
        refuse("valeur", "Il n'y a pas de valeur sur cette ligne.")
    if valeur is None:
        return
    if valeur < 0:
        refuse("valeur", "Une valeur ne peut pas être négative.")
    elif indicateur.type == "taux" and valeur > 1:
        refuse("valeur", "Un taux va de 0 à 100 %.")
    elif valeur > PLAFOND:
        refuse("valeur", "Cette valeur dépasse un milliard : vérifiez-la.")


def proof(text: str, refuse: Callable[[str], None]) -> str | None:
    """A note, or a link of the Web, on one line; None once what is wrong has been told."""
    whole = " ".join(text.split())
    clean = scrub(text)
    if not _LIEN.match(whole):
        return clean or None
    try:
        parts = urlsplit(whole)
        sound = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        sound = False
    if not sound or " " in whole:
        refuse("Un lien commence par « https:// » (ou « http:// ») et ne contient pas d'espace.")
    elif len(whole) > LONGUEUR:
        refuse(f"Ce lien dépasse {LONGUEUR} caractères : donnez un lien plus court, ou une note.")
    elif clean != whole:
        refuse("Ce lien contient un courriel, un téléphone ou une adresse IP : il ne peut pas être gardé.")
    else:
        return clean
    return None
