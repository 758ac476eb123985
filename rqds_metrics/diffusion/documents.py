"""The report as a file, in the form asked for: what the page offers and the command line writes."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Literal

from rqds_metrics.cli import day, year
from rqds_metrics.diffusion.rapport import Demande, Rapport, read_rapport
from rqds_metrics.diffusion.rapport_pdf import report_pdf
from rqds_metrics.diffusion.rapport_pptx import report_pptx
from rqds_metrics.diffusion.rapport_textes import file_name
from rqds_metrics.diffusion.rapport_xlsx import report_xlsx
from rqds_metrics.donnees import load_donnees
from rqds_metrics.regles.formats import INSECABLE, nombre, typographie
from rqds_metrics.reunions import last_before, reunions_of
from rqds_metrics.store import base_path, today

Forme = Literal["pdf", "pptx", "xlsx"]
FORMES: dict[Forme, Callable[[Rapport], bytes]] = {"pdf": report_pdf, "pptx": report_pptx, "xlsx": report_xlsx}
TITRES: dict[Forme, str] = {"pdf": "PDF", "pptx": "PowerPoint", "xlsx": "Excel"}
MIMES: dict[Forme, str] = {
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `python -m rqds_metrics rapport` takes."""
    parser.add_argument("--au", type=day, help="vu au jour AAAA-MM-JJ (aujourd'hui par défaut)")
    parser.add_argument("--exercice", type=year, help="un exercice, par exemple 2026-2027 (celui du jour par défaut)")
    parser.add_argument("--orientation", metavar="N", help="une seule orientation (1 à 4)")
    parser.add_argument("--changements", action="store_true", help="seulement ce qui a changé")
    parser.add_argument(
        "--depuis", type=day, help="le jour de la réunion précédente (la dernière inscrite, sinon 30 jours avant)"
    )
    parser.add_argument("--reunion", type=day, help="le jour de la réunion")
    parser.add_argument("--titre", default="", help="le titre du document")
    parser.add_argument(
        "--format", choices=list(FORMES), help="pdf, pptx ou xlsx (celui du nom du fichier ; sinon pdf)"
    )
    parser.add_argument("--sortie", metavar="FICHIER", help="le fichier à écrire")
    parser.add_argument("--base", help="le fichier DuckDB (RQDS_BASE, sinon data/rqds.duckdb)")


def form_of(format: str | None, sortie: str | None) -> Forme:
    """The form asked for by name, else by the ending of the file; a PDF when nothing says.

    Raises:
        ValueError: in French, when the ending is not one of ours, or is not that of the form.
    """
    ending = Path(sortie).suffix.lower().removeprefix(".") if sortie else ""
    for forme in FORMES:
        if forme == (format or ending or "pdf"):
            if ending and ending != forme:
                raise ValueError(f"« {sortie} » finit par « .{ending} », mais le format demandé est « {forme} ».")
            return forme
    raise ValueError(f"« .{ending} » n'est pas un format du rapport : écrivez .pdf, .pptx ou .xlsx.")


def write(path: Path, content: bytes) -> None:
    """The whole file or nothing: what was there stays until the new one is complete.

    Raises:
        ValueError: in French, when the place cannot be written to.
    """
    if path.is_dir():
        raise ValueError(f"« {path} » est un dossier : écrivez aussi le nom du fichier.")
    if not path.parent.is_dir():
        raise ValueError(f"Le dossier « {path.parent} » n'existe pas.")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise ValueError(f"« {path} » ne peut pas être écrit : le dossier est protégé.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise ValueError(f"« {path} » ne peut pas être écrit : il est ouvert ailleurs, ou protégé.") from error


def run_report(args: argparse.Namespace) -> int:
    """Write the report that was asked for; each step is told on the error stream, the file on the output."""
    start = perf_counter()
    try:
        forme = form_of(args.format, args.sortie)
        au = args.au or today()
        last = last_before(reunions_of(load_donnees(au, args.base).decisions.reunions), au)
        demande = Demande.of(
            au, args.exercice, args.depuis or (last.jour if last else None), args.orientation,
            changements=args.changements, titre=args.titre, reunion=args.reunion,
        )  # fmt: skip
        if not base_path(args.base).exists():
            raise ValueError(f"La base « {base_path(args.base)} » n'existe pas : il n'y a rien à rapporter.")
        if args.sortie and Path(args.sortie).is_dir():  # said before the work, not after
            raise ValueError(f"« {args.sortie} » est un dossier : écrivez aussi le nom du fichier.")
        rapport = read_rapport(demande, args.base, _tell)
        _tell(f"Mise en page ({TITRES[forme]})")
        content = FORMES[forme](rapport)
        path = Path(args.sortie or file_name(rapport, forme))
        replaced = path.exists()
        write(path, content)
    except ValueError as error:
        print(typographie(str(error)), file=sys.stderr)
        return 1
    size = f"{nombre(max(len(content) / 1024, 1), 0)}{INSECABLE}ko"
    seconds = f"{nombre(perf_counter() - start, 1)}{INSECABLE}s"
    print(f"{path} : {'remplacé' if replaced else 'écrit'} ({size}, {seconds}).")
    return 0


def _tell(step: str) -> None:
    print(f"{step}…", file=sys.stderr, flush=True)
