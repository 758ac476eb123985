"""The command line: what each command prints, and its exit code."""

from __future__ import annotations

import errno
import json
import os
import sys

import pytest

from etl.__main__ import main as etl_main
from rqds_metrics import store
from rqds_metrics.__main__ import main as metrics_main
from rqds_metrics.plan import load_plan
from rqds_metrics.raisons import reason
from tests.browser.test_parcours import MAILCHIMP, ga4


@pytest.fixture
def files(tmp_path):
    texts = {
        "a.csv": ga4(2022, 10_000),
        "b.csv": ga4(2023, 12_000),
        "c.csv": MAILCHIMP,
        "nd.csv": MAILCHIMP.replace(",400,", ",n/d,"),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "vide.csv").write_bytes(b"")
    return tmp_path


@pytest.fixture
def etl(monkeypatch, capsys, tmp_path):
    def run(*args, main=etl_main):
        base = [] if "--base" in args else ["--base", str(tmp_path / "rqds.duckdb")]
        monkeypatch.setattr(sys, "argv", ["essai", args[0], *base, *map(str, args[1:])])
        try:
            code = main()
        except SystemExit as stop:
            code = stop.code
        return code, capsys.readouterr().out

    return run


def test_verifier_writes_nothing_and_tells_all(etl, files, tmp_path):
    code, out = etl("verifier", files / "a.csv", files / "b.csv")
    assert code == 0
    assert "reconnu comme Site Web · Google Analytics 4" in out and "juil. 2022 - juin 2023" in out
    assert "12 000 visites (sans données → atteinte)" in out
    assert not (tmp_path / "rqds.duckdb").exists()


def test_verifier_fails_on_any_error(etl, files):
    code, out = etl("verifier", files / "a.csv", files / "nd.csv", files / "vide.csv", files / "absent.csv")
    assert code == 1
    assert "colonne « Successful Deliveries », ligne 2" in out and "« n/d »" in out
    assert "Le fichier est vide." in out
    assert "absent.csv" in out and "ne s'ouvre pas" in out


def test_verifier_in_json(etl, files):
    code, out = etl("verifier", "--json", files / "a.csv", files / "nd.csv")
    good, bad = json.loads(out)
    assert code == 1 and (good["etat"], bad["etat"]) == ("pret", "a_corriger")
    assert (good["source"], good["debut"], good["fin"], good["lignes"]) == ("ga4", "2022-07-01", "2023-06-30", 1)
    [effect] = [e for e in good["effets"] if e["indicateur"] == "1.2.6-2" and e["exercice"] == "2022-2023"]
    assert (effect["avant"]["valeur"], effect["apres"]["valeur"]) == (None, 10_000)
    [fault] = [c for c in bad["constats"] if c["verdict"] == "erreur"]
    assert (fault["colonne"], fault["ligne"], fault["trouve"]) == ("Successful Deliveries", 2, "n/d")


def test_import_list_cancel(etl, files):
    assert etl("lots") == (0, "Aucun fichier reçu : la base n'existe pas encore.\n")
    code, out = etl("importer", files / "a.csv", files / "nd.csv")
    assert code == 1 and "a.csv : lot 1, 1 ligne enregistrée." in out and "nd.csv : rien n'est enregistré." in out
    code, out = etl("importer", files / "a.csv")
    assert code == 0 and "déjà reçu (lot 1) ; rien n'a changé" in out
    code, out = etl("lots")
    assert code == 0 and "a.csv" in out
    assert "effet : Visites du site Web : n.d. → 10 000 visites (2022-2023) ; " in out
    code, out = etl("lots", "--json")
    [lot] = json.loads(out)
    [effect] = [
        e for e in lot["evenements"][0]["effets"] if (e["indicateur"], e["exercice"]) == ("1.2.6-2", "2022-2023")
    ]
    assert (effect["avant"]["valeur"], effect["apres"]["valeur"]) == (None, 10_000)
    code, out = etl("annuler", 1)
    assert code == 0 and "annulé" in out
    code, out = etl("annuler", 1)
    assert code == 1 and "déjà annulé" in out
    assert etl("annuler", 7)[0] == 1
    assert "annulé le" in etl("lots")[1]


def test_resultats_as_csv_json_and_text(etl, files):
    etl("importer", files / "a.csv", files / "b.csv")
    code, out = etl("resultats", "--exercice", "2023-2024", "--json", main=metrics_main)
    rows = {r["indicateur"]: r for r in json.loads(out)}
    assert code in (0, None) and set(rows) == set(load_plan().tous)
    assert (rows["1.2.6-2"]["valeur"], rows["1.2.6-2"]["statut"], rows["1.2.6-4"]["valeur"]) == (
        12_000,
        "atteinte",
        None,
    )
    code, out = etl("resultats", "--exercice", "2023-2024", "--csv", main=metrics_main)
    assert out.splitlines()[0].startswith("indicateur,exercice,valeur")
    code, out = etl("resultats", "--exercice", "2023-2025", main=metrics_main)
    assert code not in (0, None)


def test_the_base_is_the_one_asked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("RQDS_BASE", str(tmp_path / "une.duckdb"))
    assert store.base_path() == tmp_path / "une.duckdb"
    assert store.base_path(tmp_path / "autre.duckdb") == tmp_path / "autre.duckdb"
    monkeypatch.delenv("RQDS_BASE")
    assert store.base_path().parts[-2:] == ("data", "rqds.duckdb")


def test_verifier_of_the_plan(etl, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["essai", "verifier"])
    assert metrics_main() in (0, None)
    assert "Le plan est sain : 4 orientations, 14 objectifs, 62 actions, " in capsys.readouterr().out


def test_a_file_that_does_not_open_is_told_in_french(etl, tmp_path):
    code, out = etl("importer", tmp_path / "absent.csv")
    assert code == 1 and "ne s'ouvre pas (il est introuvable)" in out
    code, out = etl("importer", tmp_path)
    assert code == 1 and "ne s'ouvre pas (c'est un dossier)" in out and "directory" not in out


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_no_word_of_the_system_is_shown(number):
    assert os.strerror(number) not in reason(OSError(number, os.strerror(number)))
