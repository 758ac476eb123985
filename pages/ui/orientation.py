"""What an orientation shows: every action and indicator with its five years, from results to HTML."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from markupsafe import Markup

from pages.ui.contexte import Contexte
from pages.ui.donnees import GARDES, donnees, five_years, results, stamp
from pages.ui.gabarits import render
from rqds_metrics.affichage import target_text, value_text
from rqds_metrics.attendus import expected_of
from rqds_metrics.diffusion.figures import bars
from rqds_metrics.doutes import due_text, settled
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.synthese import bilans


@lru_cache(GARDES)
def _html(stamp: str, orientation: str, exercice: Exercice, au: date) -> str:
    plan = load_plan()
    found = results(exercice, au)
    years = five_years(au)
    known = donnees(au).decisions
    shown = next(o for o in plan.orientations if o.id == orientation)
    generaux = {ob.id: plan.generaux[f"G-{ob.id}"] for ob in shown.objectifs if f"G-{ob.id}" in plan.generaux}
    par_id = {r.id: r for r in found}
    answered = {k: i for k, i in generaux.items() if any(r.valeur is not None for r in years[i.id])}
    ids = [*(i.id for i in shown.indicateurs()), *(i.id for i in answered.values())]
    return str(
        render(
            "par_orientation.html",
            contexte=Contexte(exercice, au),
            orientation=shown,
            bilan=next(b for b in bilans(plan, found) if b.orientation.id == orientation),
            clos=exercice.closed(au),
            par_id=par_id,
            annees=years,
            graphes={i: bars(years[i], au) for i in ids},
            generaux=answered,
            valeur=value_text,
            cible=target_text,
            attendus={a.id: expected_of(a, exercice, known) for ob in shown.objectifs for a in ob.actions},
            echeance=lambda a: due_text(a, known),
            doutes={i.id: settled(i, known) for i in plan.tous.values()},
        )
    )


def orientation_html(orientation: str, contexte: Contexte) -> Markup:
    """The HTML of one orientation in one year."""
    return Markup(_html(stamp(), orientation, contexte.exercice, contexte.au))  # noqa: S704 (escaping template)
