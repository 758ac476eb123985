"""The fiscal year (exercice) as a type: 1 July to 30 June."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

PREMIER = 2022
NOMBRE = 5


@dataclass(frozen=True, order=True)
class Exercice:
    """The fiscal year that begins on 1 July of `annee`."""

    annee: int

    @classmethod
    def parse(cls, texte: str) -> Exercice:
        """Read `2026-2027` (or `2026-27`).

        Raises:
            ValueError: in French, when the text is not two consecutive years.
        """
        found = re.fullmatch(r"\s*(\d{4})\s*[-–]\s*(\d{2}|\d{4})\s*", texte)
        if not found or int(found[2]) % 100 != (int(found[1]) + 1) % 100:
            raise ValueError(f"Exercice inconnu : « {texte} ». Écrivez par exemple 2026-2027.")
        return cls(int(found[1]))

    @classmethod
    def of(cls, jour: date) -> Exercice:
        """The fiscal year that `jour` belongs to."""
        return cls(jour.year if jour.month >= 7 else jour.year - 1)

    @property
    def debut(self) -> date:
        return date(self.annee, 7, 1)

    @property
    def fin(self) -> date:
        return date(self.annee + 1, 6, 30)

    @property
    def jours(self) -> int:
        """365 or 366: the leap day belongs to the year that began the July before."""
        return (self.fin - self.debut).days + 1

    @property
    def an(self) -> int:
        """1 for the first year of the plan."""
        return self.annee - PREMIER + 1

    @property
    def precedent(self) -> Exercice:
        return Exercice(self.annee - 1)

    def rang(self, jour: date) -> int:
        """Days elapsed at the end of `jour`: 1 on 1 July, `jours` from 30 June on, 0 before."""
        return min(max((jour - self.debut).days + 1, 0), self.jours)

    def same_day(self, jour: date) -> date:
        """The day of this year with the month and day of `jour` (29 February may become the 28th)."""
        annee = self.annee if jour.month >= 7 else self.annee + 1
        try:
            return jour.replace(year=annee)
        except ValueError:
            return date(annee, 3, 1) - timedelta(days=1)

    def mois(self) -> list[date]:
        """First days of its twelve months, July first."""
        return [date(self.annee + (k > 5), (6 + k) % 12 + 1, 1) for k in range(12)]

    def closed(self, au: date) -> bool:
        return au > self.fin

    def __str__(self) -> str:
        return f"{self.annee}-{self.annee + 1}"

    @property
    def court(self) -> str:
        return f"{self.annee % 100:02d}-{(self.annee + 1) % 100:02d}"


def exercices_du_plan() -> list[Exercice]:
    """The five years of the plan, in order."""
    return [Exercice(PREMIER + k) for k in range(NOMBRE)]
