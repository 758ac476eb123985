"""Templates of the public pages: escaping always on, undefined names refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from rqds_metrics.diffusion import svg
from rqds_metrics.diffusion.site import figures, vues
from rqds_metrics.regles import formats
from rqds_metrics.regles.textes import strip_controls
from rqds_metrics.statuts import A_CONFIRMER, APPARENCES, counted

DOSSIER = Path(__file__).parent
ICONE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" rx="8" fill="#0B5563"/>'
    '<path d="M8 29V19h5v10zm7.500 0V13h5v16zM23 29V7h5v22z" fill="#fff"/></svg>'
)
Lien = Callable[..., str]  # (page, id) -> the address of a page from where one stands

_EXERCICE = re.compile(r"\b20\d\d-20\d\d\b")
_QUANTIEME = re.compile(rf"\b(\d\d?|1er) (?={'|'.join(map(re.escape, {*formats.MOIS, *formats.MOIS_COURTS}))})")


def texte(said: str) -> Markup:
    """What people or the rules wrote, with the no-break spaces of French; a day keeps its month, a year its other half."""
    kept = _QUANTIEME.sub("\\1\u00a0", formats.typographie(said).replace(" = ", "\u00a0=\u00a0"))
    kept = str(escape(kept))
    return Markup(_EXERCICE.sub(r'<span class="uni">\g<0></span>', kept))  # noqa: S704 (escaped above)


def jour(quand: date | None, *, long: bool = False) -> str:
    """A date whose day keeps its month."""
    return _QUANTIEME.sub("\\1\u00a0", formats.jour(quand, long=long))


_ENV = Environment(
    loader=FileSystemLoader(DOSSIER / "gabarits"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENV.filters.update(
    nombre=formats.nombre,
    jour=jour,
    mois=formats.mois,
    typographie=formats.typographie,
    texte=texte,
    bouge=vues.moved,
    local=vues.local_day,
    propre=strip_controls,  # what XML cannot hold
)
_ENV.globals.update(
    svg=svg, apparences=APPARENCES, a_confirmer=A_CONFIRMER, year_figure=figures.year_figure,
    five_years_figure=figures.five_years_figure, periode_mot=vues.period_words, compte=counted,
)  # fmt: skip


def render(name: str, **values: Any) -> Markup:
    """The text of a template; every value in it is escaped."""
    return Markup(_ENV.get_template(name).render(**values))  # noqa: S704 (autoescaped above)


@cache
def style() -> str:
    """The style sheet, without its comments and indents: it counts in the weight of the first page."""
    lines = (line.strip() for line in (DOSSIER / "style.css").read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not (line.startswith("/*") and line.endswith("*/")))
