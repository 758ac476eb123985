"""Apple Podcasts: months of the whole show, episodes since they came out, and what must be refused."""

from datetime import date

import pytest

from etl.recognition import read_export

EPISODES = "Show Name,Episode Title,Release Date,Plays,Average Consumption\n"
MOIS = '"Show ID","Episode ID","Episode Title","Date","Plays"\n'


def read(text, recu_le=date(2026, 11, 20)):
    return read_export("x", text.encode(), recu_le)


def months(*rows):
    return MOIS + "".join('"77","{}","Dire "oui", ou "non"","{}","{}"\n'.format(*row) for row in rows)


def names(lecture, verdict="erreur"):
    return [c.nom for c in lecture.constats if c.verdict == verdict]


def test_months_of_the_show_are_summed_and_stand_for_whole_months():
    lecture = read(months((1, 20260201, 4), (2, 20260201, "NaN"), (1, 20260301, "1,200"), (2, 20260301, 5)))
    assert lecture.extrait.lignes["lectures"].tolist() == [4, 1205]
    assert lecture.extrait.tranches == [
        ("apple|emission", date(2026, 2, 1), date(2026, 2, 28), "bloc"),
        ("apple|emission", date(2026, 3, 1), date(2026, 3, 31), "bloc"),
    ]
    assert names(lecture) == [] and names(lecture, "avertissement") == []


@pytest.mark.parametrize(("recu_le", "told"), [(date(2026, 10, 31), True), (date(2026, 11, 1), False)])
def test_the_month_under_way_is_told(recu_le, told):
    lecture = read(months((1, 20260901, 9), (1, 20261001, 4)), recu_le)
    assert ("mois_en_cours" in names(lecture, "avertissement")) == told


def test_episodes_keep_their_plays_whatever_the_consumption():
    lecture = read(
        EPISODES + "Balado,Un,2026-10-01,12,1.33\nBalado,Deux,2026-10-08,-,NaN\nBalado,Un,2026-10-15,3,0.5\n"
    )
    kept = lecture.extrait.lignes
    assert kept["lectures"].fillna(-1).tolist() == [12, -1, 3]
    assert kept["episode"].tolist() == ["Un (2026-10-01)", "Deux", "Un (2026-10-15)"]
    assert kept["ecoutes"].isna().all() and kept["debut"].tolist() == kept["publie_le"].tolist()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (months((1, 20261001, 4), (1, 20261001, 4)), "doublon"),
        (months((1, 20261001, -4)), "incoherence"),
        (months((1, 20261001, "n/d")), "cellule"),
        (months((1, 20261001, "NaN")), "sans_ligne"),
        (EPISODES + "Balado,Un,2026-10-01,12,1\nBalado,Un,2026-10-01,12,1\n", "doublon"),
        (EPISODES + "Balado,Un,2026-10-01,-12,1\n", "incoherence"),
        (EPISODES, "sans_ligne"),
    ],
)
def test_refused(text, name):
    lecture = read(text)
    assert lecture.source.nom == "apple" and names(lecture) == [name] and lecture.extrait.lignes.empty


def test_spotify_and_apple_are_never_mistaken():
    assert read("name,plays,streams,releaseDate\nUn,12,10,2026-10-01\n").source.nom == "spotify"
    assert read("Date,Plays\n2026-10-01,12\n").source.nom == "spotify"
    assert read(EPISODES + "Balado,Un,2026-10-01,12,1\n").source.nom == "apple"
    assert read(months((1, 20261001, 4))).source.nom == "apple"
