"""What the pages of board meetings show and do."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import streamlit as st
from markupsafe import Markup

from pages.ui.contexte import Contexte
from pages.ui.donnees import GARDES, donnees, results, stamp
from pages.ui.ensemble import MARQUES
from pages.ui.envois import Dit, when_text
from pages.ui.gabarits import render
from pages.ui.portier import permit
from rqds_metrics.affichage import value_text
from rqds_metrics.depuis import depuis_of, summary
from rqds_metrics.diffusion import archives
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import decide
from rqds_metrics.regles.formats import jour, nombre, quantite
from rqds_metrics.resultats import Calcul, Resultat
from rqds_metrics.reunions import Reunion, counts_text, frozen, next_from, reunions_of, to_keep
from rqds_metrics.store import now, today, transaction


def reunions(au: date | None = None) -> list[Reunion]:
    """The meetings known on a day, the oldest first."""
    return reunions_of(donnees(au or today()).decisions.reunions)


def meeting_text(reunion: Reunion) -> str:
    return f"{reunion.titre}, {jour(reunion.jour, long=True)}"


def next_meeting() -> date:
    """The day of the next meeting, today when none is known."""
    coming = next_from(reunions(), today())
    return coming.jour if coming else today()


def closest(found: list[Reunion]) -> int:
    """The rank of the meeting that one most likely came for: the next one, else the last; `found` has the newest first."""
    coming = [k for k, r in enumerate(found) if r.jour >= today()]
    return coming[-1] if coming else 0


def context_of(reunion: Reunion) -> Contexte:
    """What the board saw: as it was frozen; else the year and the day of the meeting (today, before it)."""
    if shown := reunion.presente:
        return Contexte(Exercice.parse(shown.exercice), shown.au)
    return Contexte(Exercice.of(reunion.jour), min(reunion.jour, today()))


def context_to_freeze(reunion: Reunion, contexte: Contexte) -> Contexte:
    """What « présenté » would keep: what is seen now, and never later than the day of the meeting."""
    if reunion.jour >= contexte.au:
        return contexte
    return Contexte(Exercice.of(reunion.jour), reunion.jour)


def meetings_html() -> Markup:
    found = reunions()[::-1]
    return render(
        "reunions.html",
        reunions=found,
        quand=when_text,
        comptes={r.cle: counts_text(r.presente) for r in found if r.presente},
        contextes={r.cle: context_of(r) for r in found},
        aujourdhui=today(),
    )


def add(day: date, titre: str) -> None:
    known = {r.jour for r in reunions()}
    if day in known:
        st.warning(f"Une réunion est déjà inscrite le {jour(day, long=True)}.")
        return
    _keep(Reunion(day, titre), f"Réunion du {jour(day, long=True)} inscrite.")


def freeze(reunion: Reunion, contexte: Contexte) -> None:
    """Keep, with the meeting, what is seen now: values and statuses of the year."""
    shown = frozen(results(contexte.exercice, contexte.au), contexte.au, now(), permit("reunion"))
    _decide(reunion, to_keep(reunion, shown), f"Ce qui est présenté le {jour(reunion.jour, long=True)} est gardé.")


def keep_document(reunion: Reunion, octets: bytes, nom: str) -> None:
    """Keep a document with the meeting it was made for."""
    permit("reunion")
    sha256 = archives.keep(octets)
    _decide(reunion, to_keep(reunion, document=(nom, sha256)), f"« {nom} » est gardé avec la réunion.")


def remove(reunion: Reunion) -> None:
    _decide(reunion, None, f"La réunion du {jour(reunion.jour, long=True)} est retirée de la liste.")


def _keep(reunion: Reunion, said: str) -> None:
    try:
        _decide(reunion, to_keep(reunion), said)
    except ValueError as error:
        st.warning(str(error))


def _decide(reunion: Reunion, valeur: object, said: str) -> None:
    demo = donnees(today()).demo
    with transaction() as cursor:
        decide(cursor, "reunion", reunion.cle, valeur, qui=permit("reunion"), pourquoi="", demo=demo)
    st.session_state["dits"] = [Dit(said)]
    st.rerun()


def _figure(r: Resultat, value: float | None) -> str:
    return quantite(value, "%") if r.indicateur.type == "taux" else nombre(value)


@lru_cache(GARDES)
def _since(stamp: str, contexte: Contexte, depuis: date) -> str:
    plan = load_plan()
    reunion = next((r for r in reunions_of(donnees(contexte.au).decisions.reunions) if r.jour == depuis), None)
    found = depuis_of(
        Calcul(plan, donnees(depuis)),
        Calcul(plan, donnees(contexte.au)),
        contexte.exercice,
        reunion.presente if reunion else None,
    )
    return str(
        render(
            "depuis.html",
            contexte=contexte,
            d=found,
            resume=summary(found),
            reunion=reunion,
            valeur=value_text,
            chiffre=_figure,
            marques=MARQUES,
            quand=when_text,
        )
    )


def since_html(contexte: Contexte, depuis: date) -> Markup:
    """All that changed between two days, kept by the version of the file."""
    return Markup(_since(stamp(), contexte, depuis))  # noqa: S704 (rendered by an escaping template)
