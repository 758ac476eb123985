"""What the direction decides: the targets of each year, the due dates of milestones, and changes to both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from etl.demo.schedule import moment
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import Genre

DIRECTION = "direction"


@dataclass(frozen=True)
class Choix:
    quand: datetime
    genre: Genre
    cle: str
    exercice: str | None
    valeur: Any
    pourquoi: str


# The board adopts the targets of the coming year in June.
_CA = {2: date(2023, 6, 20), 3: date(2024, 6, 18), 4: date(2025, 6, 17), 5: date(2026, 6, 16)}
# Its meetings of each year, set in June of the year before (in September for the first one).
_REUNIONS = {
    1: ("2022-09-20", "2022-11-22", "2023-02-21", "2023-04-18", "2023-06-20"),
    2: ("2023-09-19", "2023-11-21", "2024-02-20", "2024-04-16", "2024-06-18"),
    3: ("2024-09-17", "2024-11-12", "2025-02-18", "2025-04-15", "2025-06-17"),
    4: ("2025-09-16", "2025-11-18", "2026-01-27", "2026-04-21", "2026-06-16"),
    5: ("2026-09-15", "2026-12-08", "2027-02-16", "2027-04-20", "2027-06-15"),
}
_ANNONCE = {1: date(2022, 9, 6), **_CA}
Cibles = tuple[float | None, float | None, float | None, float | None]
# Indicators that the plan gives no target: those of years 2 to 5. Rates as fractions.
CIBLES: dict[str, Cibles] = {
    "1.1.3-1": (3, 3, 3, 3),
    "1.2.1-1": (None, 5, 5, 6),
    "1.2.4-1": (None, 150, 160, 180),
    "1.2.5-4": (16, 17, 19, 20),
    "1.2.6-1": (None, 1700, 1800, 1600),
    "1.2.6-4": (0.42, 0.43, 0.44, 0.45),
    "1.2.6-5": (None, None, 0.74, 0.75),
    "1.2.6-6": (None, None, 0.5, 0.5),
    "1.3.1-3": (None, 330, 380, 430),
    "1.3.2-2": (None, None, 245, 260),
    "1.3.3-1": (230, 250, 260, 260),
    "1.3.3-2": (0.8, 0.8, 0.8, 0.8),
    "1.3.3-3": (4, 4, 4, 4),
    "1.3.4-3": (None, None, 2050, 2250),
    "1.3.4-4": (None, 800, 1000, 1200),
    "1.4.1-1": (None, 75, 80, 84),
    "1.4.2-1": (None, 7, 9, 11),
    "1.4.2-2": (None, None, 4, 5),
    "2.2.2-3": (5, 5, 5, 5),
    "2.2.3-1": (None, 0.75, 0.75, 0.75),
    "2.2.4-1": (None, 5, 6, 6),
    "2.2.4-2": (None, None, 7, 8),
    "2.3.3-1": (None, None, 150, 150),
    "2.3.4-1": (None, 4, 5, 5),
    "2.3.5-1": (None, 12, 13, 14),
    "2.4.1-1": (3, 3, 4, 4),
    "2.4.1-2": (None, 12, 14, 17),
    "2.4.1-3": (None, 6, 8, 8),
    "2.4.2-1": (None, 6, 6, 6),
    "2.4.3-1": (None, None, 8, 9),
    "2.5.1-1": (None, 6, 6, 6),
    "2.5.2-1": (150, 165, 175, 180),
    "2.5.2-2": (None, 5, 6, 6),
    "2.5.3-2": (None, 4, 5, 5),
    "4.1.1-1": (None, None, 5, 6),
    "4.1.1-3": (None, None, 3000, 3400),
    "4.1.1-4": (9, 9, 9, 9),
    "4.1.3-1": (None, None, 2300, 2600),
    "4.1.4-3": (None, 16, 18, 18),
    "4.2.1-1": (None, 58, 64, 68),
    "4.2.2-1": (2, 2, 2, 2),
    "4.2.2-2": (None, 700, 900, 1080),
    "4.3.1-1": (None, 42, 45, 46),
    "4.3.2-1": (None, None, 8, 8),
}
_POURQUOI = {
    "1.2.6-4": "Deux points de plus qu'en 2025-2026, avec le nouveau gabarit.",
    "1.2.6-1": "La communauté se déplace vers le canal des membres : cible abaissée.",
    "1.3.3-3": "Une activité en octobre, décembre, février et avril, comme à l'an 1.",
    "2.2.2-3": "On garde le rythme de l'an 1 : cinq rencontres.",
    "4.1.1-4": "On garde le rythme de l'an 1 : neuf balados.",
    "4.2.2-1": "Deux capsules par année, comme à l'an 1.",
    "4.1.1-3": "Les écoutes montent dans les jours qui suivent une infolettre : chacune annonce maintenant un épisode.",
}
# Targets changed while the year was under way.
_REVISIONS = (
    ("2024-11-12", "1.2.5-4", 3, 18, "Une démarche de plus dans le réseau depuis l'automne."),
    ("2026-01-27", "4.1.1-3", 4, 3200, "Les écoutes du premier semestre dépassent le rythme prévu."),
    ("2026-09-15", "1.3.3-1", 5, 280, "La salle virtuelle passe à 500 places."),
)

# Due dates of milestones: day decided, milestone, due date, why.
_ECHEANCES = (
    ("2022-09-14", "1.1.4-1", "2023-06-30", "À remettre aux membres avant l'été."),
    ("2022-09-14", "1.2.5-1", "2023-03-31", "Essai prévu à l'hiver."),
    ("2022-09-14", "1.3.4-2", "2023-06-30", "Mise en ligne prévue à la fin de l'an 1."),
    ("2022-09-14", "3.1.1-1", "2023-06-30", "À présenter à l'assemblée de juin."),
    ("2022-09-14", "2.2.5-1", "2024-06-30", "Demandes déposées aux trois ministères à l'an 1."),
    ("2023-06-20", "3.2.2-1", "2023-09-30", "Le plan écrit « disponible en septembre 2023 »."),
    ("2023-06-20", "2.2.1-1", "2023-12-31", "Réponse du bailleur attendue à l'automne."),
    ("2023-06-20", "2.3.5-2", "2024-03-31", "À remettre avant la fin de l'année financière du gouvernement."),
    ("2023-06-20", "2.1.1-2", "2024-06-30", "Étape avant la rédaction du cadre."),
    ("2023-06-20", "2.1.1-3", "2025-06-30", "Adoption souhaitée à l'assemblée de juin 2025."),
    ("2023-06-20", "2.5.4-1", "2024-09-30", "Pour la consultation de l'automne."),
    ("2023-06-20", "2.3.2-1", "2024-12-31", "Avant les consultations prébudgétaires."),
    ("2024-06-18", "1.2.4-3", "2024-12-31", "Répertoire et formulaire de demande."),
    ("2024-06-18", "2.1.2-1", "2025-12-31", "Suit l'adoption du cadre de référence."),
    ("2024-06-18", "2.1.3-1", "2026-06-30", "Vote prévu à l'assemblée de juin 2026."),
    ("2024-06-18", "2.2.1-3", "2026-09-30", "Deux ans de collecte dans les régions."),
    ("2024-06-18", "3.1.2-1", "2026-06-30", "Rencontre des paliers à tenir avant la charte."),
    ("2024-06-18", "3.1.2-2", "2026-06-30", "À déposer avec l'identification commune."),
    ("2024-06-18", "3.1.3-1", "2027-06-30", "Dernière étape du chantier du membership."),
    ("2024-06-18", "2.2.5-1", "2026-09-30", "Le troisième ministère demande un nouveau dépôt."),
    ("2025-06-17", "2.1.4-1", "2027-06-30", "Suit l'adoption de l'identification commune."),
    ("2025-06-17", "2.1.4-2", "2027-03-31", "Suit l'adoption de l'identification commune."),
    ("2025-06-17", "2.2.7-1", "2027-06-30", "Fin du plan."),
    ("2025-06-17", "2.3.6-4", "2026-12-18", "Évaluation à mi-parcours, remise au CA de décembre."),
    ("2025-09-16", "2.1.1-3", "2026-03-31", "Une consultation de plus des régions, à leur demande."),
    ("2025-11-18", "2.1.2-1", "2026-12-31", "Reportée avec le cadre de référence."),
    ("2026-06-16", "2.2.1-3", "2027-03-31", "Trois régions ont commencé leur collecte en retard."),
    ("2026-09-15", "3.1.2-2", "2026-12-31", "Relecture juridique en cours."),
)


# What was written of this year for partners, and approved with the last publication.
COMMENTAIRES = {
    "1.2.4-1": "Les membres posent surtout des questions sur le financement et sur la gouvernance.",
    "1.2.6-2": "Le nouveau site est en ligne depuis l'été. Les pages des régions arrivent cet automne.",
    "1.2.6-4": "Le nouveau gabarit n'a pas encore relevé le taux d'ouverture. Un essai d'objets plus courts est en cours.",
    "2.2.5-1": "Le dossier est complet et attend la réponse du ministère.",
    "4.1.1-3": "Les écoutes montent dans les jours qui suivent une infolettre : chacune annonce maintenant un épisode.",
}
_SUIVIES = (
    date(2022, 9, 14),
    ("rouge|2", "source|plan", "cible|plan"),
)  # alerts that the direction follows, since when
_ENTRE = timedelta(days=63)  # between the two publications


def year_of(day: date) -> Exercice:
    """The year that a publication of that day shows."""
    return Exercice(min(max(Exercice.of(day).an, 1), 5) + 2021)


def comments_of(day: date) -> dict[str, str]:
    """The key of each comment -> its text."""
    return {f"{id_}|{year_of(day)}": texte for id_, texte in COMMENTAIRES.items()}


def _publication(jour: date, note: str, comments: dict[str, str]) -> dict[str, Any]:
    """What the direction made public: every figure and milestone whose wording leaves no doubt."""
    ids = [i.id for i in load_plan().tous.values() if i.type != "qualitatif" and i.doute is None]
    return {
        "indicateurs": ids, "commentaires": comments, "note": note,
        "au": jour.isoformat(), "publie_le": moment(jour, 420).isoformat(),
    }  # fmt: skip


def choices(today: date) -> Iterator[Choix]:
    """What had been decided by the end of `today`, in order."""
    found: list[tuple[date, Genre, str, str | None, Any, str]] = []
    for an, day in _CA.items():
        exercice = str(Exercice(2021 + an))
        for cle, years in CIBLES.items():
            valeur = years[an - 2]
            if valeur is not None:
                why = _POURQUOI.get(cle) if an == 5 else None
                found.append((day, "cible", cle, exercice, valeur, why or f"Cible de {exercice}, adoptée par le CA."))
    for text, cle, an, valeur, why in _REVISIONS:
        found.append((date.fromisoformat(text), "cible", cle, str(Exercice(2021 + an)), valeur, why))
    for text, cle, echeance, reason in _ECHEANCES:
        found.append((date.fromisoformat(text), "echeance", cle, None, echeance, reason))
    for an, days in _REUNIONS.items():
        for text in days:
            meeting = {"titre": "Conseil d'administration", "documents": []}
            found.append((_ANNONCE[an], "reunion", text, None, meeting, "Calendrier des réunions."))
    found.sort(key=lambda f: f[0])
    last = today - timedelta(days=1)
    published: tuple[tuple[date, str, dict[str, str]], ...] = (
        (last - _ENTRE, "Première publication du suivi.", {}),
        (last, "Chiffres d'automne, commentés.", comments_of(last)),
    )
    for rank, (day, genre, cle, year, choice, reason) in enumerate(found):
        if day <= today:
            yield Choix(moment(day, 390 + rank % 60), genre, cle, year, choice, reason)
    since, followed = _SUIVIES
    for cle in followed:
        yield Choix(moment(since, 450), "alerte", cle, None, {"suivie": True}, "")
    for numero, (day, note, comments) in enumerate(published, 1):
        made = _publication(day, note, comments)
        yield Choix(moment(day, 420), "publication", str(numero), None, made, "Approuvée pour la page publique.")
