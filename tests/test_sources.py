"""Every source against its fixtures (tests/sources/<tool>/), read under a name that says nothing.

Beside each fixture, « <fixture>.attendu.csv » holds the rows kept and « <fixture>.attendu.json » what is told of
them. RQDS_GOLDEN=1 rewrites both: read the difference before keeping it. The sums below are computed from the
fixtures by other code (csv, openpyxl), so that a golden file cannot be wrong unnoticed.
"""

import csv
import json
import os
import pkgutil
from datetime import date
from importlib import import_module
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import etl.sources
from etl.recognition import read_export, sources
from etl.source import row_columns
from rqds_metrics.plan import load_plan

DOSSIER = Path(__file__).parent / "sources"
RECU_LE = date(2026, 11, 20)
PLAN = load_plan()
OUTILS = sorted(m.name for m in pkgutil.iter_modules(etl.sources.__path__) if not m.name.startswith("_"))


def fixtures():
    return sorted(p for p in DOSSIER.glob("*/*") if ".attendu." not in p.name)


def read(path, fichier="donnees"):
    if isinstance(path, str):
        path = DOSSIER / path
    return read_export(fichier, path.read_bytes(), RECU_LE, PLAN)


def told(lecture):
    extrait = lecture.extrait
    return {
        "source": extrait.source,
        "famille": extrait.famille,
        "tranches": [f"{t.serie} {t.debut} {t.fin} {t.mode}" for t in extrait.tranches],
        "ecartees": extrait.ecartees,
        "cellules_personnelles": extrait.cellules_personnelles,
        "constats": [f"{c.verdict} {c.nom}" for c in lecture.constats],
    }


@pytest.mark.parametrize("path", fixtures(), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_golden_rows(path):
    lecture = read(path)
    assert lecture.source is not None, [c.note for c in lecture.constats]
    assert lecture.source.nom == path.parent.name
    assert list(lecture.extrait.lignes) == row_columns(lecture.source.famille)
    found = {
        ".attendu.csv": lecture.extrait.lignes.to_csv(index=False, lineterminator="\n"),
        ".attendu.json": json.dumps(told(lecture), ensure_ascii=False, indent=1) + "\n",
    }
    for suffix, text in found.items():
        golden = path.with_name(path.name + suffix)
        if os.environ.get("RQDS_GOLDEN"):
            golden.write_text(text, encoding="utf-8", newline="\n")
        assert golden.read_text(encoding="utf-8") == text


def test_every_source_has_its_folder_of_fixtures():
    found = [m for m in OUTILS if hasattr(import_module(f"etl.sources.{m}"), "SOURCE")]
    assert found == [s.nom for s in sources()]
    for nom in found:
        assert [p for p in fixtures() if p.parent.name == nom], f"tests/sources/{nom}/ has no fixture"


def test_no_folder_and_no_golden_file_is_left_over():
    assert {p.name for p in DOSSIER.iterdir() if p.is_dir()} == {s.nom for s in sources()}
    wanted = {f"{p.name}.attendu.{kind}" for p in fixtures() for kind in ("csv", "json")}
    assert {p.name for p in DOSSIER.glob("*/*.attendu.*")} == wanted


@pytest.mark.parametrize("path", fixtures(), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_no_personal_data_is_left_in_the_rows(path):
    text = read(path).extrait.lignes.to_csv()
    assert "@" not in text and "555" not in text
    for name in ("Personne Un", "Personne Deux", "Personne Trois", "Personne Quatre"):
        assert name not in text


@pytest.mark.parametrize("path", fixtures(), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_file_of_another_name_reads_the_same(path):
    first, second = read(path), read(path, "GA4 zoom mailchimp.pdf")
    columns = [c for c in first.extrait.lignes if c != "sondage"]  # Forms writes a survey's title nowhere else
    assert first.extrait.lignes[columns].equals(second.extrait.lignes[columns])
    assert told(first) == told(second)


# ------------------------------------------------------------------ sums, by other code


def table(fixture, header, delimiter=",", encoding="utf-8-sig"):
    """The rows under the header that begins with `header`, as dicts, by csv or openpyxl alone."""
    path = DOSSIER / fixture
    if path.suffix == ".xlsx":
        rows = [list(r) for r in openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)]
    else:
        with path.open(encoding=encoding, newline="") as file:
            rows = list(csv.reader(file, delimiter=delimiter))
    start = next(k for k, row in enumerate(rows) if row and row[0] == header)
    return [dict(zip(rows[start], row, strict=False)) for row in rows[start + 1 :] if row]


def number(text):
    if not isinstance(text, str):
        return text or 0
    return 0 if text in ("", "n/a", "--") else float(text.replace(",", "").replace(" ", "").replace("\u202f", ""))


def total(rows, column, label):
    return sum(number(r[column]) for r in rows if r[label] not in ("Total", "Total général", "Grand total", ""))


MAILCHIMP = {
    "mailchimp/campagnes.csv": ((",", "utf-8-sig"), 1861, 796),
    "mailchimp/audience_na.csv": ((",", "utf-8-sig"), 496, 209),
    "mailchimp/classeur.xlsx": ((",", ""), 458, 209),
}


@pytest.mark.parametrize("fixture", MAILCHIMP)
def test_mailchimp_sums(fixture):
    form, livres, ouvertures = MAILCHIMP[fixture]
    rows, lignes = table(fixture, "Title", *form), read(fixture).extrait.lignes
    assert livres == total(rows, "Successful Deliveries", "Title") == lignes["livres"].sum()
    assert ouvertures == total(rows, "Unique Opens", "Title") == lignes["ouvertures"].sum()


def test_mailchimp_saved_again_by_a_french_excel():
    lignes = read("mailchimp/point_virgule.csv").extrait.lignes
    assert lignes["livres"].tolist() == [1200, 6] and lignes["ouvertures"].tolist() == [510, 2]
    assert lignes["titre"].tolist() == ["Infolettre d'août", "Rappel à l'équipe"]
    assert lignes["debut"].tolist() == [date(2026, 8, 26), date(2026, 8, 27)]


SITE = {
    "ga4/acquisition_en.csv": ("Session primary channel group (Default channel group)", 3809),
    "ga4/acquisition_fr.csv": ("Source/support de la session", 3001),
    "ga4/jours_en.csv": ("Nth day", 519),
    "ga4/jours_fr.csv": ("Date", 217),
}


@pytest.mark.parametrize("fixture", SITE)
def test_ga4_sessions(fixture):
    header, visites = SITE[fixture]
    assert visites == total(table(fixture, header), "Sessions", header)
    lignes = read(fixture).extrait.lignes
    assert visites == lignes.loc[lignes["serie"] == "ga4|site", "visites"].sum()


PAGES = {
    "ga4/pages_en.csv": ("Page path and screen class", "Views", 2287),
    "ga4/pages_fr.csv": ("Chemin de la page et classe de l’écran", "Vues", 1302),
    "ga4/pages_jours_en.csv": ("Page path and screen class", "Views", 31),
}


@pytest.mark.parametrize("fixture", PAGES)
def test_ga4_views(fixture):
    header, column, vues = PAGES[fixture]
    assert vues == total(table(fixture, header), column, header)
    assert vues == read(fixture).extrait.lignes["vues"].sum()


def test_ga4_addresses_that_differ_by_their_query_are_one_page():
    lignes = read("ga4/pages_en.csv").extrait.lignes.set_index("page")["vues"]
    assert lignes["/outils/"] == 420 + 35 and lignes["/carte"] == 310 + 12
    assert lignes["/merci/[courriel]"] == 3 + 2 and lignes["/rappel/[téléphone]"] == 1


def test_ga4_days_are_counted_from_the_start():
    lignes = read("ga4/jours_en.csv").extrait.lignes
    assert lignes.set_index("debut")["visites"].to_dict() == {
        date(2026, 10, 28): 101, date(2026, 10, 29): 120, date(2026, 10, 30): 88, date(2026, 10, 31): 41,
        date(2026, 11, 1): 39, date(2026, 11, 2): 130,
    }  # fmt: skip


def test_ga4_snapshot_keeps_the_site_only():
    [row] = read("ga4/apercu_en.csv").extrait.lignes.to_dict("records")
    assert (row["visites"], row["utilisateurs"]) == (2104 + 1310 + 388 + 7, 1102)


def test_ga4_comparison_gives_two_months():
    lignes = read("ga4/comparaison_en.csv").extrait.lignes
    assert dict(zip(lignes["debut"].map(str), lignes["visites"], strict=True)) == {
        "2026-09-01": 1700 + 1201,
        "2026-10-01": 2000 + 1300,
    }


SPOTIFY = {
    "spotify/jours_streams.csv": ("Date", "Streams", 76),
    "spotify/jours_plays.csv": ("Date", "Plays", 1126),
    "spotify/episodes.csv": ("name", "plays", 1995),
    "spotify/episodes.xlsx": ("name", "plays", 823),
}


@pytest.mark.parametrize("fixture", SPOTIFY)
def test_spotify_plays(fixture):
    header, column, lectures = SPOTIFY[fixture]
    assert lectures == total(table(fixture, header), column, header)
    assert lectures == read(fixture).extrait.lignes["lectures"].sum()


def test_spotify_decimal_commas():
    lignes = read("spotify/jours_fr.csv").extrait.lignes
    assert lignes["heures"].tolist() == [1.5, 2.25, 1000.5]
    assert [str(d) for d in lignes["debut"]] == ["2026-10-01", "2026-10-02", "2026-10-03"]


def table_of_attendees(fixture):
    with (DOSSIER / fixture).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    start = next(k for k, row in enumerate(rows) if row[0] == "Attendee Details") + 1
    return [dict(zip(rows[start], row, strict=False)) for row in rows[start + 1 :]]


def test_zoom_figures_come_from_the_block_of_totals():
    people = table_of_attendees("zoom/reconnexions.csv")
    listed = {r["Email"] for r in people}
    came = {r["Email"] for r in people if r["Attended"] == "Yes"}
    [row] = read("zoom/reconnexions.csv").extrait.lignes.to_dict("records")
    assert (row["inscrits"], row["annules"], row["presents"]) == (len(listed), 1, len(came)) == (5, 1, 3)


def test_zoom_without_registration_has_no_registrations():
    [row] = read("zoom/sans_inscription.csv").extrait.lignes.to_dict("records")
    assert row["presents"] == 11 and pd.isna(row["inscrits"]) and pd.isna(row["annules"])


def satisfaction(fixture, question):
    lignes = read(fixture).extrait.lignes
    mine = lignes[lignes["question"] == question]
    out = mine[mine["satisfait"].notna()]
    return (
        int(out.loc[out["satisfait"].astype(bool), "nombre"].sum()),
        int(out["nombre"].sum()),
        int(mine["nombre"].sum()),
    )


def test_forms_in_french():
    webinaire = "Dans quelle mesure êtes-vous satisfait·e du webinaire ?"
    besoins = "Le webinaire répond-il à vos besoins organisationnels ?"
    given = [r[webinaire] for r in table("ms_forms/anonyme_fr.xlsx", "ID") if r[webinaire]]
    assert given == [
        "Très satisfait·e",
        "Plutôt satisfait",
        "Insatisfait",
        "Ne se prononce pas",
        "Totalement satisfait",
    ]
    assert satisfaction("ms_forms/anonyme_fr.xlsx", webinaire) == (3, 4, 5)
    assert satisfaction("ms_forms/anonyme_fr.xlsx", besoins) == (3, 5, 6)
    assert satisfaction("ms_forms/texte_fr.csv", "Dans quelle mesure êtes-vous satisfait·e de l’infolettre ?") == (
        2,
        3,
        3,
    )


def test_forms_in_english():
    workshop = "How satisfied are you with the workshop?"
    assert satisfaction("ms_forms/nominatif_en.xlsx", workshop) == (1, 2, 3)
    assert satisfaction("ms_forms/nominatif_en.xlsx", f"{workshop} (2)") == (2, 3, 3)
    assert satisfaction("ms_forms/texte_en.csv", "How satisfied are you with the newsletter?") == (1, 2, 2)


def test_forms_counts_the_cells_it_drops():
    rows = table("ms_forms/nominatif_en.xlsx", "ID")
    dropped = sum(bool(r[c]) for r in rows for c in ("Email", "Name", "Your phone"))
    assert read("ms_forms/nominatif_en.xlsx").extrait.cellules_personnelles == dropped == 8


def test_typed_in_values():
    lignes = read("saisie/gabarit.xlsx").extrait.lignes
    by_key = {(r["indicateur"], str(r["debut"])): r for r in lignes.to_dict("records")}
    assert by_key["1.1.1-1", "2026-10-01"]["valeur"] == 14 and by_key["1.1.1-1", "2026-09-01"]["valeur"] == 9
    assert by_key["1.2.6-3", "2026-10-01"]["valeur"] == 2310
    assert by_key["1.2.6-6", "2026-10-01"]["valeur"] == 0.412
    rate = by_key["2.2.3-1", "2025-07-01"]
    assert (rate["numerateur"], rate["denominateur"], rate["fin"]) == (18, 24, date(2026, 6, 30))
    assert by_key["1.1.2-1", "2026-10-01"]["fait_le"] == date(2026, 10, 15)
    assert by_key["1.1.4-1", "2026-10-01"]["valeur"] == 0
    assert by_key["1.3.1-4", "2026-10-01"]["texte"] == "Guide jugé utile ; rappeler le [téléphone]"


def test_typed_in_values_of_a_text_file():
    lignes = read("saisie/gabarit.csv").extrait.lignes
    assert lignes["valeur"].fillna(-1).tolist() == pytest.approx([3, 1204.5, 0.412, 1, -1])
    assert lignes["fait_le"].tolist()[3] == date(2026, 10, 31)


def answers_of(rows, column, yes, out):
    """(satisfied, expressed) of a column, by whole labels given here."""
    given = [r[column] for r in rows if r[column] and r[column] not in out]
    return sum(g in yes for g in given), len(given)


@pytest.mark.parametrize(
    ("fixture", "first", "column", "yes", "out", "delimiter", "encoding"),
    [
        ("google_forms/francais.csv", "Horodateur", "Dans quelle mesure êtes-vous satisfait·e du webinaire ?",
         {"Très satisfaite", "Plutôt satisfait"}, {"Sans opinion"}, ",", "utf-8"),
        ("google_forms/anglais.csv", "Timestamp", "How satisfied are you with the forum?",
         {"Very satisfied", "Satisfied"}, {"Not applicable"}, ",", "utf-8"),
        ("limesurvey/francais.csv", "ID de la réponse", "Quelle est votre satisfaction envers : [L'infolettre]",
         {"Très satisfait·e", "Plutôt satisfait(e)"}, set(), ";", "utf-8-sig"),
        ("surveymonkey/francais_cp1252.csv", "ID du répondant", "Êtes-vous satisfait de l'activité Ad Lib ?",
         {"Très satisfait"}, {"Réponse"}, ",", "cp1252"),
    ],
)  # fmt: skip
def test_survey_counts(fixture, first, column, yes, out, delimiter, encoding):
    rows = table(fixture, first, delimiter, encoding)
    if fixture.startswith("limesurvey"):
        rows = [r for r in rows if r["Date de soumission"]]
    kept = read(DOSSIER / fixture).extrait.lignes
    mine = kept[kept["question"] == column]
    counted = mine.dropna(subset=["satisfait"])
    satisfied = counted[counted["satisfait"].astype(bool)]["nombre"].sum()
    assert (satisfied, counted["nombre"].sum()) == answers_of(rows, column, yes, out)


def test_surveymonkey_choices_in_columns_are_one_question():
    kept = read(DOSSIER / "surveymonkey" / "anglais.csv").extrait.lignes
    whole = kept[kept["question"] == "Overall, how satisfied are you with the network?"]
    assert dict(zip(whole["reponse"], whole["nombre"], strict=True)) == {
        "Very satisfied": 1, "Satisfied": 1, "Dissatisfied": 1,
    }  # fmt: skip
    assert "How satisfied are you with the following? [The newsletter]" in set(kept["question"])


def test_apple_titles_with_quotes_of_their_own_shift_nothing():
    kept = read(DOSSIER / "apple" / "tendances.csv").extrait.lignes
    assert dict(zip(kept["debut"], kept["lectures"], strict=True)) == {date(2026, 9, 1): 62, date(2026, 10, 1): 30}
    plays = {r["Episode Title"]: r["Plays"] for r in table("apple/episodes.csv", "Show Name")}
    kept = read(DOSSIER / "apple" / "episodes.csv").extrait.lignes
    assert kept["lectures"].sum() == sum(int(p) for p in plays.values() if p.isdigit()) == 246


def test_matomo_visits():
    daily = table("matomo/jours_en.csv", "Date", encoding="utf-16")
    kept = read(DOSSIER / "matomo" / "jours_en.csv").extrait
    assert kept.lignes["visites"].sum() == total(daily, "Visits", "Date")
    assert [(str(t.debut), str(t.fin)) for t in kept.tranches] == [("2026-10-01", "2026-10-31")]
    monthly = read(DOSSIER / "matomo" / "mois_fr.csv").extrait.lignes
    assert sorted(monthly["visites"]) == [1100, 1260]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-05", ("2026-10-05", "2026-10-05", "jour")),
        ("From 2026-10-05 to 2026-10-11", ("2026-10-05", "2026-10-11", "bloc")),
        ("2026-W41", ("2026-10-05", "2026-10-11", "bloc")),
        ("2026-02", ("2026-02-01", "2026-02-28", "bloc")),
        ("février 2028", ("2028-02-01", "2028-02-29", "bloc")),
        ("2026-W60", None),
        ("2026-13", None),
        ("2026-13-45", None),
        ("Du 2026-02-31 au 2026-03-06", None),
        ("hier", None),
    ],
)
def test_matomo_periods(text, expected):
    from etl.periods import parse_period

    found = parse_period(text)
    assert (found and (str(found.debut), str(found.fin), found.mode)) == expected
