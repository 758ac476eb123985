"""Google Forms: the answers of a survey, one row a person, in French or English. See etl.survey for what is kept."""

from __future__ import annotations

from etl.cells import normal
from etl.columns import Champ, find_header, headers_at
from etl.source import Document
from etl.survey import SurveySource

_MOMENT = frozenset({"timestamp", "horodateur"})


class GoogleForms(SurveySource):
    nom = "google_forms"
    titre = "Sondages · Google Forms"
    aide = "Google Forms, onglet Réponses, Télécharger les réponses (.csv), ou la feuille Google associée."
    attendu = "première colonne « Horodateur » (ou « Timestamp »), puis les questions"
    signatures = (frozenset({"timestamp"}), frozenset({"horodateur"}))
    siennes = frozenset({
        "timestamp", "horodateur", "email address", "adresse e-mail", "adresse courriel", "adresse email", "username",
        "nom d'utilisateur", "score", "note", "total score",
    })  # fmt: skip

    def recognise(self, document: Document) -> bool:
        """« Timestamp » is a common word: it must be the first column, and the others read like questions."""
        for feuille in document.feuilles:
            row = find_header(feuille, self.signatures)
            if row is None:
                continue
            first, *others = headers_at(feuille, row)
            asked = [h for h in others if h and not self.is_own(h)]
            if normal(first) in _MOMENT and any("?" in h or len(h.split()) > 3 for h in asked):
                return True
        return False

    def columns(self, header: frozenset[str]) -> tuple[Champ, ...]:
        moment = ("Horodateur", "Timestamp")
        return (
            Champ("id", "int", ("ID",), required=False),
            Champ("ouvert", "text", moment, filled=True),
            Champ("fin", "date", moment, filled=True, order="dmy" if "horodateur" in header else "mdy"),
        )


SOURCE = GoogleForms()
