"""Lots: the same file twice, a month sent again, a lot cancelled, all or nothing."""

from datetime import date, datetime

import pytest

from etl.loading import LotRefuse, cancel_lot, import_export, remove_demo
from etl.preview import preview
from etl.source import Tranche
from rqds_metrics import store
from rqds_metrics.exercice import Exercice
from rqds_metrics.resultats import resultats
from tests.fabrique import ecoutes, envoi, lecture, load, visites

OCT = (date(2026, 10, 1), date(2026, 10, 31))
AU = date(2026, 11, 24)
MOMENT = datetime(2026, 11, 20, 15)  # of that day: tests do not depend on the clock


def value(base, indicateur="1.2.6-2", exercice="2026-2027", au=AU):
    frame = resultats(exercice, au, base).set_index("indicateur")
    return frame.loc[indicateur, "valeur"]


@pytest.fixture
def base(tmp_path):
    return tmp_path / "rqds.duckdb"


def test_the_same_file_twice_changes_nothing_and_says_so(base):
    file = visites(*OCT, 1000)
    [first] = load(base, file)
    before = store.version(base)
    [second] = load(base, file)
    assert second.lot is None and second.deja.id == first.lot
    assert store.version(base) == before
    assert value(base) == 1000


def test_a_month_sent_again_replaces_it(base):
    load(base, visites(*OCT, 1000, "v1.csv"))
    [recu] = load(base, visites(*OCT, 1250, "v2.csv"))
    assert [(r.fichier, r.jours) for r in recu.remplace] == [("v1.csv", 31)]
    assert value(base) == 1250


def test_a_cancelled_lot_gives_back_what_it_had_replaced(base):
    load(base, visites(*OCT, 1000, "v1.csv"))
    [recu] = load(base, visites(*OCT, 1250, "v2.csv"))
    cancel_lot(recu.lot, base, qui="essai", quand=MOMENT)
    assert value(base) == 1000
    with pytest.raises(LotRefuse, match="déjà annulé"):
        cancel_lot(recu.lot, base, qui="essai")
    with pytest.raises(LotRefuse, match="n'existe pas"):
        cancel_lot(99, base, qui="essai")


def test_a_cancelled_file_can_be_sent_again(base):
    file = visites(*OCT, 1000)
    [first] = load(base, file)
    cancel_lot(first.lot, base, qui="essai")
    [again] = load(base, file)
    assert again.lot not in (None, first.lot)
    assert value(base) == 1000


def test_a_cancellation_is_a_date(base):
    [recu] = load(base, visites(*OCT, 1000), recu_le=datetime(2026, 11, 2, 15))
    cancel_lot(recu.lot, base, qui="essai", quand=datetime(2026, 11, 10, 15))
    assert value(base, au=date(2026, 11, 5)) == 1000
    assert value(base, au=date(2026, 11, 10)) != value(base, au=date(2026, 11, 5))


def test_blocs_that_overlap_are_refused_not_counted_twice(base):
    load(base, visites(*OCT, 1000, "octobre.csv"))
    with pytest.raises(LotRefuse, match=r"octobre\.csv"):
        load(base, visites(date(2026, 10, 15), date(2026, 11, 14), 900))
    with pytest.raises(LotRefuse, match="chevauche"):
        load(base, visites(date(2026, 10, 1), date(2026, 10, 15), 900))
    assert value(base) == 1000
    load(base, visites(date(2026, 10, 1), date(2026, 11, 14), 1500))  # holds the whole of October: it replaces it
    assert value(base) == 1500


def test_days_are_replaced_one_by_one(base):
    load(base, ecoutes({date(2026, 10, d): 10 for d in range(1, 21)}))
    load(base, ecoutes({date(2026, 10, d): 100 for d in range(11, 32)}))
    assert value(base, "4.1.1-3") == 10 * 10 + 21 * 100


def test_a_file_that_is_wrong_leaves_nothing(base):
    load(base, visites(*OCT, 1000))
    bad = visites(date(2026, 9, 1), date(2026, 9, 30), 800)
    bad.extrait.lignes["colonne_en_trop"] = 1
    with pytest.raises(ValueError, match="colonne_en_trop"):
        import_export(bad, base, par="essai")
    assert value(base) == 1000
    with store.connect(base) as cursor:
        assert cursor.execute("SELECT count(*) FROM lot").fetchone() == (1,)
        assert cursor.execute("SELECT count(*) FROM tranche").fetchone() == (1,)


def test_preview_writes_nothing_and_shows_the_effect(base):
    load(base, visites(*OCT, 1000))
    before = store.version(base)
    [apercu] = preview([visites(*OCT, 1250, "v2.csv")], base, au=AU, recu_le=MOMENT)
    assert apercu.etat == "pret"
    changed = {(e.apres.id, str(e.apres.exercice)): (e.avant.valeur, e.apres.valeur) for e in apercu.effets}
    assert changed == {("1.2.6-2", "2026-2027"): (1000, 1250)}
    assert store.version(base) == before and value(base) == 1000


def test_preview_without_a_base_makes_none(base):
    [apercu] = preview([visites(*OCT, 1250)], base, au=AU, recu_le=MOMENT)
    assert apercu.etat == "pret" and apercu.effets
    assert not base.exists()


def test_previews_build_on_each_other(base):
    september = visites(date(2026, 9, 1), date(2026, 9, 30), 500, "sept.csv")
    _, second = preview([september, visites(*OCT, 1000, "oct.csv")], base, au=AU, recu_le=MOMENT)
    effect = next(e for e in second.effets if e.apres.id == "1.2.6-2")
    assert (effect.avant.valeur, effect.apres.valeur) == (500, 1500)


def test_demonstration_and_real_data_never_mix(base):
    file = visites(*OCT, 1000)
    import_export(file, base, par="essai", demo=True)
    with pytest.raises(LotRefuse, match="données fictives"):
        load(base, visites(*OCT, 1250, "vrai.csv"))
    assert remove_demo(base) == 1
    load(base, visites(*OCT, 1250, "vrai.csv"))
    with pytest.raises(LotRefuse, match="vraies données"):
        import_export(file, base, par="essai", demo=True)
    assert remove_demo(base) == 0
    assert value(base) == 1250


def test_every_table_is_emptied_of_the_demonstration(base):
    import_export(visites(*OCT, 1000), base, par="essai", demo=True)
    remove_demo(base)
    with store.connect(base) as cursor:
        for table in ("lot", "tranche", "web", "registre", "lot_etat"):
            assert cursor.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_mailings_are_replaced_by_their_code(base):
    load(base, envoi("a", date(2026, 9, 30), 500, 200), envoi("b", date(2026, 10, 28), 500, 250))
    load(base, envoi("a", date(2026, 9, 30), 500, 220, "suite.csv"))
    row = resultats("2026-2027", AU, base).set_index("indicateur").loc["1.2.6-4"]
    assert (row.numerateur, row.denominateur, row.valeur) == (470, 1000, 0.47)


def test_hostile_words_stay_words(base):
    nasty = "x'); DROP TABLE lot; --"
    row = {
        "serie": "mailchimp|a",
        "debut": OCT[0],
        "fin": OCT[0],
        "campagne": nasty,
        "titre": nasty,
        "livres": 100,
        "ouvertures": 40,
    }
    load(base, lecture("infolettre", [row], [Tranche("mailchimp|a", OCT[0], OCT[0], "cle")], nasty))
    assert value(base, "1.2.6-4") == pytest.approx(0.4)


def test_two_threads_write_in_turn(base):
    from concurrent.futures import ThreadPoolExecutor

    days = [date(2026, 10, d) for d in range(1, 17)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda d: load(base, ecoutes({d: 5}, f"{d}.csv")), days))
    assert value(base, "4.1.1-3") == 5 * len(days)


def test_years_shown_are_those_of_the_plan(base):
    assert Exercice.parse("2026-2027").an == 5
    assert resultats(None, AU, base)["exercice"].nunique() == 5
