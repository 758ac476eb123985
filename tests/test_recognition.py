"""Which tool a file comes from: by its content; and what is in it stays words, whatever it looks like."""

import io
from datetime import date, datetime

import openpyxl
import pytest

from etl.loading import import_export
from etl.preview import preview
from etl.reading import read_document
from etl.recognition import likely_headers, read_export, sources
from etl.report import apercu_text
from etl.source import Extrait, Source
from rqds_metrics import store
from rqds_metrics.plan import load_plan
from rqds_metrics.resultats import resultats
from tests.test_sources import fixtures

JOUR = date(2026, 11, 20)
MOMENT = datetime(2026, 11, 20, 15)
PLAN = load_plan()
NASTY = (
    "=HYPERLINK(\"http://exemple.org\",\"x\")",
    "=cmd|'/c calc'!A1",
    "<script>alert(1)</script>",
    "x'); DROP TABLE lot; --",
    "{{ 7*7 }}",
    "../../../etc/passwd",
    "\x1b[31mrouge\x07",
    "\u202egnp.exe",
)  # fmt: skip


def read(octets, name="donnees"):
    return read_export(name, octets if isinstance(octets, bytes) else octets.encode(), JOUR, PLAN)


def errors(lecture):
    return [c.nom for c in lecture.constats if c.verdict == "erreur"]


def mailchimp(*rows):
    head = "Title,Send Date,Successful Deliveries,Unique Opens,Unique Id\n"
    return head + "".join(",".join('"' + str(v).replace('"', '""') + '"' for v in row) + "\n" for row in rows)


@pytest.fixture
def base(tmp_path):
    return tmp_path / "rqds.duckdb"


def test_sources_describe_themselves():
    assert [s.nom for s in sources()] == sorted(s.nom for s in sources())
    for source in sources():
        assert isinstance(source, Source) and all((source.titre, source.famille, source.aide, source.attendu))
        assert isinstance(source.blank(), Extrait) and source.blank().lignes.empty


@pytest.mark.parametrize("path", fixtures(), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_one_source_and_one_only_knows_each_file(path):
    document = read_document("x", path.read_bytes())
    assert [s.nom for s in sources() if s.recognise(document)] == [path.parent.name]


@pytest.mark.parametrize("name", [*NASTY, "spotify.csv", "x" * 3000, "", "a/b\\c.csv", "zoom.pdf", "GA4\n2026.xlsx"])
def test_the_name_of_a_file_changes_nothing_and_does_nothing(name, base):
    plain, named = read("Date,Plays\n2026-10-01,4\n"), read("Date,Plays\n2026-10-01,4\n", name)
    assert named.source is plain.source and named.extrait.lignes.equals(plain.extrait.lignes)
    assert named.sha256 == plain.sha256
    assert not set(named.fichier) & set("\x1b\x07\u202e\n/\\") and 0 < len(named.fichier) <= 200
    import_export(named, base, par="essai", recu_le=MOMENT)
    with store.connect(base) as cursor:
        assert cursor.execute("SELECT fichier FROM lot").fetchall() == [(named.fichier,)]


def test_what_looks_like_code_in_cells_stays_text(base):
    rows = [(text, "Oct 5, 2026 10:00 am", 100 + k, 40, f"aa{k}") for k, text in enumerate(NASTY)]
    lecture = read(mailchimp(*rows))
    import_export(lecture, base, par="essai", recu_le=MOMENT)
    with store.connect(base) as cursor:
        kept = [t for (t,) in cursor.execute("SELECT titre FROM infolettre ORDER BY livres").fetchall()]
    assert kept[:6] == list(NASTY[:6])
    assert kept[6:] == ["[31mrouge", "gnp.exe"]
    frame = resultats("2026-2027", JOUR, base).set_index("indicateur")
    assert frame.loc["1.2.6-4", "numerateur"] == 40 * len(NASTY)


def test_code_in_a_workbook_is_never_computed():
    book = openpyxl.Workbook()
    head = ["Title", "Send Date", "Successful Deliveries", "Unique Opens", "Unique Id"]
    for row in (head, ["=1+1", datetime(2026, 10, 5), 100, "=20+20", "aa1"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    lecture = read(out.getvalue())
    assert "formule_sans_resultat" in {c.nom for c in lecture.constats}
    assert lecture.extrait.lignes["ouvertures"].isna().all()


def test_code_in_faulty_cells_is_quoted_without_control_characters():
    for text in NASTY:
        lecture = read(mailchimp(("T", "Oct 5, 2026 10:00 am", text, 40, "aa1")))
        [constat] = [c for c in lecture.constats if c.nom == "cellule"]
        assert not set(constat.note + (constat.trouve or "")) & set("\x1b\x07\u202e\n")


def test_an_unknown_file_says_what_was_found_and_what_is_known():
    lecture = read("Prénom,Couleur\nx,bleu\n")
    [constat] = lecture.constats
    assert errors(lecture) == ["inconnu"]
    assert "« Prénom », « Couleur »" in constat.note and all(
        s.titre.split(" · ")[-1] in constat.remede for s in sources()
    )


def test_a_file_of_two_tools_at_once_is_refused():
    lecture = read("Mois,Indicateur,Valeur\n2026-10,1.1.1-1,4\n\nDate,Plays\n2026-10-01,4\n")
    assert errors(lecture) == ["ambigu"]
    both = mailchimp(("T", "Oct 5, 2026", 100, 40, "aa1")) + "ID,Start time,Completion time\n1,x,y\n"
    assert errors(read(both)) == ["ambigu"]


def test_the_fullest_line_is_what_a_person_calls_the_headers():
    document = read_document("x", b"Rapport\na@b.ca,Couleur,Taille\nx\n")
    assert likely_headers(document) == ["[courriel]", "Couleur", "Taille"]


def test_a_missing_column_is_named_with_those_that_are_there():
    lecture = read("Title,Send Date,Unique Opens,Unique Id\nT,x,4,aa\n")
    [constat] = lecture.constats
    assert (
        constat.nom == "colonne_absente" and "« Successful Deliveries »" in constat.note and "« Title »" in constat.note
    )


def test_a_column_written_twice_is_refused():
    text = mailchimp(("T", "Oct 5, 2026", 100, 40, "aa1")).replace("Title", "Unique Opens")
    assert "colonne_double" in errors(read(text))


def test_empty_cells_that_a_row_needs_are_told():
    lecture = read(mailchimp(("T", "", 100, 40, "aa1"), ("T", "Oct 5, 2026", "", 40, "aa2")))
    assert [(c.colonne, c.ligne) for c in lecture.constats if c.nom == "cellule_vide"] == [
        ("Send Date", 2),
        ("Successful Deliveries", 3),
    ]


def test_a_file_without_any_row_is_refused():
    for head in (mailchimp(), "Date,Plays\n", "Date,Plays\n2026-10-01,--\n", "Mois,Indicateur,Valeur\n",
                 "# Start date: 20261001\n# End date: 20261031\nNth day,Sessions\n"):  # fmt: skip
        lecture = read(head)
        assert lecture.source and errors(lecture) and lecture.extrait.lignes.empty


def test_figures_without_a_header_are_told():
    lecture = read("# Start date: 20261001\n# End date: 20261031\nNth day,Sessions\n0000,4\n# suite\n0001,5\n")
    assert errors(lecture) == ["sans_entete"]


def test_podcast_episodes_without_streams_are_read():
    lecture = read("name,plays,releaseDate\nUn,12,2026-10-01\n")
    assert errors(lecture) == [] and lecture.extrait.lignes["lectures"].tolist() == [12]


@pytest.mark.parametrize("label", ["Total", "TOTAL", "Grand total", "Totaux", "Somme", "Sous-total"])
def test_a_total_row_is_set_aside_and_told(label):
    lecture = read(f"Date,Plays\n2026-10-01,4\n2026-10-02,5\n{label},9\n")
    assert lecture.extrait.lignes["lectures"].sum() == 9 and lecture.extrait.ecartees == {"ligne de total": 1}


def test_a_header_repeated_by_a_paste_is_set_aside():
    lecture = read("Date,Plays\n2026-10-01,4\nDate,Plays\n2026-10-02,5\n")
    assert lecture.extrait.lignes["lectures"].sum() == 9 and lecture.extrait.ecartees == {"en-tête répété": 1}


def test_the_same_day_twice_in_a_file_is_refused():
    assert errors(read("Date,Plays\n2026-10-01,4\n2026-10-01,5\n")) == ["doublon"]
    assert errors(read(mailchimp(*[("T", "Oct 5, 2026", 100, 40, "aa1")] * 2))) == ["doublon"]


def test_a_month_sent_twice_replaces_the_first(base):
    def month(plays):
        return read("Date,Plays\n" + "".join(f"2026-10-{d:02},{plays}\n" for d in range(1, 32)))

    import_export(month(4), base, par="essai", recu_le=MOMENT)
    [apercu] = preview([month(5)], base, au=JOUR, recu_le=MOMENT)
    assert "remplace oct. 2026 (31 jours)" in apercu_text(apercu)
    recu = import_export(month(5), base, par="essai", recu_le=MOMENT)
    assert [r.jours for r in recu.remplace] == [31]
    frame = resultats("2026-2027", JOUR, base).set_index("indicateur")
    assert frame.loc["4.1.1-3", "valeur"] == 5 * 31
    assert import_export(month(5), base, par="essai", recu_le=MOMENT).deja


def test_more_opens_than_deliveries_is_refused_unless_it_is_a_test_send():
    assert errors(read(mailchimp(("T", "Oct 5, 2026", 100, 101, "aa1")))) == ["incoherence"]
    assert errors(read(mailchimp(("T", "Oct 5, 2026", 5, 6, "aa1")))) == []


def test_many_faulty_cells_are_listed_up_to_fifty_and_counted():
    lecture = read(mailchimp(*[("T", "Oct 5, 2026", "n/d", 1, f"aa{k}") for k in range(70)]))
    assert len([c for c in lecture.constats if c.nom == "cellule"]) == 50
    [rest] = [c for c in lecture.constats if c.nom == "cellules"]
    assert "20 autres" in rest.note and rest.verdict == "erreur"
