"""Streamlit's own words are replaced in its files: an upgrade that moves one must be seen."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit

from pages.ui.langue import MOTS
from pages.ui.serveur import frenchify, translate

JS = Path(streamlit.__file__).parent / "static" / "static" / "js"
LITERALS = [(name, literal) for name, words in MOTS.items() for literal in words]


def files(name: str) -> list[Path]:
    return sorted(JS.glob(f"{name}.*.js"))


@pytest.mark.parametrize(("name", "literal"), LITERALS)
def test_each_literal_is_where_it_is_expected(name, literal):
    assert any(literal in path.read_text(encoding="utf-8") for path in files(name)), f"{literal} is not in {name}.*.js"


@pytest.mark.parametrize(("name", "literal"), LITERALS)
def test_it_is_nowhere_left_once_served(name, literal):
    for path in files(name):
        assert literal.encode() not in translate(path.name, path.read_bytes())


def test_the_page_says_its_language():
    page = frenchify((JS.parents[1] / "index.html").read_bytes())
    assert b'<html lang="fr-CA">' in page and b'lang="en"' not in page
    assert "Plan stratégique du RQDS".encode() in page
    assert b"JavaScript to run" not in page
