"""The picture of the site (Open Graph), drawn by typst."""

from __future__ import annotations

import json
from pathlib import Path

import typst

from rqds_metrics.diffusion import POLICES
from rqds_metrics.diffusion.site.vues import Vue
from rqds_metrics.regles.formats import jour

_GABARIT = Path(__file__).with_name("image.typ")


def picture(vue: Vue) -> bytes:
    """A PNG of 1200 × 630. Texts are passed as data: none of them can be read as markup."""
    data = {
        "sur": "Réseau québécois de développement social",
        "titre": "Plan stratégique 2022-2027",
        "phrase": vue.phrase,
        "orientations": [
            {
                "nom": b.orientation.court[:60],
                "compte": f"{b.bilan.favorables} sur {b.bilan.evalues}" if b.bilan.evalues else "–",
            }
            for b in vue.blocs
        ],
        "pied": f"Atteints ou en voie de l'être, sur les indicateurs évalués. Publié le {jour(vue.publie_le)}.",
        "demo": vue.p.demo,
    }
    made = typst.compile(
        str(_GABARIT),
        format="png",
        ppi=72,
        sys_inputs={"donnees": json.dumps(data, ensure_ascii=False)},
        font_paths=[str(POLICES)],
        ignore_system_fonts=True,
    )
    assert isinstance(made, bytes)
    return made
