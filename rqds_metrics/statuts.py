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
