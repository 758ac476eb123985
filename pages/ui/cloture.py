"""What the closing page shows and does, from what is known of a month to HTML, a decision and a PDF."""

from __future__ import annotations

from datetime import date

import streamlit as st
from markupsafe import Markup

from pages.ui.donnees import donnees, plan_of
from pages.ui.ensemble import MARQUES
from pages.ui.envois import Dit, when_text
from pages.ui.gabarits import render
from pages.ui.portier import permit
from pages.ui.sources import tool_name
from rqds_metrics.cloture import BilanMois, Revision, bilan_of, revisions, to_keep
from rqds_metrics.diffusion.recu import receipt_data, receipt_pdf
from rqds_metrics.exercice import Exercice
from rqds_metrics.lots import Lot
from rqds_metrics.registre import Decision, decide
from rqds_metrics.regles.formats import mois
from rqds_metrics.store import local, today, transaction


def tool_of(lot: Lot) -> str:
    return tool_name(lot.source, lot.famille)


def months_of(exercice: Exercice, au: date) -> list[date]:
    """The months of the year that are over, the newest first; the first one when none is."""
    over = [m for m in exercice.mois() if m < au.replace(day=1)]
    return over[::-1] or exercice.mois()[:1]


def closing_of(month: date, au: date) -> Decision | None:
    return donnees(au).decisions.clotures.get(f"{month:%Y-%m}")


def month_bilan(month: date, au: date) -> BilanMois:
    return bilan_of(plan_of(au), donnees(au), month)


def revised(bilan: BilanMois, au: date) -> list[Revision]:
    """What changed since the month was closed; nothing when it is open."""
    closing = closing_of(bilan.mois, au)
    return revisions(plan_of(au), closing.valeur, bilan) if closing else []


def month_html(bilan: BilanMois, au: date) -> Markup:
    closing = closing_of(bilan.mois, au)
    return render(
        "cloture.html",
        bilan=bilan,
        marques=MARQUES,
        clos=closing,
        clos_le=when_text(closing.quand) if closing else "",
        revisees=revised(bilan, au),
        local=local,
        outil=tool_of,
        outil_de=tool_name,
    )


def _decide(month: date, valeur: object, pourquoi: str, said: str) -> None:
    with transaction() as cursor:
        decide(
            cursor,
            "cloture",
            f"{month:%Y-%m}",
            valeur,
            qui=permit("cloture"),
            pourquoi=pourquoi,
            demo=donnees(today()).demo,
        )
    st.session_state["dits"] = [Dit(said)]
    st.rerun()


def close(bilan: BilanMois) -> None:
    _decide(bilan.mois, to_keep(bilan), "Clôture du mois.", f"{mois(bilan.mois, long=True).capitalize()} est clos.")


def reopen(bilan: BilanMois) -> None:
    _decide(bilan.mois, None, "Réouverture du mois.", f"{mois(bilan.mois, long=True).capitalize()} est rouvert.")


def receipt(bilan: BilanMois, au: date) -> bytes:
    """The PDF receipt of a closed month."""
    closing = closing_of(bilan.mois, au)
    assert closing is not None
    demo = donnees(today()).demo
    clos_le = local(closing.quand).date()
    data = receipt_data(bilan, clos_le, closing.qui, revised(bilan, au), demo=demo, local=local, outil=tool_of)
    return receipt_pdf(data)
