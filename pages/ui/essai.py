"""What the choices of the moment would read of a file, shown at once; then kept, with the file or without it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import streamlit as st
from markupsafe import Markup

from etl.correspondance import Correspondance, CorrespondanceInvalide
from etl.describing import Idee, first_rows, mapping_of, totals
from etl.mapped import MappedSource
from etl.preview import Apercu, preview
from etl.proposing import missing
from etl.recognition import read_as
from etl.source import Document
from pages.ui.correspondance import Table, reading, written
from pages.ui.donnees import donnees, stamp, warm
from pages.ui.envois import Dit, store_ready
from pages.ui.gabarits import escape_markdown, render
from pages.ui.portier import permit
from pages.ui.sources import described
from rqds_metrics.registre import decide
from rqds_metrics.regles.formats import nombre, periode, quantite, typographie
from rqds_metrics.store import today, transaction

SANS_NOM = "Nouvel outil"  # until the tool is named


@dataclass(frozen=True)
class Essai:
    """What the choices give. `apercu` None: the mapping cannot be, `fautes` say why."""

    correspondance: Correspondance | None
    apercu: Apercu | None
    fautes: tuple[str, ...] = ()


def faults_text(fautes: Iterable[str]) -> str:
    return "  \n".join(escape_markdown(typographie(f)) for f in fautes)


def preview_of(document: Document, table: Table, idee: Idee, nom: str) -> Essai:
    """Read the file with the choices, and see what it would change; again only when they or the base change."""
    try:
        c = mapping_of(nom.strip() or SANS_NOM, idee, written(document, table))
    except CorrespondanceInvalide as refused:
        return Essai(None, None, tuple(refused.fautes))
    mark = (stamp(), document.sha256, c)
    kept = st.session_state.get("essai")
    if kept is None or kept[0] != mark:
        lecture = read_as(MappedSource(c), document, reading())
        kept = (mark, preview([lecture], au=today(), demo=donnees(today()).demo)[0])
        st.session_state["essai"] = kept
    return Essai(c, kept[1])


def read_html(essai: Essai) -> Markup:
    """The totals and first rows of what is read; nothing where it cannot be."""
    extrait = essai.apercu.lecture.extrait if essai.apercu else None
    if extrait is None or extrait.lignes.empty or essai.correspondance is None:
        return Markup("")
    words, rows = first_rows(extrait, essai.correspondance)
    return render(
        "essai.html",
        lignes=quantite(len(extrait.lignes), "ligne"),
        periode=periode(extrait.debut, extrait.fin),
        totaux=[f"{mot} : {nombre(somme)}" for mot, somme in totals(extrait, essai.correspondance)],
        colonnes=words,
        rangees=[[periode(*row[0]), *row[1:]] for row in rows],  # type: ignore[misc]
        reste=len(extrait.lignes) - len(rows),
        texte=lambda v: "–" if v is None else v if isinstance(v, str) else nombre(v),
        chiffre=lambda v: not isinstance(v, str),
    )


def saving_faults(c: Correspondance, nom: str, depart: Correspondance | None) -> list[str]:
    """Why a description may not be kept under its name."""
    if not nom.strip():
        return ["Donnez un nom à l'outil."]
    other = next((d for d in described() if d.slug == c.slug and d.nom != c.nom), None)
    if other:
        return [f"Ce nom se confond avec « {other.nom} », déjà décrit : choisissez-en un autre."]
    if any(d.nom == c.nom for d in described()) and (depart is None or depart.nom != c.nom):
        return [
            f"« {c.nom} » est déjà décrit. Pour le changer, choisissez « Changer » ou retirez sa description d'abord."
        ]
    return []


def keep(c: Correspondance | None, nom: str, pourquoi: str) -> None:
    """Write a description, or take one back, as a dated decision."""
    valeur: Any = c.model_dump(mode="json") if c else None
    with transaction() as cursor:
        decide(
            cursor,
            "correspondance",
            nom,
            valeur,
            qui=permit("correspondance"),
            pourquoi=pourquoi,
            demo=donnees(today()).demo,
        )


def why(c: Correspondance, depart: Correspondance | None, fichier: str) -> str:
    """What the registre says of it: what it was made from, or what changed."""
    if depart is None or depart.nom != c.nom:
        return f"Décrit d'après « {fichier} »."
    gone = missing(depart, list(c.champs.values()))
    changed = [f"« {h} » → « {c.champs[k]} »" if k in c.champs else f"« {h} » n'y est plus" for k, h in gone.items()]
    return f"Description revue d'après « {fichier} »" + (f" : {', '.join(changed)}." if changed else ".")


def save(document: Document, essai: Essai, depart: Correspondance | None, *, with_file: bool) -> None:
    """Keep the description, then the file if it was asked, and say so; the page begins again."""
    c, apercu = essai.correspondance, essai.apercu
    assert c is not None
    assert apercu is not None
    keep(c, c.nom, why(c, depart, document.fichier))
    dits = [Dit(f"« {c.nom} » est décrit : ses prochains fichiers seront reconnus à la page Téléverser.")]
    if with_file:
        dits += store_ready([apercu])
        warm()
    st.session_state["dits"] = dits
    for name in ("a_decrire", "document_decrit", "essai"):
        st.session_state.pop(name, None)
    st.session_state["tour_description"] += 1
    st.rerun()
