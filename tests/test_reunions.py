"""Meetings: what was presented stays as it was; what changed since is told, with its cause."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from etl.loading import cancel_lot
from rqds_metrics.depuis import depuis_of
from rqds_metrics.diffusion import archives
from rqds_metrics.donnees import load_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import decide
from rqds_metrics.resultats import Calcul, compute
from rqds_metrics.reunions import Reunion, counts_text, frozen, last_before, next_from, reunions_of, to_keep
from rqds_metrics.store import transaction
from tests.conftest import DEMO_AU
from tests.fabrique import load, saisie, visites

AN5 = Exercice.parse("2026-2027")
PLAN = load_plan()
OCTOBRE = (date(2026, 10, 1), date(2026, 10, 31))


def calcul(base, au: date) -> Calcul:
    return Calcul(PLAN, load_donnees(au, base))


def put(base, genre: str, cle: str, valeur: object, quand: datetime, exercice: str | None = None) -> None:
    with transaction(base) as cursor:
        decide(cursor, genre, cle, valeur, qui="direction", pourquoi="essai", exercice=exercice, quand=quand)


def test_the_meeting_of_the_day_is_the_next_one_not_the_last():
    found = [Reunion(date(2026, 9, 15), "A"), Reunion(date(2026, 12, 8), "B")]
    assert last_before(found, date(2026, 12, 8)).titre == "A"
    assert next_from(found, date(2026, 12, 8)).titre == "B"
    assert last_before(found, date(2026, 9, 15)) is None and next_from(found, date(2026, 12, 9)) is None


def test_what_was_presented_stays_whatever_comes_after(tmp_path):
    base = tmp_path / "rqds.duckdb"
    load(base, visites(*OCTOBRE, 900), recu_le=datetime(2026, 11, 2, 15))
    day = date(2026, 11, 10)
    shown = frozen(compute(load_donnees(day, base), [AN5]), day, datetime(2026, 11, 10, 15), "Léa")
    put(base, "reunion", "2026-11-10", to_keep(Reunion(day, "CA"), shown), datetime(2026, 11, 10, 15))
    load(base, visites(*OCTOBRE, 950, "corrige.csv"), recu_le=datetime(2026, 11, 12, 15))
    (kept,) = reunions_of(load_donnees(date(2026, 11, 20), base).decisions.reunions)
    assert kept.presente.valeurs["1.2.6-2"][0] == 900 and kept.presente.qui == "Léa"
    again = to_keep(kept, document=("rapport.pdf", "a" * 64))  # a document added later keeps what was frozen
    assert again["presente"]["valeurs"] == json.loads(json.dumps(shown["valeurs"]))
    assert again["documents"] == [{"nom": "rapport.pdf", "sha256": "a" * 64}]


def test_all_that_changed_since_a_meeting(tmp_path):
    base = tmp_path / "rqds.duckdb"
    jalon = next(i.id for i in PLAN.indicateurs.values() if i.type == "jalon" and not i.cible.annuel)
    load(base, visites(date(2025, 7, 1), date(2026, 6, 30), 6000, "an4.csv"), recu_le=datetime(2026, 7, 5))
    load(base, visites(date(2026, 7, 1), date(2026, 10, 31), 900), recu_le=datetime(2026, 11, 2, 15))
    put(base, "cible", "1.2.6-2", 8000, datetime(2026, 9, 1), "2026-2027")
    day = date(2026, 11, 10)
    load(base, visites(date(2026, 7, 1), date(2026, 10, 31), 2400, "corrige.csv"), recu_le=datetime(2026, 11, 12, 15))
    load(base, visites(date(2026, 11, 1), date(2026, 11, 12), 150, "nov.csv"), recu_le=datetime(2026, 11, 13, 15))
    done = date(2026, 11, 11)
    load(base, saisie(jalon, done, done, valeur=1.0, fait_le=done), recu_le=datetime(2026, 11, 14))
    put(base, "cible", "1.2.6-2", 7000, datetime(2026, 11, 15), "2026-2027")
    found = depuis_of(calcul(base, day), calcul(base, date(2026, 11, 20)), AN5)
    assert [(x.apres.id, x.presente, x.revise, x.raisons) for x in found.revisees] == [
        ("1.2.6-2", 900, 2400, ("corrige.csv",))
    ]
    assert [(c.apres.id, c.avant.statut, c.apres.statut) for c in found.bascules if c.apres.id == "1.2.6-2"] == [
        ("1.2.6-2", "en_retard", "en_voie")
    ]
    assert [n.apres.id for n in found.nouvelles] == ["1.2.6-2"]
    assert [r.id for r in found.jalons] == [jalon]
    assert [(c.indicateur.id, c.avant, c.apres) for c in found.cibles] == [("1.2.6-2", 8000, 7000)]
    assert depuis_of(calcul(base, day), calcul(base, day), AN5).bascules == []
    assert not depuis_of(calcul(base, day), calcul(base, day), AN5).revisees


def test_a_cancelled_file_is_named_as_the_cause(tmp_path):
    base = tmp_path / "rqds.duckdb"
    load(base, visites(*OCTOBRE, 900), recu_le=datetime(2026, 11, 2, 15))
    (second,) = load(base, visites(*OCTOBRE, 950, "deux.csv"), recu_le=datetime(2026, 11, 3, 15))
    cancel_lot(second.lot, base, qui="Léa", quand=datetime(2026, 11, 12))
    found = depuis_of(calcul(base, date(2026, 11, 10)), calcul(base, date(2026, 11, 20)), AN5)
    assert [(x.presente, x.revise, x.raisons) for x in found.revisees] == [(950, 900, ("deux.csv (annulé)",))]


@pytest.mark.parametrize("titre", ["", "   ", "x" * 81])
def test_a_meeting_has_a_title(titre):
    with pytest.raises(ValueError, match="80 caractères"):
        to_keep(Reunion(date(2026, 9, 15), titre))


def test_documents_are_kept_whole_and_checked(tmp_path):
    base = tmp_path / "rqds.duckdb"
    sha256 = archives.keep(b"%PDF-1.7 rapport", base)
    assert archives.read(sha256, base) == b"%PDF-1.7 rapport"
    (archives.folder(base) / sha256).write_bytes(b"autre chose")
    assert archives.read(sha256, base) is None
    assert archives.read("0" * 64, base) is None
    with pytest.raises(ValueError, match="not a sha256"):
        archives.read("../rqds.duckdb", base)


def test_the_pages_of_meetings(app_on, own_demo):
    at = app_on(own_demo, "pages/depuis.py", exercice="2026-2027", au=DEMO_AU.isoformat())
    assert not at.exception and "15 septembre 2026" in at.selectbox[1].value.jour.strftime("%d septembre %Y")
    html = " ".join(json.loads(e.proto.json)["html"] for e in at.get("bidi_component"))
    assert "Nouvelles valeurs" in html and "états ont changé" in html
    at = app_on(own_demo, "pages/reunions.py")
    at.text_input[0].set_value("<b>CA extraordinaire</b>").run()
    next(b for b in at.button if b.label == "Inscrire").click().run()
    assert not at.exception and "inscrite" in at.success[0].value
    html = " ".join(json.loads(e.proto.json)["html"] for e in at.get("bidi_component"))
    assert "&lt;b&gt;CA extraordinaire&lt;/b&gt;" in html
    next(b for b in at.button if b.label == "Garder ce qui est présenté").click().run()
    assert not at.exception and "est gardé" in at.success[0].value
    found = [
        r for r in reunions_of(load_donnees(date(2100, 1, 1), own_demo).decisions.reunions) if r.titre.startswith("<b>")
    ]
    assert len(found) == 1 and len(found[0].presente.valeurs) == len(PLAN.tous)
    assert "en retard" in counts_text(found[0].presente)
