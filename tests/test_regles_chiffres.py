"""Occurrences, breaks, survey intervals, and what is left to do: by hand, and whatever the figures."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Calendrier, Cible, Indicateur
from rqds_metrics.regles.attendu import due_count
from rqds_metrics.regles.cible import Objet, cible_of
from rqds_metrics.regles.intervalle import Intervalle, interval_of
from rqds_metrics.regles.occurrences import events_of, known_until, occurrences_of
from rqds_metrics.regles.reste import answers_needed, gap, missed, rate_remaining, remaining
from rqds_metrics.regles.rupture import Rupture, between, inside
from rqds_metrics.regles.series import Serie, full_year
from rqds_metrics.regles.statut import Limites, reached, statut_of

E5 = Exercice(2026)
INFOLETTRE = Calendrier(titre="x", regle="dernier_mercredi", mois=(8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6), attendus=10)
BALADO = Calendrier(titre="x", regle="fin_de_mois", mois=(8, 9, 10, 1, 2, 3, 4, 5, 6))
WEBINAIRES = Calendrier(titre="x", regle="fin_de_mois", mois=(10, 12, 2, 4))


def states(calendrier, days, connu, au=None, sautes=()):
    found = occurrences_of(calendrier, E5, [(d, d) for d in days], connu, au or connu, sautes)
    return {o.echeance.month: ("sautee" if o.sautee else o.etat, o.fait_le) for o in found}


def test_newsletters_on_time_late_missed_or_not_due():
    sent = [date(2026, 8, 26), date(2026, 9, 30), date(2026, 10, 30), date(2026, 12, 30)]
    found = states(INFOLETTRE, sent, date(2027, 2, 28))
    assert 7 not in found  # nothing is asked for in July
    assert found[8] == ("a_temps", date(2026, 8, 26))
    assert found[10] == ("en_retard", date(2026, 10, 30))  # two days after the last Wednesday
    assert found[11] == ("sautee", None)  # ten for eleven months: the first one missing
    assert found[1] == ("manquee", None)  # the second is missed, its follower being due
    assert found[2] == ("en_retard", None)  # still possible
    assert found[3] == ("non_due", None)


def test_the_month_that_the_direction_names_is_the_one_skipped():
    sent = [date(2026, 8, 26), date(2026, 10, 28), date(2026, 11, 25)]
    assert states(INFOLETTRE, sent, date(2026, 11, 30))[9] == ("sautee", None)
    named = states(INFOLETTRE, sent, date(2026, 11, 30), sautes=(12,))
    assert (named[9][0], named[12][0]) == ("manquee", "sautee")
    assert due_count(INFOLETTRE, E5, date(2026, 9, 30)) == 1
    assert due_count(INFOLETTRE, E5, date(2026, 9, 30), (12,)) == 2
    assert due_count(INFOLETTRE, E5, date(2027, 6, 30), (12,)) == 10
    assert due_count(BALADO, E5, date(2027, 6, 30), (8,)) == 9  # no month of the podcast may be skipped


def test_an_event_of_another_month_meets_the_date_it_is_nearest_to():
    found = states(WEBINAIRES, [date(2026, 11, 10)], date(2026, 11, 30))
    assert found[10] == ("en_retard", date(2026, 11, 10)) and found[12][0] == "non_due"
    found = states(WEBINAIRES, [date(2026, 10, 8), date(2026, 11, 10)], date(2026, 11, 30))
    assert found[10] == ("a_temps", date(2026, 10, 8)) and found[12] == ("a_temps", date(2026, 11, 10))  # early
    found = states(BALADO, [date(2026, 9, 3), date(2026, 9, 20)], date(2026, 9, 30))
    assert found[8] == ("en_retard", date(2026, 9, 3)) and found[9] == ("a_temps", date(2026, 9, 20))


def test_silence_counts_once_the_files_of_the_month_are_late():
    serie = Serie.of([(date(2026, 9, 30), date(2026, 9, 30), 1.0, None, 1.0)])
    assert known_until(serie, E5, date(2026, 11, 5), 10) == date(2026, 9, 30)
    assert known_until(serie, E5, date(2026, 11, 11), 10) == date(2026, 10, 31)
    assert known_until(Serie(), E5, date(2026, 7, 15), 10) < E5.debut


def test_a_typed_zero_is_no_event_and_a_month_has_no_day():
    rows = [
        (date(2026, 8, 1), date(2026, 8, 31), 0.0, None, 1.0),
        (date(2026, 9, 1), date(2026, 9, 30), 2.0, None, 1.0),
    ]
    events = events_of(Serie.of(rows), E5, date(2026, 11, 1))
    assert events == [(date(2026, 9, 1), date(2026, 9, 30))]
    found = occurrences_of(BALADO, E5, events, date(2026, 9, 30), date(2026, 10, 1))
    assert (found[1].etat, found[1].fait_le, found[1].mois_seul) == ("a_temps", None, True)


days = st.integers(0, 364).map(lambda k: E5.debut + timedelta(k))


@given(st.lists(days, max_size=14, unique=True), days, days, st.sampled_from([INFOLETTRE, BALADO, WEBINAIRES]))
def test_states_only_move_forward(events, a, b, calendrier):
    """Known day by day: what is met stays met, what is missed is met late or stays missed, what was due stays due."""
    first, second = sorted((a, b))

    def seen(jour):
        return occurrences_of(calendrier, E5, [(d, d) for d in sorted(events) if d <= jour], jour, jour)

    for before, after in zip(seen(first), seen(second), strict=True):
        if before.faite:
            assert after.faite and (before.etat == "en_retard" or after.etat == "a_temps")
        elif before.etat == "manquee":
            assert after.etat == "manquee" or after.faite
        elif before.etat == "en_retard":
            assert after.etat in ("en_retard", "manquee")
        assert before.etat != "non_due" or before.echeance > first or before.sautee


def test_wilson_s_interval_against_published_values():
    # 8 of 10: (0.4902, 0.9433); 0 of 10: (0, 0.2775), Brown, Cai and DasGupta's formula worked by hand
    assert interval_of(8, 10) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert interval_of(0, 10) == (0.0, pytest.approx(0.2775, abs=1e-4))
    assert interval_of(0, 0) is None


def test_everyone_answered_nothing_is_left_to_doubt():
    assert interval_of(30, 40, 40) == (0.75, 0.75)
    assert interval_of(30, 40, 38) == (0.75, 0.75)  # more answers than invitations: sent on to others
    wide, narrow = interval_of(30, 40), interval_of(30, 40, 50)
    assert wide.bas < narrow.bas < 0.75 < narrow.haut < wide.haut
    assert interval_of(30, 40, 10**9) == pytest.approx(wide, abs=1e-6)


@given(st.integers(1, 2000), st.data())
def test_the_interval_is_within_0_and_1_and_holds_the_rate(n, data):
    k = data.draw(st.integers(0, n))
    invites = data.draw(st.none() | st.integers(1, 4000))
    found = interval_of(k, n, invites)
    assert 0 <= found.bas <= k / n <= found.haut <= 1
    if invites:
        unknown = interval_of(k, n)
        assert found.haut - found.bas <= unknown.haut - unknown.bas + 1e-12


def test_an_interval_crosses_what_it_holds():
    assert Intervalle(0.70, 0.90).crosses(0.75)
    assert not Intervalle(0.75, 0.90).crosses(0.75)  # wholly at or above
    assert Intervalle(0.60, 0.75).crosses(0.75)
    assert not Intervalle(0.60, 0.74).crosses(0.75)


def test_a_rise_is_suspended_across_a_break():
    ind = Indicateur(
        id="1.1.1-1", titre="t", court="t", type="nombre", unite="visite", cadence="mensuelle", cible=Cible(hausse=10)
    )  # fmt: skip
    seuil = ind.model_copy(update={"type": "taux", "cible": Cible(seuil=75)})
    cut = Rupture(date(2026, 3, 1), "changement d'outil")
    assert cible_of(ind, E5, 200.0, None, cut) == Objet(None, "rupture")
    assert cible_of(ind, E5, 200.0, 500.0, cut) == Objet(500.0, "direction")  # a figure set by hand compares
    assert cible_of(seuil, E5, 0.8, None, cut) == Objet(0.75, "plan")


def test_which_years_a_break_keeps_apart():
    def cuts(day, au=date(2030, 1, 1)):
        return between([Rupture(day, "x")], E5, au)

    assert cuts(date(2025, 7, 1)) is None  # both years after it
    assert cuts(date(2025, 7, 2)) and cuts(date(2026, 7, 1)) and cuts(date(2027, 6, 30))
    assert cuts(date(2027, 7, 1)) is None  # both before
    assert cuts(date(2027, 3, 1), au=date(2027, 2, 28)) is None  # not there yet
    assert not inside([Rupture(date(2026, 7, 1), "x")], E5) and inside([Rupture(date(2026, 7, 2), "x")], E5)


def test_a_year_cut_in_two_is_no_model_of_a_year():
    rows = [(date(2025, 7, 1), date(2026, 6, 30), 10.0, None, 1.0)]
    assert full_year(Serie.of(rows), Exercice(2025), date(2026, 8, 1))
    broken = replace(Serie.of(rows), ruptures=(Rupture(date(2026, 3, 1), "x"),))
    assert not full_year(broken, Exercice(2025), date(2026, 8, 1))


@pytest.mark.parametrize(
    ("manque", "unite", "jours", "dit"),
    [
        (578, "visite", 56, "Il manque 578 visites, soit 73 par semaine d'ici le 30 juin"),
        (2, "webinaire", 200, "Il manque 2 webinaires d'ici le 30 juin"),
        (1, "webinaire", 200, "Il manque 1 webinaire d'ici le 30 juin"),
        (13, "démarche", 218, "Il manque 13 démarches, soit 2 par mois d'ici le 30 juin"),
        (40, "visite", 10, "Il manque 40 visites d'ici le 30 juin"),
        (3, "mise à jour|mises à jour", 60, "Il manque 3 mises à jour, soit 2 par mois d'ici le 30 juin"),
        (0, "visite", 100, ""),
    ],
)
def test_what_is_left(manque, unite, jours, dit):
    assert remaining(manque, unite, jours).replace("\u00a0", " ") == dit


def test_what_was_missed_and_what_a_rate_lacks():
    assert missed(578, "visite").replace("\u00a0", " ") == "Il a manqué 578 visites"
    assert missed(0, "visite") == ""
    assert answers_needed(5, 9, 0.75) == 7 and (5 + 7) / (9 + 7) >= 0.75 > (5 + 6) / (9 + 6)
    assert answers_needed(9, 10, 0.75) == 0 and answers_needed(9, 10, 1.0) is None
    said = rate_remaining(0.195, 5, 9, 0.75, sondage=True, clos=False).replace("\u00a0", " ").replace("\u202f", " ")
    assert said == "il manque 19,5 points ; 7 réponses satisfaites de plus y suffiraient"
    over = rate_remaining(0.05, 28, 40, 0.75, sondage=True, clos=True).replace("\u00a0", " ")
    assert over == "il a manqué 5,0 points (2 réponses satisfaites sur 40)"
    assert (
        rate_remaining(0.015, None, None, 0.75, sondage=False, clos=False).replace("\u00a0", " ")
        == "il manque 1,5 point"
    )


@given(st.integers(0, 10**6), st.integers(0, 10**7).map(lambda tenths: tenths / 10), st.booleans())
def test_the_gap_closed_reaches_the_target_and_no_less_would(valeur, cible, strict):
    missing = gap(valeur, cible, strict=strict)
    assert missing >= 0 and missing == int(missing)
    if missing:
        assert reached(valeur + missing, cible, strict=strict)
        assert not reached(valeur + missing - 1, cible, strict=strict)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 300), st.floats(0.05, 0.99), st.booleans())
def test_no_status_is_better_for_a_lower_rate(a, b, n, seuil, closed):
    order = ["non_atteinte", "presque", "atteinte"] if closed else ["en_retard", "a_surveiller", "en_voie", "atteinte"]
    low, high = sorted((min(a, n), min(b, n)))
    ranks = [order.index(statut_of(k / n, seuil, seuil, closed=closed, limites=Limites())) for k in (low, high)]
    assert ranks[0] <= ranks[1]
    assert interval_of(low, n).bas <= interval_of(high, n).bas and interval_of(low, n).haut <= interval_of(high, n).haut
