"""What changed since a day, most often the last board meeting: statuses, values, milestones, targets, revisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from rqds_metrics.exercice import Exercice
from rqds_metrics.mesures import load_mesures
from rqds_metrics.plan import Indicateur
from rqds_metrics.regles.formats import quantite
from rqds_metrics.regles.statut import EVALUES
from rqds_metrics.resultats import Calcul, Resultat, value_of
from rqds_metrics.reunions import Presente
from rqds_metrics.store import end_of
from rqds_metrics.synthese import Changement, Reception, changements, receptions


@dataclass(frozen=True)
class Nouvelle:
    """An indicator whose data go further than they did."""

    avant: Resultat
    apres: Resultat


@dataclass(frozen=True)
class CibleChangee:
    """A target of the direction that was set or changed; rates as fractions."""

    indicateur: Indicateur
    avant: float | None
    apres: float | None
    qui: str
    quand: datetime
    pourquoi: str


@dataclass(frozen=True)
class Revisee:
    """A value that was shown, and is no longer that for the same days. `raisons`: the files it comes from."""

    apres: Resultat
    presente: float
    revise: float | None
    raisons: tuple[str, ...]


@dataclass(frozen=True)
class Apercu:
    """What the statuses and dates of two days tell by themselves, without reading each series again."""

    bascules: list[Changement]
    nouvelles: list[Nouvelle]
    jalons: list[Resultat]

    @property
    def comptes(self) -> list[str]:
        """« 3 états ont changé », « 12 nouvelles valeurs », « 1 jalon atteint »: those there are.

        Counted as the page « Depuis le dernier CA » counts them: a status told for the first time has not changed.
        """
        both = sum(evaluated(c) for c in self.bascules)
        told = (
            (both, "état a changé", "états ont changé"),
            (
                len(self.bascules) - both,
                "évalué pour la première fois, ou qui ne l'est plus",
                "évalués pour la première fois, ou qui ne le sont plus",
            ),
            (len(self.nouvelles), "nouvelle valeur", "nouvelles valeurs"),
            (len(self.jalons), "jalon atteint", "jalons atteints"),
        )
        return [f"{n} {many if n > 1 else one}" for n, one, many in told if n]


def evaluated(c: Changement) -> bool:
    """Was it evaluated then, and is it now."""
    return c.avant.statut in EVALUES and c.apres.statut in EVALUES


def apercu_of(before: list[Resultat], after: list[Resultat]) -> Apercu:
    """What changed between the results of two days, for the same fiscal year."""
    old = {r.id: r for r in before}
    known = [r for r in after if r.id in old]
    figures = [r for r in known if r.indicateur.type not in ("jalon", "qualitatif")]
    return Apercu(
        changements(before, after),
        [Nouvelle(old[r.id], r) for r in figures if _further(old[r.id], r)],
        [
            r
            for r in known
            if r.indicateur.type == "jalon" and r.statut == "atteinte" and old[r.id].statut != "atteinte"
        ],
    )


@dataclass(frozen=True)
class Depuis:
    depuis: date
    au: date
    exercice: Exercice
    bascules: list[Changement]
    nouvelles: list[Nouvelle]
    jalons: list[Resultat]
    cibles: list[CibleChangee]
    revisees: list[Revisee]
    en_retard: list[Reception]

    @property
    def vraies_bascules(self) -> list[Changement]:
        """Those evaluated then and now: what a board wants to hear of first."""
        return [c for c in self.bascules if evaluated(c)]

    @property
    def premieres(self) -> list[Changement]:
        """Those that were not evaluated then, or are not any more."""
        return [c for c in self.bascules if not evaluated(c)]

    @property
    def vide(self) -> bool:
        lists = (self.bascules, self.nouvelles, self.jalons, self.cibles, self.revisees, self.en_retard)
        return not any(lists)


def summary(d: Depuis) -> str:
    """« 5 états ont changé (2 vers le mieux, 3 vers le pire), 3 jalons atteints, 1 chiffre révisé. »"""
    flips = d.vraies_bascules
    better = sum(_RANG[c.apres.statut] > _RANG[c.avant.statut] for c in flips)
    worse = sum(_RANG[c.apres.statut] < _RANG[c.avant.statut] for c in flips)
    ways = [f"{better} vers le mieux"] * bool(better) + [f"{worse} vers le pire"] * bool(worse)
    parts = [_many(len(flips), "état a changé", "états ont changé") + (f" ({', '.join(ways)})" if ways else "")]
    parts += [_many(len(d.jalons), "jalon atteint", "jalons atteints")] * bool(d.jalons)
    parts += [_many(len(d.revisees), "chiffre révisé", "chiffres révisés")] * bool(d.revisees)
    parts += [_many(len(d.cibles), "cible changée", "cibles changées")] * bool(d.cibles)
    parts += [_many(len(d.nouvelles), "nouvelle valeur", "nouvelles valeurs")] * bool(d.nouvelles)
    parts += [_many(len(d.en_retard), "source en retard", "sources en retard")] * bool(d.en_retard)
    return ", ".join(parts) + "."


_RANG = {"en_retard": 0, "non_atteinte": 0, "a_surveiller": 1, "presque": 1, "en_voie": 2, "atteinte": 3}


def _many(count: int, one: str, more: str) -> str:
    return f"{count or 'Aucun'} {more if count > 1 else one}"


def depuis_of(before: Calcul, after: Calcul, exercice: Exercice, presente: Presente | None = None) -> Depuis:
    """What changed from the day of `before` to that of `after`, for one fiscal year.

    `presente`: what the board was shown then, where it was frozen; else what is known as of that day stands for it.
    """
    old = {i.id: before.result(i, exercice) for i in before.plan.tous.values()}
    new = [after.result(i, exercice) for i in after.plan.tous.values()]
    shown = presente.valeurs if presente and presente.exercice == str(exercice) else {}
    figures = [r for r in new if r.indicateur.type not in ("jalon", "qualitatif")]
    seen = apercu_of(list(old.values()), new)
    revised = [x for r in figures if (x := _revised(old[r.id], r, after, shown, before.au))]
    late = [x for x in receptions(after.plan, after.donnees, exercice) if any(e == "manquant" for _, e in x.mois)]
    return Depuis(
        before.au, after.au, exercice, seen.bascules, seen.nouvelles, seen.jalons,
        _targets(before, after, exercice), revised, late,
    )  # fmt: skip


def _further(old: Resultat, new: Resultat) -> bool:
    if new.valeur is None or new.donnees_au is None:
        return False
    return old.donnees_au is None or old.valeur is None or new.donnees_au > old.donnees_au


def _targets(before: Calcul, after: Calcul, exercice: Exercice) -> list[CibleChangee]:
    """Targets of the year that the direction decided in between."""
    limit, out = end_of(before.au), []
    stood, stands = before.donnees.decisions.cibles, after.donnees.decisions.cibles
    for indicateur in after.plan.tous.values():
        key = (indicateur.id, str(exercice))
        old, new = stood.get(key), stands.get(key)
        if old == new or not (new or old):
            continue
        was = before.result(indicateur, exercice).cible
        now = after.result(indicateur, exercice).cible
        who = new or old
        assert who is not None
        if was != now and (new is None or new.quand >= limit):
            out.append(CibleChangee(indicateur, was, now, who.qui, who.quand, who.pourquoi if new else "Retirée."))
    return out


def _revised(
    old: Resultat, new: Resultat, after: Calcul, shown: Mapping[str, tuple[float | None, str]], depuis: date
) -> Revisee | None:
    """Is what was shown still what is known of the same days?"""
    value = shown[old.id][0] if old.id in shown else old.valeur
    if value is None or old.donnees_au is None:
        return None
    again = value_of(new.indicateur, after.serie(new.indicateur), new.exercice, old.donnees_au).valeur
    unit = "%" if new.indicateur.type == "taux" else ""
    if again is not None and quantite(again, unit) == quantite(value, unit):
        return None  # a change that the figures shown do not show is not one to tell
    return Revisee(new, value, again, _causes(new.indicateur, after, old.donnees_au, depuis))


def _causes(indicateur: Indicateur, after: Calcul, fin: date, depuis: date) -> tuple[str, ...]:
    """The files that came, or were cancelled, since `depuis`, and that speak of the indicator's days up to `fin`."""
    ids = indicateur.formule.operandes if indicateur.formule else (indicateur.id,)
    limit = end_of(depuis)
    speaking = {
        p.lot for p in after.donnees.portees if p.debut <= fin and any(_reads(after.plan.tous[i], p.serie) for i in ids)
    }
    families = {load_mesures()[i.mesure].famille if i.mesure else "saisie" for i in (after.plan.tous[x] for x in ids)}
    out = []
    for lot in after.donnees.lots:
        if lot.id in speaking and lot.recu_le >= limit:
            out.append(lot.fichier)
        elif lot.annule_le and lot.annule_le >= limit and lot.recu_le < limit and lot.famille in families:
            out.append(f"{lot.fichier} (annulé)")
    return tuple(out[-3:])


def _reads(indicateur: Indicateur, serie: str) -> bool:
    if indicateur.mesure:
        return load_mesures()[indicateur.mesure].reads(serie)
    return serie == f"saisie|{indicateur.id}"
