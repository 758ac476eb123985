"""Who may come in and do what: the decision on claims, the settings, and that no page nor write escapes the tables."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from rqds_metrics.acces import ACTIONS, PAGES, POSTE_LOCAL, ROLES, Personne, Refus, admit, holds
from rqds_metrics.personnes import EXEMPLE, Acces, check_acces, load_acces
from rqds_metrics.registre import Genre
from rqds_metrics.yaml_strict import DefinitionError
from tests.conftest import RACINE

MAINTENANT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
CLIENTS = {"default": "rqds"}
ACCES = Acces.model_validate(
    {
        "session_heures": 8,
        "personnes": [
            {"courriel": "marie@rqds.example", "nom": "Marie Tremblay", "role": "direction"},
            {"courriel": "luc@rqds.example", "role": "lecture"},
            {"courriel": "paul@rqds.example", "role": "aucun"},
        ],
        "groupes": [{"groupe": "ca", "role": "lecture"}, {"groupe": "equipe", "role": "edition"}],
    }
)


def claims(**more):
    now = MAINTENANT.timestamp()
    found = {
        "is_logged_in": True, "provider": "default", "aud": "rqds", "iat": now - 60, "exp": now + 3600,
        "email": "marie@rqds.example", "email_verified": True,
    }  # fmt: skip
    return {k: v for k, v in (found | more).items() if v is not None}


def decide(closed=False, acces=ACCES, **more):
    return admit(claims(**more), acces, CLIENTS, MAINTENANT, closed)


def test_a_known_person_comes_in_with_her_role_until_the_token_ends():
    found = decide()
    assert found == Personne("Marie Tremblay", "direction", "marie@rqds.example", MAINTENANT + timedelta(hours=1))


def test_our_session_ends_before_a_token_that_lasts_longer():
    found = decide(exp=MAINTENANT.timestamp() + 20 * 3600)
    assert isinstance(found, Personne) and found.fin == MAINTENANT + timedelta(hours=8, seconds=-60)


def test_someone_without_a_name_signs_with_the_e_mail_of_the_settings_not_with_the_name_of_the_account():
    found = decide(email="Luc@RQDS.example ", name="Marie Tremblay")
    assert isinstance(found, Personne) and found.nom == "luc@rqds.example"


@pytest.mark.parametrize(
    ("groups", "role"),
    [(["ca"], "lecture"), ("ca", "lecture"), (["ca", "equipe"], "edition"), (["autre"], None), ([], None), (7, None)],
)
def test_groups_give_their_highest_role(groups, role):
    found = decide(email="membre@rqds.example", groups=groups)
    assert found.role == role if role else found == Refus("inconnu", "membre@rqds.example")


def test_a_person_out_stays_out_whatever_her_groups():
    assert decide(email="paul@rqds.example", groups=["equipe"]) == Refus("retire", "paul@rqds.example")


@pytest.mark.parametrize(
    ("wrong", "motif"),
    [
        ({"is_logged_in": None}, "sans_connexion"),
        ({"is_logged_in": "oui"}, "sans_connexion"),
        ({"aud": "autre"}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": ["autre", "encore"]}, "audience"),
        ({"aud": "autre", "azp": "rqds"}, "audience"),
        ({"provider": "ailleurs"}, "audience"),
        ({"exp": MAINTENANT.timestamp()}, "expire"),
        ({"exp": MAINTENANT.timestamp() - 1}, "expire"),
        ({"exp": None}, "expire"),
        ({"exp": "9999999999"}, "expire"),
        ({"exp": True}, "expire"),
        ({"exp": float("inf")}, "expire"),
        ({"iat": None}, "expire"),
        ({"iat": MAINTENANT.timestamp() - 8 * 3600, "exp": MAINTENANT.timestamp() + 9999}, "expire"),
        ({"iat": MAINTENANT.timestamp() + 600}, "expire"),
        ({"nbf": MAINTENANT.timestamp() + 600}, "expire"),
        ({"email": None}, "sans_courriel"),
        ({"email": ["marie@rqds.example"]}, "sans_courriel"),
        ({"email": "marie"}, "sans_courriel"),
        ({"email_verified": False}, "non_verifie"),
        ({"email_verified": "false"}, "non_verifie"),
        ({"email": "qui@ailleurs.example"}, "inconnu"),
        ({"email": "marie@rqds.example.evil"}, "inconnu"),
        ({"email": "xmarie@rqds.example"}, "inconnu"),
    ],
)
def test_what_lets_nobody_in(wrong, motif):
    found = decide(**wrong)
    assert isinstance(found, Refus) and found.motif == motif and found.texte


def test_a_session_signed_out_is_over():
    assert decide(closed=True) == Refus("ferme")


def test_a_list_of_audiences_that_names_us_is_ours():
    assert isinstance(decide(aud=["autre", "rqds"]), Personne)


def test_another_claim_may_give_the_e_mail():
    acces = ACCES.model_copy(update={"revendication_courriel": "preferred_username"})
    assert isinstance(decide(acces=acces, email=None, preferred_username="marie@rqds.example"), Personne)
    assert decide(acces=acces) == Refus("sans_courriel")


def test_roles_hold_one_another_and_what_no_table_names_is_nobodys():
    assert [[holds(mine, asked) for asked in ROLES] for mine in ROLES] == [
        [True, False, False], [True, True, False], [True, True, True]]  # fmt: skip
    assert not POSTE_LOCAL.may("inconnue") and not POSTE_LOCAL.sees("inconnue")
    assert all(map(POSTE_LOCAL.may, ACTIONS)) and all(map(POSTE_LOCAL.sees, PAGES))


def written(folder: Path, text: str) -> Path:
    path = folder / "acces.yaml"
    path.write_text(text, encoding="utf-8")
    return path


BON = "personnes:\n  - {courriel: m@rqds.example, nom: Marie, role: direction}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "le fichier est vide"),
        ("personnes: []", "personne n'a le rôle « direction »"),
        (BON + "  - {courriel: M@rqds.example, role: lecture}", "« m@rqds.example » est écrit deux fois"),
        (BON + "  - {courriel: n@rqds.example, nom: marie, role: lecture}", "« marie » est écrit deux fois"),
        (BON + "  - {courriel: n@rqds.example, nom: m@rqds.example, role: lecture}", "ne peut pas signer le journal"),
        (BON + "  - {courriel: n@rqds.example, nom: Poste local, role: lecture}", "ne peut pas signer le journal"),
        (BON + "  - {courriel: pas un courriel, role: lecture}", "ce n'est pas un courriel : « pas un courriel »"),
        (BON + "  - {courriel: n@rqds.example, role: chef}", "valeur inconnue ; choix"),
        (BON + "  - {courriel: n@rqds.example}", "il manque"),
        (BON + "session_heures: 0", "doit dépasser 0"),
        (BON + "session_heures: 100", "ne doit pas dépasser 24"),
        (BON + "session_heures: 1\nsession_heures: 2", "écrite deux fois"),
        (BON + "secret: x", "clé inconnue"),
        (BON + "groupes:\n  - {groupe: a, role: aucun}", "valeur inconnue ; choix"),
        (
            BON + "groupes:\n  - {groupe: a, role: lecture}\n  - {groupe: a, role: direction}",
            "« a » est écrit deux fois",
        ),
        ("personnes: [", "YAML illisible"),
    ],
)
def test_faulty_settings_let_nobody_in_and_say_why(tmp_path, text, said):
    acces, lu = check_acces(written(tmp_path, text))
    assert acces is None and any(said in str(d) for d in lu.defauts), [str(d) for d in lu.defauts]
    with pytest.raises(DefinitionError):
        load_acces(tmp_path / "acces.yaml")


def test_every_fault_is_told_at_once_with_its_line(tmp_path):
    _, lu = check_acces(written(tmp_path, "session_heures: 99\ntruc: 1\npersonnes:\n  - {courriel: x, role: chef}\n"))
    assert [d.ligne for d in lu.defauts] == [1, 4, 4, 2]


def test_a_missing_file_is_said(tmp_path):
    acces, lu = check_acces(tmp_path / "acces.yaml")
    assert acces is None and "copiez acces.exemple.yaml" in str(lu.defauts[0])


def test_the_example_is_sound_and_the_real_file_is_never_kept_with_the_code():
    assert check_acces(EXEMPLE)[1].defauts == []
    assert "data/acces.yaml" in (RACINE / ".gitignore").read_text(encoding="utf-8").split()


def test_the_settings_are_read_again_when_they_change(tmp_path):
    path = written(tmp_path, BON)
    assert load_acces(path).of("m@rqds.example")
    (tmp_path / "suite").mkdir()
    written(tmp_path / "suite", BON.replace("m@rqds", "n@rqds")).replace(path)
    assert load_acces(path).of("m@rqds.example") is None and load_acces(path).of("n@rqds.example")


# --- nothing escapes the tables --------------------------------------------------------------------------------------

SOURCES = {p: ast.parse(p.read_text(encoding="utf-8")) for p in [*RACINE.glob("pages/**/*.py"), RACINE / "app.py"]}
# What writes, whoever calls it: the functions of etl and rqds_metrics that pages may call to change something.
ECRIVENT = {
    "decide", "decide_all", "import_export", "cancel_lot", "restore_lot", "store_entries", "load_demo", "remove_demo",
    "invite", "keep", "publish", "propose", "approve", "take_back", "drop_proposal", "send_notices",
}  # fmt: skip


def calls(tree: ast.AST):
    return [n for n in ast.walk(tree) if isinstance(n, ast.Call)]


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_every_page_is_in_the_table_and_in_the_menu():
    from pages.ui.navigation import MENU

    files = {p.stem for p in RACINE.glob("pages/*.py")} - {"__init__"}
    assert set(PAGES) == files
    assert sorted(file for pages in MENU.values() for file, _, _ in pages) == sorted(files)


def test_every_decision_is_an_action():
    assert set(get_args(Genre)) <= set(ACTIONS)


def test_actions_named_in_the_pages_are_those_of_the_table_and_all_of_them_are_named():
    named = set()
    for path, tree in SOURCES.items():
        for call in calls(tree):
            if name_of(call) in ("permit", "may") and path.stem != "portier":
                named |= {a.value for a in call.args if isinstance(a, ast.Constant)}
            if name_of(call) == "download":
                named.add(call.args[0].value)
    assert named <= set(ACTIONS)
    by_genre = {"reglage", "source", "rupture", "saut", "cible", "echeance", "doute", "resultat"}  # permit(genre)
    at_the_door = {"televersement"}  # pages/ui/gardien.py
    assert set(ACTIONS) - named - by_genre - at_the_door == set()


def test_whoever_signs_a_write_was_permitted_it():
    for path, tree in SOURCES.items():
        for call in calls(tree):
            for keyword in call.keywords:
                if keyword.arg in ("qui", "par") and name_of(call) != "render":
                    value = keyword.value
                    assert isinstance(value, ast.Call) and name_of(value) == "permit", f"{path.name}:{call.lineno}"


def test_no_write_is_called_without_permit_beside_it():
    for path, tree in SOURCES.items():
        functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        for call in calls(tree):
            called = call.func.value.id if isinstance(call.func, ast.Attribute) and isinstance(
                call.func.value, ast.Name) else ""  # fmt: skip
            if name_of(call) not in ECRIVENT or called in ("st", "self", "re"):
                continue
            around = [f for f in functions if f.lineno <= call.lineno <= (f.end_lineno or 0)]
            own = {f.name for f in functions}
            if isinstance(call.func, ast.Name) and name_of(call) in own:
                continue  # the page's own function, looked at in its turn
            imported = {a.asname or a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)
                        and (n.module or "").startswith("pages.") for a in n.names}  # fmt: skip
            if isinstance(call.func, ast.Name) and name_of(call) in imported:
                continue
            assert any(name_of(c) == "permit" for f in around for c in calls(f)), f"{path.name}:{call.lineno}"


def test_downloads_go_through_the_door():
    for path, tree in SOURCES.items():
        if path.stem != "portier":
            assert "download_button" not in {name_of(c) for c in calls(tree)}, path


def test_files_are_asked_for_only_on_pages_of_those_who_may_send_them():
    least = ACTIONS["televersement"]
    for path, tree in SOURCES.items():
        if "file_uploader" in {name_of(c) for c in calls(tree)} and path.parent.name == "pages":
            assert holds(PAGES[path.stem], least), path
