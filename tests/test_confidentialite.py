"""Law 25: no name, e-mail, phone or free answer reaches the base, its log of writes, or what is printed."""

import csv
import io
import logging
import os
import subprocess
import sys
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from etl.loading import import_export
from etl.preview import preview
from etl.recognition import read_export
from etl.report import apercu_text, apercu_value
from rqds_metrics import store
from rqds_metrics.plan import RACINE, load_plan

PLAN = load_plan()
JOUR = date(2026, 11, 20)
GENS = ("Ghyslaine Quessy-Thibodeau", "Wilfrid Ouellette-Xanthopoulos")
COURRIELS = ("ghyslaine.quessy@exemple.org", "w_ouellette+rqds@courrier.exemple.ca")
TELEPHONES = ("418-555-0147", "(514) 555-0189", "+1 819 555 0166", "4505550121")
LIBRES = ("Mon patron refuse tout congé", "J’habite au 12 rue des Érables")
JOINDRE = (*COURRIELS, *TELEPHONES)
SECRETS = (*(part for nom in GENS for part in nom.split()), *JOINDRE, *LIBRES)
TEMOIN = "Titre témoin"  # kept, to prove that the search would find what is there


def as_csv(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def mailchimp():
    head = ["Title", "Subject", "Audience", "Send Date", "Successful Deliveries", "Unique Opens", "Unique Id", "Email"]
    return as_csv([
        head,
        [f"{TEMOIN} {COURRIELS[0]}", GENS[0], GENS[1], "Oct 28, 2026 10:00 am", 100, 40, "aa01", COURRIELS[1]],
        [f"Relance {TELEPHONES[0]} ou {TELEPHONES[1]}", LIBRES[0], "", "Oct 29, 2026 10:00 am", 90, 30, "aa02", ""],
        [f"Appeler {TELEPHONES[2]}, {TELEPHONES[3]}", "", "", "Oct 30, 2026 10:00 am", 90, 30, "aa03", GENS[0]],
    ])  # fmt: skip


def ga4():
    one, two = COURRIELS
    lines = [
        "# ----------------------------------------",
        f"# Compte : {GENS[0]} ({one})",
        "# Start date: 20261001",
        "# End date: 20261031",
        "Page path and screen class,Views,Active users",
        f"/{TEMOIN},10,4",
        f"/merci?nom={GENS[0]}&courriel={one}&tel={TELEPHONES[0]},3,1",
        f"/merci/{two.replace('@', '%40')},2,1",
        f"/merci/{one.replace('@', '%2540')},2,1",
        f"/appel/{TELEPHONES[2].replace(' ', '%20')},2,1",
        f"/appel/{TELEPHONES[3]}#{GENS[1]},2,1",
    ]
    return "\n".join(lines).encode()


def spotify():
    return as_csv([
        ["name", "plays", "streams", "audience_size", "releaseDate"],
        [f"{TEMOIN}, écrire à {COURRIELS[0]}", 10, 8, 5, "2026-10-07"],
        [f"Appelez {TELEPHONES[0]} ou {TELEPHONES[1]}", 10, 8, 5, "2026-10-14"],
    ])  # fmt: skip


def zoom():
    people = ["Attended", "User Name (Original Name)", "First Name", "Last Name", "Email", "Phone", "Comments"]
    first, last = GENS[0].split()
    return as_csv([
        ["Attendee Report"],
        ["Topic", "Webinar ID", "Actual Start Time", "# Registered", "# Cancelled", "Unique Viewers"],
        [f"{TEMOIN}, animé par {COURRIELS[0]}", "812 3456 7890", "Oct 15, 2026 12:00 PM", 2, 0, 1],
        ["Host Details"],
        people,
        ["Yes", GENS[1], "", "", COURRIELS[1], TELEPHONES[1], ""],
        ["Attendee Details"],
        people,
        ["Yes", GENS[0], first, last, COURRIELS[0], TELEPHONES[0], LIBRES[0]],
        ["No", GENS[1], "--", "--", COURRIELS[1], TELEPHONES[3], LIBRES[1]],
    ])  # fmt: skip


def ms_forms():
    day = datetime(2026, 10, 15, 10)
    return as_xlsx([
        ["ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom", f"Satisfait·e ? ({COURRIELS[0]})",
         "Votre téléphone", "Vos remarques", f"{TEMOIN} : que retenez-vous ?"],
        [1, day, day, COURRIELS[0], GENS[0], "Très satisfaite", TELEPHONES[0], LIBRES[0], f"Merci à {GENS[1]}"],
        [2, day, day, COURRIELS[1], GENS[1], "Peu satisfait", TELEPHONES[1], LIBRES[1], COURRIELS[0]],
        [3, day, day, "anonymous", None, "Sans opinion", TELEPHONES[2], f"{GENS[0]} : {TELEPHONES[3]}", None],
    ])  # fmt: skip


def google_forms():
    """Closed questions with what people add to them: a name ticked by many, one comment sent twice, an age, a code."""
    both = f"{GENS[0]}, {GENS[1]}"
    head = ["Horodateur", f"{TEMOIN} : quels sujets, {COURRIELS[0]} ?", "Quelles personnes vous ont aidé ?", "Reviendrez-vous ?",
            "Le contenu était clair ?", "Notez la salle (de 1 à 5)", "Notez le repas", "Avec quelle équipe ?"]  # fmt: skip
    rows = [
        [f"Logement, Santé, {LIBRES[0]}", both, "Oui", "Tout à fait d'accord", "4", LIBRES[1], both],
        [f"Logement, Santé, {LIBRES[0]}", both, "Oui", "D'accord", "5", "4", both],
        [f"Logement, Santé, {COURRIELS[0]}", both, "Non", "D'accord", "4 - Satisfait", "5", both],
        [f"Logement, {COURRIELS[0]}", both, "Oui", "D'accord", "4", "5", both],
        [f"Santé, {COURRIELS[0]}", both, "Oui", "D'accord", "4", "5", GENS[0]],
        ["Logement, Santé", both, LIBRES[1], f"D'accord, {GENS[1]}", "4", TELEPHONES[1], GENS[1]],
        *[["Logement, Santé", "", "", "", "", "", ""]] * 6,
    ]
    return as_csv([head, *([f"2026/10/{10 + k} 1:00:00 PM UTC-4", *r] for k, r in enumerate(rows))])


def limesurvey():
    asked = "Vos canaux :"
    head = ["ID de la réponse", "Date de soumission", "Date de lancement", f"{asked} [{TEMOIN}]", f"{asked} [Balado]",
            f"{asked} [Autre]", f"{asked} [Commentaire]", f"{asked} [{GENS[0]}]"]  # fmt: skip
    rows = [["Oui", "Non", GENS[0], LIBRES[0], "Oui"], ["Oui", "Oui", TELEPHONES[0], LIBRES[1], "Non"]]
    day = "2026-10-15 10:00:00"
    return as_csv([head, *([k + 1, day, day, *r] for k, r in enumerate(rows))])


def surveymonkey():
    top = [
        "Respondent ID",
        "Start Date",
        "End Date",
        "Email Address",
        f"{TEMOIN} : quels outils ?",
        "",
        "",
        "Notez-nous de 0 à 10",
    ]
    second = ["", "", "", "", "Infolettre", "Balado", "Autre (veuillez préciser)", "Réponse"]
    day = "10/15/2026 01:00:00 PM"
    rows = [
        ["Infolettre", "Balado", LIBRES[0], "9"],
        ["", "Balado", GENS[1], "10"],
        ["Infolettre", "", COURRIELS[0], "9"],
    ]
    return as_csv([top, second, *([k + 1, day, day, COURRIELS[1], *r] for k, r in enumerate(rows))])


def teams():
    start, end = "10/15/26, 12:00:05 PM", "10/15/26, 1:00:00 PM"
    lines = [
        ["1. Summary"],
        ["Meeting title", f"{TEMOIN}, animé par {COURRIELS[0]}"],
        ["Attended participants", "2"],
        ["Start time", start],
        ["2. Participants"],
        ["Name", "First Join", "Last Leave", "Duration", "Email", "Participant ID (UPN)", "Role"],
        [GENS[0], start, end, "59m", COURRIELS[0], COURRIELS[0], "Organizer"],
        [f"{GENS[1]} ({TELEPHONES[0]})", start, end, "59m", COURRIELS[1], "", "Attendee"],
    ]
    return "\r\n".join("\t".join(line) for line in lines).encode("utf-16")


def apple():
    return as_csv([
        ["Show Name", "Episode GUID", "Episode Title", "Release Date", "Plays"],
        [GENS[0], COURRIELS[0], f"{TEMOIN}, écrire à {COURRIELS[1]}", "2026-10-07", 10],
        [GENS[1], TELEPHONES[0], f"Appelez {TELEPHONES[1]} ou {TELEPHONES[2]}", "2026-10-14", 12],
    ])  # fmt: skip


def youtube():
    return as_csv([
        ["Content", "Video title", "Views"],
        ["Total", "", 12],
        ["AAA", f"Entrevue avec {GENS[0]}, {COURRIELS[0]}", 7],
        ["BBB", f"{LIBRES[0]} : {TELEPHONES[0]}", 5],
    ])  # fmt: skip


def meta():
    return as_csv([
        ["Post ID", "Account username", "Account name", "Description", "Publish time", "Permalink", "Views", "Likes",
         "Comments", "Shares"],
        [1, COURRIELS[0], f"{TEMOIN} {COURRIELS[1]}", f"Merci à {GENS[0]}. {LIBRES[0]}", "10/13/2026 09:00",
         f"https://www.instagram.com/{GENS[1]}", 9, 1, 1, 0],
        [2, TELEPHONES[0], f"{TEMOIN} {COURRIELS[1]}", LIBRES[1], "10/14/2026 09:00",
         f"https://www.instagram.com/{TELEPHONES[1]}", 9, 1, 1, 0],
    ])  # fmt: skip


def mailchimp_campagne():
    return as_csv([
        ["Email Campaign Report"],
        ["Title:", f"{TEMOIN}, écrire à {COURRIELS[0]} ou au {TELEPHONES[1]}"],
        ["Subject Line:", f"{LIBRES[0]} : {GENS[0]}"],
        ["Delivery Date/Time:", "Wed, Sep 30, 2026 10:05 am"],
        ["From Email:", COURRIELS[1]],
        ["From Name:", GENS[1]],
        ["Successful Deliveries:", "995"],
        ["Recipients Who Opened:", "350 (35.18%)"],
        ["Clicks by URL"],
        ["URL", "Total Clicks", "Unique Clicks"],
        [f"https://exemple.org/?courriel={COURRIELS[0]}&tel={TELEPHONES[0]}", "4", "3"],
    ])  # fmt: skip


def universal_analytics():
    one, two = COURRIELS
    lines = [
        "# ----------------------------------------",
        f"# Vue de {GENS[0]} ({one})",
        "# 20220701-20220731",
        "# ----------------------------------------",
        "",
        "Page,Pageviews",
        f"/{TEMOIN},10",
        f"/merci?nom={GENS[0]}&courriel={one}&tel={TELEPHONES[0]},3",
        f"/merci/{two.replace('@', '%40')},2",
        f"/appel/{TELEPHONES[2].replace(' ', '%20')}#{GENS[1]},2",
        ",17",
    ]
    return "\n".join(lines).encode()


def matomo_courriel():
    people = ["User IDs", "label,nb_visits,nb_actions", *(f"{c},4,5" for c in COURRIELS), f"{GENS[0]},1,1"]
    pages = ["Page URLs", "label,nb_visits,nb_hits", f"/merci?tel={TELEPHONES[0]},4,5"]
    visits = ["Visits Summary", "nb_uniq_visitors,nb_visits,nb_actions", "12,20,31"]
    return "\n".join(["Période : octobre 2026", *people, *visits, *pages]).encode("utf-16")


def saisie():
    return as_xlsx([
        ["Mois", "Indicateur", "Valeur", "Fait le", "Texte", "Nom"],
        ["2026-10", "1.1.1-1", 12, None, f"{TEMOIN}, joindre {COURRIELS[0]} au {TELEPHONES[0]}", GENS[0]],
        ["2026-10", "1.3.1-4", None, None, f"Voir {COURRIELS[1]}, {TELEPHONES[1]}, {TELEPHONES[3]}", GENS[1]],
    ])  # fmt: skip


FICHIERS = {
    f"campagnes de {COURRIELS[0]}.csv": mailchimp,
    f"pages {TELEPHONES[0]}.csv": ga4,
    "episodes.csv": spotify,
    "webinaire.csv": zoom,
    f"{TEMOIN} {TELEPHONES[1]}(1-3).xlsx": ms_forms,
    f"sondage {COURRIELS[0]}.csv": google_forms,
    f"canaux {TELEPHONES[0]}.csv": limesurvey,
    "outils.csv": surveymonkey,
    "valeurs.xlsx": saisie,
    "presence.csv": teams,
    "balado.csv": apple,
    "contenus.csv": youtube,
    f"publications {COURRIELS[1]}.csv": meta,
    "envoi.csv": mailchimp_campagne,
    f"pages d'avant {COURRIELS[0]}.csv": universal_analytics,
    "rapport.csv": matomo_courriel,
}


TUE = """
import os, signal, sys
from datetime import date
from pathlib import Path
from etl.loading import import_export
from etl.recognition import read_export
from rqds_metrics import store
from rqds_metrics.plan import load_plan

with store.connect():
    for file in sorted(Path(sys.argv[1]).iterdir()):
        lecture = read_export(file.name, file.read_bytes(), date.fromisoformat(sys.argv[2]), load_plan())
        import_export(lecture, par="essai")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def lectures():
    return [read_export(name, make(), JOUR, PLAN) for name, make in FICHIERS.items()]


def found_in(content, secrets=SECRETS):
    """The secrets that a text or bytes hold, in UTF-8 or UTF-16, whatever their case or separators."""
    octets = content.encode() if isinstance(content, str) else content
    low = octets.lower()
    shapes = {
        s: {s.lower().encode(), s.lower().encode("utf-16-le"), s.lower().replace("@", "%40").encode()} for s in secrets
    }
    return [s for s in secrets if any(shape in low for shape in shapes[s])]


def files_of(folder):
    return [p for p in folder.rglob("*") if p.is_file()]


def stored_words(base):
    """Every text of every table: the file itself may be compressed."""
    with store.connect(base) as cursor:
        tables = [t for (t,) in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return "\n".join(repr(cursor.execute(f'SELECT * FROM "{t}"').fetchall()) for t in tables)


def test_the_search_finds_what_is_there():
    assert found_in(f"x {GENS[0].upper()} y") == GENS[0].split()
    assert found_in(COURRIELS[1].encode("utf-16-le")) == [COURRIELS[1]]
    for make in FICHIERS.values():
        assert make is ms_forms or make is saisie or found_in(make())


def test_nothing_personal_reaches_the_base_or_its_log_of_writes(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    base = tmp_path / "rqds.duckdb"
    wal = base.with_name(base.name + ".wal")
    with store.connect(base):  # held open: what is written stays in the log
        for lecture in lectures():
            assert lecture.extrait and not lecture.extrait.erreurs, [c.note for c in lecture.constats]
            import_export(lecture, base, par="essai")
        written = wal.read_bytes()
        assert TEMOIN.encode() in written and found_in(written) == []
    assert TEMOIN.encode() in base.read_bytes()
    kept = [p for p in (tmp_path / "originaux").rglob("*") if p.is_file()]
    assert any(TEMOIN.encode() in p.read_bytes() for p in kept)
    for file in files_of(tmp_path):
        assert found_in(file.read_bytes()) == [] and found_in(str(file)) == [], file.name
    assert TEMOIN in stored_words(base) and found_in(stored_words(base)) == []
    assert found_in(caplog.text) == []


def test_what_is_kept_of_a_survey_is_its_closed_answers(tmp_path):
    base = tmp_path / "rqds.duckdb"
    for lecture in lectures():
        import_export(lecture, base, par="essai")
    with store.connect(base) as cursor:
        answers = {r for (r,) in cursor.execute("SELECT DISTINCT reponse FROM sondage").fetchall()}
        off = cursor.execute("SELECT DISTINCT reponse FROM sondage WHERE echelle IS NULL").fetchall()
    assert answers == {
        "Très satisfaite", "Peu satisfait", "Sans opinion", "Logement", "Santé", "Autre", "Oui", "Non", "Autre réponse",
        "Tout à fait d'accord", "D'accord", "4", "4 - Satisfait", "5", TEMOIN, "Balado", "Infolettre", "9", "10",
    }  # fmt: skip
    assert {r for (r,) in off} == {"Sans opinion", "Autre réponse"}  # null, and not a text that says so


def test_nothing_personal_survives_a_process_that_is_killed(tmp_path):
    inputs, base = tmp_path / "entree", tmp_path / "base" / "rqds.duckdb"
    write_files(inputs)
    subprocess.run(
        [sys.executable, "-c", TUE, str(inputs), JOUR.isoformat()], cwd=RACINE, env=environment(base), check=False
    )
    left = files_of(base.parent)
    beside = {p.name for p in left if "originaux" not in p.parts}
    assert beside == {base.name, base.name + ".wal"} and len(left) > 2
    assert TEMOIN.encode() in b"".join(p.read_bytes() for p in left)
    for file in left:
        assert found_in(file.read_bytes()) == [], file.name


def environment(base):
    return {**os.environ, "RQDS_BASE": str(base), "PYTHONIOENCODING": "utf-8"}


def write_files(folder):
    folder.mkdir()
    for name, make in FICHIERS.items():
        (folder / name).write_bytes(make())
    return [str(p) for p in sorted(folder.iterdir())]


def run_etl(base, *args):
    return subprocess.run(
        [sys.executable, "-m", "etl", *args], cwd=RACINE, env=environment(base), capture_output=True, check=False
    )


def test_nothing_personal_is_printed(tmp_path):
    files, base = write_files(tmp_path / "entree"), tmp_path / "base" / "rqds.duckdb"
    for args in (
        ["verifier", *files],
        ["verifier", "--json", *files],
        ["importer", "--par", "essai", *files],
        ["lots"],
        ["lots", "--json"],
    ):
        done = run_etl(base, *args)
        assert done.returncode == 0, done.stdout.decode()
        assert done.stdout and found_in(done.stdout) == [] and found_in(done.stderr) == [], args
    assert any("originaux" in p.parts for p in files_of(base.parent))
    for file in files_of(base.parent):
        assert found_in(file.read_bytes()) == [], file.name


SPOILT = (
    (",100,", f",{JOINDRE[0]},"),
    (",3,1", f',{JOINDRE[1]},"{JOINDRE[3]}"'),
    (",10,", f",{JOINDRE[2]},"),
    (",2,0,1", f",{JOINDRE[4]},0,{JOINDRE[5]}"),
)


def spoil(octets):
    """The same text file, its figures replaced by ways to reach people."""
    text = octets.decode("utf-8-sig")
    for old, new in SPOILT:
        text = text.replace(old, new)
    return text.encode()


@pytest.mark.parametrize("make", [mailchimp, ga4, spotify, zoom])
def test_a_refusal_quotes_cells_without_ways_to_reach_people(make, tmp_path):
    octets = spoil(make())
    lecture = read_export("export.csv", octets, JOUR, PLAN)
    assert lecture.source and [c for c in lecture.constats if c.nom in ("cellule", "jour")]
    [apercu] = preview([lecture], tmp_path / "absente.duckdb", au=JOUR)
    for text in (apercu_text(apercu), str(apercu_value(apercu)), repr(lecture.constats)):
        assert found_in(text, JOINDRE) == []
    file = tmp_path / "export.csv"
    file.write_bytes(octets)
    done = run_etl(tmp_path / "rqds.duckdb", "importer", str(file))
    assert done.returncode == 1 and "rien n'est enregistré" in done.stdout.decode()
    assert found_in(done.stdout, JOINDRE) == [] and found_in(done.stderr, JOINDRE) == []


def test_a_refused_survey_and_refused_values_too(tmp_path):
    day = datetime(2026, 10, 15, 10)
    survey = [
        ["ID", "Start time", "Completion time", COURRIELS[0], f"Satisfied? Write to {COURRIELS[1]}"],
        [1, day, day, "", "Very satisfied"],
        [2, day, day, "", "Satisfied"],
        [3, day, f"{TELEPHONES[0]} {COURRIELS[0]}", "", "Satisfied"],
        [4, day, day, "", COURRIELS[0]],
    ]
    values = [
        ["Mois", "Indicateur", "Valeur"],
        [COURRIELS[0], TELEPHONES[0], TELEPHONES[1]],
        ["2026-10", "1.1.1-1", COURRIELS[1]],
        ["2026-10", "1.1.2-1", TELEPHONES[3]],
    ]
    for rows in (survey, values):
        lecture = read_export("export.xlsx", as_xlsx(rows), JOUR, PLAN)
        assert lecture.source and lecture.extrait.erreurs
        assert found_in(repr(lecture.constats), JOINDRE) == []


def test_an_unknown_file_is_told_by_its_headers_without_people(tmp_path):
    octets = as_csv([["Nom", *COURRIELS, *TELEPHONES], [*GENS]])
    file = tmp_path / f"{COURRIELS[0]}.csv"
    file.write_bytes(octets)
    for args in (["importer", str(file)], ["importer", str(tmp_path / f"absent {TELEPHONES[0]}.csv")]):
        done = run_etl(tmp_path / "rqds.duckdb", *args)
        assert done.returncode == 1
        assert found_in(done.stdout, JOINDRE) == [] and found_in(done.stderr, JOINDRE) == []


def test_the_number_of_dropped_cells_is_told():
    dropped = {le.source.nom: le.extrait.cellules_personnelles for le in lectures()}
    assert dropped == {
        "mailchimp": 2, "ga4": 0, "spotify": 0, "zoom": 11, "ms_forms": 12, "google_forms": 25,
        "limesurvey": 4, "surveymonkey": 6, "saisie": 2, "teams": 5, "apple": 0,
        "youtube": 0, "meta": 4, "mailchimp_campagne": 1, "universal_analytics": 0, "matomo_courriel": 3,
    }  # fmt: skip
