"""What a source is called on every screen: the tools that we know, and those that someone described."""

from __future__ import annotations

from etl.correspondance import PREFIXE, Correspondance, saved
from etl.recognition import sources
from pages.ui.donnees import donnees
from rqds_metrics.familles import TITRES
from rqds_metrics.mesures import Mesure
from rqds_metrics.store import today


def described() -> tuple[Correspondance, ...]:
    """The tools that stand described."""
    return saved(donnees(today()).decisions.correspondances)


def tool_title(nom: str, famille: str) -> str:
    """« Site Web · Google Analytics 4 » for « ga4 », « Infolettre · Cyberimpact » for « autre-cyberimpact ».

    `famille`: what its file tells. A tool no longer described goes by what its series were named after.
    """
    if not nom.startswith(PREFIXE):
        return next((s.titre for s in sources() if s.nom == nom), nom)
    known = {PREFIXE + c.slug: c.nom for c in described()}
    words = nom.removeprefix(PREFIXE).replace("-", " ").capitalize()
    return f"{TITRES[famille]} · {known.get(nom, words)}"


def tool_name(nom: str, famille: str) -> str:
    """« Google Analytics 4 »: the title without its family."""
    return tool_title(nom, famille).split(" · ", 1)[-1]


def source_title(serie: str, mesure: Mesure) -> str:
    """The tool of a serie. One whose counters are compared says so.

    « Balados · Spotify for Podcasters, par différence de relevés ».
    """
    title = tool_title(serie.split("|")[0], mesure.famille)
    return f"{title}, par différence de relevés" if mesure.by_difference(serie) else title
