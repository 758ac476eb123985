"""The two charts of a public indicator page, and the tables that say the same."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from rqds_metrics.diffusion import svg
from rqds_metrics.diffusion.publication import Point, Publication
from rqds_metrics.diffusion.site.lignes import Ligne, figure, target, written
from rqds_metrics.exercice import Exercice
from rqds_metrics.regles.formats import INSECABLE, MOIS_COURTS, mois, pourcent, typographie, unite
from rqds_metrics.regles.phrase import DEUX, METHODES_COURTES
from rqds_metrics.statuts import APPARENCES

_CLAIR = "#6B7685"


@dataclass(frozen=True)
class Figure:
    """A chart for a wide screen and for a narrow one, and its table. `sous`: what is counted, and from when."""

    titre: str
    sous: str
    large: Markup
    etroit: Markup
    colonnes: list[str]
    rangs: list[list[str]]


def year_figure(p: Publication, x: Ligne) -> Figure | None:
    """The months of the year: this year, what is due, last year; None where there is no line."""
    points = p.courbes.get((x.id, p.exercice), ())
    if x.resultat.retenu or not any(v is not None for pt in points for v in (pt.valeur, pt.an_dernier)):
        return None
    before = str(Exercice.parse(p.exercice).precedent)
    how = METHODES_COURTES.get(x.resultat.attendu_methode or "")
    due = "Cible" if x.indicateur.type != "nombre" else f"Attendu ({how})" if how else "Attendu"
    traces = [
        svg.Trace(before, [pt.an_dernier for pt in points], _CLAIR, "fin"),
        svg.Trace(due, [pt.attendu for pt in points], svg.ENCRE, "pointille"),
        svg.Trace(p.exercice, [pt.valeur for pt in points], APPARENCES[x.resultat.statut].couleur),
    ]
    traces = [t for t in traces if any(v is not None for v in t.valeurs)]
    months = [MOIS_COURTS[pt.mois.month - 1] for pt in points]
    head = f"{typographie(x.indicateur.court)}, mois par mois, {p.exercice}"
    said = f"{head}{DEUX} {_spoken(x, points)}"
    decimals = 0 if x.indicateur.type == "taux" else None

    def axis(v: float) -> str:
        return pourcent(v, decimals) if x.indicateur.type == "taux" else figure(x.indicateur, v)

    rows = [
        [mois(pt.mois), *(figure(x.indicateur, v) for v in (pt.valeur, pt.attendu, pt.an_dernier))] for pt in points
    ]
    return Figure(
        head,
        _counted(x, "depuis le 1er juillet", "à la fin de chaque mois"),
        svg.annee(traces, months, said, axis),
        svg.annee(traces, months, said, axis, 350, 250),
        ["Mois", p.exercice, due, before],
        rows,
    )


def _counted(x: Ligne, total: str, level: str) -> str:
    """« Visites, depuis le 1er juillet », « Abonnés, à la fin de chaque mois », « En %, depuis le 1er juillet »."""
    many = unite(x.indicateur.unite, 2) if x.indicateur.unite else "nombre"
    name = f"en{INSECABLE}%" if x.indicateur.type == "taux" else many
    return f"{name[0].upper()}{name[1:]}, {level if x.indicateur.type == 'stock' else total}"


def _spoken(x: Ligne, points: tuple[Point, ...]) -> str:
    """The last figure, for whoever hears the chart."""
    known = [pt for pt in points if pt.valeur is not None]
    if not known:
        return "aucune donnée encore"
    return f"{figure(x.indicateur, known[-1].valeur)} à la fin de {mois(known[-1].mois, long=True)}"


def five_years_figure(p: Publication, x: Ligne) -> Figure | None:
    """Five bars and their targets; None for what is not a figure, or where no year has one."""
    if not x.chiffre or not any(r.valeur is not None for r in x.annees):
        return None
    bars = [
        svg.Barre(
            r.exercice[2:5] + r.exercice[7:], r.valeur, r.cible, r.statut,
            "retenu" if r.retenu else figure(x.indicateur, r.valeur), r.exercice == p.exercice, r.bas, r.haut,
        )
        for r in x.annees
    ]  # fmt: skip
    head = f"{typographie(x.indicateur.court)}, les cinq exercices du plan"
    said = ", ".join(
        f"{r.exercice} {written(x.indicateur, r)} ({APPARENCES[r.statut].libelle.lower()})" for r in x.annees
    )
    intervals = any(r.bas is not None for r in x.annees)
    rows = [
        [
            r.exercice, written(x.indicateur, r), target(x.indicateur, r), APPARENCES[r.statut].libelle,
            *([f"{pourcent(r.bas, 0)} à {pourcent(r.haut, 0)}" if r.bas is not None else "–"] if intervals else []),
        ]
        for r in x.annees
    ]  # fmt: skip
    columns = ["Exercice", "Valeur", "Cible", "État", *(["19 fois sur 20"] if intervals else [])]
    return Figure(
        head,
        _counted(x, "total par exercice" if x.indicateur.type == "nombre" else "par exercice", "à la fin de l'exercice")
        + (", avec la marge de chaque sondage (19 fois sur 20)" if intervals else ""),
        svg.cinq_ans(bars, f"{head}{DEUX} {said}", 680, 230),
        svg.cinq_ans(bars, f"{head}{DEUX} {said}", 350, 200),
        columns,
        rows,
    )
