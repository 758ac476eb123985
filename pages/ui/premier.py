"""The overview written in the very page that the browser asks for: it is read while Streamlit starts, and gives way to
it (see cadre.py) once the same screen can be acted upon.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl

from markupsafe import Markup

from pages.ui.cadre import style
from pages.ui.contexte import default, read
from pages.ui.donnees import donnees
from pages.ui.ensemble import TITRE, overview
from pages.ui.gabarits import render
from rqds_metrics.disk import DisquePlein
from rqds_metrics.store import BaseIllisible, BaseOccupee

ATTENTE = 0.25  # seconds that a page may wait for its overview: after that, Streamlit shows it first
_DOSSIER = Path(__file__).parent
# Where the screen cannot come (a base that another program holds), what says so must not stay covered.
SORTIE = b"""<script>(() => {
  const leave = () => { document.getElementById('avance')?.remove(); watch.disconnect(); };
  const trouble = '[data-testid=stAlertContentError], [data-testid=stException]';
  const watch = new MutationObserver(() => { if (document.querySelector(trouble)) leave(); });
  watch.observe(document.getElementById('root'), { childList: true, subtree: true });
  setTimeout(leave, 20000);
})()</script>"""


@cache
def _shell() -> tuple[str, Markup]:
    logo = (_DOSSIER / "logo.svg").read_text(encoding="utf-8")
    return style() + (_DOSSIER / "premier.css").read_text(encoding="utf-8"), Markup(logo)  # noqa: S704 (our own file)


def first_html(params: Mapping[str, str]) -> bytes:
    """The overview that an address asks for, as HTML that needs no script; nothing where there is nothing to show."""
    with suppress(BaseOccupee, BaseIllisible, DisquePlein):
        contexte = read(params, default())
        known = donnees(contexte.au)
        if not known.lots:
            return b""
        html, sous = overview(contexte)
        css, logo = _shell()
        body = render(
            "premier.html", contexte=contexte, titre=TITRE, sous=sous, html=html, demo=known.demo, logo=logo
        )  # fmt: skip
        return f'<div id="avance"><template shadowrootmode="open"><style>{css}</style>{body}</template></div>'.encode()
    return b""


async def with_first(page: bytes, query: bytes) -> bytes:
    """Streamlit's page with the overview in it, if it is ready soon enough."""
    params = dict(parse_qsl(query.decode("latin-1")))
    try:
        first = await asyncio.wait_for(asyncio.shield(asyncio.to_thread(first_html, params)), ATTENTE)
    except TimeoutError:
        return page
    root = b'<div id="root">'
    if not first or root not in page:
        return page
    head, tail = page.split(root, 1)
    return head + first + root + tail.replace(b"</body>", SORTIE + b"</body>", 1)
