"""What the page of corrections shows and does: one cell of one lot at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st
from markupsafe import Markup

from pages.ui.donnees import donnees
from pages.ui.envois import Dit, when_text
from pages.ui.gabarits import escape_markdown, render
from pages.ui.portier import permit
from rqds_metrics.corrections import identity_of, read_rows, to_keep
from rqds_metrics.lots import Lot
from rqds_metrics.registre import decide
from rqds_metrics.regles.formats import nombre, periode
from rqds_metrics.store import now, today, transaction

# What a column is called on the screen.
MOTS = {
    "livres": "courriels livrés", "ouvertures": "ouvertures uniques", "clics": "clics uniques",
    "desabonnements": "désabonnements", "visites": "visites", "vues": "vues", "utilisateurs": "utilisateurs",
    "lectures": "écoutes", "ecoutes": "écoutes d'une minute ou plus", "heures": "heures", "abonnes": "abonnés",
    "inscrits": "inscriptions", "annules": "annulations", "presents": "présences", "nombre": "réponses",
    "repondants": "répondants à la question",
    "interactions": "interactions", "valeur": "valeur", "numerateur": "numérateur", "denominateur": "dénominateur",
}  # fmt: skip


def live_lots() -> list[Lot]:
    """The files that count, the newest first."""
    return [lot for lot in reversed(donnees(today()).lots) if lot.annule_le is None]


def lot_text(lot: Lot) -> str:
    return f"{lot.fichier} (reçu le {when_text(lot.recu_le)})"


def rows_of(lot: Lot) -> list[dict[str, Any]]:
    return read_rows(lot.id, lot.famille)


def row_text(famille: str, row: Mapping[str, Any]) -> str:
    """« oct. 2026 · /outils »: what tells a row from the others."""
    said = [c for c in identity_of(famille)[3:] if c not in ("satisfait", "echelle")]  # what the answer says by itself
    words = [str(row[c]) for c in said if row[c] not in (None, "")]
    return " · ".join([periode(row["debut"], row["fin"]), *words])[:120]


def figures_in(row: Mapping[str, Any]) -> list[str]:
    """The figures that a row holds."""
    return [c for c in MOTS if row.get(c) is not None]


def corrections_html() -> Markup:
    known = donnees(today())
    names = {lot.id: lot.fichier for lot in known.lots}
    lost = {p.cle: p.raison for p in known.perdues}
    return render(
        "corrections.html",
        corrections=list(known.decisions.corrections.items())[::-1],
        fichiers=names,
        perdues=lost,
        mots=MOTS,
        quand=when_text,
        chiffre=nombre,
        jours=lambda where: periode(date.fromisoformat(where["debut"]), date.fromisoformat(where["fin"])),
    )


def correct(lot: Lot, row: Mapping[str, Any], colonne: str, nouveau: float, pourquoi: str) -> None:
    """Keep a correction, dated and signed, and say so."""
    valeur = to_keep(lot.id, lot.famille, row, colonne, nouveau)
    cle = f"{lot.id}-{now():%Y%m%d%H%M%S%f}"
    _decide(
        cle, valeur, pourquoi, f"« {lot.fichier} » : {MOTS[colonne]}, {nombre(row[colonne])} devient {nombre(nouveau)}."
    )


def drop(cle: str) -> None:
    _decide(cle, None, "Correction retirée.", "La correction est retirée : le chiffre reçu compte de nouveau.")


def _decide(cle: str, valeur: object, pourquoi: str, said: str) -> None:
    demo = donnees(today()).demo
    with transaction() as cursor:
        decide(cursor, "correction", cle, valeur, qui=permit("correction"), pourquoi=pourquoi, demo=demo)
    st.session_state["dits"] = [Dit(said)]
    st.rerun()


def warn_lost() -> None:
    """On every page: a correction that no longer applies must not pass unseen."""
    lost = donnees(today()).perdues
    if lost:
        many = len(lost) > 1
        what = f"{len(lost)} corrections ne s'appliquent plus" if many else "Une correction ne s'applique plus"
        st.error(escape_markdown(f"{what} : {lost[0].raison}. Voyez la page Corrections."), icon=":material/error:")
