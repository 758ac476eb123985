"""The demonstration's results, computed again from its files by csv, openpyxl and plain arithmetic."""

from __future__ import annotations

import csv
import io
import itertools
from collections import defaultdict
from datetime import date, datetime

import pandas as pd
import pytest

from etl.demo.files import demo_files
from rqds_metrics.plan import load_plan
from rqds_metrics.resultats import resultats
from tests.conftest import DEMO_AU

PLAN = load_plan()


def year_of(day: date) -> str:
    first = day.year if day.month >= 7 else day.year - 1
    return f"{first}-{first + 1}"


@pytest.fixture(scope="module")
def frame(demo_base):
    return resultats(None, DEMO_AU, demo_base).set_index(["indicateur", "exercice"])


@pytest.fixture(scope="module")
def files():
    return [f for f in demo_files(DEMO_AU) if not f.annule_le]


def newest(files, prefix: str) -> dict[str, str]:
    """The text of the files of one kind; of two for a month, the one received last."""
    out = {}
    for f in sorted(files, key=lambda f: f.recu_le):
        if f.nom.startswith(prefix):
            out[f.nom.removesuffix(".csv").removesuffix("-v1")] = f.octets.decode("utf-8-sig")
    return out


def test_visits(frame, files):
    totals: dict[str, int] = defaultdict(int)
    for text in newest(files, "ga4-acquisition-").values():
        rows = list(csv.reader(io.StringIO(text)))
        start = next(r[0] for r in rows if r and r[0].startswith("# Date de début"))[-8:]
        head = next(k for k, r in enumerate(rows) if len(r) > 1)
        totals[year_of(datetime.strptime(start, "%Y%m%d").date())] += sum(int(r[1]) for r in rows[head + 1 :])
    assert totals == {y: frame.loc[("1.2.6-2", y), "valeur"] for y in totals} and len(totals) == 5
    for year, before in zip(list(totals)[1:], totals, strict=False):
        assert frame.loc[("1.2.6-2", year), "cible"] == pytest.approx(totals[before] * 1.10)


def test_visits_due_by_the_season(frame, files):
    """Share reached on 31 October, a mean over the four years that are over."""
    monthly: dict[tuple[int, int], int] = {}
    for name, text in newest(files, "ga4-acquisition-").items():
        rows = list(csv.reader(io.StringIO(text)))
        head = next(k for k, r in enumerate(rows) if len(r) > 1)
        year, month = name.rsplit("-", 2)[1:]
        monthly[int(year), int(month)] = sum(int(r[1]) for r in rows[head + 1 :])
    shares = []
    for first in range(2022, 2026):
        months = [(first, m) for m in range(7, 13)] + [(first + 1, m) for m in range(1, 7)]
        shares.append(sum(monthly[m] for m in months[:4]) / sum(monthly[m] for m in months))
    row = frame.loc[("1.2.6-2", "2026-2027")]
    assert row.attendu_methode == "saison"
    assert row.attendu == pytest.approx(row.cible * sum(shares) / 4)


def test_open_rates(frame, files):
    opened: dict[str, int] = defaultdict(int)
    reached: dict[str, int] = defaultdict(int)
    for text in newest(files, "mailchimp-").values():
        for row in csv.DictReader(io.StringIO(text)):
            if int(row["Successful Deliveries"]) < 50:
                continue
            year = year_of(datetime.strptime(row["Send Date"][:12], "%b %d, %Y").date())
            opened[year] += int(row["Unique Opens"])
            reached[year] += int(row["Successful Deliveries"])
    for year in reached:
        row = frame.loc[("1.2.6-4", year)]
        assert (row.numerateur, row.denominateur) == (opened[year], reached[year])
        assert row.valeur == opened[year] / reached[year]


def test_plays(frame, files):
    totals: dict[str, int] = defaultdict(int)
    for text in newest(files, "spotify-ecoutes-").values():
        for row in csv.DictReader(io.StringIO(text)):
            totals[year_of(datetime.strptime(row["Date"], "%m/%d/%Y").date())] += int(row["Plays"])
    assert totals == {y: frame.loc[("4.1.1-3", y), "valeur"] for y in totals}


def test_webinar_satisfaction(frame, files):
    happy: dict[str, int] = defaultdict(int)
    asked: dict[str, int] = defaultdict(int)
    for f in files:
        if not f.nom.startswith("Évaluation - Webinaire"):
            continue
        sheet = pd.read_excel(io.BytesIO(f.octets))
        [question] = [c for c in sheet.columns if "satisfait·e du webinaire" in c] or [None]
        if question is None:
            continue
        year = year_of(sheet["Heure de fin"].max().date())
        answers = sheet[question].dropna()
        answers = answers[answers != "Sans opinion"]
        happy[year] += int(answers.isin(["Très satisfait", "Plutôt satisfait"]).sum())
        asked[year] += len(answers)
    for year in asked:
        row = frame.loc[("1.3.3-2", year)]
        assert (row.numerateur, row.denominateur) == (happy[year], asked[year])


def expected_status(row: pd.Series, indicateur, closed: bool, strict: bool) -> str:
    """DESIGN's table of statuses, written again."""
    if pd.isna(row.valeur):
        return "?"
    if pd.isna(row.cible):
        return "sans_cible"
    low = indicateur.sens == "baisse"
    ratio = (row.cible / row.valeur if low else row.valeur / row.cible) if row.valeur and row.cible else 0.0
    if (ratio > 1) if strict else (ratio >= 1 - 1e-9):
        return "atteinte"
    if closed:
        return "presque" if ratio >= 0.9 else "non_atteinte"
    if not row.attendu:
        return "non_du"
    due = row.attendu / row.valeur if low and row.valeur else row.valeur / row.attendu
    return "en_voie" if due >= 0.9 else "a_surveiller" if due >= 0.75 else "en_retard"


def test_every_status_follows_from_its_figures(frame):
    seen = 0
    for (id_, year), row in frame.iterrows():
        indicateur = PLAN.tous[id_]
        if indicateur.type in ("jalon", "qualitatif") or pd.isna(row.valeur):
            continue
        strict = bool(indicateur.cible and indicateur.cible.croissance and row.cible_origine == "plan")
        assert row.statut == expected_status(row, indicateur, year != "2026-2027", strict), (id_, year)
        seen += 1
    assert seen > 350


def test_every_rate_is_its_numerator_over_its_denominator(frame):
    rates = frame.dropna(subset=["denominateur"])
    assert len(rates) > 100
    assert (rates["valeur"] - rates["numerateur"] / rates["denominateur"]).abs().max() < 1e-12


def test_every_rise_is_over_last_year_as_it_stands(frame):
    years = sorted({y for _, y in frame.index})
    seen = 0
    for id_, indicateur in PLAN.indicateurs.items():
        for before, year in itertools.pairwise(years):
            row, last = frame.loc[(id_, year)], frame.loc[(id_, before), "valeur"]
            if row.cible_origine == "plan" and indicateur.cible and indicateur.cible.hausse:
                assert row.cible == pytest.approx(last * (1 + indicateur.cible.hausse / 100)), (id_, year)
                seen += 1
    assert seen >= 12


def test_nothing_measured_once_a_year_is_called_missing_before_its_end(frame):
    for id_, indicateur in PLAN.tous.items():
        if indicateur.cadence == "annuelle" and indicateur.type not in ("jalon",):
            row = frame.loc[(id_, "2026-2027")]
            assert row.statut != "sans_donnees", id_
            assert frame.loc[(id_, "2025-2026"), "statut"] != "non_du", id_
