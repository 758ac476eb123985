"""The pages of a publication by the names of an address (`?indicateur=1.2.6-2`): what a process shows of it, live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from rqds_metrics.diffusion.site.accueil import home
from rqds_metrics.diffusion.site.gabarit import render
from rqds_metrics.diffusion.site.vues import Vue
from rqds_metrics.regles.formats import typographie

NOM = "Plan stratégique du RQDS"
_TITRES = {"methode": "Méthode", "publications": "Publications", "introuvable": "Page introuvable"}


@dataclass(frozen=True)
class Page:
    titre: str
    html: str
    place: str = ""


def link(page: str, id_: str = "") -> str:
    """The address of a page."""
    if page in ("indicateur", "orientation"):
        return "?" + urlencode({page: id_})
    return "?" if page == "accueil" else f"?page={page}"


def asked_of(asked: object) -> dict[str, str]:
    """Names of an address as a page sent them: only those that pages have, only as text."""
    known = ("indicateur", "orientation", "page")
    return {k: str(v)[:40] for k, v in asked.items() if k in known} if isinstance(asked, dict) else {}


@dataclass
class Pages:
    """A publication, and what was already rendered of it."""

    vue: Vue
    kept: dict[tuple[str, str], Page] = field(default_factory=dict)

    def page(self, params: Mapping[str, str]) -> Page:
        """The page that an address names; the home page for whatever names none."""
        asked = self._asked(params)
        if asked not in self.kept:  # at most one an indicator, an orientation, and four more
            self.kept[asked] = self._render(*asked)
        return self.kept[asked]

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
        titre = _TITRES.get(page, "")
        if page == "indicateur":
            values |= {"x": vue.lignes[id_], "carte": ""}
            titre = typographie(vue.lignes[id_].indicateur.court)
        elif page == "orientation":
            values["bloc"] = next(b for b in vue.blocs if b.orientation.id == id_)
            titre = f"Orientation {id_}"
        elif page == "publications":
            values |= {"fil": "", "archives": ()}
        corps = home(vue, link) if page == "accueil" else render(f"{page}.html", **values)
        html = render("direct.html", vue=vue, lien=link, corps=corps, place=page)
        return Page(f"{titre} – {NOM}" if titre else NOM, str(html), f"{page} {id_}")
