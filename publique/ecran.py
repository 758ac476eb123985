"""What a visitor of the public process sees: the pages of the static site, in one component."""

from __future__ import annotations

import logging
from typing import Any

import streamlit as st

from publique.instantane import Enligne, online
from rqds_metrics.diffusion.site.direct import Page, asked_of
from rqds_metrics.diffusion.site.gabarit import style

_LOG = logging.getLogger(__name__)
_PATIENCE = 5  # seconds between two looks at the pointer
_ATTENTE = Page(
    "Plan stratégique du RQDS",
    '<div class="public"><main><h1>Rien n’est publié pour l’instant</h1><p>Revenez un peu plus tard.</p></main></div>',
)
_JS = """
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let root = parentElement.querySelector('.racine');
  if (!root) { root = document.createElement('div'); root.className = 'racine'; parentElement.appendChild(root); }
  if (root.shown !== data.html) {
    const first = root.shown === undefined;
    root.innerHTML = data.html; root.shown = data.html;
    if (!first && root.place !== data.place) {
      root.scrollIntoView(); root.querySelector('.page')?.focus({ preventScroll: true });
    }
    root.place = data.place;
  }
  root.onclick = (event) => {
    const link = event.target.closest('a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    setTriggerValue('aller', Object.fromEntries(new URL(link.href, document.baseURI).searchParams));
  };
}
"""
_cadre = st.components.v2.component("public", css=style(), js=_JS)


def show_page() -> None:
    """The page that the address names; errors go to the server's log and say nothing here."""
    try:
        found = online()
        page = found.page(dict(st.query_params.to_dict())) if found else _ATTENTE
    except Exception:  # a visitor is never told what failed
        _LOG.exception("public page")
        found, page = None, _ATTENTE
    st.set_page_config(page_title=page.titre, layout="wide", initial_sidebar_state="collapsed")
    result: Any = _cadre(data={"html": page.html, "place": page.place}, key="public", on_aller_change=lambda: None)
    if result.aller is not None:
        _go(result.aller)
    _watch(found)


def _go(asked: Any) -> None:
    """Follow a link."""
    st.query_params.from_dict(asked_of(asked))
    st.rerun()


@st.fragment(run_every=_PATIENCE)
def _watch(shown: Enligne | None) -> None:
    """Turn to the new snapshot once the pointer says so."""
    now = online()
    if (now.cle if now else None) != (shown.cle if shown else None):
        st.rerun()
