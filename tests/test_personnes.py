"""Lists of people (Eventbrite, Livestorm): counted by session or by day, and nobody of them kept."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest

from etl.correspondance import CorrespondanceInvalide, build, from_json, to_json
from etl.describing import Idee, first_guess, mapping_of, totals
from etl.loading import import_export
from etl.reading import read_document
from etl.recognition import read_export
from etl.source import Contexte
from rqds_metrics.plan import load_plan
from rqds_metrics.resultats import resultats
from tests.test_confidentialite import files_of, found_in
from tests.test_correspondance import change, errors

JOUR, PLAN = date(2026, 11, 20), load_plan()
TETE = "Order #,Order Date,First Name,Last Name,Email,Quantity,Attendee Status,Event Name,Event Start Date\n"
COMMANDES = TETE + (
    "1,2026-09-01,Marie-Ève,Gauthier,marie-eve@exemple.org,1,Checked In,Webinaire sur le logement,2026-10-07\n"
    "2,2026-09-03,Paul,Deux,paul@exemple.org,2,Attending,Webinaire sur le logement,2026-10-07\n"
    "3,2026-09-04,Anne,Trois,anne@exemple.org,,Not Attending,Webinaire sur le logement,2026-10-07\n"
    "4,2026-09-05,Luc,Quatre,luc@exemple.org,1,Attending,Colloque,2026-11-12\n"
    "5,2026-09-05,Luc,Quatre,luc@exemple.org,1,Attending,À venir,2027-01-12\n"
)
EVENTBRITE = {
    "nom": "Eventbrite", "famille": "webinaire", "ligne": "personne", "compte_pour": "inscrits",
    "champs": {"date": "Event Start Date", "titre": "Event Name", "etat": "Attendee Status", "quantite": "Quantity"},
    "entetes": TETE.strip().split(","),
}  # fmt: skip


def read(text, **more):
    return read_export("liste.csv", text.encode(), JOUR, PLAN, None, [build({**EVENTBRITE, **more})])


def rows_of(lecture):
    assert errors(lecture) == []
    kept = lecture.extrait.lignes
    return [tuple(None if pd.isna(v) else v for v in r) for r in kept[COLONNES].itertuples(index=False)]


COLONNES = ["debut", "titre", "inscrits", "annules", "presents"]


def test_a_list_of_people_is_guessed_and_counted_by_session():
    document = read_document("liste.csv", COMMANDES.encode())
    idee = first_guess(document, 0, 0, Contexte(JOUR, PLAN))
    assert (idee.famille, idee.ligne, idee.compte_pour) == ("webinaire", "personne", "inscrits")
    assert idee.champs == EVENTBRITE["champs"]
    mapped = mapping_of("Eventbrite", idee, TETE.strip().split(","))
    assert mapped.model_dump() == build({**EVENTBRITE, "ordre": idee.ordre}).model_dump()


def test_places_states_and_sessions_to_come():
    lecture = read(COMMANDES)
    assert rows_of(lecture) == [
        (date(2026, 10, 7), "Webinaire sur le logement", 3, 1, 1),
        (date(2026, 11, 12), "Colloque", 1, 0, None),  # nobody was checked in: the roll was not taken
    ]
    assert lecture.extrait.ecartees == {"ligne à venir (date future)": 1}
    assert lecture.extrait.cellules_personnelles == 15
    told = " ".join(c.note for c in lecture.constats)
    assert "4 lignes comptées pour 5" in told.replace("\u00a0", " ") and "« Not Attending » compte pour annulé" in told
    assert dict(totals(lecture.extrait, build(EVENTBRITE)))["inscriptions"] == 4


def test_people_who_came_are_the_rows_of_a_list_of_presences():
    lecture = read(COMMANDES, compte_pour="presents", champs={"date": "Event Start Date", "titre": "Event Name"})
    assert [r[-1] for r in rows_of(lecture)] == [3, 1]


def test_days_of_orders_are_told():
    wrong = {**EVENTBRITE["champs"], "date": "Order Date"}
    assert "dates_de_commande" in [c.nom for c in read(COMMANDES, champs=wrong).constats]
    assert "dates_de_commande" not in [c.nom for c in read(COMMANDES).constats]


def test_a_list_without_the_day_of_its_session_is_still_one_and_says_what_to_add():
    text = "Email,First name,Last name,Registration date,Attended,Attendance duration\n"
    text += "".join(f"q{k}@exemple.org,Luc,Nom{k},2026-10-{k + 1:02d} 09:00:00,Yes,55\n" for k in range(9))
    idee = first_guess(read_document("l.csv", text.encode()), 0, 0, Contexte(JOUR, PLAN))
    assert (idee.famille, idee.ligne, idee.champs) == ("webinaire", "personne", {"etat": "Attended"})
    with pytest.raises(CorrespondanceInvalide, match="ajoutez-y une colonne « Date de la séance »"):
        mapping_of("Livestorm", idee, text.split("\n")[0].split(","))


def test_a_list_without_a_title_is_a_session_a_day_but_never_a_session_for_each_order():
    lecture = read(COMMANDES, champs={"date": "Event Start Date", "quantite": "Quantity"})
    assert rows_of(lecture) == [(date(2026, 10, 7), None, 4, None, None), (date(2026, 11, 12), None, 1, None, None)]
    lost = read(COMMANDES, champs={"date": "Order Date"})
    assert errors(lost) == ["dates_de_commande"] and "4 dates" in lost.constats[-1].note.replace("\u00a0", " ")


def test_rows_are_counted_by_day_where_they_are_no_session():
    text = "Courriel,Téléchargé le\n" + "".join(f"p{k}@exemple.org,2026-10-0{1 + 2 * (k % 2)}\n" for k in range(5))
    c = build({
        "nom": "Trousse", "famille": "web", "ligne": "personne", "compte_pour": "vues",
        "champs": {"date": "Téléchargé le"}, "entetes": ["Courriel", "Téléchargé le"],
    })  # fmt: skip
    lecture = read_export("t.csv", text.encode(), JOUR, PLAN, None, [c])
    assert errors(lecture) == []
    assert lecture.extrait.lignes[["debut", "vues"]].values.tolist() == [[date(2026, 10, 1), 3], [date(2026, 10, 3), 2]]
    [span] = lecture.extrait.tranches  # the day between them is one without anyone
    assert (span.debut, span.fin, span.mode) == (date(2026, 10, 1), date(2026, 10, 3), "jour")


def test_nobody_reaches_the_disk_and_the_figures_count(tmp_path):
    base = tmp_path / "rqds.duckdb"
    import_export(read(COMMANDES), base, par="essai", recu_le=datetime(2026, 11, 20, 15))
    secrets = ["Gauthier", "marie-eve@exemple.org", "luc@exemple.org", "Attending"]
    assert all(found_in(p.read_bytes(), secrets) == [] for p in files_of(tmp_path))
    found = resultats("2026-2027", au=JOUR, base=base).set_index("indicateur")["valeur"]
    assert found["1.3.3-3"] == 2 and found["1.3.3-1"] == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"compte_pour": None}, "ce que compte chaque ligne"),
        ({"compte_pour": "vues"}, "ce que compte chaque ligne"),
        ({"champs": {**EVENTBRITE["champs"], "titre": "First Name"}}, "renseignements personnels"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_words(more, said):
    with pytest.raises(CorrespondanceInvalide, match=said):
        build({**EVENTBRITE, **more})


def test_only_rows_that_are_people_count_for_something():
    with pytest.raises(CorrespondanceInvalide, match="là où chacune est une personne"):
        build(change(compte_pour="livres"))
    assert from_json(to_json(build(EVENTBRITE)).encode()) == build(EVENTBRITE)
    assert Idee("web", "jour", {}).compte_pour is None


def test_a_negative_number_of_places_is_told():
    assert "incoherence" in errors(read(COMMANDES.replace("org,2,", "org,-2,")))
