"""The activities of the five years: webinars, Ad Lib, forums, with how many came and how satisfied they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Genre = Literal["actualite", "organisation", "ad_lib", "forum", "chantier"]


@dataclass(frozen=True)
class Activite:
    """`inscrits` None: held on site, so without a Zoom report. `satisfaits` of `repondants` answered; 0: no survey."""

    jour: date
    genre: Genre
    titre: str
    inscrits: int | None
    presents: int
    satisfaits: int = 0
    repondants: int = 0


def _a(jour: str, genre: Genre, titre: str, inscrits: int | None, presents: int, survey: str = "") -> Activite:
    happy, _, asked = survey.partition("/")
    return Activite(date.fromisoformat(jour), genre, titre, inscrits, presents, int(happy or 0), int(asked or 0))


ACTIVITES = (
    # an 1
    _a("2022-10-19", "actualite", "L'ABC du DS", 96, 61, "26/31"),
    _a("2022-12-07", "actualite", "Programmes publics de financement", 88, 52, "20/27"),
    _a("2023-01-18", "organisation", "Recrutement d'administrateurs et mobilisation des partenaires", 54, 33, "12/16"),
    _a("2023-01-26", "ad_lib", "Ad Lib : rencontre des directions", 21, 17, "9/11"),
    _a("2023-02-15", "actualite", "Logement social", 104, 66, "29/34"),
    _a("2023-03-16", "ad_lib", "Ad Lib : projets concrets en sécurité alimentaire", 32, 22, "11/13"),
    _a("2023-04-19", "actualite", "Culture et DS", 79, 44, "17/24"),
    _a("2023-04-27", "ad_lib", "Ad Lib : rencontre des directions", 19, 16, "8/9"),
    _a("2023-06-08", "ad_lib", "Ad Lib : rencontre des directions", 20, 15, "7/10"),
    _a("2023-06-14", "chantier", "Chantier sur les ressources humaines", None, 24, "15/19"),
    # an 2
    _a("2023-10-12", "forum", "Forum interréseaux", None, 74, "31/39"),
    _a("2023-10-18", "actualite", "Participation citoyenne : rejoindre les personnes concernées", 101, 64, "29/35"),
    _a("2023-12-06", "actualite", "Sécurité alimentaire et développement social", 97, 58, "25/30"),
    _a("2024-01-17", "organisation", "Gouvernance : le rôle des administrateurs", 61, 38, "16/20"),
    _a("2024-01-25", "ad_lib", "Ad Lib : rencontre des directions", 20, 17, "9/11"),
    _a("2024-02-14", "actualite", "Évaluation participative", 112, 71, "33/38"),
    _a("2024-03-14", "ad_lib", "Ad Lib : projets concrets en mobilité", 35, 24, "13/15"),
    _a("2024-04-17", "actualite", "Transition socioécologique juste", 93, 55, "22/28"),
    _a("2024-04-25", "ad_lib", "Ad Lib : rencontre des directions", 22, 18, "9/12"),
    _a("2024-06-06", "ad_lib", "Ad Lib : rencontre des directions", 21, 17, "8/10"),
    _a("2024-06-12", "chantier", "Chantier sur les ressources humaines", None, 22, "14/18"),
    # an 3: the webinar of February and the Ad Lib of April did not take place
    _a("2024-10-16", "actualite", "L'ABC du DS", 109, 68, "30/36"),
    _a("2024-10-24", "forum", "Forum interréseaux sur les élus et le DS", None, 91, "38/45"),
    _a("2024-12-04", "actualite", "Itinérance en région", 118, 74, "35/41"),
    _a("2025-01-22", "organisation", "Comptabilité simplifiée pour les démarches", 47, 28, "9/15"),
    _a("2025-01-30", "ad_lib", "Ad Lib : rencontre des directions", 19, 15, "7/9"),
    _a("2025-03-20", "ad_lib", "Ad Lib : projets concrets en habitation", 37, 26, "14/16"),
    _a("2025-04-16", "actualite", "Mobilité et transport collectif", 84, 49, "18/24"),
    _a("2025-06-05", "ad_lib", "Ad Lib : rencontre des directions", 22, 17, "9/11"),
    _a("2025-06-11", "chantier", "Chantier sur la participation citoyenne", None, 25, "17/20"),
    # an 4
    _a("2025-10-15", "actualite", "Logement : agir à l'échelle locale", 121, 76, "35/41"),
    _a("2025-10-23", "forum", "Forum interréseaux", None, 97, "44/51"),
    _a("2025-12-03", "actualite", "Santé mentale et communautés", 126, 79, "37/43"),
    _a("2026-01-21", "organisation", "Communications : se faire connaître avec peu de moyens", 66, 42, "19/23"),
    _a("2026-01-29", "ad_lib", "Ad Lib : rencontre des directions", 23, 19, "10/12"),
    _a("2026-02-18", "actualite", "Récits d'impact", 98, 59, "26/31"),
    _a("2026-03-19", "ad_lib", "Ad Lib : projets concrets en petite enfance", 39, 28, "15/17"),
    _a("2026-04-15", "actualite", "Accueil des personnes immigrantes", 107, 65, "29/34"),
    _a("2026-04-23", "ad_lib", "Ad Lib : rencontre des directions", 22, 18, "9/11"),
    _a("2026-06-04", "ad_lib", "Ad Lib : rencontre des directions", 24, 19, "10/12"),
    _a("2026-06-10", "chantier", "Chantier sur la participation citoyenne", None, 23, "15/18"),
    # an 5
    _a("2026-10-08", "forum", "Forum interréseaux", None, 104, "46/53"),
    _a("2026-10-14", "chantier", "Chantier sur la mutualisation", None, 14, "5/9"),
    _a("2026-10-22", "actualite", "L'ABC du DS", 111, 68, "37/42"),
    _a("2026-12-02", "actualite", "Petite enfance et territoires", 113, 70, "32/38"),
    _a("2027-01-20", "organisation", "Gouvernance et relève au conseil d'administration", 63, 40, "17/21"),
    _a("2027-01-28", "ad_lib", "Ad Lib : rencontre des directions", 23, 18, "9/11"),
    _a("2027-02-17", "actualite", "Élus municipaux et DS", 109, 66, "30/35"),
    _a("2027-03-18", "ad_lib", "Ad Lib : projets concrets en culture", 36, 26, "14/16"),
    _a("2027-04-21", "actualite", "Intelligence artificielle et concertation", 131, 83, "36/44"),
    _a("2027-04-29", "ad_lib", "Ad Lib : rencontre des directions", 22, 18, "9/11"),
    _a("2027-06-03", "ad_lib", "Ad Lib : rencontre des directions", 23, 18, "9/11"),
    _a("2027-06-09", "chantier", "Chantier sur la mutualisation", None, 21, "14/17"),
)

# A rehearsal exported by mistake with the files of October 2026, then cancelled.
REPETITION = _a("2026-10-20", "actualite", "Répétition technique - L'ABC du DS", 5, 4)


def in_month(month: date) -> list[Activite]:
    return [a for a in ACTIVITES if (a.jour.year, a.jour.month) == (month.year, month.month)]
