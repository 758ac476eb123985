"""A clock that jumps: back, ahead, or never set. Nothing is lost, and nothing is written that would not count."""

from datetime import UTC, datetime, timedelta

import pytest

from etl.loading import cancel_lot, import_export
from etl.restoring import restore_lot
from rqds_metrics import horloge as clock
from rqds_metrics import store
from rqds_metrics.avis import send_notices
from rqds_metrics.donnees import load_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.horloge import HorlogeFausse, ahead, before_plan, redate
from rqds_metrics.lots import read_lots
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import Choix, decide, decide_all, read_decisions, read_history
from rqds_metrics.resultats import Calcul
from tests.fabrique import visites
from tests.horloges import Horloge

OCT = (datetime(2026, 10, 1).date(), datetime(2026, 10, 31).date())


@pytest.fixture
def horloge(monkeypatch):
    return Horloge(monkeypatch)


@pytest.fixture
def base(tmp_path):
    return tmp_path / "rqds.duckdb"


def take(base, nombre, fichier):
    return import_export(visites(*OCT, nombre, fichier), base, par="essai").lot


def target(base, valeur):
    with store.transaction(base) as cursor:
        decide(cursor, "cible", "1.2.6-2", valeur, qui="essai", pourquoi="", exercice="2026-2027")


def standing(base):
    return load_donnees(store.today(), base).decisions.cibles["1.2.6-2", "2026-2027"].valeur


def test_a_clock_set_back_a_little_keeps_the_order_of_what_was_done(base, horloge):
    """As a machine that sets itself right over the network does, in the middle of the work."""
    horloge.set("2026-11-20 10:10")
    lot = take(base, 900, "oct.csv")
    target(base, 1000)
    cancel_lot(lot, base, qui="essai")
    horloge.set("2026-11-20 10:00")
    restore_lot(lot, base, qui="essai")
    target(base, 2000)
    refused = decide_all(
        [Choix("cible", "1.2.6-2", "2026-2027", 3000, read_history("cible", base)[0].quand)], base, qui="x", pourquoi=""
    )
    assert refused == [] and standing(base) == 3000
    with store.connect(base) as cursor:
        assert [lot.annule_le for lot in read_lots(cursor, store.today())] == [None]
        quand = [q for (q,) in cursor.execute("SELECT quand FROM registre ORDER BY id").fetchall()]
    assert quand == sorted(set(quand))


@pytest.mark.parametrize("when", ["2026-11-19 10:00", "2024-03-01 08:00"])
def test_a_clock_far_behind_writes_nothing_and_says_so(base, horloge, when):
    horloge.set("2026-11-20 10:00")
    lot = take(base, 900, "oct.csv")
    target(base, 1000)
    stamp = store.version(base)
    horloge.set(when)
    for act in (
        lambda: take(base, 950, "oct v2.csv"),
        lambda: cancel_lot(lot, base, qui="essai"),
        lambda: target(base, 2000),
        lambda: decide_all([Choix("cible", "1.2.6-2", "2026-2027", 3, None)], base, qui="x", pourquoi=""),
    ):
        with pytest.raises(HorlogeFausse, match=r"L'horloge de cet ordinateur dit le .* Réglez la date"):
            act()
    with store.connect(base) as cursor:
        assert cursor.execute("SELECT count(*) FROM lot").fetchone() == (1,)
        assert cursor.execute("SELECT count(*) FROM registre").fetchone() == (1,)
    horloge.set("2026-11-20 11:00")
    assert take(base, 950, "oct v2.csv") == lot + 1 and standing(base) == 1000
    assert stamp != store.version(base)


def test_a_clock_that_was_ahead_and_was_set_right(base, horloge):
    """What was written meanwhile is dated in the future: told, hidden from today, and found again once dated from now."""
    horloge.set("2026-11-20 10:00")
    take(base, 900, "oct.csv")
    horloge.set("2027-11-20 10:00")
    second = take(base, 950, "oct v2.csv")
    target(base, 2000)
    cancel_lot(second, base, qui="essai")
    restore_lot(second, base, qui="essai")
    horloge.set("2026-11-21 09:00")
    known = load_donnees(store.today(), base)
    assert [lot.fichier for lot in known.lots] == ["oct.csv"]
    assert "horloge --redater" in ahead(known.dernier, store.now())
    with pytest.raises(HorlogeFausse):
        take(base, 990, "oct v3.csv")
    assert redate(base) == 4
    known = load_donnees(store.today(), base)
    assert [lot.fichier for lot in known.lots] == ["oct.csv", "oct v2.csv"] and known.lots[1].annule_le is None
    assert ahead(known.dernier, store.now()) is None and standing(base) == 2000
    plan = load_plan()
    assert Calcul(plan, known).result(plan.tous["1.2.6-2"], Exercice(2026)).valeur == 950
    with store.connect(base) as cursor:
        traces = cursor.execute(
            "SELECT count(*) FROM effet e WHERE EXISTS (SELECT 1 FROM lot WHERE id = e.lot AND recu_le = e.quand) OR "
            "EXISTS (SELECT 1 FROM lot_etat s WHERE s.lot = e.lot AND s.quand = e.quand)"
        ).fetchone()
        assert traces == cursor.execute("SELECT count(*) FROM effet").fetchone()  # each trace still finds its event
        kept = cursor.execute("SELECT valeur FROM meta WHERE cle LIKE 'horloge %'").fetchone()
    assert kept is not None and "2027-11-20T15:00:00" in kept[0]
    horloge.set("2026-11-21 09:05")
    assert take(base, 990, "oct v3.csv") == second + 1
    assert redate(base) == 0


def test_looking_back_still_shows_what_was_known_then(base, horloge):
    horloge.set("2026-11-20 10:00")
    take(base, 900, "oct.csv")
    horloge.set("2027-11-20 10:00")
    take(base, 950, "oct v2.csv")
    horloge.set("2026-11-22 09:00")
    redate(base)
    for day, files in (("2026-11-19", 0), ("2026-11-21", 1), ("2026-11-22", 2)):
        assert len(load_donnees(datetime.fromisoformat(day).date(), base).lots) == files


def test_a_clock_that_was_never_set(base, horloge):
    horloge.set("2020-01-01 00:05")
    with pytest.raises(HorlogeFausse, match="avant le début du plan"):
        take(base, 900, "oct.csv")
    assert before_plan(datetime(2022, 6, 30).date()) and before_plan(datetime(2022, 7, 1).date()) is None


def test_the_day_when_clocks_change_is_no_jump(base, horloge):
    """1 November 2026, 2 h becomes 1 h in Québec: moments are kept in UTC."""
    horloge.set("2026-11-01 00:30")
    for rank in range(6):
        horloge.utc = horloge.utc + timedelta(minutes=30)
        take(base, 900 + rank, f"{rank}.csv")
    with store.connect(base) as cursor:
        moments = [m for (m,) in cursor.execute("SELECT recu_le FROM lot ORDER BY id").fetchall()]
    assert moments == sorted(moments) and moments[-1] == horloge.utc.astimezone(UTC).replace(tzinfo=None)


def test_the_demonstration_is_not_a_clock(own_demo, horloge):
    """It is invented up to a day: a base that holds it is never said to be ahead."""
    horloge.set("2024-05-01 10:00")
    with store.transaction(own_demo) as cursor:
        decide(cursor, "cible", "1.1.3-1", 5, qui="x", pourquoi="", exercice="2026-2027", demo=True)
        assert read_decisions(cursor, store.today()).cibles["1.1.3-1", "2026-2027"].valeur == 5
    assert load_donnees(store.today(), own_demo).dernier is None or not ahead(
        load_donnees(store.today(), own_demo).dernier, store.now()
    )


def test_the_command(base, horloge, capsys):
    horloge.set("2026-11-20 10:00")
    take(base, 900, "oct.csv")
    assert clock.run_clock(str(base), False) == 0 and "L'horloge est juste" in capsys.readouterr().out
    horloge.set("2026-11-18 10:00")
    assert clock.run_clock(str(base), False) == 1
    said = capsys.readouterr().out
    assert "dit le 18 novembre 2026 à 10 h 00" in said and "le 20 novembre 2026 à 10 h 00" in said
    assert clock.run_clock(str(base), True) == 0 and "daté" in capsys.readouterr().out
    assert clock.run_clock(str(base.with_name("absente.duckdb")), True) == 0
    assert not base.with_name("absente.duckdb").exists()


def test_a_digest_dated_in_the_future_does_not_silence_the_next_ones(base, horloge, monkeypatch, capsys):
    horloge.set("2027-11-20 10:00")
    with store.transaction(base) as cursor:
        decide(cursor, "alerte", "source|plan", {"suivie": True}, qui="x", pourquoi="")
        decide(cursor, "alerte", "envoi|2027-11-20", {"cles": [], "nouvelles": 0}, qui="x", pourquoi="")
    horloge.set("2026-11-20 10:00")
    redate(base)
    monkeypatch.setattr("rqds_metrics.avis.configured", lambda: None)
    send_notices(base)
    said = capsys.readouterr().out
    assert "Aucun serveur de courriel" in said or "Rien de nouveau" in said


def test_a_page_warns_and_writes_nothing(app_on, base, horloge):
    horloge.set("2026-11-20 10:00")
    take(base, 900, "oct.csv")
    horloge.set("2026-11-10 10:00")
    at = app_on(base)
    assert not at.exception and any("L'horloge de cet ordinateur dit le 10 novembre" in w.value for w in at.warning)
