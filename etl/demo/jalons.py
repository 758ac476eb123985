"""Milestones, said done or not, and the appreciations in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from etl.demo.valeurs import Valeur


@dataclass(frozen=True)
class Fait:
    """A milestone as of a day: done on it, or said not to be; `texte` says why."""

    indicateur: str
    jour: date
    fait: bool
    texte: str | None = None


def _f(indicateur: str, jour: str, texte: str | None = None) -> Fait:
    return Fait(indicateur, date.fromisoformat(jour), True, texte)


def _non(indicateur: str, jour: str, texte: str) -> Fait:
    return Fait(indicateur, date.fromisoformat(jour), False, texte)


FAITS = (
    _f("1.1.4-1", "2023-05-18"),
    _f("1.2.5-1", "2023-02-14"),
    _f("2.1.1-1", "2022-09-21"),
    _f("2.2.2-1", "2022-10-19"),
    _f("2.3.6-2", "2022-11-24"),
    _f("2.5.5-1", "2022-12-07"),
    _non("1.3.4-2", "2023-06-30", "Il manque les fiches de quatre régions."),
    _f("3.1.1-1", "2023-06-14"),
    _non("3.2.2-1", "2023-09-30", "La validation auprès des membres est repoussée."),
    _f("2.2.1-1", "2023-10-11"),
    _f("2.5.5-3", "2023-10-26"),
    _f("1.3.4-2", "2023-11-22"),
    _f("3.2.2-1", "2024-01-24"),
    _f("2.3.5-2", "2024-02-21"),
    _f("2.1.1-2", "2024-04-25"),
    _non("2.2.5-1", "2024-06-30", "Deux des trois ministères ont répondu."),
    _f("2.5.4-1", "2024-09-18"),
    _f("2.3.2-1", "2024-11-13"),
    _non("1.2.4-3", "2024-12-31", "Le répertoire est prêt, le formulaire ne l'est pas."),
    _f("1.2.4-3", "2025-03-20"),
    _non("2.1.1-3", "2025-06-30", "Une dernière consultation des régions est demandée."),
    _f("2.1.1-3", "2026-03-12"),
    _non("2.1.3-1", "2026-06-30", "Le vote des membres est reporté à l'automne."),
    _non("3.1.2-2", "2026-06-30", "Le projet de charte est en relecture."),
    _non("2.2.5-1", "2026-09-30", "Le troisième ministère n'a pas confirmé sa part."),
    _non("2.1.3-1", "2026-10-31", "Deux propositions restent sur la table."),
    _f("3.1.2-2", "2026-12-09"),
    _f("2.1.2-1", "2026-12-10"),
    _f("2.2.1-3", "2027-03-18"),
    # wanted each year
    _f("1.1.2-1", "2023-03-15"),
    _f("1.1.2-1", "2024-03-13"),
    _f("1.1.2-1", "2025-03-19"),
    _f("1.1.2-1", "2026-03-18"),
    _f("1.1.2-1", "2027-03-17"),
    _f("1.3.2-1", "2022-11-30"),
    _f("1.3.2-1", "2023-11-29"),
    _non("1.3.2-1", "2025-06-30", "La mise à jour de novembre n'a pas été faite."),
    _f("1.3.2-1", "2025-11-26"),
    _f("1.3.2-1", "2026-11-25"),
    _f("1.3.4-1", "2023-05-31"),
    _f("1.3.4-1", "2024-05-29"),
    _f("1.3.4-1", "2025-05-28"),
    _f("1.3.4-1", "2026-05-27"),
    _f("1.3.4-1", "2027-05-26"),
    _f("2.5.7-1", "2023-06-20"),
    _non("2.5.7-1", "2024-06-30", "L'évaluation est faite, la mise à jour ne l'est pas."),
    _f("2.5.7-1", "2025-05-14"),
    _f("2.5.7-1", "2026-05-20"),
    _f("2.5.7-1", "2027-05-19"),
)

# Year of the plan -> what is written in June, at the year's review.
TEXTES: dict[int, dict[str, str]] = {
    1: {
        "1.3.1-4": "Guide jugé clair ; les exemples régionaux sont les plus utilisés.",
        "1.3.3-4": "Sujets tirés du sondage de l'automne ; le logement a dépassé les attentes.",
        "2.2.2-4": "Position commune esquissée, cinq rencontres tenues.",
        "2.3.6-1": "Positionnement adopté à l'assemblée générale spéciale, une abstention.",
        "4.1.1-2": "Les épisodes sur l'alimentation sont les plus repartagés.",
    },
    2: {
        "1.3.1-4": "Demande d'une version courte pour les nouvelles équipes.",
        "1.3.3-4": "La participation citoyenne revient dans la moitié des commentaires.",
        "2.2.2-4": "Deux réseaux de plus et un mémoire déposé.",
        "2.5.4-2": "Trois prises de position validées avec les membres avant publication.",
        "2.5.5-6": "Six articles régionaux sur le 20e anniversaire.",
        "4.1.1-2": "Plusieurs démarches reprennent un épisode dans leur infolettre.",
    },
    3: {
        "1.3.3-4": "L'itinérance en région est le sujet le plus demandé.",
        "2.2.2-4": "Rencontre du comité avec deux cabinets.",
        "2.5.4-2": "Une position retirée après l'avis partagé des membres.",
        "4.2.2-3": "Une seule capsule, sur la mobilité.",
    },
    4: {
        "1.3.1-4": "La version courte est bien reçue.",
        "1.3.3-4": "Santé mentale et logement en tête.",
        "2.2.2-4": "La feuille de route du comité est adoptée par tous les réseaux.",
        "2.5.4-2": "Toutes les prises de position ont suivi la consultation.",
        "4.1.1-2": "Les écoutes viennent surtout des régions présentées.",
        "4.2.2-3": "Deux capsules : accueil des personnes immigrantes, petite enfance.",
    },
    5: {
        "1.3.3-4": "Les élus municipaux sont le sujet le plus apprécié.",
        "2.2.2-4": "Le comité remet son bilan de cinq ans.",
    },
}


def faits_of(month: date) -> list[Fait]:
    return [f for f in FAITS if (f.jour.year, f.jour.month) == (month.year, month.month)]


def textes_of(month: date, year: int) -> Iterator[Valeur]:
    if month.month == 6:
        for id_, texte in TEXTES[year].items():
            yield Valeur(month, id_, texte=texte, annee=True)
