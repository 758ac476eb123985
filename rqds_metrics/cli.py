"""What both command lines share: a parser that speaks French, and errors told without a traceback."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NoReturn

from rqds_metrics import activite
from rqds_metrics.copies import CopieImpossible
from rqds_metrics.courriel import CourrielImpossible
from rqds_metrics.disk import DisquePlein
from rqds_metrics.exercice import Exercice
from rqds_metrics.horloge import HorlogeFausse
from rqds_metrics.store import BaseIllisible, BaseOccupee, base_path
from rqds_metrics.yaml_strict import DefinitionError

# argparse asks gettext for these; Python ships no French catalogue.
_FRENCH = {
    "usage: ": "usage : ",
    "positional arguments": "arguments",
    "options": "options",
    "subcommands": "commandes",
    "show this help message and exit": "montrer cette aide",
    "the following arguments are required: %s": "il manque : %s",
    "unrecognized arguments: %s": "arguments inconnus : %s",
    "expected one argument": "une valeur est attendue",
    "expected at least one argument": "au moins une valeur est attendue",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s : %(message)s",
    "invalid %(type)s value: %(value)r": "valeur inutilisable : %(value)r",
    "invalid choice: %(value)r (choose from %(choices)s)": "choix inconnu : %(value)r (parmi %(choices)s)",
    "%(prog)s: error: %(message)s\n": "%(prog)s : %(message)s\n",
}


def french_parser(prog: str, description: str) -> argparse.ArgumentParser:
    """An ArgumentParser whose own words are French."""
    argparse._ = lambda text: _FRENCH.get(text, text)  # type: ignore[attr-defined]
    return argparse.ArgumentParser(prog=prog, description=description, allow_abbrev=False)


def day(text: str) -> date:
    """A day typed as 2026-11-24."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas une date ; écrivez par exemple 2026-11-24") from None


def year(text: str) -> Exercice:
    """A fiscal year typed as 2026-2027."""
    try:
        return Exercice.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run(main: Callable[[], int]) -> NoReturn:
    """Run a command; what a person can act on is told in a line, and ends with code 1; anything else with code 3."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")  # a Windows console may be cp1252
    took = activite.Chronometre()
    activite.configure(_base_asked(sys.argv[1:]))
    try:
        code = main()
    except (
        DefinitionError,
        BaseOccupee,
        BaseIllisible,
        DisquePlein,
        CourrielImpossible,
        CopieImpossible,
        HorlogeFausse,
    ) as error:
        print(error, file=sys.stderr)
        code = 1
    except BrokenPipeError:
        sys.exit(0)
    except KeyboardInterrupt:
        print("\nArrêté. Ce qui était en cours n'est pas enregistré ; ce qui l'était déjà est intact.", file=sys.stderr)
        code = 130
    except Exception as error:
        if os.environ.get("RQDS_TRACE"):
            raise
        activite.fault(error)
        print(unexpected(error, " (avec RQDS_TRACE=1, la commande en montre le détail)"), file=sys.stderr)
        code = 3
    activite.say("commande", nom=_named(sys.argv), code=code, duree_ms=took.ms)
    sys.exit(code)


def unexpected(error: BaseException, detail: str = "") -> str:
    """What to say of an error that nothing foresaw: its type and its place, never its words, which may quote a file.

    `detail`: how to see more of it.
    """
    return (
        f"Une erreur inattendue est survenue ({type(error).__name__}, {activite.place_of(error)}). Ce qui était en cours "
        "n'est pas enregistré ; ce qui l'était déjà est intact. Réessayez ; si elle revient, transmettez cette ligne à la "
        f"personne qui s'occupe de l'application{detail}."
    )


def _named(argv: list[str]) -> str:
    """`etl.importer`: the program and its command, never what else was typed."""
    program = Path(argv[0]).parent.name.lower()
    command = argv[1] if len(argv) > 1 and program in ("etl", "rqds_metrics") else ""
    return f"{program}.{command}" if re.fullmatch("[a-z]+", command) else program


def _base_asked(argv: list[str]) -> Path:
    """The base that a command line names, before it is parsed."""
    for rank, word in enumerate(argv):
        if word.startswith("--base="):
            return base_path(word.removeprefix("--base="))
        if word == "--base" and rank + 1 < len(argv):
            return base_path(argv[rank + 1])
    return base_path()
