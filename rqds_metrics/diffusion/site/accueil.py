"""The home page: as much of each indicator as its weight allows."""

from __future__ import annotations

from markupsafe import Markup

from rqds_metrics.diffusion.site.gabarit import ICONE, Lien, render, style
from rqds_metrics.diffusion.site.vues import Vue

POIDS_MAX = 60_000  # bytes of the first page in all, nothing compressed
_CADRE = 4_500  # what stands around the body
# What a row may hold, the richest first: a short sentence and a small line of five years, the line alone, neither.
DETAILS = (2, 1, 0)


def home(vue: Vue, lien: Lien) -> Markup:
    """The body of the home page."""
    return render("accueil.html", vue=vue, lien=lien, detail=detail_of(vue))


def detail_of(vue: Vue) -> int:
    """Which of DETAILS fits: the same for both ways of serving the page, whatever the length of their links."""
    room = POIDS_MAX - _CADRE - len(style().encode()) - len(ICONE)

    def link(page: str, id_: str = "") -> str:
        return f"{page}/{id_}.html"

    weights = {d: len(render("accueil.html", vue=vue, lien=link, detail=d).encode()) for d in DETAILS}
    return next((d for d in DETAILS if weights[d] <= room), DETAILS[-1])
