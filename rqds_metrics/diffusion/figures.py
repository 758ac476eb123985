"""From results to figures: the same SVG for the screens and the documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from markupsafe import Markup, escape

from rqds_metrics.affichage import due_text, figure_text, target_text, value_text
from rqds_metrics.diffusion.formes import forme
from rqds_metrics.diffusion.svg import Barre, bullet, cinq_ans, drawn
from rqds_metrics.plan import Indicateur, Objectif
from rqds_metrics.regles.formats import nombre, pourcent
from rqds_metrics.resultats import Resultat
from rqds_metrics.statuts import APPARENCES

FIGURES = ("nombre", "stock", "taux")  # the types that a chart can show


def bars(years: Sequence[Resultat], au: date, largeur: int = 340, hauteur: int = 132) -> Markup | None:
    """The five years of an indicator as a small chart; None when there is nothing to draw."""
    if all(r.valeur is None for r in years) or years[0].indicateur.type not in FIGURES:
        return None

    def written(r: Resultat) -> str:
        if r.valeur is None:
            return ""
        return pourcent(r.valeur, 0) if r.indicateur.type == "taux" else nombre(r.valeur)

    shown = [Barre(r.exercice.court, r.valeur, r.cible, r.statut, written(r), not r.exercice.closed(au)) for r in years]
    said = ", ".join(f"{r.exercice} : {figure_text(r, r.valeur)}" for r in years if r.valeur is not None)
    title = f"{years[0].indicateur.court}, cinq exercices et leur cible (trait). {said}"
    return cinq_ans(shown, title, largeur, hauteur)


def bullet_of(r: Resultat, largeur: int = 320, hauteur: int = 26) -> Markup | None:
    """Value, due and target of a result; None where nothing compares."""
    if r.indicateur.type not in FIGURES or r.valeur is None or r.cible is None:
        return None
    title = f"{value_text(r)}, attendu à ce jour : {due_text(r)}, cible : {target_text(r)}"
    return bullet(r.valeur, r.attendu, r.cible, r.statut, title, largeur, hauteur)


_COTE, _ENTRE, _SAUT = 13, 3, 9  # a square, between two, between two actions


def mur(
    objectifs: Sequence[Objectif],
    results: Mapping[str, Resultat],
    titre: str,
    largeur: int = 520,
    *,
    numeros: bool = True,
) -> Markup:
    """A square an indicator, in the plan's order: filled once evaluated, its status said by its shape.

    A row an objective, its number in front; actions stand apart; what does not fit goes to the next line.
    """
    left = 26.0 if numeros else 0.0
    y, parts = 0.0, []
    for objectif in objectifs:
        if numeros:
            parts.append(f'<text x="0" y="{y + 10:g}" font-size="9.5" fill="#5B6472">{escape(objectif.id)}</text>')
        x = left
        for action in objectif.actions:
            wide = len(action.indicateurs) * (_COTE + _ENTRE)
            if x > left and x + wide > largeur:
                x, y = left, y + _COTE + _ENTRE
            for i in action.indicateurs:
                parts.append(_square(i, results, x, y))
                x += _COTE + _ENTRE
            x += _SAUT - _ENTRE
        y += _COTE + 7
    return drawn(largeur, max(y - 7 + 1, 1), titre, "".join(parts), "mur")


def _square(i: Indicateur, results: Mapping[str, Resultat], x: float, y: float) -> str:
    look = APPARENCES[results[i.id].statut]
    fill, stroke, ink = (look.couleur, look.couleur, "#FFFFFF") if look.plein else ("#FFFFFF", "#C5CAD2", look.couleur)
    return (
        f'<rect x="{x + 0.5:g}" y="{y + 0.5:g}" width="{_COTE}" height="{_COTE}" rx="2.5" fill="{fill}" stroke="{stroke}"/>'
        + forme(results[i.id].statut, x + 0.5 + _COTE / 2, y + 0.5 + _COTE / 2, 7.5, ink)
    )
