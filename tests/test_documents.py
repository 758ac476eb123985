"""The documents against the project: links, anchors, images, commands, settings, and what the contributor's page promises."""

from __future__ import annotations

import re
import subprocess

import pytest

from rqds_metrics.plan import RACINE
from tests.deploiement import REGISTRES
from tests.test_deploiement import commands_there

PAGES = [*RACINE.glob("*.md"), *sorted((RACINE / "docs").rglob("*.md"))]
NOMS = [p.relative_to(RACINE).as_posix() for p in PAGES]


def prose(text):
    """A page without its blocks of code, where a # is no title."""
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.M | re.S)


def anchors(text):
    """The anchors that GitHub gives to the titles of a page."""
    return {
        re.sub(r"[^\w\- ]", "", t.lower()).strip().replace(" ", "-")
        for t in re.findall(r"^#+ (.+)$", prose(text), re.M)
    }


@pytest.mark.parametrize("page", PAGES, ids=NOMS)
def test_links_anchors_and_images_are_there(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:", target):
            continue
        name, _, anchor = target.partition("#")
        there = page.parent / name if name else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there.read_text(encoding="utf-8")), target
    assert prose(text).count("```") == 0, "a block that is not closed"


def test_every_image_is_shown_somewhere():
    said = "\n".join(p.read_text(encoding="utf-8") for p in PAGES)
    assert [p.name for p in (RACINE / "docs" / "images").iterdir() if p.name not in said] == []


def test_the_readme_opens_on_a_picture_and_two_commands():
    text = (RACINE / "README.md").read_text(encoding="utf-8")
    assert re.match(r"# .+\n\n!\[.+\]\(docs/images/[\w-]+\.png\)\n", text)
    assert re.findall(r"^    (.+)$", text, re.M)[:2] == ["make run", "make test"]


def test_the_readme_names_every_command():
    text = (RACINE / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"python -m (etl|rqds_metrics) ([a-z]+)", text)) | {
        ("etl", w) for w in re.findall(r"\((retablir) LOT", text)
    }
    assert commands_there() - named == set()


def test_the_settings_that_the_documents_name_are_read():
    folders = ("rqds_metrics", "etl", "pages", "publique", "tests")
    code = "\n".join(p.read_text(encoding="utf-8") for d in folders for p in (RACINE / d).rglob("*.py"))
    files = [*PAGES, *(p for p in (RACINE / "deploiement").rglob("*") if p.is_file())]
    for path in files:
        for name in set(re.findall(r"\bRQDS_[A-Z_]+[A-Z]", path.read_text(encoding="utf-8"))):
            known = name in code or (name.startswith("RQDS_COURRIEL_") and name.split("_", 2)[2].lower() in code)
            assert known, (path.name, name)


def test_pages_write_no_sql():
    """As CONTRIBUTING.md says."""
    found = [
        RACINE / "app.py",
        *(p for d in ("pages", "publique", "rqds_metrics/regles") for p in (RACINE / d).rglob("*.py")),
    ]
    assert [p.name for p in found if re.search(r"\.(execute|sql)\(", p.read_text(encoding="utf-8"))] == []


def test_a_site_that_has_an_address_is_never_the_demonstration(tmp_path):
    def asked(*words):
        done = subprocess.run(["make", "-n", *words], cwd=RACINE, capture_output=True, encoding="utf-8", check=True)
        return re.findall(r"data/publication\S*", done.stdout)

    assert asked("site") == ["data/publication/demonstration"]
    assert asked("site", "ADRESSE=https://plan.exemple.org/") == ["data/publication"]
    assert asked("site", "BASE=data/rqds.duckdb") == ["data/publication"]


def test_no_place_of_a_machine_is_in_a_file():
    """Neither a folder of whoever wrote it, nor the address of a registry of packages or images."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=RACINE, capture_output=True)
    names = done.stdout.decode().split("\0") if done.returncode == 0 else []
    if not names:
        pytest.skip("pas de dépôt git ici")
    form = re.compile(rf"(?<![\w.])/(?:home|root|Users|work)/\w|{REGISTRES.pattern}")
    kinds = {"", ".py", ".md", ".txt", ".toml", ".yaml", ".yml", ".in", ".env", ".service", ".cmd", ".command"}
    for path in (RACINE / name for name in names):
        if path.suffix in kinds and path.is_file():
            found = form.search(path.read_text(encoding="utf-8", errors="replace"))
            assert not found, (path, found and found[0])
