"""What the overview shows, from results to HTML."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import lru_cache

from markupsafe import Markup

from pages.ui.contexte import Contexte
from pages.ui.donnees import GARDES, donnees, results, since_last, stamp
from pages.ui.gabarits import render
from rqds_metrics.affichage import gap_text, target_text, value_text
from rqds_metrics.depuis import apercu_of
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Plan, load_plan
from rqds_metrics.regles.formats import jour
from rqds_metrics.regles.statut import EVALUES
from rqds_metrics.reunions import next_from, reunions_of
from rqds_metrics.synthese import attention, bilans, receptions

MARQUES = {
    "recu": ("✓", "s-atteinte", "reçu"),
    "partiel": ("◐", "s-a_surveiller", "reçu en partie"),
    "manquant": ("■", "s-en_retard", "manquant"),
    "rien": ("–", "s-non_du", "rien de prévu"),
    "a_venir": ("○", "s-non_du", "à venir"),
}
TITRE = "Où en est le plan ?"
MONTRES = 6  # rows of a list before « et N autres »


def people_of(plan: Plan) -> dict[str, int]:
    """Who answers for actions, each with a number that the wall's squares carry; the most often named first."""
    named = Counter(who for action in plan.actions.values() for who in action.ressources)
    return {who: rank for rank, (who, _) in enumerate(named.most_common())}


def subtitle(exercice: Exercice, au: date, evalues: int, total: int, prochain: date | None = None) -> str:
    if exercice.debut > au:
        when = f"An {exercice.an}, pas encore commencé"
    elif exercice.closed(au):
        when = f"An {exercice.an}, terminé"
    else:
        when = f"An {exercice.an}, jour {exercice.rang(au)} de {exercice.jours}"
    meeting = f" · prochain CA le {jour(prochain, long=True)}" if prochain else ""
    return f"{when} · {evalues} indicateurs évalués sur {total}{meeting}"


@lru_cache(GARDES)
def _html(stamp: str, exercice: Exercice, au: date) -> tuple[str, str]:
    plan, contexte = load_plan(), Contexte(exercice, au)
    found = results(exercice, au)
    par_id = {r.id: r for r in found}
    since, reunion = since_last(au)
    seen = apercu_of(results(exercice, since), found)
    urgent = attention(found, combien=len(found))
    known = donnees(au)
    months = [m for m in exercice.mois() if m <= au] or exercice.mois()
    generaux = [r for r in found if r.id in plan.generaux and len(known.series.get(r.id, ()))]
    html = render(
        "vue_ensemble.html",
        contexte=contexte,
        plan=plan,
        clos=exercice.closed(au),
        bilans=bilans(plan, found),
        attention=urgent[:MONTRES],
        reste=max(len(urgent) - MONTRES, 0),
        ecarts={r.id: gap_text(r) for r in urgent[:MONTRES]},
        valeurs={r.id: value_text(r) for r in urgent[:MONTRES]},
        cibles={r.id: target_text(r) for r in urgent[:MONTRES]},
        depuis=since,
        reunion=reunion,
        comptes=seen.comptes,
        changements=seen.bascules[:MONTRES],
        autres_changements=max(len(seen.bascules) - MONTRES, 0),
        personnes=people_of(plan),
        receptions=receptions(plan, known, exercice),
        mois=months,
        marques=MARQUES,
        par_id=par_id,
        generaux=generaux,
        presents={r.statut for r in found},
    )
    inside = [r for r in found if r.id in plan.indicateurs]
    evalues = sum(r.statut in EVALUES for r in inside)
    meeting = next_from(reunions_of(known.decisions.reunions), au)
    return str(html), subtitle(exercice, au, evalues, len(inside), meeting.jour if meeting else None)


def overview(contexte: Contexte) -> tuple[Markup, str]:
    """The overview's HTML, and the line under its title."""
    html, sous = _html(stamp(), contexte.exercice, contexte.au)
    return Markup(html), sous  # noqa: S704 (rendered by an escaping template)
