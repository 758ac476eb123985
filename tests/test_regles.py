"""Targets, what is due, statuses and sentences, recomputed by hand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Calendrier, Cible, Indicateur
from rqds_metrics.regles.attendu import attendu_of, due_count, due_dates, seasonal_share
from rqds_metrics.regles.cible import Objet, cible_of
from rqds_metrics.regles.jalon import jalon_of
from rqds_metrics.regles.series import Serie, couverture, cumul, full_year, last_day
from rqds_metrics.regles.statut import Limites, statut_of
from rqds_metrics.regles.vivant import Span

E1, E2, E5 = Exercice(2022), Exercice(2023), Exercice(2026)
INFOLETTRE = Calendrier(titre="x", regle="dernier_mercredi", mois=(8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6), attendus=10)
BALADO = Calendrier(titre="x", regle="fin_de_mois", mois=(8, 9, 10, 1, 2, 3, 4, 5, 6))


def indicateur(type_="nombre", **cible):
    return Indicateur(
        id="1.1.1-1", titre="t", court="t", type=type_, unite="visite", cadence="mensuelle",
        cible=Cible(**cible) if cible else None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ind", "annee", "dernier", "direction", "attendu"),
    [
        (indicateur("taux", seuil=75), E1, None, None, Objet(0.75, "plan")),
        (indicateur(hausse=10), E2, 200.0, None, Objet(220.00000000000003, "plan")),
        (indicateur(hausse=10), E1, None, None, Objet(None, "reference")),
        (indicateur(hausse=10, an_debut=2), E1, 50.0, None, Objet(None, "reference")),
        (indicateur(hausse=10, an_debut=2), E2, 50.0, None, Objet(55.00000000000001, "plan")),
        (indicateur("stock", croissance=True), E2, 1200.0, None, Objet(1200.0, "plan", strict=True)),
        (indicateur(nombre_an1=9), E1, None, None, Objet(9.0, "plan")),
        (indicateur(nombre_an1=9), E2, 9.0, None, Objet(None, None)),
        (indicateur(nombre_an1=9), E2, 9.0, 11.0, Objet(11.0, "direction")),
        (indicateur(hausse=10), E2, 200.0, 500.0, Objet(500.0, "direction")),
        (indicateur(), E5, 3.0, None, Objet(None, None)),
    ],
)
def test_cible(ind, annee, dernier, direction, attendu):
    found = cible_of(ind, annee, dernier, direction)
    assert (found.origine, found.strict) == (attendu.origine, attendu.strict)
    assert found.valeur == (None if attendu.valeur is None else pytest.approx(attendu.valeur))


def test_last_wednesdays_of_an_5():
    # read off a calendar
    assert due_dates(INFOLETTRE, E5) == [
        date(2026, 8, 26), date(2026, 9, 30), date(2026, 10, 28), date(2026, 11, 25), date(2026, 12, 30),
        date(2027, 1, 27), date(2027, 2, 24), date(2027, 3, 31), date(2027, 4, 28), date(2027, 5, 26),
        date(2027, 6, 30),
    ]  # fmt: skip


def test_one_of_eleven_newsletters_may_be_skipped():
    assert due_count(INFOLETTRE, E5, date(2026, 8, 26)) == 0  # one passed, one may be missing
    assert due_count(INFOLETTRE, E5, date(2026, 10, 28)) == 2
    assert due_count(INFOLETTRE, E5, date(2027, 6, 30)) == 10


def test_podcasts_are_due_in_nine_months():
    serie = Serie()
    assert attendu_of(9, serie, BALADO, E5, date(2026, 7, 31), date(2026, 8, 1)).valeur == 0
    assert attendu_of(9, serie, BALADO, E5, date(2026, 10, 31), date(2026, 11, 5)).valeur == 3
    assert attendu_of(9, serie, BALADO, E5, date(2026, 12, 31), date(2027, 1, 5)).valeur == 3
    assert attendu_of(9, serie, BALADO, E5, date(2027, 6, 30), date(2027, 7, 5)).valeur == 9


def month_rows(annee, values):
    e = Exercice(annee)
    out = []
    for first, value in zip(e.mois(), values, strict=False):
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        out.append((first, date.fromordinal(following.toordinal() - 1), value, None, 1.0))
    return out


def test_season_of_earlier_full_years():
    rows = month_rows(2022, [10] * 6 + [30] * 6) + month_rows(2023, [20] * 12) + month_rows(2024, [5, 5, 5])
    spans = (Span(date(2022, 7, 1), date(2024, 9, 30)),)
    serie = Serie.of(rows, spans)
    e = Exercice(2024)
    # at 30 September: 30/240 in an 1, 60/240 in an 2
    assert seasonal_share(serie, e, date(2024, 9, 30), date(2024, 10, 5)) == pytest.approx((30 / 240 + 60 / 240) / 2)
    found = attendu_of(400, serie, None, e, date(2024, 9, 30), date(2024, 10, 5))
    assert (found.valeur, found.methode) == (pytest.approx(75), "saison")


def test_days_when_no_full_year_exists():
    serie = Serie.of(month_rows(2022, [10] * 5), (Span(date(2022, 7, 1), date(2022, 11, 30)),))
    found = attendu_of(365, serie, None, E1, date(2022, 11, 30), date(2022, 12, 5))
    assert (found.valeur, found.methode) == (pytest.approx(153), "jours")  # 31 + 31 + 30 + 31 + 30
    leap = attendu_of(366, Serie(), None, E2, date(2024, 2, 29), date(2024, 3, 1))
    assert leap.valeur == pytest.approx(244)


def test_a_year_with_a_hole_is_no_model():
    rows = month_rows(2022, [10] * 12)
    whole = Serie.of(rows, (Span(date(2022, 7, 1), date(2023, 6, 30)),))
    holed = Serie.of(rows, (Span(date(2022, 7, 1), date(2022, 9, 30)), Span(date(2022, 11, 1), date(2023, 6, 30))))
    assert full_year(whole, E1, date(2023, 7, 1))
    assert not full_year(whole, E1, date(2023, 6, 30))  # not over yet
    assert not full_year(holed, E1, date(2023, 7, 1))
    assert couverture(holed, E1, date(2023, 7, 1)) == pytest.approx(334 / 365)


def test_a_partial_month_counts_for_its_days():
    serie = Serie.of(
        [(date(2022, 7, 1), date(2022, 7, 31), 31.0, None, 1.0)], (Span(date(2022, 7, 1), date(2022, 7, 31)),)
    )
    assert cumul(serie, E1, date(2022, 7, 10)) == pytest.approx(10)
    assert last_day(serie, E1, date(2022, 8, 15)) == date(2022, 7, 31)
    assert last_day(serie, E1, date(2022, 7, 20)) == date(2022, 7, 20)


@pytest.mark.parametrize(
    ("valeur", "cible", "attendu", "closed", "strict", "statut"),
    [
        (100, 100, 40, False, False, "atteinte"),
        (36, 100, 40, False, False, "en_voie"),  # 0,90 of what is due
        (35.9, 100, 40, False, False, "a_surveiller"),
        (30, 100, 40, False, False, "a_surveiller"),  # 0,75
        (29.9, 100, 40, False, False, "en_retard"),
        (0, 100, 0, False, False, "non_du"),
        (100, 100, 100, True, False, "atteinte"),
        (90, 100, 100, True, False, "presque"),
        (89.9, 100, 100, True, False, "non_atteinte"),
        (1200, 1200, 1200, True, True, "presque"),  # a growth must pass last year, not equal it
        (1201, 1200, 1200, True, True, "atteinte"),
        (1200, 1200, 1200, False, True, "en_voie"),
        (None, 100, 40, False, False, "sans_donnees"),
        (None, None, None, True, False, "sans_donnees"),
        (5, None, None, True, False, "sans_cible"),
        (0, 0.75, 0.75, False, False, "en_retard"),
    ],
)
def test_statut(valeur, cible, attendu, closed, strict, statut):
    assert statut_of(valeur, cible, attendu, closed=closed, limites=Limites(), strict=strict) == statut


ORDRE = ["en_retard", "a_surveiller", "en_voie", "atteinte"]
FERME = ["non_atteinte", "presque", "atteinte"]
positive = st.floats(0.01, 1e6)


@given(positive, positive, positive, positive, st.booleans(), st.sampled_from(["hausse", "baisse"]))
def test_no_status_is_better_for_a_worse_value(a, b, cible, attendu, closed, sens):
    low, high = sorted((a, b), reverse=sens == "baisse")
    order = FERME if closed else ORDRE
    attendu = cible if sens == "baisse" else min(attendu, cible)

    def rank(v):
        return order.index(statut_of(v, cible, attendu, closed=closed, limites=Limites(), sens=sens))

    assert rank(low) <= rank(high)


def jalons(*rows):
    return Serie.of([(d, d, v, None, 1.0) for d, v in rows])


def test_milestones():
    done = jalons((date(2024, 3, 14), 1))
    assert jalon_of(done, E1, date(2026, 1, 1), annuel=False, echeance=None).statut == "echeance_a_fixer"
    assert jalon_of(done, E2, date(2026, 1, 1), annuel=False, echeance=None).statut == "atteinte"
    assert jalon_of(done, E2, date(2024, 3, 13), annuel=False, echeance=None).statut == "echeance_a_fixer"
    due = date(2023, 12, 31)
    assert jalon_of(Serie(), E1, date(2023, 2, 1), annuel=False, echeance=due).statut == "non_du"
    assert jalon_of(Serie(), E2, date(2023, 12, 30), annuel=False, echeance=due).statut == "non_du"
    assert jalon_of(Serie(), E2, date(2024, 1, 1), annuel=False, echeance=due).statut == "sans_donnees"
    said_no = jalons((date(2023, 11, 1), 0))
    assert jalon_of(said_no, E2, date(2024, 1, 1), annuel=False, echeance=due).statut == "en_retard"
    assert jalon_of(said_no, E2, date(2024, 7, 1), annuel=False, echeance=due).statut == "non_atteinte"


def test_yearly_milestones_start_over():
    done = jalons((date(2023, 6, 30), 1), (date(2024, 5, 1), 0))
    assert jalon_of(done, E1, date(2026, 1, 1), annuel=True, echeance=None).statut == "atteinte"
    assert jalon_of(done, E2, date(2024, 6, 30), annuel=True, echeance=None).statut == "non_du"
    assert jalon_of(done, E2, date(2024, 7, 1), annuel=True, echeance=None).statut == "non_atteinte"
    assert jalon_of(done, Exercice(2024), date(2026, 1, 1), annuel=True, echeance=None).statut == "sans_donnees"
