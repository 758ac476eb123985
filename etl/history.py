"""The history of what was received: each lot with its effect, who and when, what became of it since."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from etl.effects import Effet, Remplace, Trace, read_traces
from etl.originaux import Original, find_original
from rqds_metrics.lots import Lot, read_lots
from rqds_metrics.store import connect, version

# How a finding of the reader is named once its words, which may quote the file, are gone; the others go by their name.
_REMARQUES = {
    "cellule": "cellule à vérifier",
    "dates_inversees": "dates lues dans un autre ordre",
    "depuis_le_debut": "chiffres comptés depuis le début",
    "encodage": "texte lu en Windows-1252",
    "envois_test": "envois de test",
    "feuille_ignoree": "feuille non lue",
    "feuille_masquee": "feuille masquée",
    "formule_sans_resultat": "formule sans résultat",
    "incoherence": "chiffres incohérents d'un envoi de test",
    "jour_en_cours": "dernier jour encore incomplet",
    "jours_absents": "jours absents",
    "mois_incomplet": "période qui n'est pas faite de mois entiers",
    "questions_ecartees": "questions sans échelle de satisfaction écartées",
    "taux_different": "taux du fichier différent du quotient gardé",
}


TAPEE = "Saisie du "  # how the name of a typed lot begins


@dataclass(frozen=True)
class Evenement:
    """A lot was received, cancelled or brought back. `trace` None: its effect was not kept."""

    quoi: Literal["recu", "annule", "retabli"]
    quand: datetime
    qui: str
    trace: Trace | None = None


@dataclass(frozen=True)
class Entree:
    """A lot as the history shows it. `ecartees`: reason -> rows; `remarques`: words -> how many."""

    lot: Lot
    ecartees: Mapping[str, int]
    remarques: Mapping[str, int]
    evenements: tuple[Evenement, ...]
    noms: Mapping[int, str] = field(default_factory=dict)  # the files of the lots it replaced
    original: Original | None = None

    @property
    def recu(self) -> Evenement:
        return self.evenements[0]

    @property
    def effets(self) -> tuple[Effet, ...] | None:
        """What it changed when it was received; None when that was not kept."""
        return self.recu.trace.effets if self.recu.trace else None

    @property
    def avertissements(self) -> tuple[str, ...]:
        return self.recu.trace.avertissements if self.recu.trace else ()

    @property
    def remplace(self) -> tuple[Remplace, ...]:
        return self.recu.trace.remplace if self.recu.trace else ()


def read_every_lot(base: str | Path | None = None) -> list[Lot]:
    """Every lot, the newest first. Makes no base."""
    if not version(base):
        return []
    with connect(base) as cursor:
        return sorted(read_lots(cursor), key=lambda lot: (lot.recu_le, lot.id), reverse=True)


def saved_together(lots: Sequence[Lot]) -> list[list[Lot]]:
    """The lots, those typed and saved in one click together: each of them stays a lot of its own."""
    out: list[list[Lot]] = []
    for lot in lots:
        last = out[-1][0] if out else None
        if last and typed(lot) and typed(last) and (lot.recu_le, lot.par) == (last.recu_le, last.par):
            out[-1].append(lot)
        else:
            out.append([lot])
    return out


def typed(lot: Lot) -> bool:
    """Was it typed on the page of values, and not read from a file."""
    return lot.source == "saisie" and lot.fichier.startswith(TAPEE)


def read_history(lots: Collection[Lot], base: str | Path | None = None) -> list[Entree]:
    """All that is known of some lots, in their order."""
    if not lots:
        return []
    ids = [lot.id for lot in lots]
    with connect(base) as cursor:
        traces = read_traces(cursor, ids)
        told = {
            id_: (sha256, json.loads(remarques))
            for id_, sha256, remarques in cursor.execute(
                "SELECT id, sha256, remarques FROM lot WHERE list_contains(?, id)", [ids]
            ).fetchall()
        }
        states = cursor.execute(
            "SELECT lot, quand, qui, vivant FROM lot_etat WHERE list_contains(?, lot) ORDER BY quand", [ids]
        ).fetchall()
        names = dict(cursor.execute("SELECT id, fichier FROM lot").fetchall())
    out = []
    for lot in lots:
        sha256, kept = told[lot.id]
        since = [
            Evenement("retabli" if alive else "annule", when, who, traces.get((lot.id, when)))
            for id_, when, who, alive in states
            if id_ == lot.id
        ]
        first = Evenement("recu", lot.recu_le, lot.par, traces.get((lot.id, lot.recu_le)))
        replaced = first.trace.remplace if first.trace else ()
        out.append(
            Entree(
                lot,
                kept["ecartees"],
                {_REMARQUES.get(k, k.replace("_", " ")): n for k, n in kept["remarques"].items()},
                (first, *since),
                {r.lot: names.get(r.lot, f"lot {r.lot}") for r in replaced},
                find_original(sha256, base),
            )
        )
    return out
