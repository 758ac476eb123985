"""python -m etl: check, import, list and cancel files; load or remove the demonstration."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from pathlib import Path

from etl.archive import read_all
from etl.correspondance import saved
from etl.history import read_every_lot, read_history
from etl.loading import LotRefuse, cancel_lot, import_export, remove_demo
from etl.preview import preview
from etl.reading import TAILLE_MAX
from etl.recognition import read_export, shown_name
from etl.report import apercu_text, apercu_value, constat_text, lots_text, lots_value, plain_spaces, recu_text
from etl.restoring import restore_lot
from etl.source import Constat, Lecture
from rqds_metrics import store
from rqds_metrics.alimentation import plan_decided
from rqds_metrics.cli import french_parser, run
from rqds_metrics.donnees import load_donnees
from rqds_metrics.plan import load_plan
from rqds_metrics.raisons import reason


def _whoami() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "poste local"


def _progress(text: str) -> None:
    """Where a long run has got to; on a terminal only, and never in the output itself."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _read(files: list[str], base: str | None) -> list[Lecture]:
    today, out = store.today(), []
    decisions = load_donnees(today, base).decisions
    plan = plan_decided(load_plan(), decisions)
    reglages, correspondances = decisions.reglages, saved(decisions.correspondances)
    for rank, name in enumerate(files, 1):
        _progress(f"Lecture {rank} sur {len(files)} : {Path(name).name}")
        try:
            with Path(name).open("rb") as file:
                octets = file.read(TAILLE_MAX + 1)  # one more than is read: enough to refuse it
        except OSError as error:
            note = f"Le fichier ne s'ouvre pas ({reason(error)})."
            absent = Constat("fichier", "erreur", note, remede="Vérifiez son nom et son dossier.")
            out.append(Lecture(shown_name(name), "", None, None, [absent]))
            continue
        out += read_all(Path(name).name, octets, lambda n, o: read_export(n, o, today, plan, reglages, correspondances))
    _progress("")
    return out


def verifier(args: argparse.Namespace) -> int:
    apercus = preview(_read(args.fichiers, args.base), args.base, au=store.today())
    if args.json:
        print(json.dumps([apercu_value(a) for a in apercus], ensure_ascii=False, indent=1))
    else:
        print("\n\n".join(apercu_text(a) for a in apercus))
    return 1 if any(a.etat == "a_corriger" for a in apercus) else 0


def importer(args: argparse.Namespace) -> int:
    failed = 0
    for rank, lecture in enumerate(_read(args.fichiers, args.base), 1):
        _progress(f"Enregistrement {rank} sur {len(args.fichiers)} : {lecture.fichier}")
        try:
            recu = import_export(lecture, args.base, par=args.par or _whoami())
        except LotRefuse as refus:
            failed += 1
            _progress("")
            print(f"{lecture.fichier} : rien n'est enregistré.")
            known = [c for c in lecture.constats if c.verdict == "erreur"]
            for constat in known or refus.constats:
                print(f"  {plain_spaces(constat_text(constat))}")
            continue
        _progress("")
        print(recu_text(recu))
        for constat in recu.constats:
            print(f"  {plain_spaces(constat_text(constat))}")
    return 1 if failed else 0


def lots(args: argparse.Namespace) -> int:
    entrees = read_history(read_every_lot(args.base), args.base)
    if args.json:
        print(json.dumps(lots_value(entrees), ensure_ascii=False, indent=1))
    elif not store.base_path(args.base).exists():
        print("Aucun fichier reçu : la base n'existe pas encore.")
    else:
        print(lots_text(entrees))
    return 0


def annuler(args: argparse.Namespace) -> int:
    if not store.base_path(args.base).exists():
        print("Aucun fichier reçu : la base n'existe pas encore.")
        return 1
    try:
        lot = cancel_lot(args.lot, args.base, qui=args.par or _whoami())
    except LotRefuse as refus:
        print(refus)
        return 1
    print(f"Lot {lot.id} ({lot.fichier}) annulé : ce qu'il remplaçait compte de nouveau.")
    return 0


def retablir(args: argparse.Namespace) -> int:
    if not store.base_path(args.base).exists():
        print("Aucun fichier reçu : la base n'existe pas encore.")
        return 1
    try:
        lot = restore_lot(args.lot, args.base, qui=args.par or _whoami())
    except LotRefuse as refus:
        print(refus)
        return 1
    print(f"Lot {lot.id} ({lot.fichier}) rétabli : il compte de nouveau.")
    return 0


def demo(args: argparse.Namespace) -> int:
    if args.retirer:
        print(f"{remove_demo(args.base)} lots de démonstration retirés.")
        return 0
    from etl.demo.load import load_demo

    try:
        count = load_demo(args.base, today=args.au or store.today(), progress=_progress)
    except LotRefuse as refus:
        _progress("")
        print(refus)
        return 1
    _progress("")
    print(f"Démonstration chargée : {count} fichiers de données fictives.")
    return 0


def surveiller(args: argparse.Namespace) -> int:
    from etl.surveillance import watch

    return watch(args.dossier, args.base, args.par or _whoami(), une_fois=args.une_fois)


def main() -> int:
    from rqds_metrics.cli import day

    parser = french_parser("python -m etl", "Des exports de vos outils à la base du plan.")
    commands = parser.add_subparsers(dest="commande", required=True, metavar="commande")

    def command(name: str, help_text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_text)
        sub.add_argument("--base", help="le fichier DuckDB (RQDS_BASE, sinon data/rqds.duckdb)")
        return sub

    check = command("verifier", "ce qu'est chaque fichier et ce qu'il changerait ; n'enregistre rien")
    check.add_argument("fichiers", nargs="+")
    check.add_argument("--json", action="store_true", help="tout, en JSON")
    take = command("importer", "enregistrer des fichiers")
    take.add_argument("fichiers", nargs="+")
    take.add_argument("--par", help="qui envoie (le nom de session par défaut)")
    every = command("lots", "les fichiers reçus, et ce que chacun a changé")
    every.add_argument("--json", action="store_true", help="tout, en JSON")
    for name, words in (("annuler", "annuler un lot"), ("retablir", "rétablir un lot annulé")):
        change = command(name, words)
        change.add_argument("lot", type=int)
        change.add_argument("--par", help="qui le demande")
    watched = command("surveiller", "importer ce qui arrive dans un dossier, et le ranger avec son rapport")
    watched.add_argument("dossier")
    watched.add_argument("--une-fois", action="store_true", help="un seul passage (pour une tâche planifiée)")
    watched.add_argument("--par", help="qui envoie (le nom de session par défaut)")
    show = command("demo", "charger la démonstration (données fictives)")
    show.add_argument("--retirer", action="store_true", help="retirer la démonstration")
    show.add_argument("--au", type=day, help="le jour où elle s'arrête (aujourd'hui par défaut)")
    args = parser.parse_args()
    actions = {
        "verifier": verifier,
        "importer": importer,
        "lots": lots,
        "annuler": annuler,
        "retablir": retablir,
        "surveiller": surveiller,
        "demo": demo,
    }
    return actions[args.commande](args)


if __name__ == "__main__":
    run(main)
