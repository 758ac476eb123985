"""The demonstration's files, in the order they were received: the exports of each month, early in the next one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from etl.demo import balado, infolettre, saisie, sondage, web, webinaire
from etl.demo.programme import REPETITION, in_month
from etl.demo.schedule import (
    CORRECTED_SITE,
    LATE_SAISIE,
    MISSING_PAGES,
    OPENED_LATER,
    first_days,
    moment,
    reception,
)
from etl.demo.tools import chance, month_code

COMMUNICATIONS = "communications"
DIRECTION = "direction"


@dataclass(frozen=True)
class DemoFile:
    """One file as it came in. Moments in UTC, without zone. `annule_le`: it was cancelled afterwards."""

    nom: str
    octets: bytes
    recu_le: datetime
    par: str
    annule_le: datetime | None = None


@dataclass(frozen=True)
class _Envoi:
    """A file to send: `jour` when not with the others of its month."""

    nom: str
    octets: bytes
    par: str = COMMUNICATIONS
    jour: date | None = None
    annule: bool = False


def _site(month: date) -> Iterator[_Envoi]:
    code = month_code(month)
    if (month.year, month.month) == CORRECTED_SITE:
        yield _Envoi(f"ga4-acquisition-{code}-v1.csv", web.acquisition(month, seen=0.71))
        later = reception(month) + timedelta(days=8)
        yield _Envoi(f"ga4-acquisition-{code}.csv", web.acquisition(month), jour=later)
    else:
        yield _Envoi(f"ga4-acquisition-{code}.csv", web.acquisition(month))
    if (month.year, month.month) != MISSING_PAGES:
        yield _Envoi(f"ga4-pages-{code}.csv", web.pages(month))


def _podcast(month: date) -> Iterator[_Envoi]:
    """Figures since the beginning are those of the day they were taken: the end of the month before."""
    code, taken = month_code(month), reception(month).replace(day=1) - timedelta(days=1)
    yield _Envoi(f"spotify-ecoutes-{code}.csv", balado.daily(month))
    episodes = balado.since_the_beginning(taken.replace(day=1))
    if episodes:
        yield _Envoi(f"spotify-episodes-{code}.csv", episodes)


def _activities(month: date) -> Iterator[_Envoi]:
    held = in_month(month)
    for activite in held:
        if activite.inscrits is not None:
            number = webinaire.webinar_id(activite).replace(" ", "")
            name = f"attendee_{number}_{activite.jour:%Y_%m_%d}.csv"
            yield _Envoi(name, webinaire.attendee_report(activite))
    if (month.year, month.month) == (REPETITION.jour.year, REPETITION.jour.month):
        name = f"attendee_{webinaire.webinar_id(REPETITION).replace(' ', '')}_{REPETITION.jour:%Y_%m_%d}.csv"
        yield _Envoi(name, webinaire.attendee_report(REPETITION), annule=True)
    surveys = [s for a in held if (s := sondage.after(a))]
    surveys += [s for s in (sondage.ecoles(month), sondage.membres(month)) if s]
    for survey in surveys:
        yield _Envoi(survey.nom, sondage.workbook(survey))


def _of_month(month: date) -> Iterator[_Envoi]:
    if campaigns := infolettre.campaigns(month):
        name = f"mailchimp-campagnes-{month_code(month)}"
        if (month.year, month.month) == OPENED_LATER:
            yield _Envoi(f"{name}-v1.csv", infolettre.campaigns(month, seen=0.952) or b"")
            yield _Envoi(f"{name}.csv", campaigns, jour=reception(month) + timedelta(days=30))
        else:
            yield _Envoi(f"{name}.csv", campaigns)
    yield from _site(month)
    yield from _podcast(month)
    yield from _activities(month)
    late = LATE_SAISIE.get((month.year, month.month))
    yield _Envoi(f"saisie-{month_code(month)}.xlsx", saisie.workbook(month), DIRECTION, jour=late)


def _sent(month: date, envois: Iterator[_Envoi]) -> Iterator[DemoFile]:
    """The files of a month with the moment each came in, minutes apart."""
    dice = chance("envois", month.year, month.month)
    start = minutes = dice.randint(5, 300)
    for envoi in envois:
        minutes += dice.randint(1, 3)
        day = envoi.jour or reception(month)
        at = moment(day, minutes if envoi.jour is None else start)
        cancelled = at + timedelta(minutes=24) if envoi.annule else None
        yield DemoFile(envoi.nom, envoi.octets, at, envoi.par, cancelled)


def demo_files(today: date) -> Iterator[DemoFile]:
    """Every file received by the end of `today`, oldest first.

    The podcast's files of the last month are not there yet (see pending_files): they are late.
    """
    months = first_days(today)
    found = [f for m in months for f in _sent(m, _of_month(m))]
    pending = {f.nom for f in pending_files(today)}
    end = moment(today, 15 * 60)
    yield from sorted((f for f in found if f.nom not in pending and f.recu_le < end), key=lambda f: f.recu_le)


def pending_files(today: date) -> list[DemoFile]:
    """What is still to come for the last month: the podcast's exports. Good to try an import with."""
    months = first_days(today)
    if not months:
        return []
    return [f for f in _sent(months[-1], _of_month(months[-1])) if f.nom.startswith("spotify-")]
