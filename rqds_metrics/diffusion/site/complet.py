"""The whole site of what is online in a folder of publications: its pages and its open data."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from rqds_metrics.diffusion.donnees_ouvertes import open_data
from rqds_metrics.diffusion.parution import before, current, earlier, taken_back
from rqds_metrics.diffusion.publication import Publication
from rqds_metrics.diffusion.site.statique import render_empty, render_site, site_files


def write_site(instantanes: Path, dossier: Path, adresse: str | None = None) -> tuple[Publication | None, int]:
    """Write the site in `dossier`; what is online, and how many files. Where nothing is online, a site that says so.

    Raises:
        DossierRefuse: the folder holds something else, or could not be replaced; nothing is changed.
        PublicationIllisible: what is online, or one before it, cannot be read; nothing is changed.
        ValueError: `adresse` is not the address of a site.
    """
    p = current(instantanes)
    if p is None:
        return None, render_empty(dossier, adresse)
    count = render_site(
        p, dossier, adresse=adresse, precedente=before(instantanes, p), fichiers=open_data(instantanes, p),
        retirees=taken_back(instantanes),
    )  # fmt: skip
    return p, count


def said_empty(count: int, dossier: Path) -> str:
    """What became of the site where nothing is online."""
    return f"le site de « {dossier} » le dit maintenant." if count else f"aucun site n'est écrit dans « {dossier} »."


def zipped_site(instantanes: Path, adresse: str | None = None) -> bytes | None:
    """The site as one file to unpack on a host; None where nothing is online. The same publication gives the same bytes.

    Raises:
        PublicationIllisible: what is online, or one before it, cannot be read.
        ValueError: `adresse` is not the address of a site.
    """
    p = current(instantanes)
    if p is None:
        return None
    gone = [i.id for e in earlier(instantanes, p.numero) if e.demo == p.demo for i in e.indicateurs]
    last, data = before(instantanes, p), open_data(instantanes, p)
    files = site_files(p, adresse=adresse, precedente=last, retires=gone, fichiers=data)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, p.publie_le.timetuple()[:6])
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()
