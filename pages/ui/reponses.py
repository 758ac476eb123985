"""The answers of a survey question: which are satisfied, which do not count, and the rate that makes."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from etl.choices import AUTRE
from etl.scales import SATISFACTION, default_part, find_scale, load_echelles, ordered
from pages.ui.donnees import donnees
from pages.ui.gabarits import escape_markdown
from rqds_metrics.parts import Choix, Sens, count, verdict
from rqds_metrics.questions import Question, remembered, said_of
from rqds_metrics.regles.formats import nombre, pourcent
from rqds_metrics.store import today

SENS: dict[Sens, str] = {"haut": "Le haut de l'échelle est bon", "bas": "Le bas de l'échelle est bon"}
Parts = Mapping[str, bool | None]


def scale_of(question: Question) -> str:
    """The scale of a question; found by its answers where it was kept before scales were."""
    texts = pd.Series([r.texte for r in question.reponses for _ in range(r.nombre)], dtype="str")
    return question.echelle or find_scale(texts) or SATISFACTION


def scale_text(question: Question) -> str:
    """« échelle d'accord », « échelle de 1 à 5 », « plusieurs choix »."""
    scale = scale_of(question)
    if question.plusieurs:
        return "plusieurs choix par personne"
    known = load_echelles().echelles.get(scale)
    return f"échelle : {known.titre}" if known else "échelle de " + scale.replace("-", " à ")


def as_received(question: Question) -> dict[str, bool | None]:
    return {r.texte: r.satisfait for r in question.reponses}


def proposed(question: Question, sens: Sens, earlier: Choix | None) -> dict[str, bool | None]:
    """Each answer's worth, shown first: as decided, here or for the same words elsewhere; else as such a scale is read."""
    scale = scale_of(question)
    if question.plusieurs:
        last = sorted(question.reponses, key=lambda r: (r.texte == AUTRE, -r.nombre, r.texte))
        usual: dict[str, bool | None] = {r.texte: False for r in last}
    else:
        texts = ordered(scale, (r.texte for r in question.reponses))
        usual = {t: default_part(scale, t, question.question, haut=sens == "haut") for t in texts}
        if sens == "haut":
            usual |= {r.texte: r.satisfait for r in question.reponses if r.satisfait is not None}
    if earlier and earlier.reponses is not None and earlier.sens == sens:
        usual |= {t: v for t, v in earlier.reponses.items() if t in usual}
    return usual


def ask_parts(question: Question) -> tuple[Parts | None, Sens]:
    """The worth of each answer, as the person leaves it; None when it is what came in. Shows the rate that makes."""
    decisions = donnees(today()).decisions
    earlier = remembered(question, decisions)
    sens: Sens = earlier.sens if earlier else "haut"
    if not question.plusieurs:
        options: list[Sens] = ["haut", "bas"]
        sens = st.radio(
            "Sens de l'échelle", options, index=options.index(sens), format_func=SENS.__getitem__, horizontal=True,
            key=f"sens_{question.cle}",
        )  # fmt: skip
    usual = proposed(question, sens, earlier)
    gave = {r.texte: r.nombre for r in question.reponses}

    def shown(text: str) -> str:
        return f"{text} ({nombre(gave.get(text, 0))})"

    key = f"{sens}_{question.cle}"
    yes = st.multiselect(
        "Choix qui comptent" if question.plusieurs else "Réponses satisfaites",
        list(usual),
        default=[t for t, v in usual.items() if v],
        format_func=shown,
        key=f"oui_{key}",
        placeholder="Aucun" if question.plusieurs else "Aucune",
    )
    out: list[str] = []
    if not question.plusieurs:
        out = st.multiselect(
            "Réponses qui ne comptent pas (hors du dénominateur)", list(usual),
            default=[t for t, v in usual.items() if v is None], format_func=shown, key=f"hors_{key}", placeholder="Aucune",
        )  # fmt: skip
    parts: Parts = {t: None if t in out else t in yes for t in usual}
    if both := set(yes) & set(out):
        names = ", ".join(f"« {escape_markdown(t)} »" for t in sorted(both))
        st.warning(f"Dans les deux listes, donc hors du dénominateur : {names}.")
    st.markdown(rate_text(question, parts))
    received = as_received(question)
    said = said_of(question, decisions)
    same = all(verdict(r, parts) == received[r.texte] for r in question.reponses) and not question.plusieurs
    untouched = same and sens == "haut" and not any(r.on_scale and r.satisfait is None for r in question.reponses)
    return (None if untouched and (said is None or said.reponses is None) else parts), sens


def rate_text(question: Question, parts: Parts | None) -> str:
    """« n = 31 · 26 satisfaits · 84 % »."""
    n, yes = count(question.reponses, parts)
    if not n:
        return "**n.d.** : aucune réponse ne compte." if not question.plusieurs else "**n.d.** : aucun choix ne compte."
    several = question.plusieurs and sum(bool(v) for v in (parts or {}).values()) > 1
    word = "en moyenne par choix retenu" if several else "l'ont coché" if question.plusieurs else "satisfaits"
    return f"n = **{nombre(n)}** · **{nombre(yes)}** {word} · **{pourcent(yes / n, 0)}**"
