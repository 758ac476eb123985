"""Whoever has all that is public looks for what is withheld: every file of the site, and every publication there was."""

from __future__ import annotations

import io
import shutil
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from rqds_metrics import mise_en_ligne, publications
from rqds_metrics.cibles import proposed
from rqds_metrics.commentaires import to_keep
from rqds_metrics.demandes import PublicationRefusee
from rqds_metrics.diffusion.composition import Choix, build, figures_of_people
from rqds_metrics.diffusion.donnees_ouvertes import addresses_of
from rqds_metrics.diffusion.publication import Publication
from rqds_metrics.diffusion.site import site_files
from rqds_metrics.donnees import empty_donnees, load_donnees
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import Decision, decide
from rqds_metrics.regles.series import Serie
from rqds_metrics.resultats import Calcul
from rqds_metrics.store import now, transaction
from tests.fabrique import Tranche, lecture, load

PLAN = load_plan()
AU = date(2026, 11, 20)
AN = "2026-2027"
QUI = "Essai"
TOUT, PARTIE = "4.1.4-2", "4.1.1-5"  # satisfaction with the newsletter, with podcasts
CHOIX = Choix((TOUT, PARTIE))


def survey(nom: str, question: str, yes: int, n: int, recu_le: datetime, base: Path) -> None:
    """An export of a survey of October: each export holds all the answers so far."""
    serie = f"ms_forms|{nom}"
    debut, fin = date(2026, 10, 5), date(2026, 10, 20)
    rows = [
        {"serie": serie, "debut": debut, "fin": fin, "sondage": nom, "question": question, "reponse": text,
         "satisfait": good, "nombre": count, "echelle": "satisfaction"}
        for text, good, count in (("Satisfait", True, yes), ("Insatisfait", False, n - yes))
    ]  # fmt: skip
    load(base, lecture("sondage", rows, [Tranche(serie, debut, fin, "cle")], f"{nom} {n}.xlsx"), recu_le=recu_le)


def base_of(folder: Path, seule: tuple[int, int], commune: tuple[int, int], jour: int = 1) -> Path:
    """Two surveys: one on the newsletter alone, one on it and on podcasts. (satisfied, answers) of each."""
    base = folder / "rqds.duckdb"
    base.parent.mkdir(parents=True, exist_ok=True)
    when = datetime(2026, 11, jour, 15)
    survey("bulletin", "Êtes-vous satisfait de l'infolettre ?", *seule, when, base)
    survey("ensemble", "Êtes-vous satisfait de nos balados et de l'infolettre ?", *commune, when, base)
    return base


def everything(base: Path) -> tuple[Publication, dict[str, bytes]]:
    """What is public: the snapshot, and every file of the site with its open data."""
    p = mise_en_ligne.prepare(CHOIX, AU, base, publie_le=datetime(2026, 11, 21)).publication
    files = site_files(p, fichiers=addresses_of(p))
    for name in [n for n in files if n.endswith(".xlsx")]:  # its sheets and their words, not the moment it was made
        with zipfile.ZipFile(io.BytesIO(files.pop(name))) as book:
            files |= {f"{name}/{n}": book.read(n) for n in book.namelist() if n.startswith("xl/")}
    return p, files


def test_the_whole_site_is_the_same_whatever_a_withheld_part_said(tmp_path: Path) -> None:
    """Three of the twenty are a figure of their own: no page, picture, sentence or table tells what they answered."""
    # always 15 satisfied of 20
    worlds = [everything(base_of(tmp_path / str(k), (15 - k, 17), (k, 3))) for k in range(4)]
    first, files = worlds[0]
    assert first.resultats[TOUT, AN].numerateur == 15 and first.resultats[PARTIE, AN].retenu
    for p, found in worlds[1:]:
        assert p == first and found == files


def test_a_unanimous_whole_does_not_tell_its_withheld_part(tmp_path: Path) -> None:
    p, files = everything(base_of(tmp_path, (17, 17), (3, 3)))
    assert p.resultats[TOUT, AN].retenu and p.resultats[PARTIE, AN].retenu
    assert not [name for name, octets in files.items() if b"20 sur 20" in octets or b"3 sur 3" in octets]
    said = {p.resultats[id_, AN].phrase for id_ in (TOUT, PARTIE)}
    assert len(said) == 1  # which of the two is small is not said


def approve(base: Path, choix: Choix = CHOIX) -> Publication:
    publications.approve(choix, AU, base, qui=QUI)
    found = mise_en_ligne.publish(base)
    assert found is not None
    return found


def test_what_was_published_counts_even_where_its_file_is_gone(tmp_path: Path) -> None:
    """The folder of publications is made anew on another machine; what everyone saw is still subtracted."""
    base = base_of(tmp_path, (10, 20), (8, 12))
    assert approve(base).resultats[PARTIE, AN].denominateur == 12
    shutil.rmtree(mise_en_ligne.folder_of(base))
    base_of(tmp_path, (10, 20), (8, 14), jour=10)
    p = approve(base)
    assert p.resultats[PARTIE, AN].retenu and p.resultats[TOUT, AN].retenu


def test_a_minimum_that_was_raised_holds_whatever_the_day_a_publication_is_seen_from(tmp_path: Path) -> None:
    base = base_of(tmp_path, (10, 20), (5, 7))
    assert not mise_en_ligne.preview(CHOIX, AU, base).resultats[PARTIE, AN].retenu
    with transaction(base) as cursor:
        decide(cursor, "reglage", "publie_des", 8, qui=QUI, pourquoi="")  # today, after AU
    p = mise_en_ligne.preview(CHOIX, AU, base)
    assert p.minimum == 8 and p.resultats[PARTIE, AN].retenu


def test_a_note_that_quotes_a_withheld_figure_is_refused(tmp_path: Path) -> None:
    base = base_of(tmp_path, (10, 20), (2, 3))
    with pytest.raises(PublicationRefusee, match="note"):
        publications.approve(replace(CHOIX, note="Balados : deux sur trois."), AU, base, qui=QUI)
    assert approve(base, replace(CHOIX, note="Trois chiffres de plus.")).note == "Trois chiffres de plus."


def test_a_comment_on_the_whole_that_quotes_its_withheld_part_is_not_published(tmp_path: Path) -> None:
    base = base_of(tmp_path, (10, 20), (2, 3))
    cle = f"{TOUT}|{AN}"
    for text, public in (("Dont 2 sur 3 pour les balados.", 0), ("Un bulletin de plus en plus lu.", 1)):
        calcul = Calcul(PLAN, load_donnees(AU, base))
        with transaction(base) as cursor:
            value = to_keep(calcul, PLAN.tous[TOUT], AN, text)
            decide(cursor, "commentaire", cle, value, qui=QUI, pourquoi="", quand=now().replace(year=2026, month=11, day=15))  # fmt: skip
        p = mise_en_ligne.preview(Choix(CHOIX.indicateurs, {cle: text}), AU, base)
        assert len(p.commentaires.get(TOUT, ())) == public


def test_a_share_typed_without_its_two_numbers_is_withheld() -> None:
    """« Part des répondants qui connaissent le prix »: nobody knows how many answered. One of views is no share of people."""
    typed = {id_: Serie.of([(date(2026, 8, 1), date(2026, 8, 31), 0.66, None, 1.0)]) for id_ in ("2.5.6-4", "1.2.6-6")}
    calcul = Calcul(PLAN, replace(empty_donnees(AU), series=typed))
    p = build(PLAN, calcul, Choix(tuple(typed)), numero=1, publie_le=now())
    assert p.resultats["2.5.6-4", AN].retenu and p.resultats["1.2.6-6", AN].valeur == 0.66


def test_the_answers_behind_a_figure_add_up_to_it(tmp_path: Path) -> None:
    base = base_of(tmp_path, (10, 20), (8, 12))
    calcul = Calcul(PLAN, load_donnees(AU, base))
    cells = figures_of_people(PLAN, calcul, CHOIX.indicateurs, mise_en_ligne.groups(AU, base))
    assert {c.cle[0]: (c.satisfaits, c.reponses) for c in cells} == {TOUT: (18, 32), PARTIE: (8, 12)}
    assert all(sum(float(str(g[-1])) for g in c.groupes) == c.reponses for c in cells)


@pytest.mark.parametrize(("yes", "n"), [(k, n) for n in range(1, 5) for k in range(n + 1)])
def test_a_target_that_was_proposed_from_a_withheld_year_is_not_shown(yes: int, n: int) -> None:
    """Of 1 to 4 answers each rate has its own step of 5 %: the target of the next year would tell it."""
    survey_id, following = "2.3.3-2", "2026-2027"
    rows = [(date(2026, 6, 1), date(2026, 6, 1), float(yes), float(n), float(n)),
            (date(2026, 10, 1), date(2026, 10, 1), 15.0, 20.0, 20.0)]  # fmt: skip
    known = replace(empty_donnees(AU), series={survey_id: Serie.of(rows)})
    last = yes / n
    for goal, shown in ((proposed(PLAN, PLAN.tous[survey_id], last), False), (last, False), (0.42, True)):
        said = {(survey_id, following): Decision(now(), QUI, "cible", survey_id, following, goal, "")}
        whole = replace(known, decisions=replace(known.decisions, cibles=said))
        p = build(PLAN, Calcul(PLAN, whole), Choix((survey_id,)), numero=1, publie_le=now())
        assert p.resultats[survey_id, "2025-2026"].retenu
        r = p.resultats[survey_id, following]
        assert (r.valeur, r.cible) == (0.75, goal if shown else None)
        assert shown or (r.statut == "sans_cible" and "La cible n'est pas montrée" in r.phrase)
