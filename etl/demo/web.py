"""The site, as Google Analytics 4 exports it in French: traffic by source, and views by page, a month at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from etl.demo.schedule import last_day, year_of
from etl.demo.tools import Cell, around, chance, csv_bytes, split

# Share of a year's visits by month: low in summer and at Christmas.
SEASON = {7: 0.62, 8: 0.80, 9: 1.15, 10: 1.22, 11: 1.18, 12: 0.78, 1: 1.05, 2: 1.08, 3: 1.15, 4: 1.10, 5: 1.07, 6: 0.80}
# Visits of a year of the plan: about 10 % more each year, then short of what is due.
VISITS = {1: 8420, 2: 9420, 3: 10230, 4: 11310, 5: 11060}
_SOURCES = {
    "google / organic": 0.46, "(direct) / (none)": 0.25, "facebook.com / referral": 0.08, "infolettre / email": 0.08,
    "bing / organic": 0.04, "linkedin.com / referral": 0.04, "quebec.ca / referral": 0.03, "(not set)": 0.02,
}  # fmt: skip
# Views of a year of the plan for the pages that the plan follows.
_FOLLOWED: dict[str, Sequence[int]] = {
    "/outils": (620, 720, 820, 930, 950),
    "/outils/abc-du-ds": (340, 400, 470, 520, 540),
    "/outils/evaluation-participative": (210, 240, 300, 340, 355),
    "/outils/plaidoyer": (0, 130, 260, 300, 310),
    "/carte-interactive-des-demarches": (1050, 1180, 1290, 1400, 1490),
    "/carte-des-projets": (0, 460, 880, 1040, 1130),
}
_ONLINE = {"/carte-des-projets": date(2023, 11, 1), "/outils/plaidoyer": date(2023, 10, 1)}
_OTHERS = {
    "/": 26, "/a-propos": 7, "/a-propos/equipe": 5, "/membres": 9, "/membres/demarches-regionales": 6,
    "/formations": 6, "/formations/catalogue": 5, "/webinaires": 7, "/balados": 6, "/infolettre": 4, "/notes-au-carnet": 6,
    "/politique-nationale": 5, "/prix-norbert-rodrigue": 3, "/nouvelles": 6, "/emplois": 4, "/contact": 4,
    "/publications/memoires": 3, "/recherche": 2,
}  # fmt: skip


def _preamble(title: str, month: date) -> list[list[Cell]]:
    rule = "# ----------------------------------------"
    lines = [
        rule, f"# {title}", "# Compte : RQDS (données fictives)", "# Propriété : rqds.exemple.org - GA4", rule, "#",
        "# Tous les utilisateurs", f"# Date de début : {month:%Y%m%d}", f"# Date de fin : {last_day(month):%Y%m%d}", "",
    ]  # fmt: skip
    return [[line] if line else [] for line in lines]


def visits(month: date) -> int:
    key = ("ga4", month.year, month.month)
    return round(around(VISITS[year_of(month)] / 12 * SEASON[month.month], 0.02, *key))


def acquisition(month: date, seen: float = 1.0) -> bytes:
    """« Acquisition de trafic » of a month. `seen`: the share that the tag recorded."""
    dice = chance("ga4 acquisition", month.year, month.month)
    sessions = split(round(visits(month) * seen), [w * dice.uniform(0.85, 1.15) for w in _SOURCES.values()])
    rows = _preamble("Acquisition de trafic : Source/support de la session", month)
    rows.append([
        "Source/support de la session", "Sessions", "Utilisateurs actifs", "Sessions avec engagement",
        "Taux d'engagement", "Événements clés", "Revenus totaux",
    ])  # fmt: skip
    for source, count in zip(_SOURCES, sessions, strict=True):
        engaged = round(count * dice.uniform(0.5, 0.7))
        rate = round(engaged / count, 4) if count else 0
        rows.append([source, count, round(count * dice.uniform(0.7, 0.85)), engaged, rate, round(count * 0.02), 0])
    return csv_bytes(rows)


def page_views(month: date) -> dict[str, int]:
    """Views of each page in a month."""
    year, season = year_of(month), SEASON[month.month]
    out = {}
    for page, levels in _FOLLOWED.items():
        if month < _ONLINE.get(page, month):
            continue
        key = ("ga4 page", page, month.year, month.month)
        out[page] = round(around(levels[year - 1] / 12 * season, 0.04, *key))
    dice = chance("ga4 pages", month.year, month.month)
    total = round(visits(month) * dice.uniform(1.45, 1.6))
    others = split(total, [w * dice.uniform(0.8, 1.2) for w in _OTHERS.values()])
    return {**dict(zip(_OTHERS, others, strict=True)), **out}


def pages(month: date) -> bytes:
    """« Pages et écrans » of a month."""
    dice = chance("ga4 pages details", month.year, month.month)
    rows = _preamble("Pages et écrans : Chemin de la page et classe de l'écran", month)
    rows.append([
        "Chemin de la page et classe de l'écran", "Vues", "Utilisateurs actifs", "Vues par utilisateur actif",
        "Durée d'engagement moyenne par utilisateur actif", "Nombre d'événements", "Événements clés", "Revenus totaux",
    ])  # fmt: skip
    for page, views in sorted(page_views(month).items(), key=lambda p: (-p[1], p[0])):
        people = max(round(views * dice.uniform(0.6, 0.8)), 1)
        per_person, seconds = round(views / people, 4), round(dice.uniform(12, 95), 2)
        rows.append([page, views, people, per_person, seconds, round(views * dice.uniform(2.4, 3.1)), 0, 0])
    return csv_bytes(rows)
