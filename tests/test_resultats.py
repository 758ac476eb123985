"""`resultats`, recomputed by hand or in pandas from the rows that were loaded."""

import json
import subprocess
import sys
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from rqds_metrics import store
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import decide
from rqds_metrics.resultats import COLONNES, resultats
from tests.fabrique import envoi, load, saisie, visites

AU = date(2026, 11, 24)


@pytest.fixture
def base(tmp_path):
    return tmp_path / "rqds.duckdb"


def row(base, indicateur, exercice, au=AU):
    return resultats(exercice, au, base).set_index("indicateur").loc[indicateur]


def months(annee, monthly, last=12):
    """A file a month of a fiscal year."""
    out = []
    for k in range(last):
        first = pd.Timestamp(annee, 7, 1) + pd.DateOffset(months=k)
        end = first + pd.offsets.MonthEnd(0)
        out.append(visites(first.date(), end.date(), monthly[k], f"{first:%Y-%m}.csv"))
    return out


def test_all_are_always_there_on_an_empty_base(base):
    frame = resultats("2026-2027", AU, base)
    assert list(frame.columns) == COLONNES
    count = len(load_plan().indicateurs)
    assert list(frame["indicateur"])[:count] == list(load_plan().indicateurs)
    assert set(frame["indicateur"][count:]) == set(load_plan().generaux)
    assert not base.exists()
    assert frame["valeur"].isna().all()
    statuts = frame.set_index("indicateur")["statut"]
    assert statuts["1.2.6-2"] == "sans_donnees"
    assert statuts["2.1.1-1"] == "echeance_a_fixer"
    assert (frame["phrase"].str.len() > 10).all()


def test_five_years_by_default(base):
    frame = resultats(au=AU, base=base)
    assert len(frame) == 5 * len(load_plan().tous)
    assert frame.groupby("exercice").size().nunique() == 1


def test_a_rise_of_ten_per_cent_by_the_season(base):
    an4 = [800, 700, 1000, 1200, 1100, 600, 1000, 1000, 1100, 1200, 1100, 900]
    an5 = [700, 650, 900, 1050]
    load(base, *months(2025, an4), *months(2026, an5, 4))
    r = row(base, "1.2.6-2", "2026-2027")
    share = sum(an4[:4]) / sum(an4)
    target = sum(an4) * 1.10
    assert r.valeur == sum(an5)
    assert r.cible == pytest.approx(target)
    assert r.attendu == pytest.approx(target * share)
    assert r.attendu_methode == "saison" and r.cible_origine == "plan"
    assert r.statut == {True: "a_surveiller", False: "en_retard"}[sum(an5) / (target * share) >= 0.75]
    assert r.couverture == 1.0
    assert "Du 1er juillet au 31 octobre 2026" in r.phrase


def test_the_first_year_with_data_is_the_reference(base):
    load(base, *months(2025, [100] * 12))
    r = row(base, "1.2.6-2", "2025-2026")
    assert np.isnan(r.cible) and r.cible_origine == "reference" and r.statut == "sans_cible"
    assert "référence" in r.phrase


def test_a_year_with_no_data_breaks_the_chain(base):
    load(base, *months(2023, [100] * 12), *months(2025, [100] * 12))
    assert row(base, "1.2.6-2", "2024-2025").statut == "sans_donnees"
    assert row(base, "1.2.6-2", "2025-2026").cible_origine == "reference"


def test_a_rise_over_a_year_corrected_afterwards(base):
    load(base, *months(2024, [100] * 12), recu_le=datetime(2025, 7, 5))
    load(base, *months(2025, [108] * 12), recu_le=datetime(2026, 7, 5))
    june = visites(date(2025, 6, 1), date(2025, 6, 30), 10, "juin-corrige.csv")
    load(base, june, recu_le=datetime(2026, 9, 1))
    before, after = date(2026, 8, 1), date(2026, 9, 2)
    old, new = (row(base, "1.2.6-2", "2025-2026", au) for au in (before, after))
    assert (old.valeur, old.cible, old.statut) == (1296, pytest.approx(1320), "presque")
    assert (new.valeur, new.cible, new.statut) == (1296, pytest.approx(1.1 * 1110), "atteinte")


def test_as_of_never_sees_what_came_later(base):
    load(base, *months(2026, [100] * 3, 3), recu_le=datetime(2026, 10, 5, 14))
    assert row(base, "1.2.6-2", "2026-2027", date(2026, 10, 4)).statut == "sans_donnees"
    assert row(base, "1.2.6-2", "2026-2027", date(2026, 10, 5)).valeur == 300


def test_the_day_ends_at_midnight_in_quebec(base):
    # 3 h UTC on the 6th is still the 5th in Québec
    load(base, *months(2026, [100] * 3, 3), recu_le=datetime(2026, 10, 6, 3))
    assert row(base, "1.2.6-2", "2026-2027", date(2026, 10, 4)).statut == "sans_donnees"
    assert row(base, "1.2.6-2", "2026-2027", date(2026, 10, 5)).valeur == 300


def test_30_june_is_in_progress_and_1_july_is_closed(base):
    load(base, *months(2024, [100] * 12), recu_le=datetime(2025, 7, 1))
    load(base, *months(2025, [105] * 11 + [100], 12), recu_le=datetime(2026, 6, 30, 12))
    total = 105 * 11 + 100
    assert total / 1320 >= 0.9
    assert row(base, "1.2.6-2", "2025-2026", date(2026, 6, 30)).statut == "en_voie"
    assert row(base, "1.2.6-2", "2025-2026", date(2026, 7, 1)).statut == "presque"


def test_a_missing_month_is_told(base):
    files = months(2026, [100, 100, 100, 100], 4)
    load(base, files[0], files[1], files[3])
    r = row(base, "1.2.6-2", "2026-2027")
    assert r.couverture == pytest.approx(93 / 123)
    assert "il manque des données" in r.phrase


def test_rates_are_sums_over_sums_without_test_sends(base):
    sends = [("a", date(2026, 8, 26), 400, 200), ("b", date(2026, 9, 30), 600, 180), ("t", date(2026, 9, 29), 12, 12)]
    load(base, *(envoi(*s) for s in sends))
    r = row(base, "1.2.6-4", "2026-2027")
    assert (r.numerateur, r.denominateur, r.n) == (380, 1000, 2)
    assert r.valeur == pytest.approx(0.38)  # the mean of the rates would be 0.40, with the test 0.60
    assert r.statut == "sans_cible"


def test_the_limit_of_test_sends_is_a_setting(base):
    load(base, envoi("a", date(2026, 8, 26), 400, 200), envoi("t", date(2026, 9, 29), 12, 12))
    with store.transaction(base) as cursor:
        decide(cursor, "reglage", "envoi_test_moins_de", 10, qui="direction", pourquoi="petits envois réels",
               quand=datetime(2026, 10, 1, 12))  # fmt: skip
    assert row(base, "1.2.6-4", "2026-2027").denominateur == 412
    assert row(base, "1.2.6-4", "2026-2027", date(2026, 9, 30)).denominateur == 400


def test_a_rate_without_denominator_is_unknown(base):
    load(base, saisie("2.2.3-1", date(2026, 7, 1), date(2027, 6, 30), numerateur=0, denominateur=0))
    r = row(base, "2.2.3-1", "2026-2027")
    assert np.isnan(r.valeur) and r.denominateur == 0 and r.statut == "sans_donnees"


def test_the_direction_s_target_wins_from_its_day(base):
    load(base, envoi("a", date(2026, 8, 26), 1000, 400), recu_le=datetime(2026, 9, 1))
    with store.transaction(base) as cursor:
        decide(cursor, "cible", "1.2.6-4", 0.45, exercice="2026-2027", qui="direction", pourquoi="CA du 15 septembre",
               quand=datetime(2026, 9, 15, 18))  # fmt: skip
    early, late = (row(base, "1.2.6-4", "2026-2027", d) for d in (date(2026, 9, 14), date(2026, 9, 15)))
    assert early.statut == "sans_cible"
    assert (late.cible, late.cible_origine, late.attendu_methode) == (0.45, "direction", "seuil")
    assert late.statut == "a_surveiller"  # 0,40 / 0,45 = 0,89
    assert row(base, "1.2.6-4", "2025-2026")["cible"] != 0.45


def test_an_1_numbers_hold_for_an_1_only(base):
    load(base, saisie("2.2.2-3", date(2022, 7, 1), date(2023, 6, 30), valeur=5))
    load(base, saisie("2.2.2-3", date(2023, 7, 1), date(2024, 6, 30), valeur=5))
    assert row(base, "2.2.2-3", "2022-2023").statut == "atteinte"
    assert row(base, "2.2.2-3", "2023-2024").statut == "sans_cible"


def test_levels_grow_day_by_day(base):
    load(base, saisie("2.2.2-2", date(2026, 6, 1), date(2026, 6, 30), valeur=20))
    load(base, saisie("2.2.2-2", date(2026, 10, 1), date(2026, 10, 31), valeur=20))
    r = row(base, "2.2.2-2", "2026-2027")
    assert (r.valeur, r.cible, r.statut) == (20, 20, "en_voie")  # « augmentation »: equal is not more
    load(base, saisie("2.2.2-2", date(2026, 11, 1), date(2026, 11, 20), valeur=21))
    assert row(base, "2.2.2-2", "2026-2027").statut == "atteinte"


def test_milestones_of_the_plan(base):
    r = row(base, "2.5.5-3", "2023-2024", date(2024, 2, 1))
    assert (r.statut, r.attendu) == ("sans_donnees", 1.0)
    done = {"valeur": 1, "fait_le": date(2023, 11, 18)}
    load(base, saisie("2.5.5-3", date(2023, 11, 1), date(2023, 11, 30), **done))
    assert row(base, "2.5.5-3", "2023-2024").statut == "atteinte"
    assert row(base, "2.5.5-3", "2022-2023").statut == "non_du"
    assert "18 novembre 2023" in row(base, "2.5.5-3", "2026-2027").phrase


def test_a_due_year_set_by_the_direction(base):
    with store.transaction(base) as cursor:
        decide(cursor, "echeance", "2.1.1-1", "2026-10-31", qui="direction", pourquoi="CA", quand=datetime(2026, 9, 1))
    assert row(base, "2.1.1-1", "2026-2027", date(2026, 10, 1)).statut == "non_du"
    assert row(base, "2.1.1-1", "2026-2027").statut == "sans_donnees"
    load(base, saisie("2.1.1-1", date(2026, 11, 1), date(2026, 11, 10), valeur=0))
    assert row(base, "2.1.1-1", "2026-2027").statut == "en_retard"


def test_a_year_to_come(base):
    r = row(base, "1.2.6-2", "2026-2027", date(2026, 6, 30))
    assert r.statut == "non_du" and "pas commencé" in r.phrase


def test_leap_day_is_counted(base):
    load(base, visites(date(2024, 2, 1), date(2024, 2, 29), 290))
    assert row(base, "1.2.6-2", "2023-2024").couverture == pytest.approx(29 / 366)


def test_entry_order_does_not_matter(tmp_path):
    files = months(2025, list(range(100, 112)))
    a, b = tmp_path / "a.duckdb", tmp_path / "b.duckdb"
    load(a, *files)
    load(b, *files[::-1])
    pd.testing.assert_frame_equal(resultats("2025-2026", AU, a), resultats("2025-2026", AU, b))


def cli(*args, module="rqds_metrics"):
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, args)], capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_command_line(base):
    load(base, *months(2025, [100] * 12))
    said = cli("resultats", "--exercice", "2025-2026", "--au", "2026-11-24", "--base", base, "--json")
    rows = json.loads(said.stdout)
    assert list(rows[0]) == COLONNES and len(rows) == len(load_plan().tous)
    found = next(r for r in rows if r["indicateur"] == "1.2.6-2")
    assert found["valeur"] == 1200 and found["cible"] is None
    csv = cli("resultats", "--exercice", "2025-2026", "--au", "2026-11-24", "--base", base, "--csv").stdout
    assert csv.splitlines()[0] == ",".join(COLONNES)
    assert cli("verifier").returncode == 0
    wrong = cli("resultats", "--exercice", "2026")
    assert wrong.returncode == 2 and "Exercice inconnu" in wrong.stderr


def test_a_rise_over_a_year_with_holes_says_so(base):
    load(base, visites(date(2024, 1, 1), date(2024, 6, 30), 5000, "hiver.csv"))
    load(base, *months(2024, [500] * 12))
    row = resultats("2024-2025", AU, base).set_index("indicateur").loc["1.2.6-2"]
    assert (row.valeur, row.cible, row.statut) == (6000, 5500, "atteinte")
    assert "l'exercice précédent, d'où vient la cible, est incomplet (50\u00a0% des jours)" in row.phrase


def test_clicks_stand_beside_opens(base):
    from rqds_metrics.donnees import load_donnees
    from rqds_metrics.exercice import Exercice
    from rqds_metrics.resultats import Calcul

    file = envoi("a", date(2026, 9, 30), 500, 200)
    file.extrait.lignes["clics"] = 40
    load(base, file, envoi("b", date(2026, 10, 28), 500, 250))  # the second says nothing of its clicks
    calcul = Calcul(load_plan(), load_donnees(AU, base))
    opens = load_plan().indicateurs["1.2.6-4"]
    assert calcul.beside(opens, Exercice(2026)) == [("Taux de clic", 0.08)]
    assert calcul.beside(opens, Exercice(2025)) == []
    assert calcul.beside(load_plan().indicateurs["1.2.6-2"], Exercice(2026)) == []


def test_wherever_the_open_rate_is_said_apple_mail_and_clicks_are_said_too(base):
    from rqds_metrics.affichage import gap_text
    from rqds_metrics.donnees import load_donnees
    from rqds_metrics.exercice import Exercice
    from rqds_metrics.resultats import Calcul

    said = "Les ouvertures comprennent celles qu'Apple Mail simule"
    load(base, envoi("b", date(2026, 10, 28), 500, 250))
    plan = load_plan()
    opens = [i for i in plan.tous.values() if i.mesure == "taux_ouverture"]
    assert {i.id for i in opens} == {"1.2.6-4", "4.1.4-1"}
    for indicateur in opens:
        r = Calcul(plan, load_donnees(AU, base)).result(indicateur, Exercice(2026))
        assert r.phrase.endswith(f" {said}.") and gap_text(r).endswith(f" · {said}.")
    file = envoi("a", date(2026, 9, 30), 500, 200)
    file.extrait.lignes["clics"] = 40
    load(base, file)
    for indicateur in opens:
        r = Calcul(plan, load_donnees(AU, base)).result(indicateur, Exercice(2026))
        assert r.phrase.endswith(f"{said}\u202f; taux de clic\u00a0: 8\u00a0%.")
        assert said not in Calcul(plan, load_donnees(AU, base)).result(indicateur, Exercice(2025)).phrase
    assert said not in Calcul(plan, load_donnees(AU, base)).result(plan.tous["1.2.6-2"], Exercice(2026)).phrase
