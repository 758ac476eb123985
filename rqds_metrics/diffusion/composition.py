"""From what is known and what was chosen to what is published: a pure function, and nothing else leaves the house.

What is withheld is taken out of the series before anything is computed, so that no figure, line or sentence of what
is published can come from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from rqds_metrics.cibles import proposed
from rqds_metrics.courbes import courbes_of
from rqds_metrics.diffusion import publication as pub
from rqds_metrics.diffusion.paroles import comments_of
from rqds_metrics.diffusion.retenue import Cellule, Cle, Groupe, Raison, public_reason, withheld
from rqds_metrics.donnees import Donnees
from rqds_metrics.exercice import Exercice, exercices_du_plan
from rqds_metrics.familles import TITRES
from rqds_metrics.mesures import load_mesures
from rqds_metrics.methode import MOTS_INTERNES, glossary, plan_target, rules
from rqds_metrics.plan import Indicateur, Plan
from rqds_metrics.regles.cible import Objet
from rqds_metrics.regles.phrase import DEUX, METHODES
from rqds_metrics.resultats import Calcul, Resultat
from rqds_metrics.vagues import Vague

TYPES = {
    "nombre": "Un nombre, additionné du 1er juillet au 30 juin.",
    "stock": "Un niveau\u00a0: la dernière valeur connue compte.",
    "taux": "Un taux\u00a0: le total des numérateurs divisé par le total des dénominateurs.",
    "jalon": "Un jalon\u00a0: fait ou non, à une date.",
    "qualitatif": "Un texte daté, sans chiffre.",
}


@dataclass(frozen=True)
class Choix:
    """What was chosen to be public. `commentaires`: the key of each (see commentaires.cle_of) -> its text, as chosen."""

    indicateurs: tuple[str, ...]
    commentaires: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


class _Public(Calcul):
    """Results where some years are withheld: a target that would come from one of them is not shown.

    `calcul`: with all that is known, to tell these targets. One that the direction set comes from a withheld year where
    it is that year's figure, or what the app proposes from it: of so few answers, each figure proposes a target of its own.
    """

    def __init__(self, calcul: Calcul, plan: Plan, retenus: Iterable[Cle]):
        super().__init__(plan, _without(calcul.donnees, retenus))
        self._retenus = frozenset(retenus)
        self._avec_tout = calcul

    def _objet(self, indicateur: Indicateur, exercice: Exercice) -> Objet:
        found = super()._objet(indicateur, exercice)
        if found.origine == "direction":
            told = any(self._comes_from(found, indicateur, year) for year in exercices_du_plan() if year < exercice)
        else:
            told = found.origine == "reference" and (indicateur.id, str(exercice.precedent)) in self._retenus
        return Objet(None, "retenue") if told else found

    def _comes_from(self, objet: Objet, indicateur: Indicateur, year: Exercice) -> bool:
        value = self._avec_tout.value(indicateur, year).valeur
        if (indicateur.id, str(year)) not in self._retenus or value is None or objet.valeur is None:
            return False
        close = 0.005 if indicateur.type == "taux" else 0.5  # as it is written, rounded
        return any(abs(objet.valeur - v) <= close + 1e-9 for v in (value, proposed(self.plan, indicateur, value)))


def is_survey(indicateur: Indicateur, plan: Plan, tous: Mapping[str, Indicateur] | None = None) -> bool:
    """Do people answer a survey to make its figure: by an export, as it was typed from one, or as a formula of one.

    `tous`: the indicators as they are fed on that day, to follow formulas.
    """
    before = plan.tous.get(indicateur.id, indicateur)
    asked = {m for m in (indicateur.mesure, before.mesure) if m and load_mesures()[m].famille == "sondage"}
    if asked or indicateur.id.startswith("G-"):
        return True
    named = indicateur.formule.operandes if indicateur.formule and tous else ()
    return any(is_survey(tous[i], plan) for i in named if tous)


def figures_of_people(
    plan: Plan, calcul: Calcul, ids: Iterable[str], vagues: Mapping[str, tuple[Vague, ...]]
) -> list[Cellule]:
    """The answers behind every figure of people: surveys, and shares that are typed.

    A share typed once in a while is one of people, whose two numbers tell how many: without them nobody knows.
    """
    out = []
    for id_ in ids:
        indicateur = calcul.plan.tous[id_]
        survey = is_survey(indicateur, plan, calcul.plan.tous)
        if not survey and (indicateur.type != "taux" or not indicateur.saisi):
            continue
        for year in exercices_du_plan():
            v = calcul.value(indicateur, year)
            if v.valeur is None or (v.denominateur is None and not survey and indicateur.cadence == "mensuelle"):
                continue
            groups = frozenset(_group(w) for w in vagues.get(id_, ()) if year.debut <= w.fin <= year.fin)
            out.append(Cellule((id_, str(year)), v.denominateur, groups, v.numerateur))
    return out


def _group(w: Vague) -> Groupe:
    """The question only as its print: what is kept of it holds no words."""
    return Groupe(w.serie, hashlib.sha256(w.question.encode()).hexdigest()[:12], f"{w.fin:%Y-%m}", w.reponses)


def withheld_of(
    plan: Plan,
    calcul: Calcul,
    ids: Iterable[str],
    minimum: int,
    vagues: Mapping[str, tuple[Vague, ...]] | None = None,
    deja: Iterable[pub.Publication] = (),
    anciennes: Sequence[Cellule] = (),
) -> dict[Cle, Raison]:
    """(indicateur, exercice) -> why it is withheld, among the indicators `ids`."""
    before: dict[Cle, set[float]] = {}
    for c in anciennes:
        if c.reponses is not None:
            before.setdefault(c.cle, set()).add(c.reponses)
    for earlier in deja:
        for key, r in earlier.resultats.items():
            if r.denominateur is not None:
                before.setdefault(key, set()).add(r.denominateur)
    return withheld(figures_of_people(plan, calcul, ids, vagues or {}), minimum, before, anciennes)


def _without(donnees: Donnees, retenus: Iterable[Cle]) -> Donnees:
    """What is known, less the figures of some years."""
    series, waves = dict(donnees.series), dict(donnees.vagues)
    for id_, text in retenus:
        year = Exercice.parse(text)
        if (serie := series.get(id_)) is not None:
            outside = (serie.fin < year.debut.toordinal()) | (serie.fin > year.fin.toordinal())
            series[id_] = serie._keep(np.asarray(outside, dtype=np.bool_))
        waves[id_] = tuple(w for w in waves.get(id_, ()) if not year.debut <= w.fin <= year.fin)
    return replace(donnees, series=series, vagues=waves)


def build(
    plan: Plan,
    calcul: Calcul,
    choix: Choix,
    *,
    numero: int,
    publie_le: datetime,
    minimum: int | None = None,
    vagues: Mapping[str, tuple[Vague, ...]] | None = None,
    deja: Iterable[pub.Publication] = (),
    anciennes: Sequence[Cellule] = (),
) -> pub.Publication:
    """The publication of a choice, without its history (see mise_en_ligne.with_history).

    Args:
        calcul: the results as of the day the publication is seen from.
        minimum: answers under which a survey's result is withheld; the setting of that day by default.
        vagues: the groups of answers behind each survey indicator (see vagues.read_vagues).
        deja: earlier publications, which everyone may have kept.
        anciennes: the figures of people in earlier publications, with the answers that were behind them.
    """
    reglages = calcul.donnees.decisions.reglages
    least = reglages.publie_des if minimum is None else minimum
    chosen = [i for id_, i in calcul.plan.tous.items() if id_ in set(choix.indicateurs)]
    retenus = withheld_of(plan, calcul, [i.id for i in chosen], least, vagues, deja, anciennes)
    public = _Public(calcul, plan, retenus)
    years = exercices_du_plan()
    results, lines = {}, {}
    for indicateur in chosen:
        for year in years:
            key = (indicateur.id, str(year))
            if key in retenus:
                results[key] = _withheld_result(indicateur, year, public_reason(retenus[key], least))
                continue
            r = public.result(indicateur, year)
            results[key] = _result(r, closed=year.closed(public.au))
            if r.valeur is not None and _has_line(indicateur, plan, calcul.plan.tous):
                lines[key] = _line(r, public)
    ids = {i.id for i in chosen}
    words = [(m, s) for m, s in glossary().items() if m not in MOTS_INTERNES]
    return pub.Publication(
        numero, publie_le, calcul.au, str(_year_of(calcul)), calcul.donnees.demo, choix.note, least,
        tuple(pub.Orientation(o.id, o.titre, o.court, k) for k, o in enumerate(plan.orientations, 1)),
        *_above(plan, ids),
        tuple(_indicator(i, rank, public, ids) for rank, i in enumerate(chosen, 1)),
        results, lines, comments_of(calcul, chosen, choix.commentaires, retenus),
        methode=_method(public, least),
        glossaire=tuple(pub.Mot(k, mot, sens) for k, (mot, sens) in enumerate(words, 1)),
    )  # fmt: skip


def _year_of(calcul: Calcul) -> Exercice:
    years = exercices_du_plan()
    return min(max(Exercice.of(calcul.au), years[0]), years[-1])


def _above(plan: Plan, ids: set[str]) -> tuple[tuple[pub.Objectif, ...], tuple[pub.Action, ...]]:
    """The objectives and actions that hold something published."""
    actions = [a for a in plan.actions.values() if any(i.id in ids for i in a.indicateurs)]
    asked = {a.id.rsplit(".", 1)[0] for a in actions} | {id_.removeprefix("G-") for id_ in ids}
    objectifs = [o for o in plan.objectifs.values() if o.id in asked]
    return (
        tuple(pub.Objectif(o.id, o.titre, k) for k, o in enumerate(objectifs, 1)),
        tuple(pub.Action(a.id, a.titre, k) for k, a in enumerate(actions, 1)),
    )


def _has_line(indicateur: Indicateur, plan: Plan, tous: Mapping[str, Indicateur]) -> bool:
    """Months of a survey would tell, one from the other, what the few who answered in between said."""
    if indicateur.type not in ("nombre", "stock", "taux") or is_survey(indicateur, plan, tous):
        return False
    return indicateur.type != "taux" or not indicateur.saisi or indicateur.cadence == "mensuelle"


def _result(r: Resultat, closed: bool) -> pub.Resultat:
    whole = closed or r.indicateur.type in ("taux", "stock")
    jalon = r.indicateur.type == "jalon"
    return pub.Resultat(
        r.id, str(r.exercice), r.valeur, r.numerateur, r.denominateur, r.n, r.cible, r.attendu, r.attendu_methode,
        r.statut, r.phrase, None if jalon else r.donnees_au, r.fait_le, r.echeance,
        r.an_dernier_total if whole else r.an_dernier_meme_date,
        r.intervalle.bas if r.intervalle else None, r.intervalle.haut if r.intervalle else None, r.a_confirmer,
        False, None,
    )  # fmt: skip


def _withheld_result(indicateur: Indicateur, year: Exercice, reason: str) -> pub.Resultat:
    return pub.Resultat(
        indicateur.id, str(year), None, None, None, None, None, None, None, "sans_donnees", reason, None, None, None,
        None, None, None, False, True, reason,
    )  # fmt: skip


def _line(r: Resultat, calcul: Calcul) -> tuple[pub.Point, ...]:
    c = courbes_of(calcul, r)
    found = zip(c.mois, c.valeur, c.an_dernier, c.attendu, strict=True)
    return tuple(pub.Point(r.id, str(r.exercice), *values) for values in found)


def _indicator(indicateur: Indicateur, rank: int, calcul: Calcul, ids: set[str]) -> pub.Indicateur:
    mesure = load_mesures()[indicateur.mesure] if indicateur.mesure else None
    lines = [TYPES[indicateur.type]]
    source = TITRES[mesure.famille] if mesure else "Compilation du RQDS"
    if mesure:
        lines.append(mesure.methode)
    if indicateur.formule:
        named = indicateur.formule.operandes
        known = all(i in ids for i in named)  # one that is not published is not named
        parts = ", ".join(f"«\u00a0{calcul.plan.tous[i].court}\u00a0»" for i in named)
        lines.append(f"Calculé à partir de{DEUX} {parts}." if known else "Calculé à partir d'autres chiffres du RQDS.")
        source = "Calcul"
    if calendrier := calcul.plan.calendrier_of(indicateur):
        lines.append(f"Calendrier{DEUX} {calendrier.titre}.")
    due = calcul.result(indicateur, _year_of(calcul)).attendu_methode
    if due in ("calendrier", "saison", "jours"):
        lines.append(f"Ce qui est attendu à ce jour{DEUX} {METHODES[due]}.")
    if indicateur.note:
        lines.append(indicateur.note)
    return pub.Indicateur(
        indicateur.id, indicateur.action, indicateur.titre, indicateur.court, indicateur.type, indicateur.unite,
        indicateur.sens, plan_target(indicateur), source, "\n".join(lines), rank,
    )  # fmt: skip


def _method(calcul: Calcul, minimum: int) -> tuple[pub.Regle, ...]:
    told = [(r.titre, "\n".join(r.publics)) for r in rules(calcul.donnees.decisions.reglages)]
    small = (
        f"Le résultat d'un sondage auquel moins de {minimum} personnes ont répondu est retenu, pour que personne n'y soit "
        "reconnu. Un autre l'est aussi quand une soustraction, ou un taux de 0\u00a0% ou de 100\u00a0%, révélerait le "
        "premier. La cible qui en viendrait n'est pas montrée."
    )
    return tuple(pub.Regle(k, *t) for k, t in enumerate([*told, ("Ce qui est retenu", small)], 1))
