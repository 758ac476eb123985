"""The log says what was done, in one line an event, and nothing that was in a file nor the name of anybody."""

import io
import logging
import os
import re
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest

from etl.loading import LotRefuse, cancel_lot, import_export
from etl.recognition import read_export
from rqds_metrics import activite, store
from rqds_metrics.activite import CHAMPS_TEXTE, SansValeurs, UnFichierParMois, compte, held, line, say
from rqds_metrics.plan import RACINE

PERSONNES = ["Marguerite", "Tremblay", "Ouellet", "marguerite.tremblay@exemple.org", "p.ouellet@exemple.org",
             "exemple.org", "418-555-0199", "203.0.113.77", "Chicoutimi"]  # fmt: skip
# Microsoft Forms, as it comes out when the form is not anonymous
FORMULAIRE = (
    "ID;Heure de début;Heure de fin;Adresse de messagerie;Nom;Quel est votre degré de satisfaction ?;Des commentaires ?\n"
    "1;2026-10-05 10:00:00;2026-10-05 10:04:00;marguerite.tremblay@exemple.org;Marguerite Tremblay;Très satisfait;"
    "Appelez-moi au 418-555-0199, je suis à Chicoutimi\n"
    "2;2026-10-05 11:00:00;2026-10-05 11:04:00;p.ouellet@exemple.org;P. Ouellet;Satisfait;De 203.0.113.77\n"
)
ZOOM = (RACINE / "tests/sources/zoom/reconnexions.csv").read_bytes()
LIGNE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [a-z_]+( [a-z_]+=[a-z0-9_.,:/-]+)*")


def command(base, *words, **env):
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=RACINE,
        env={**os.environ, "RQDS_BASE": str(base), "PYTHONIOENCODING": "utf-8", **env},
        capture_output=True,
        encoding="utf-8",
    )


def said_by(folder):
    return "".join(p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.log")))


def test_an_import_full_of_names_leaves_none_in_the_log(tmp_path):
    """Files of people, and names everywhere else: of the files, of their folder, of whoever sends, in what fails."""
    base, folder = tmp_path / "rqds.duckdb", tmp_path / "Marguerite Tremblay"
    folder.mkdir()
    files = {
        "reponses de Marguerite Tremblay.csv": FORMULAIRE.encode(),
        "zoom p.ouellet@exemple.org.csv": ZOOM,
        "inconnu de Chicoutimi.csv": b"Nom,Courriel\nMarguerite Tremblay,marguerite.tremblay@exemple.org\n",
        "vide.csv": b"",
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("p.ouellet@exemple.org.csv", files["inconnu de Chicoutimi.csv"])
    files["tout de Tremblay.zip"] = archive.getvalue()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    paths = [str(folder / name) for name in [*files, "absent de Marguerite.csv"]]
    taken = command(base, "etl", "importer", "--par", "marguerite.tremblay@exemple.org", *paths, RQDS_JOURNAL="stderr")
    again = command(base, "etl", "importer", "--par", "Marguerite Tremblay", paths[0], RQDS_JOURNAL="stderr")
    undone = command(base, "etl", "annuler", "1", "--par", "marguerite.tremblay@exemple.org", RQDS_JOURNAL="stderr")
    log = taken.stderr + again.stderr + undone.stderr
    assert "Traceback" not in log and undone.returncode == 0, log
    lines = log.splitlines()
    assert all(LIGNE.fullmatch(x) for x in lines), [x for x in lines if not LIGNE.fullmatch(x)]
    actions = [x.split()[1] for x in lines]
    assert "import" in actions and "refus" in actions and "annulation" in actions and actions[-1] == "commande"
    assert not [p for p in PERSONNES if p.lower() in log.lower()]
    one = next(x for x in lines if " import " in x)
    assert f"qui={compte('marguerite.tremblay@exemple.org')}" in one and re.search(r" lot=1 .*lignes=\d+", one)
    assert f"qui={compte('Marguerite Tremblay')}" in again.stderr  # short, stable, and another account


def test_an_unexpected_error_says_its_place_and_nothing_of_what_it_read(tmp_path, monkeypatch, capsys):
    """What Python itself would print quotes the value that failed."""
    from rqds_metrics import cli

    def fail():
        raise ValueError("could not convert string to float: 'Marguerite Tremblay, 418-555-0199'")

    monkeypatch.setattr(sys, "argv", ["/x/etl/__main__.py", "importer", "Marguerite.csv"])
    monkeypatch.setenv("RQDS_JOURNAL", "stderr")
    monkeypatch.setenv("RQDS_BASE", str(tmp_path / "rqds.duckdb"))
    with pytest.raises(SystemExit) as left:
        cli.run(fail)
    said = capsys.readouterr()
    assert left.value.code == 3
    assert "Une erreur inattendue est survenue (ValueError, tests/test_activite.py:" in said.err
    assert "erreur type=valueerror lieu=tests/test_activite.py:" in said.err
    assert "commande nom=etl.importer code=3" in said.err
    assert not [p for p in PERSONNES if p in said.err + said.out]


def test_a_traceback_of_a_library_keeps_places_and_drops_values():
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(SansValeurs("%(message)s"))
    logger = logging.Logger("essai")
    logger.addHandler(handler)
    try:
        int("Marguerite Tremblay")
    except ValueError as error:
        try:
            raise KeyError("p.ouellet@exemple.org") from error
        except KeyError:
            logger.exception("Uncaught app execution")
    assert "test_activite.py" in log.getvalue() and "KeyError" in log.getvalue()
    assert not [p for p in PERSONNES if p in log.getvalue()]


def test_a_field_that_is_not_declared_cannot_be_written():
    for name in ("fichier", "courriel", "ip", "message"):
        with pytest.raises(ValueError, match="not a field"):
            line("import", "poste local", **{name: "x"})
    with pytest.raises(ValueError, match="not a field"):
        line("import", lot="Marguerite Tremblay")
    assert line("import", source="Marguerite Tremblay") == "import source=autre"
    assert {"source", "motif", "lieu"} <= CHAMPS_TEXTE


def test_who_is_a_role_or_a_short_name_that_stays():
    assert compte("poste local") == "poste" and compte("direction") == "direction"
    assert compte("Marguerite@Exemple.org ") == compte("marguerite@exemple.org") != compte("p.ouellet@exemple.org")
    assert re.fullmatch(r"c-[0-9a-f]{8}", compte("Marguerite Tremblay"))


def read_months(month):
    octets = "\n".join(["Date,Plays", *(f"2026-{month:02d}-{d:02d},3" for d in range(1, 29)), ""]).encode()
    return read_export(f"{month}.csv", octets, date(2026, 11, 20))


@pytest.fixture
def journal(tmp_path, monkeypatch):
    """The log in a folder of this test; what it says."""
    monkeypatch.delenv("RQDS_JOURNAL", raising=False)
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    activite.configure(tmp_path / "rqds.duckdb")
    yield lambda: [x.split(" ", 1)[1] for x in said_by(tmp_path / "journal").splitlines()]
    logging.getLogger("rqds.activite").handlers.clear()


def test_what_is_done_is_said_and_what_is_undone_is_not(tmp_path, journal):
    base = tmp_path / "rqds.duckdb"
    recu = import_export(read_months(3), base, par="poste local")
    import_export(read_months(3), base, par="poste local")
    cancel_lot(recu.lot, base, qui="poste local")
    with pytest.raises(LotRefuse):
        cancel_lot(recu.lot, base, qui="poste local")
    with pytest.raises(RuntimeError), store.transaction(base):
        say("decision", "poste local", genre="cible")
        raise RuntimeError
    with store.transaction(base, keep=False):
        say("decision", "poste local", genre="cible")
    said = journal()
    assert re.fullmatch(
        r"import qui=poste lot=1 source=spotify lignes=28 ecartees=0 personnelles=0 remplace=0 duree_ms=\d+", said[0]
    )
    assert said[1:] == ["deja_recu qui=poste lot=1 source=spotify", "annulation qui=poste lot=1"]


def test_held_inside_held_goes_with_the_outer_one(journal):
    with held():
        say("un")
        with held():
            say("deux")
        assert journal() == []
    assert journal() == ["un", "deux"]


def test_a_file_a_month_the_oldest_thrown_away(tmp_path, monkeypatch):
    monkeypatch.setattr(activite, "MOIS_GARDES", 3)
    handler = UnFichierParMois(tmp_path)
    (tmp_path / "notes.txt").write_text("à garder")
    for month in range(1, 7):
        record = logging.makeLogRecord({"msg": "x"})
        record.created = store.datetime(2026, month, 15).timestamp()
        handler.emit(record)
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["2026-04.log", "2026-05.log", "2026-06.log", "notes.txt"]
    monkeypatch.setattr(activite, "TAILLE_MAX", 1)
    handler.emit(record)
    assert (tmp_path / "2026-06.log").read_text() == "x\n"


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path, monkeypatch):
    (tmp_path / "journal").write_text("un fichier là où irait le dossier")
    activite.configure(tmp_path / "rqds.duckdb")
    say("import", lot=1)
    logging.getLogger("rqds.activite").handlers.clear()


def test_where_the_log_goes(tmp_path, monkeypatch):
    monkeypatch.delenv("RQDS_JOURNAL", raising=False)
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    base = tmp_path / "rqds.duckdb"
    assert activite.place(base) == tmp_path / "journal"
    monkeypatch.setenv("JOURNAL_STREAM", "8:1234")
    assert activite.place(base) is None
    monkeypatch.setenv("RQDS_JOURNAL", str(tmp_path / "ici"))
    assert activite.place(base) == tmp_path / "ici"
    monkeypatch.setenv("RQDS_JOURNAL", "stderr")
    assert activite.place(base) is None


def test_every_event_of_the_code_has_declared_fields():
    """`say(…)` anywhere: only names that the log knows, so that none fails once it is too late."""
    calls = [
        (path.name, m[1])
        for folder in ("etl", "rqds_metrics", "pages", "publique")
        for path in (RACINE / folder).rglob("*.py")
        for m in re.finditer(
            r"activite\.say\(((?:[^()]|\([^()]*\)|\((?:[^()]|\([^()]*\))*\))*)\)", path.read_text("utf-8")
        )
    ]
    assert len(calls) > 10
    known = activite.NOMBRES | CHAMPS_TEXTE
    for name, inside in calls:
        assert set(re.findall(r"[ (,](\w+)=", " " + inside)) <= known | {"qui"}, (name, inside)


def test_no_statistics_leave(tmp_path):
    import tomllib

    for file in (".streamlit/config.toml", "publique/.streamlit/config.toml"):
        settings = tomllib.loads(Path(RACINE, file).read_text("utf-8"))
        assert settings["browser"]["gatherUsageStats"] is False and settings["logger"]["enableRich"] is False
