"""The report as a PDF (typst): PDF/UA-1, tagged, fonts embedded, every drawing with its words."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import typst
from markupsafe import Markup

from rqds_metrics.affichage import due_text, gap_text, target_text, value_text
from rqds_metrics.diffusion import POLICES
from rqds_metrics.diffusion.figures import bars, bullet_of, mur
from rqds_metrics.diffusion.rapport import Fiche, Rapport
from rqds_metrics.diffusion.rapport_textes import (
    DEMO,
    GROUPES,
    LECTURE,
    by_sens,
    essentiel,
    facts,
    reperes,
    sous_titre,
    status_words,
    suites,
)
from rqds_metrics.diffusion.svg import repartition
from rqds_metrics.diffusion.svg_annee import year_lines
from rqds_metrics.plan import Orientation
from rqds_metrics.regles.formats import jour, nombre, typographie
from rqds_metrics.regles.statut import EVALUES
from rqds_metrics.resultats import Resultat
from rqds_metrics.statuts import APPARENCES
from rqds_metrics.synthese import Changement, attention

_GABARIT = Path(__file__).with_name("rapport.typ")
_POLICE = "Source Sans Pro"
A_LA_UNE = 6  # rows of « à l'attention » on the first page
LIGNES_MAX = 30  # rows that leave an orientation on its page; the annex has every indicator
_ESPACE_SVG = 'xmlns="http://www.w3.org/2000/svg"'


def _figure(svg: Markup | None, alt: str = "") -> dict[str, str] | None:
    """A drawing as typst takes it, with the words that stand for it."""
    if svg is None:
        return None
    title = svg.split("<title>", 1)[1].split("</title>", 1)[0]
    text = str(svg).replace("<svg ", f'<svg {_ESPACE_SVG} font-family="{_POLICE}" ', 1)
    return {"svg": text, "alt": alt or str(Markup(title).unescape())}  # noqa: S704 (our own drawing)


def _status(statut: str) -> dict[str, Any]:
    look = APPARENCES[statut]
    return {"forme": look.forme, "mot": look.libelle, "couleur": look.couleur}


def _row(r: Resultat) -> dict[str, Any]:
    return {
        "id": r.id,
        "titre": r.indicateur.court,
        "etat": _status(r.statut),
        "valeur": value_text(r),
        "attendu": due_text(r),
        "cible": target_text(r),
        "ecart": gap_text(r),
        "phrase": r.phrase,
        "trait": _figure(bullet_of(r, 360, 25)),
    }


def _counts(comptes: dict[str, int]) -> list[dict[str, Any]]:
    return [{**_status(s), "n": nombre(n)} for s, n in comptes.items()]


def _shown(o: Orientation, r: Rapport) -> tuple[list[Resultat], int]:
    """The indicators that an orientation's page has room for, in the plan's order, and how many evaluated are left out.

    All of them when they fit, else the evaluated ones. Those that are reached are the first to go: the others are what
    a board discusses.
    """
    mine = [r.resultats[i.id] for i in o.indicateurs()]
    if len(mine) <= LIGNES_MAX:
        return mine, 0
    evaluated = [x for x in mine if x.statut in EVALUES]
    urgent = {x.id for x in attention(evaluated, len(evaluated))}
    ranked = sorted(evaluated, key=lambda x: (x.id not in urgent, x.statut == "atteinte"))
    kept = {x.id for x in ranked[:LIGNES_MAX]}
    return [x for x in evaluated if x.id in kept], len(evaluated) - len(kept)


def _orientation(o: Orientation, r: Rapport) -> dict[str, Any]:
    bilan = next(b for b in r.bilans if b.orientation.id == o.id)
    rows, left = _shown(o, r)
    objectifs = []
    for ob in o.objectifs:
        states = [r.resultats[i.id].statut for a in ob.actions for i in a.indicateurs]
        good = sum(s in ("atteinte", "en_voie") for s in states)
        words = f"Objectif {ob.id} : " + ", ".join(status_words(s, states.count(s)) for s in APPARENCES if s in states)
        objectifs.append({
            "id": ob.id,
            "titre": ob.titre,
            "mur": _figure(mur([ob], r.resultats, words, 245, numeros=False)),
            "compte": f"{good} sur {sum(s in EVALUES for s in states)}",
        })  # fmt: skip
    return {
        "id": o.id,
        "titre": o.titre,
        "bilan": f"{bilan.favorables} sur {bilan.evalues}",
        "total": nombre(bilan.total),
        "comptes": _counts(bilan.comptes),
        "barre": _figure(repartition(bilan.comptes, 480, 12)),
        "objectifs": objectifs,
        "lignes": [_row(x) for x in rows],
        "reste": left,
        "complet": len(rows) == bilan.total,
    }


def _changed(c: Changement) -> dict[str, Any]:
    return {**_row(c.apres), "avant": _status(c.avant.statut), "faits": facts(c.apres)}


def _fiche(f: Fiche, r: Rapport) -> dict[str, Any]:
    x = f.resultat
    return {
        **_row(x),
        "fil": f"Objectif {x.id[:3]}",
        "long": x.indicateur.titre if x.indicateur.titre != x.indicateur.court else "",
        "avant": _status(f.avant.statut) if f.avant else None,
        "annee": _figure(year_lines(x, f.courbes, 390, 122)) if f.courbes else None,
        "cinq": _figure(bars(f.annees, r.demande.au, 260, 122)),
        "commentaires": [{"titre": c.titre, "texte": c.texte, "qui": c.qui} for c in f.commentaires],
    }


def _annexe(r: Rapport) -> list[dict[str, Any]]:
    groups = [
        {
            "titre": f"Objectif {ob.id}. {ob.titre}",
            "lignes": [_row(r.resultats[i.id]) for a in ob.actions for i in a.indicateurs],
        }
        for o in r.orientations
        for ob in o.objectifs
    ]
    if r.generaux:
        groups.append({"titre": "Sondage annuel des membres", "lignes": [_row(x) for x in r.generaux]})
    return groups


def report_data(r: Rapport) -> dict[str, Any]:
    """What the PDF shows, as plain text and drawings."""
    d = r.demande
    whole = d.contenu != "changements"
    everything = [ob for o in r.orientations for ob in o.objectifs]
    counted = ", ".join(status_words(s, n) for s, n in r.comptes.items())
    titles = {"tout": "L'essentiel", "orientation": "L'essentiel", "changements": "Ce qui a changé"}
    data: dict[str, Any] = {
        "titre": d.titre,
        "sous": sous_titre(r),
        "reseau": r.plan.reseau,
        "sigle": r.plan.sigle,
        "pied": f"Plan stratégique 2022-2027 du {r.plan.sigle}, {d.exercice}, vu au {jour(d.au)}",
        "demo": DEMO if r.demo else "",
        "demo_long": "Cette base contient la démonstration : aucun chiffre n'est réel." if r.demo else "",
        "reperes": [list(x) for x in reperes(r)],
        "mur": _figure(mur(everything, r.resultats, f"Un carré par indicateur : {counted}", 520)),
        "legende": _counts(r.comptes),
        "titre_essentiel": titles[d.contenu],
        "essentiel": essentiel(r),
        "entier": whole,
        "clos": r.clos,
        "orientations_bilan": [
            {
                "id": b.orientation.id,
                "titre": b.orientation.titre,
                "barre": _figure(repartition(b.comptes, 260, 12)),
                "favorables": nombre(b.favorables),
                "evalues": nombre(b.evalues),
                "retard": nombre(b.en_retard),
                "total": nombre(b.total),
            }
            for b in r.bilans
        ],
        "attention": [_row(x) for x in r.attention[:A_LA_UNE]],
        "attention_reste": max(len(r.attention) - A_LA_UNE, 0),
        "suites": [{"titre": s.titre, "texte": s.texte} for s in suites(r)],
        "depuis": jour(d.depuis, long=True),
        "changements": [
            {"titre": GROUPES[sens], "premiers": sens == "nouveau", "lignes": [_changed(c) for c in found]}
            for sens, found in by_sens(r).items()
        ],
        "comparable": r.comparable,
        "orientations": [_orientation(o, r) for o in r.orientations] if whole else [],
        "fiches": [_fiche(f, r) for f in r.fiches],
        "fiches_omises": r.fiches_omises,
        "annexe": _annexe(r) if whole else [],
        "regles": [{"titre": x.titre, "textes": list(x.textes)} for x in r.regles],
        "lecture": [{"titre": LECTURE.titre, "textes": list(LECTURE.textes)}],
    }
    return {k: _typeset(v) for k, v in data.items()}


# What the shipped fonts can write. PDF/UA refuses a character without a drawing, and a comment may hold any: an emoji
# must not cost the whole report.
_INCONNUS = re.compile(
    "[^ -~\u00a0-\u017f\u0192\u0218-\u021b\u0391-\u03a1\u03a3-\u03ce\u0410-\u044f"  # Latin, Greek, Cyrillic
    "\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u202f\u2030\u2039\u203a\u20ac\u2122"  # punctuation
    "\u2190-\u2193\u2212\u2260\u2264\u2265✓▲△◆■✕○]"  # arrows, signs, the shapes of statuses
)
REMPLACANT = "\u25a1"


def _typeset(value: Any) -> Any:
    """The no-break spaces of French, in every text but the drawings (which keep their own)."""
    if isinstance(value, str):
        return _INCONNUS.sub(REMPLACANT, unicodedata.normalize("NFC", typographie(value)))
    if isinstance(value, list):
        return [_typeset(v) for v in value]
    if isinstance(value, dict):
        return {k: v if k == "svg" else _typeset(v) for k, v in value.items()}
    return value


def _compile(data: dict[str, Any], **options: Any) -> Any:
    return typst.compile(
        _GABARIT.read_bytes(),
        sys_inputs={"donnees": json.dumps(data, ensure_ascii=False)},
        font_paths=[str(POLICES)],
        ignore_system_fonts=True,
        **options,
    )


def report_pdf(r: Rapport) -> bytes:
    """The PDF. Texts are passed as data: none of them can be read as markup."""
    made = _compile(report_data(r), format="pdf", pdf_standards=["ua-1"])
    assert isinstance(made, bytes)
    return made


def report_pages(r: Rapport, ppi: float = 72) -> list[bytes]:
    """Every page of the PDF as a PNG, to be looked at before the file is asked for."""
    made = _compile(report_data(r), format="png", ppi=ppi)
    return [made] if isinstance(made, bytes) else list(made)
