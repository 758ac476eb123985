"""Templates: Jinja with escaping always on, undefined names refused, and the French formats as filters."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pages.ui.contexte import Contexte
from rqds_metrics.diffusion import svg
from rqds_metrics.regles import formats
from rqds_metrics.statuts import A_CONFIRMER, APPARENCES, OCCURRENCES

_ENV = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "gabarits"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ADRESSES = {
    name: name
    for name in ("ensemble", "fiche", "orientation", "televerser", "depuis", "methode", "rapport", "presenter")
}
ADRESSES["ensemble"] = "./"  # the default page has no address of its own


def escape_markdown(text: str) -> str:
    """`text` as Streamlit's own elements show it to the letter: no link, image, colour or formula made of it."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~:$&])", r"\\\1", text)


def badge(statut: str, a_confirmer: bool = False) -> Markup:
    """A status as shape + word + colour; « à confirmer » beside it where a survey leaves room for another one."""
    look = APPARENCES[statut]
    shown = Markup('<span class="pastille s-{}"><span aria-hidden="true">{}</span> {}</span>').format(
        statut, look.forme, look.libelle
    )
    if not a_confirmer:
        return shown
    return shown + Markup(' <span class="drapeau"><span aria-hidden="true">{}</span> {}</span>').format(*A_CONFIRMER)


def link(page: str, contexte: Contexte, **params: str) -> str:
    """The address of a page, relative to the app."""
    return f"{ADRESSES[page]}?{urlencode({**params, **contexte.params})}"


_ENV.filters.update(
    nombre=formats.nombre,
    pourcent=formats.pourcent,
    jour=formats.jour,
    mois=formats.mois,
    periode=formats.periode,
    quantite=formats.quantite,
    typographie=formats.typographie,
)
_ENV.globals.update(
    pastille=badge,
    lien=link,
    svg=svg,
    apparences=APPARENCES,
    occurrences_vues=OCCURRENCES,
    mois_courts=formats.MOIS_COURTS,
)


def render(name: str, **values: Any) -> Markup:
    """The HTML of a template; every value in it is escaped."""
    return Markup(_ENV.get_template(name).render(**values))  # noqa: S704 (autoescaped above)
