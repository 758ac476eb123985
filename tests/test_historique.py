"""The history: what each lot changed is kept with it, told again, and shown without any of it taken for HTML."""

from __future__ import annotations

import json
from datetime import date, datetime

import duckdb
import pytest

from etl.effects import Effet, Etat, figures, read_traces, replayed, state_value, touched_years
from etl.entry import Frappe, check
from etl.history import read_every_lot, read_history, saved_together
from etl.loading import cancel_lot, import_export, remove_demo
from etl.preview import preview
from etl.recognition import read_export
from etl.recording import store_entries
from etl.report import change_text, effect_text, effects_summary, lots_text, lots_value, plain_spaces
from etl.restoring import restore_lot
from pages.ui.historique import history_html
from rqds_metrics import migrations, store
from rqds_metrics.copies import CopieImpossible
from rqds_metrics.donnees import read_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.resultats import compute
from rqds_metrics.statuts import LIBELLES
from rqds_metrics.store import BaseIllisible
from tests.conftest import DEMO_AU
from tests.fabrique import envoi, load, saisie, visites
from tests.test_pages import shown

SEPT = (date(2026, 9, 1), date(2026, 9, 30))
OCT = (date(2026, 10, 1), date(2026, 10, 31))
T = [datetime(2026, 11, 20, 15, k) for k in range(10)]


@pytest.fixture
def base(tmp_path):
    return tmp_path / "rqds.duckdb"


def entree(base, lot=None):
    found = read_history(read_every_lot(base), base)
    return next(e for e in found if lot is None or e.lot.id == lot)


def told(effets):
    return {(e.apres.indicateur.id, str(e.apres.exercice)): (e.avant.valeur, e.apres.valeur) for e in effets}


def states(effets):
    return [(e.apres.indicateur.id, str(e.apres.exercice), state_value(e.avant), state_value(e.apres)) for e in effets]


def test_a_lot_keeps_the_effect_that_its_preview_showed(base):
    load(base, visites(*OCT, 1000, "v1.csv"), recu_le=T[0])
    second = visites(*OCT, 1250, "v2.csv")
    [apercu] = preview([second], base, au=T[1].date(), recu_le=T[1])
    [recu] = load(base, second, recu_le=T[1])
    kept = entree(base, recu.lot)
    assert told(kept.effets) == {("1.2.6-2", "2026-2027"): (1000, 1250)}
    assert states(kept.effets) == states(apercu.effets)
    assert [(kept.noms[r.lot], r.debut, r.fin, r.jours) for r in kept.remplace] == [("v1.csv", *OCT, 31)]


def test_typed_in_values_have_an_effect_too(base):
    [recu] = load(base, saisie("1.1.1-1", *OCT, valeur=3), recu_le=T[0])
    assert told(entree(base, recu.lot).effets)[("1.1.1-1", "2026-2027")] == (None, 3)


def test_cancelling_and_bringing_back_leave_who_when_and_what(base):
    [recu] = load(base, visites(*OCT, 1250), recu_le=T[0])
    cancel_lot(recu.lot, base, qui="Direction", quand=T[1])
    restore_lot(recu.lot, base, qui="Communications", quand=T[2])
    first, gone, back = entree(base).evenements
    assert [(e.quoi, e.quand, e.qui) for e in (first, gone, back)] == [
        ("recu", T[0], "essai"), ("annule", T[1], "Direction"), ("retabli", T[2], "Communications"),
    ]  # fmt: skip
    assert told(first.trace.effets) == told(back.trace.effets) == {("1.2.6-2", "2026-2027"): (None, 1250)}
    assert told(gone.trace.effets) == {("1.2.6-2", "2026-2027"): (1250, None)}


def test_what_was_set_aside_and_warned_of_is_kept_without_what_people_typed(base):
    head = "Title,Send Date,Successful Deliveries,Unique Opens,Unique Id\n"
    octets = f'{head}"Marie Tremblay","Oct 28, 2026 10:00 am",400,180,a1\nTotal,,400,180,\n'.encode()
    import_export(read_export("mc.csv", octets, DEMO_AU), base, par="essai", recu_le=T[0])
    load(base, visites(*SEPT, 100), recu_le=T[1])
    load(base, visites(*OCT, 5000), recu_le=T[2])
    web, _, mailing = read_history(read_every_lot(base), base)
    assert mailing.ecartees == {"ligne de total": 1}
    assert len(web.avertissements) == 1 and "plus de dix fois" in web.avertissements[0]
    with store.connect(base) as cursor:
        assert "Tremblay" not in repr(cursor.execute("SELECT * FROM effet").fetchall())


def test_a_refused_or_known_file_leaves_no_effect(base):
    file = visites(*OCT, 1000)
    load(base, file, recu_le=T[0])
    load(base, file, recu_le=T[1])
    bad = visites(*SEPT, 800)
    bad.extrait.lignes["colonne_en_trop"] = 1
    with pytest.raises(ValueError, match="colonne_en_trop"):
        load(base, bad, recu_le=T[2])
    with store.connect(base) as cursor:
        assert cursor.execute("SELECT count(*) FROM effet").fetchone() == (1,)


@pytest.mark.parametrize("famille", ["infolettre", "web", "balado", "webinaire", "sondage", "saisie"])
def test_the_indicators_of_a_family_are_computed_as_among_all(demo_base, famille):
    years = touched_years(date(2025, 7, 1), None, DEMO_AU)
    with store.connect(demo_base) as cursor:
        part = figures(cursor, famille, years, DEMO_AU)
        whole = {(r.id, r.exercice): r for r in compute(read_donnees(cursor, DEMO_AU), years)}
    assert part and all(whole[(r.id, r.exercice)] == r for r in part)


def test_the_effect_computed_again_is_the_one_that_was_kept(demo_base):
    before = store.version(demo_base)
    kept = read_history(read_every_lot(demo_base), demo_base)
    recent = [e for e in kept if e.effets is not None]
    assert len(recent) > 15 and all(e.lot.demo for e in recent)
    for e in recent[::5]:
        assert states(replayed(e.lot, demo_base)) == states(e.effets), e.lot.fichier
    old = next(e for e in kept if e.effets is None and e.lot.source == "ga4")
    assert replayed(old.lot, demo_base)
    assert store.version(demo_base) == before


def test_the_demonstration_goes_with_its_effects(own_demo):
    remove_demo(own_demo)
    with store.connect(own_demo) as cursor:
        assert cursor.execute("SELECT count(*) FROM effet").fetchone() == (0,)


def older(base):
    """The same base as the version before effects were kept made it."""
    with duckdb.connect(str(base)) as connection:
        connection.execute("DROP TABLE effet")
        connection.execute("UPDATE meta SET valeur = '3' WHERE cle = 'schema'")


def test_an_older_base_opens_and_keeps_everything(base):
    load(base, visites(*SEPT, 1000, "v1.csv"), recu_le=T[0])
    older(base)
    first = entree(base)
    assert first.lot.fichier == "v1.csv" and first.effets is None and first.remplace == ()
    assert told(replayed(first.lot, base)) == {("1.2.6-2", "2026-2027"): (None, 1000)}
    [recu] = load(base, visites(*OCT, 500), recu_le=T[1])
    assert told(entree(base, recu.lot).effets) == {("1.2.6-2", "2026-2027"): (1000, 1500)}
    with store.connect(base) as cursor:
        assert cursor.execute("SELECT valeur FROM meta WHERE cle = 'schema'").fetchone() == (str(migrations.SCHEMA),)


def test_a_base_brought_forward_has_the_tables_of_a_new_one(base, tmp_path):
    load(base, visites(*SEPT, 1000), recu_le=T[0])
    older(base)
    new = tmp_path / "neuve.duckdb"

    def columns(path):
        with store.connect(path) as cursor:
            return cursor.execute(
                "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
            ).fetchall()

    assert columns(base) == columns(new)


def test_a_step_that_fails_leaves_the_older_base_as_it_was(base, monkeypatch):
    load(base, visites(*SEPT, 1000), recu_le=T[0])
    older(base)
    steps = {**migrations.STEPS, migrations.SCHEMA: (*migrations.STEPS[migrations.SCHEMA], "SELECT 1 FROM nulle_part")}
    monkeypatch.setattr(migrations, "STEPS", steps)
    with pytest.raises(CopieImpossible, match="telle qu'avant") as caught, store.connect(base):
        pass
    assert "nulle_part" in str(caught.value.__cause__)
    with duckdb.connect(str(base)) as connection:
        assert connection.execute("SELECT valeur FROM meta WHERE cle = 'schema'").fetchone() == ("3",)
        assert connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'effet'").fetchone() == (0,)


def test_a_newer_base_is_refused(base):
    load(base, visites(*SEPT, 1000), recu_le=T[0])
    with duckdb.connect(str(base)) as connection:
        connection.execute("UPDATE meta SET valeur = '999'")
    with pytest.raises(BaseIllisible, match="999"), store.connect(base):
        pass


def test_an_indicator_that_left_the_plan_is_left_out(base):
    [recu] = load(base, visites(*OCT, 1000), recu_le=T[0])
    with store.transaction(base) as cursor:
        cursor.execute("UPDATE effet SET detail = replace(detail, '1.2.6-2', '9.9.9-9')")
        assert read_traces(cursor, [recu.lot])[(recu.lot, T[0])].effets == ()


def etat(valeur, statut="en_voie", n=10.0, cible=0.5, id_="1.2.5-1"):
    indicateur = load_plan().tous[id_]
    return Etat(indicateur, Exercice(2026), valeur, n, cible, statut, None)


def effet(avant, apres):
    return Effet(avant, apres)


def test_how_an_effect_is_told():
    [rate] = [i.id for i in load_plan().tous.values() if i.mesure == "taux_ouverture" and not i.filtre][:1]
    name = load_plan().tous[rate].court
    up = effet(etat(0.341, id_=rate), etat(0.356, id_=rate))
    assert plain_spaces(change_text(up)) == f"{name} : 34,1 % → 35,6 %"
    near = effet(etat(0.43311, id_=rate), etat(0.43344, id_=rate))
    assert plain_spaces(change_text(near)) == f"{name} : 43,31 % → 43,34 %"
    same = effet(etat(0.5, id_=rate), etat(0.5, n=20.0, id_=rate))
    assert plain_spaces(effect_text(same)) == f"{name}, 2026-2027 : 50 %, sur 20 plutôt que 10"
    status = effet(etat(0.5, id_=rate), etat(0.5, "en_retard", id_=rate))
    assert change_text(status).endswith(f"{LIBELLES['en_voie'].lower()} → {LIBELLES['en_retard'].lower()}")
    assert plain_spaces(effects_summary([status, up, same], DEMO_AU)) == f"{name} : 34,1 % → 35,6 % ; 2 autres"
    assert "(2026-2027)" in effects_summary([up], date(2025, 8, 1))
    assert effects_summary([], DEMO_AU) == "Aucun indicateur n'a changé."


def test_lots_in_a_terminal_and_in_json(base):
    load(base, visites(*SEPT, 1000, "v1.csv"), recu_le=T[0])
    [second] = load(base, visites(*SEPT, 1250, "v2.csv"), recu_le=T[1])
    cancel_lot(second.lot, base, qui="Direction", quand=T[2])
    entrees = read_history(read_every_lot(base), base)
    lines = lots_text(entrees).splitlines()
    assert "v1.csv" in lines[0] and lines[1].strip() == "effet : Visites du site Web : n.d. → 1 000 visites"
    assert "annulé le 20 nov. 2026 par Direction" in lines[2]
    newest = json.loads(json.dumps(lots_value(entrees)))[0]
    assert newest["annule"] and [e["quoi"] for e in newest["evenements"]] == ["recu", "annule"]
    assert newest["remplace"] == [
        {"lot": 1, "fichier": "v1.csv", "debut": "2026-09-01", "fin": "2026-09-30", "jours": 30}
    ]
    assert newest["evenements"][1]["effets"][0]["apres"]["valeur"] == 1000


def test_nothing_of_a_file_or_a_name_is_html(base):
    hostile = '<img src=x onerror="alert(1)">.csv'
    load(base, visites(*SEPT, 1000, hostile), recu_le=T[0])
    file = visites(*SEPT, 1250, "v2.csv")
    file.extrait.ecartees['<script>alert("motif")</script>'] = 2
    [second] = load(base, file, recu_le=T[1])
    cancel_lot(second.lot, base, qui="<b>moi</b>", quand=T[2])
    html = str(history_html(read_history(read_every_lot(base), base)))
    assert "<img" not in html and "<script" not in html and "<b>moi" not in html
    assert html.count("&lt;img src=x") >= 3  # its row, its button's name, the lot that took its place
    assert "&lt;script&gt;" in html and "&lt;b&gt;moi" in html


def test_the_page_shows_each_lot_and_opens_it_in_place(app_on, base):
    load(base, envoi("a1", date(2026, 10, 28), 400, 180, "mc.csv"), recu_le=T[0])
    load(base, visites(*SEPT, 1000, "v1.csv"), recu_le=T[1])
    [second] = load(base, visites(*SEPT, 1250, "v2.csv"), recu_le=T[2])
    cancel_lot(second.lot, base, qui="Direction", quand=T[3])
    at = app_on(base, "pages/televerser.py")
    assert not at.exception
    html = plain_spaces(shown(at))
    assert html.count("<details") == html.count("<summary") == 3
    assert html.count('class="annule"') == 1 and "Annulé le 20 nov. 2026, 10 h 03 par Direction" in html
    assert "Visites du site Web : 1 000 → 1 250 visites" in html and "sept. 2026 (30 jours) de « v1.csv »" in html
    assert "Taux d" in html and "n.d. → 45 %" in html
    assert "Calculer l’effet" not in html


def test_the_page_offers_to_compute_an_effect_that_was_not_kept(app_on, base):
    load(base, visites(*SEPT, 1000), recu_le=T[0])
    older(base)
    at = app_on(base, "pages/televerser.py")
    assert not at.exception and 'data-action="effet"' in shown(at)


def test_the_demonstration_keeps_no_effect_of_its_old_files(demo_base):
    old = [e for e in read_history(read_every_lot(demo_base), demo_base) if e.lot.recu_le < datetime(2026, 8, 20)]
    assert old and all(e.effets is None for e in old)


def test_values_saved_in_one_click_stand_together(tmp_path):
    base, octobre = tmp_path / "rqds.duckdb", (date(2026, 10, 1), date(2026, 10, 31))
    load(base, visites(*octobre, 1000))
    for minute, ids in enumerate((("1.2.6-1", "1.2.6-3"), ("1.1.1-1",))):
        frappes = [Frappe(i, *octobre, valeur="12") for i in ids]
        ecritures, _ = check(frappes, load_plan(), date(2026, 11, 24), {})
        store_entries(ecritures, base, par="x", quand=datetime(2026, 11, 20, 15, minute))
    groups = saved_together(read_every_lot(base))
    assert [len(g) for g in groups] == [1, 2, 1]
    page = str(history_html(read_history(read_every_lot(base), base)))
    assert "2\u00a0valeurs saisies" in page and page.count('data-action="annuler"') == 4
    assert "1.2.6-1, oct. 2026" in page and "Saisie à l" in page
