"""The app stays open over midnight, on 30 June too: the next look is from the new day, and from the year that begins."""

import pytest

from tests.horloges import Horloge


@pytest.fixture
def horloge(monkeypatch):
    return Horloge(monkeypatch)


def head(at):
    """What the page shows: the year chosen, the day looked from, what it says."""
    year = next(s for s in at.selectbox if s.label == "Exercice")
    days = [d.value.isoformat() for d in at.date_input if d.label.startswith("Tel que vu")]
    return str(year.value), days[0] if days else None, [i.value for i in at.info]


def address(at):
    return {k: v if isinstance(v, str) else v[0] for k, v in dict(at.query_params).items()}


def test_midnight_on_30_june_with_the_app_open(app_on, demo_base, horloge):
    horloge.set("2026-06-30 23:59")
    at = app_on(demo_base)
    assert not at.exception and head(at)[:2] == ("2025-2026", "2026-06-30")
    horloge.set("2026-07-01 00:01")
    at.run()
    year, day, said = head(at)
    assert not at.exception and (year, day) == ("2026-2027", "2026-07-01")
    assert any("Depuis minuit, nous sommes dans l'exercice 2026-2027 (an 5)" in s for s in said)
    assert not any("Tel que vu" in s for s in said)  # it is not the past that is looked at
    assert address(at) == {"exercice": "2026-2027"}
    assert any("jour 1 de 365" in c.value for c in at.caption)
    at.run()
    assert not any("Depuis minuit" in s for s in head(at)[2])  # told once


def test_an_ordinary_midnight_moves_the_day_alone(app_on, demo_base, horloge):
    horloge.set("2026-11-20 23:59")
    at = app_on(demo_base)
    horloge.set("2026-11-21 00:00")
    at.run()
    assert head(at) == ("2026-2027", "2026-11-21", [i.value for i in at.info]) and not at.exception
    assert not any("Tel que vu" in i.value for i in at.info) and "au" not in address(at)


def test_a_day_chosen_on_purpose_stays(app_on, demo_base, horloge):
    horloge.set("2026-06-30 23:59")
    at = app_on(demo_base, exercice="2024-2025", au="2025-03-02")
    horloge.set("2026-07-01 00:01")
    at.run()
    assert head(at)[:2] == ("2024-2025", "2025-03-02") and not at.exception
    assert address(at) == {"exercice": "2024-2025", "au": "2025-03-02"}


def test_the_year_that_ended_can_be_chosen_again(app_on, demo_base, horloge):
    horloge.set("2026-06-30 23:59")
    at = app_on(demo_base)
    horloge.set("2026-07-01 00:01")
    at.run()
    next(s for s in at.selectbox if s.label == "Exercice").select_index(3).run()
    assert head(at)[0] == "2025-2026" and any("An 4, terminé" in c.value for c in at.caption)
    at.run()
    assert head(at)[0] == "2025-2026"


def test_the_last_year_of_the_plan_ends(app_on, demo_base, horloge):
    horloge.set("2027-06-30 23:59")
    at = app_on(demo_base)
    assert any("jour 365 de 365" in c.value for c in at.caption)
    horloge.set("2027-07-01 00:01")
    at.run()
    assert head(at)[:2] == ("2026-2027", "2027-07-01") and not at.exception
    assert any("An 5, terminé" in c.value for c in at.caption)


def test_what_is_being_typed_stays_in_its_year(app_on, own_demo, horloge):
    horloge.set("2026-06-30 23:59")
    at = app_on(own_demo, "pages/cibles.py")
    assert not at.exception and head(at)[0] == "2025-2026"
    for when in ("2026-07-01 00:01", "2026-07-02 09:00"):
        horloge.set(when)
        at.run()
        assert not at.exception and head(at)[0] == "2025-2026"
    at.switch_page("pages/vue_ensemble.py").run()
    assert head(at)[:2] == ("2026-2027", "2026-07-02")


def test_a_clock_set_back_by_a_day_breaks_no_page(app_on, demo_base, horloge):
    horloge.set("2026-11-24 10:00")
    at = app_on(demo_base)
    horloge.set("2026-11-23 10:00")
    at.run()
    assert not at.exception and head(at)[:2] == ("2026-2027", "2026-11-23")


def test_a_clock_that_was_never_set_says_so(app_on, demo_base, horloge):
    horloge.set("2020-01-01 00:10")
    at = app_on(demo_base)
    assert not at.exception and "avant le début du plan" in at.error[0].value
    horloge.set("2026-11-24 10:00")
    at.run()
    assert not at.error and head(at)[0] == "2026-2027"


PAGES = ["fiche", "depuis", "saisir", "cloture", "publication", "rapport", "journal"]


@pytest.mark.parametrize("page", PAGES)
def test_pages_that_ask_for_the_day_cross_midnight(page, app_on, own_demo, horloge):
    horloge.set("2026-06-30 23:59")
    at = app_on(own_demo, f"pages/{page}.py")
    assert not at.exception, [e.value for e in at.exception]
    horloge.set("2026-07-01 00:01")
    at.run()
    assert not at.exception, [e.value for e in at.exception]
