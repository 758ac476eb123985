"""LimeSurvey: the answers of a survey, one row a person. See etl.survey for what is kept.

Only answers that were submitted count: the others are set aside, and said so.
"""

from __future__ import annotations

from etl.columns import Champ, Table
from etl.source import Extrait
from etl.survey import SurveySource

# What LimeSurvey writes in place of dates when the survey is anonymous.
_SANS_DATE = ("1980-01-01 00:00:00", "1980-01-01", "n/a")
_FRANCAIS = frozenset({"id de la réponse", "date de soumission"})


class LimeSurvey(SurveySource):
    nom = "limesurvey"
    titre = "Sondages · LimeSurvey"
    aide = "LimeSurvey, Réponses, Exporter, Exporter les réponses : CSV, textes complets des questions et des réponses."
    attendu = "colonnes « ID de la réponse », « Date de soumission » (ou « Response ID », « Date submitted »)"
    signatures = (_FRANCAIS, frozenset({"response id", "date submitted"}))
    siennes = frozenset({
        "id de la réponse", "date de soumission", "dernière page", "langue de départ", "tête de série", "date de lancement",
        "date de la dernière action", "adresse ip", "url référente", "clé d'accès", "code d'invitation", "prénom", "nom",
        "nom de famille", "adresse de courriel", "courriel", "temps total", "durée totale",
        "response id", "date submitted", "last page", "start language", "seed", "date started", "date last action",
        "ip address", "referrer url", "access code", "token", "first name", "last name", "email address", "total time",
    })  # fmt: skip

    def columns(self, header: frozenset[str]) -> tuple[Champ, ...]:
        return (
            Champ("id", "int", ("ID de la réponse", "Response ID"), filled=True),
            Champ("ouvert", "text", ("Date de lancement", "Date started"), required=False),
            Champ(
                "fin", "date", ("Date de soumission", "Date submitted"), empty=_SANS_DATE,
                order="dmy" if header >= _FRANCAIS else "mdy",
            ),
        )  # fmt: skip

    def keep(self, table: Table, extrait: Extrait) -> None:
        submitted = table.frame["fin"].notna()
        extrait.set_aside("réponse jamais soumise, ou sans date", int((~submitted).sum()))
        table.frame = table.frame[submitted].reset_index(drop=True)


SOURCE = LimeSurvey()
