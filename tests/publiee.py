"""A publication made of a base, for the tests of what serves it; and one whose every text is hostile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from rqds_metrics.courbes import courbes_of
from rqds_metrics.diffusion import publication as pub
from rqds_metrics.donnees import load_donnees
from rqds_metrics.exercice import Exercice, exercices_du_plan
from rqds_metrics.methode import glossary, rules
from rqds_metrics.plan import Indicateur, load_plan
from rqds_metrics.resultats import Calcul, Resultat

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>"


def publication_of(base: Path, au: date, numero: int = 2, kept: Callable[[Indicateur], bool] = lambda i: True,
                   exercice: str = "2026-2027") -> pub.Publication:  # fmt: skip
    """What a publication of `base` holds, as of a day: the indicators that `kept` keeps."""
    plan = load_plan()
    donnees = load_donnees(au, base)
    calcul = Calcul(plan, donnees)
    chosen = [i for i in calcul.plan.tous.values() if kept(i)]
    resultats, courbes = {}, {}
    for i in chosen:
        for year in exercices_du_plan():
            r = calcul.result(i, year)
            resultats[i.id, str(year)] = _result(r)
        now = calcul.result(i, Exercice.parse(exercice))
        if i.type not in ("jalon", "qualitatif") and now.valeur is not None:
            c = courbes_of(calcul, now)
            courbes[i.id, exercice] = tuple(
                pub.Point(i.id, exercice, *row) for row in zip(c.mois, c.valeur, c.an_dernier, c.attendu, strict=True)
            )
    objectifs = [ob for o in plan.orientations for ob in o.objectifs]
    actions = [a for ob in objectifs for a in ob.actions]
    return pub.Publication(
        numero, datetime(2026, 11, 12, 15, 0), au, exercice, True, "Premiers chiffres d'automne.", 5,
        tuple(pub.Orientation(o.id, o.titre, o.court, k) for k, o in enumerate(plan.orientations)),
        tuple(pub.Objectif(o.id, o.titre, k) for k, o in enumerate(objectifs)),
        tuple(pub.Action(a.id, a.titre, k) for k, a in enumerate(actions)),
        tuple(
            pub.Indicateur(i.id, i.action, i.titre, i.court, i.type, i.unite, i.sens, "Hausse de 10 % par an",
                           "infolettre", "Le total de l'exercice.\nChaque mois compte une fois.", k)
            for k, i in enumerate(chosen)
        ),
        resultats, courbes,
        {"1.2.6-2": (pub.Commentaire("1.2.6-2", exercice, "La refonte du site a ramené des visites."),)},
        (pub.Edition(2, datetime(2026, 11, 12, 15, 0), au, "Premiers chiffres d'automne.", 2, 1, 9),
         pub.Edition(1, datetime(2026, 9, 3, 14, 0), date(2026, 8, 31), "", 30, 0, 0))[2 - min(numero, 2):],
        tuple(pub.Regle(k, r.titre, "\n".join(r.textes)) for k, r in enumerate(rules(donnees.decisions.reglages))),
        tuple(pub.Mot(k, m, s) for k, (m, s) in enumerate(glossary().items())),
    )  # fmt: skip


def _result(r: Resultat) -> pub.Resultat:
    low, high = (r.intervalle.bas, r.intervalle.haut) if r.intervalle else (None, None)
    return pub.Resultat(
        r.id, str(r.exercice), r.valeur, r.numerateur, r.denominateur, r.n, r.cible, r.attendu, r.attendu_methode,
        r.statut, r.phrase, r.donnees_au, r.fait_le, r.echeance, r.an_dernier_meme_date, low, high, r.a_confirmer,
        False, None,
    )  # fmt: skip


def hostile(p: pub.Publication) -> pub.Publication:
    """The same publication, with markup in every text that people write."""
    return replace(
        p,
        note=HOSTILE,
        orientations=tuple(replace(o, titre=o.titre + HOSTILE, court=o.court + HOSTILE) for o in p.orientations),
        objectifs=tuple(replace(o, titre=o.titre + HOSTILE) for o in p.objectifs),
        actions=tuple(replace(a, titre=a.titre + HOSTILE) for a in p.actions),
        indicateurs=tuple(
            replace(i, titre=HOSTILE, court=HOSTILE, source=HOSTILE, methode=HOSTILE, cible_plan=HOSTILE, unite=HOSTILE)
            for i in p.indicateurs
        ),
        resultats={k: replace(r, phrase=HOSTILE, raison=HOSTILE) for k, r in p.resultats.items()},
        commentaires={i.id: (pub.Commentaire(i.id, p.exercice, HOSTILE),) for i in p.indicateurs},
        historique=tuple(replace(e, note=HOSTILE) for e in p.historique),
        methode=tuple(replace(r, titre=HOSTILE, texte=HOSTILE) for r in p.methode),
        glossaire=tuple(replace(m, mot=HOSTILE, sens=HOSTILE) for m in p.glossaire),
    )


def withheld(p: pub.Publication, id_: str) -> pub.Publication:
    """The same, with the figures of one indicator withheld in every year."""
    gone = dict.fromkeys(
        ("valeur", "numerateur", "denominateur", "n", "cible", "attendu", "an_dernier", "bas", "haut"), None
    )
    said = "Chiffres retenus : moins de 5 réponses."
    return replace(
        p,
        resultats={
            k: replace(r, **gone, phrase=said, retenu=True, raison=said) if k[0] == id_ else r
            for k, r in p.resultats.items()
        },
        courbes={k: v for k, v in p.courbes.items() if k[0] != id_},
    )
