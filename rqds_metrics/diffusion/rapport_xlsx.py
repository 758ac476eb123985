"""The report as an Excel workbook: values, targets, statuses and sentences, to be filtered and worked on."""

from __future__ import annotations

from rqds_metrics.affichage import value_text
from rqds_metrics.diffusion.figures import FIGURES
from rqds_metrics.diffusion.rapport import Rapport, sens_of
from rqds_metrics.diffusion.rapport_textes import DEMO, GROUPES, essentiel, facts, reperes, sous_titre, suites
from rqds_metrics.diffusion.tableur import Cellule, Formate, to_xlsx
from rqds_metrics.exercice import exercices_du_plan
from rqds_metrics.regles.formats import typographie, unite
from rqds_metrics.regles.phrase import METHODES
from rqds_metrics.resultats import Resultat
from rqds_metrics.statuts import LIBELLES
from rqds_metrics.synthese import ratio

Row = list[Cellule | Formate]
TYPES = {"nombre": "nombre", "stock": "niveau", "taux": "taux", "jalon": "jalon", "qualitatif": "texte"}
_FR = "[$-C0C]"  # in the French of Canada, whatever the language of the spreadsheet
_JOUR = f"{_FR}d mmm yyyy"
_INDICATEURS = (
    "N°", "Orientation", "Objectif", "Indicateur", "Libellé du plan", "Type", "Unité", "État", "Valeur", "Cible",
    "Attendu à ce jour", "Part de l'attendu", "Méthode de l'attendu", "Numérateur", "Dénominateur",
    "L'an dernier à la même date", "L'an dernier en tout", "Données au", "Fait le", "Échéance", "Phrase",
)  # fmt: skip


def figure(r: Resultat, valeur: float | None) -> Formate | None:
    """A figure as a number that Excel can compute with, written as the indicator is."""
    if valeur is None or r.indicateur.type not in FIGURES:
        return None
    if r.indicateur.type == "taux":
        return Formate(valeur, f"{_FR}0.0 %")
    return Formate(round(valeur, 4), f"{_FR}#,##0" if abs(valeur - round(valeur)) < 0.05 else f"{_FR}#,##0.0")


def _row(r: Resultat, orientation: str, objectif: str) -> Row:
    i = r.indicateur
    part = ratio(r) if r.attendu and r.valeur is not None and i.type in FIGURES else None
    return [
        i.id, orientation, objectif, i.court, i.titre, TYPES[i.type], unite(i.unite, 2) if i.unite else "",
        LIBELLES[r.statut], figure(r, r.valeur) or value_text(r), figure(r, r.cible), figure(r, r.attendu),
        None if part is None else Formate(part, f"{_FR}0 %"),
        METHODES.get(r.attendu_methode or "", "") if r.attendu is not None else "",
        r.numerateur, r.denominateur, figure(r, r.an_dernier_meme_date), figure(r, r.an_dernier_total),
        r.donnees_au, r.fait_le, r.echeance, typographie(r.phrase),
    ]  # fmt: skip


def _indicateurs(r: Rapport) -> list[Row]:
    rows = [
        _row(r.resultats[i.id], f"{o.id}. {o.court}", f"{ob.id} {ob.titre}")
        for o in r.orientations
        for ob in o.objectifs
        for a in ob.actions
        for i in a.indicateurs
    ]
    return rows + [_row(x, "Sondage annuel des membres", "") for x in r.generaux]


def _cinq_ans(r: Rapport) -> list[Row]:
    rows: list[Row] = []
    for id_, years in r.annees.items():
        row: Row = [id_, years[0].indicateur.court]
        for x in years:
            row += [figure(x, x.valeur) or value_text(x), figure(x, x.cible), LIBELLES[x.statut]]
        rows.append(row)
    return rows


def _resume(r: Rapport) -> list[Row]:
    rows: list[Row] = [["Titre", r.demande.titre], ["Contenu", sous_titre(r)]]
    if r.demo:
        rows.append([DEMO, "Cette base contient la démonstration : aucun chiffre n'est réel."])
    rows += [[name, value] for name, value in reperes(r)]
    rows += [["L'essentiel", phrase] for phrase in essentiel(r)]
    rows += [["Prochaine étape", f"{s.titre}. {s.texte}"] for s in suites(r)]
    return [[typographie(c) if isinstance(c, str) else c for c in row] for row in rows]


def report_xlsx(r: Rapport) -> bytes:
    """The workbook. No cell of it is a formula."""
    demo = f" ({DEMO.lower()})" if r.demo else ""
    five = [f"{e} {what}" for e in exercices_du_plan() for what in ("valeur", "cible", "état")]
    sheets: dict[str, tuple[tuple[str, ...] | list[str], list[Row]]] = {
        "Résumé": (("Quoi", f"Texte{demo}"), _resume(r)),
        "Indicateurs": ([*_INDICATEURS[:-1], f"Phrase{demo}"], _indicateurs(r)),
        "Changements": (
            ("N°", "Indicateur", "Sens", "Avant", "Maintenant", "Faits", f"Phrase{demo}"),
            [
                [
                    c.apres.id, c.apres.indicateur.court, GROUPES[sens_of(c)], LIBELLES[c.avant.statut],
                    LIBELLES[c.apres.statut], facts(c.apres), typographie(c.apres.phrase),
                ]
                for c in r.changements
            ],
        ),
        "Cinq exercices": (["N°", f"Indicateur{demo}", *five], _cinq_ans(r)),
        "Commentaires": (
            ("N°", "Indicateur", "Période", "Commentaire", f"De{demo}"),
            [
                [f.resultat.id, f.resultat.indicateur.court, c.titre, c.texte, c.qui]
                for f in r.fiches
                for c in f.commentaires
            ],
        ),
        "Méthode": (("Règle", f"Texte{demo}"), [[x.titre, typographie(t)] for x in r.regles for t in x.textes]),
    }  # fmt: skip
    dates = dict.fromkeys(("Données au", "Fait le", "Échéance"), _JOUR)
    counts = dict.fromkeys(("Numérateur", "Dénominateur"), f"{_FR}#,##0")
    return to_xlsx(sheets, {**dates, **counts}, titre=r.demande.titre, auteur=r.plan.reseau, fige=2)
