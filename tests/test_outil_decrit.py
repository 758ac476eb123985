"""What a described tool must never do: count twice, speak for another family, take data for headers."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from random import Random

import pytest

from etl.champs import looks_like_data
from etl.correspondance import CorrespondanceInvalide, build
from etl.describing import Idee, first_guess, headers_of, mapping_of
from etl.loading import LotRefuse, cancel_lot, import_export
from etl.mapped import MappedSource
from etl.mapped_checks import other_headers
from etl.proposing import proposals, repairable
from etl.reading import read_document
from etl.recognition import fullest_row, likely_headers, likely_sheet, read_as
from etl.source import Contexte
from etl.unreadable import UnreadableError
from rqds_metrics import store
from rqds_metrics.mesures import load_mesures, names
from rqds_metrics.registre import decide
from rqds_metrics.resultats import resultats
from tests.classeurs import xlsx
from tests.fabrique import load, visites
from tests.fuzz.mutations import mutate
from tests.test_correspondance import CYBER, ENVOIS, MOIS, MOMENT, SITE, change, errors, faults, notes, read

AU = date(2026, 11, 24)
SANS_TITRE = change(champs={k: v for k, v in CYBER["champs"].items() if k != "titre"})
SEANCES = {
    "nom": "Livestorm", "famille": "webinaire", "ligne": "seance", "entetes": ["Événement", "Date", "Inscrits", "Présents"],
    "champs": {"date": "Date", "titre": "Événement", "inscrits": "Inscrits", "presents": "Présents"},
}  # fmt: skip


def row(base, id_):
    return resultats("2026-2027", AU, base).set_index("indicateur").loc[id_]


def test_a_star_names_a_dataset_of_every_described_tool():
    assert names("autre-*|site", "autre-x|site") and not names("autre-*|site", "autre-x|pages")
    assert not names("autre-*|site", "autre-cyberimpact|code site") and names("autre-*", "autre-x|jour 2026-10-28")
    for mesure in load_mesures().values():
        stars = [s for s in mesure.series if "*" in s]
        assert not mesure.choix or all("|" in s for s in stars), "it would take a newsletter for a site"


def test_a_newsletter_received_first_does_not_hide_the_site(tmp_path):
    base = tmp_path / "b.duckdb"
    import_export(read(ENVOIS, CYBER), base, par="essai", recu_le=datetime(2022, 7, 1, 15))
    load(base, visites(date(2026, 10, 1), date(2026, 10, 31), 1000))
    assert row(base, "1.2.6-2").valeur == 1000


def test_the_same_mailings_described_otherwise_are_refused_until_the_first_are_cancelled(tmp_path):
    base = tmp_path / "b.duckdb"
    first = import_export(read(ENVOIS, SANS_TITRE), base, par="essai", recu_le=MOMENT)
    again = read(ENVOIS + "\n", CYBER)
    with pytest.raises(LotRefuse, match="avec une autre description"):
        import_export(again, base, par="essai", recu_le=MOMENT)
    by_month = {**MOIS, "nom": "Cyberimpact", "famille": "infolettre", "entetes": ["Mois", "Livrés", "Ouverts"],
                "champs": {"periode": "Mois", "livres": "Livrés", "ouvertures": "Ouverts"}}  # fmt: skip
    months = read("Mois,Livrés,Ouverts\noctobre 2026,1200,480\n", by_month)
    with pytest.raises(LotRefuse, match="compteraient double"):
        import_export(months, base, par="essai", recu_le=MOMENT)
    other_days = read(ENVOIS.replace("/2026;", "/2025;"), CYBER)
    assert import_export(other_days, base, par="essai", recu_le=MOMENT).lignes == 2
    cancel_lot(first.lot, base, qui="essai")
    assert import_export(again, base, par="essai", recu_le=MOMENT).lignes == 2


def test_sessions_and_mailings_to_come_are_set_aside():
    text = "Événement,Date,Inscrits,Présents\nAtelier,2026-10-01,30,21\nBientôt,2026-12-10,12,0\n"
    lecture = read(text, SEANCES)
    assert errors(lecture) == [] and lecture.extrait.ecartees == {"ligne à venir (date future)": 1}
    planned = "15/12/2026;Infolettre de décembre;0;0;;0;info@exemple.org\nTotal"
    assert errors(read(ENVOIS.replace("Total", planned), CYBER)) == []
    assert errors(read(ENVOIS.replace("28/10/2026", "28/12/2026"), CYBER)) == ["date_impossible"]


def test_addresses_that_are_one_page_are_added_up_and_a_row_there_twice_is_told():
    mine = {**SITE, "champs": {"date": "date", "page": "adresse de la page", "vues": "vues"},
            "entetes": ["date", "adresse de la page", "vues"]}  # fmt: skip
    text = "date,adresse de la page,vues\n2026-10-01,/outils?p=1,4\n2026-10-01,/outils?p=2,3\n2026-10-01,/,9\n"
    lignes = read(text, mine).extrait.lignes
    assert dict(zip(lignes["page"], lignes["vues"], strict=True)) == {"/outils": 7, "/": 9}
    assert errors(read(text + "2026-10-01,/,9\n", mine)) == ["doublon"]
    assert errors(read(text + "2026-10-02,,9\n", mine)) == ["cellule_vide"]  # or it would pass for the whole site


@pytest.mark.parametrize("header", ["28/10/2026", "1 200", "2026-10-28", "28 oct. 2026", "40,0 %"])
def test_data_are_never_taken_for_headers(header):
    assert looks_like_data(header)
    found = faults(change(champs={**CYBER["champs"], "date": header}, entetes=[*CYBER["entetes"], header]))
    assert "ce sont des données" in found.lower()


@pytest.mark.parametrize("header", ["Date", "Objet", "#", "T1 2026", "Ouvertures (24 h)", "Q3"])
def test_headers_with_figures_stay_headers(header):
    assert not looks_like_data(header)


def test_what_is_too_little_to_know_a_file_by_or_does_not_add_up_is_refused():
    assert "de quelle séance" in faults({**SEANCES, "champs": {"date": "Date"}})
    rate = change(champs={**CYBER["champs"], "ouvertures": "Taux d'ouverture"})
    assert "un taux ou une moyenne ne s'additionne pas" in faults(rate).lower()
    with pytest.raises(CorrespondanceInvalide):
        build({**SITE, "champs": {"date": "date", "visites": "Visites par jour (moyenne)"}})


def test_a_file_with_many_more_columns_is_doubted():
    told = other_headers(build(SITE), ["date", "visites du site", *"abc"])
    assert [c.verdict for c in told] == ["avertissement"]


def test_a_column_that_went_away_is_left_out_by_the_repair():
    headers = [h for h in CYBER["entetes"] if h != "Clics uniques"]
    mapping = build(CYBER)
    assert repairable(mapping, headers)
    assert proposals(mapping, headers) == {}
    champs = {k: h for k, h in mapping.champs.items() if h in headers}
    mended = mapping_of("Cyberimpact", Idee("infolettre", "envoi", champs), headers)
    assert "clics" not in mended.champs and mended.entetes == tuple(headers)
    text = "\n".join(";".join(line.split(";")[:5]) for line in ENVOIS.splitlines()[:3])
    assert errors(read(text, CYBER)) == ["a_reparer"]
    assert errors(read(text, mended.model_dump(mode="json"))) == []


def test_each_family_gives_its_figures(tmp_path):
    base = tmp_path / "b.duckdb"
    site = read("date,visites du site\n" + "".join(f"2026-10-{d:02d},10\n" for d in range(1, 32)), SITE)
    for lecture in (
        site,
        read("Mois,Téléchargements\noctobre 2026,340\n", MOIS),
        read("Événement,Date,Inscrits,Présents\nGouvernance,2026-10-01,30,21\nRelations,2026-10-09,50,40\n", SEANCES),
        read(ENVOIS, CYBER),
    ):
        assert errors(lecture) == [], notes(lecture)
        import_export(lecture, base, par="essai", recu_le=MOMENT)
    known = resultats("2026-2027", AU, base).set_index("indicateur")["valeur"].to_dict()
    assert known["1.2.6-2"] == 310 and known["1.2.6-4"] == pytest.approx(0.4)
    assert known["4.1.1-3"] == 340  # plays
    assert (known["1.1.5-1"], known["1.1.5-2"], known["1.3.3-3"], known["1.3.3-1"]) == (1, 30, 1, 40)  # by their titles
    # once GA4 sends files too, the first stays until someone chooses
    load(base, visites(date(2026, 10, 1), date(2026, 10, 31), 1000), recu_le=datetime(2026, 11, 21, 15))
    assert row(base, "1.2.6-2").valeur == 310
    with store.transaction(base) as cursor:
        valeur = {"serie": "ga4|site", "depuis": None}
        decide(cursor, "source", "visites_web", valeur, qui="essai", pourquoi="essai", quand=datetime(2026, 11, 22, 15))
    assert row(base, "1.2.6-2").valeur == 1000


def test_any_file_can_be_looked_at_and_guessed_at():
    original = ("Rapport\n\n" + ENVOIS).encode()
    for k in range(60):
        octets = mutate(original, Random(f"decrire|{k}"))
        try:
            document = read_document("x", octets)
        except UnreadableError:
            continue
        sheet = likely_sheet(document)
        row = fullest_row(document.feuilles[sheet])
        if row is None:
            continue
        idee = first_guess(document, sheet, row, Contexte(AU, None))
        assert all("exemple.org" not in v for e in headers_of(document.feuilles[sheet], row) for v in e.exemples)
        with suppress(CorrespondanceInvalide):
            read_as(MappedSource(mapping_of("Essai", idee, [*idee.champs.values()])), document, Contexte(AU, None))


@pytest.mark.parametrize(
    ("text", "famille", "ligne"),
    [
        ("Mois,Téléchargements\noctobre 2026,340\n", "balado", "mois"),
        ("Date,Downloads\n2026-09-01,34\n2026-10-01,44\n", "balado", "mois"),
        ("Date,Visits,Page views\n2026-10-01,3,4\n2026-10-02,5,9\n", "web", "jour"),
        (
            "Event name,Event date,Tickets sold,Checked in\nA,10/28/2026,30,20\nB,09/02/2026,3,2\n",
            "webinaire",
            "seance",
        ),
        ("Jour;Compte;Abonnés;Interactions\n2026-10-01;RQDS;400;3\n2026-10-02;RQDS;401;3\n", "social", "jour"),
        ("Title,Published,All time downloads\nUn,10/25/2026,120\n", "balado", "episode"),
        ("Campaign name,Sent on,Delivered,Unique opens\nA,2026-10-01 10:00,300,100\n", "infolettre", "envoi"),
    ],
)
def test_what_a_file_is_comes_from_its_headers_and_from_its_rows(text, famille, ligne):
    idee = first_guess(read_document("x", text.encode()), 0, 0, Contexte(AU, None))
    assert (idee.famille, idee.ligne) == (famille, ligne)
    assert idee.ordre == ("mdy" if "/" in text else "dmy")


def test_a_cover_sheet_is_not_taken_for_the_table():
    octets = xlsx(["Rapport", "du mois"], ["", "x"], Données=[["Date", "Visites", "Pages vues"], ["2026-10-01", 4, 9]])
    document = read_document("x", octets)
    assert likely_sheet(document) == 1 and likely_headers(document) == ["Date", "Visites", "Pages vues"]
