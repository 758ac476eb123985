"""python -m rqds_metrics.diffusion.site DOSSIER: the static site of what is online."""

from __future__ import annotations

import sys
from pathlib import Path

from rqds_metrics.cli import french_parser, run
from rqds_metrics.diffusion.publication import PublicationIllisible, current, read_publication
from rqds_metrics.diffusion.site import DossierRefuse, render_site


def main() -> int:
    parser = french_parser("python -m rqds_metrics.diffusion.site", "Écrit le site public de la publication en ligne.")
    parser.add_argument("dossier", type=Path, metavar="DOSSIER", help="un dossier neuf, vide, ou le site précédent")
    parser.add_argument(
        "--instantanes", type=Path, default=Path("data/publication"), metavar="DOSSIER",
        help="où sont les publications (data/publication)",
    )  # fmt: skip
    parser.add_argument("--adresse", metavar="URL", help="l'adresse du site, par exemple https://plan.rqds.org/")
    args = parser.parse_args()
    try:
        publication = current(args.instantanes)
        if publication is None:
            print(f"Rien n'est publié dans « {args.instantanes} ».", file=sys.stderr)
            return 1
        earlier = [args.instantanes / f"publication-{e.numero}.duckdb" for e in publication.historique[1:2]]
        before = read_publication(earlier[0]) if earlier and earlier[0].is_file() else None
        count = render_site(publication, args.dossier, adresse=args.adresse, precedente=before)
    except (PublicationIllisible, DossierRefuse, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Publication n° {publication.numero} : {count} fichiers dans « {args.dossier} ».")
    return 0


if __name__ == "__main__":
    run(main)
