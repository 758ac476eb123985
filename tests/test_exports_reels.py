"""Real exports, kept out of the project (../shared/exports): recognised, or refused by name, with the right figures.

The figures are recomputed here by the csv module and openpyxl alone.
"""

import csv
import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from etl.recognition import read_export
from rqds_metrics.plan import RACINE

DOSSIER = Path(RACINE).parent / "shared" / "exports"
RECU_LE = date(2026, 11, 24)
OUTILS = {
    "Table_data_en.csv": "youtube",
    "Totals_en.csv": "youtube",
    "apple_episodes_titres_anonymises.csv": "apple",
    "ga4_acquisition_fr_SYNTHETIQUE.csv": "ga4",
    "ga4_pages_and_screens_2026-02-24_2026-03-23.csv": "ga4",
    "ga4_reports_snapshot_toolguru.csv": "ga4",
    "limesurvey_fr_colonnes_reduites.csv": "limesurvey",
    "mailchimp_campaigns_deepnews.csv": "mailchimp",
    "ms_forms_fr_SYNTHETIQUE.xlsx": "ms_forms",
    "spotify_episodes_titres_anonymises.csv": "spotify",
    "spotify_streams_daily.csv": "spotify",
    "teams_en_moderne_SYNTHETIQUE.csv": "teams",
    "teams_fr_2021_rapport_presence_anonymise.csv": "teams",
    "zoom_webinar_attendee_report_SYNTHETIQUE.csv": "zoom",
}
# Recognised, and refused in words: no question on a closed scale in them, or no date.
SANS_ECHELLE = {
    "google_forms_en_colonnes_reduites.csv": ("google_forms", "rien_a_lire"),
    "steak-risk-survey.csv": ("surveymonkey", "colonne_absente"),
}

pytestmark = pytest.mark.skipif(
    not DOSSIER.is_dir(), reason="les exports réels ne sont pas distribués avec le projet (dossier ../shared/exports)"
)


def read(name):
    lecture = read_export("donnees", (DOSSIER / name).read_bytes(), RECU_LE)
    assert lecture.extrait is not None, [c.note for c in lecture.constats]
    assert not lecture.extrait.erreurs
    return lecture.extrait


def dicts(name, skip=0):
    with (DOSSIER / name).open(encoding="utf-8-sig", newline="") as file:
        for _ in range(skip):
            next(file)
        return list(csv.DictReader(file))


def ga4_blocks(name):
    """Lists of rows, one a block: what comes between « # » lines."""
    text = (DOSSIER / name).read_text(encoding="utf-8-sig")
    parts = re.split(r"(?m)^#.*\n|^\s*\n", text)
    return [list(csv.reader(p.splitlines())) for p in parts if p.strip()]


@pytest.mark.parametrize("name", OUTILS)
def test_recognised_by_content(name):
    assert read(name).source == OUTILS[name]


@pytest.mark.parametrize("name", sorted(SANS_ECHELLE))
def test_surveys_without_what_is_needed_are_told(name):
    lecture = read_export("x.csv", (DOSSIER / name).read_bytes(), RECU_LE)
    nom, constat = SANS_ECHELLE[name]
    assert lecture.source.nom == nom
    assert [c.nom for c in lecture.constats if c.verdict == "erreur"] == [constat]
    assert lecture.extrait.lignes.empty


def test_every_file_there_is_expected():
    assert {p.name for p in DOSSIER.iterdir() if p.suffix in (".csv", ".xlsx")} == set(OUTILS) | set(SANS_ECHELLE)


def test_mailchimp_opening_rate():
    rows, lignes = dicts("mailchimp_campaigns_deepnews.csv"), read("mailchimp_campaigns_deepnews.csv").lignes
    assert len(rows) == len(lignes) == 872
    assert sum(int(r["Total Recipients"]) < 20 for r in rows) == (lignes["livres"] < 20).sum() == 786
    assert lignes["livres"].tolist() == [int(r["Successful Deliveries"]) for r in rows]
    assert lignes["ouvertures"].tolist() == [int(r["Unique Opens"]) for r in rows]
    large = lignes[lignes["livres"] >= 50]
    assert large["ouvertures"].sum() / large["livres"].sum() == pytest.approx(0.356, abs=0.0005)
    mean = sum(float(r["Open Rate"].rstrip("%")) for r in rows) / len(rows)
    assert mean == pytest.approx(52.8, abs=0.05)


def test_mailchimp_days():
    rows, lignes = dicts("mailchimp_campaigns_deepnews.csv"), read("mailchimp_campaigns_deepnews.csv").lignes
    assert [f"{d:%b %d, %Y}" for d in lignes["debut"]] == [" ".join(r["Send Date"].split()[:3]) for r in rows]


def test_ga4_sessions_in_french():
    rows = ga4_blocks("ga4_acquisition_fr_SYNTHETIQUE.csv")[-1]
    [row] = read("ga4_acquisition_fr_SYNTHETIQUE.csv").lignes.to_dict("records")
    assert row["visites"] == sum(int(r[1]) for r in rows[1:]) == 8012
    assert (row["debut"], row["fin"]) == (date(2026, 7, 1), date(2026, 7, 31))


def test_ga4_views_of_pages():
    name = "ga4_pages_and_screens_2026-02-24_2026-03-23.csv"
    rows, lignes = ga4_blocks(name)[-1], read(name).lignes
    assert lignes["vues"].sum() == sum(int(r[1]) for r in rows[1:])
    by_page = lignes.set_index("page")["vues"]
    assert by_page["/"] == 221 and by_page["/team/"] == 139
    assert not lignes["page"].str.contains("[?#@]", regex=True).any()


def test_ga4_snapshot():
    name = "ga4_reports_snapshot_toolguru.csv"
    blocks = {rows[0][0]: rows for rows in ga4_blocks(name)}
    sessions = [rows for rows in blocks.values() if rows[0][1:] == ["Sessions"]]
    [row] = read(name).lignes.to_dict("records")
    assert row["visites"] in {sum(int(r[1]) for r in rows[1:]) for rows in sessions}
    assert row["utilisateurs"] == 1291
    assert (row["debut"], row["fin"]) == (date(2025, 12, 3), date(2026, 3, 2))


def test_limesurvey_choices_in_columns():
    with (DOSSIER / "limesurvey_fr_colonnes_reduites.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [r for r in csv.DictReader(file, delimiter=";") if r["Date de soumission"]]
    lignes = read("limesurvey_fr_colonnes_reduites.csv").lignes
    [column] = [c for c in rows[0] if c.endswith("[Cours magistral]")]
    question = " ".join(column.removesuffix("[Cours magistral]").split())
    mine = lignes[(lignes["question"] == question) & (lignes["reponse"] == "Cours magistral")]
    asked = [r for r in rows if any(v == "Oui" or v == "Non" for k, v in r.items() if k.startswith(column[:40]))]
    assert mine["nombre"].sum() == sum(r[column] == "Oui" for r in rows) == 269
    assert mine["repondants"].sum() == len(asked) == 492
    assert set(lignes["echelle"]) == {"choix", "oui_non"} and lignes["satisfait"].isna().all()


def test_spotify_days():
    rows, lignes = dicts("spotify_streams_daily.csv"), read("spotify_streams_daily.csv").lignes
    assert lignes["lectures"].sum() == sum(int(r["Streams"]) for r in rows)
    first, last = rows[0]["Date"], rows[-1]["Date"]
    assert [f"{d.month}/{d.day}/{d.year}" for d in (lignes["debut"].iloc[0], lignes["debut"].iloc[-1])] == [first, last]
    by_month = lignes.groupby(lignes["debut"].map(lambda d: f"{d.month}/{d.year}"))["lectures"].sum()
    expected = {}
    for row in rows:
        month, _, year = row["Date"].split("/")
        expected[f"{month}/{year}"] = expected.get(f"{month}/{year}", 0) + int(row["Streams"])
    assert by_month.to_dict() == expected


def test_spotify_episodes():
    rows, lignes = (
        dicts("spotify_episodes_titres_anonymises.csv"),
        read("spotify_episodes_titres_anonymises.csv").lignes,
    )
    assert [str(d) for d in lignes["publie_le"]] == [r["releaseDate"] for r in rows]
    for column, header in (("lectures", "plays"), ("ecoutes", "streams")):
        assert lignes[column].tolist() == [int(r[header]) for r in rows]


def test_zoom():
    [row] = read("zoom_webinar_attendee_report_SYNTHETIQUE.csv").lignes.to_dict("records")
    assert (row["inscrits"], row["annules"], row["presents"]) == (4, 0, 2)
    with (DOSSIER / "zoom_webinar_attendee_report_SYNTHETIQUE.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    people = rows[next(k for k, r in enumerate(rows) if r[0] == "Attendee Details") + 2 :]
    assert len({r[4] for r in people}) == row["inscrits"]
    assert len({r[4] for r in people if r[0] == "Yes"}) == row["presents"]


def test_forms():
    lignes = read("ms_forms_fr_SYNTHETIQUE.xlsx").lignes
    said = lignes[lignes["satisfait"].notna()]
    satisfied = said.loc[said["satisfait"].astype(bool), "nombre"].sum()
    assert (satisfied, said["nombre"].sum(), lignes["nombre"].sum()) == (2, 3, 4)
    sheet = openpyxl.load_workbook(DOSSIER / "ms_forms_fr_SYNTHETIQUE.xlsx").worksheets[0]
    column = [r[7] for r in sheet.iter_rows(min_row=2, values_only=True)]
    assert sum(a in ("Très satisfait", "Plutôt satisfait") for a in column) == 2
    assert sum(a not in (None, "Sans opinion") for a in column) == 3
