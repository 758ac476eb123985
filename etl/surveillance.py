"""python -m etl surveiller: pass after pass over a watched folder, each file imported in its turn."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from etl.receiving import ImportEmpeche, Recue, receive
from etl.recognition import shown_name
from etl.report import plain_spaces
from etl.watching import (
    A_CORRIGER,
    TRAITES,
    Attente,
    DossierRefuse,
    Marque,
    check_watched,
    look,
    move,
    read_whole,
    subfolder,
)
from rqds_metrics import activite, store
from rqds_metrics.copies import CopieImpossible
from rqds_metrics.disk import DisquePlein
from rqds_metrics.exploitation.reglages import Surveillance, load_exploitation
from rqds_metrics.raisons import reason
from rqds_metrics.regles.formats import jour

# What keeps every file waiting, and may be over at the next pass.
_EMPECHE = (ImportEmpeche, DossierRefuse, DisquePlein, store.BaseOccupee, store.BaseIllisible, CopieImpossible)


@dataclass
class Surveillant:
    """A folder, the base its files go to, and what was seen so far."""

    dossier: Path
    base: str | None
    par: str
    reglages: Surveillance
    stop: threading.Event = field(default_factory=threading.Event)
    attente: Attente = field(default_factory=lambda: Attente({}))
    _dits: set[str] = field(default_factory=set)  # at the pass before
    _encore: set[str] = field(default_factory=set)  # at this one

    def once(self) -> int:
        """Take what is there, once it has stayed still; 1 where a file is to be corrected or nothing can be stored."""
        try:
            found, _ = look(self.dossier)
            if found:
                self.attente.settled(found, time.monotonic(), self.reglages.stable_secondes)
                self.stop.wait(self.reglages.stable_secondes)
            return self.one_pass()
        except _EMPECHE as error:
            activite.say("empechement", self.par, type=type(error).__name__.lower())
            self._say(f"Rien n'est importé : {error}")
            return 1
        except OSError as error:
            self._say(f"Le dossier {self.dossier} ne se lit pas ({reason(error)}).")
            return 1

    def forever(self) -> int:
        """Pass after pass until told to stop; what stands in the way is told once, and waited for."""
        self._say(f"Surveillance de {self.dossier} (Ctrl+C pour arrêter).")
        while not self.stop.is_set():
            self._dits, self._encore = self._encore, set()
            try:
                check_watched(self.dossier, store.base_path(self.base))
                self.one_pass()
            except _EMPECHE as error:
                self._say_once(f"Rien n'est importé : {error}")
            except OSError as error:
                self._say_once(f"Le dossier {self.dossier} ne se lit pas ({reason(error)}).")
            # a file that has just landed is looked at again as soon as it may be settled
            young = bool(self.attente.vus) and self.reglages.stable_secondes < self.reglages.intervalle_secondes
            self.stop.wait(max(self.reglages.stable_secondes, 1.0) if young else self.reglages.intervalle_secondes)
        self._say("Surveillance arrêtée.")
        return 0

    def one_pass(self) -> int:
        """Import and move every file that stayed still. Raises what keeps all of them waiting."""
        found, empty = look(self.dossier)
        for name in empty:
            self._say_once(f"{shown_name(name)} : vide (0 octet), sans doute pas encore synchronisé ; il attend.")
        wrong = 0
        ready = self.attente.settled(found, time.monotonic(), self.reglages.stable_secondes)
        for name in found.keys() - set(ready):
            self._say_once(f"{shown_name(name)} : il change encore ; il attend.")
        for name in ready:
            if self.stop.is_set():
                break
            wrong += not self._take(name, found[name])
        if ready:
            activite.say("surveillance", self.par, fichiers=len(ready), corriger=wrong)
        return 1 if wrong else 0

    def _take(self, name: str, mark: Marque) -> bool:
        """One file, from the folder to where it belongs. Is all well with it?"""
        path, shown = self.dossier / name, shown_name(name)
        try:
            octets = read_whole(path, mark)
        except FileNotFoundError:
            return True  # another program took it
        except OSError as error:
            self._say_once(f"{shown} : il ne s'ouvre pas encore ({reason(error)}) ; il attend.")
            return True
        if octets is None:
            return True  # it changed: the next pass
        # where it will go is made sure of before anything is stored
        places = {good: subfolder(self.dossier, TRAITES if good else A_CORRIGER) for good in (True, False)}
        recue = self._patiently(lambda: receive(name, octets, self.base, par=self.par))
        there = store.local(store.now())
        head = f"Rapport du {jour(there.date())}, {there.hour} h {there.minute:02d}"
        try:
            put = move(path, mark, places[recue.bon], plain_spaces(f"{head}\n\n{recue.texte}\n"))
        except FileNotFoundError:
            return True
        except OSError as error:
            self._say_once(f"{shown} : lu, mais il n'a pas pu être déplacé ({reason(error)}) ; il reste là.")
            return False
        if put is not None:
            self._say(
                f"{recue.texte}\n  rangé dans « {TRAITES if recue.bon else A_CORRIGER} » : {shown_name(put.name)}"
            )
        return recue.bon

    def _patiently(self, act: Callable[[], Recue]) -> Recue:
        """Do something that needs the base, waiting for its turn for as long as the settings say."""
        until = time.monotonic() + 60 * self.reglages.attente_minutes
        while True:
            try:
                return act()
            except store.BaseOccupee:
                if time.monotonic() > until or self.stop.wait(1):
                    raise

    def _say(self, text: str) -> None:
        print(plain_spaces(text), flush=True)

    def _say_once(self, text: str) -> None:
        """What still holds since the pass before is not told again."""
        if text not in self._dits | self._encore:
            self._say(text)
        self._encore.add(text)


def watch(dossier: str, base: str | None, par: str, *, une_fois: bool) -> int:
    """Watch a folder: once, or until told to stop (Ctrl+C, or a service manager's signal).

    Raises:
        DefinitionError: data/exploitation.yaml is faulty.
    """
    place = Path(dossier).resolve()
    watcher = Surveillant(place, base, par, load_exploitation().surveillance)
    try:
        check_watched(place, store.base_path(base))
    except DossierRefuse as refus:
        print(refus, file=sys.stderr)
        return 1

    def end(number: int, frame: FrameType | None) -> None:
        watcher.stop.set()  # the file under way is finished first

    before = {s: signal.signal(s, end) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        return watcher.once() if une_fois else watcher.forever()
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
