"""Mailchimp: the list of mailings and the report of one of them say the same thing, and count it once."""

from datetime import date, datetime, timedelta
from itertools import combinations, permutations

import pandas as pd
import pytest

from etl.loading import LotRefuse, cancel_lot, import_export
from etl.preview import preview
from etl.recognition import read_export
from etl.restoring import restore_lot
from etl.sources._mailchimp import mailing_mark
from rqds_metrics import store
from rqds_metrics.lots import read_lots, read_portees
from rqds_metrics.resultats import resultats

JOUR = date(2026, 11, 20)
MOMENT = datetime(2026, 11, 20, 15)
TAUX = "1.2.6-4"  # an indicator measured by taux_ouverture
HEAD = "Title,Send Date,Successful Deliveries,Unique Opens,Unique Clicks,Unsubscribes,Unique Id\n"


def read(text):
    return read_export("x", text.encode() if isinstance(text, str) else text, JOUR)


def liste(*rows):
    """(title, moment, deliveries, opens, code) a mailing."""
    return read(HEAD + "".join(f'"{t}","{m}",{n},{o},9,1,{c}\n' for t, m, n, o, c in rows))


OCTOBRE = ("Infolettre d'octobre", "Oct 28, 2026 10:05 am", 995, 340, "aa01")
SEPTEMBRE = ("Infolettre de septembre", "Sep 30, 2026 10:05 am", 500, 200, "aa02")


def lines(**changed):
    """The report of OCTOBRE, a few days later; a key can be changed, or left out with None."""
    values = {
        "Title:": "Infolettre d'octobre", "Subject Line:": "Octobre", "Delivery Date/Time:": "Wed, Oct 28, 2026 10:05 am",
        "Total Recipients:": "1,000", "Successful Deliveries:": "995", "Bounces:": "5 (0.50%)",
        "Recipients Who Opened:": "350 (35.18%)", "Total Opens:": "812", "Recipients Who Clicked:": "45 (4.52%)",
        "Total Unsubs:": "3",
    } | changed  # fmt: skip
    return "Email Campaign Report\n" + "".join(f'"{k}","{v}"\n' for k, v in values.items() if v is not None)


def rapport(**changed):
    return read(lines(**changed))


def told(lecture, verdict=None):
    return [c.nom for c in lecture.constats if verdict in (None, c.verdict)]


@pytest.fixture
def base(tmp_path):
    return tmp_path / "rqds.duckdb"


def store_all(base, *lectures):
    return [import_export(le, base, par="essai", recu_le=MOMENT) for le in lectures]


def rate(base):
    row = resultats("2026-2027", JOUR, base).set_index("indicateur").loc[TAUX]
    return int(row["numerateur"]), int(row["denominateur"])


def counted(base):
    """What `rate` is made of, without the plan."""
    with store.connect(base) as cursor:
        live = {(p.lot, p.serie) for p in read_portees(cursor, read_lots(cursor))}
        rows = cursor.execute("SELECT lot, serie, ouvertures, livres FROM infolettre").fetchall()
    kept = [r[2:] for r in rows if r[:2] in live]
    return sum(o for o, _ in kept), sum(n for _, n in kept)


def test_both_files_give_one_mark():
    [one], [other] = (le.extrait.lignes.to_dict("records") for le in (liste(OCTOBRE), rapport()))
    assert one["campagne"] == other["campagne"] and one["debut"] == other["debut"] == date(2026, 10, 28)
    assert one["serie"] == "mailchimp|aa01" and other["serie"] == "mailchimp|envoi-" + other["campagne"]
    assert (other["livres"], other["ouvertures"], other["clics"], other["desabonnements"]) == (995, 350, 45, 3)


def test_the_list_then_the_report_count_the_mailing_once(base):
    _, second = store_all(base, liste(OCTOBRE, SEPTEMBRE), rapport())
    assert len(second.remplace) == 1
    assert rate(base) == (350 + 200, 995 + 500)
    cancel_lot(second.lot, base, qui="essai", quand=MOMENT)
    assert rate(base) == (340 + 200, 995 + 500)


def test_the_report_then_the_list_count_the_mailing_once(base):
    _, second = store_all(base, rapport(), liste(OCTOBRE, SEPTEMBRE))
    assert len(second.remplace) == 1
    assert rate(base) == (340 + 200, 995 + 500)


def test_a_report_sent_again_replaces_the_first(base):
    store_all(base, rapport(), rapport(**{"Recipients Who Opened:": "360 (36.18%)"}))
    assert rate(base) == (360, 995)


def test_the_report_of_another_mailing_adds_to_the_list(base):
    store_all(base, liste(SEPTEMBRE), rapport())
    assert rate(base) == (350 + 200, 995 + 500)


def test_the_mark_is_of_the_minute_and_of_the_title_however_written():
    first = mailing_mark(pd.Timestamp("2026-10-28 10:05:00"), "Infolettre  d’Octobre")
    assert first == mailing_mark(pd.Timestamp("2026-10-28 10:05:59"), "infolettre d'octobre ")
    assert first != mailing_mark(pd.Timestamp("2026-10-28 10:06:00"), "infolettre d'octobre")
    assert first != mailing_mark(pd.Timestamp("2026-10-28 10:05:00"), "infolettre de novembre")
    assert len(first) == 16 and set(first) <= set("0123456789abcdef")


def test_mailings_alike_are_all_kept_and_a_report_that_could_be_of_either_is_refused(base):
    twins = liste(OCTOBRE, (*OCTOBRE[:4], "aa00"), SEPTEMBRE)
    store_all(base, rapport(), twins)
    assert rate(base) == (340 * 2 + 200, 995 * 2 + 500)
    changed = rapport(**{"Recipients Who Opened:": "351 (35.28%)"})
    with pytest.raises(LotRefuse, match="rien ne dit duquel"):
        store_all(base, changed)
    [apercu] = preview([changed], base, au=JOUR, recu_le=MOMENT)
    assert apercu.etat == "a_corriger" and apercu.constats[-1].remede


def test_a_mailing_renamed_in_mailchimp_is_still_one(base):
    renamed = ("Infolettre du 28 octobre", *OCTOBRE[1:])
    store_all(base, liste(OCTOBRE), liste(renamed))
    assert rate(base) == (340, 995)
    for title in (OCTOBRE[0], renamed[0]):
        store_all(base, rapport(**{"Title:": title}))
        assert rate(base) == (350, 995)


def test_a_list_without_hours_replaces_the_list_with_them(base):
    store_all(base, liste(OCTOBRE), liste((OCTOBRE[0], "Oct 28, 2026", *OCTOBRE[2:])))
    assert rate(base) == (340, 995)


FICHIERS = {
    "liste": lambda: liste(OCTOBRE),
    "liste plus récente": lambda: liste((*OCTOBRE[:3], 345, "aa01")),
    "rapport": lambda: rapport(),
    "rapport plus récent": lambda: rapport(**{"Recipients Who Opened:": "360 (36.18%)"}),
}


@pytest.mark.parametrize("order", list(permutations(FICHIERS)), ids="-".join)
def test_whatever_came_first_and_is_cancelled_the_newest_that_stands_counts_alone(order, base):
    recus = store_all(base, *(FICHIERS[nom]() for nom in order))
    opens = {"liste": 340, "liste plus récente": 345, "rapport": 350, "rapport plus récent": 360}
    assert rate(base) == counted(base) == (opens[order[-1]], 995)
    for n, gone in enumerate(combinations(range(len(order)), 2)):
        moment = MOMENT + timedelta(minutes=n)
        for k in gone:
            cancel_lot(recus[k].lot, base, qui="essai", quand=moment)
        left = [nom for k, nom in enumerate(order) if k not in gone]
        assert counted(base) == (opens[left[-1]], 995), gone
        for k in gone:
            restore_lot(recus[k].lot, base, qui="essai", quand=moment + timedelta(seconds=1))


def test_dates_without_hours_are_told():
    assert "sans_heure" in told(liste((*OCTOBRE[:1], "Oct 28, 2026", *OCTOBRE[2:])), "avertissement")
    assert "sans_heure" in told(rapport(**{"Delivery Date/Time:": "Oct 28, 2026"}), "avertissement")
    assert told(liste(OCTOBRE)) == told(rapport()) == []
    assert told(rapport(**{"Delivery Date/Time:": "Wed, Oct 28, 2026 12:00 am"})) == []


@pytest.mark.parametrize(
    ("changed", "nom", "verdict"),
    [
        ({"Recipients Who Opened:": "350 (40.00%)"}, "taux_different", "avertissement"),
        ({"Recipients Who Clicked:": "45 (9%)"}, "taux_different", "avertissement"),
        ({"Bounces:": "8 (0.80%)"}, "total_different", "avertissement"),
        ({"Bounces:": None, "Total Recipients:": "900"}, "total_different", "avertissement"),
        ({"Recipients Who Opened:": "1,200 (120%)"}, "incoherence", "erreur"),
        ({"Recipients Who Opened:": "beaucoup"}, "cellule", "erreur"),
        ({"Successful Deliveries:": "-3"}, "cellule", "erreur"),
        ({"Successful Deliveries:": ""}, "cellule_vide", "erreur"),
        ({"Successful Deliveries:": None}, "cle_absente", "erreur"),
        ({"Title:": None}, "cle_absente", "erreur"),
        ({"Delivery Date/Time:": "mercredi"}, "date", "erreur"),
        ({"Delivery Date/Time:": "Wed, Oct 27, 2027 10:05 am"}, "date_impossible", "erreur"),
        ({"Delivery Date/Time:": "Oct 27, 1999 10:05 am"}, "date_impossible", "erreur"),
    ],
)
def test_a_report_that_does_not_hold_together_is_told(changed, nom, verdict):
    lecture = rapport(**changed)
    assert nom in told(lecture, verdict)
    assert lecture.extrait.lignes.empty == (verdict == "erreur")
    for constat in lecture.constats:
        assert (constat.note.endswith(".") and constat.verdict != "erreur") or constat.remede


def test_two_reports_in_one_file_are_refused():
    lecture = read(lines() + lines(**{"Title:": "Infolettre de septembre"}))
    assert told(lecture, "erreur") == ["doublon"] and lecture.extrait.lignes.empty


def test_a_test_send_is_kept_and_told():
    small = {"Successful Deliveries:": "6", "Total Recipients:": "6", "Bounces:": "0", "Recipients Who Clicked:": "0"}
    lecture = rapport(**small, **{"Recipients Who Opened:": "7 (116.67%)"})
    assert told(lecture, "erreur") == [] and {"envois_test", "incoherence"} <= set(told(lecture))
    assert len(lecture.extrait.lignes) == 1


def test_clicks_by_link_and_senders_are_never_kept(base):
    text = lines(**{"From Email:": "personne1@exemple.org"})
    text += '"Clicks by URL"\n"URL","Total Clicks","Unique Clicks"\n"https://exemple.org/?a=personne1@exemple.org","4","3"\n'
    lecture = read(text)
    assert lecture.extrait.ecartees == {"clics par lien, jamais conservés": 1}
    assert lecture.extrait.cellules_personnelles == 1
    store_all(base, lecture)
    with store.connect(base) as cursor:
        assert "exemple.org" not in repr(cursor.execute("SELECT * FROM infolettre").fetchall())


def test_a_report_without_its_first_line_is_still_known():
    assert read(lines().split("\n", 1)[1]).source.nom == "mailchimp_campagne"
