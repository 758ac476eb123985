"""How often the 80 % range of a projection held the year's end: random seasonal series, and the demo's closed years.

The constants of the rule were chosen on `random_series`. `held_out_series` was written afterwards, with other seasons,
other noise and other calendars of data, and nothing is ever chosen on it: it says whether the range holds elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rqds_metrics.donnees import load_donnees
from rqds_metrics.exercice import Exercice, exercices_du_plan
from rqds_metrics.plan import load_plan
from rqds_metrics.regles.projection import projection_of
from rqds_metrics.regles.series import Serie, cumul, month_ends
from rqds_metrics.regles.vivant import Span
from rqds_metrics.store import today
from tests.bench.ratios import title

BORNES = (0.72, 0.88)
Essai = tuple[dict[str, object], bool]  # what the case was, and whether its range held the truth
Chiffres = list[tuple[date, date, float, None, float]]
Generateur = Callable[[np.random.Generator], tuple[Chiffres, dict[str, object]]]
Poids = npt.NDArray[np.float64]


def random_series(rng: np.random.Generator) -> tuple[Chiffres, dict[str, object]]:
    """Zero to four full years and one more, by month: a season, a level that moves, noise in proportion and by count."""
    case: dict[str, object] = {
        "exercices passés": int(rng.integers(0, 5)),
        "par mois": int(rng.choice([1, 4, 15, 100, 1000, 10_000])),
        "saison": float(rng.choice([0, 0.3, 0.6])),
        "bruit": float(rng.choice([0.03, 0.1, 0.2, 0.35])),
        "mois qui se suivent": float(rng.choice([0, 0, 0.5])),
        "saison qui change": float(rng.choice([0, 0, 0.1])),
    }
    amp, rho, moves = (float(str(case[k])) for k in ("saison", "mois qui se suivent", "saison qui change"))
    sigma = float(np.sqrt(np.log1p(float(str(case["bruit"])) ** 2)))
    shape = amp * np.sin(2 * np.pi * (np.arange(12) + rng.uniform(0, 12)) / 12) + amp / 2 * rng.normal(size=12)
    level, noise, rows = float(str(case["par mois"])), 0.0, []
    for k in range(int(str(case["exercices passés"])) + 1):
        year = Exercice(2022 + k)
        level *= float(np.exp(rng.normal(0.05, 0.1)))
        shape = shape + moves * rng.normal(size=12)
        weights = np.exp(shape) / np.exp(shape).mean()
        for first, last, weight in zip(year.mois(), month_ends(year), weights, strict=True):
            noise = rho * noise + float(np.sqrt(1 - rho**2)) * float(rng.normal())
            mean = level * float(weight) * float(np.exp(sigma * noise - sigma**2 / 2))
            rows.append((first, last, float(rng.poisson(mean)), None, 1.0))
    return rows, case


def _season(rng: np.random.Generator, shape: str) -> Poids:
    """The weight of each month, July first; their mean is 1."""
    weights = np.ones(12)
    if shape == "creux d'été":  # the network is closed: July and August, and a little of December
        weights[[0, 1]] = rng.uniform(0.05, 0.4)
        weights[5] = rng.uniform(0.3, 0.9)
    elif shape == "deux saisons":  # autumn and winter sessions
        weights = 0.3 + np.exp(-((np.arange(12) - 3) ** 2) / 4) + np.exp(-((np.arange(12) - 8) ** 2) / 4)
    elif shape == "un évènement":  # one month makes a third of the year
        weights[int(rng.integers(0, 12))] = rng.uniform(3, 7)
    elif shape == "en pente":  # what grows from one end of the year to the other
        weights = np.linspace(1, float(rng.uniform(0.4, 2.5)), 12)
    elif shape == "au hasard":
        weights = rng.dirichlet(np.full(12, 6.0))
    return np.asarray(weights / weights.mean(), dtype=np.float64)


def held_out_series(rng: np.random.Generator) -> tuple[Chiffres, dict[str, object]]:
    """Zero to four full years and one more, by month or by day: seasons with corners, growth in steps, gamma noise.

    Counts are more spread than Poisson's; a month in fifteen may be a spike; not all figures are whole.
    """
    case: dict[str, object] = {
        "exercices passés": int(rng.integers(0, 5)),
        "par mois": int(rng.choice([2, 8, 30, 300, 3000, 40_000])),
        "saison": str(rng.choice(["aucune", "creux d'été", "deux saisons", "un évènement", "en pente", "au hasard"])),
        "bruit": float(rng.choice([0.05, 0.15, 0.3])),
        "pointes": str(rng.choice(["non", "non", "oui"])),
        "données": str(rng.choice(["par mois", "par jour", "décimales"])),
    }
    weights, sigma = _season(rng, str(case["saison"])), float(str(case["bruit"]))
    level, rows = float(str(case["par mois"])), []
    for k in range(int(str(case["exercices passés"])) + 1):
        year = Exercice(2022 + k)
        level *= float(rng.choice([0.85, 1.0, 1.0, 1.15, 1.3]))  # steps, not a drift
        for first, last, weight in zip(year.mois(), month_ends(year), weights, strict=True):
            spike = float(rng.uniform(1.3, 2)) if case["pointes"] == "oui" and rng.random() < 1 / 15 else 1.0
            mean = level * float(weight) * spike * float(rng.gamma(1 / sigma**2, sigma**2))
            rows += _figures(rng, first, last, mean, str(case["données"]))
    return rows, case


def _figures(rng: np.random.Generator, first: date, last: date, mean: float, kind: str) -> Chiffres:
    if kind == "décimales":
        return [(first, last, round(mean, 2), None, 1.0)]
    if kind == "par mois":
        return [(first, last, float(rng.poisson(mean)), None, 1.0)]
    days = [first + timedelta(days=k) for k in range((last - first).days + 1)]
    weekday = np.array([1.0 if d.weekday() < 5 else 0.2 for d in days])
    counts = rng.poisson(mean * weekday / weekday.sum())
    return [(d, d, float(n), None, 1.0) for d, n in zip(days, counts, strict=True)]


def random_trials(combien: int, seed: int, generate: Generateur = random_series) -> Iterator[Essai]:
    """One projection a series, from a month drawn between August and May; those that give a range."""
    rng = np.random.default_rng(seed)
    for _ in range(combien):
        rows, case = generate(rng)
        month = int(rng.integers(2, 12))
        year = Exercice.of(rows[-1][1])
        jour = month_ends(year)[month - 1]
        known = [r for r in rows if r[1] <= jour]
        serie = Serie.of(list(known), (Span(date(2022, 7, 1), jour),))
        found = projection_of(serie, None, year, jour, jour)
        if found and found.bas is not None and found.haut is not None:
            truth = sum(r[2] for r in rows if r[0] >= year.debut)
            yield {**case, "vu à la fin du mois": month}, found.bas <= truth <= found.haut


def demo_trials(base: Path, au: date) -> Iterator[Essai]:
    """Every total of the plan, each closed year, seen from the end of each month from September to May."""
    plan, donnees = load_plan(), load_donnees(au, base)
    for indicateur in plan.tous.values():
        serie = donnees.series.get(indicateur.id)
        if indicateur.type != "nombre" or serie is None:
            continue
        for exercice in exercices_du_plan():
            truth = cumul(serie, exercice, exercice.fin)
            if not exercice.closed(au) or truth <= 0:
                continue
            for month, jour in enumerate(month_ends(exercice)[2:11], 3):
                spans = None if serie.couvert is None else tuple(s for s in serie.couvert if s.debut <= jour)
                seen = replace(serie.within(date(2000, 1, 1), jour), couvert=spans)
                found = projection_of(seen, plan.calendrier_of(indicateur), exercice, jour, jour)
                if found and found.bas is not None and found.haut is not None:
                    held = found.bas <= truth <= found.haut
                    passes = exercice.annee - 2022
                    yield {"exercices passés": passes, "vu à la fin du mois": month, "méthode": found.methode}, held


def coverage(trials: list[Essai]) -> float:
    return sum(held for _, held in trials) / len(trials)


def _tell(name: str, trials: list[Essai]) -> None:
    share, low, high = coverage(trials), *BORNES
    verdict = "tenu" if low <= share <= high else "manqué"
    print(f"  {name:<34} {share:6.1%} sur {len(trials):,} essais, devant 72 à 88 % ({verdict})".replace(",", " "))
    by: dict[str, dict[object, list[Essai]]] = defaultdict(lambda: defaultdict(list))
    for case, held in trials:
        for key, value in case.items():
            by[key][value].append((case, held))
    for key, groups in by.items():
        cells = "  ".join(f"{v} : {coverage(groups[v]):.0%}" for v in sorted(groups, key=lambda g: (str(type(g)), g)))  # type: ignore[type-var]
        print(f"    selon {key:<24} {cells}")


def measure(folder: Path, base: Path, rounds: int) -> None:
    title("Projection : la fourchette de 80 % contient la fin de l'exercice, devant 72 à 88 % du temps")
    _tell("séries saisonnières au hasard", list(random_trials(1000 * rounds, seed=7)))
    _tell("mises de côté, autres formes", list(random_trials(1000 * rounds, seed=20261129, generate=held_out_series)))
    _tell("exercices clos de la démonstration", list(demo_trials(base, today())))
