"""What the browser is told to fetch at once: Streamlit asks for each kind of element only when the first one arrives,
one after the other, and a screen would wait for each in turn.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import streamlit

# The kinds of elements that a screen is made of, by the beginning of their file's name: of each, then of some by address.
ELEMENTS = ("BidiComponent", "Selectbox", "TextInput", "Popover", "Button", "recordbatch")
AUSSI = {"fiche": ("PlotlyChart", "DownloadButton", "withFullScreenWrapper", "DateInput")}
_JS = Path(streamlit.__file__).parent / "static" / "static" / "js"
_BESOIN = re.compile(r'(?:\bfrom|\bimport)"\./([^"/]+\.js)"')


def _needs(name: str, known: set[str]) -> None:
    """Add to `known` a file and all that it imports."""
    if name in known or not (_JS / name).is_file():
        return
    known.add(name)
    for other in _BESOIN.findall((_JS / name).read_text(encoding="utf-8")):
        _needs(other, known)


def files(elements: tuple[str, ...] = ELEMENTS) -> list[str]:
    """The JavaScript files that these elements need, all told."""
    known: set[str] = set()
    for element in elements:
        for found in _JS.glob(f"{element}.*.js"):
            _needs(found.name, known)
    return sorted(known)


def hints(page: bytes, address: str = "") -> bytes:
    """The links to add to Streamlit's page, less those that it has. `address`: which screen is asked for."""
    return _links(page, AUSSI.get(address, ()))


@cache
def _links(page: bytes, more: tuple[str, ...]) -> bytes:
    names = [name for name in files((*ELEMENTS, *more)) if name.encode() not in page]
    return "".join(f'<link rel="modulepreload" crossorigin href="./static/js/{name}">' for name in names).encode()
