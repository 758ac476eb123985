"""The year of an indicator as SVG: this year against what is due, last year, and where the pace leads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

from rqds_metrics.courbes import Courbes
from rqds_metrics.diffusion.svg import ENCRE, GRIS, TRAIT, drawn
from rqds_metrics.regles.formats import MOIS_COURTS, nombre, pourcent
from rqds_metrics.resultats import Resultat
from rqds_metrics.statuts import APPARENCES

_PAS = (1, 2, 2.5, 5, 10)
_HAUT, _BAS = 22, 18  # room for the legend above, for the months below


def _step(top: float) -> float:
    """A round step that cuts 0..top in at most four."""
    scale = 1.0
    while top / scale > 40:
        scale *= 10
    while top / scale < 4 and scale > 1e-4:
        scale /= 10
    return next((p * scale for p in _PAS if top / (p * scale) <= 4), 10 * scale)


def year_lines(r: Resultat, c: Courbes, largeur: int = 380, hauteur: int = 150) -> Markup:
    """This year thick with its points, what is due dotted, last year thin, the pace kept to 30 June dashed.

    Each line is told by its stroke as well as by its colour, so that the chart reads in greyscale.
    """
    look = APPARENCES[r.statut].couleur
    lines: list[tuple[str, Sequence[float | None], str]] = [
        (str(r.exercice.precedent), c.an_dernier, 'stroke="#8A94A3" stroke-width="1.3"'),
        ("Attendu" if c.cumule else "Cible", c.attendu, f'stroke="{ENCRE}" stroke-width="1.4" stroke-dasharray="1.5 2.5"'),
        ("Au rythme actuel", c.projection, f'stroke="{look}" stroke-width="1.4" stroke-dasharray="6 3"'),
        (str(r.exercice), c.valeur, f'stroke="{look}" stroke-width="2.8"'),
    ]  # fmt: skip
    lines = [line for line in lines if any(v is not None for v in line[1])]
    shown = [*(values for _, values, _ in lines), c.haut]
    top = max((v for values in shown for v in values if v is not None), default=1.0) or 1.0
    step = _step(top)
    high = step * -(-top // step)
    written: Callable[[float], str] = (
        (lambda v: pourcent(v, 0)) if r.indicateur.type == "taux" else (lambda v: nombre(v, 0 if step >= 1 else 1))
    )
    ticks = [k * step for k in range(round(high / step) + 1)]
    left = 8 + max(len(written(t)) for t in ticks) * 5.0
    wide, base = largeur - left - 10, hauteur - _BAS

    def x(rank: int) -> float:
        return left + wide * rank / 11

    def y(v: float) -> float:
        return base - (base - _HAUT) * v / high

    parts = []
    for t in ticks:
        parts.append(
            f'<line x1="{left:.1f}" x2="{largeur - 10}" y1="{y(t):.1f}" y2="{y(t):.1f}" stroke="{TRAIT}" stroke-width="0.7"/>'
            f'<text x="{left - 5:.1f}" y="{y(t) + 3:.1f}" font-size="9" text-anchor="end" fill="{GRIS}">{written(t)}</text>'
        )
    for rank, m in enumerate(c.mois):
        parts.append(
            f'<text x="{x(rank):.1f}" y="{base + 13}" font-size="9" text-anchor="middle" fill="{GRIS}">'
            f"{MOIS_COURTS[m.month - 1]}</text>"
        )
    parts.append(_band(c, x, y, look))
    for _, values, style in lines:
        parts += [f'<polyline points="{run}" fill="none" {style}/>' for run in _runs(values, x, y)]
    for rank, v in enumerate(c.valeur):
        if v is not None:
            parts.append(f'<circle cx="{x(rank):.1f}" cy="{y(v):.1f}" r="2.6" fill="{look}"/>')
    place = 0.0
    for name, _, style in lines[::-1]:  # the year itself is named first
        parts.append(
            f'<line x1="{place:g}" x2="{place + 20:g}" y1="7" y2="7" {style}/>'
            f'<text x="{place + 25:g}" y="10" font-size="9.5" fill="{ENCRE}">{escape(name)}</text>'
        )
        place += 25 + len(name) * 5.1 + 14
    summed = ", cumulé" if c.cumule else ""
    return drawn(largeur, hauteur, f"{r.indicateur.court}, {r.exercice}{summed}. {r.phrase}", "".join(parts), "annee")


def _band(c: Courbes, x: Callable[[int], float], y: Callable[[float], float], couleur: str) -> str:
    """Where the year may end, as a pale band around the projection; nothing where it is not known."""
    known = [
        (k, low, high)
        for k, (low, high) in enumerate(zip(c.bas, c.haut, strict=True))
        if low is not None and high is not None
    ]
    if len(known) < 2:
        return ""
    points = [f"{x(k):.1f},{y(high):.1f}" for k, _, high in known] + [
        f"{x(k):.1f},{y(low):.1f}" for k, low, _ in known[::-1]
    ]
    return f'<polygon points="{" ".join(points)}" fill="{couleur}" fill-opacity="0.13"/>'


def _runs(values: Sequence[float | None], x: Callable[[int], float], y: Callable[[float], float]) -> list[str]:
    """The points of each unbroken stretch of a line; a lone point draws nothing."""
    runs: list[list[str]] = [[]]
    for rank, v in enumerate(values):
        if v is None:
            runs.append([])
        else:
            runs[-1].append(f"{x(rank):.1f},{y(v):.1f}")
    return [" ".join(run) for run in runs if len(run) > 1]
