"""What an indicator's page shows, from results to figures and HTML."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from markupsafe import Markup

from pages.ui.contexte import Contexte
from pages.ui.donnees import GARDES, donnees, five_years, stamp
from pages.ui.gabarits import render
from pages.ui.graphiques import Figure, five_years_chart, year_chart
from pages.ui.occurrences import after_data, tally, told
from pages.ui.sources import source_title
from rqds_metrics.affichage import target_text, value_text
from rqds_metrics.alimentation import unread
from rqds_metrics.attendus import expected_of
from rqds_metrics.courbes import Courbes, courbes_of
from rqds_metrics.doutes import settled
from rqds_metrics.echeances import dates_of
from rqds_metrics.exercice import Exercice
from rqds_metrics.mesures import Plage, load_mesures, plages_decided
from rqds_metrics.methode import plan_target
from rqds_metrics.origines import Origine, read_origines
from rqds_metrics.plan import Indicateur, load_plan
from rqds_metrics.regles.formats import jour, nombre, pourcent, unite
from rqds_metrics.regles.phrase import METHODES, whole
from rqds_metrics.resultats import Calcul, Resultat
from rqds_metrics.revisions import read_revisions
from rqds_metrics.store import connect, local, version

PREMIERE = "1.2.6-2"  # the one that is shown when none is asked for
TYPES = {
    "nombre": "Un nombre, additionné sur l'exercice.",
    "stock": "Un niveau : la dernière valeur connue compte.",
    "taux": "Un taux : le total des numérateurs divisé par le total des dénominateurs, jamais une moyenne de taux.",
    "jalon": "Un jalon : fait ou non, à une date.",
    "qualitatif": "Un texte daté, sans chiffre.",
}
PROJECTION = (
    "Projection : le rythme actuel gardé jusqu'au 30 juin. La fourchette vient de l'écart des mois à ce rythme, cette "
    "année et les précédentes ; elle contient la fin de l'exercice 8 fois sur 10."
)
INTERVALLE = (
    "Intervalle de Wilson à 95 % : là où se trouve, 19 fois sur 20, le taux de toutes les personnes visées. Quand la cible "
    "y tombe, l'état est « à confirmer »."
)


@dataclass(frozen=True)
class Fiche:
    resultat: Resultat
    tete: Markup
    annee: Figure | None
    cinq_ans: Figure | None
    pied: Markup
    annees: list[Resultat]
    courbes: Courbes | None


def _plages(indicateur: Indicateur, calcul: Calcul) -> tuple[Plage, ...]:
    """Which sources the indicator's measure reads, through time."""
    if not indicateur.mesure:
        return ()
    mesure = load_mesures()[indicateur.mesure]
    return plages_decided(indicateur.mesure, mesure, calcul.donnees.decisions, calcul.donnees.portees)


def method_lines(r: Resultat, calcul: Calcul) -> list[str]:
    """How an indicator is computed, a sentence a line."""
    indicateur = r.indicateur
    lines = [TYPES[indicateur.type]]
    plages = _plages(indicateur, calcul)
    mesure = load_mesures()[indicateur.mesure] if indicateur.mesure else None
    if mesure:
        lines.append(mesure.methode)
    if mesure and plages and mesure.by_difference(plages[-1].series[0]):
        lines.append(
            f"Source : {source_title(plages[-1].series[0], mesure)}. Une différence à cheval sur deux exercices se "
            "partage entre eux au prorata des jours."
        )
    if indicateur.formule:
        parts = (indicateur.formule.numerateur, indicateur.formule.denominateur)
        named = [" + ".join(f"{i} {calcul.plan.tous[i].court}" for i in ids) for ids in parts if ids]
        lines.append(f"Formule : {' divisé par '.join(named)}.")
    if chosen := calcul.donnees.decisions.alimentations.get(r.id):
        why = chosen.pourquoi.rstrip(".")
        lines.append(f"Provenance choisie par {chosen.qui} le {jour(local(chosen.quand).date())} : {why}.")
    if r.id in (lost := unread(load_plan(), calcul.donnees.decisions)):
        lines.append(f"La provenance choisie ne tient plus ({' ; '.join(lost[r.id])}) : celle du plan s'applique.")
    for c in indicateur.filtre:
        kept = {"contient": "retient", "commence": "retient ce qui commence par", "egal": "retient exactement"}
        words = c.contient or c.commence or c.egal or c.sans
        verb = next((v for k, v in kept.items() if getattr(c, k)), "écarte")
        lines.append(f"Filtre ({c.colonne}) : {verb} {', '.join(f'« {w} »' for w in words)}.")
    lines += [
        f"Source depuis le {jour(p.debut)} : {source_title(p.series[0], mesure)} ; avant, une autre : les deux côtés ne se comparent pas."
        for p in plages
        if mesure and p.debut
    ]
    changed = {p.debut for p in _plages(indicateur, calcul)}
    lines += [
        f"Rupture le {jour(x.date)} : {x.raison.rstrip('. ')} ; les deux côtés ne se comparent pas."
        for x in calcul.serie(indicateur).ruptures
        if x.date not in changed
    ]
    calendrier = calcul.plan.calendrier_of(indicateur)
    if calendrier:
        lines.append(f"Calendrier : {calendrier.titre}.")
    if r.attendu_methode in ("calendrier", "saison", "jours"):
        lines.append(f"Attendu à ce jour : {METHODES[r.attendu_methode]}.")
    if r.projection and r.projection.bas is not None:
        lines.append(PROJECTION)
    if r.intervalle:
        lines.append(INTERVALLE)
    if r.cible_origine == "direction":
        set_by = calcul.donnees.decisions.cibles[r.id, str(r.exercice)]
        lines.append(f"Cible de {r.exercice} fixée par {set_by.qui} : {set_by.pourquoi.rstrip('.')}.")
    if indicateur.note:
        lines.append(indicateur.note)
    return lines


def _figure_text(r: Resultat, value: float | None) -> str:
    return pourcent(value) if r.indicateur.type == "taux" else nombre(value)


def _origin_text(o: Origine, r: Resultat) -> str:
    if r.indicateur.type == "jalon":
        return "fait" if o.num == 1 else "pas fait"
    if o.jours and o.num is None:
        return "inconnu"
    if r.indicateur.type == "taux" and o.den:
        return f"{nombre(o.num)} sur {nombre(o.den)}"
    return _figure_text(r, o.num)


def _due_text(r: Resultat) -> str:
    if r.attendu is None or r.valeur is None or r.indicateur.type == "jalon":
        return "–"
    return _figure_text(r, whole(r.attendu))


def _foot(r: Resultat, calcul: Calcul, years: list[Resultat], curves: Courbes | None) -> Markup:
    indicateur, exercice = r.indicateur, r.exercice
    action = calcul.plan.actions.get(indicateur.action or "")
    first = exercice.debut if not (indicateur.type == "jalon" and r.fait_le) else date(2022, 7, 1)
    texts = [t for t in donnees(calcul.au).textes.get(r.id, ()) if t.fin >= exercice.debut and t.debut <= exercice.fin]
    dates = dates_of(calcul, indicateur, exercice)
    return render(
        "fiche_pied.html",
        r=r,
        contexte=Contexte(exercice, calcul.au),
        echeances=dates,
        bilan_calendrier=tally(dates),
        calendrier=calcul.plan.calendrier_of(indicateur),
        dit=lambda o: told(o, r.donnees_au, saisi=indicateur.saisi),
        sans_nouvelles=after_data(dates, r.donnees_au),
        methode=method_lines(r, calcul),
        textes=texts[::-1],
        attendus=expected_of(action, exercice, calcul.donnees.decisions) if action else (),
        origines=read_origines(indicateur, first, exercice.fin, calcul.au),
        colonne=unite(indicateur.unite, 2).capitalize() if indicateur.unite not in ("", "%") else "Valeur",
        chiffre=lambda o: _origin_text(o, r),
        local=local,
        annees=years,
        valeur=value_text,
        attendu=_due_text,
        cible_de=target_text,
        courbes=curves,
        revisions=read_revisions(indicateur, exercice, calcul.au),
        texte=lambda v: "–" if v is None else _figure_text(r, whole(v)),
    )


def _trail(indicateur: Indicateur) -> str:
    if indicateur.action is None:
        scope = indicateur.id.removeprefix("G-")
        return "Sondage annuel des membres" + (f" › Objectif {scope}" if scope[0].isdigit() else "")
    action = indicateur.action
    return f"Orientation {action[0]} › Objectif {action[:3]} › Action {action}"


@lru_cache(GARDES)
def _fiche(stamp: str, id_: str, exercice: Exercice, au: date) -> Fiche:
    plan = load_plan()
    calcul = Calcul(plan, donnees(au))
    indicateur = calcul.plan.tous[id_]
    r = calcul.result(indicateur, exercice)
    years = five_years(au)[id_]
    order = list(plan.tous)
    rank = order.index(id_)
    action = plan.actions.get(indicateur.action or "")
    source = load_mesures()[indicateur.mesure].titre if indicateur.mesure else None
    head = render(
        "fiche_tete.html",
        r=r,
        contexte=Contexte(exercice, au),
        fil=_trail(indicateur),
        precedent=plan.tous[order[rank - 1]] if rank else None,
        suivant=plan.tous[order[rank + 1]] if rank + 1 < len(order) else None,
        cible=plan_target(indicateur),
        doute=settled(indicateur, calcul.donnees.decisions),
        source=f"source : {source.lower()}" if source else "formule" if indicateur.formule else "valeur saisie",
        responsable=", ".join(action.ressources) if action and action.ressources else "responsable à confirmer",
    )
    charted = indicateur.type in ("nombre", "stock", "taux") and any(x.valeur is not None for x in years)
    breaks = [x.date for x in calcul.serie(indicateur).ruptures]
    curves = courbes_of(calcul, r) if charted and r.valeur is not None else None
    with connect() if version() else nullcontext():  # opened once for all that it reads
        foot = _foot(r, calcul, years, curves)
    return Fiche(
        r,
        head,
        year_chart(r, curves, breaks) if curves else None,
        five_years_chart(years, r, au, breaks) if charted else None,
        foot,
        years,
        curves,
    )


def load_fiche(id_: str, contexte: Contexte) -> Fiche:
    """All that the page of an indicator shows, kept by the version of the file."""
    return _fiche(stamp(), id_, contexte.exercice, contexte.au)
