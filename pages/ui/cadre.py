"""One component shows every screen made of HTML and SVG; its links move through the app without reloading it.

The HTML comes from Jinja templates that escape every value (gabarits.py); nothing else may be passed here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st
from markupsafe import Markup

_DOSSIER = Path(__file__).parent

_JS = """
// The wall, filtered where it stands: what was chosen survives another year, and nothing is asked of the server.
function filter(root) {
  const chosen = root.chosen = {};
  for (const s of root.querySelectorAll('select[data-filtre]')) chosen[s.dataset.filtre] = s.value;
  const wall = root.querySelector('.mur');
  if (!wall) return;
  const active = chosen.o || chosen.r || chosen.s;
  let kept = 0;
  for (const square of wall.querySelectorAll('a.case')) {
    const people = square.closest('.action').dataset.r || '';
    const shown = (!chosen.o || square.closest('[data-o]').dataset.o === chosen.o)
      && (!chosen.r || people.includes(' ' + chosen.r + ' '))
      && (!chosen.s || square.classList.contains('s-' + chosen.s));
    square.hidden = !shown; kept += shown;
  }
  wall.classList.toggle('liste-nommee', Boolean(active));
  for (const part of wall.querySelectorAll('.action, .rang, section'))
    part.hidden = !part.querySelector('a.case:not([hidden])');
  root.querySelector('[data-compte]').textContent = !active ? ''
    : kept > 1 ? kept + ' indicateurs' : kept ? '1 indicateur' : 'Aucun indicateur ne répond à ces choix.';
}
// A chart as a file: the very figure of the page, vector, with the size it was drawn at.
function download(figure, name) {
  const copy = figure.cloneNode(true);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('font-family', 'Source Sans 3, DejaVu Sans, sans-serif');
  const address = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' }));
  const link = document.createElement('a');
  link.href = address; link.download = name + '.svg'; link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
// The screen was in the page from the start (premier.py): this one, which can be acted upon, takes its place.
function giveWay(root) {
  const first = document.getElementById('avance');
  if (!first || !root.querySelector(first.dataset.repere)) return;
  const drawn = () => document.querySelectorAll('.js-plotly-plot .main-svg:first-child').length;
  if (drawn() < Number(first.dataset.graphiques)) { requestAnimationFrame(() => giveWay(root)); return; }
  const at = first.scrollTop;
  const chosen = {};
  for (const s of first.shadowRoot?.querySelectorAll('select[data-filtre]') || []) chosen[s.dataset.filtre] = s.value;
  if (Object.values(chosen).some(Boolean)) root.chosen = chosen;  // only where no chart is waited for: restored next
  first.remove();
  if (at) document.querySelector('[data-testid=stMain]').scrollTop = at;
}
function restore(root) {
  for (const s of root.querySelectorAll('select[data-filtre]')) {
    const wanted = (root.chosen || {})[s.dataset.filtre];
    if (wanted && [...s.options].some((o) => o.value === wanted)) s.value = wanted;
  }
  if (root.chosen) filter(root);
}
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let root = parentElement.querySelector('.racine');
  if (!root) { root = document.createElement('div'); root.className = 'racine'; parentElement.appendChild(root); }
  if (root.shown !== data.html) {
    // what was opened stays open, and the keyboard stays where it was
    const open = [...root.querySelectorAll('details[open][id]')].map((d) => d.id);
    const here = root.getRootNode().activeElement?.closest('details[id]')?.id;
    root.innerHTML = data.html; root.shown = data.html;
    giveWay(root);
    for (const details of root.querySelectorAll('details[id]')) {
      details.open = open.includes(details.id);
      if (details.id === here) details.querySelector('summary').focus({ preventScroll: true });
    }
    restore(root);
  }
  root.onchange = () => filter(root);
  root.onclick = (event) => {
    const image = event.target.closest('button[data-image]');
    if (image) { download(image.parentElement.querySelector('svg'), image.dataset.image); return; }
    const button = event.target.closest('button[data-action]');
    if (button) { setTriggerValue('agir', { action: button.dataset.action, id: button.dataset.id }); return; }
    const link = event.target.closest('a[data-page]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const query = Object.fromEntries(new URL(link.href, document.baseURI).searchParams);
    setTriggerValue('aller', { page: link.dataset.page, query });
  };
}
"""

PAGES = {
    "ensemble": "pages/vue_ensemble.py",
    "fiche": "pages/fiche.py",
    "orientation": "pages/par_orientation.py",
    "televerser": "pages/televerser.py",
    "depuis": "pages/depuis.py",
    "methode": "pages/methode.py",
    "rapport": "pages/rapport.py",
    "presenter": "pages/presenter.py",
}


def style() -> str:
    """The style of every screen."""
    return (_DOSSIER / "style.css").read_text(encoding="utf-8")


_cadre = st.components.v2.component("cadre", css=style(), js=_JS)


def show(html: Markup, key: str) -> dict[str, str] | None:
    """Show a screen, and follow the link that was clicked in it; returns the button that was, if any."""
    result: Any = _cadre(data={"html": str(html)}, key=key, on_aller_change=lambda: None, on_agir_change=lambda: None)
    if result.aller and result.aller.get("page") in PAGES:
        allowed = ("exercice", "au", "indicateur", "orientation")
        query = {k: str(v) for k, v in result.aller.get("query", {}).items() if k in allowed}
        st.switch_page(PAGES[result.aller["page"]], query_params=query)
    return dict(result.agir) if result.agir else None
