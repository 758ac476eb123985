"""A column mapping: strict, kept in the base, and read as any other tool's export."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from etl.correspondance import (
    CorrespondanceInvalide,
    build,
    from_json,
    saved,
    shown_headers,
    to_json,
)
from etl.loading import import_export
from etl.proposing import guessed, proposals, repairable
from etl.recognition import read_export
from rqds_metrics import store
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import decide, read_decisions
from rqds_metrics.resultats import resultats

JOUR = date(2026, 11, 20)
MOMENT = datetime(2026, 11, 20, 15)
PLAN = load_plan()
CYBER = {
    "nom": "Cyberimpact",
    "famille": "infolettre",
    "ligne": "envoi",
    "champs": {
        "date": "Date d'envoi",
        "titre": "Objet",
        "livres": "Courriels livrés",
        "ouvertures": "Ouvertures uniques",
        "clics": "Clics uniques",
    },
    "ordre": "dmy",
    "entetes": ["Date d'envoi", "Objet", "Courriels livrés", "Ouvertures uniques", "Taux d'ouverture", "Clics uniques"],
}
ENVOIS = (
    "Date d'envoi;Objet;Courriels livrés;Ouvertures uniques;Taux d'ouverture;Clics uniques;Adresse de réponse\n"
    "28/10/2026;Infolettre d'octobre;1 200;480;40,0 %;96;info@exemple.org\n"
    "30/09/2026;Infolettre de septembre;1 180;472;40,0 %;90;info@exemple.org\n"
    "Total;;2 380;952;40,0 %;186;\n"
)


def change(**more):
    return {**CYBER, **more}


def read(text, *mappings, name="donnees"):
    octets = text if isinstance(text, bytes) else text.encode()
    return read_export(name, octets, JOUR, PLAN, None, [build(m) for m in mappings])


def errors(lecture):
    return [c.nom for c in lecture.constats if c.verdict == "erreur"]


def notes(lecture):
    return " ".join(c.note for c in lecture.constats)


def faults(valeur):
    with pytest.raises(CorrespondanceInvalide) as refused:
        build(valeur)
    return " ".join(refused.value.fautes)


# ------------------------------------------------------------------ the model


def test_a_mapping_goes_to_a_file_and_comes_back():
    mapping = build(CYBER)
    assert from_json(to_json(mapping).encode()) == mapping
    assert mapping.slug == "cyberimpact"
    assert build(change(nom="Été & Cie")).slug == "ete-cie"
    with pytest.raises(ValueError):
        mapping.nom = "autre"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"couleur": "bleu"}, "clé inconnue"),
        ({"nom": "***"}, "une lettre ou un chiffre"),
        ({"nom": "x" * 61}, "au plus 60 caractères"),
        ({"nom": "de moi@exemple.org"}, "renseignement personnel"),
        ({"famille": "sondage"}, "valeur inconnue"),
        ({"ligne": "jour"}, "une ligne ne peut pas être « jour »"),
        ({"ordre": "ymd"}, "valeur inconnue"),
        ({"champs": {"date": "Date d'envoi", "couleur": "Objet"}}, "colonne inconnue « couleur »"),
        ({"champs": {"livres": "Courriels livrés", "clics": "Clics uniques"}}, "il manque la colonne de la date"),
        ({"champs": {"date": "Date d'envoi", "livres": "Courriels livrés"}}, "les ouvertures ou les clics"),
        ({"champs": {**CYBER["champs"], "clics": "Ouvertures uniques"}}, "sert à deux choses"),
        ({"champs": {**CYBER["champs"], "clics": "Clics"}}, "ne sont pas dans la liste"),
        ({"champs": []}, "un groupe de clés est attendu"),
        ({"entetes": [*CYBER["entetes"], "moi@exemple.org"]}, "renseignement personnel"),
        ({"entetes": ["x"] * 501}, "au plus 500 en-têtes"),
        ({"entetes": [3]}, "un texte est attendu"),
    ],
)
def test_every_fault_is_told_in_french(changed, said):
    assert said.lower() in faults(change(**changed)).lower()


def test_people_are_never_mapped_but_their_count_may_be():
    base = {"nom": "Outil", "famille": "webinaire", "ligne": "seance", "entetes": ["Date", "Participants", "Courriel"]}
    assert build({**base, "champs": {"date": "Date", "presents": "Participants"}})
    for champ, header in (("titre", "Participants"), ("titre", "Courriel"), ("presents", "Courriel")):
        assert "renseignements personnels" in faults({**base, "champs": {"date": "Date", champ: header}})


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"\xff\xfe\x00", "n'est pas une correspondance"),
        (b"[" * 100_000, "n'est pas une correspondance"),
        (b"[1]", "un groupe de clés est attendu"),
        (b'{"nom": "a", "nom": "b"}', "écrite deux fois"),
        (b"{}", "il manque"),
        (b" " * 400_000, "trop gros"),
    ],
)
def test_a_wrong_file_is_told(octets, said):
    with pytest.raises(CorrespondanceInvalide) as refused:
        from_json(octets)
    assert said in " ".join(refused.value.fautes)


def test_headers_are_kept_without_personal_data():
    assert shown_headers(["  Date \n d'envoi", "", "a@exemple.org", "Date d'envoi", "\u202eclics"]) == (
        "Date d'envoi", "[courriel]", "clics",
    )  # fmt: skip


# ------------------------------------------------------------------ recognition


def test_a_mapped_file_is_read_with_the_shared_rules():
    lecture = read(ENVOIS, CYBER)
    assert errors(lecture) == [] and lecture.source.titre == "Infolettre · Cyberimpact"
    lignes = lecture.extrait.lignes
    assert lignes["livres"].tolist() == [1200, 1180] and lignes["clics"].tolist() == [96, 90]
    assert lignes["debut"].tolist() == [date(2026, 10, 28), date(2026, 9, 30)]
    assert lignes["serie"].str.match(r"autre-cyberimpact\|titre 2026-(10-28|09-30) [0-9a-f]{10}$").all()
    assert {t.mode for t in lecture.extrait.tranches} == {"cle"}
    assert lecture.extrait.ecartees == {"ligne de total": 1}
    assert lecture.extrait.cellules_personnelles == 2
    assert "exemple.org" not in lignes.to_csv()


def test_it_is_unknown_without_its_mapping_and_a_built_in_source_goes_first():
    assert errors(read(ENVOIS)) == ["inconnu"]
    mailchimp = "Title,Send Date,Successful Deliveries,Unique Opens,Unique Id\nMai,2026-05-27,400,180,a1\n"
    names = ["Send Date", "Successful Deliveries", "Unique Opens"]
    mine = change(champs=dict(zip(("date", "livres", "ouvertures"), names, strict=True)), entetes=names)
    assert read(mailchimp, mine).source.nom == "mailchimp"


def test_of_two_that_fit_the_one_with_more_headers_wins_and_a_tie_is_told():
    fewer = change(nom="Autre", champs={k: v for k, v in CYBER["champs"].items() if k != "titre"})
    assert read(ENVOIS, fewer, CYBER).source.nom == "autre-cyberimpact"
    # as many mapped headers: the one made from the likeliest file
    other = change(nom="Autre", entetes=[*CYBER["champs"].values()])
    assert read(ENVOIS, other, CYBER).source.nom == "autre-cyberimpact"
    tie = read(ENVOIS, change(nom="Jumelle"), CYBER)
    assert errors(tie) == ["ambigu"] and "Infolettre · Jumelle" in notes(tie)


def test_a_file_with_other_columns_is_doubted():
    text = "Date d'envoi,Objet,Courriels livrés,Ouvertures uniques,Clics uniques\n2026-10-28,Octobre,500,200,20\n"
    assert [c.verdict for c in read(text, CYBER).constats if c.nom == "entetes_differents"] == ["info"]
    wide = change(entetes=[*CYBER["entetes"], *"abcdefgh"])
    told = [c for c in read(text, wide).constats if c.nom == "entetes_differents"]
    assert [c.verdict for c in told] == ["avertissement"] and "absentes" in told[0].note


# ------------------------------------------------------------------ typing, and what is set aside


def test_faulty_cells_are_told_as_for_any_source():
    lecture = read(ENVOIS.replace("1 200", "n/d").replace("30/09/2026", "bientôt"), CYBER)
    assert errors(lecture) == ["cellule", "cellule"]
    assert "« n/d » n'est pas un nombre entier" in notes(lecture) and "n'est pas une date" in notes(lecture)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("480", "4800", "Plus d'ouvertures que de courriels livrés"),
        ("480", "-4", "négatif"),
        ("1 200", "4185550123", "trop grand"),
        ("28/10/2026", "28/10/2027", "futur"),
        ("28/10/2026", "", "vide"),
        ("30/09/2026;Infolettre de septembre", "28/10/2026;Infolettre d'octobre", "là deux fois"),
    ],
)
def test_what_cannot_be_is_refused(before, after, said):
    lecture = read(ENVOIS.replace(before, after, 1), CYBER)
    assert errors(lecture) and said in notes(lecture)


def test_an_e_mailing_that_was_not_delivered_and_notes_under_the_table_are_set_aside():
    text = ENVOIS.replace("Total;;2 380;952", ";;2 380;952") + ";;;;;;\n"
    draft = "01/11/2026;Brouillon;;;;;info@exemple.org\n"
    note = "Rapport produit par Cyberimpact le 20 novembre 2026\n"
    text = text.replace("30/09", draft + note + "30/09")
    lecture = read(text, CYBER)
    assert errors(lecture) == [] and len(lecture.extrait.lignes) == 2
    assert lecture.extrait.ecartees == {
        "ligne de total": 1, "ligne sans donnée de ce tableau": 1, "ligne sans chiffre": 1,
    }  # fmt: skip


def test_a_file_of_headers_alone_is_told():
    assert errors(read(ENVOIS.split("\n")[0] + "\n", CYBER)) == ["sans_ligne"]


SITE = {
    "nom": "Plausible", "famille": "web", "ligne": "jour", "champs": {"date": "date", "visites": "visites du site"},
    "entetes": ["date", "visites du site"],
}  # fmt: skip


def test_days_of_a_site():
    text = "date,visites du site\n" + "".join(f"2026-10-{d:02d},{d}\n" for d in range(1, 32) if d != 9)
    lecture = read(text, SITE)
    assert errors(lecture) == [] and "le 9 oct. 2026" in notes(lecture)
    assert [tuple(t) for t in lecture.extrait.tranches] == [
        ("autre-plausible|site", date(2026, 10, 1), date(2026, 10, 8), "jour"),
        ("autre-plausible|site", date(2026, 10, 10), date(2026, 10, 31), "jour"),
    ]
    assert errors(read(text + "2026-10-31,4\n", SITE)) == ["doublon"]


def test_days_of_pages_are_masked_and_have_their_own_serie():
    mine = {**SITE, "champs": {"date": "date", "page": "chemin", "vues": "vues"}, "entetes": ["date", "chemin", "vues"]}
    lecture = read("date,chemin,vues\n2026-10-01,/outils?courriel=a@exemple.org,4\n2026-10-01,/,9\n", mine)
    assert lecture.extrait.lignes["page"].tolist() == ["/outils", "/"]
    assert set(lecture.extrait.lignes["serie"]) == {"autre-plausible|pages"}


MOIS = {
    "nom": "Ausha", "famille": "balado", "ligne": "mois", "champs": {"periode": "Mois", "lectures": "Téléchargements"},
    "entetes": ["Mois", "Téléchargements"],
}  # fmt: skip


@pytest.mark.parametrize("mois", ["octobre 2026", "2026-10", "oct. 2026", "2026-10-01", "2026-10-01 - 2026-10-31"])
def test_months_in_one_cell(mois):
    lecture = read(f"Mois,Téléchargements\n{mois},340\nseptembre 2026,310\n", MOIS)
    assert errors(lecture) == []
    assert [tuple(t) for t in lecture.extrait.tranches] == [
        ("autre-ausha|emission", date(2026, 9, 1), date(2026, 9, 30), "bloc"),
        ("autre-ausha|emission", date(2026, 10, 1), date(2026, 10, 31), "bloc"),
    ]


@pytest.mark.parametrize(
    ("row", "nom"),
    [
        ("automne,3", "periode"), ("décembre 2026,3", "periode"), ("2026-06-15 - 2026-07-15,3", "periode"),
        ("octobre 2026,3", "doublon"), ("2026-10-15 - 2026-11-14,3", "chevauchement"),
    ],
)  # fmt: skip
def test_periods_that_cannot_be_counted(row, nom):
    assert errors(read(f"Mois,Téléchargements\noctobre 2026,340\n{row}\n", MOIS)) == [nom]


def test_a_period_from_its_two_days():
    mine = {**MOIS, "champs": {"debut": "Du", "fin": "Au", "lectures": "Écoutes"}, "entetes": ["Du", "Au", "Écoutes"]}
    assert read("Du,Au,Écoutes\n01/10/2026,31/10/2026,12\n", mine).extrait.fin == date(2026, 10, 31)
    assert errors(read("Du,Au,Écoutes\n31/10/2026,01/10/2026,12\n", mine)) == ["periode"]


def test_episodes_by_month_are_added_up_to_the_show():
    mine = {**MOIS, "champs": {**MOIS["champs"], "episode": "Titre"}, "entetes": ["Mois", "Titre", "Téléchargements"]}
    text = "Mois,Titre,Téléchargements\noctobre 2026,Un,40\noctobre 2026,Deux,2\n"
    lignes = read(text, mine).extrait.lignes
    assert lignes["lectures"].tolist() == [42] and lignes["episode"].isna().all()
    assert errors(read(text + "octobre 2026,Un,40\n", mine)) == ["doublon"]


def test_episodes_since_they_came_out():
    mine = {
        "nom": "Buzzsprout", "famille": "balado", "ligne": "episode", "ordre": "mdy",
        "champs": {"date": "Published", "episode": "Title", "lectures": "All time downloads"},
        "entetes": ["Title", "Published", "All time downloads"],
    }  # fmt: skip
    lecture = read("Title,Published,All time downloads\n=HYPERLINK(1),10/05/2026,120\nDeux,10/19/2026,80\n", mine)
    lignes = lecture.extrait.lignes
    assert errors(lecture) == [] and set(lignes["serie"]) == {"autre-buzzsprout|episodes"}
    assert lignes["publie_le"].tolist() == [date(2026, 10, 5), date(2026, 10, 19)]
    assert lignes["episode"].tolist() == ["=HYPERLINK(1)", "Deux"] and "depuis la sortie" in notes(lecture)


def test_sessions_and_accounts():
    séances = {
        "nom": "Livestorm", "famille": "webinaire", "ligne": "seance", "entetes": ["Nom de l'événement", "Date", "Inscrits"],
        "champs": {"date": "Date", "titre": "Nom de l'événement", "inscrits": "Inscrits"},
    }  # fmt: skip
    lignes = read("Nom de l'événement,Date,Inscrits\nAtelier A,2026-10-01,30\nAtelier B,2026-10-01,12\n", séances)
    assert lignes.extrait.lignes["serie"].nunique() == 2 and lignes.extrait.lignes["inscrits"].sum() == 42
    comptes = {
        "nom": "LinkedIn", "famille": "social", "ligne": "jour", "entetes": ["Jour", "Compte", "Abonnés"],
        "champs": {"date": "Jour", "compte": "Compte", "abonnes": "Abonnés"},
    }  # fmt: skip
    social = read("Jour,Compte,Abonnés\n2026-10-01,RQDS,30\n2026-10-01,Élu,12\n", comptes).extrait
    assert set(social.lignes["serie"]) == {"autre-linkedin|compte rqds", "autre-linkedin|compte elu"}


@pytest.mark.parametrize(
    "header",
    [
        "=cmd|'/c calc'!A1",
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "x'); DROP TABLE lot; --",
        "![a](http://x)",
        "a\\b*_",
    ],
)
def test_hostile_headers_stay_words(header, tmp_path):
    names = ["date", header]
    mine = {**SITE, "nom": "Hostile", "champs": {"date": "date", "visites": header}, "entetes": names}
    assert from_json(to_json(build(mine)).encode()).champs["visites"] == header
    quoted = header.replace('"', '""')
    lecture = read(f'date,"{quoted}"\n2026-10-01,5\n', mine)
    assert errors(lecture) == [] and lecture.extrait.lignes["visites"].tolist() == [5]
    assert import_export(lecture, tmp_path / "b.duckdb", par="essai", recu_le=MOMENT).lignes == 1


def test_a_header_written_twice_is_told():
    assert errors(read("date,visites du site,visites du site\n2026-10-01,5,6\n", SITE)) == ["colonne_double"]


# ------------------------------------------------------------------ repair and proposals


def test_a_header_that_changed_is_proposed():
    mapping = build(CYBER)
    headers = ["Date d'envoi", "Objet", "Courriels livrés", "Ouvertures (uniques)", "Taux d'ouverture", "Clics uniques"]
    assert proposals(mapping, headers) == {"ouvertures": "Ouvertures (uniques)"}
    assert repairable(mapping, headers)
    assert not repairable(mapping, CYBER["entetes"]) and proposals(mapping, CYBER["entetes"]) == {}
    assert not repairable(mapping, ["Nom", "Ville", "Date"])
    lecture = read(ENVOIS.replace("Ouvertures uniques", "Ouvertures (uniques)"), CYBER)
    assert errors(lecture) == ["a_reparer"] and "« Cyberimpact »" in notes(lecture)


def test_the_words_of_tools_are_known():
    assert guessed("infolettre", "envoi", [*CYBER["entetes"], "Courriel"]) == CYBER["champs"]
    english = ["Campaign name", "Sent on", "Delivered", "Unique opens", "Open rate", "Unique clicks", "Unsubscribed"]
    assert guessed("infolettre", "envoi", english) == {
        "titre": "Campaign name", "date": "Sent on", "livres": "Delivered", "ouvertures": "Unique opens",
        "clics": "Unique clicks", "desabonnements": "Unsubscribed",
    }  # fmt: skip
    assert guessed("balado", "mois", ["Mois", "Téléchargements"]) == MOIS["champs"]
    assert guessed("infolettre", "envoi", ["Taux d'ouverture", "Click rate", "Courriel"]) == {}


# ------------------------------------------------------------------ in the base


def keep(base, mapping, quand=MOMENT):
    with store.transaction(base) as cursor:
        valeur = mapping and build(mapping).model_dump(mode="json")
        decide(cursor, "correspondance", "Cyberimpact", valeur, qui="essai", pourquoi="essai", quand=quand)


def test_the_newest_mapping_of_a_name_stands_until_it_is_dropped(tmp_path):
    base = tmp_path / "b.duckdb"
    keep(base, CYBER)
    keep(base, change(ordre="mdy"), datetime(2026, 11, 21, 15))
    with store.connect(base) as cursor:
        assert saved(read_decisions(cursor, JOUR).correspondances) == (build(CYBER),)
        assert saved(read_decisions(cursor, date(2026, 11, 21)).correspondances) == (build(change(ordre="mdy")),)
    keep(base, None, datetime(2026, 11, 22, 15))
    with store.connect(base) as cursor:
        assert saved(read_decisions(cursor, date(2026, 11, 22)).correspondances) == ()


def test_one_that_no_longer_holds_is_left_out(tmp_path):
    base = tmp_path / "b.duckdb"
    with store.transaction(base) as cursor:
        for k, valeur in enumerate(({"nom": "vieille"}, "texte", 3, [1])):
            decide(cursor, "correspondance", str(k), valeur, qui="essai", pourquoi="essai", quand=MOMENT)
        assert saved(read_decisions(cursor, JOUR).correspondances) == ()


def test_a_mapped_newsletter_feeds_the_open_rate(tmp_path):
    base = tmp_path / "b.duckdb"
    import_export(read(ENVOIS, CYBER), base, par="essai", recu_le=MOMENT)
    row = resultats("2026-2027", date(2026, 11, 24), base).set_index("indicateur").loc["1.2.6-4"]
    assert (row.numerateur, row.denominateur) == (952, 2380)
    # a corrected file replaces each mailing; one that was not in the first file is added
    more = ENVOIS.replace(";480;", ";490;").replace("Total", "27/08/2026;Août;1000;400;40 %;80;\nTotal")
    import_export(read(more, CYBER), base, par="essai", recu_le=MOMENT)
    row = resultats("2026-2027", date(2026, 11, 24), base).set_index("indicateur").loc["1.2.6-4"]
    assert (row.numerateur, row.denominateur) == (1362, 3380)


def test_the_command_line_reads_what_was_saved(tmp_path, capsys, monkeypatch):
    from etl.__main__ import main

    base, file = tmp_path / "b.duckdb", tmp_path / "envois.csv"
    file.write_text(ENVOIS, encoding="utf-8")
    keep(base, CYBER)
    monkeypatch.setattr("sys.argv", ["etl", "verifier", "--json", "--base", str(base), str(file)])
    assert main() == 0
    assert json.loads(capsys.readouterr().out)[0]["source"] == "autre-cyberimpact"
