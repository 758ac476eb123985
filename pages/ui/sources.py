"""What a source is called on every screen: the tools that we know, and those that someone described."""

from __future__ import annotations

from etl.correspondance import PREFIXE, Correspondance, saved
from etl.recognition import sources
from pages.ui.donnees import donnees
from rqds_metrics.familles import TITRES
from rqds_metrics.store import today


def described() -> tuple[Correspondance, ...]:
    """The tools that stand described."""
    return saved(donnees(today()).decisions.correspondances)


def source_title(serie: str, famille: str | None = None) -> str:
    """« Site Web · Google Analytics 4 » for « ga4|site », « Infolettre · Cyberimpact » for « autre-cyberimpact ».

    `famille`: that of the file, for a described tool. One no longer described goes by what its series were named after.
    """
    nom = serie.split("|")[0]
    if not nom.startswith(PREFIXE):
        return next((s.titre for s in sources() if s.nom == nom), serie)
    known = {PREFIXE + c.slug: c for c in described()}
    if nom in known:
        return f"{TITRES[famille or known[nom].famille]} · {known[nom].nom}"
    words = nom.removeprefix(PREFIXE).replace("-", " ").capitalize()
    return f"{TITRES[famille]} · {words}" if famille else words
