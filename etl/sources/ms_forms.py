"""Microsoft Forms: the answers of a survey, one row a person, in French or English. See etl.survey for what is kept."""

from __future__ import annotations

import re

from etl.cells import normal
from etl.columns import Champ
from etl.survey import SurveySource

# « Points - … » and « Feedback - … » come with each question of a quiz.
_QUIZ = re.compile(r"(?:points|feedback|commentaires?|grade) ?[-–:] ")
_FRANCAIS = frozenset({"id", "heure de début", "heure de fin"})


class MSForms(SurveySource):
    nom = "ms_forms"
    titre = "Sondages · Microsoft Forms"
    aide = "Microsoft Forms, onglet Réponses, Ouvrir dans Excel (ou Télécharger une copie)."
    attendu = "colonnes « ID », « Heure de début », « Heure de fin » (ou « Start time », « Completion time »)"
    signatures = (_FRANCAIS, frozenset({"id", "start time", "completion time"}))
    siennes = frozenset({
        "id", "start time", "completion time", "email", "name", "last modified time", "language", "total points",
        "quiz feedback", "grade posted time", "heure de début", "heure de fin", "adresse de messagerie", "nom",
        "heure de la dernière modification", "langue", "nombre total de points", "total de points",
        "commentaires sur le quiz", "heure de publication de la note", "courrier électronique", "e-mail", "adresse e-mail",
    })  # fmt: skip

    def is_own(self, header: str) -> bool:
        return super().is_own(header) or bool(_QUIZ.match(normal(header)))

    def columns(self, header: frozenset[str]) -> tuple[Champ, ...]:
        """A file saved again as text writes days in the order of its language."""
        return (
            Champ("id", "int", ("ID",), filled=True),
            Champ("ouvert", "text", ("Heure de début", "Start time"), required=False),
            Champ(
                "fin",
                "date",
                ("Heure de fin", "Completion time"),
                filled=True,
                order="dmy" if header >= _FRANCAIS else "mdy",
            ),
        )


SOURCE = MSForms()
