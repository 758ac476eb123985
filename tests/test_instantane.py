"""The published snapshot: what is written is what is read, in one step, and nothing else can take its place."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rqds_metrics.diffusion import instantanes, parution
from rqds_metrics.diffusion import publication as pub

MOIS = [date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30)]


def resultat(id_: str = "1.1.1-1", exercice: str = "2026-2027", **fields: object) -> pub.Resultat:
    start = pub.Resultat(
        id_, exercice, 12.0, None, None, 3.0, 20.0, 10.0, "calendrier", "en_voie", "Du 1er juillet au 30 septembre.",
        date(2026, 9, 30), None, None, 8.0, None, None, False, False, None,
    )  # fmt: skip
    return replace(start, **fields)  # type: ignore[arg-type]


def publication(numero: int = 1, **fields: object) -> pub.Publication:
    start = pub.Publication(
        numero, datetime(2026, 11, 24, 15, 30), date(2026, 11, 24), "2026-2027", True, "Première publication", 5,
        (pub.Orientation("1", "Soutenir", "Soutien", 1),), (pub.Objectif("1.1", "Objectif", 1),),
        (pub.Action("1.1.1", "Action « citée »", 1),),
        (pub.Indicateur("1.1.1-1", "1.1.1", "Nombre d'envois", "Envois", "nombre", "envoi", "hausse", "", "infolettre",
                        "Une phrase.\nUne autre.", 1),),
        {("1.1.1-1", "2026-2027"): resultat()},
        {("1.1.1-1", "2026-2027"): tuple(pub.Point("1.1.1-1", "2026-2027", m, 1.0, None, 2.5) for m in MOIS)},
        {"1.1.1-1": (pub.Commentaire("1.1.1-1", "2026-2027", "<script>alert(1)</script>"),)},
        (pub.Edition(numero, datetime(2026, 11, 24, 15, 30), date(2026, 11, 24), "Première publication", 1, 0, 0),),
        (pub.Regle(1, "La valeur", "Un nombre s'additionne."),), (pub.Mot(1, "Cible", "Ce que l'on veut."),),
    )  # fmt: skip
    return replace(start, **fields)  # type: ignore[arg-type]


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    path = parution.write_snapshot(publication(), tmp_path)
    assert path.name == "publication-1.duckdb"
    assert instantanes.read_publication(path) == publication()
    assert parution.current(tmp_path) == publication()


def test_the_pointer_says_number_file_and_sum(tmp_path: Path) -> None:
    parution.write_snapshot(publication(7), tmp_path)
    said = json.loads((tmp_path / parution.POINTEUR).read_text(encoding="utf-8"))
    assert said["numero"] == 7 and said["fichier"] == "publication-7.duckdb" and len(said["sha256"]) == 64
    assert sorted(p.name for p in tmp_path.iterdir()) == ["courante.json", "publication-7.duckdb"]


def test_an_empty_publication_is_read_back(tmp_path: Path) -> None:
    bare = replace(publication(), indicateurs=(), resultats={}, courbes={}, commentaires={}, historique=())
    assert instantanes.read_publication(parution.write_snapshot(bare, tmp_path)) == bare


def test_nothing_is_online_before_the_first(tmp_path: Path) -> None:
    assert parution.current(tmp_path) is None
    assert parution.current(tmp_path / "absent") is None


def test_a_snapshot_is_never_written_again(tmp_path: Path) -> None:
    parution.write_snapshot(publication(), tmp_path)
    with pytest.raises(FileExistsError):
        parution.write_snapshot(publication(note="Une autre"), tmp_path)
    assert parution.current(tmp_path) == publication()


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    path = parution.write_snapshot(publication(), tmp_path)
    with path.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(pub.PublicationIllisible, match="n'est plus celle"):
        parution.current(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", '{"numero": 1}',
        '{"numero": 1, "fichier": "../rqds.duckdb", "sha256": ""}',
        '{"numero": 2, "fichier": "publication-1.duckdb", "sha256": ""}',
        '{"numero": 0, "fichier": "publication-0.duckdb", "sha256": ""}',
    ],
)  # fmt: skip
def test_a_pointer_that_is_not_ours_is_refused(tmp_path: Path, text: str) -> None:
    parution.write_snapshot(publication(), tmp_path)
    (tmp_path / parution.POINTEUR).write_text(text, encoding="utf-8")
    with pytest.raises(pub.PublicationIllisible):
        parution.current(tmp_path)


def test_another_base_is_not_a_snapshot(tmp_path: Path) -> None:
    other = tmp_path / "publication-1.duckdb"
    duckdb.connect(str(other)).close()
    with pytest.raises(pub.PublicationIllisible):
        instantanes.read_publication(other)
    with pytest.raises(pub.PublicationIllisible):
        instantanes.read_publication(tmp_path / "publication-2.duckdb")


@pytest.mark.parametrize("cut", ["os.fsync", "os.replace"])
def test_cut_in_between_the_old_one_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: str) -> None:
    parution.write_snapshot(publication(), tmp_path)

    def fail(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(cut, fail)
        parution.write_snapshot(publication(2), tmp_path)
    assert parution.current(tmp_path) == publication()
    assert not [p.name for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_going_back_and_taking_off(tmp_path: Path) -> None:
    first = parution.write_snapshot(publication(1), tmp_path)
    parution.write_snapshot(publication(2), tmp_path)
    parution.point_to(first)
    assert parution.current(tmp_path) == publication(1)
    parution.point_to(None, tmp_path)
    assert parution.current(tmp_path) is None
    assert (tmp_path / "publication-2.duckdb").exists()


def test_a_snapshot_is_read_while_another_reader_holds_it(tmp_path: Path) -> None:
    path = parution.write_snapshot(publication(), tmp_path)
    with duckdb.connect(str(path), read_only=True, config=instantanes._CONFIG):
        assert instantanes.read_publication(path).numero == 1


numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


@given(valeur=numbers, cible=numbers, phrase=texts, jour=st.none() | st.dates(), vrai=st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_comes_back_as_it_went(
    tmp_path_factory: pytest.TempPathFactory,
    valeur: float | None,
    cible: float | None,
    phrase: str,
    jour: date | None,
    vrai: bool,
) -> None:
    r = resultat(valeur=valeur, cible=cible, phrase=phrase, fait_le=jour, a_confirmer=vrai)
    other = resultat("1.1.1-2")
    p = publication(resultats={(x.indicateur, x.exercice): x for x in (r, other)}, note=phrase)
    assert instantanes.read_publication(parution.write_snapshot(p, tmp_path_factory.mktemp("i"))) == p
