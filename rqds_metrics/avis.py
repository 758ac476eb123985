"""The weekly digest of alerts: what holds today and the last one did not tell, by e-mail."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from rqds_metrics import activite
from rqds_metrics.alertes import (
    ENVOI,
    SEMAINE,
    Avis,
    alertes_of,
    avis_of,
    digest_text,
    digest_to_keep,
    last_digest,
)
from rqds_metrics.courriel import configured, send
from rqds_metrics.donnees import Donnees, load_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import decide
from rqds_metrics.regles.formats import jour
from rqds_metrics.resultats import compute
from rqds_metrics.store import today, transaction, version
from rqds_metrics.synthese import receptions

QUI = "Courriel des avis"


def notices(donnees: Donnees) -> list[Avis]:
    """Every notice that holds on the day looked from, for the fiscal year of that day."""
    plan, exercice = load_plan(), Exercice.of(donnees.au)
    alertes = alertes_of(donnees.decisions.alertes)
    if not alertes:
        return []
    return avis_of(alertes, compute(donnees, [exercice]), receptions(plan, donnees, exercice), donnees.au)


def send_notices(base: str | Path | None = None, *, essai: bool = False, maintenant: bool = False) -> int:
    """Send the digest where a week has passed and something is new; says what was done. 0, or 1 where it cannot.

    Raises:
        CourrielImpossible: see rqds_metrics.courriel. Nothing is then said to have been sent.
    """
    au = today()
    if not version(base):
        print("Aucune donnée encore : rien à envoyer.")
        return 0
    donnees = load_donnees(au, base)
    if not alertes_of(donnees.decisions.alertes):
        print("Aucune alerte n'est choisie : voyez la page « Alertes ».")
        return 0
    last, told = last_digest(donnees.decisions.alertes)
    if last and timedelta(0) <= au - last < SEMAINE and not (maintenant or essai):
        print(f"Le dernier courriel est du {jour(last)} : le prochain partira le {jour(last + SEMAINE)}.")
        return 0
    held = notices(donnees)
    fresh = [a for a in held if a.cle not in told]
    many = f"{len(fresh)} {'alertes nouvelles' if len(fresh) > 1 else 'alerte nouvelle'}"
    text = digest_text(fresh, Exercice.of(au), au, donnees.demo)
    if essai:
        print(text if fresh else "Rien de nouveau : aucun courriel ne partirait.")
        return 0
    if fresh:
        serveur = configured()
        if serveur is None:
            print(
                "Aucun serveur de courriel n'est réglé : rien n'est parti. Les alertes restent à la page « Alertes »."
            )
            return 1
        send(serveur, f"Plan stratégique : {many}", text)
    with transaction(base) as cursor:
        kept = digest_to_keep(held, len(fresh))
        decide(cursor, "alerte", f"{ENVOI}|{au.isoformat()}", kept, qui=QUI, pourquoi="", demo=donnees.demo)
    activite.say("avis", alertes=len(fresh))
    print(f"{many}, courriel envoyé." if fresh else "Rien de nouveau : aucun courriel n'est parti.")
    return 0
