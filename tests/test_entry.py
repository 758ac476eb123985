"""Values typed on the screen: checked, stored at once, each cancelled by itself, never over someone else's."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest

from etl.entry import Frappe, check
from etl.loading import LotRefuse, cancel_lot
from etl.recording import store_entries
from etl.typed import proof
from rqds_metrics import store
from rqds_metrics.lots import read_lots
from rqds_metrics.plan import load_plan
from rqds_metrics.regles.par_nom import Nommee, together
from rqds_metrics.resultats import resultats
from rqds_metrics.saisies import Cle, load_cases
from tests.fabrique import load, saisie

PLAN = load_plan()
AU = date(2026, 11, 24)
SEPT, OCT, NOV = ((date(2026, m, 1), date(2026, m, d)) for m, d in ((9, 30), (10, 31), (11, 30)))
AN5 = (date(2026, 7, 1), date(2027, 6, 30))
NOMBRE, TAUX, JALON, TEXTE, PAR = "1.1.1-1", "1.2.6-6", "2.1.1-1", "2.2.2-4", "1.2.3-1"
T0 = datetime(2026, 11, 20, 15)


def cases(base):
    return load_cases(date(2027, 6, 30), base)


def checked(*frappes, base=None):
    return check(frappes, PLAN, AU, cases(base) if base else {})


def keep(base, *frappes, par="essai", quand=T0):
    ecritures, fautes = checked(*frappes, base=base)
    assert not fautes, fautes
    return store_entries(ecritures, base, par=par, quand=quand)


def value(base, id_, an="2026-2027", au=AU):
    return resultats(an, au, base).set_index("indicateur").loc[id_]


@pytest.fixture
def base(tmp_path):
    return tmp_path / "rqds.duckdb"


def test_a_batch_is_stored_a_lot_each_and_one_is_cancelled(base):
    found = keep(
        base,
        Frappe(NOMBRE, *SEPT, valeur="12"),
        Frappe(NOMBRE, *OCT, valeur="1 234"),
        Frappe(TAUX, *OCT, numerateur="12,5", denominateur="25"),
    )
    assert len(found.lots) == 3 and not found.conflits
    assert value(base, NOMBRE).valeur == 1246 and value(base, TAUX).valeur == 0.5
    with store.connect(base) as cursor:
        lots = read_lots(cursor)
    assert [lot.fichier for lot in lots][1] == "Saisie du 20 nov. 2026 : 1.1.1-1, oct. 2026"
    assert {lot.source for lot in lots} == {"saisie"} and {lot.lignes for lot in lots} == {1}
    cancel_lot(found.lots[1], base, qui="essai", quand=T0)
    assert value(base, NOMBRE).valeur == 12 and value(base, TAUX).valeur == 0.5


def test_typed_over_then_emptied_then_typed_again(base):
    keep(base, Frappe(NOMBRE, *OCT, valeur="12"))
    cle = Cle(f"saisie|{NOMBRE}", *OCT)
    for k, text in enumerate(("15", "", "12", "")):
        vu = cases(base).get(cle)
        found = keep(base, Frappe(NOMBRE, *OCT, valeur=text, vu=vu), quand=T0 + timedelta(hours=k + 1))
        assert len(found.lots) == 1
        shown = value(base, NOMBRE).valeur
        assert (shown == float(text)) if text else (shown != shown)  # emptied: not the 12 of before, not zero
    assert value(base, NOMBRE, au=date(2026, 11, 19)).valeur != 12  # nothing was known the day before
    cancel_lot(found.lots[0], base, qui="essai", quand=T0 + timedelta(hours=9))
    assert value(base, NOMBRE).valeur == 12


def test_two_people_save_the_same_cell(base):
    keep(base, Frappe(NOMBRE, *OCT, valeur="10"))
    vu = cases(base)[Cle(f"saisie|{NOMBRE}", *OCT)]
    keep(base, Frappe(NOMBRE, *OCT, valeur="11", vu=vu), par="Anne", quand=T0 + timedelta(minutes=1))
    mine = [Frappe(NOMBRE, *OCT, valeur="12", vu=vu), Frappe(NOMBRE, *SEPT, valeur="7")]
    found = keep(base, *mine, par="Luc", quand=T0 + timedelta(minutes=2))
    [conflit] = found.conflits
    assert (conflit.leur.valeur, conflit.leur.lot.par) == (11, "Anne") and conflit.ecriture.contenu[0] == 12
    assert len(found.lots) == 1 and value(base, NOMBRE).valeur == 18  # her September is in, October is Anne's
    again = Frappe(NOMBRE, *OCT, valeur="12", vu=conflit.leur)  # she keeps hers
    assert len(keep(base, again, quand=T0 + timedelta(minutes=3)).lots) == 1
    assert value(base, NOMBRE).valeur == 19


def test_the_same_value_typed_by_both_is_no_conflict(base):
    keep(base, Frappe(NOMBRE, *OCT, valeur="10"))
    ecritures, _ = checked(Frappe(NOMBRE, *OCT, valeur="10,0"))  # her table was opened before
    found = store_entries(ecritures, base, par="Luc", quand=T0 + timedelta(minutes=1))
    assert not found.lots and not found.conflits


def test_a_cell_cancelled_meanwhile_is_told(base):
    lot = keep(base, Frappe(NOMBRE, *OCT, valeur="10")).lots[0]
    vu = cases(base)[Cle(f"saisie|{NOMBRE}", *OCT)]
    cancel_lot(lot, base, qui="Anne", quand=T0 + timedelta(minutes=1))
    found = keep(base, Frappe(NOMBRE, *OCT, valeur="12", vu=vu), quand=T0 + timedelta(minutes=2))
    assert not found.lots and found.conflits[0].leur is None


def test_two_threads_at_once_lose_nothing(base):
    keep(base, Frappe(NOMBRE, *SEPT, valeur="1"))
    found = []

    def save(text):
        ecritures, _ = checked(Frappe(NOMBRE, *OCT, valeur=text))
        found.append(store_entries(ecritures, base, par=text))

    threads = [threading.Thread(target=save, args=(str(n),)) for n in (10, 20)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted((len(f.lots), len(f.conflits)) for f in found) == [(0, 1), (1, 0)]


def test_a_milestone_is_one_state_whoever_types_it(base):
    keep(base, Frappe(JALON, *OCT, valeur="fait", fait_le=date(2026, 10, 5), preuve="https://rqds.example/pv.pdf"))
    ecritures, _ = checked(Frappe(JALON, *NOV, valeur="fait", fait_le=date(2026, 11, 3)))
    found = store_entries(ecritures, base, par="Luc", quand=T0 + timedelta(minutes=1))
    assert not found.lots and found.conflits[0].leur.fait_le == date(2026, 10, 5)
    vu = cases(base)[Cle(f"saisie|{JALON}", *OCT)]
    moved = Frappe(JALON, *NOV, valeur="fait", fait_le=date(2026, 11, 3), vu=vu, deplace=True)
    [lot] = keep(base, moved, quand=T0 + timedelta(minutes=2)).lots
    assert [c.fait_le for c in cases(base).values()] == [date(2026, 11, 3)]
    cancel_lot(lot, base, qui="essai", quand=T0 + timedelta(minutes=3))
    [case] = cases(base).values()
    assert (case.fait_le, case.preuve) == (date(2026, 10, 5), "https://rqds.example/pv.pdf")


def test_an_earlier_not_done_stays_in_the_history(base):
    keep(base, Frappe(JALON, *SEPT, valeur="pas fait", texte="Il manque deux régions."))
    vu = cases(base)[Cle(f"saisie|{JALON}", *SEPT)]
    keep(base, Frappe(JALON, *NOV, valeur="fait", fait_le=date(2026, 11, 3), vu=vu), quand=T0 + timedelta(minutes=1))
    assert len(cases(base)) == 2 and value(base, JALON).statut == "atteinte"


@pytest.mark.parametrize(
    ("frappe", "said"),
    [
        (Frappe(NOMBRE, *OCT, valeur="douze"), "n'est pas un nombre"),
        (Frappe(NOMBRE, *OCT, valeur="1,234"), "sans séparateur"),
        (Frappe(NOMBRE, *OCT, valeur="-3"), "négative"),
        (Frappe(NOMBRE, *OCT, valeur="12,5"), "nombres entiers"),
        (Frappe(NOMBRE, *OCT, valeur="2000000000"), "milliard"),
        (Frappe(NOMBRE, date(2026, 12, 1), date(2026, 12, 31), valeur="3"), "pas encore commencé"),
        (Frappe(NOMBRE, *OCT, valeur="3", detail="Réseau A"), "Détail"),
        (Frappe(TAUX, *OCT, numerateur="30", denominateur="25"), "de 0 au dénominateur"),
        (Frappe(TAUX, *OCT, numerateur="3"), "va avec un dénominateur"),
        (Frappe(TAUX, *OCT, valeur="140 %"), "de 0 à 100 %"),
        (Frappe(TAUX, *OCT, valeur="45"), "pourcentage"),
        (Frappe(JALON, *NOV, valeur="peut-être"), "pas fait"),
        (Frappe(JALON, *NOV, valeur="fait", fait_le=date(2026, 11, 28)), "pas encore passé"),
        (Frappe(JALON, *NOV, valeur="pas fait", fait_le=date(2026, 11, 3)), "a une date"),
        (Frappe(JALON, *NOV, preuve="note seule"), "fait"),
        (Frappe(JALON, *NOV, fait_le=date(2026, 11, 3), preuve="javascript:alert(1)"), "https://"),
        (Frappe(TEXTE, *NOV, texte="  ", preuve="x"), "en mots"),
        (Frappe(PAR, *OCT, valeur="3"), "nom de la ligne"),
        (Frappe("1.2.6-2", *OCT, valeur="3"), "ne se saisit pas"),
        (Frappe("9.9.9-9", *OCT, valeur="3"), "ne se saisit pas"),
    ],
)
def test_what_is_wrong_is_told_with_its_indicator_and_month(frappe, said):
    ecritures, fautes = checked(frappe)
    assert not ecritures and len(fautes) == 1
    assert said in fautes[0].note and fautes[0].texte.startswith(frappe.indicateur) and "2026" in fautes[0].texte


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "//rqds.example/x", "ftp://x.example", "https://", "https://a@b.example/x",
             "data:text/html,x", "HTTPS://x y", "\\\\serveur\\partage", "https://x.example/jean@rqds.example"]
)  # fmt: skip
def test_a_proof_is_a_web_link_or_a_note(link):
    told = []
    assert proof(link, told.append) is None and len(told) == 1


@pytest.mark.parametrize(
    "note", ["Procès-verbal : séance du 3 juin", "https://rqds.example/pv?id=3", "=1+1", "<b>x</b>"]
)
def test_a_note_is_kept_as_it_is(note):
    assert proof(note, pytest.fail) == note


def test_names_add_up_and_a_total_beside_them_is_refused(base):
    keep(base, Frappe(PAR, *OCT, valeur="40", detail="Réseau A"), Frappe(PAR, *OCT, valeur="25", detail="Réseau B"))
    assert value(base, PAR).valeur == 65
    _, fautes = checked(
        Frappe(PAR, *OCT, valeur="2", detail="réseau  a"), Frappe(PAR, *OCT, valeur="3", detail="Réseau A")
    )
    assert "deux fois" in fautes[0].note
    load(base, saisie(PAR, *OCT, valeur=100), recu_le=T0)
    assert value(base, PAR).valeur == 65  # a total from a file does not count beside its parts
    with store.connect(base) as cursor:
        lots = [lot.id for lot in read_lots(cursor)]
    cancel_lot(lots[0], base, qui="essai", quand=T0)
    cancel_lot(lots[1], base, qui="essai", quand=T0)
    assert value(base, PAR).valeur == 100
    _, [faute] = checked(Frappe(PAR, *OCT, valeur="4", detail="Réseau C"), base=base)
    assert "compterait en double" in faute.note


def test_a_year_is_not_typed_over_its_months(base):
    keep(base, Frappe(NOMBRE, *OCT, valeur="10"))
    _, [faute] = checked(Frappe(NOMBRE, *AN5, valeur="90"), base=base)
    assert "oct. 2026" in faute.note and "videz-la" in faute.note
    vu = cases(base)[Cle(f"saisie|{NOMBRE}", *OCT)]
    keep(base, Frappe(NOMBRE, *OCT, vu=vu), Frappe(NOMBRE, *AN5, valeur="90"), quand=T0 + timedelta(minutes=1))
    assert value(base, NOMBRE).valeur == 90
    vu = cases(base)[Cle(f"saisie|{NOMBRE}", *AN5)]
    keep(base, Frappe(NOMBRE, *AN5, vu=vu), Frappe(NOMBRE, *OCT, valeur="8"), quand=T0 + timedelta(minutes=2))
    assert value(base, NOMBRE).valeur == 8


def test_what_another_stored_meanwhile_is_not_counted_twice(base):
    ecritures, _ = checked(Frappe(NOMBRE, *AN5, valeur="90"))
    keep(base, Frappe(NOMBRE, *OCT, valeur="10"))
    with pytest.raises(LotRefuse, match="compterait en double"):
        store_entries(ecritures, base, par="Luc")
    assert value(base, NOMBRE).valeur == 10


def test_a_level_by_name_is_the_sum_of_the_last_levels():
    def row(nom, day, num):
        return Nommee(nom, (date(2026, 10, day), date(2026, 10, day), num, None, 1.0))

    found = together([row("A", 1, 3.0), row("B", 2, 5.0), row("a", 9, 4.0), row(None, 2, 99.0)], level=True)
    assert [r[2] for r in found] == [3, 8, 9]
    assert [r[2] for r in together([row(None, 1, 7.0)], level=True)] == [7]


def test_a_base_of_an_earlier_schema_opens_with_what_it_holds(base):
    load(base, saisie(NOMBRE, *OCT, valeur=12))
    with store.transaction(base) as cursor:
        cursor.execute("ALTER TABLE saisie DROP COLUMN detail")
        cursor.execute("ALTER TABLE saisie DROP COLUMN preuve")
        cursor.execute("DROP TABLE effet")
        cursor.execute("UPDATE meta SET valeur = '2' WHERE cle = 'schema'")
    assert value(base, NOMBRE).valeur == 12
    keep(base, Frappe(PAR, *OCT, valeur="40", detail="Réseau A"))
    with store.transaction(base) as cursor:
        cursor.execute("UPDATE meta SET valeur = '99' WHERE cle = 'schema'")
    with pytest.raises(store.BaseIllisible), store.connect(base):
        pass
