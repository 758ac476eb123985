"""Who asks for a publication, who approves it, who takes it back: acts that the registre keeps."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Literal

from rqds_metrics import horloge
from rqds_metrics.demandes import PROPOSITION, PublicationRefusee, cells_to_keep, to_keep
from rqds_metrics.diffusion import parution
from rqds_metrics.diffusion.composition import Choix
from rqds_metrics.mise_en_ligne import fingerprint, folder_of, prepare, publish
from rqds_metrics.registre import Decision, decide, read_decisions, read_history
from rqds_metrics.store import now, transaction

Acte = Literal["proposer", "approuver", "retirer"]


def peut(qui: str, acte: Acte) -> bool:
    """May this person do it. Everyone may, until people sign in."""
    return True


def _allowed(qui: str, acte: Acte) -> None:
    if not peut(qui, acte):
        raise PublicationRefusee("Votre rôle ne le permet pas. Demandez-le à la direction.")


def propose(choix: Choix, au: date, base: str | Path | None = None, *, qui: str, demo: bool = False) -> None:
    """Ask the direction to publish a choice; it takes the place of the proposal that waits."""
    _allowed(qui, "proposer")
    valeur = to_keep(choix, au)
    with transaction(base) as cursor:
        decide(cursor, "publication", PROPOSITION, valeur, qui=qui, pourquoi=valeur["note"], demo=demo)


def drop_proposal(base: str | Path | None = None, *, qui: str, demo: bool = False) -> None:
    _allowed(qui, "proposer")
    with transaction(base) as cursor:
        decide(cursor, "publication", PROPOSITION, None, qui=qui, pourquoi="Proposition reprise.", demo=demo)


def approve(
    choix: Choix,
    au: date,
    base: str | Path | None = None,
    *,
    qui: str,
    demo: bool = False,
    quand: datetime | None = None,
    vue: str | None = None,
) -> int:
    """Approve a choice as it is seen now; returns its number. Nothing is online yet: see `mise_en_ligne.publish`.

    Args:
        vue: the print of what was on the screen (see mise_en_ligne.fingerprint); another one is not approved.

    Raises:
        PublicationRefusee: see to_keep; the note quotes a withheld figure; or the figures are no longer those that were seen.
    """
    _allowed(qui, "approuver")
    moment = (quand or now()).replace(microsecond=0)
    valeur = to_keep(choix, au, publie_le=moment.isoformat())
    folder = folder_of(base)
    if quand is None:
        made = prepare(choix, au, base, publie_le=moment)
        if made.cite:
            raise PublicationRefusee(
                f"La note dit un chiffre retenu ({made.cite[0]}, {made.cite[1]}). Changez-la, puis approuvez."
            )
        valeur["empreinte"] = fingerprint(made.publication)
        valeur["cellules"] = cells_to_keep(made.cellules)
        if vue and vue != valeur["empreinte"]:
            raise PublicationRefusee(
                "Les chiffres ont changé depuis que l'aperçu est ouvert. Relisez-le, puis approuvez."
            )
    with transaction(base) as cursor:
        if quand is None:
            horloge.moment(cursor)  # refuses where the clock is wrong
        known = read_decisions(cursor, date.max.replace(year=9998)).publications
        numero = max([0, *(int(k) for k in known if k != PROPOSITION), *parution.every_number(folder)]) + 1
        decide(cursor, "publication", str(numero), valeur, qui=qui, pourquoi=valeur["note"], demo=demo, quand=moment)
        if PROPOSITION in known:
            decide(cursor, "publication", PROPOSITION, None, qui=qui, pourquoi=f"Publication n° {numero}.", demo=demo)
    return numero


def take_back(numero: int, base: str | Path | None = None, *, qui: str, pourquoi: str = "", demo: bool = False) -> None:
    """Take a publication off line; the one before it, if any stands, is online again. Its figures are kept.

    Raises:
        PublicationRefusee: it is not one, or was taken back already.
    """
    _allowed(qui, "retirer")
    with transaction(base) as cursor:
        found = read_decisions(cursor, date.max.replace(year=9998)).publications.get(str(numero))
        if found is None or found.valeur.get("retiree"):
            raise PublicationRefusee(f"La publication n° {numero} n'est plus en ligne.")
        valeur = {**found.valeur, "retiree": now().isoformat(timespec="seconds")}
        decide(cursor, "publication", str(numero), valeur, qui=qui, pourquoi=pourquoi, demo=demo)
    publish(base)


def history(base: str | Path | None = None) -> list[Decision]:
    """Everything that was ever proposed, approved or taken back, the newest first."""
    return read_history("publication", base)
