"""The slides of the board's meeting, and the component that holds them all: nothing is asked of the server to turn one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st
from markupsafe import Markup

from pages.ui.contexte import Contexte
from pages.ui.donnees import GARDES, donnees, results, since_last, stamp
from pages.ui.ensemble import subtitle
from pages.ui.gabarits import render
from rqds_metrics.affichage import target_text, value_text
from rqds_metrics.depuis import apercu_of
from rqds_metrics.plan import load_plan
from rqds_metrics.regles.statut import EVALUES, FAVORABLES
from rqds_metrics.reunions import next_from, reunions_of
from rqds_metrics.statuts import APPARENCES
from rqds_metrics.synthese import attention, bilans

ATTENTION, LIGNES = 8, 6  # slides of their own; lines of a list that is read from the back of a room
_DOSSIER = Path(__file__).parent
_diapos = st.components.v2.component(
    "diapos",
    css=(_DOSSIER / "presenter.css").read_text(encoding="utf-8"),
    js=(_DOSSIER / "presenter.js").read_text(encoding="utf-8"),
)


@lru_cache(GARDES)
def _slides(stamp: str, contexte: Contexte) -> str:
    plan, found = load_plan(), results(contexte.exercice, contexte.au)
    known = donnees(contexte.au)
    inside = [r for r in found if r.id in plan.indicateurs]
    since, reunion = since_last(contexte.au)
    meeting = next_from(reunions_of(known.decisions.reunions), contexte.au)
    counts = {s: n for s in APPARENCES if (n := sum(r.statut == s for r in inside))}
    evalues = sum(n for s, n in counts.items() if s in EVALUES)
    urgent = attention(found, combien=len(found))
    return str(
        render(
            "presenter.html",
            contexte=contexte,
            plan=plan,
            demo=known.demo,
            clos=contexte.exercice.closed(contexte.au),
            sous=subtitle(contexte.exercice, contexte.au, evalues, len(inside), meeting.jour if meeting else None),
            comptes=counts,
            evalues=evalues,
            favorables=sum(n for s, n in counts.items() if s in FAVORABLES),
            depuis=since,
            reunion=reunion,
            vu=apercu_of(results(contexte.exercice, since), found),
            attention=urgent[:ATTENTION],
            reste=max(len(urgent) - ATTENTION, 0),
            bilans=bilans(plan, found),
            par_orientation={
                o.id: [r for r in urgent if (r.indicateur.action or "").startswith(f"{o.id}.")]
                for o in plan.orientations
            },
            lignes=LIGNES,
            valeur=value_text,
            cible=target_text,
        )
    )


def slides_html(contexte: Contexte) -> Markup:
    """Where the plan stands, what changed, what needs attention one by one, and an orientation each."""
    return Markup(_slides(stamp(), contexte))  # noqa: S704 (rendered by an escaping template)


def present(html: Markup) -> bool:
    """Show the slides over everything; True once the person leaves them."""
    result: Any = _diapos(data={"html": str(html)}, key="diapos", on_quitter_change=lambda: None)
    return bool(result.quitter)
