"""python -m rqds_metrics: is the plan sound, and where does it stand."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from rqds_metrics.avis import send_notices
from rqds_metrics.cli import day, french_parser, run, year
from rqds_metrics.diffusion import documents
from rqds_metrics.exploitation import commandes as exploitation
from rqds_metrics.exploitation.reglages import load_exploitation
from rqds_metrics.horloge import run_clock
from rqds_metrics.mesures import check_mesures
from rqds_metrics.personnes import check_acces, path_of
from rqds_metrics.plan import check_plan
from rqds_metrics.registre import default_reglages
from rqds_metrics.regles.formats import jour
from rqds_metrics.resultats import resultats
from rqds_metrics.yaml_strict import DefinitionError


def verifier() -> int:
    """Check every file of definitions; list all that is wrong."""
    plan, lu = check_plan()
    defauts = list(lu.defauts)
    _, mesures = check_mesures(plan)
    defauts += mesures.defauts
    for read in (default_reglages, load_exploitation):
        try:
            read()
        except DefinitionError as error:
            defauts += error.defauts
    if path_of().is_file():
        defauts += check_acces(path_of())[1].defauts
    if plan is None or defauts:
        print(f"{len(defauts)} défaut{'s' if len(defauts) > 1 else ''} :")
        for defaut in defauts:
            print(f"  {defaut}")
        return 1
    fed = sum(i.mesure is not None for i in plan.tous.values())
    doubts = sum(i.doute is not None for i in plan.tous.values())
    print(
        f"Le plan est sain : {len(plan.orientations)} orientations, {len(plan.objectifs)} objectifs, "
        f"{len(plan.actions)} actions, {len(plan.indicateurs)} indicateurs "
        f"et {len(plan.generaux)} du sondage annuel des membres ; {fed} alimentés par une source, "
        f"{len(plan.tous) - fed} saisis ; {doubts} doutes à lever."
    )
    return 0


def publier(base: str | None, vers: str | None, adresse: str | None = None) -> int:
    """Put online what is approved; `vers`: also as a static site in that folder."""
    from rqds_metrics.demandes import PublicationRefusee
    from rqds_metrics.diffusion.publication import PublicationIllisible
    from rqds_metrics.diffusion.site.complet import said_empty, write_site
    from rqds_metrics.diffusion.site.ecriture import DossierRefuse
    from rqds_metrics.mise_en_ligne import folder_of, publish

    try:
        publication = publish(base)
        if publication:
            print(
                f"Publication n° {publication.numero} en ligne : {len(publication.indicateurs)} indicateurs, vus au "
                f"{jour(publication.vu_au)} ({folder_of(base)})."
            )
        else:
            print("Rien n'est approuvé : rien n'est publié.")
        if vers:
            found, count = write_site(folder_of(base), Path(vers), adresse)
            print(f"Site écrit dans {vers}." if found else f"Rien n'est en ligne : {said_empty(count, Path(vers))}")
    except (PublicationRefusee, PublicationIllisible, DossierRefuse, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if publication else 1


def main() -> int:
    parser = french_parser("python -m rqds_metrics", "Suivi du plan stratégique 2022-2027 du RQDS.")
    commands = parser.add_subparsers(dest="commande", required=True, metavar="commande")
    commands.add_parser("verifier", help="le plan et les mesures sont-ils sains")
    shown = commands.add_parser("resultats", help="chaque indicateur devant sa cible")
    shown.add_argument("--exercice", type=year, help="un exercice, par exemple 2026-2027 (les cinq par défaut)")
    shown.add_argument("--au", type=day, help="vu au jour AAAA-MM-JJ (aujourd'hui par défaut)")
    shown.add_argument("--base", help="le fichier DuckDB (RQDS_BASE, sinon data/rqds.duckdb)")
    form = shown.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="en JSON")
    form.add_argument("--csv", action="store_true", help="en CSV")
    report = commands.add_parser("rapport", help="le rapport au conseil d'administration (PDF, PowerPoint, Excel)")
    documents.add_arguments(report)
    put = commands.add_parser("publier", help="mettre en ligne ce qui est approuvé")
    put.add_argument("--vers", metavar="DOSSIER", help="écrire aussi le site, prêt pour un hébergeur")
    put.add_argument(
        "--adresse", metavar="URL", default=os.environ.get("RQDS_ADRESSE"),
        help="avec --vers : l'adresse du site, par exemple https://plan.rqds.org/ (RQDS_ADRESSE)",
    )  # fmt: skip
    put.add_argument("--base", help="le fichier DuckDB (RQDS_BASE, sinon data/rqds.duckdb)")
    told = commands.add_parser("avis", help="envoyer le courriel de la semaine : les alertes nouvelles")
    told.add_argument("--base", help="le fichier DuckDB (RQDS_BASE, sinon data/rqds.duckdb)")
    told.add_argument("--essai", action="store_true", help="montrer le courriel sans l'envoyer")
    told.add_argument("--maintenant", action="store_true", help="sans attendre que la semaine soit passée")
    exploitation.add_commands(commands)
    clock = commands.add_parser("horloge", help="l'horloge de l'ordinateur est-elle juste pour la base ?")
    clock.add_argument("--base", help="le fichier DuckDB (RQDS_BASE, sinon data/rqds.duckdb)")
    clock.add_argument("--redater", action="store_true", help="dater d'aujourd'hui ce qui l'a été d'avance")
    args = parser.parse_args()
    if args.commande in ("sauvegarder", "restaurer", "sante"):
        return exploitation.run_command(args)
    if args.commande == "horloge":
        return run_clock(args.base, args.redater)
    if args.commande == "verifier":
        return verifier()
    if args.commande == "rapport":
        return documents.run_report(args)
    if args.commande == "publier":
        return publier(args.base, args.vers, args.adresse)
    if args.commande == "avis":
        return send_notices(args.base, essai=args.essai, maintenant=args.maintenant)
    frame = resultats(args.exercice, args.au, args.base)
    if args.json:
        rows = json.loads(frame.to_json(orient="records", double_precision=15))
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    elif args.csv:
        sys.stdout.write(frame.to_csv(index=False))
    else:
        for r in frame.itertuples():
            print(f"{r.indicateur:<8} {r.exercice}  {r.statut:<16} {r.phrase}")
    return 0


if __name__ == "__main__":
    run(main)
