"""The page where an unknown export is described: its headers, what each is, and at once what would be read."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from etl.champs import LIGNES, LIGNES_DITES, counted_of, required_of, said
from etl.columns import headers_at
from etl.correspondance import Correspondance
from etl.dates import Order
from etl.describing import (
    Idee,
    choices_of,
    first_guess,
    headers_of,
    known_as,
    offered,
    rows_offered,
)
from etl.proposing import guessed, missing, proposals
from etl.reading import read_document
from etl.recognition import fitting, fullest_row, likely_sheet, shown_name, to_repair
from etl.report import constat_text
from etl.source import Contexte, Document
from etl.unreadable import UnreadableError
from pages.ui.donnees import donnees
from pages.ui.gabarits import escape_markdown, render
from pages.ui.sources import described
from rqds_metrics.familles import TITRES
from rqds_metrics.plan import load_plan
from rqds_metrics.regles.formats import typographie
from rqds_metrics.store import today

AUCUNE = ""  # an answer: no header of the file is this column
_ORDRES: dict[Order, str] = {"dmy": "jour, mois, année", "mdy": "mois, jour, année"}
_ORDRE = "ordre"  # asked after the columns
Table = tuple[int, int]  # rank of the sheet, position of its headers


def dropped() -> Document | None:
    """The file to describe: dropped here, or brought from the upload page; what is wrong with it is told."""
    tour = st.session_state.setdefault("tour_description", 0)
    file = st.file_uploader(
        "Un export de cet outil",
        type=["xlsx", "xlsm", "xls", "ods", "csv", "tsv", "txt"],
        key=f"a_decrire_{tour}",
        label_visibility="collapsed",
    )
    if file:
        st.session_state.pop("a_decrire", None)
    brought: tuple[str, bytes] | None = st.session_state.get("a_decrire")
    name, octets = (file.name, file.getvalue()) if file else brought or ("", b"")
    if not name:
        return None
    if not file and st.button("Laisser ce fichier", icon=":material/close:"):
        del st.session_state["a_decrire"]
        st.rerun()
    kept = st.session_state.get("document_decrit")
    if kept is None or kept[0] != (name, hash(octets)):
        try:
            kept = ((name, hash(octets)), read_document(shown_name(name), octets))
        except UnreadableError as error:
            st.error(escape_markdown(constat_text(error.constat)), icon=":material/error:")
            return None
        st.session_state["document_decrit"] = kept
    document: Document = kept[1]
    if fullest_row(document.feuilles[likely_sheet(document)]) is None:
        st.error("Ce fichier n'a pas de tableau : rien à décrire.", icon=":material/error:")
        return None
    return document


def already_known(document: Document) -> bool:
    """Is it of a tool that we know? Said, with the page to go to."""
    found = known_as(document)
    if found:
        names = ", ".join(s.titre for s in found)
        st.info(escape_markdown(typographie(f"Ce fichier est déjà reconnu ({names}) : rien à décrire.")))
        st.page_link("pages/televerser.py", label="Le déposer à la page Téléverser des exports")
    return bool(found)


def choose_start(document: Document) -> Correspondance | None:
    """The description to begin with: one that reads the file already, one that a changed header broke, or none."""
    read = [m.correspondance for m in fitting(document, described())]
    broken = [] if read else to_repair(document, described())
    if not (read or broken):
        return None
    if read:
        names = ", ".join(f"« {c.nom} »" for c in read)
        st.info(
            escape_markdown(typographie(f"Ce fichier est déjà lu avec la description de {names} ; on peut la changer."))
        )
    else:
        note = "Ce fichier ressemble à celui d'un outil déjà décrit, mais des en-têtes ont changé."
        st.warning(f"{note} Vérifiez les nouveaux ci-dessous, puis enregistrez.", icon=":material/build:")
    options: list[Correspondance | None] = [*(read or broken), None]
    verb = "Changer" if read else "Réparer"
    return st.selectbox(
        "Que faire",
        options,
        format_func=lambda c: typographie(f"{verb} « {c.nom} »") if c else "Décrire un nouvel outil",
        key=f"depart_{document.sha256[:12]}",
    )


def choose_table(document: Document) -> Table:
    """Which sheet, and which of its lines holds the headers; asked only where there is a doubt."""
    sheet = likely_sheet(document)
    rows = rows_offered(document.feuilles[sheet])
    if len(document.feuilles) == 1 and len(rows) < 2:
        return sheet, fullest_row(document.feuilles[sheet]) or 0
    with st.expander("Ce ne sont pas les bons en-têtes ?"):
        if len(document.feuilles) > 1:
            sheet = st.selectbox(
                "Feuille",
                range(len(document.feuilles)),
                index=sheet,
                format_func=lambda k: document.feuilles[k].nom or "sans nom",
                key=f"feuille_{document.sha256[:12]}",
            )
        feuille = document.feuilles[sheet]
        best = fullest_row(feuille) or 0
        rows = sorted({best, *rows_offered(feuille)})
        row = st.selectbox(
            "Ligne des en-têtes",
            rows,
            index=rows.index(best),
            format_func=lambda r: f"ligne {feuille.numeros.iloc[r]}",
            key=f"ligne_{document.sha256[:12]}_{sheet}",
        )
    return sheet, row


def written(document: Document, table: Table) -> list[str]:
    """The headers, as the file writes them."""
    return headers_at(document.feuilles[table[0]], table[1])


def headers_html(document: Document, table: Table) -> Markup:
    entetes = headers_of(document.feuilles[table[0]], table[1])
    return render("entetes.html", fichier=document.fichier, entetes=entetes)


def reading() -> Contexte:
    """What a file is read with today."""
    return Contexte(today(), load_plan(), donnees(today()).decisions.reglages)


def _start(document: Document, table: Table, depart: Correspondance | None) -> Idee:
    """What the choices are before anyone touches them."""
    headers = written(document, table)
    if depart is None:
        mark = (document.sha256, table)
        if st.session_state.get("idee_de") != mark:
            st.session_state["idee"], st.session_state["idee_de"] = first_guess(document, *table, reading()), mark
        found: Idee = st.session_state["idee"]
        return found
    gone = missing(depart, headers)
    kept = {k: h for k, h in depart.champs.items() if k not in gone}
    return Idee(depart.famille, depart.ligne, {**kept, **proposals(depart, headers)}, depart.ordre, depart.compte_pour)


def edit(document: Document, table: Table, depart: Correspondance | None) -> tuple[Idee, str]:
    """The choices: the name, the family, the kind of row, and a header for each column."""
    idee = _start(document, table, depart)
    entetes = headers_of(document.feuilles[table[0]], table[1])
    mark = f"{document.sha256[:12]}_{table}_{depart.nom if depart else ''}"
    with st.container(border=True):
        st.subheader("Quelle colonne est quoi", anchor=False)
        if depart and (gone := missing(depart, written(document, table))):
            moved = [f"« {h} » → « {idee.champs[k]} »" if k in idee.champs else f"« {h} » → ?" for k, h in gone.items()]
            st.markdown(escape_markdown(typographie(f"En-têtes changés : {' ; '.join(moved)}.")))
        left, middle, right = st.columns(3)
        families = list(LIGNES)
        nom = left.text_input(
            "Nom de l'outil", depart.nom if depart else "", max_chars=60, placeholder="Cyberimpact", key=f"nom_{mark}"
        )
        famille = middle.selectbox(
            "Ce que le fichier raconte",
            families,
            index=families.index(idee.famille),
            format_func=lambda f: TITRES[f],
            key=f"famille_{mark}",
        )
        kinds = LIGNES[famille]
        ligne = right.selectbox(
            "Une ligne du fichier est",
            kinds,
            index=kinds.index(idee.ligne) if idee.ligne in kinds else 0,
            format_func=lambda k: LIGNES_DITES[k],
            key=f"ligne_est_{mark}_{famille}",
        )
        if (famille, ligne) != (idee.famille, idee.ligne):
            idee = Idee(famille, ligne, guessed(famille, ligne, [e.nom for e in entetes if e.stable]), idee.ordre)
        counted = counted_of(famille, ligne)
        pour = idee.compte_pour if idee.compte_pour in counted else None
        if counted:
            pour = st.radio(
                "Chaque ligne compte pour",
                counted,
                index=counted.index(pour) if pour else 0,
                format_func=lambda k: f"des {said(k)}" if len(counted) == 1 else said(k),
                horizontal=True,
                key=f"compte_pour_{mark}_{famille}",
                help="Les lignes sont comptées, puis oubliées : aucune colonne de personnes n'est lue ni gardée.",
            )
        asked = [*offered(famille, ligne), _ORDRE]
        cells = [c for _ in range(0, len(asked), 3) for c in st.columns(3)]  # row by row: a phone stacks them in order
        champs: dict[str, str] = {}
        for champ, cell in zip(offered(famille, ligne), cells, strict=False):
            options = [AUCUNE, *choices_of(famille, champ, entetes)]
            now = idee.champs.get(champ, AUCUNE)
            needed = " (nécessaire)" if champ in required_of(famille, ligne) else ""
            champs[champ] = cell.selectbox(
                said(champ).capitalize() + needed,
                options,
                index=options.index(now) if now in options else 0,
                format_func=lambda h: h or "aucune colonne",
                key=f"champ_{mark}_{famille}_{ligne}_{champ}",
            )
        orders = list(_ORDRES)
        ordre = cells[len(asked) - 1].selectbox(
            "Dates écrites en chiffres",
            orders,
            index=orders.index(idee.ordre),
            format_func=lambda o: _ORDRES[o],
            key=f"ordre_{mark}",
            help="Ne sert que là où rien, dans la colonne, ne dit lequel du jour et du mois vient en premier.",
        )
    return Idee(famille, ligne, champs, ordre, pour), nom
