"""The overview, or a fiche, written in the very page that the browser asks for: it is read while Streamlit starts, and gives
way to it (see cadre.py) once the same screen can be acted upon.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import parse_qsl

from markupsafe import Markup

from pages.ui.cadre import style
from pages.ui.commentaires import comments_html, comments_of
from pages.ui.contexte import Contexte, default, read
from pages.ui.donnees import GARDES, donnees, stamp
from pages.ui.ensemble import TITRE, overview
from pages.ui.fiche import PREMIERE, load_fiche
from pages.ui.gabarits import render
from rqds_metrics.diffusion.figures import bars
from rqds_metrics.diffusion.svg_annee import year_lines
from rqds_metrics.disk import DisquePlein
from rqds_metrics.plan import load_plan
from rqds_metrics.store import BaseIllisible, BaseOccupee, today

ATTENTE = 0.5  # seconds that a page may wait for its screen: after that, Streamlit shows it first
_DOSSIER = Path(__file__).parent
# Where the screen cannot come (a base that another program holds), what says so must not stay covered.
SORTIE = b"""<script>(() => {
  const leave = () => { document.getElementById('avance')?.remove(); watch.disconnect(); };
  const trouble = '[data-testid=stAlertContentError], [data-testid=stException]';
  const watch = new MutationObserver(() => { if (document.querySelector(trouble)) leave(); });
  watch.observe(document.getElementById('root'), { childList: true, subtree: true });
  setTimeout(leave, 20000);
})()</script>"""


@dataclass(frozen=True)
class Premier:
    """A screen to read first. `repere`: what says, in the one that can be acted upon, that it is there; `graphiques`: how
    many charts it must have drawn by then."""

    titre: str
    sous: str
    html: Markup
    repere: str
    graphiques: int = 0


def _overview(params: Mapping[str, str], contexte: Contexte) -> Premier:
    html, sous = overview(contexte)
    return Premier(TITRE, sous, html, ".mur")


@lru_cache(GARDES)
def _fiche_html(stamp: str, id_: str, contexte: Contexte) -> Premier:
    fiche, court = load_fiche(id_, contexte), load_plan().tous[id_].court
    html = render(
        "premier_fiche.html",
        choix=f"{id_} {court}",
        fiche=fiche,
        contexte=contexte,
        commentaires=comments_html(comments_of(id_, contexte)),
        annee=year_lines(fiche.resultat, fiche.courbes, 380, 187) if fiche.courbes else None,
        cinq_ans=bars(fiche.annees, contexte.au, 340, 227) if fiche.cinq_ans else None,
    )
    return Premier(court, "", html, ".pied", sum(c is not None for c in (fiche.annee, fiche.cinq_ans)))


def _fiche(params: Mapping[str, str], contexte: Contexte) -> Premier:
    asked = params.get("indicateur", "")
    return _fiche_html(stamp(), asked if asked in load_plan().tous else PREMIERE, contexte)


ECRANS: dict[str, Callable[[Mapping[str, str], Contexte], Premier]] = {
    "": _overview,
    "ensemble": _overview,
    "fiche": _fiche,
}


@cache
def _shell() -> tuple[str, Markup]:
    logo = (_DOSSIER / "logo.svg").read_text(encoding="utf-8")
    return style() + (_DOSSIER / "premier.css").read_text(encoding="utf-8"), Markup(logo)  # noqa: S704 (our own file)


def first_html(address: str, params: Mapping[str, str]) -> bytes:
    """The screen that an address asks for, as HTML that needs no script; nothing where there is nothing to show."""
    with suppress(BaseOccupee, BaseIllisible, DisquePlein):
        contexte = read(params, default())
        known = donnees(contexte.au)
        if not known.lots:
            return b""
        first = ECRANS[address](params, contexte)
        css, logo = _shell()
        passe = contexte.au != today()
        body = render("premier.html", contexte=contexte, premier=first, demo=known.demo, passe=passe, logo=logo)
        waits = f'data-repere="{first.repere}" data-graphiques="{first.graphiques}"'
        shadow = f'<template shadowrootmode="open"><style>{css}</style>{body}</template>'
        return f'<div id="avance" {waits}>{shadow}</div>'.encode()
    return b""


async def with_first(page: bytes, address: str, query: bytes) -> bytes:
    """Streamlit's page with the screen in it, if it is ready soon enough."""
    params = dict(parse_qsl(query.decode("latin-1")))
    try:
        ready = asyncio.shield(asyncio.to_thread(first_html, address, params))
        first = await asyncio.wait_for(ready, ATTENTE)
    except TimeoutError:
        return page
    root = b'<div id="root">'
    if not first or root not in page:
        return page
    head, tail = page.split(root, 1)
    return head + first + root + tail.replace(b"</body>", SORTIE + b"</body>", 1)
