"""What both command lines share: a parser that speaks French, and errors told without a traceback."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date
from typing import NoReturn

from rqds_metrics.copies import CopieImpossible
from rqds_metrics.courriel import CourrielImpossible
from rqds_metrics.disk import DisquePlein
from rqds_metrics.exercice import Exercice
from rqds_metrics.store import BaseIllisible, BaseOccupee
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
    """Run a command; what a person can act on is told in a line, and ends with code 1."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")  # a Windows console may be cp1252
    try:
        sys.exit(main())
    except (DefinitionError, BaseOccupee, BaseIllisible, DisquePlein, CourrielImpossible, CopieImpossible) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
