"""Exports « since the beginning », from the file to the figure: dated snapshots, their differences, what is told."""

from __future__ import annotations

import csv
import io
import itertools
from datetime import date, datetime

import pandas as pd
import pytest

from etl.demo.files import demo_files
from etl.loading import cancel_lot
from etl.preview import preview
from etl.recognition import read_export
from etl.restoring import restore_lot
from etl.source import Tranche
from rqds_metrics import store
from rqds_metrics.cloture import bilan_of
from rqds_metrics.corrections import read_rows, to_keep
from rqds_metrics.donnees import load_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.mesures import load_mesures, plages_decided
from rqds_metrics.origines import read_origines
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import decide
from rqds_metrics.resultats import resultats
from rqds_metrics.synthese import receptions
from tests.conftest import DEMO_AU
from tests.fabrique import ecoutes, episodes, lecture, load

PLAN = load_plan()
AU = date(2026, 11, 24)
MOMENT = datetime(2026, 11, 20, 15)
PLAYS, OUT, RATE = "4.1.1-3", "4.1.1-4", "1.2.6-5"
AOUT, SEPT, OCT, NOV = date(2026, 8, 4), date(2026, 9, 3), date(2026, 10, 5), date(2026, 11, 3)
SORTIE = {"a": date(2026, 1, 13), "b": date(2026, 2, 10), "c": date(2026, 9, 15), "d": date(2026, 10, 13)}
RELEVES = [
    episodes(AOUT, {"a": 100, "b": 50}, SORTIE),
    episodes(SEPT, {"a": 130, "b": 50}, SORTIE),
    episodes(OCT, {"a": 150, "b": 60, "c": 90}, SORTIE),
    episodes(NOV, {"a": 155, "b": 62, "c": 140, "d": 85}, SORTIE),
]
GAINS = [30, 120, 142]


def row(base, indicateur=PLAYS, exercice="2026-2027", au=AU):
    return resultats(exercice, au, base).set_index("indicateur").loc[indicateur]


def value(base, **kw):
    return row(base, **kw).valeur


def choose(base, serie, depuis=None):
    with store.transaction(base) as cursor:
        decide(
            cursor, "source", "ecoutes_balado", {"serie": serie, "depuis": depuis}, qui="x", pourquoi="x", quand=MOMENT
        )


def told(base, *files):
    return [{c.nom: (c.verdict, c.note) for c in a.constats} for a in preview(list(files), base, au=AU, recu_le=MOMENT)]


@pytest.fixture
def base(tmp_path):
    return tmp_path / "rqds.duckdb"


def test_one_snapshot_is_unknown_neither_zero_nor_the_whole_total(base):
    [constats] = told(base, RELEVES[0])
    assert constats["premier_releve"][0] == "info" and "inconnu" in constats["premier_releve"][1]
    load(base, RELEVES[0])
    found = row(base)
    assert pd.isna(found.valeur) and found.statut == "sans_donnees"
    assert found.phrase.startswith("Inconnu") and "un seul relevé est reçu (4 août 2026)" in found.phrase
    assert value(base, indicateur=OUT, exercice="2025-2026") == 2


def test_two_snapshots_give_what_came_between_them(base):
    load(base, *RELEVES[:2])
    found = row(base)
    assert found.valeur == 30 and "3 septembre 2026" in found.phrase
    assert found.couverture == pytest.approx(30 / 65)  # from 1 July, of which 5 August to 3 September are known
    [constats] = told(base, RELEVES[2])
    assert constats["difference"][0] == "info" and "120\u00a0écoutes de plus" in constats["difference"][1]
    assert {v for v, _ in constats.values()} == {"info"}
    load(base, *RELEVES[2:])
    assert value(base) == sum(GAINS) and value(base, indicateur=OUT) == 2


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_of_import_does_not_matter(base, order):
    load(base, *[RELEVES[k] for k in order])
    assert value(base) == sum(GAINS[:2])


def test_cancelling_the_one_in_the_middle_compares_the_outer_two_and_restoring_it_comes_back(base):
    lots = [r.lot for r in load(base, *RELEVES)]
    dropped = episodes(SEPT, {"a": 130, "b": 20}, SORTIE, "apple")  # another tool changes nothing
    load(base, dropped)
    before = {o.jours: o.num for o in read_origines(PLAN.tous[PLAYS], date(2026, 7, 1), date(2027, 6, 30), AU, base)}
    cancel_lot(lots[1], base, qui="x", quand=MOMENT)
    [_, outer] = read_origines(PLAN.tous[PLAYS], date(2026, 7, 1), date(2027, 6, 30), AU, base)
    assert (outer.jours.debut, outer.jours.fin, outer.num) == (date(2026, 8, 5), OCT, 150)
    assert (outer.depuis.id, outer.lot.id, outer.remplace) == (lots[0], lots[2], ())
    restore_lot(lots[1], base, qui="x", quand=datetime(2026, 11, 20, 16))
    after = {o.jours: o.num for o in read_origines(PLAN.tous[PLAYS], date(2026, 7, 1), date(2027, 6, 30), AU, base)}
    assert after == before and sum(after.values()) == value(base) == sum(GAINS)


def test_a_second_file_of_the_same_day_replaces_the_first(base):
    load(base, *RELEVES[:2])
    [recu] = load(base, episodes(SEPT, {"a": 131, "b": 51}, SORTIE))
    assert [(r.debut, r.fin, r.jours) for r in recu.remplace] == [(SEPT, SEPT, 1)]
    assert value(base) == 32


def test_the_same_bytes_count_once(base):
    load(base, *RELEVES[:2])
    [again] = load(base, RELEVES[1])
    assert again.lot is None and value(base) == 30


def test_as_of_a_day_later_snapshots_are_not_there(base):
    for file, day in zip(RELEVES, (AOUT, SEPT, OCT, NOV), strict=True):
        load(base, file, recu_le=datetime(day.year, day.month, day.day, 15))
    assert [value(base, au=d) for d in (SEPT, date(2026, 10, 4), OCT, AU)] == [30, 30, 150, sum(GAINS)]
    assert pd.isna(value(base, au=date(2026, 9, 2))) and "Inconnu" in row(base, au=AOUT).phrase
    assert pd.isna(value(base, indicateur=OUT, au=SEPT))
    assert [value(base, indicateur=OUT, au=d) for d in (OCT, NOV)] == [1, 2]


def test_what_falls_goes_or_comes_back_is_told_and_never_below_zero(base):
    load(base, *RELEVES[:2])
    odd = episodes(OCT, {"a": 90, "z": 40, "c": 7}, {**SORTIE, "z": date(2026, 3, 10)})
    [constats] = told(base, odd)
    assert constats["compteurs"][0] == "avertissement"
    load(base, odd)
    found = read_origines(PLAN.tous[PLAYS], date(2026, 7, 1), date(2027, 6, 30), AU, base)
    assert [o.num for o in found] == [7, 30]
    text = " ".join(found[0].remarques)
    assert "« a » (130 → 90)" in text and "« b » (50)" in text and "« z »" in text
    assert value(base) == 37


def test_an_older_export_and_another_show_are_doubted(base):
    load(base, *RELEVES[:2])
    [constats] = told(base, episodes(OCT, {"a": 100, "b": 50}, SORTIE))
    assert constats["releve_ancien"][0] == "avertissement" and "c" not in constats
    [constats] = told(base, episodes(OCT, {"x": 3}, date(2026, 1, 1)))
    assert constats["releves_sans_rapport"][0] == "avertissement" and "premier_releve" not in constats
    load(base, episodes(OCT, {"x": 3}, date(2026, 1, 1)))
    assert value(base) == 30 and row(base).phrase.startswith("Du 1er juillet au 3 septembre")  # October is unknown


def test_an_episode_deleted_since_stays_published_and_a_renamed_one_counts_once(base):
    load(base, *RELEVES[:3])
    load(base, episodes(NOV, {"a": 155, "Le c": 140, "d": 85}, {**SORTIE, "Le c": SORTIE["c"]}))
    assert (value(base, indicateur=OUT), value(base, indicateur=OUT, exercice="2025-2026")) == (2, 2)
    assert value(base) == 30 + 120 + 5 + 50 + 85


def test_the_rate_of_each_episode_is_that_of_the_last_snapshot_that_has_it(base):
    def with_streams(jour, rows):
        file = episodes(jour, {t: n for t, (n, _) in rows.items()}, SORTIE)
        file.extrait.lignes["ecoutes"] = [s for _, s in rows.values()]
        return file

    load(base, with_streams(SEPT, {"a": (100, 60), "b": (50, 30)}), with_streams(OCT, {"a": (200, 140)}))
    found = row(base, indicateur=RATE, exercice="2025-2026")
    assert (found.numerateur, found.denominateur) == (140 + 30, 200 + 50)


def test_a_difference_across_two_years_is_shared_by_days(base):
    load(
        base,
        episodes(date(2026, 6, 10), {"a": 0}, SORTIE),
        episodes(date(2026, 7, 10), {"a": 90}, SORTIE),
    )
    assert (value(base, exercice="2025-2026"), value(base)) == (60, 30)
    both = [read_origines(PLAN.tous[PLAYS], e.debut, e.fin, AU, base) for e in (Exercice(2025), Exercice(2026))]
    assert [[(o.jours.debut, o.jours.fin, o.num, o.sur) for o in found] for found in both] == [
        [(date(2026, 6, 11), date(2026, 6, 30), 60, 30)],
        [(date(2026, 7, 1), date(2026, 7, 10), 30, 30)],
    ]
    assert "l'an dernier" not in row(base).phrase  # what came by 10 July 2025 is unknown, not zero


def test_days_of_a_tool_come_before_its_differences_and_are_never_added_to_them(base):
    load(base, *RELEVES)
    assert value(base) == sum(GAINS)
    load(base, ecoutes({date(2026, 10, d): 2 for d in range(1, 32)}))
    assert value(base) == 62
    choose(base, "spotify|episodes")
    assert value(base) == sum(GAINS)


def test_another_tool_changes_nothing_by_itself_even_if_its_first_snapshot_came_earlier(base):
    load(base, episodes(AOUT, {"a": 1}, SORTIE, "apple"), *RELEVES[:2])
    load(base, episodes(SEPT, {"a": 500}, SORTIE, "apple"))
    assert value(base) == 30
    choose(base, "apple|episodes")
    assert value(base) == 499


def test_a_choice_that_begins_inside_a_difference_takes_its_share_of_days(base):
    load(base, ecoutes({date(2026, 8, d): 2 for d in range(1, 32)}))
    load(base, episodes(date(2026, 8, 22), {"a": 0}, SORTIE), episodes(date(2026, 9, 11), {"a": 200}, SORTIE))
    choose(base, "spotify|episodes", "2026-09-01")
    assert value(base) == 62 + 110  # 11 of its 20 days
    assert row(base).couverture == pytest.approx(42 / 73)  # August, then 1 to 11 September


def test_a_show_of_a_mapped_host_and_the_pages_of_a_mapped_site_are_not_taken_for_each_other():
    mesures = load_mesures()
    assert mesures["ecoutes_balado"].by_difference("autre-ausha|episodes")
    assert not mesures["ecoutes_balado"].by_difference("autre-ausha|emission")
    assert not mesures["balados_publies"].reads("autre-ausha|emission")
    assert not mesures["visites_web"].reads("autre-site|pages") and mesures["visites_web"].reads("autre-site|site")


def test_episodes_kept_before_there_were_snapshots_are_snapshots(base):
    old = [episodes(d, c, SORTIE) for d, c in ((AOUT, {"a": 100, "b": 50}), (SEPT, {"a": 130, "b": 50}))]
    for file in old:
        [tranche] = file.extrait.tranches
        file.extrait.tranches[:] = [tranche._replace(mode="cle")]
    lots = [r.lot for r in load(base, *old)]
    assert value(base) == 30 and value(base, indicateur=OUT, exercice="2025-2026") == 2
    load(base, RELEVES[2])
    assert value(base) == 150
    cancel_lot(lots[0], base, qui="x", quand=MOMENT)
    restore_lot(lots[0], base, qui="x", quand=datetime(2026, 11, 20, 16))
    assert value(base) == 150


def test_a_mailing_whose_code_is_episodes_is_no_snapshot(base):
    serie = "autre-outil|episodes"
    for livres, day in ((500, AOUT), (600, SEPT)):
        sent = {"serie": serie, "debut": day, "fin": day, "campagne": "episodes", "livres": livres, "ouvertures": 100}
        load(base, lecture("infolettre", [sent], [Tranche(serie, day, day, "cle")], f"{day}.csv"))
    assert row(base, indicateur="1.2.6-4").denominateur == 600


def test_a_correction_of_a_counter_changes_both_differences(base):
    lots = [r.lot for r in load(base, *RELEVES[:3])]
    wrong = next(r for r in read_rows(lots[1], "balado", base) if r["episode"] == "a")
    with store.transaction(base) as cursor:
        valeur = to_keep(lots[1], "balado", wrong, "lectures", 110)
        decide(cursor, "correction", "c1", valeur, qui="x", pourquoi="x", quand=MOMENT)
    found = read_origines(PLAN.tous[PLAYS], date(2026, 7, 1), date(2027, 6, 30), AU, base)
    assert [o.num for o in found] == [140, 10] and value(base) == 150


def test_the_month_is_received_and_closed_by_its_share_of_days(base):
    load(base, *RELEVES)
    donnees = load_donnees(AU, base)
    states = {m: e for r in receptions(PLAN, donnees, Exercice(2026)) if r.famille == "balado" for m, e in r.mois}
    assert [states[date(2026, m, 1)] for m in (7, 8, 9, 10, 11)] == ["manquant", "partiel", "recu", "recu", "partiel"]
    bilan = bilan_of(PLAN, donnees, date(2026, 10, 1))
    [plays] = [c.num for c in bilan.chiffres if c.indicateur.id == PLAYS]
    assert plays == round(120 * 5 / 32 + 142 * 26 / 29)
    [files] = [[lot.fichier for lot in x.lots] for x in bilan.lignes if x.famille == "balado"]
    assert files == ["spotify 2026-10-05.csv", "spotify 2026-11-03.csv"]


# ------------------------------------------------------------------ the file and its day

EPISODES = '"name","plays","releaseDate"\n"Un","{}","2026-08-11"\n"Deux","{}","2026-09-08"\n'


@pytest.mark.parametrize(
    ("above", "day"),
    [
        ("", NOV),
        ("Exporté le 31 octobre 2026\n", date(2026, 10, 31)),
        ("As of:,2026-10-31\n", date(2026, 10, 31)),
        ("Émission,Parlons région\nDate d'exportation,2026-10-31 08:15\n", date(2026, 10, 31)),
        ("Exporté le 2026-12-31\n", NOV),  # not there yet
        ("Exporté le 2026-10-30\nMis à jour le 2026-10-31\n", NOV),  # no telling which
        ("Depuis le 2026-10-01\n", NOV),
    ],
)
def test_the_day_of_a_snapshot_is_the_file_s_own_or_the_day_it_came(above, day):
    read = read_export("x", (above + EPISODES.format(10, 5)).encode(), NOV)
    assert read.extrait.tranches == [Tranche("spotify|episodes", date(2026, 8, 11), day, "releve")]
    assert set(read.extrait.lignes["fin"]) == {day}


def test_the_same_export_dropped_again_next_month_is_the_next_snapshot(base):
    load(base, read_export("x.csv", EPISODES.format(10, 5).encode(), OCT))
    load(base, read_export("x.csv", EPISODES.format(25, 9).encode(), NOV))
    assert value(base) == 19


def test_the_plays_of_the_demonstration_by_difference(own_demo):
    """Computed again from its files, by csv alone."""
    choose(own_demo, "spotify|episodes")
    files = sorted((f for f in demo_files(DEMO_AU) if f.nom.startswith("spotify-episodes")), key=lambda f: f.recu_le)
    read = [
        (
            store.local(f.recu_le).date(),
            {r["name"]: int(r["plays"]) for r in csv.DictReader(io.StringIO(f.octets.decode()))},
        )
        for f in files
    ]
    totals: dict[str, float] = {}
    for (a, before), (b, after) in itertools.pairwise(read):
        gain = sum(n - before.get(t, 0) for t, n in after.items())
        old, new = Exercice.of(a), Exercice.of(b)
        there = (min(b, old.fin) - a).days / (b - a).days
        totals[str(old)] = totals.get(str(old), 0) + gain * there
        if new != old:
            totals[str(new)] = totals.get(str(new), 0) + gain * (1 - there)
    frame = resultats(None, DEMO_AU, own_demo).set_index(["indicateur", "exercice"])
    assert len(totals) == 5
    for year, plays in totals.items():
        assert frame.loc[(PLAYS, year), "valeur"] == pytest.approx(plays, abs=1)


# ------------------------------------------------------------------ screens


def test_the_chooser_names_them_and_the_fiche_says_unknown_then_compares(app_on, base):
    load(base, ecoutes({date(2026, 10, d): 2 for d in range(1, 32)}), RELEVES[2])
    at = app_on(base, "pages/televerser.py")
    box = next(s for s in at.selectbox if s.label == "Source")
    assert box.options == [
        "Balados · Spotify for Podcasters",
        "Balados · Spotify for Podcasters, par différence de relevés",
    ]
    choose(base, "spotify|episodes")
    donnees = load_donnees(store.today(), base)
    read = plages_decided("ecoutes_balado", load_mesures()["ecoutes_balado"], donnees.decisions, donnees.portees)
    assert [p.series for p in read] == [("spotify|episodes",)]
    load(base, RELEVES[3])
    at = app_on(base, "pages/fiche.py", indicateur=PLAYS, exercice="2026-2027")
    assert not at.exception
