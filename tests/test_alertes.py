"""Alerts: what each tells, once; the weekly digest, through a real SMTP server of this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from rqds_metrics import avis as digest
from rqds_metrics.alertes import Alerte, alertes_of, avis_of, digest_text, last_digest
from rqds_metrics.courriel import CourrielImpossible, configured
from rqds_metrics.donnees import load_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.journal import read_journal
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import decide
from rqds_metrics.resultats import compute
from rqds_metrics.store import end_of, transaction
from rqds_metrics.synthese import receptions
from tests.browser.serveur import free_port
from tests.conftest import DEMO_AU, RACINE

AN5 = Exercice.of(DEMO_AU)


@pytest.fixture(scope="module")
def seen(demo_base):
    donnees = load_donnees(DEMO_AU, demo_base)
    return compute(donnees, [AN5]), receptions(load_plan(), donnees, AN5)


def test_red_statuses_are_told_once_however_many_alerts_cover_them(seen):
    results, received = seen
    red = {r.id for r in results if r.statut == "en_retard"}
    one = sorted(red)[0]
    both = [Alerte("rouge", "plan"), Alerte("rouge", one), Alerte("rouge", one[0])]
    told = avis_of(both, results, received, DEMO_AU)
    assert {a.indicateur for a in told} == red and len(told) == len(red) > 1
    assert [a.indicateur for a in avis_of([Alerte("rouge", one)], results, received, DEMO_AU)] == [one]
    assert {a.indicateur for a in avis_of(both[2:], results, received, DEMO_AU)} == {i for i in red if i[0] == one[0]}


def test_late_sources_name_their_month(seen):
    told = avis_of([Alerte("source", "plan")], *seen, DEMO_AU)
    assert [(a.cle, a.texte) for a in told] == [("source|balado|2026-10", "Octobre 2026 n'est pas reçu.")]


def test_a_target_nears_before_it_is_reached_and_a_milestone_before_it_is_due(seen):
    results, _ = seen
    number = next(r for r in results if r.indicateur.type == "nombre" and r.cible and r.statut == "en_voie")
    follow = [Alerte("cible", "plan")]

    def told(r) -> bool:
        return bool(avis_of(follow, [r], [], DEMO_AU))

    assert not told(replace(number, valeur=number.cible * 0.89))
    assert told(replace(number, valeur=number.cible * 0.91))
    assert not told(replace(number, valeur=number.cible, statut="atteinte"))
    milestone = next(r for r in results if r.indicateur.type == "jalon" and not r.fait_le)
    assert told(replace(milestone, echeance=DEMO_AU + timedelta(days=30)))
    assert not told(replace(milestone, echeance=DEMO_AU + timedelta(days=31)))
    assert not told(replace(milestone, echeance=DEMO_AU - timedelta(days=1)))  # it is late: red tells it


class Boite:
    """What the server received."""

    def __init__(self) -> None:
        self.lus: list = []

    async def handle_DATA(self, server, session, envelope):
        self.lus.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def boite(monkeypatch):
    handler = Boite()
    port = free_port()
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    for name, value in {"hote": "127.0.0.1", "port": port, "securite": "aucune", "de": "plan@rqds.example",
                        "a": "direction@rqds.example, ca@rqds.example"}.items():  # fmt: skip
        monkeypatch.setenv(f"RQDS_COURRIEL_{name.upper()}", str(value))
    yield handler
    server.stop()


def follow(base, *cles: str) -> None:
    with transaction(base) as cursor:
        for cle in cles:
            decide(cursor, "alerte", cle, {"suivie": True}, qui="direction", pourquoi="")


def on(monkeypatch, day: date) -> None:
    monkeypatch.setattr(digest, "today", lambda: day)


def test_the_digest_leaves_once_a_week_and_never_tells_twice(own_demo, boite, monkeypatch, capsys):
    monkeypatch.setattr("rqds_metrics.horloge.now", lambda: end_of(DEMO_AU) - timedelta(hours=3))
    on(monkeypatch, DEMO_AU)
    follow(own_demo, "rouge|plan", "source|plan")
    assert digest.send_notices(own_demo) == 0
    people, message = boite.lus[0]
    text = message.get_content()
    assert people == ["direction@rqds.example", "ca@rqds.example"]
    assert "Données fictives" in text and "Balados : Octobre 2026 n'est pas reçu." in text.replace("\xa0", " ")
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert len(lines) == len(set(lines)) > 2
    assert message["Subject"] == f"Plan stratégique : {len(lines)} alertes nouvelles"
    digest.send_notices(own_demo)  # the same day
    on(monkeypatch, DEMO_AU + timedelta(days=6))
    digest.send_notices(own_demo)
    assert len(boite.lus) == 1 and "le prochain partira" in capsys.readouterr().out
    digest.send_notices(own_demo, maintenant=True)
    again = boite.lus[1][1].get_content() if len(boite.lus) > 1 else ""
    assert not any(line in again for line in lines)
    decisions = load_donnees(DEMO_AU + timedelta(days=6), own_demo).decisions.alertes
    assert last_digest(decisions)[0] is not None
    assert [a.cle for a in alertes_of(decisions)] == ["rouge|2", "rouge|plan", "source|plan", "cible|plan"]
    told = [e for e in read_journal(end_of(DEMO_AU + timedelta(days=9)), own_demo) if e.genre == "alerte"]
    assert "Un état est au rouge, tout le plan" in {e.objet for e in told}
    assert "Courriel des avis" in {e.objet for e in told}
    assert f"{len(lines)} avis envoyés" in {e.apres for e in told}


def test_a_server_that_is_away_loses_nothing(own_demo, boite, monkeypatch):
    monkeypatch.setenv("RQDS_COURRIEL_PORT", "1")
    on(monkeypatch, DEMO_AU)
    monkeypatch.setattr("rqds_metrics.horloge.now", lambda: end_of(DEMO_AU) - timedelta(hours=3))
    follow(own_demo, "rouge|plan")
    with pytest.raises(CourrielImpossible, match="Le courriel n'est pas parti"):
        digest.send_notices(own_demo)
    assert last_digest(load_donnees(DEMO_AU, own_demo).decisions.alertes) == (None, frozenset())


def test_settings_are_checked_and_a_password_never_leaves_in_clear(tmp_path, monkeypatch):
    secrets = tmp_path / "secrets.toml"
    assert configured(secrets) is None
    secrets.write_text('[courriel]\nhote = "smtp.rqds.example"\n', encoding="utf-8")
    with pytest.raises(CourrielImpossible, match="« de » et « a »"):
        configured(secrets)
    whole = secrets.read_text(encoding="utf-8") + 'de = "a@b.example"\na = ["c@d.example"]\nutilisateur = "u"\n'
    secrets.write_text(whole, encoding="utf-8")
    found = configured(secrets)
    assert (found.port, found.securite, found.a) == (587, "starttls", ("c@d.example",))
    monkeypatch.setenv("RQDS_COURRIEL_SECURITE", "aucune")
    with pytest.raises(CourrielImpossible, match="chiffrement"):
        configured(secrets)


def test_nothing_new_says_so_in_french():
    assert "ne redit pas" in digest_text([], AN5, DEMO_AU)


def test_the_command_without_a_server(own_demo):
    follow(own_demo, "rouge|plan")
    command = [sys.executable, "-m", "rqds_metrics", "avis", "--base", str(own_demo)]
    done = subprocess.run(command, cwd=RACINE, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "Aucun serveur de courriel" in done.stdout


def test_the_page_follows_and_takes_back(app_on, own_demo):
    at = app_on(own_demo, "pages/alertes.py")
    at.selectbox(key="alerte_sorte").set_value("rouge").run()
    next(b for b in at.button if b.label == "Suivre").click().run()
    assert not at.exception and any("Alerte suivie" in m.value for m in [*at.success, *at.info, *at.markdown])
    html = " ".join(json.loads(e.proto.json)["html"] for e in at.get("bidi_component"))
    assert "Un état est au rouge" in html and 'data-id="rouge|plan"' in html
