"""Open data of a publication: CSV, Excel and JSON, described by a Frictionless data package: bytes by address.

Addresses never change: `donnees/` holds what is online, `donnees/<n>/` what publication n held, for good.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rqds_metrics.diffusion.ecarts import ecarts_of
from rqds_metrics.diffusion.parution import earlier
from rqds_metrics.diffusion.publication import Publication
from rqds_metrics.diffusion.tableur import neutral, to_xlsx
from rqds_metrics.statuts import LIBELLES

DOSSIER = "donnees"
NOM = "rqds-plan-strategique-2022-2027"
LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0 International",
    "path": "https://creativecommons.org/licenses/by/4.0/deed.fr",
}


# What each file holds, for whoever chooses one.
CONTENUS = {
    "donnees.xlsx": "Toutes les tables, une par feuille, pour Excel ou LibreOffice",
    "donnees.json": "Toutes les tables, pour un programme",
    "datapackage.json": "La description des tables CSV (Frictionless Data Package)",
    "indicateurs.csv": "Les indicateurs publiés : titres, unités, cibles du plan, sources, méthodes",
    "resultats.csv": "Un indicateur, un exercice par ligne : valeur, cible, attendu, état",
    "courbes.csv": "La valeur, l'attendu et l'an dernier, fin de mois par fin de mois",
    "commentaires.csv": "Les commentaires approuvés",
    "historique.csv": "Les publications : dates, notes, ce qui a changé",
    "changements.csv": "Ce que la dernière publication a changé, avant et après",
}


@dataclass(frozen=True)
class Champ:
    nom: str
    type: str  # of Frictionless: string, number, integer, boolean, date
    titre: str
    sens: str


@dataclass(frozen=True)
class Table:
    nom: str
    titre: str
    sens: str
    champs: tuple[Champ, ...]
    lignes: tuple[tuple[Any, ...], ...]
    cle: tuple[str, ...]


def _fields(*told: str) -> tuple[Champ, ...]:
    return tuple(Champ(*(part.strip() for part in line.split("|"))) for line in told)


_ID = "indicateur | string | Indicateur | Numéro de l'indicateur dans le plan"
_AN = "exercice | string | Exercice | Du 1er juillet au 30 juin, par exemple 2026-2027"
_INDICATEURS = _fields(
    "id | string | Numéro | Numéro de l'indicateur dans le plan",
    "action | string | Action | Numéro de l'action ; vide pour le sondage annuel des membres",
    "titre | string | Titre | Formulation du plan",
    "court | string | Titre court | Titre des graphiques",
    "type | string | Type | nombre, stock (niveau), taux, jalon ou qualitatif",
    "unite | string | Unité | Unité de la valeur ; % pour un taux, donné en fraction de 1",
    "sens | string | Sens | hausse ou baisse : de quel côté est le mieux",
    "cible_plan | string | Cible du plan | En mots",
    "source | string | Source | Famille d'outils d'où vient le chiffre",
    "methode | string | Méthode | Comment le chiffre est calculé",
)
_RESULTATS = _fields(
    _ID,
    _AN,
    "valeur | number | Valeur | Un taux est une fraction de 1 ; vide : pas de donnée, ou retenu",
    "numerateur | number | Numérateur | Des taux",
    "denominateur | number | Dénominateur | Des taux",
    "n | number | Observations | Combien d'observations sont derrière la valeur",
    "cible | number | Cible | De l'exercice",
    "attendu | number | Attendu | Ce qui est attendu à la date des dernières données",
    "statut | string | État | Code de l'état",
    "statut_titre | string | État, en mots | Libellé de l'état",
    "donnees_au | date | Données au | Date des dernières données",
    "fait_le | date | Fait le | Date d'un jalon",
    "echeance | date | Échéance | D'un jalon",
    "an_dernier | number | An dernier | À la même date pour un nombre de l'exercice en cours, sinon tout l'exercice précédent",
    "bas | number | Borne basse | Intervalle à 95 % d'un sondage",
    "haut | number | Borne haute | Intervalle à 95 % d'un sondage",
    "a_confirmer | boolean | À confirmer | L'intervalle contient la cible",
    "retenu | boolean | Retenu | Chiffres retenus : trop peu de réponses, ou ils en révéleraient d'autres",
    "phrase | string | En une phrase | Le résultat en mots",
)
_COURBES = _fields(
    _ID,
    _AN,
    "mois | date | Fin de mois | Dernier jour du mois",
    "valeur | number | Valeur | Cumul, niveau ou taux depuis le 1er juillet",
    "an_dernier | number | An dernier | À la même date",
    "attendu | number | Attendu | À cette date",
)
_COMMENTAIRES = _fields(
    _ID, "periode | string | Période | Exercice ou mois", "texte | string | Commentaire | Approuvé par la direction"
)
_HISTORIQUE = _fields(
    "numero | integer | Numéro | De la publication",
    "publie_le | date | Publiée le | Date de la publication",
    "vu_au | date | Vue au | Jour dont les données sont connues",
    "note | string | Note | De la publication",
    "ajoutes | integer | Ajoutés | Indicateurs ajoutés depuis la précédente",
    "retires | integer | Retirés | Indicateurs retirés",
    "changes | integer | Changés | Indicateurs dont quelque chose a changé",
)
_CHANGEMENTS = _fields(
    _ID,
    "periode | string | Période | Exercice ou mois ; vide pour l'indicateur lui-même",
    "quoi | string | Quoi | Ce qui a changé : ajouté, retiré, valeur, cible, état, commentaire…",
    "avant | string | Avant | Dans la publication précédente",
    "apres | string | Après | Dans celle-ci",
)


def tables_of(p: Publication, avant: Publication | None = None) -> list[Table]:
    """Everything that leaves, as tables. `avant`: the publication before, to say what changed."""
    results = tuple(
        tuple(LIBELLES[r.statut] if c.nom == "statut_titre" else getattr(r, c.nom) for c in _RESULTATS)
        for r in p.resultats.values()
    )
    e = ecarts_of(avant, p)
    changes = [
        *((i.id, "", "Ajouté", "", i.court) for i in e.ajoutes),
        *((i.id, "", "Retiré", i.court, "") for i in e.retires),
        *((c.indicateur.id, c.periode, c.quoi, c.avant, c.apres) for c in e.changements),
    ]
    editions = tuple(
        (h.numero, h.publie_le.date(), h.vu_au, h.note, h.ajoutes, h.retires, h.changes) for h in p.historique
    )
    comments = (c for some in p.commentaires.values() for c in some)
    return [
        Table("indicateurs", "Indicateurs", "Les indicateurs publiés", _INDICATEURS, _rows(_INDICATEURS, p.indicateurs), ("id",)),
        Table("resultats", "Résultats", "Un indicateur, un exercice", _RESULTATS, results, ("indicateur", "exercice")),
        Table("courbes", "Courbes", "Fin de mois par fin de mois", _COURBES,
              _rows(_COURBES, (x for line in p.courbes.values() for x in line)), ("indicateur", "exercice", "mois")),
        Table("commentaires", "Commentaires", "Ceux qui sont approuvés", _COMMENTAIRES, _rows(_COMMENTAIRES, comments),
              ("indicateur", "periode")),
        Table("historique", "Publications", "Celle-ci et celles d'avant", _HISTORIQUE, editions, ("numero",)),
        Table("changements", "Changements", "Ce que cette publication change à la précédente", _CHANGEMENTS,
              tuple(changes), ()),
    ]  # fmt: skip


def _rows(champs: Sequence[Champ], things: Iterable[Any]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(getattr(x, c.nom) for c in champs) for x in things)


def files_of(p: Publication, avant: Publication | None = None) -> dict[str, bytes]:
    """The files of a publication: address inside `donnees/` -> bytes."""
    tables = tables_of(p, avant)
    out = {f"{t.nom}.csv": _csv(t) for t in tables}
    out["donnees.xlsx"] = to_xlsx({t.titre: ([c.titre for c in t.champs], t.lignes) for t in tables})
    out["donnees.json"] = _json({"publication": _about(p), **{t.nom: _records(t) for t in tables}})
    out["datapackage.json"] = _json(_package(p, tables))
    return out


def addresses_of(p: Publication, avant: Publication | None = None) -> dict[str, bytes]:
    """The same, at both their addresses: what is online, and this publication for good."""
    found = files_of(p, avant)
    return {f"{where}/{name}": octets for where in (DOSSIER, f"{DOSSIER}/{p.numero}") for name, octets in found.items()}


def open_data(folder: Path, p: Publication) -> dict[str, bytes]:
    """The open data at all their addresses: `p`, which is online, and those before it that were not taken back."""
    out: dict[str, bytes] = {}
    last = None
    for this in [*(e for e in earlier(folder, p.numero) if e.demo == p.demo), p]:
        out |= addresses_of(this, last)  # the last one, which is online, keeps the address without a number
        last = this
    return out


def _plain(value: Any) -> Any:
    """As JSON and CSV hold it: a whole number without decimals, a day in ISO."""
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _csv(table: Table) -> bytes:
    """UTF-8, commas and decimal points, as data packages expect; no cell that a spreadsheet would compute."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([c.nom for c in table.champs])
    for row in table.lignes:
        cells = [_plain(v) for v in row]
        writer.writerow(
            ["" if v is None else str(v).lower() if isinstance(v, bool) else neutral(v) if isinstance(v, str) else v for v in cells]
        )  # fmt: skip
    return out.getvalue().encode("utf-8")


def _records(table: Table) -> list[dict[str, Any]]:
    names = [c.nom for c in table.champs]
    return [dict(zip(names, map(_plain, row), strict=True)) for row in table.lignes]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8")


def _about(p: Publication) -> dict[str, Any]:
    return {
        "numero": p.numero, "publie_le": _plain(p.publie_le), "vu_au": _plain(p.vu_au), "exercice": p.exercice,
        "note": p.note, "donnees_fictives": p.demo, "minimum_de_reponses": p.minimum,
    }  # fmt: skip


def _package(p: Publication, tables: Sequence[Table]) -> dict[str, Any]:
    sources = sorted({i.source for i in p.indicateurs})
    fictitious = "Données fictives. " if p.demo else ""
    method = "\n\n".join(f"{r.titre}. {r.texte}" for r in p.methode)
    return {
        "name": NOM,
        "title": "Plan stratégique 2022-2027 du RQDS : suivi des indicateurs",
        "description": f"{fictitious}Publication n° {p.numero}, vue au {p.vu_au.isoformat()}. {p.note}\n\n{method}".strip(),
        "version": str(p.numero),
        "created": _plain(p.publie_le),
        "keywords": ["développement social", "Québec", "plan stratégique", "indicateurs"],
        "contributors": [{"title": "Réseau québécois de développement social (RQDS)", "role": "publisher"}],
        "licenses": [LICENCE],
        "sources": [{"title": s} for s in sources or ["Compilation du RQDS"]],
        "resources": [_resource(t) for t in tables],
    }


def _resource(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [
            {"name": c.nom, "type": c.type, "title": c.titre, "description": c.sens, **_words(c.type)} for c in table.champs
        ],
        "missingValues": [""],
    }  # fmt: skip
    if table.cle:
        schema["primaryKey"] = list(table.cle)
    return {
        "name": table.nom, "path": f"{table.nom}.csv", "title": table.titre, "description": table.sens, "type": "table",
        "format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "schema": schema,
    }  # fmt: skip


def _words(kind: str) -> dict[str, Any]:
    return {"trueValues": ["true"], "falseValues": ["false"]} if kind == "boolean" else {}
