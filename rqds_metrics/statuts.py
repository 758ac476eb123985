"""The statuses as they are shown: word, shape and colour, in the order they are told. Never a colour alone."""

from __future__ import annotations

from typing import NamedTuple


class Apparence(NamedTuple):
    libelle: str
    couleur: str  # on white, at least 4.5:1
    forme: str  # one character that every system font has
    plein: bool  # a full square on the wall, or an outline


APPARENCES: dict[str, Apparence] = {
    "atteinte": Apparence("Atteinte", "#0B6E4F", "✓", True),
    "en_voie": Apparence("En voie", "#1F5FA8", "▲", True),
    "presque": Apparence("Presque", "#1F5FA8", "△", True),
    "a_surveiller": Apparence("À surveiller", "#8A5A00", "◆", True),
    "en_retard": Apparence("En retard", "#B42318", "■", True),
    "non_atteinte": Apparence("Non atteinte", "#B42318", "✕", True),
    "non_du": Apparence("Rien de dû encore", "#5B6472", "·", False),
    "echeance_a_fixer": Apparence("Échéance à fixer", "#5B6472", "?", False),
    "sans_cible": Apparence("Suivi sans cible", "#5B6472", "–", False),
    "sans_donnees": Apparence("Sans données", "#5B6472", "○", False),
}
A_CONFIRMER = ("≈", "à confirmer")  # beside a status: a survey's interval holds the target
OCCURRENCES: dict[str, Apparence] = {
    "a_temps": Apparence("À temps", "#0B6E4F", "✓", True),
    "en_retard": Apparence("En retard", "#8A5A00", "◆", True),
    "manquee": Apparence("Manquée", "#B42318", "✕", True),
    "non_due": Apparence("Non due", "#5B6472", "·", False),
}
LIBELLES = {k: a.libelle for k, a in APPARENCES.items()}
_COMPTES = {  # of indicators, not of targets; one, then several; the others do not change
    "atteinte": ("atteint", "atteints"),
    "presque": ("presque atteint", "presque atteints"),
    "non_atteinte": ("non atteint", "non atteints"),
    "non_du": ("pas encore dû", "pas encore dus"),
    "echeance_a_fixer": ("échéance à fixer", "échéances à fixer"),
    "sans_cible": ("suivi sans cible", "suivis sans cible"),
}


def counted(statut: str, combien: int) -> str:
    """A status, said of so many indicators: « 7 atteints », « 5 à surveiller »."""
    word = LIBELLES[statut].lower()
    return f"{combien}\u00a0{_COMPTES.get(statut, (word, word))[combien > 1]}"
