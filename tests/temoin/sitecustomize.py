"""Writes down every name that a process asks for and every address that it calls, in the file TEMOIN."""

import os
import sys
from pathlib import Path

_PLACE = os.environ.get("TEMOIN")


def _note(event: str, args: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto") and _PLACE:
        asked = args[1] if event in ("socket.connect", "socket.sendto") else args[:2]
        with Path(_PLACE).open("a", encoding="utf-8") as file:
            file.write(f"{event} {asked!r}\n")


sys.addaudithook(_note)
