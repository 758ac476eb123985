"""What to tell about the periods that the files of a Web tool speak of: they decide which year and month figures go to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

from etl.findings import constat_at
from etl.source import Constat, Feuille, Tranche, Verdict
from rqds_metrics.exercice import Exercice
from rqds_metrics.regles.formats import periode

PAR_MOIS = "Exportez un mois à la fois, ou ajoutez la dimension « Date » au rapport."


def about_period(
    debut: date, fin: date, whole: bool, feuille: Feuille, row: int, recu_le: date, by_month: str = PAR_MOIS
) -> list[Constat]:
    """Findings on a period told at `row` of the grid. `whole`: its figures hold for all of it, not day by day.

    `by_month`: what to do, in the tool, about a period that two fiscal years share.
    """
    days = periode(debut, fin)
    out = []

    def tell(nom: str, verdict: Verdict, note: str, remede: str) -> None:
        out.append(constat_at(nom, verdict, note, feuille, row, remede=remede))

    if debut > fin:
        tell("periode", "erreur", f"La période finit avant de commencer ({days}).", "Refaites l'export.")
    elif whole and Exercice.of(debut) != Exercice.of(fin):
        note = (
            f"La période {days} est à cheval sur deux exercices (du 1er juillet au 30 juin) : elle ne se partage pas."
        )
        tell("deux_exercices", "erreur", note, by_month)
    elif whole and (debut.day != 1 or (fin + timedelta(days=1)).day != 1):
        note = f"La période {days} n'est pas faite de mois entiers : ses chiffres comptent au mois de son dernier jour."
        tell("mois_incomplet", "avertissement", note, "Exportez plutôt du premier au dernier jour du mois.")
    if fin > recu_le:
        note = f"La période {days} finit après aujourd'hui."
        tell("futur", "erreur", note, "Refaites l'export avec une période passée.")
    elif fin == recu_le:
        note = f"La période {days} comprend aujourd'hui, une journée encore incomplète."
        tell("jour_en_cours", "avertissement", note, "Renvoyez l'export une fois la période finie.")
    return out


def overlaps(tranches: Iterable[Tranche]) -> list[Constat]:
    """Two periods of one serie, in one file, that share days: they would be counted twice."""
    out = []
    ordered = sorted(tranches, key=lambda t: (t.serie, t.debut, t.fin))
    for a, b in pairwise(ordered):
        if a.serie == b.serie and b.debut <= a.fin:
            note = f"Le fichier donne deux périodes qui se chevauchent : {periode(a.debut, a.fin)} et {periode(b.debut, b.fin)}."
            out.append(Constat("periodes", "erreur", note, remede="Exportez une période à la fois."))
    return out
