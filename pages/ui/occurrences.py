"""The dates of a calendar on an indicator's page, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from rqds_metrics.regles.formats import jour
from rqds_metrics.regles.occurrences import Occurrence

MOTS = {
    "a_temps": ("à temps", "à temps"),
    "en_retard": ("en retard", "en retard"),
    "manquee": ("manquée", "manquées"),
    "non_due": ("non due", "non dues"),
}


def told(o: Occurrence, donnees_au: date | None, *, saisi: bool) -> str:
    """« le 28 oct. », « prévue le 26 nov., rien depuis le 2 oct. »: what stands under the state of a date.

    `donnees_au`: the day of the last data. `saisi`: its value is typed in, no file brings it.
    """
    if o.fait_le:
        return f"le {jour(o.fait_le, annee=False)}"
    if o.mois_seul:
        return "dans le mois"
    if o.sautee:
        return "une seule peut l'être"
    due = f"prévue le {jour(o.echeance, annee=False)}"
    if o.etat == "non_due":
        return due
    if donnees_au and donnees_au < o.echeance:
        return f"{due}, aucune donnée depuis le {jour(donnees_au, annee=False)}"
    return f"{due}, rien de {'consigné' if saisi else 'reçu'}"


def after_data(found: Sequence[Occurrence], donnees_au: date | None) -> bool:
    """Is a date late because nothing came since: what is due, counted at the last data, does not count it yet."""
    return any(o.etat in ("en_retard", "manquee") and donnees_au is not None and o.echeance > donnees_au for o in found)


def tally(found: Sequence[Occurrence]) -> str:
    """« 3 à temps, 1 en retard, 7 non dues »."""
    counts = Counter[str](o.etat for o in found)
    return ", ".join(f"{counts[k]} {words[counts[k] > 1]}" for k, words in MOTS.items() if counts[k])
