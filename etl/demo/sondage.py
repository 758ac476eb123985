"""Surveys, as Microsoft Forms exports its answers in French: after each activity, and of the members once a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from etl.demo.programme import Activite
from etl.demo.schedule import last_day, year_of
from etl.demo.tools import Cell, chance, xlsx_bytes
from etl.demo.webinaire import person
from rqds_metrics.regles.formats import mois

_HEAD = [
    "ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom", "Heure de la dernière modification", "Langue",
]  # fmt: skip
_REMARQUES = (None, None, None, "Merci !", "Très pertinent.", "Un peu trop court.", "À refaire l'an prochain.")


@dataclass(frozen=True)
class Question:
    texte: str
    satisfaits: int
    exprimes: int  # answers that are neither blank nor « Sans opinion »


@dataclass(frozen=True)
class Sondage:
    """`fin`: the day of the last answer."""

    titre: str
    fin: date
    questions: Sequence[Question]
    nominatif: bool = False

    @property
    def nom(self) -> str:
        people = max(q.exprimes for q in self.questions) + _silent(self)
        return f"{self.titre}(1-{people}).xlsx"


def _silent(sondage: Sondage) -> int:
    """People who answered, but with no opinion."""
    return chance("silent", sondage.titre, sondage.fin).randint(0, 2)


def _answers(question: Question, people: int, key: str) -> list[str | None]:
    dice = chance("answers", key, question.texte)
    happy = sum(dice.random() < 0.45 for _ in range(question.satisfaits))
    unhappy = question.exprimes - question.satisfaits
    very = sum(dice.random() < 0.15 for _ in range(unhappy))
    out: list[str | None] = [*["Très satisfait"] * happy, *["Plutôt satisfait"] * (question.satisfaits - happy)]
    out += ["Pas du tout satisfait"] * very + ["Peu satisfait"] * (unhappy - very)
    silent = people - len(out)
    out += ["Sans opinion" if dice.random() < 0.6 else None for _ in range(silent)]
    dice.shuffle(out)
    return out


def workbook(sondage: Sondage) -> bytes:
    """The answers, one row a person."""
    people = max(q.exprimes for q in sondage.questions) + _silent(sondage)
    key = f"{sondage.titre} {sondage.fin}"
    dice = chance("forms", key)
    columns = [_answers(q, people, key) for q in sondage.questions]
    rows: list[list[Cell]] = [[*_HEAD, *(q.texte for q in sondage.questions), "Vos remarques"]]
    end = datetime(sondage.fin.year, sondage.fin.month, sondage.fin.day, 15, 20)
    ends = [*sorted(end - timedelta(minutes=dice.randint(1, 60 * 24 * 6)) for _ in range(people - 1)), end]
    for rank, finished in enumerate(ends):
        first, last, email = person(rank)
        who: list[Cell] = [email, f"{first} {last}"] if sondage.nominatif else ["anonymous", None]
        start = finished - timedelta(minutes=dice.randint(2, 11))
        given: list[Cell] = [column[rank] for column in columns]
        rows.append([rank + 1, start, finished, *who, None, "Français (Canada)", *given, dice.choice(_REMARQUES)])
    return xlsx_bytes(rows, "Sheet1")


def after(activite: Activite) -> Sondage | None:
    """The survey that follows an activity; each of its questions speaks to one indicator of the plan."""
    if not activite.repondants:
        return None
    happy, asked = activite.satisfaits, activite.repondants
    main = {
        "actualite": "Dans quelle mesure êtes-vous satisfait·e du webinaire ?",
        "organisation": "Le webinaire répond-il à vos besoins organisationnels ?",
        "ad_lib": "Dans quelle mesure êtes-vous satisfait·e de l'activité Ad Lib ?",
        "forum": "Dans quelle mesure êtes-vous satisfait·e de cette journée avec les membres d'autres réseaux ?",
        "chantier": "Dans quelle mesure êtes-vous satisfait·e de votre participation au chantier ?",
    }[activite.genre]
    name = f"{activite.titre.replace(' : ', ' - ')} ({mois(activite.jour)})"
    title = (
        f"Évaluation - Webinaire {name}" if activite.genre in ("actualite", "organisation") else f"Évaluation - {name}"
    )
    last = min(activite.jour + timedelta(days=7), last_day(activite.jour))
    return Sondage(title, last, [Question(main, happy, asked)], nominatif=activite.genre == "ad_lib")


# What the members are asked each year, and the share of satisfied answers in each year of the plan (None: not asked).
_HOW = "Dans quelle mesure êtes-vous satisfait·e"
_GOAL = f"{_HOW} de l'atteinte de l'objectif"
MEMBRES: dict[str, tuple[str, tuple[float | None, ...]]] = {
    "1.1.1-2": (f"{_HOW} des contacts personnalisés avec l'équipe ?", (0.78, 0.81, 0.84, 0.86, 0.86)),
    "1.1.2-2": (f"{_HOW} de la façon dont le RQDS répond à vos besoins ?", (0.66, 0.69, 0.74, 0.76, 0.77)),
    "1.1.4-3": (f"{_HOW} du soutien pour accueillir des stagiaires ?", (None, 0.62, 0.71, 0.69, 0.74)),
    "2.3.2-2": (f"{_HOW} des outils de plaidoyer ?", (None, None, 0.73, 0.77, 0.79)),
    "2.3.3-2": (f"{_HOW} du portrait des programmes sociaux ?", (0.72, 0.75, 0.74, None, 0.76)),
    "2.4.4-3": (f"{_HOW} de ce que nous offrons avec les autres piliers du développement durable ?",
                (None, 0.58, 0.63, 0.67, 0.7)),
    "2.5.4-3": (f"{_HOW} des prises de position publiées ?", (0.71, 0.76, 0.79, 0.82, 0.82)),
    "4.1.1-5": (f"{_HOW} des balados ?", (0.77, 0.79, 0.83, 0.85, 0.86)),
    "4.1.3-4": (f"{_HOW} des cartes en ligne ?", (0.6, 0.7, 0.76, 0.73, 0.77)),
    "4.1.4-2": (f"{_HOW} de l'infolettre ?", (0.82, 0.84, 0.87, 0.88, 0.85)),
    "4.2.1-2": (f"{_HOW} de la veille scientifique ?", (0.68, 0.7, 0.74, 0.75, 0.75)),
    "4.3.1-2": (f"{_HOW} des rapports d'impact partagés ?", (None, 0.66, 0.7, 0.72, 0.74)),
    "G-objectifs": (f"{_HOW} de l'atteinte des objectifs du plan ?", (0.7, 0.74, 0.78, 0.81, 0.82)),
    "G-actions": (f"{_HOW} des actions réalisées cette année ?", (0.74, 0.78, 0.8, 0.84, 0.85)),
    "G-1.1": (f"{_GOAL} 1.1 (accompagnement) ?", (0.72, 0.75, 0.79, 0.82, 0.82)),
    "G-1.2": (f"{_GOAL} 1.2 (dialogue et réseautage) ?", (0.76, 0.8, 0.83, 0.85, 0.85)),
    "G-1.3": (f"{_GOAL} 1.3 (compétences) ?", (0.71, 0.74, 0.76, 0.79, 0.8)),
    "G-2.1": (f"{_GOAL} 2.1 (cadre de référence commun) ?", (None, 0.57, 0.64, 0.66, 0.7)),
    "G-2.2": (f"{_GOAL} 2.2 (politique nationale) ?", (0.48, 0.5, 0.53, 0.51, 0.55)),
    "G-2.4": (f"{_GOAL} 2.4 (partenaires nationaux) ?", (None, None, 0.8, 0.81, 0.82)),
    "G-2.5": (f"{_GOAL} 2.5 (influence) ?", (None, None, 0.66, 0.7, 0.71)),
    "G-3.1": (f"{_GOAL} 3.1 (structure de membership) ?", (None, 0.55, 0.58, 0.62, 0.64)),
    "G-4.1": (f"{_GOAL} 4.1 (rayonnement) ?", (0.75, 0.78, 0.82, 0.84, 0.84)),
    "G-4.2": (f"{_GOAL} 4.2 (impacts et retombées) ?", (None, None, 0.67, 0.71, 0.72)),
}  # fmt: skip
_REPONDANTS = (48, 53, 57, 61, 62)
_ECOLES = ((6, 5), (7, 6), (8, 6), (7, 6), (8, 7))  # teaching institutions: answers, satisfied
ECOLE = "En tant qu'établissement d'enseignement, dans quelle mesure êtes-vous satisfait·e de la collaboration ?"


def membres(month: date) -> Sondage | None:
    """The yearly survey of the members, open from mid-May to mid-June."""
    if month.month != 6:
        return None
    year = year_of(month)
    questions = []
    for id_, (text, shares) in MEMBRES.items():
        share = shares[year - 1]
        if share is None:
            continue
        given = _REPONDANTS[year - 1] - chance("membres", id_, year).randint(0, 9)
        questions.append(Question(text, round(given * share), given))
    return Sondage(f"Sondage annuel des membres {month.year}", month.replace(day=13), questions, nominatif=True)


def ecoles(month: date) -> Sondage | None:
    """What teaching institutions say of the trainees' program, each May."""
    if month.month != 5:
        return None
    asked, happy = _ECOLES[year_of(month) - 1]
    title = f"Sondage aux établissements d'enseignement {month.year}"
    return Sondage(title, month.replace(day=29), [Question(ECOLE, happy, asked)])
