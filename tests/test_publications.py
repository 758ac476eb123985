"""Publications: what leaves is what was chosen, and nothing else; approved, put online, taken back; the open data."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from etl.demo.decisions import COMMENTAIRES
from rqds_metrics import demandes, mise_en_ligne, publications
from rqds_metrics.commentaires import to_keep
from rqds_metrics.diffusion import instantanes, parution
from rqds_metrics.diffusion import publication as pub
from rqds_metrics.diffusion.composition import Choix, build
from rqds_metrics.diffusion.donnees_ouvertes import addresses_of, files_of, open_data
from rqds_metrics.diffusion.ecarts import ecarts_of
from rqds_metrics.diffusion.site import write_site
from rqds_metrics.donnees import Donnees, empty_donnees, load_donnees
from rqds_metrics.lots import read_lots
from rqds_metrics.plan import Formule, load_plan
from rqds_metrics.registre import Decision, decide
from rqds_metrics.regles.series import Serie
from rqds_metrics.resultats import Calcul
from rqds_metrics.store import connect, now, transaction
from tests.conftest import DEMO_AU

PLAN = load_plan()
QUI = "Zénobie Qui-Publie"
CHOISIS = ("1.1.1-1", "1.2.6-2", "1.1.4-1", "G-objectifs", "4.1.4-2")
SONDAGE = "4.1.4-2"
BROUILLON = "Brouillon que personne n'a approuvé."
VIEUX = "Explication d'un chiffre qui a changé depuis."
BON = "=HYPERLINK(\"x\") <script>alert('bon')</script>"


def publish(base: Path, choix: Choix) -> pub.Publication:
    publications.approve(choix, DEMO_AU, base, qui=QUI)
    found = mise_en_ligne.publish(base)
    assert found is not None
    return found


def every_text(path: Path) -> str:
    """All that a snapshot holds, whatever its tables."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = [t for (t,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        assert set(tables) == {"meta", *instantanes._TABLES}
        assert not connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
        return "\n".join("|".join(map(str, r)) for t in tables for r in connection.execute(f"FROM {t}").fetchall())


@pytest.fixture
def commented(own_demo: Path) -> tuple[Path, Choix]:
    """A base with a comment to publish, one that is not chosen and one to review."""
    calcul = Calcul(PLAN, load_donnees(DEMO_AU, own_demo))
    when = now().replace(year=2026, month=11, day=24)
    kept = {
        "1.2.6-2|2026-2027": to_keep(calcul, PLAN.tous["1.2.6-2"], "2026-2027", BON),
        "1.2.6-2|2025-2026": to_keep(calcul, PLAN.tous["1.2.6-2"], "2025-2026", BROUILLON),
        "1.1.1-1|2026-2027": {"texte": VIEUX, "valeur": "3"},
    }
    with transaction(own_demo) as cursor:
        for cle, valeur in kept.items():
            decide(cursor, "commentaire", cle, valeur, qui=QUI, pourquoi="", quand=when)
    words = {"1.2.6-2|2026-2027": BON, "1.1.1-1|2026-2027": VIEUX}
    return own_demo, Choix(CHOISIS, words, "Note publique")


def test_the_snapshot_holds_what_was_chosen_and_nothing_else(commented: tuple[Path, Choix]) -> None:
    base, choix = commented
    p = publish(base, choix)
    path = mise_en_ligne.folder_of(base) / instantanes.file_name(p.numero)
    text, raw = every_text(path), path.read_bytes()
    assert "alert('bon')" in text and p.indicateurs and {i.id for i in p.indicateurs} == set(CHOISIS)
    with connect(base) as cursor:
        lots = read_lots(cursor)
        users = {u for (u,) in cursor.execute("SELECT DISTINCT qui FROM registre").fetchall()}
        shas = [s for (s,) in cursor.execute("SELECT sha256 FROM lot").fetchall()]
    secret = [*{lot.fichier for lot in lots}, *shas, QUI, BROUILLON, VIEUX]
    secret += [u for u in users | {lot.par for lot in lots} if u != "direction"]  # « la direction » is a word as well
    for word in secret:
        assert word not in text, word
        assert word.encode() not in raw, word
    for id_ in PLAN.tous:
        if id_ not in CHOISIS:
            assert f"|{id_}|" not in f"|{text}|".replace("\n", "|"), id_
            assert id_.startswith("G-") or id_ not in text, id_  # « G-1.1 » is in « G-1.1… » as well


def test_figures_are_those_of_the_app(demo_base: Path) -> None:
    calcul = Calcul(PLAN, load_donnees(DEMO_AU, demo_base))
    p = build(PLAN, calcul, Choix(tuple(PLAN.tous)), numero=1, publie_le=now(), minimum=1)
    assert len(p.resultats) == 5 * len(PLAN.tous) and not any(r.retenu for r in p.resultats.values())
    for (id_, year), r in p.resultats.items():
        found = calcul.result(PLAN.tous[id_], _year(year))
        assert (r.valeur, r.cible, r.statut, r.phrase) == (found.valeur, found.cible, found.statut, found.phrase)


def _year(text: str):  # type: ignore[no-untyped-def]
    from rqds_metrics.exercice import Exercice

    return Exercice.parse(text)


def survey(years: dict[int, tuple[int, int]], id_: str = SONDAGE) -> Donnees:
    """What is known when a survey was answered on 1 June of some years: (satisfied, answers)."""
    rows = [(date(y, 6, 1), date(y, 6, 1), float(k), float(n), float(n)) for y, (k, n) in years.items()]
    return replace(empty_donnees(DEMO_AU), series={id_: Serie.of(rows)})


answers = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(
    st.dictionaries(st.sampled_from([2023, 2024, 2025, 2026]), answers, min_size=1),
    st.sampled_from([SONDAGE, "2.3.3-2", "G-objectifs"]),
)
@settings(max_examples=30, deadline=None)
def test_nothing_published_depends_on_what_is_withheld(years, id_) -> None:
    """Whatever few people answered, the publication is the same to the letter: there is nothing to recover."""
    choix = Choix((id_,))

    def made(answered: dict[int, tuple[int, int]]) -> pub.Publication:
        p = build(PLAN, Calcul(PLAN, survey(answered, id_)), choix, numero=1, publie_le=now().replace(year=2026))
        return replace(p, publie_le=p.publie_le.replace(microsecond=0, second=0, minute=0, hour=0))

    p = made(years)
    for year, (_, n) in years.items():
        r = p.resultats[id_, f"{year - 1}-{year}"]
        assert r.retenu == (n < 5)
        if r.retenu:
            numbers = (r.valeur, r.numerateur, r.denominateur, r.n, r.cible, r.attendu, r.an_dernier, r.bas, r.haut)
            assert numbers == (None,) * 9 and not p.courbes
    for k, n in ((0, 1), (4, 4), (1, 3)):
        other = {y: (k, n) if v[1] < 5 else v for y, v in years.items()}
        assert made(other) == p


def test_a_target_that_rises_from_a_withheld_year_is_not_shown() -> None:
    rising = PLAN.tous[SONDAGE].model_copy(update={"cible": PLAN.tous["1.2.6-2"].cible})
    plan = _with(rising)
    p = build(plan, Calcul(plan, survey({2025: (2, 3), 2026: (20, 30)})), Choix((SONDAGE,)), numero=1, publie_le=now())
    r = p.resultats[SONDAGE, "2025-2026"]
    assert r.valeur is not None and r.cible is None and r.an_dernier is None
    assert "La cible n'est pas montrée" in r.phrase and "précédent" not in r.phrase


def test_comments_that_name_a_withheld_figure_are_not_published() -> None:
    """A comment on another year of the same survey may say what is withheld: it is not published either."""
    few = survey({2025: (3, 4), 2026: (20, 30)})
    calcul = Calcul(PLAN, few)
    texts = {"2024-2025": "Très peu de réponses.", "2025-2026": "L'an dernier, trois sur quatre l'étaient."}
    kept = {f"{SONDAGE}|{y}": Decision(now(), QUI, "commentaire", f"{SONDAGE}|{y}", None, to_keep(calcul, PLAN.tous[SONDAGE], y, t), "")
            for y, t in texts.items()}  # fmt: skip
    for told, public in ((texts["2025-2026"], 0), ("Une année sans surprise.", 1)):
        cle = f"{SONDAGE}|2025-2026"
        kept[cle] = replace(kept[cle], valeur=to_keep(calcul, PLAN.tous[SONDAGE], "2025-2026", told))
        known = replace(few, decisions=replace(few.decisions, commentaires=kept))
        words = {k: d.valeur["texte"] for k, d in kept.items()}
        p = build(PLAN, Calcul(PLAN, known), Choix((SONDAGE,), words), numero=1, publie_le=now())
        assert sum(map(len, p.commentaires.values())) == public


def test_a_formula_of_a_survey_is_withheld() -> None:
    """A number fed by a survey, then a formula of it: nobody knows how many answered."""
    asked = PLAN.tous["1.2.6-2"].model_copy(update={"mesure": "satisfaction", "filtre": PLAN.tous[SONDAGE].filtre})
    computed = PLAN.tous["1.2.1-1"].model_copy(update={"mesure": None, "formule": Formule(numerateur=("1.2.6-2",))})
    plan = _with_all(asked, computed)
    known = replace(
        empty_donnees(DEMO_AU), series={computed.id: Serie.of([(date(2026, 6, 1), date(2026, 6, 1), 3.0, None, 1.0)])}
    )
    p = build(plan, Calcul(plan, known), Choix((computed.id,)), numero=1, publie_le=now())
    assert p.resultats[computed.id, "2025-2026"].retenu and not p.courbes


def _with(indicateur):  # type: ignore[no-untyped-def]
    return _with_all(indicateur)


def _with_all(*indicateurs):  # type: ignore[no-untyped-def]
    from rqds_metrics.alimentation import _replaced

    return _replaced(PLAN, {i.id: i for i in indicateurs})


def test_few_new_answers_since_an_earlier_publication_are_withheld() -> None:
    def made(n: int, *deja: pub.Publication) -> pub.Publication:
        known = survey({2026: (n - 2, n)})
        return build(PLAN, Calcul(PLAN, known), Choix((SONDAGE,)), numero=2, publie_le=now(), deja=deja)

    first = made(20)
    assert made(23, first).resultats[SONDAGE, "2025-2026"].retenu
    assert not made(25, first).resultats[SONDAGE, "2025-2026"].retenu
    assert not made(20, first).resultats[SONDAGE, "2025-2026"].retenu


def test_the_demonstration_comes_with_a_past_and_comments(own_demo: Path) -> None:
    folder = mise_en_ligne.folder_of(own_demo)
    assert folder == own_demo.parent / "publication" / "demonstration"
    p = mise_en_ligne.publish(own_demo)
    assert p and p.demo and [h.numero for h in p.historique] == [2, 1] and p.historique[0].changes > 20
    assert set(p.commentaires) == set(COMMENTAIRES)
    past = parution.before(folder, p)
    assert past and past.numero == 1 and past.vu_au < p.vu_au and not past.commentaires


def test_proposed_approved_and_taken_back(own_demo: Path) -> None:
    folder = mise_en_ligne.folder_of(own_demo)
    first = mise_en_ligne.publish(own_demo)  # the one that the demonstration comes with
    assert first and first.numero == 2 and first.demo
    publications.propose(Choix(CHOISIS), DEMO_AU, own_demo, qui=QUI)
    waiting = demandes.proposed(load_donnees(date.today(), own_demo).decisions)
    assert waiting and waiting.choix.indicateurs == tuple(i for i in PLAN.tous if i in CHOISIS)
    assert mise_en_ligne.online(own_demo) == first  # what is proposed is not online
    second = publish(own_demo, Choix(CHOISIS, note="La deuxième"))
    assert demandes.proposed(load_donnees(date.today(), own_demo).decisions) is None
    assert [h.numero for h in second.historique] == [3, 2, 1] and second.historique[0].retires > 100
    publications.take_back(3, own_demo, qui=QUI)
    assert mise_en_ligne.online(own_demo) == first
    assert not (folder / "publication-3.duckdb").exists()  # kept, out of reach of what is served
    assert parution.kept(folder, 3) == second and parution.taken_back(folder) == [3]
    third = publish(own_demo, Choix(CHOISIS))
    assert third.numero == 4 and third.historique[1].note.startswith("Retirée le ")
    assert third.historique[0].retires == second.historique[0].retires  # counted from what partners saw
    found = parution.before(folder, third)
    assert found == first
    for numero in (4, 2, 1):
        publications.take_back(numero, own_demo, qui=QUI)
    assert mise_en_ligne.online(own_demo) is None
    with pytest.raises(demandes.PublicationRefusee):
        publications.take_back(1, own_demo, qui=QUI)


def test_another_figure_than_the_one_seen_is_not_approved(own_demo: Path) -> None:
    seen = mise_en_ligne.fingerprint(mise_en_ligne.preview(Choix(CHOISIS), DEMO_AU, own_demo))
    with transaction(own_demo) as cursor:
        decide(cursor, "cible", "1.2.6-2", 99.0, qui=QUI, pourquoi="", exercice="2026-2027",
               quand=now().replace(year=2026, month=11, day=24, hour=20))  # fmt: skip
    with pytest.raises(demandes.PublicationRefusee, match="aperçu"):
        publications.approve(Choix(CHOISIS), DEMO_AU, own_demo, qui=QUI, vue=seen)
    seen = mise_en_ligne.fingerprint(mise_en_ligne.preview(Choix(CHOISIS), DEMO_AU, own_demo))
    assert publications.approve(Choix(CHOISIS), DEMO_AU, own_demo, qui=QUI, vue=seen) == 3


def test_the_answers_behind_published_figures_are_kept_once_and_without_their_words(own_demo: Path) -> None:
    """What an earlier publication told is known to the next ones, in the base of the staff alone."""
    surveys = tuple(i.id for i in PLAN.tous.values() if i.mesure == "satisfaction")
    publish(own_demo, Choix(surveys))
    publish(own_demo, Choix(surveys))
    kept = [d.cellules for d in demandes.approved(load_donnees(date.today(), own_demo).decisions)]
    assert (
        kept[0] == () and kept[1] and kept[2] is None
    )  # nothing new the second time; not known of the demonstration's
    with connect(own_demo) as cursor:
        said = cursor.execute("SELECT valeur FROM registre WHERE genre = 'publication' AND cle = '3'").fetchall()[0][0]
        questions = [q for (q,) in cursor.execute("SELECT DISTINCT question FROM sondage").fetchall()]
    assert questions and not [q for q in questions if q in said]
    assert sum(len(c.groupes) for c in kept[1]) >= len(kept[1])
    folder = mise_en_ligne.folder_of(own_demo)
    for n in parution.numbers(folder):
        assert b"ms_forms|" not in (folder / instantanes.file_name(n)).read_bytes()


def test_figures_that_changed_since_the_approval_are_not_published(own_demo: Path) -> None:
    first = mise_en_ligne.publish(own_demo)
    publications.approve(Choix(("1.2.6-2", "1.2.1-1")), DEMO_AU, own_demo, qui=QUI)
    with transaction(own_demo) as cursor:
        decide(cursor, "cible", "1.2.1-1", 99.0, qui=QUI, pourquoi="", exercice="2026-2027",
               quand=now().replace(year=2026, month=11, day=24, hour=20))  # fmt: skip
    with pytest.raises(demandes.PublicationRefusee, match="ont changé"):
        mise_en_ligne.publish(own_demo)
    assert mise_en_ligne.online(own_demo) == first


@pytest.mark.parametrize("choix", [Choix(()), Choix(("9.9.9-9",)), Choix(("1.1.1-1",), note="a" * 301)])
def test_a_choice_that_cannot_be_is_refused(own_demo: Path, choix: Choix) -> None:
    with pytest.raises(demandes.PublicationRefusee):
        publications.propose(choix, DEMO_AU, own_demo, qui=QUI)


def test_who_may_not_is_refused_and_nothing_is_written(own_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publications, "peut", lambda qui, acte: acte == "proposer")
    with pytest.raises(demandes.PublicationRefusee, match="rôle"):
        publications.approve(Choix(CHOISIS), DEMO_AU, own_demo, qui=QUI)
    with pytest.raises(demandes.PublicationRefusee, match="rôle"):
        publications.take_back(1, own_demo, qui=QUI)
    publications.propose(Choix(CHOISIS), DEMO_AU, own_demo, qui=QUI)
    assert len(publications.history(own_demo)) == 3


def test_differences_say_before_and_after() -> None:
    def made(n: int, *ids: str) -> pub.Publication:
        return build(PLAN, Calcul(PLAN, survey({2026: (n, 40)})), Choix(ids), numero=1, publie_le=now())

    e = ecarts_of(made(20, SONDAGE, "1.1.1-1"), made(36, SONDAGE, "1.1.4-1"))
    assert [i.id for i in e.ajoutes] == ["1.1.4-1"] and [i.id for i in e.retires] == ["1.1.1-1"]
    value = next(c for c in e.changements if c.quoi == "Valeur")
    assert (value.avant, value.apres, value.periode) == ("50\u00a0%", "90\u00a0%", "2025-2026") and e.changes == 1
    assert not ecarts_of(made(20, SONDAGE), made(20, SONDAGE))


def test_the_open_data_are_a_sound_package(commented: tuple[Path, Choix], tmp_path: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    base, choix = commented
    folder = tmp_path / "ouvertes"
    folder.mkdir()
    for name, octets in files_of(publish(base, choix)).items():
        (folder / name).write_bytes(octets)
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["taskNumber", "rowNumber", "fieldName", "type", "message"])
    assert len(report.tasks) == 6


def test_the_open_data_hold_no_formula_and_are_the_same_in_all_formats(commented: tuple[Path, Choix]) -> None:
    base, choix = commented
    p = publish(base, choix)
    found = files_of(p)
    assert "'=HYPERLINK" in found["commentaires.csv"].decode()
    book = load_workbook(io.BytesIO(found["donnees.xlsx"]))
    assert all(c.data_type != "f" for sheet in book for row in sheet for c in row)
    read = json.loads(found["donnees.json"])
    assert len(read["resultats"]) == len(p.resultats) == book["Résultats"].max_row - 1
    assert read["commentaires"][0]["texte"] == BON  # JSON is not a spreadsheet
    package = json.loads(found["datapackage.json"])
    assert package["version"] == str(p.numero) and package["licenses"] and package["sources"] and package["created"]
    assert {a.rsplit("/", 1)[0] for a in addresses_of(p)} == {"donnees", f"donnees/{p.numero}"}


def test_whole_numbers_and_missing_ones(commented: tuple[Path, Choix]) -> None:
    base, choix = commented
    lines = files_of(publish(base, choix))["resultats.csv"].decode().splitlines()
    assert lines[0].startswith("indicateur,exercice,valeur")
    cells = [cell for line in lines[1:] for cell in line.split(",")]
    assert "nan" not in cells and "None" not in cells and not any(c.endswith(".0") for c in cells)


def test_each_publication_keeps_its_address(own_demo: Path) -> None:
    folder = mise_en_ligne.folder_of(own_demo)
    publish(own_demo, Choix(CHOISIS))
    last = publish(own_demo, Choix(CHOISIS[:2]))
    found = open_data(folder, last)
    assert {a.rsplit("/", 1)[0] for a in found} == {"donnees", *(f"donnees/{n}" for n in (1, 2, 3, 4))}
    assert found["donnees/datapackage.json"] == found["donnees/4/datapackage.json"]
    assert b"Retir" in found["donnees/4/changements.csv"] and b"Ajout" in found["donnees/1/changements.csv"]
    publications.take_back(3, own_demo, qui=QUI)
    again = open_data(folder, last)
    assert not any(a.startswith("donnees/3/") for a in again)


def test_what_is_taken_back_leaves_the_site_as_well(own_demo: Path, tmp_path: Path) -> None:
    folder, site = mise_en_ligne.folder_of(own_demo), tmp_path / "site"
    mise_en_ligne.publish(own_demo)
    publish(own_demo, Choix(("1.2.6-2", SONDAGE), note="Une note à reprendre"))
    write_site(folder, site)
    assert (site / "donnees" / "3" / "resultats.csv").exists()
    assert "Une note à reprendre" in (site / "index.html").read_text(encoding="utf-8")
    publications.take_back(3, own_demo, qui=QUI)
    p, _ = write_site(folder, site)
    assert p and p.numero == 2 and not (site / "donnees" / "3").exists() and (site / "donnees" / "1").exists()
    assert not [f for f in site.rglob("*.*") if b"Une note" in f.read_bytes()]
    for numero in (2, 1):
        publications.take_back(numero, own_demo, qui=QUI)
    assert write_site(folder, tmp_path / "autre") == (None, 0) and not (tmp_path / "autre").exists()
    p, count = write_site(folder, site)
    assert p is None and count and "Rien n'est publié" in (site / "index.html").read_text(encoding="utf-8")
    assert "Rien n'est publié" in (site / "indicateur" / "1.2.6-2.html").read_text(encoding="utf-8")
    assert not (site / "donnees").exists() and not [
        f for f in site.rglob("*.html") if "visites" in f.read_text(encoding="utf-8")
    ]


def test_the_command_publishes_what_is_approved(own_demo: Path, capsys, tmp_path: Path) -> None:
    from rqds_metrics.__main__ import publier

    assert publier(str(own_demo), str(tmp_path / "site"), "https://plan.rqds.example/") == 0
    assert "Publication n° 2 en ligne" in capsys.readouterr().out
    assert "https://plan.rqds.example/" in (tmp_path / "site" / "sitemap.xml").read_text()
    assert (tmp_path / "site" / "donnees" / "1" / "resultats.csv").exists()
    assert publier(str(tmp_path / "vide.duckdb"), str(tmp_path / "rien")) == 1
    assert "Rien n'est approuvé" in capsys.readouterr().out and not (tmp_path / "rien").exists()
    assert publier(str(own_demo), str(tmp_path / "site"), "plan.rqds") == 1


def test_a_demonstration_made_again_takes_the_place_of_the_old_one_but_never_of_real_figures(own_demo: Path) -> None:
    folder = mise_en_ligne.folder_of(own_demo)
    first = mise_en_ligne.publish(own_demo)
    assert first
    path = folder / instantanes.file_name(2)
    for demo in (True, False):
        path.unlink()
        parution.write_snapshot(replace(first, demo=demo, publie_le=first.publie_le.replace(year=2020)), folder)
        if demo:
            assert mise_en_ligne.publish(own_demo) == first
        else:
            with pytest.raises(demandes.PublicationRefusee, match="déjà"):
                mise_en_ligne.publish(own_demo)
