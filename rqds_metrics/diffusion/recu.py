"""The receipt of a month, as a PDF (typst; tagged, fonts embedded)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typst

from rqds_metrics.cloture import ETATS, BilanMois, Revision
from rqds_metrics.diffusion import POLICES
from rqds_metrics.lots import Lot
from rqds_metrics.regles.formats import jour, mois, nombre

_GABARIT = Path(__file__).with_name("recu.typ")


def receipt_data(
    bilan: BilanMois, clos_le: date, clos_par: str, revisees: Sequence[Revision], *, demo: bool,
    local: Callable[[datetime], datetime], outil: Callable[[Lot], str] = lambda lot: lot.source,
) -> dict[str, Any]:  # fmt: skip
    """What the receipt shows, as plain text. `outil`: what the tool that made a file is called."""
    name = mois(bilan.mois, long=True)
    return {
        "titre": f"Clôture du mois : {name}",
        "sous": f"Clos le {jour(clos_le, long=True)} par {clos_par}.",
        "pied": f"Plan stratégique 2022-2027 du RQDS, {name}",
        "demo": demo,
        "lignes": [
            {
                "titre": x.titre,
                "etat": ETATS[x.etat],
                "lignes": nombre(sum(lot.lignes for lot in x.lots)) if x.lots else "–",
                "fichiers": [
                    {"nom": lot.fichier, "outil": outil(lot), "recu": jour(local(lot.recu_le).date()), "par": lot.par}
                    for lot in x.lots
                ],
            }
            for x in bilan.lignes
        ],
        "chiffres": [{"id": c.indicateur.id, "titre": c.indicateur.court, "texte": c.texte} for c in bilan.chiffres],
        "revisions": [
            {"id": r.indicateur.id, "titre": r.indicateur.court, "avant": r.avant, "apres": r.apres} for r in revisees
        ],
    }


def receipt_pdf(data: dict[str, Any]) -> bytes:
    """The PDF of `receipt_data`. Texts are passed as data: none of them can be read as markup."""
    made = typst.compile(
        str(_GABARIT),
        format="pdf",
        sys_inputs={"donnees": json.dumps(data, ensure_ascii=False)},
        font_paths=[str(POLICES)],
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
    )
    assert isinstance(made, bytes)
    return made
