"""What the report's page shows and gives: the report, the image of its pages, its files; kept by the base's version."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache, partial

import streamlit as st

from pages.ui.contexte import Contexte
from pages.ui.donnees import stamp
from pages.ui.portier import download, may
from pages.ui.reunions import keep_document, reunions
from rqds_metrics.diffusion.documents import FORMES, MIMES, TITRES, Forme
from rqds_metrics.diffusion.rapport import CONTENUS, DEPUIS_JOURS, TITRE_MAX, Contenu, Demande, Rapport, read_rapport
from rqds_metrics.diffusion.rapport_pdf import report_pages
from rqds_metrics.diffusion.rapport_textes import file_name
from rqds_metrics.plan import load_plan
from rqds_metrics.reunions import next_from

GARDES = 8  # a report and its pages weigh a few megabytes
POINTS = 96  # dots an inch of the preview
COLONNES = 3


def meetings(au: date) -> list[date]:
    """The days of the meetings held before `au`, the newest first."""
    return [r.jour for r in reversed(reunions(au)) if r.jour < au]


def _since(au: date) -> date:
    """What « depuis » is until it is chosen: the last meeting, else thirty days before."""
    return next(iter(meetings(au)), au - timedelta(days=DEPUIS_JOURS))


def ask(contexte: Contexte) -> Demande:
    """The choices: what goes in, since when, for which meeting."""
    au = contexte.au
    coming = next_from(reunions(au), au)
    one = st.session_state.get("rapport_contenu") == "orientation"  # chosen in this very run
    what, *which, since, meeting = st.columns([1.5, 1.3, 1, 1] if one else [1.5, 1, 1], vertical_alignment="bottom")
    contenu: Contenu = what.segmented_control(
        "Contenu", list(CONTENUS), default="tout", format_func=CONTENUS.__getitem__, key="rapport_contenu"
    ) or "tout"  # fmt: skip
    orientations = {o.id: f"{o.id}. {o.court}" for o in load_plan().orientations}
    picked = None
    if which:
        picked = which[0].selectbox(
            "Orientation", list(orientations), format_func=orientations.__getitem__, filter_mode=None
        )
    depuis = since.date_input(
        "Réunion précédente", _since(au), min_value=date(2022, 7, 1), max_value=au, format="YYYY-MM-DD",
        key=f"rapport_depuis_{au}", help="« Ce qui a changé » se compte depuis ce jour-là.",
    )  # fmt: skip
    reunion = meeting.date_input(
        "Réunion (facultatif)", coming.jour if coming else None, format="YYYY-MM-DD", key=f"rapport_reunion_{au}",
        help="Le jour de la réunion, sur la page titre.",
    )  # fmt: skip
    titre = st.text_input("Titre", Demande.titre, max_chars=TITRE_MAX, key="rapport_titre")
    return Demande.of(
        au, contexte.exercice, depuis if isinstance(depuis, date) else None,
        picked if contenu == "orientation" else None, changements=contenu == "changements", titre=titre,
        reunion=reunion if isinstance(reunion, date) else None,
    )  # fmt: skip


@lru_cache(GARDES)
def _report(stamp: str, demande: Demande) -> Rapport:
    return read_rapport(demande)


@lru_cache(GARDES)
def _pages(stamp: str, demande: Demande) -> tuple[bytes, ...]:
    return tuple(report_pages(_report(stamp, demande), POINTS))


@lru_cache(GARDES)
def _file(stamp: str, demande: Demande, forme: Forme) -> bytes:
    return FORMES[forme](_report(stamp, demande))


def prepare(demande: Demande) -> tuple[Rapport, tuple[bytes, ...]]:
    """The report and the images of its pages; each step is said while it lasts."""
    place = st.empty()
    with place, st.status("Lecture des données et calcul des états…") as status:
        rapport = _report(stamp(), demande)
        status.update(label="Mise en page de l'aperçu…")
        pages = _pages(stamp(), demande)
    place.empty()
    return rapport, pages


def offer(rapport: Rapport) -> None:
    """The three files; each is made when it is asked for."""
    version = stamp()
    with st.container(horizontal=True, vertical_alignment="center"):
        for forme, name in TITRES.items():
            download(
                "rapport",
                f"Télécharger en {name}",
                partial(_file, version, rapport.demande, forme),
                file_name(rapport, forme),
                MIMES[forme],
                key=f"rapport_{forme}",
                type="primary" if forme == "pdf" else "secondary",
                icon=":material/download:",
            )
        meeting = next((r for r in reunions() if r.jour == rapport.demande.reunion), None)
        if meeting and may("reunion") and st.button("Garder le PDF avec la réunion", icon=":material/bookmark_add:"):
            keep_document(meeting, _file(version, rapport.demande, "pdf"), file_name(rapport, "pdf"))
    if rapport.a_revoir:
        many = rapport.a_revoir > 1
        st.warning(
            f"{rapport.a_revoir} commentaire{'s' if many else ''} à revoir "
            f"{'ne figurent' if many else 'ne figure'} pas dans le rapport : la valeur expliquée a changé depuis.",
            icon=":material/edit_note:",
        )


def preview(pages: tuple[bytes, ...]) -> None:
    """Every page as it will print, in rows."""
    st.subheader(f"Aperçu, {len(pages)} page{'s' if len(pages) > 1 else ''}", anchor=False)
    for start in range(0, len(pages), COLONNES):
        row = pages[start : start + COLONNES]
        for rank, (column, page) in enumerate(zip(st.columns(COLONNES), row, strict=False), start + 1):
            with column.container(border=True):
                st.image(page, width="stretch", alt=f"Page {rank} de {len(pages)} ; le PDF en donne le texte")
