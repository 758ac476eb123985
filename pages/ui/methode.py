"""What the method page shows: rules with the limits of the day, live examples, every indicator, the words."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from pages.ui.contexte import Contexte
from pages.ui.donnees import GARDES, donnees, results, stamp
from pages.ui.fiche import method_lines
from pages.ui.gabarits import render
from rqds_metrics.methode import examples, glossary, plan_target, rules
from rqds_metrics.plan import load_plan
from rqds_metrics.regles.textes import plain
from rqds_metrics.resultats import Calcul


def rules_html(contexte: Contexte) -> Markup:
    """The rules in force on the day looked from, and what they give for a few indicators."""
    known = donnees(contexte.au)
    calcul = Calcul(load_plan(), known)
    found = results(contexte.exercice, contexte.au)
    return render(
        "methode_regles.html",
        contexte=contexte,
        regles=rules(known.decisions.reglages),
        exemples=examples(found, calcul.limites, contexte.au),
    )


@lru_cache(GARDES)
def _lines(stamp: str, contexte: Contexte) -> dict[str, tuple[str, ...]]:
    calcul = Calcul(load_plan(), donnees(contexte.au))
    return {
        r.id: (plan_target(r.indicateur), *method_lines(r, calcul)) for r in results(contexte.exercice, contexte.au)
    }


def indicators_html(contexte: Contexte, mots: str, orientation: str | None) -> Markup:
    """Each indicator's own method, those of an orientation and that hold every word."""
    plan, lines = load_plan(), _lines(stamp(), contexte)
    words = plain(mots).split()
    kept = []
    for i in plan.tous.values():
        text = plain(" ".join((i.id, i.titre, i.court, *lines[i.id])))
        if all(w in text for w in words) and (orientation is None or i.id.startswith(orientation)):
            kept.append(i)
    return render("methode_indicateurs.html", contexte=contexte, indicateurs=kept, lignes=lines)


def glossary_html() -> Markup:
    return render("methode_mots.html", mots=glossary())
