"""How much one address may ask: connections, requests, messages. What is remembered is bounded too.

The address is the one that the server gives. Behind a relay of this machine it is the last that `X-Forwarded-For` names,
because the server believes that header from 127.0.0.1 alone; from anywhere else it is left unread.
"""

from __future__ import annotations

import ipaddress
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from pages.ui.serveur import is_loopback

VISITEURS_MAX = 400  # sockets open at once: the memory of the machine is bounded
PAR_ADRESSE = 40  # of them, from one address: an office behind one router
ADRESSES_MAX = 4096  # remembered; the one that asked least lately is forgotten first


@dataclass(frozen=True)
class Rythme:
    """`reserve` at once, then `par_seconde`."""

    reserve: float
    par_seconde: float


DEMANDES = Rythme(600, 60)  # of an address: a first page asks for some forty files
MESSAGES = Rythme(40, 4)  # of a socket: a page looks at the pointer every five seconds, and follows links


class Seau:
    """What is left of a rhythm."""

    def __init__(self, rythme: Rythme, horloge: Callable[[], float] = monotonic) -> None:
        self.rythme, self.horloge = rythme, horloge
        self.reste, self.vu = rythme.reserve, horloge()

    def take(self) -> bool:
        """Take one; False when there is none left."""
        now = self.horloge()
        self.reste = min(self.rythme.reserve, self.reste + (now - self.vu) * self.rythme.par_seconde)
        self.vu = now
        if self.reste < 1:
            return False
        self.reste -= 1
        return True


def address_key(host: str | None) -> str | None:
    """The address that limits are counted for: a whole /64 of IPv6; None for this machine, which may be a relay for all."""
    if host is None or is_loopback(host):
        return None
    try:
        found = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return host[:64]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(found)


class Debit:
    """The sockets that are open, and what each address asked lately."""

    def __init__(self, horloge: Callable[[], float] = monotonic) -> None:
        self.horloge = horloge
        self.ouvertes: Counter[str | None] = Counter()
        self.seaux: OrderedDict[str, Seau] = OrderedDict()

    def may_ask(self, key: str | None) -> bool:
        """One more request from an address."""
        if key is None:
            return True
        bucket = self.seaux.pop(key, None) or Seau(DEMANDES, self.horloge)
        self.seaux[key] = bucket  # the newest last
        while len(self.seaux) > ADRESSES_MAX:
            self.seaux.popitem(last=False)
        return bucket.take()

    def enter(self, key: str | None) -> bool:
        """One more socket from an address; False when it has too many, or all have."""
        if self.ouvertes.total() >= VISITEURS_MAX or (key is not None and self.ouvertes[key] >= PAR_ADRESSE):
            return False
        self.ouvertes[key] += 1
        return True

    def leave(self, key: str | None) -> None:
        self.ouvertes[key] -= 1
        if not self.ouvertes[key]:
            del self.ouvertes[key]
