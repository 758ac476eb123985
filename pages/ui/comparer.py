"""What the page of comparisons shows."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from pages.ui.contexte import Contexte
from pages.ui.donnees import GARDES, donnees, results, stamp
from pages.ui.gabarits import render
from pages.ui.graphiques import CLAIR, ENCRE, GRIS, MODEBAR, TRAIT, Figure, percent_ticks
from pages.ui.telecharger import Tableau
from rqds_metrics.affichage import target_text, value_text
from rqds_metrics.comparer import Ligne, indexed, ligne_of, paires
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.regles.formats import FINE, mois, nombre, pourcent
from rqds_metrics.resultats import Calcul
from rqds_metrics.statuts import LIBELLES

SENS = {
    "moins_bien": "Moins bien",
    "mieux": "Mieux",
    "egal": "Au même point",
    "incomparable": "Ne se comparent pas",
}
COULEURS = ("#0B5563", "#8A5A00")


@lru_cache(GARDES)
def _years(stamp: str, before: Exercice, after: Exercice, contexte: Contexte) -> str:
    found = paires(results(before, contexte.au), results(after, contexte.au))
    groups = {k: [p for p in found if p.sens == k] for k in SENS}
    opened = [e for e in (before, after) if not e.closed(contexte.au)]
    return str(
        render(
            "comparer.html",
            contexte=contexte,
            avant=before,
            apres=after,
            groupes=groups,
            sens=SENS,
            ouverts=opened,
            valeur=value_text,
            cible=target_text,
        )
    )


def years_html(before: Exercice, after: Exercice, contexte: Contexte) -> Markup:
    """Every indicator in two years: what got worse, what got better, what stands, and what does not compare."""
    return Markup(_years(stamp(), before, after, contexte))  # noqa: S704 (rendered by an escaping template)


def years_table(before: Exercice, after: Exercice, au: date) -> Tableau:
    columns = (
        "Indicateur",
        "Titre",
        *(f"{w} {e}" for e in (before, after) for w in ("Valeur", "Cible", "État")),
        "Sens",
    )
    rows: list[tuple[Any, ...]] = []
    for p in paires(results(before, au), results(after, au)):
        figures = [x for r in (p.avant, p.apres) for x in (r.valeur, r.cible, LIBELLES[r.statut])]
        rows.append((p.apres.id, p.apres.indicateur.court, *figures, SENS[p.sens]))
    return columns, rows


@lru_cache(GARDES)
def _lines(stamp: str, one: str, two: str, au: date) -> tuple[Ligne, Ligne]:
    calcul = Calcul(load_plan(), donnees(au))
    return ligne_of(calcul, calcul.plan.tous[one]), ligne_of(calcul, calcul.plan.tous[two])


def lines_of(one: str, two: str, au: date) -> tuple[Ligne, Ligne]:
    return _lines(stamp(), one, two, au)


def lines_table(a: Ligne, b: Ligne) -> Tableau:
    columns = ("Mois", *(f"{x.indicateur.id} {x.indicateur.court}" for x in (a, b)))
    return columns, list(zip(a.mois, a.valeurs, b.valeurs, strict=True))


def _written(line: Ligne, value: float | None) -> str:
    return pourcent(value) if line.indicateur.type == "taux" else nombre(value)


def lines_chart(a: Ligne, b: Ligne, *, base_100: bool) -> tuple[Figure | None, str]:
    """The figure, and the sentence that says how to read it.

    Two scales over one another would cross where the drawing decides: each line has its own panel, or both are indexed.
    """
    empty = [x.indicateur.court for x in (a, b) if not any(v is not None for v in x.valeurs)]
    if empty:
        return None, f"Aucune donnée mensuelle pour {' ni pour '.join(f'« {e} »' for e in dict.fromkeys(empty))}."
    if not base_100:
        told = "Les mois du plan, chacun à son échelle : comparez les formes et les dates, pas les hauteurs."
        return _figure(a, b, a.valeurs, b.valeurs, stacked=True), told
    start, one, two = indexed(a, b)
    if start is None:
        return None, "Aucun mois n'a un chiffre au-dessus de zéro pour les deux : ils ne se ramènent pas à 100."
    told = f"Chacun vaut 100 en {mois(start, long=True)} : 120 veut dire 20 % de plus que ce mois-là."
    return _figure(a, b, one, two, stacked=False), told


def _trace(line: Ligne, y: list[float | None], couleur: str, axis: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines+markers", "name": line.indicateur.court, "x": [m.isoformat() for m in line.mois],
        "y": y, "yaxis": axis, "line": {"color": couleur, "width": 2.2}, "marker": {"size": 5}, "connectgaps": False,
        "customdata": [[mois(m), _written(line, v)] for m, v in zip(line.mois, line.valeurs, strict=True)],
        "hovertemplate": "%{customdata[0]} : %{customdata[1]}<extra></extra>",
    }  # fmt: skip


def _figure(a: Ligne, b: Ligne, one: list[float | None], two: list[float | None], *, stacked: bool) -> Figure:
    axis = {"gridcolor": TRAIT, "zeroline": False, "fixedrange": True, "rangemode": "tozero", "automargin": True,
            "tickfont": {"color": GRIS}, "nticks": 5, "separatethousands": True}  # fmt: skip
    starts = [m for m in a.mois if m.month == 7]

    def axis_of(line: Ligne, **more: Any) -> dict[str, Any]:
        percent = stacked and line.indicateur.type == "taux"
        top = max((v for v in line.valeurs if v is not None), default=1.0) or 1.0
        return {**axis, **(percent_ticks(top * 1.1) if percent else {}), **more}

    def title(line: Ligne, y: float, couleur: str) -> dict[str, Any]:
        unit = "%" if line.indicateur.type == "taux" else line.indicateur.unite.partition("|")[0]
        text = f"{line.indicateur.id} {line.indicateur.court}" + (f" ({unit})" if unit and stacked else "")
        return {"text": text, "xref": "paper", "yref": "paper", "x": 0, "y": y, "xanchor": "left", "yanchor": "bottom",
                "showarrow": False, "font": {"size": 13.5, "color": couleur}}  # fmt: skip

    layout: dict[str, Any] = {
        "height": 520 if stacked else 400,
        "margin": {"l": 8, "r": 14, "t": 56, "b": 8},
        "font": {"family": "'Source Sans', 'Source Sans 3', system-ui, 'DejaVu Sans', sans-serif", "size": 13, "color": ENCRE},
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "separators": "," + FINE, "showlegend": False,
        "hovermode": "x", "dragmode": False, "modebar": MODEBAR,
        "xaxis": {
            "showgrid": False, "fixedrange": True, "tickfont": {"color": GRIS}, "tickvals": [m.isoformat() for m in starts],
            "ticktext": [mois(m) for m in starts], "anchor": "y2" if stacked else "y",
        },
        "yaxis": axis_of(a, domain=[0.56, 1] if stacked else [0, 1]),
        "annotations": [title(a, 1.03 if stacked else 1.07, COULEURS[0]), title(b, 0.46 if stacked else 1.01, COULEURS[1])],
        "shapes": [
            {"type": "line", "x0": m.isoformat(), "x1": m.isoformat(), "yref": "paper", "y0": 0, "y1": 1,
             "line": {"color": CLAIR, "width": 0.6, "dash": "dot"}} for m in starts
        ],
    }  # fmt: skip
    if stacked:
        layout["yaxis2"] = axis_of(b, domain=[0, 0.43], anchor="x")
    return {
        "data": [_trace(a, one, COULEURS[0], "y"), _trace(b, two, COULEURS[1], "y2" if stacked else "y")],
        "layout": layout,
    }
