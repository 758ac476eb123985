"""The static site: every file of it, from a snapshot. Any web host carries it; nothing in it runs a script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from rqds_metrics.diffusion.donnees_ouvertes import CONTENUS, LICENCE
from rqds_metrics.diffusion.publication import Publication
from rqds_metrics.diffusion.site.accueil import home
from rqds_metrics.diffusion.site.ecriture import replace_folder, written_before
from rqds_metrics.diffusion.site.gabarit import ICONE, Lien, render, style
from rqds_metrics.diffusion.site.image import picture
from rqds_metrics.diffusion.site.vues import Vue
from rqds_metrics.regles.formats import typographie

CSP = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
_ID = re.compile(r"\d\.\d\.\d-\d+|G-[a-z0-9.]+")
_PAGE = re.compile(r"indicateur/(.+)\.html")
_GARDE = re.compile(r"donnees/(\d+)/")  # the open data of a publication, whose addresses stay for good
_NOM = "Plan stratégique du RQDS"
_FIXES = {"accueil": "index.html", "methode": "methode.html", "publications": "publications.html"}


def address_of(page: str, id_: str = "") -> str:
    """The address of a page from the site's root: it never changes."""
    return _FIXES.get(page) or f"{page}/{id_}.html"


def _links(racine: str) -> Lien:
    return lambda page, id_="": racine + address_of(page, id_)


def checked(adresse: str | None) -> str:
    """The site's own address, ending with a slash; « » when it is not known.

    Raises:
        ValueError: in French, when it is not the address of a site.
    """
    if not adresse:
        return ""
    parts = urlsplit(adresse)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"« {adresse} » n'est pas l'adresse d'un site. Écrivez par exemple https://plan.rqds.org/")
    return adresse.rstrip("/") + "/"


class _Site:
    """Pages being gathered: path -> content."""

    def __init__(self, vue: Vue, adresse: str, donnees: str):
        self.vue, self.adresse, self.donnees = vue, adresse, donnees
        self.files: dict[str, bytes] = {}
        self.suivies: list[str] = []

    def add(
        self, path: str, titre: str, description: str, gabarit: str | Callable[[Vue, Lien], Markup], *, suivie: bool = True,
        **values: Any,
    ) -> None:  # fmt: skip
        """Render a body in the frame. `gabarit`: a template, or what renders it; `suivie`: search engines may keep it."""
        racine = "../" * path.count("/")
        lien = _links(racine)
        if path == "404.html" and self.adresse:
            racine, lien = self.adresse, _links(self.adresse)  # served at any depth
        corps = (
            render(gabarit, vue=self.vue, lien=lien, **values) if isinstance(gabarit, str) else gabarit(self.vue, lien)
        )
        page = render(
            "cadre.html", vue=self.vue, lien=lien, racine=racine, corps=corps, suivie=suivie, csp=CSP,
            titre=titre if titre == _NOM else f"{titre} – {_NOM}", description=" ".join(description.split())[:300],
            canonique=self.adresse + ("" if path == "index.html" else path) if self.adresse and suivie else "",
            image=f"{self.adresse}partage.png", donnees=self.donnees,
            carte=path.startswith("carte/"), ici=lambda page: Markup(' aria-current="page"') if page == path else "",
        )  # fmt: skip
        self.files[path] = page.encode("utf-8")
        if suivie:
            self.suivies.append("" if path == "index.html" else path)

    def indicators(self) -> None:
        for id_, x in self.vue.lignes.items():
            card = address_of("carte", id_)
            said = x.resultat.phrase
            self.add(
                address_of("indicateur", id_), typographie(x.indicateur.court), said, "indicateur.html", x=x,
                carte=f"{self.adresse}{card}",
            )  # fmt: skip
            self.add(card, typographie(x.indicateur.court), said, "carte.html", suivie=False, x=x)

    def withdrawn(self, ids: Iterable[str]) -> None:
        """The stable addresses of what is no longer published say so, and nothing more."""
        for id_ in ids:
            if id_ in self.vue.lignes or not _ID.fullmatch(id_):
                continue
            for page in ("indicateur", "carte"):
                self.add(
                    address_of(page, id_),
                    "Indicateur retiré",
                    "",
                    "retire.html",
                    suivie=False,
                    id=id_,
                    carte=page == "carte",
                )

    def around(self) -> None:
        """What is not a page: style, icon, picture, feed, sitemap, rules for robots, headers."""
        feed = render("fil.xml", vue=self.vue, adresse=self.adresse).encode("utf-8")
        robots = "User-agent: *\nAllow: /\n"
        if self.adresse:
            robots += f"Sitemap: {self.adresse}sitemap.xml\n"
            found = render("sitemap.xml", vue=self.vue, adresse=self.adresse, pages=self.suivies)
            self.files["sitemap.xml"] = found.encode("utf-8")
        self.files |= {
            "style.css": style().encode("utf-8"), "icone.svg": ICONE.encode(), "partage.png": picture(self.vue),
            "fil.xml": feed, "robots.txt": robots.encode(), "_headers": _HEADERS.encode(), ".nojekyll": b"",
        }  # fmt: skip


# Read by several hosts (Netlify, Cloudflare Pages); others set the same in their own way, see the README.
_HEADERS = f"""/*
  Content-Security-Policy: {CSP}; frame-ancestors 'self'
  X-Content-Type-Options: nosniff
  Referrer-Policy: strict-origin-when-cross-origin
  Cache-Control: public, max-age=300
/carte/*
  ! Content-Security-Policy
  Content-Security-Policy: {CSP}; frame-ancestors *
"""


def _rank(fichier: tuple[str, bytes]) -> tuple[int, str]:
    """Files in the order they are told: what whoever comes wants first."""
    order = [f"donnees/{n}" for n in CONTENUS]
    return (order.index(fichier[0]) if fichier[0] in order else len(order), fichier[0])


def site_files(
    publication: Publication, *, adresse: str | None = None, precedente: Publication | None = None,
    retires: Iterable[str] = (), fichiers: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:  # fmt: skip
    """Every file of the site: path -> content. The same publication gives the same bytes.

    Args:
        adresse: where the site will be; without it, no canonical address, no picture for networks, no sitemap.
        precedente: the publication before, to name what moved since.
        retires: indicators that were published once; their addresses say that they no longer are.
        fichiers: files to carry along; those of `donnees/` have a page, linked from every other.

    Raises:
        ValueError: `adresse` is not one.
    """
    extra = dict(fichiers or {})
    carried = [
        (n, len(c)) for n, c in sorted(extra.items(), key=_rank) if n.startswith("donnees/") and not _GARDE.match(n)
    ]
    archives = {int(m[1]) for n in extra if (m := _GARDE.match(n))}
    site = _Site(Vue(publication, precedente), checked(adresse), "donnees.html" if carried else "")
    vue = site.vue
    site.add("index.html", _NOM, vue.phrase, home)
    for b in vue.blocs:
        site.add(
            address_of("orientation", b.orientation.id), f"{b.orientation.id}. {b.orientation.court}", b.bilan.phrase(),
            "orientation.html", bloc=b,
        )  # fmt: skip
    site.indicators()
    site.add("methode.html", "Méthode", "Comment un chiffre devient un état.", "methode.html")
    site.add(
        "publications.html",
        "Publications",
        "Ce qui a été publié, et quand.",
        "publications.html",
        fil="fil.xml",
        archives=archives,
    )
    if carried:
        said = "Les chiffres publiés, à télécharger."
        site.add(
            "donnees.html", "Données ouvertes", said, "donnees.html", archives=archives, contenus=CONTENUS, licence=LICENCE,
            tables=[f for f in carried if f[0].endswith(".csv")], ensemble=[f for f in carried if not f[0].endswith(".csv")],
        )  # fmt: skip
    site.add("404.html", "Page introuvable", "", "introuvable.html", suivie=False)
    before = [i.id for i in precedente.indicateurs] if precedente else []
    site.withdrawn(dict.fromkeys([*retires, *before]))
    site.around()
    return {**extra, **site.files}


def render_site(
    publication: Publication, dossier: Path, *, adresse: str | None = None, precedente: Publication | None = None,
    fichiers: Mapping[str, bytes] | None = None, retirees: Iterable[int] = (),
) -> int:  # fmt: skip
    """Write the site in `dossier`, in the place of the one that stands there; how many files it has.

    Args:
        retirees: the publications that were taken back; their open data leave the site, those of others stay for good.

    Raises:
        DossierRefuse: the folder holds something else, or could not be replaced; nothing is changed.
        ValueError: `adresse` is not the address of a site.
    """
    stood = written_before(dossier)
    gone = tuple(f"donnees/{n}/" for n in retirees)
    kept = {
        n: (dossier / n).read_bytes()
        for n in stood
        if _GARDE.match(n) and not n.startswith(gone) and (dossier / n).is_file()
    }
    carried = {**kept, **(fichiers or {})}
    files = site_files(publication, adresse=adresse, precedente=precedente, retires=_were(stood), fichiers=carried)
    replace_folder(dossier, files)
    return len(files)


def _were(stood: Iterable[str]) -> list[str]:
    """The indicators that a site had a page for."""
    return [m[1] for name in stood if (m := _PAGE.fullmatch(name))]


def render_empty(dossier: Path, adresse: str | None = None) -> int:
    """Where a site of ours stands, put one that says that nothing is published; 0, and nothing written, where none does.

    Raises:
        DossierRefuse: see render_site.
    """
    stood = written_before(dossier)
    if not stood:
        return 0
    pages = [*_FIXES.values(), "404.html", *(address_of(p, i) for i in _were(stood) for p in ("indicateur", "carte"))]
    base = checked(adresse)
    files = {
        path: render("vide.html", racine=base if path == "404.html" and base else "../" * path.count("/"), csp=CSP).encode()
        for path in pages
    }  # fmt: skip
    files |= {
        "style.css": style().encode(),
        "icone.svg": ICONE.encode(),
        "_headers": _HEADERS.encode(),
        ".nojekyll": b"",
    }
    replace_folder(dossier, files)
    return len(files)
