"""The log: one line an event, for whoever looks after the machine. It says what was done, never what was in it.

A line holds a time, an action, numbers of lots, counts and a duration; « qui » is a role or the short, stable name of
an account (the journal of the app, which one signs in to see, knows who that is). Fields are declared (NOMBRES, CHAMPS_TEXTE): a
text is a word of this project's own vocabulary, so that no content, address or name of a person can be written here.

Where to: RQDS_JOURNAL says a folder, « stderr » or « non ». By default the standard error under systemd, which keeps
it (journald); elsewhere a file a month in the folder `journal` beside the base, the oldest thrown away.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rqds_metrics.plan import RACINE

_LOG = logging.getLogger("rqds.activite")
_MOT = re.compile(r"[a-z0-9][a-z0-9_.,:/-]{0,119}")
MOIS_GARDES = 24  # files of a month
TAILLE_MAX = 5_000_000  # bytes of one month, after which nothing is added to it
# The only things that a line may hold: numbers, and words written in the code.
NOMBRES = frozenset({
    "lot", "lots", "lignes", "ecartees", "personnelles", "remplace", "duree_ms", "code", "fichiers", "corriger",
    "numero", "indicateurs", "alertes", "copies", "octets", "schema", "avant", "port",
})  # fmt: skip
CHAMPS_TEXTE = frozenset({"source", "genre", "motif", "type", "lieu", "nom", "programme", "resultat"})
# What is written in place of a name: people of the app's own, not persons.
ROLES = {
    "": "inconnu", "poste local": "poste", "Courriel des avis": "avis", "surveillance": "surveillance",
    "lecture": "lecture", "édition": "edition", "edition": "edition", "direction": "direction",
}  # fmt: skip


def compte(qui: str) -> str:
    """A role in a word, or the short name of an account: the same for the same account, and nothing of its letters."""
    if qui in ROLES:
        return ROLES[qui]
    mark = hashlib.blake2s(qui.strip().lower().encode(), digest_size=4, person=b"rqds-qui")
    return f"c-{mark.hexdigest()}"


def line(action: str, qui: str | None = None, **champs: object) -> str:
    """An event as it is written, without its time. A text that is not a word of ours is « autre ».

    Raises:
        ValueError: a field that is not declared: a fault of the code.
    """
    parts = [_word(action)] + ([f"qui={compte(qui)}"] if qui is not None else [])
    for name, value in champs.items():
        if value is None:
            continue
        if name in NOMBRES and isinstance(value, int):
            parts.append(f"{name}={int(value)}")
        elif name in CHAMPS_TEXTE:
            parts.append(f"{name}={_word(str(value))}")
        else:
            raise ValueError(f"not a field of the log: {name}")
    return " ".join(parts)


def _word(text: str) -> str:
    return text if _MOT.fullmatch(text) else "autre"


_waiting = threading.local()


def say(action: str, qui: str | None = None, **champs: object) -> None:
    """Write an event; inside `held`, once its block has succeeded. Never fails because of the disk."""
    text = line(action, qui, **champs)
    pending: list[str] | None = getattr(_waiting, "lines", None)
    if pending is None:
        _LOG.info(text)
    else:
        pending.append(text)


@contextmanager
def held(keep: bool = True) -> Iterator[None]:
    """What is said inside is written when the block ends well, and forgotten otherwise: what was undone was not done."""
    outer: list[str] | None = getattr(_waiting, "lines", None)
    mine: list[str] = []
    _waiting.lines = mine
    try:
        yield
    finally:
        _waiting.lines = outer
    for text in mine if keep else ():
        if outer is None:
            _LOG.info(text)
        else:
            outer.append(text)


class Chronometre:
    """How long something took, in milliseconds."""

    def __init__(self) -> None:
        self.start = time.perf_counter()

    @property
    def ms(self) -> int:
        return round((time.perf_counter() - self.start) * 1000)


def place_of(error: BaseException) -> str:
    """Where in our own code an error was raised, as `etl/loading.py:120`; words of the error are left out."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if Path(f.filename).is_relative_to(RACINE) and ".venv" not in Path(f.filename).parts]
    if not ours:
        return "ailleurs"
    where = f"{Path(ours[-1].filename).relative_to(RACINE).as_posix()}:{ours[-1].lineno}".lower()
    return where if _MOT.fullmatch(where) else "ailleurs"


def fault(error: BaseException) -> None:
    """Write that something unexpected happened: its type and its place, never its message, which may quote a file."""
    say("erreur", type=type(error).__name__.lower(), lieu=place_of(error))


class SansValeurs(logging.Formatter):
    """A traceback without the messages of its errors nor the values they quote: files, lines and types only."""

    def formatException(self, ei: object) -> str:
        error = ei[1] if isinstance(ei, tuple) else None
        if not isinstance(error, BaseException):
            return ""
        lines = [f"  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
        return "\n".join([*lines, type(error).__name__])


class UnFichierParMois(logging.Handler):
    """Appends to `<folder>/2026-11.log`, opened for each line: several programs write there, Windows included."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):  # a full or read-only disk must not stop what is being done
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{time.strftime('%Y-%m', time.gmtime(record.created))}.log"
            new = not path.exists()
            if not new and path.stat().st_size > TAILLE_MAX:
                return
            where = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(where, (self.format(record) + "\n").encode())
            finally:
                os.close(where)
            if new:
                for old in sorted(self.folder.glob("[0-9]*-[0-9]*.log"))[:-MOIS_GARDES]:
                    old.unlink(missing_ok=True)


def place(base: Path) -> Path | None:
    """The folder of the log; None for the standard error, or for none at all."""
    asked = os.environ.get("RQDS_JOURNAL", "")
    if asked in ("stderr", "non") or (not asked and os.environ.get("JOURNAL_STREAM")):
        return None
    return Path(asked).resolve() if asked else base.parent / "journal"


def configure(base: Path) -> None:
    """Set the log of this program, once; `base`: the file of the database, beside which the folder is."""
    for handler in list(_LOG.handlers):
        _LOG.removeHandler(handler)
    _LOG.propagate = False
    _LOG.setLevel(logging.INFO)
    if os.environ.get("RQDS_JOURNAL") == "non":
        _LOG.addHandler(logging.NullHandler())
        return
    folder = place(base)
    handler = UnFichierParMois(folder) if folder else logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    _LOG.addHandler(handler)


def quiet_tracebacks(*libraries: str) -> None:
    """Take the values out of the tracebacks that these libraries write on the standard error."""
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] in libraries:
            for handler in logging.getLogger(name).handlers:
                handler.setFormatter(SansValeurs("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%S"))
