"""python -m rqds_metrics.diffusion.site DOSSIER: the static site of what is online."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from rqds_metrics.cli import french_parser, run
from rqds_metrics.diffusion.publication import PublicationIllisible
from rqds_metrics.diffusion.site import DossierRefuse, write_site
from rqds_metrics.diffusion.site.complet import said_empty


def main() -> int:
    parser = french_parser("python -m rqds_metrics.diffusion.site", "Écrit le site public de la publication en ligne.")
    parser.add_argument("dossier", type=Path, metavar="DOSSIER", help="un dossier neuf, vide, ou le site précédent")
    parser.add_argument(
        "--instantanes", type=Path, default=Path("data/publication"), metavar="DOSSIER",
        help="où sont les publications (data/publication)",
    )  # fmt: skip
    parser.add_argument(
        "--adresse", metavar="URL", default=os.environ.get("RQDS_ADRESSE"),
        help="l'adresse du site, par exemple https://plan.rqds.org/ (RQDS_ADRESSE)",
    )  # fmt: skip
    args = parser.parse_args()
    try:
        publication, count = write_site(args.instantanes, args.dossier, args.adresse)
    except (PublicationIllisible, DossierRefuse, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    if publication is None:
        print(f"Rien n'est publié dans « {args.instantanes} » : {said_empty(count, args.dossier)}", file=sys.stderr)
        return 1
    print(f"Publication n° {publication.numero} : {count} fichiers dans « {args.dossier} ».")
    return 0


if __name__ == "__main__":
    run(main)
