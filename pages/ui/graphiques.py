"""Plotly figures as plain dicts: building go.Figure at each rerun costs more than drawing it."""

from __future__ import annotations

from datetime import date
from typing import Any

from rqds_metrics.courbes import Courbes
from rqds_metrics.regles.formats import FINE, MOIS_COURTS, nombre, pourcent
from rqds_metrics.regles.phrase import METHODES_COURTES, rounded
from rqds_metrics.resultats import Resultat
from rqds_metrics.statuts import A_CONFIRMER, APPARENCES

ENCRE, GRIS, TRAIT, CLAIR = "#16212B", "#5B6472", "#E6E9ED", "#8A94A3"
CONFIG: dict[str, Any] = {"displayModeBar": False, "responsive": True, "scrollZoom": False}
Figure = dict[str, Any]
MODEBAR = {"bgcolor": "rgba(0,0,0,0)", "color": CLAIR, "activecolor": ENCRE}


def config_of(nom: str) -> dict[str, Any]:
    """A chart that can be taken away as an image of that name: the one button that Plotly shows."""
    image = {"format": "png", "filename": nom, "scale": 2}
    shown = {"displayModeBar": True, "displaylogo": False, "modeBarButtons": [["toImage"]]}
    return {**CONFIG, **shown, "toImageButtonOptions": image}


def _text(r: Resultat, valeur: float | None) -> str:
    return pourcent(valeur) if r.indicateur.type == "taux" else nombre(valeur)


def _layout(r: Resultat, hauteur: int, haut: float) -> dict[str, Any]:
    taux = r.indicateur.type == "taux"
    return {
        "height": hauteur,
        "margin": {"l": 8, "r": 14, "t": 18, "b": 8},
        "font": {
            "family": "'Source Sans', 'Source Sans 3', system-ui, 'DejaVu Sans', sans-serif",
            "size": 13,
            "color": ENCRE,
        },
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "separators": "," + FINE,
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": "#fff", "bordercolor": TRAIT},
        "dragmode": False,
        "modebar": MODEBAR,
        "xaxis": {"showgrid": False, "fixedrange": True, "automargin": True, "tickfont": {"color": GRIS}},
        "yaxis": {
            "gridcolor": TRAIT,
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
            "rangemode": "tozero",
            "range": [0, haut * 1.16],
            "tickfont": {"color": GRIS},
            **(percent_ticks(haut * 1.16) if taux else {"tickformat": ",d", "nticks": 6}),
        },
    }


def _line(nom: str, x: list[str], y: list[float | None], r: Resultat, **style: Any) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": style.pop("mode", "lines"),
        "name": nom,
        "x": x,
        "y": y,
        "customdata": [_text(r, v) for v in y],
        "hovertemplate": "%{customdata}<extra>" + nom + "</extra>",
        **style,
    }


def _breaks(places: list[float]) -> list[dict[str, Any]]:
    """A dashed upright line where the series changes source: the two sides do not compare."""
    line = {"color": GRIS, "width": 1.2, "dash": "dash"}
    return [{"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1, "line": line} for x in places]


def year_chart(r: Resultat, c: Courbes, ruptures: list[date]) -> Figure:
    """This year (thick), what is due (dotted), last year (grey), and the pace kept to 30 June (dashed) in its range."""
    x = [MOIS_COURTS[m.month - 1] for m in c.mois]
    look = APPARENCES[r.statut]
    last = r.exercice.precedent
    traces = [
        _line(str(last), x, c.an_dernier, r, line={"color": CLAIR, "width": 1.6}),
        _line(_due_name(r, c), x, c.attendu, r, line={"color": ENCRE, "width": 1.6, "dash": "dot"}),
        _line(_pace_name(r), x, c.projection, r, line={"color": look.couleur, "width": 1.6, "dash": "dash"}),
        _line(
            str(r.exercice), x, c.valeur, r, mode="lines+markers",
            line={"color": look.couleur, "width": 3}, marker={"size": 7, "color": look.couleur},
        ),
    ]  # fmt: skip
    if r.intervalle and r.valeur is not None:
        traces[-1] |= _interval_of_last(r, c)
    traces = [t for t in traces if any(v is not None for v in t["y"])]
    band = _band(x, c, look.couleur)
    known = [v for t in [*traces, *band] for v in t["y"] if v is not None]
    top = max([*known, *([r.intervalle.haut] if r.intervalle else [])], default=1.0)
    layout = _layout(r, 320, top)
    layout["annotations"] = _labels(traces, x, top)
    layout["xaxis"] |= {"categoryorder": "array", "categoryarray": x, "range": [-0.3, 11.6]}
    inside = [d for d in ruptures if r.exercice.debut <= d <= r.exercice.fin]
    layout["shapes"] = _breaks([(d.year - r.exercice.debut.year) * 12 + d.month - 7 - 1 + d.day / 31 for d in inside])
    return {"data": [*band, *traces], "layout": layout}


def _interval_of_last(r: Resultat, c: Courbes) -> dict[str, Any]:
    """The 95 % interval of a survey's rate, on the last point of the year."""
    assert r.intervalle and r.valeur is not None
    last = max((k for k, v in enumerate(c.valeur) if v is not None), default=-1)
    up, down = r.intervalle.haut - r.valeur, r.valeur - r.intervalle.bas
    arrays = {
        "array": [up if k == last else 0 for k in range(12)],
        "arrayminus": [down if k == last else 0 for k in range(12)],
    }
    return {"error_y": {"type": "data", "symmetric": False, **arrays, "thickness": 1.4, "width": 5}}


def _due_name(r: Resultat, c: Courbes) -> str:
    """« Attendu (saison) »: the way what is due was told is part of the line's name."""
    if not c.cumule:
        return "Cible"
    return f"Attendu ({how})" if (how := METHODES_COURTES.get(r.attendu_methode or "")) else "Attendu"


def _pace_name(r: Resultat) -> str:
    p = r.projection
    if p is None or p.bas is None or p.haut is None:
        return "Au rythme actuel"
    low, high = nombre(rounded(p.bas, -1)), nombre(rounded(p.haut, 1))
    return f"Projection {nombre(rounded(p.valeur))} ({low} à {high})"


def _band(x: list[str], c: Courbes, couleur: str) -> list[dict[str, Any]]:
    """The range of the projection, as a pale surface; the lines that bound it are not drawn."""
    months = [k for k, v in enumerate(c.bas) if v is not None]
    if not months:
        return []
    side = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "x": [x[k] for k in months]}
    rgb = ",".join(str(int(couleur[k : k + 2], 16)) for k in (1, 3, 5))
    return [
        {**side, "name": "bas", "y": [c.bas[k] for k in months]},
        {
            **side,
            "name": "8 fois sur 10",
            "y": [c.haut[k] for k in months],
            "fill": "tonexty",
            "fillcolor": f"rgba({rgb},.14)",
        },
    ]


def _labels(traces: list[dict[str, Any]], x: list[str], top: float) -> list[dict[str, Any]]:
    """Each line's name at its end, in its colour, pushed apart so that none covers another."""
    ends = []
    for t in traces:
        rank = max(k for k, v in enumerate(t["y"]) if v is not None)
        above = t["error_y"]["array"][rank] if "error_y" in t else 0
        ends.append((t["y"][rank] + above, rank, t["name"], t["line"]["color"]))
    ends.sort(key=lambda e: e[0])
    out = []
    for late in (True, False):  # those that end at the right edge, and those that end before
        place = -top
        found = [e for e in ends if (e[1] > 8) is late]
        for k, (y, rank, name, color) in enumerate(found):
            # lines that end close together have their names above the highest of them, in the same order
            highest = y
            for above, *_ in found[k + 1 :]:
                highest = above if above - highest < top * 0.13 else highest
            place = max(highest, place + top * 0.075)
            out.append({
                "x": x[rank], "y": place, "text": name, "showarrow": False, "font": {"size": 12, "color": color},
                "xanchor": "right" if late else "left", "yanchor": "bottom", "xshift": 0 if late else 8,
                "bgcolor": "rgba(255,255,255,.75)",
            })  # fmt: skip
    return out


def percent_ticks(top: float) -> dict[str, Any]:
    """« 40 % » with its no-break space, which Plotly's own format does not write."""
    step = next(s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 100) if top / s <= 6)
    values = [k * step for k in range(int(top / step) + 1)]
    return {"tickvals": values, "ticktext": [pourcent(v, 0) for v in values]}


def five_years_chart(years: list[Resultat], courant: Resultat, au: date, ruptures: list[date]) -> Figure:
    """Five bars against their targets (thick marks); the year in progress is paler, each status said by its shape."""
    x = [r.exercice.court for r in years]
    values = [r.valeur for r in years]
    texts = [f"{_text(r, r.valeur)} {APPARENCES[r.statut].forme}" if r.valeur is not None else "n.d." for r in years]
    open_year = [not r.exercice.closed(au) for r in years]
    bars = {
        "type": "bar",
        "name": "Valeur",
        "x": x,
        "y": values,
        "text": texts,
        "textposition": "outside",
        "constraintext": "none",
        "cliponaxis": False,
        "textfont": {"size": 12, "color": ENCRE},
        "marker": {
            "color": [APPARENCES[r.statut].couleur for r in years],
            "opacity": [0.6 if o else 1 for o in open_year],
        },
        "customdata": [[_text(r, r.valeur), _told(r)] for r in years],
        "hovertemplate": "%{customdata[0]} · %{customdata[1]}<extra></extra>",
        "width": 0.58,
    }
    surveyed = any(r.intervalle for r in years)
    figures = [_above(years, bars)] if surveyed else []
    if surveyed:
        bars |= _intervals(years)
    targets = {
        "type": "scatter",
        "mode": "markers",
        "name": "Cible",
        "x": x,
        "y": [r.cible for r in years],
        "marker": {"symbol": "line-ew", "size": 46, "line": {"width": 3, "color": ENCRE}},
        "customdata": [_text(r, r.cible) for r in years],
        "hovertemplate": "cible : %{customdata}<extra></extra>",
    }
    highs = [r.intervalle.haut for r in years if r.intervalle]
    top = max((v for v in [*values, *(r.cible for r in years), *highs] if v is not None), default=1.0)
    layout = _layout(courant, 320, top)
    layout["xaxis"] |= {"type": "category"}
    first = years[0].exercice
    elapsed = [(d - first.debut).days / 365.25 - 0.5 for d in ruptures if d >= first.debut]
    layout["shapes"] = _breaks(elapsed)
    return {"data": [bars, targets, *figures], "layout": layout}


def _intervals(years: list[Resultat]) -> dict[str, Any]:
    """The 95 % interval of a survey's rate, as a thin bar through the top of its year."""
    up = [r.intervalle.haut - (r.valeur or 0) if r.intervalle else None for r in years]
    down = [(r.valeur or 0) - r.intervalle.bas if r.intervalle else None for r in years]
    thin = {"color": ENCRE, "thickness": 1.2, "width": 5}
    return {"error_y": {"type": "data", "symmetric": False, "array": up, "arrayminus": down, **thin}, "text": None}


def _above(years: list[Resultat], bars: dict[str, Any]) -> dict[str, Any]:
    """The figures, above the intervals rather than across them."""
    tops = [r.intervalle.haut if r.intervalle else r.valeur for r in years]
    return {
        "type": "scatter", "mode": "text", "name": "Intervalle", "x": bars["x"], "y": tops, "text": bars["text"],
        "textposition": "top center", "textfont": bars["textfont"], "cliponaxis": False, "hoverinfo": "skip",
    }  # fmt: skip


def _told(r: Resultat) -> str:
    """« Atteinte, à confirmer (n = 42, de 75 % à 95 %) », under the pointer."""
    text = APPARENCES[r.statut].libelle + (f", {A_CONFIRMER[1]}" if r.a_confirmer else "")
    if not r.intervalle:
        return text
    return f"{text} (n = {nombre(r.n)}, de {pourcent(r.intervalle.bas, 0)} à {pourcent(r.intervalle.haut, 0)})"
