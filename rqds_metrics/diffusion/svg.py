"""Figures as SVG text, shared by the app, the static site and the PDF.

Pure functions: figures in, Markup out. Every text is escaped; every figure has a title that says what it shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from rqds_metrics.diffusion.formes import forme
from rqds_metrics.statuts import APPARENCES, counted

ENCRE, GRIS, TRAIT, FOND, PASSE = "#16212B", "#5B6472", "#D9DEE4", "#EDF0F3", "#C5CAD2"


def drawn(largeur: float, hauteur: float, titre: str, corps: str, classe: str = "", etirable: bool = False) -> Markup:
    """The SVG of a drawing made of numbers and escaped texts, with the title that says it."""
    stretch = ' preserveAspectRatio="none"' if etirable else ""
    return Markup(  # noqa: S704 (numbers and escaped text)
        f'<svg class="{escape(classe)}" viewBox="0 0 {largeur:g} {hauteur:g}" width="{largeur:g}" height="{hauteur:g}"'
        f'{stretch} role="img" aria-label="{escape(titre)}"><title>{escape(titre)}</title>{corps}</svg>'
    )


def repartition(comptes: dict[str, int], largeur: int = 260, hauteur: int = 14) -> Markup:
    """A bar cut by status; the words are in its title and beside it."""
    total = sum(comptes.values()) or 1
    x, parts = 0.0, []
    for statut, n in comptes.items():
        width = largeur * n / total
        look = APPARENCES[statut]
        fill = look.couleur if look.plein else "#C5CAD2"
        parts.append(
            f'<rect x="{x:.1f}" y="0" width="{max(width - 2, 1):.1f}" height="{hauteur}" rx="2" fill="{fill}"/>'
        )
        x += width
    words = ", ".join(counted(s, n) for s, n in comptes.items())
    return drawn(largeur, hauteur, f"Répartition\u00a0: {words}", "".join(parts), "repartition", etirable=True)


def bullet(
    valeur: float | None,
    attendu: float | None,
    cible: float | None,
    statut: str,
    titre: str,
    largeur: int = 320,
    hauteur: int = 26,
) -> Markup:
    """The value (bar), what was due by now (dotted mark) and the target of the year (thick mark)."""
    top = max(v for v in (valeur, attendu, cible, 1e-9) if v is not None) * 1.06

    def x(v: float) -> float:
        return largeur * v / top

    parts = [f'<rect x="0" y="3" width="{x(cible or top):.1f}" height="{hauteur - 6}" fill="{FOND}"/>']
    if valeur is not None:
        parts.append(
            f'<rect x="0" y="8" width="{x(valeur):.1f}" height="{hauteur - 16}" fill="{APPARENCES[statut].couleur}"/>'
        )
    if attendu is not None and attendu != cible:
        parts.append(
            f'<line x1="{x(attendu):.1f}" x2="{x(attendu):.1f}" y1="2" y2="{hauteur - 2}" stroke="{ENCRE}"'
            ' stroke-width="1.6" stroke-dasharray="2 2"/>'
        )
    if cible is not None:
        parts.append(
            f'<line x1="{x(cible):.1f}" x2="{x(cible):.1f}" y1="1" y2="{hauteur - 1}" stroke="{ENCRE}" stroke-width="3"/>'
        )
    return drawn(largeur, hauteur, titre, "".join(parts), "bullet")


def echeance(
    debut: date, fin: date, au: date, due: date | None, statut: str, titre: str, largeur: int = 320, hauteur: int = 26
) -> Markup:
    """A milestone on the year's line: the days gone by (bar), those gone by since it was due (in the status's colour),
    and its due date (thick mark).
    """
    first = min(debut, due or debut)
    days = (fin - first).days or 1

    def x(day: date) -> float:
        return largeur * min(max((day - first).days, 0), days) / days

    parts = [
        f'<rect x="0" y="3" width="{largeur}" height="{hauteur - 6}" fill="{FOND}"/>',
        f'<rect x="0" y="8" width="{x(au):.1f}" height="{hauteur - 16}" fill="{PASSE}"/>',
    ]
    if due is not None:
        if due < au:
            parts.append(
                f'<rect x="{x(due):.1f}" y="8" width="{x(au) - x(due):.1f}" height="{hauteur - 16}" '
                f'fill="{APPARENCES[statut].couleur}"/>'
            )
        at = min(max(x(due), 1.3), largeur - 1.3)
        parts.append(f'<rect x="{at - 1.3:.1f}" y="0" width="2.6" height="{hauteur}" fill="{ENCRE}"/>')
    return drawn(largeur, hauteur, titre, "".join(parts), "bullet")


@dataclass(frozen=True)
class Barre:
    """One year of a five-year chart. `texte` is the value as it is written."""

    nom: str
    valeur: float | None
    cible: float | None
    statut: str
    texte: str
    en_cours: bool = False
    bas: float | None = None  # the interval of a survey's rate
    haut: float | None = None


def cinq_ans(barres: Sequence[Barre], titre: str, largeur: int = 340, hauteur: int = 132) -> Markup:
    """Five bars and their targets (thick marks). The year in progress is hatched: it is not over.

    The status is also a shape above the year, so that the chart reads in greyscale.
    """
    top = max((v for b in barres for v in (b.valeur, b.cible, b.haut) if v is not None), default=0) or 1
    base, head = hauteur - 32, 20
    step = largeur / max(len(barres), 1)
    width = step * 0.62

    def y(v: float) -> float:
        return base - (base - head) * max(v, 0) / top

    parts = [f'<line x1="0" x2="{largeur}" y1="{base}" y2="{base}" stroke="{TRAIT}"/>']
    for rank, b in enumerate(barres):
        left = rank * step + (step - width) / 2
        mid = left + width / 2
        look = APPARENCES[b.statut]
        if b.valeur is not None:
            opacity = "0.55" if b.en_cours else "1"
            parts.append(
                f'<rect x="{left:.1f}" y="{y(b.valeur):.1f}" width="{width:.1f}" height="{base - y(b.valeur):.1f}" rx="2"'
                f' fill="{look.couleur}" fill-opacity="{opacity}" stroke="{look.couleur}"/>'
            )
        if b.cible is not None:
            parts.append(
                f'<line x1="{left - 5:.1f}" x2="{left + width + 5:.1f}" y1="{y(b.cible):.1f}" y2="{y(b.cible):.1f}"'
                f' stroke="{ENCRE}" stroke-width="2.6"/>'
            )
        if b.bas is not None and b.haut is not None:
            parts.append(
                f'<path d="M{mid - 4:.1f} {y(b.haut):.1f}h8m-4 0V{y(b.bas):.1f}m-4 0h8" fill="none" stroke="{ENCRE}"'
                ' stroke-width="1.2"/>'
            )
        above = y(max(b.valeur or 0, b.haut or 0)) - 5
        if b.cible is not None and y(b.cible) - 3 < above + 2 and y(b.cible) > above - 14:
            above = y(b.cible) - 5  # the mark would cross the figure: it goes above both
        parts.append(
            f'<text x="{mid:.1f}" y="{above:.1f}" font-size="11.5" text-anchor="middle" fill="{ENCRE}"'
            f' font-weight="600">{escape(b.texte)}</text>'
        )
        parts.append(
            f'<text x="{mid:.1f}" y="{base + 14:.1f}" font-size="11" text-anchor="middle" fill="{GRIS}">'
            f"{escape(b.nom)}</text>" + forme(b.statut, mid, base + 24, 9, look.couleur)
        )
    return drawn(largeur, hauteur, titre, "".join(parts), "cinq-ans")


def sparkline(
    valeurs: Sequence[float | None], statut: str, titre: str, largeur: int = 110, hauteur: int = 28
) -> Markup:
    """A line through the values (straight segments, gaps left open), its last point in the status's colour."""
    known = [v for v in valeurs if v is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    spread = (high - low) or 1.0

    def point(rank: int, v: float) -> tuple[float, float]:
        return 4 + (largeur - 8) * rank / max(len(valeurs) - 1, 1), hauteur - 5 - (hauteur - 10) * (v - low) / spread

    parts: list[str] = []
    run: list[tuple[float, float]] = []
    last: tuple[float, float] | None = None
    for rank, v in enumerate([*valeurs, None]):
        if v is None:
            if len(run) > 1:
                points = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
                parts.append(f'<polyline points="{points}" fill="none" stroke="{ENCRE}" stroke-width="1.6"/>')
            run = []
        else:
            last = point(rank, v)
            run.append(last)
    if last:
        parts.append(f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="3" fill="{APPARENCES[statut].couleur}"/>')
    return drawn(largeur, hauteur, titre, "".join(parts), "sparkline")


def mini(valeurs: Sequence[float | None], statut: str, largeur: int = 92, hauteur: int = 22) -> Markup:
    """The sparkline of a table whose cells already say the figures: hidden from readers, and as few bytes as can be.

    Its size is the style sheet's (`.mini`), in the same pixels as these.
    """
    known = [v for v in valeurs if v is not None]
    if len(known) < 2:
        return Markup("")  # a point alone shows no movement
    low, high = min(known), max(known)
    spread = (high - low) or 1.0
    path, place, pen = [], (0, 0), "M"
    for rank, v in enumerate(valeurs):
        if v is None:
            pen = "M"
            continue
        level = (v - low) / spread if high > low else 0.5
        x, y = round(4 + (largeur - 8) * rank / max(len(valeurs) - 1, 1)), round(hauteur - 4 - (hauteur - 8) * level)
        path.append(f"M{x} {y}" if pen == "M" else f"l{x - place[0]} {y - place[1]}")
        place, pen = (x, y), "l"
    last = f'<circle cx="{place[0]}" cy="{place[1]}" r="3"/>'
    return Markup(  # noqa: S704 (numbers and a known status)
        f'<svg class="mini s-{escape(statut)}" aria-hidden="true"><path d="{"".join(path)}"/>{last}</svg>'
    )


@dataclass(frozen=True)
class Trace:
    """A line of the year's chart, a value a month. `dessin`: « plein » (with points), « fin » or « pointille »."""

    nom: str
    valeurs: Sequence[float | None]
    couleur: str
    dessin: str = "plein"


_DESSINS = {
    "plein": 'stroke-width="3" stroke-linejoin="round"',
    "fin": 'stroke-width="1.6"',
    "pointille": 'stroke-width="1.6" stroke-dasharray="2 3"',
}


def steps(top: float, combien: int = 5) -> list[float]:
    """Round marks of an axis, from 0 to at least `top`, at most `combien` of them above 0."""
    scale = 10.0 ** math.floor(math.log10(top)) if top > 0 else 1.0
    step = next(s for k in (0.1, 1.0, 10.0) for m in (1, 2, 2.5, 5) if top / (s := m * k * scale) <= combien)
    return [k * step for k in range(math.ceil(top / step - 1e-9) + 1)]


def annee(
    traces: Sequence[Trace], mois: Sequence[str], titre: str, texte: Callable[[float], str],
    largeur: int = 680, hauteur: int = 300,
) -> Markup:  # fmt: skip
    """Lines month by month on one axis from 0, each named above. `texte` writes the axis."""
    shown = [t for t in traces if any(v is not None for v in t.valeurs)]
    parts, top = _legend(shown, largeur)
    marks = steps(max((v for t in shown for v in t.valeurs if v is not None), default=1.0) or 1.0)
    words = [texte(m) for m in marks]
    left, floor = 10 + 6.4 * max(map(len, words)), hauteur - 26
    step = (largeur - left - 12) / max(len(mois) - 1, 1)

    def point(rank: int, v: float) -> tuple[float, float]:
        return left + 4 + step * rank, floor - (floor - top) * v / marks[-1]

    for mark, word in zip(marks, words, strict=True):
        y = point(0, mark)[1]
        parts.append(
            f'<path d="M{left:.0f} {y:.1f}H{largeur}" stroke="{TRAIT}"/><text x="{left - 6:.0f}" y="{y + 4:.1f}"'
            f' font-size="12" text-anchor="end" fill="{GRIS}">{escape(word)}</text>'
        )
    every = 1 if step >= 34 else 2 if step >= 17 else 3
    for rank, name in enumerate(mois):
        if rank % every == 0:
            anchor = "middle" if 0 < rank < len(mois) - 1 else "start" if rank == 0 else "end"
            parts.append(
                f'<text x="{point(rank, 0)[0]:.0f}" y="{hauteur - 8}" font-size="12" text-anchor="{anchor}"'
                f' fill="{GRIS}">{escape(name)}</text>'
            )
    for t in shown:
        places = [None if v is None else point(k, v) for k, v in enumerate(t.valeurs)]
        pen, path = "M", []
        for p in places:
            path += [f"{pen}{p[0]:.1f} {p[1]:.1f}"] if p else []
            pen = "L" if p else "M"
        parts.append(f'<path d="{"".join(path)}" fill="none" stroke="{t.couleur}" {_DESSINS[t.dessin]}/>')
        if t.dessin == "plein":
            parts += [f'<circle cx="{p[0]:.1f}" cy="{p[1]:.1f}" r="4" fill="{t.couleur}"/>' for p in places if p]
    return drawn(largeur, hauteur, titre, "".join(parts), "annee")


def _legend(traces: Sequence[Trace], largeur: int) -> tuple[list[str], int]:
    """Each line's sample and name, in its colour, above the chart; and how high that is. Names never cover a line."""
    out, x, y = [], 0.0, 12
    for t in reversed(traces):
        wide = 30 + (8.2 if t.dessin == "plein" else 7.2) * len(t.nom)
        if x and x + wide > largeur:
            x, y = 0.0, y + 20
        weight = ' font-weight="700"' if t.dessin == "plein" else ""
        out.append(
            f'<path d="M{x:.0f} {y - 4}h20" stroke="{t.couleur}" {_DESSINS[t.dessin]}/>'
            f'<text x="{x + 26:.0f}" y="{y}" font-size="13" fill="{t.couleur}"{weight}>{escape(t.nom)}</text>'
        )
        x += wide + 14
    return out, y + 18
