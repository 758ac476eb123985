"""What the page of alerts shows and does."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st
from markupsafe import Markup

from pages.ui.contexte import Contexte
from pages.ui.donnees import GARDES, donnees, stamp
from pages.ui.envois import Dit
from pages.ui.gabarits import render
from pages.ui.portier import may, permit
from rqds_metrics.alertes import PLAN, SORTES, Alerte, Avis, alertes_of, last_digest, scope_text
from rqds_metrics.avis import notices
from rqds_metrics.courriel import CourrielImpossible, configured
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import decide
from rqds_metrics.store import today, transaction


@lru_cache(GARDES)
def _notices(stamp: str, contexte: Contexte) -> list[Avis]:
    return notices(donnees(contexte.au))


def alert_form() -> None:
    """Choose one more alert."""
    if not may("alerte"):
        return
    plan = load_plan()
    scopes = [PLAN, *(o.id for o in plan.orientations), *plan.tous]
    with st.container(border=True):
        kind, scope, button = st.columns([1.2, 1.8, 0.8], vertical_alignment="bottom")
        sorte = kind.selectbox(
            "M'aviser quand", list(SORTES), format_func=SORTES.__getitem__, key="alerte_sorte", filter_mode=None
        )
        portee = PLAN
        if sorte != "source":
            portee = scope.selectbox(
                "Pour", scopes, format_func=lambda s: scope_text(s)[:1].upper() + scope_text(s)[1:], key="alerte_portee"
            )
        if button.button("Suivre", type="primary", width="stretch"):
            decide_alert(Alerte(sorte, portee).cle, follow=True)


def decide_alert(cle: str, *, follow: bool) -> None:
    """Follow an alert, or no longer; said once the page is shown again."""
    known = {a.cle: a for a in alertes_of(donnees(today()).decisions.alertes)}
    if (cle in known) is follow:
        st.info("Cette alerte est déjà suivie." if follow else "Cette alerte n'est plus suivie.")
        return
    with transaction() as cursor:
        decide(
            cursor, "alerte", cle, {"suivie": True} if follow else None, qui=permit("alerte"), pourquoi="", demo=donnees(today()).demo
        )  # fmt: skip
    st.session_state["dits"] = [Dit("Alerte suivie." if follow else "Alerte retirée.")]
    st.rerun()


def alerts_html(contexte: Contexte) -> Markup:
    """The alerts that are followed, what they tell on the day, and whether an e-mail leaves."""
    decisions = donnees(contexte.au).decisions.alertes
    try:
        server = configured()
        trouble = ""
    except CourrielImpossible as error:
        server, trouble = None, str(error)
    return render(
        "alertes.html",
        contexte=contexte,
        alertes=alertes_of(decisions),
        avis=_notices(stamp(), contexte),
        sortes=SORTES,
        dernier=last_digest(decisions)[0],
        personnes=len(server.a) if server else 0,
        trouble=trouble,
        peut=may("alerte"),
    )
