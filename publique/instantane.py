"""The snapshot that is online, read once for everybody, and its pages, rendered once each."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from rqds_metrics.diffusion.publication import Publication, PublicationIllisible, current, pointer, read_publication
from rqds_metrics.diffusion.site.gabarit import render
from rqds_metrics.diffusion.site.vues import Vue

_LOG = logging.getLogger(__name__)
_NOM = "Plan stratégique du RQDS"
_guard = threading.Lock()


def folder() -> Path:
    """Where the snapshots are: RQDS_PUBLICATION, else data/publication."""
    asked = os.environ.get("RQDS_PUBLICATION")
    return Path(asked).resolve() if asked else Path(__file__).resolve().parent.parent / "data" / "publication"


@dataclass(frozen=True)
class Page:
    titre: str
    html: str
    place: str = ""


@dataclass
class Enligne:
    """A snapshot, and what was already rendered of it."""

    cle: str
    vue: Vue
    pages: dict[tuple[str, str], Page] = field(default_factory=dict)

    def page(self, params: Mapping[str, str]) -> Page:
        """The page that an address names; the home page for whatever names none."""
        asked = self._asked(params)
        if asked not in self.pages:  # at most one an indicator, an orientation, and three more
            self.pages[asked] = self._render(*asked)
        return self.pages[asked]

    def _asked(self, params: Mapping[str, str]) -> tuple[str, str]:
        if params.get("indicateur") in self.vue.lignes:
            return "indicateur", params["indicateur"]
        if params.get("indicateur"):
            return "introuvable", ""
        if params.get("orientation") in {o.id for o in self.vue.p.orientations}:
            return "orientation", params["orientation"]
        page = params.get("page", "")
        return (page if page in ("methode", "publications") else "accueil"), ""

    def _render(self, page: str, id_: str) -> Page:
        vue = self.vue
        values: dict[str, object] = {"vue": vue, "lien": link}
        titre = {"methode": "Méthode", "publications": "Publications", "introuvable": "Page introuvable"}.get(page, "")
        if page == "indicateur":
            values |= {"x": vue.lignes[id_], "carte": ""}
            titre = vue.lignes[id_].indicateur.court
        elif page == "orientation":
            values["bloc"] = next(b for b in vue.blocs if b.orientation.id == id_)
            titre = f"Orientation {id_}"
        elif page == "publications":
            values["fil"] = ""
        corps = render(f"{page}.html", **values)
        html = render("direct.html", vue=vue, lien=link, corps=corps)
        return Page(f"{titre} – {_NOM}" if titre else _NOM, str(html), f"{page} {id_}")


def link(page: str, id_: str = "") -> str:
    """The address of a page in the public process."""
    if page in ("indicateur", "orientation"):
        return "?" + urlencode({page: id_})
    return "?" if page == "accueil" else f"?page={page}"


_seen: dict[Path, Enligne] = {}


def online() -> Enligne | None:
    """What is online now. While a new one cannot be read, the one that was shown stays; None when there is none."""
    place = folder()
    try:
        found = pointer(place)
        if found is None:
            return None
        with _guard:
            kept = _seen.get(place)
            if kept is None or kept.cle != found.sha256:
                publication = current(place)
                if publication is None:
                    return None
                kept = _seen[place] = Enligne(found.sha256, Vue(publication, _before(place, publication)))
            return kept
    except PublicationIllisible as error:
        _LOG.error("%s", error)
        return _seen.get(place)


def _before(place: Path, publication: Publication) -> Publication | None:
    """The publication before, where its file stands there too: it only names what moved."""
    if len(publication.historique) < 2:
        return None
    path = place / f"publication-{publication.historique[1].numero}.duckdb"
    try:
        return read_publication(path) if path.is_file() else None
    except PublicationIllisible:
        return None
