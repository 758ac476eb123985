"""The strict loader: each fault of a plan is told, with its line, and none hides another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rqds_metrics.plan import FICHIER, check_plan, load_plan
from rqds_metrics.yaml_strict import Defaut, DefinitionError

Edited = Callable[..., tuple[Path, list[Defaut]]]
SOURCE = FICHIER.read_text(encoding="utf-8")


def line_of(text: str, source: str = SOURCE) -> int:
    """The line, from 1, where `text` first stands."""
    return source[: source.index(text)].count("\n") + 1


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """A copy of the real plan with its first `old` made `new`, checked: its path and its faults."""

    def edit(*pairs: tuple[str, str]) -> tuple[Path, list[Defaut]]:
        text = SOURCE
        for old, new in pairs:
            assert old in text, f"the plan no longer holds {old!r}"
            text = text.replace(old, new, 1)
        path = tmp_path / "plan.yaml"
        path.write_text(text, encoding="utf-8")
        plan, lu = check_plan(path)
        assert (plan is None) == bool(lu.defauts)
        return path, lu.defauts

    return edit


def only(defauts: list[Defaut]) -> Defaut:
    assert len(defauts) == 1, [str(d) for d in defauts]
    return defauts[0]


def test_the_real_plan_is_sound(edited: Edited) -> None:
    assert edited()[1] == []
    assert load_plan() is load_plan()


def test_unknown_key(edited: Edited) -> None:
    old = "        court: Visites du site Web\n"
    defaut = only(edited((old, old + "        couleur: bleu\n"))[1])
    assert defaut.ligne == line_of(old) + 1
    assert defaut.chemin.endswith("couleur")
    assert "clé inconnue" in defaut.note
    assert defaut.fichier == "plan.yaml"


def test_duplicate_key(edited: Edited) -> None:
    old = "        court: Visites du site Web\n"
    defaut = only(edited((old, old + "        court: Visites\n"))[1])
    assert defaut.ligne == line_of(old) + 1
    assert "« court »" in defaut.note
    assert f"ligne {line_of(old)}" in defaut.note


def test_duplicate_key_in_braces(edited: Edited) -> None:
    defaut = only(edited(("cible: {hausse: 10}", "cible: {hausse: 10, hausse: 20}"))[1])
    assert (defaut.ligne, "deux fois" in defaut.note) == (line_of("cible: {hausse: 10}"), True)


def test_two_faults_at_once(edited: Edited) -> None:
    first, second = "        court: Visites du site Web\n", "sigle: RQDS\n"
    path, defauts = edited((first, first + "        couleur: bleu\n"), (second, "sigle: RQDS\nsigle: RQDS\n"))
    assert {(d.chemin.split(".")[-1], d.ligne) for d in defauts} == {
        ("sigle", line_of(second) + 1),
        ("couleur", line_of(first) + 2),  # one line was added above it
    }
    with pytest.raises(DefinitionError) as caught:
        load_plan(path)
    assert len(caught.value.defauts) == 2
    assert str(caught.value).count("plan.yaml, ligne ") == 2


def test_two_faults_of_the_models_at_once(edited: Edited) -> None:
    defauts = edited(("type: nombre", "type: compte"), ("cadence: mensuelle", "cadence: quotidienne"))[1]
    assert [d.ligne for d in defauts] == [line_of("type: nombre"), line_of("cadence: mensuelle")]


def test_missing_key(edited: Edited) -> None:
    defaut = only(edited(("        court: Visites du site Web\n", ""))[1])
    assert defaut.note == "il manque"
    assert defaut.ligne == line_of('- id: "1.2.6-2"')


@pytest.mark.parametrize(
    ("old", "new", "parent"),
    [
        ('id: "1.1.1-2"', 'id: "1.1.2-9"', "1.1.1"),
        ('- id: "1.1.2"\n', '- id: "1.2.9"\n', "1.1"),
        ('- id: "1.4"\n', '- id: "2.9"\n', "1"),
    ],
)
def test_an_id_out_of_its_place(edited: Edited, old: str, new: str, parent: str) -> None:
    defauts = edited((old, new))[1]
    assert defauts[0].ligne == line_of(old)
    assert f"n'est pas dans « {parent} »" in defauts[0].note


def test_duplicate_id(edited: Edited) -> None:
    old = 'id: "1.1.1-2"'
    defaut = only(edited((old, 'id: "1.1.1-1"'))[1])
    assert (defaut.ligne, "déjà pris" in defaut.note) == (line_of(old), True)


def test_unknown_calendar(edited: Edited) -> None:
    old = "calendrier: infolettre"
    defaut = only(edited((old, "calendrier: carnaval"))[1])
    assert defaut.ligne == line_of(old)
    assert "calendrier inconnu « carnaval »" in defaut.note


def test_id_and_calendar_faults_at_once(edited: Edited) -> None:
    defauts = edited(('id: "1.1.1-2"', 'id: "1.1.1-1"'), ("calendrier: infolettre", "calendrier: carnaval"))[1]
    assert len(defauts) == 2


@pytest.mark.parametrize(
    ("new", "word"),
    [
        ("{seuil: haut}", "un nombre est attendu"),
        ("{seuil: true}", "un nombre est attendu"),
        ('{seuil: "75"}', "un nombre est attendu"),
        ("{seuil: 150}", "ne doit pas dépasser 100"),
        ("{seuil: 0}", "doit dépasser 0"),
        ("75", "un groupe de clés est attendu"),
        ("{}", "un seul genre"),
        ("{seuil: 75, hausse: 10}", "un seul genre"),
        ("{seuil: 75, avant: 2023-12-31}", "jalon"),
        ("{jalon: true}", "va avec le type"),
        ("{nombre_an1: 5}", "un nombre ou un stock"),
    ],
)
def test_wrong_target_of_a_rate(edited: Edited, new: str, word: str) -> None:
    old = "cible: {seuil: 75}"
    defaut = only(edited((old, f"cible: {new}"))[1])
    assert word in defaut.note
    assert line_of('id: "1.1.1-2"') <= defaut.ligne <= line_of(old)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("avant: 2023-12-31", "avant: bientôt", "une date est attendue"),
        ("avant: 2023-12-31", "avant: 2023-13-31", "date impossible"),
        ("nombre_an1: 5", "nombre_an1: 5.5", "un nombre entier est attendu"),
        ("court: Visites du site Web", f"court: {'Visites ' * 8}", "au plus 48 caractères"),
        ("type: nombre", "type: compte", "valeur inconnue"),
        ("mois: [1]", "mois: janvier", "une liste est attendue"),
        ("contient: [balado]", "contient: balado", "une liste est attendue"),
        ("{colonne: question, contient: [balado]}", "{colonne: humeur, contient: [balado]}", "colonne inconnue"),
        ("{colonne: question, contient: [balado]}", "{colonne: question}", "un seul test"),
    ],
)
def test_wrong_value(edited: Edited, old: str, new: str, word: str) -> None:
    defaut = only(edited((old, new))[1])
    assert word in defaut.note
    assert defaut.ligne == line_of(old)


@pytest.mark.parametrize(
    ("old", "new", "calendar", "word"),
    [
        ("mois: [1]", "mois: [1, 1]", "webinaires_organisationnels", "nommé deux fois"),
        ("attendus: 10", "attendus: 12", "infolettre", "dépasse le nombre de mois"),
    ],
)
def test_impossible_calendar(edited: Edited, old: str, new: str, calendar: str, word: str) -> None:
    """A fault between two keys is told at the line of what holds them."""
    defaut = only(edited((old, new))[1])
    assert word in defaut.note
    assert defaut.ligne == line_of(f"  {calendar}:")


def test_a_filter_needs_a_measure(edited: Edited) -> None:
    old = "        mesure: vues_pages\n"
    assert "un filtre ne va qu'avec une mesure" in only(edited((old, ""))[1]).note


@pytest.mark.parametrize("text", ["", "\n\n", "# rien\n", "null\n"])
def test_empty_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "vide.yaml"
    path.write_text(text, encoding="utf-8")
    plan, lu = check_plan(path)
    assert plan is None
    assert [(d.fichier, d.ligne, d.note) for d in lu.defauts] == [("vide.yaml", 1, "le fichier est vide")]
    with pytest.raises(DefinitionError, match="le fichier est vide"):
        load_plan(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sigle: RQDS", "sigle: [RQDS"),
        ("sigle: RQDS", "\tsigle: RQDS"),
        ("sigle: RQDS", "sigle: RQDS : encore"),
        ("sigle: RQDS", "sigle: *inconnu"),
        ("sigle: RQDS", "sigle: !!python/name:os.system RQDS"),
        ("sigle: RQDS", "{sigle}: RQDS"),
        ("orientations:\n", "---\norientations:\n"),
    ],
)
def test_syntax_error(edited: Edited, old: str, new: str) -> None:
    defaut = only(edited((old, new))[1])
    assert "YAML illisible" in defaut.note
    assert line_of(old) <= defaut.ligne <= line_of(old) + 1


def test_a_list_that_holds_itself(edited: Edited) -> None:
    assert "YAML illisible" in only(edited(("ressources: [Direction]", "ressources: &x [*x]"))[1]).note


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "latin1.yaml"
    path.write_bytes("sigle: Québec\n".encode("latin-1"))
    assert "YAML illisible" in only(check_plan(path)[1].defauts).note


def test_a_file_that_is_a_list(tmp_path: Path) -> None:
    path = tmp_path / "liste.yaml"
    path.write_text("- 1\n- 2\n", encoding="utf-8")
    assert check_plan(path)[0] is None
    assert "un groupe de clés est attendu" in only(check_plan(path)[1].defauts).note


def test_an_empty_orientation_is_a_fault(edited: Edited) -> None:
    """`objectifs:` left without a value is not an empty list."""
    defaut = only(edited(("      indicateurs: []    # le plan n'en donne pas", "      indicateurs:"))[1])
    assert "une liste est attendue" in defaut.note
