"""The dates of a calendar on an indicator's page, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rqds_metrics.regles.formats import jour
from rqds_metrics.regles.occurrences import Occurrence

MOTS = {
    "a_temps": ("à temps", "à temps"),
    "en_retard": ("en retard", "en retard"),
    "manquee": ("manquée", "manquées"),
    "non_due": ("non due", "non dues"),
}


def told(o: Occurrence) -> str:
    """« le 28 oct. », « prévue le 26 nov., rien de reçu »: what stands under the state of a date."""
    if o.fait_le:
        return f"le {jour(o.fait_le, annee=False)}"
    if o.mois_seul:
        return "dans le mois"
    if o.sautee:
        return "une seule peut l'être"
    due = f"prévue le {jour(o.echeance, annee=False)}"
    return due if o.etat == "non_due" else f"{due}, rien de reçu"


def tally(found: Sequence[Occurrence]) -> str:
    """« 3 à temps, 1 en retard, 7 non dues »."""
    counts = Counter[str](o.etat for o in found)
    return ", ".join(f"{counts[k]} {words[counts[k] > 1]}" for k, words in MOTS.items() if counts[k])
