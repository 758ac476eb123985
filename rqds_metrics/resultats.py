"""Plan + measures + rows + decisions, as of a day -> a status for every indicator. The only figures pages read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from rqds_metrics.alimentation import plan_decided
from rqds_metrics.donnees import Donnees, load_donnees
from rqds_metrics.exercice import Exercice, exercices_du_plan
from rqds_metrics.mesures import load_mesures
from rqds_metrics.plan import Indicateur, Plan, load_plan
from rqds_metrics.regles.attendu import Attendu, Methode, attendu_of, due_dates, methode_of
from rqds_metrics.regles.cible import Objet, cible_of
from rqds_metrics.regles.formats import pourcent
from rqds_metrics.regles.intervalle import Intervalle, interval_of
from rqds_metrics.regles.jalon import jalon_of
from rqds_metrics.regles.phrase import DEUX, POINT_VIRGULE, Faits, jalon_sentence, sentence
from rqds_metrics.regles.projection import Projection, projection_of
from rqds_metrics.regles.rupture import Rupture, between
from rqds_metrics.regles.series import Serie, couverture, covered_days, cumul, last_day
from rqds_metrics.regles.statut import Limites, Statut, statut_of
from rqds_metrics.store import today

COLONNES = (
    "indicateur exercice valeur numerateur denominateur n cible cible_origine attendu attendu_methode statut "
    "couverture phrase"
).split()


@dataclass(frozen=True)
class Resultat:
    """One indicator in one year, as of a day. Rates are fractions; what is missing is None.

    `an_dernier_total`, `an_dernier_meme_date`: the year before, whole, and up to the same date. `projection`: of a
    total, in a year in progress. `intervalle`: of a survey's rate. `a_confirmer`: the interval crosses the target, so
    that the status could be another one with more answers. `rupture`: why the year before does not compare.
    `reserve`: what must be said wherever the value is (it ends `phrase`).
    """

    indicateur: Indicateur
    exercice: Exercice
    valeur: float | None
    numerateur: float | None
    denominateur: float | None
    n: float | None
    cible: float | None
    cible_origine: str | None
    attendu: float | None
    attendu_methode: str | None
    statut: Statut
    couverture: float | None
    phrase: str
    donnees_au: date | None = None
    an_dernier_total: float | None = None
    an_dernier_meme_date: float | None = None
    fait_le: date | None = None
    echeance: date | None = None
    reserve: str = ""
    projection: Projection | None = None
    intervalle: Intervalle | None = None
    a_confirmer: bool = False
    rupture: Rupture | None = None
    invites: int | None = None  # people invited to the surveys that `n` answered; None unless known for each of them

    @property
    def id(self) -> str:
        return self.indicateur.id


@dataclass(frozen=True)
class _Valeur:
    valeur: float | None = None
    numerateur: float | None = None
    denominateur: float | None = None
    n: float | None = None


_SANS_CHIFFRE = Serie()


def value_of(indicateur: Indicateur, serie: Serie, exercice: Exercice, jour: date) -> _Valeur:
    """The value of the year at the end of `jour`: a sum, a last level, or a ratio of sums."""
    part = serie.year(exercice, jour)
    if not len(part) or np.isnan(part.num).all():
        spoken = serie.couvert is not None or serie.connu is not None
        covered = spoken and last_day(serie, exercice, jour) is not None
        # days that were spoken for without a row hold a true zero; days nobody spoke for are unknown
        return _Valeur(0.0, n=0) if covered and indicateur.type == "nombre" else _Valeur()
    n = float(part.n.sum())
    if indicateur.type == "nombre":
        return _Valeur(float(np.nansum(part.num)), n=n)
    last = int(np.flatnonzero(~np.isnan(part.num))[-1])
    if indicateur.type == "stock":
        return _Valeur(float(part.num[last]), n=n)
    if np.isnan(part.den).all():  # typed as a percentage, without its two numbers: the newest one holds
        return _Valeur(float(part.num[last]), n=n)
    numerateur, denominateur = float(np.nansum(part.num)), float(np.nansum(part.den))
    return _Valeur(numerateur / denominateur if denominateur else None, numerateur, denominateur, n)


class Calcul:
    """The results of a plan as of a day; each year's value is computed once and serves the next year's target."""

    def __init__(self, plan: Plan, donnees: Donnees):
        self.plan = plan_decided(plan, donnees.decisions)
        self.donnees = donnees
        self.au = donnees.au
        reglages = donnees.decisions.reglages
        self.limites = Limites(reglages.en_voie, reglages.a_surveiller, reglages.presque)
        self._values: dict[tuple[str, Exercice], _Valeur] = {}

    def serie(self, indicateur: Indicateur) -> Serie:
        return self.donnees.series.get(indicateur.id, _SANS_CHIFFRE)

    def beside(self, indicateur: Indicateur, exercice: Exercice) -> list[tuple[str, float]]:
        """(title, rate of the year) of the measures shown beside an indicator's; those without a figure left out."""
        out = []
        for nom, mesure in load_mesures().items():
            if mesure.accompagne and mesure.accompagne == indicateur.mesure and not indicateur.filtre:
                part = self.donnees.a_cote.get(nom, Serie()).year(exercice, self.au)
                total = float(np.nansum(part.den)) if len(part) else 0.0
                if total:
                    out.append((mesure.titre, float(np.nansum(part.num)) / total))
        return out

    def reserve(self, indicateur: Indicateur, exercice: Exercice) -> str:
        """What the measure's figure must be read with, and the rates that stand beside it; "" when there is no figure."""
        said = load_mesures()[indicateur.mesure].reserve if indicateur.mesure else None
        beside = [f"{titre.lower()}{DEUX} {pourcent(taux)}" for titre, taux in self.beside(indicateur, exercice)]
        parts = [*([said] if said else []), *beside]
        if not parts or self.value(indicateur, exercice).valeur is None:
            return ""
        text = f"{POINT_VIRGULE} ".join(parts)
        return text[0].upper() + text[1:] + "."

    def value(self, indicateur: Indicateur, exercice: Exercice) -> _Valeur:
        key = (indicateur.id, exercice)
        if key not in self._values:
            self._values[key] = value_of(indicateur, self.serie(indicateur), exercice, self.au)
        return self._values[key]

    def invites(self, indicateur: Indicateur, exercice: Exercice) -> int | None:
        """How many were invited to all the surveys behind a year's figure.

        None unless it was said of each of them, and also where two questions of one survey feed the indicator: its
        answers are then no longer people.
        """
        last = min(exercice.fin, self.au)
        mine = [v for v in self.donnees.vagues.get(indicateur.id, ()) if exercice.debut <= v.fin <= last]
        asked = {(v.serie, v.question) for v in mine}
        series = {v.serie for v in mine}
        said = [self.donnees.decisions.invites.get((serie, str(exercice))) for serie in series]
        if not said or len(asked) > len(series) or None in said:
            return None
        return sum(int(d.valeur) for d in said if d)

    def result(self, indicateur: Indicateur, exercice: Exercice) -> Resultat:
        indicateur = self.plan.tous.get(indicateur.id, indicateur)  # as it is fed on that day
        if indicateur.type == "jalon":
            return self._jalon(indicateur, exercice)
        if indicateur.type == "qualitatif":
            return self._texte(indicateur, exercice)
        return self._figure(indicateur, exercice)

    def _objet(self, indicateur: Indicateur, exercice: Exercice) -> Objet:
        set_by = self.donnees.decisions.cibles.get((indicateur.id, str(exercice)))
        last = self.value(indicateur, exercice.precedent).valeur
        rupture = self._break(indicateur, exercice)
        return cible_of(indicateur, exercice, last, float(set_by.valeur) if set_by else None, rupture)

    def _break(self, indicateur: Indicateur, exercice: Exercice) -> Rupture | None:
        """What keeps the year from being compared with the one before, where that one has figures."""
        ruptures = self.serie(indicateur).ruptures
        if not ruptures or self.value(indicateur, exercice.precedent).valeur is None:
            return None
        return between(ruptures, exercice, self.au)

    def skips(self, indicateur: Indicateur, exercice: Exercice) -> tuple[int, ...]:
        """The month of its calendar that the direction named as the one skipped this year."""
        said = self.donnees.decisions.sauts.get((indicateur.calendrier or "", str(exercice)))
        return (int(said.valeur),) if said else ()

    def _projection(self, indicateur: Indicateur, exercice: Exercice, jour: date) -> Projection | None:
        if indicateur.type != "nombre" or exercice.closed(self.au):
            return None
        calendrier = self.plan.calendrier_of(indicateur)
        skips = self.skips(indicateur, exercice)
        return projection_of(self.serie(indicateur), calendrier, exercice, jour, self.au, skips)

    def _due(self, indicateur: Indicateur, exercice: Exercice, objet: Objet, jour: date) -> Attendu:
        """What is due at the date of the last data: rates and levels compare as they are, totals by their pace."""
        if objet.valeur is None:
            return Attendu(None, None)
        if indicateur.type == "taux":
            return Attendu(objet.valeur, "seuil")
        if exercice.closed(self.au):
            return Attendu(objet.valeur, "jours" if indicateur.type == "stock" else self._method(indicateur, exercice))
        if indicateur.type == "stock":
            return Attendu(self._level_due(indicateur, exercice, objet, jour), "jours")
        calendrier = self.plan.calendrier_of(indicateur)
        skips = self.skips(indicateur, exercice)
        return attendu_of(objet.valeur, self.serie(indicateur), calendrier, exercice, jour, self.au, skips)

    def _method(self, indicateur: Indicateur, exercice: Exercice) -> Methode:
        return methode_of(self.serie(indicateur), self.plan.calendrier_of(indicateur), exercice, self.au)

    def _level_due(self, indicateur: Indicateur, exercice: Exercice, objet: Objet, jour: date) -> float:
        """A level grows from where last year left it to the target, day by day."""
        assert objet.valeur is not None
        start = self.value(indicateur, exercice.precedent).valeur
        if start is None:
            return objet.valeur
        return start + (objet.valeur - start) * exercice.rang(jour) / exercice.jours

    def _figure(self, indicateur: Indicateur, exercice: Exercice) -> Resultat:
        serie, closed = self.serie(indicateur), exercice.closed(self.au)
        found = self.value(indicateur, exercice)
        objet = self._objet(indicateur, exercice)
        jour = last_day(serie, exercice, self.au)
        due = self._due(indicateur, exercice, objet, jour) if jour and found.valeur is not None else Attendu(None, None)
        if exercice.debut > self.au or (found.valeur is None and self._nothing_due(indicateur, exercice)):
            statut: Statut = "non_du"
        else:
            statut = statut_of(
                found.valeur,
                objet.valeur,
                due.valeur,
                closed=closed,
                limites=self.limites,
                sens=indicateur.sens,
                strict=objet.strict,
            )
        before = exercice.precedent
        same_date = None
        if jour and found.valeur is not None and self.value(indicateur, before).valeur is not None:
            same_date = self._same_date(indicateur, before, jour)
        couvert, invites = couverture(serie, exercice, self.au), self.invites(indicateur, exercice)
        projection = self._projection(indicateur, exercice, jour) if jour and found.valeur is not None else None
        intervalle = None
        if indicateur.mesure == "satisfaction" and found.numerateur is not None and found.denominateur:
            intervalle = interval_of(found.numerateur, found.denominateur, invites)
        confirm = intervalle is not None and objet.valeur is not None and intervalle.crosses(objet.valeur)
        rupture = self._break(indicateur, exercice)
        reserve = self.reserve(indicateur, exercice) if exercice.debut <= self.au else ""
        faits = Faits(
            indicateur, exercice, self.au, found.valeur, found.numerateur, found.denominateur, found.n, objet,
            due.valeur, due.methode, statut, jour, self.value(indicateur, before).valeur, same_date, couvert,
            couverture(serie, before, self.au), serie.releve_seul, projection, intervalle, confirm, rupture, invites,
        )  # fmt: skip
        return Resultat(
            indicateur, exercice, found.valeur, found.numerateur, found.denominateur, found.n, objet.valeur,
            objet.origine, due.valeur, due.methode, statut, couvert, f"{sentence(faits)} {reserve}".strip(), jour,
            faits.an_dernier_total, same_date, reserve=reserve, projection=projection, intervalle=intervalle,
            a_confirmer=confirm, rupture=rupture, invites=invites,
        )  # fmt: skip

    def _same_date(self, indicateur: Indicateur, before: Exercice, jour: date) -> float | None:
        serie, same = self.serie(indicateur), before.same_day(jour)
        if indicateur.type == "nombre":
            if serie.couvert is not None and not covered_days(serie.couvert, before.debut, same):
                return None  # nobody spoke of these days: what came then is unknown, not nothing
            return cumul(serie, before, same)
        return value_of(indicateur, serie, before, same).valeur

    def _nothing_due(self, indicateur: Indicateur, exercice: Exercice) -> bool:
        """What is measured once a year is due at its end; else nothing is due before the first date of the calendar."""
        if indicateur.cadence == "annuelle":
            return not exercice.closed(self.au)
        calendrier = self.plan.calendrier_of(indicateur)
        return calendrier is not None and due_dates(calendrier, exercice)[0] > self.au

    def _jalon(self, indicateur: Indicateur, exercice: Exercice) -> Resultat:
        cible = indicateur.cible
        assert cible is not None
        set_by = self.donnees.decisions.echeances.get(indicateur.id)
        echeance = date.fromisoformat(set_by.valeur) if set_by else cible.avant
        etat = jalon_of(self.serie(indicateur), exercice, self.au, annuel=bool(cible.annuel), echeance=echeance)
        return Resultat(
            indicateur, exercice, etat.valeur, None, None, None, 1.0, "plan", etat.attendu,
            "echeance" if etat.echeance else None, etat.statut, None,
            jalon_sentence(etat, exercice, self.au, bool(cible.annuel)),
            etat.fait_le, fait_le=etat.fait_le, echeance=etat.echeance,
        )  # fmt: skip

    def _texte(self, indicateur: Indicateur, exercice: Exercice) -> Resultat:
        end = min(exercice.fin, self.au)
        dated = [t for t in self.donnees.textes.get(indicateur.id, ()) if exercice.debut <= t.fin and t.debut <= end]
        count = len(dated)
        waiting = exercice.debut > self.au or (indicateur.cadence == "annuelle" and not exercice.closed(self.au))
        statut: Statut = "sans_cible" if count else "non_du" if waiting else "sans_donnees"
        faits = Faits(
            indicateur, exercice, self.au, None, None, None, count, Objet(None, None), None, None, statut,
            max((t.fin for t in dated), default=None), None, None, None,
        )  # fmt: skip
        return Resultat(
            indicateur, exercice, None, None, None, float(count) if count else None, None, None, None, None, statut,
            None, sentence(faits), faits.donnees_au,
        )  # fmt: skip


def compute(donnees: Donnees, exercices: Iterable[Exercice], plan: Plan | None = None) -> list[Resultat]:
    """A result per indicator and year: those of the plan in its order, then those of the yearly member survey."""
    plan = plan or load_plan()
    calcul = Calcul(plan, donnees)
    return [calcul.result(i, e) for e in exercices for i in calcul.plan.tous.values()]


def to_frame(results: list[Resultat]) -> pd.DataFrame:
    """The tidy frame: a row per indicator and year, columns COLONNES, missing as null."""
    rows = [(r.id, str(r.exercice), *(getattr(r, c) for c in COLONNES[2:])) for r in results]
    frame = pd.DataFrame(rows, columns=COLONNES)
    numbers = ["valeur", "numerateur", "denominateur", "n", "cible", "attendu", "couverture"]
    return frame.astype(dict.fromkeys(numbers, "float64"))


def resultats(
    exercice: Exercice | str | None = None, au: date | None = None, base: str | Path | None = None
) -> pd.DataFrame:
    """Every indicator against its target, one row per indicator and year.

    Args:
        exercice: one fiscal year; the five of the plan by default.
        au: the day looked from (today in Québec by default): what was due then, files received by its end.
        base: the database; see store.base_path.

    Returns:
        Columns COLONNES. Rates and coverage are fractions; missing is null. The 156 indicators of the plan are
        always there, followed by those (G-…) of its yearly member survey.
    """
    years = (
        exercices_du_plan()
        if exercice is None
        else [Exercice.parse(exercice) if isinstance(exercice, str) else exercice]
    )
    return to_frame(compute(load_donnees(au or today(), base), years))
