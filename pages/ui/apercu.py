"""The public page inside the staff's: the very pages of the site, with links that lead from one to the other."""

from __future__ import annotations

from typing import Any

import streamlit as st

from rqds_metrics.diffusion.site.direct import Pages, asked_of
from rqds_metrics.diffusion.site.gabarit import style

_CADRE = """
.cadre { border:1px solid #C5CAD2; border-radius:8px; height:720px; overflow:auto; contain:paint; }
"""
_JS = """
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let frame = parentElement.querySelector('.cadre');
  if (!frame) {
    frame = document.createElement('section'); frame.className = 'cadre'; frame.tabIndex = 0;
    frame.setAttribute('aria-label', 'Aperçu de la page publique'); parentElement.appendChild(frame);
  }
  if (frame.shown !== data.html) {
    frame.innerHTML = data.html; frame.shown = data.html;
    if (frame.place !== data.place) frame.scrollTop = 0;
    frame.place = data.place;
  }
  frame.onclick = (event) => {
    const link = event.target.closest('a');
    if (!link) return;
    event.preventDefault();
    setTriggerValue('aller', Object.fromEntries(new URL(link.href, document.baseURI).searchParams));
  };
}
"""
_cadre = st.components.v2.component("apercu", css=style() + _CADRE, js=_JS)


@st.fragment
def show_public(pages: Pages) -> None:
    """The page that the last link asked for; the home page at first."""
    page = pages.page(st.session_state.get("apercu_de", {}))
    result: Any = _cadre(data={"html": page.html, "place": page.place}, key="apercu", on_aller_change=lambda: None)
    if result.aller is not None:
        st.session_state["apercu_de"] = asked_of(result.aller)
        st.rerun(scope="fragment")
