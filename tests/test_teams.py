"""Teams attendance reports: known by their structure, counted once, and never Zoom's."""

from datetime import date

import pandas as pd
import pytest

from etl.recognition import read_export
from tests.classeurs import xlsx
from tests.test_sources import DOSSIER

JOUR = date(2026, 11, 20)
DEBUT = "10/8/26, 1:00:00 PM"
RAPPORT = f"""1. Summary
Meeting title\tForum
Attended participants\t3
Start time\t{DEBUT}
End time\t10/8/26, 2:02:10 PM

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
Personne Un\t10/8/26, 1:00:05 PM\t10/8/26, 2:02:00 PM\t1h\tun@exemple.org\tun@exemple.org\tOrganizer
Personne Un\t10/8/26, 1:00:05 PM\t10/8/26, 2:02:00 PM\t1h\tdeux@exemple.org\tdeux@exemple.org\tAttendee
Personne Un\t10/8/26, 1:30:05 PM\t10/8/26, 2:02:00 PM\t1h\tDeux@exemple.org\tdeux@exemple.org\tAttendee
Personne Trois (External)\t10/8/26, 1:00:05 PM\t10/8/26, 2:02:00 PM\t1h\t\t\tAttendee
"""


def read(text):
    return read_export("x", text if isinstance(text, bytes) else text.encode("utf-16"), JOUR)


def names(lecture, verdict="erreur"):
    return [c.nom for c in lecture.constats if c.verdict == verdict]


@pytest.mark.parametrize(
    ("fixture", "titre", "jour", "presents"),
    [
        ("anglais.csv", "Forum", date(2026, 10, 8), 2),
        ("espagnol.csv", "Foro", date(2026, 10, 13), 2),
        ("francais_2021.csv", "Webinaire <b>Logement</b>", date(2026, 10, 13), 3),
        ("francais_canada.csv", "Chantier", date(2026, 10, 8), 2),
        ("francais_resume.csv", "Chantier", date(2026, 10, 14), 4),
    ],
)
def test_a_session_of_any_language(fixture, titre, jour, presents):
    [row] = read((DOSSIER / "teams" / fixture).read_bytes()).extrait.lignes.to_dict("records")
    assert (row["titre"], row["debut"], row["fin"], row["presents"]) == (titre, jour, jour, presents)
    assert pd.isna(row["inscrits"]) and pd.isna(row["annules"])


def test_people_are_told_apart_by_their_address_and_reconnections_are_not_people():
    lecture = read(RAPPORT)
    assert names(lecture, "avertissement") == [] and names(lecture, "info") == ["sans_inscription"]
    assert lecture.extrait.cellules_personnelles == 4 + 3 + 3
    assert lecture.extrait.ecartees == {"liste de personnes, jamais conservée": 4}


def test_a_count_that_differs_from_the_list_is_told():
    lecture = read(RAPPORT.replace("participants\t3", "participants\t5"))
    assert names(lecture, "avertissement") == ["total_different"]
    assert lecture.extrait.lignes["presents"].tolist() == [5]


def test_the_same_meeting_keeps_its_serie_and_another_hour_is_another_session():
    first, again = read(RAPPORT), read(RAPPORT.replace("Organizer", "Presenter"))
    later = read(RAPPORT.replace(DEBUT, "10/8/26, 3:00:00 PM"))
    [a, b, c] = [le.extrait.tranches[0] for le in (first, again, later)]
    assert a == b and a.mode == "cle" and c.serie != a.serie and c.serie.startswith("teams|")


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("participants\t3", "participants\t-3", "cellule"),
        ("participants\t3", "participants\ttrois", "cellule"),
        (DEBUT, "10/8/26, 25:00:00 PM", "date"),
        (DEBUT, "jeudi", "date"),
        (DEBUT, "10/8/27, 1:00:00 PM", "date_impossible"),
    ],
)
def test_refused(old, new, name):
    lecture = read(RAPPORT.replace(old, new))
    assert lecture.source.nom == "teams" and names(lecture) == [name] and lecture.extrait.lignes.empty


def test_the_same_meeting_twice_in_a_workbook_is_refused():
    rows = [line.split("\t") for line in RAPPORT.splitlines()]
    assert names(read(xlsx(*rows, b=rows))) == ["doublon"]


def test_a_list_of_people_alone_is_not_a_report():
    assert read(RAPPORT[RAPPORT.index("2. Part") :]).source is None
