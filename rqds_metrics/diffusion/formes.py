"""The shape of each status, drawn: the same everywhere, whatever fonts there are."""

from __future__ import annotations

from rqds_metrics.statuts import APPARENCES

# On a square of 10 centred on 0: lines are stroked, the rest is filled.
_PLEINES = {
    "▲": "M0,-4.4 L4.6,3.8 H-4.6 Z",
    "◆": "M0,-4.8 L4.8,0 L0,4.8 L-4.8,0 Z",
    "■": "M-3.8,-3.8 H3.8 V3.8 H-3.8 Z",
}
_TRAITS = {
    "✓": "M-3.8,0.4 L-1.2,3.2 L3.9,-3.4",
    "△": "M0,-4 L4.2,3.4 H-4.2 Z",
    "✕": "M-3.2,-3.2 L3.2,3.2 M3.2,-3.2 L-3.2,3.2",
    "–": "M-2.8,0 H2.8",
    "○": "M-3.3,0 a3.3,3.3 0 1,0 6.6,0 a3.3,3.3 0 1,0 -6.6,0",
    "?": "M-2.1,-1.9 a2.1,2.1 0 1,1 2.9,1.9 q-0.8,0.5 -0.8,1.5 M0,3.7 v0.5",
    "·": "M-0.4,0 h0.8",
}


def forme(statut: str, x: float, y: float, cote: float, couleur: str) -> str:
    """The shape of `statut` as an SVG path, centred on (x, y), in a square of `cote`."""
    sign = APPARENCES[statut].forme
    place = f'transform="translate({x:g} {y:g}) scale({cote / 10:g})"'
    if sign in _PLEINES:
        return f'<path d="{_PLEINES[sign]}" fill="{couleur}" {place}/>'
    width = 2.2 if sign == "·" else 1.7
    return (
        f'<path d="{_TRAITS[sign]}" fill="none" stroke="{couleur}" stroke-width="{width}" stroke-linecap="round"'
        f' stroke-linejoin="round" {place}/>'
    )
