"""The overview with the whole plan and a fiche, against an empty page, in one browser: opening them, changing the year;
and the same on a base with a hundred times the rows.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext

from tests.bench.navigateur import Ecran, Ouverture, choose, chromium, new_context, open_choices, open_page
from tests.bench.ratios import in_turns, say_medians, title
from tests.bench.serveurs import Serveurs, servers

AIM_OPEN, AIM_CHANGE, AIM_FICHE, AIM_GROWN = 1.1, 1.6, 1.8, 1.2


def overview_on(url: str) -> Ecran:
    """The overview: its title and the 156 squares of its wall to read, then to act upon."""
    return Ecran(
        url,
        "() => lus('h1, [aria-level=\"1\"]').length > 0",
        "() => lus('.mur .case').length >= 156",
        "(y) => tous('.mur .case').length >= 156 && tous('.mur .case')[0].href.includes('exercice=' + y)",
        "() => tous('.mur .case').length >= 156",
    )


def fiche_on(url: str) -> Ecran:
    """The fiche of an indicator with both its charts, to read, then to explore."""
    explored = "tous('.js-plotly-plot .svg-container').length >= 2"
    return Ecran(
        f"{url}fiche?indicateur=1.2.6-2",
        "() => lus('h1, [aria-level=\"1\"]').length > 0",
        f"() => lus('.graphes section').length >= 2 || {explored}",
        alive=f"() => {explored}",
    )


def empty_on(url: str) -> Ecran:
    return Ecran(
        url,
        "() => tous('h1').length > 0",
        "() => tous('[role=combobox]').length > 0",
        "(y) => tous('p').some((p) => p.textContent === 'Choix : ' + y)",
    )


def screens(served: Serveurs) -> tuple[Ecran, Ecran]:
    """The overview and the empty page."""
    return overview_on(served.app), empty_on(served.vide)


def measure(folder: Path, base: Path, rounds: int) -> None:
    with servers(folder, base) as served, chromium(folder) as browser:
        overview, empty = screens(served)
        _opening(browser, overview, empty, base, rounds)
        _changing(browser, overview, empty, rounds)
        _fiche(browser, served, empty, rounds)
        _grown(browser, served, rounds)


def _visited(browser: Browser, ways: dict[str, Ecran], rounds: int) -> dict[str, list[Ouverture]]:
    """Each screen opened in its turn, in a browser that has seen it."""

    def again(screen: Ecran) -> Ouverture:
        page, took = open_page(context, screen)
        page.close()
        return took

    with new_context(browser) as context:
        for screen in ways.values():
            again(screen)
        return in_turns(rounds, {name: partial(again, screen) for name, screen in ways.items()})


def _fiche(browser: Browser, served: Serveurs, empty: Ecran, rounds: int) -> None:
    title("Écran : ouvrir une fiche et ses deux graphiques, devant la page vide")
    found = _visited(browser, {"fiche": fiche_on(served.app), "vide": empty}, rounds)
    whole = [o.tout for o in found["vide"]]
    say_medians("fiche : graphiques à lire", [o.tout for o in found["fiche"]], "choix vide", whole, AIM_FICHE)
    say_medians("fiche : graphiques à explorer", [o.vif for o in found["fiche"]], "choix vide", whole, AIM_FICHE)


def _grown(browser: Browser, served: Serveurs, rounds: int) -> None:
    title("Écran : les mêmes pages sur cent fois plus de lignes, devant la démonstration")
    for name, screen in (("vue d'ensemble", overview_on), ("fiche", fiche_on)):
        found = _visited(browser, {"grande": screen(served.grande), "petite": screen(served.app)}, rounds)
        big, small = found["grande"], found["petite"]
        say_medians(name, [o.vif for o in big], "démonstration", [o.vif for o in small], AIM_GROWN)


def _opening(browser: Browser, overview: Ecran, empty: Ecran, base: Path, rounds: int) -> None:
    def fresh(screen: Ecran) -> Ouverture:
        with new_context(browser) as context:
            return open_page(context, screen)[1]

    def again(context: BrowserContext, screen: Ecran) -> Ouverture:
        page, took = open_page(context, screen)
        page.close()
        return took

    def after_import() -> Ouverture:
        os.utime(base)  # everything kept hangs on the file's stamp
        return fresh(overview)

    title("Écran : ouvrir la vue d'ensemble (156 indicateurs), devant une page vide servie par les mêmes couches")
    fresh(overview), fresh(empty)
    cold = in_turns(rounds, {"vue": lambda: fresh(overview), "vide": lambda: fresh(empty), "relu": after_import})
    _say_openings("sans cache du navigateur", cold)
    with new_context(browser) as context:
        again(context, overview), again(context, empty)
        warm = in_turns(rounds, {"vue": lambda: again(context, overview), "vide": lambda: again(context, empty)})
    _say_openings("avec cache", warm)
    relu, vide = [o.tout for o in cold["relu"]], [o.titre for o in cold["vide"]]
    say_medians("première visite après un envoi : mur", relu, "titre vide", vide)


def _say_openings(how: str, found: dict[str, list[Ouverture]]) -> None:
    vue, vide = found["vue"], found["vide"]
    titles, whole = [o.titre for o in vide], [o.tout for o in vide]
    say_medians(f"{how} : titre", [o.titre for o in vue], "titre vide", titles, AIM_OPEN)
    say_medians(f"{how} : mur", [o.tout for o in vue], "choix vide", whole, AIM_OPEN)
    say_medians(f"{how} : mur", [o.tout for o in vue], "titre vide", titles)
    say_medians(f"{how} : mur où agir", [o.vif for o in vue], "choix vide", whole)


def _changing(browser: Browser, overview: Ecran, empty: Ecran, rounds: int) -> None:
    title("Écran : changer d'exercice, devant un choix changé sur la page vide")
    with ExitStack() as stack:
        pages = {}
        for screen in (overview, empty):
            context = stack.enter_context(new_context(browser))
            pages[screen] = open_page(context, screen)[0]
        turns = dict.fromkeys(pages, 0)

        def change(screen: Ecran) -> float:
            years = open_choices(pages[screen])
            turns[screen] += 1
            took = choose(pages[screen], screen, years[turns[screen] % 4])
            pages[screen].wait_for_timeout(150)  # let the page come to rest
            return took

        for _ in range(4):  # every year once
            change(overview), change(empty)
        found = in_turns(rounds * 2, {"vue": lambda: change(overview), "vide": lambda: change(empty)})
    say_medians("vue", found["vue"], "vide", found["vide"], AIM_CHANGE)
