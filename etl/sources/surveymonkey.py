"""SurveyMonkey: the answers of a survey under two header rows, the question and then its choices.

The two rows are joined before the table is read like any other (see etl.survey): a matrix gives a question a line of
it, and a question exported with a column a choice becomes one column again.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from etl.cells import normal
from etl.columns import Champ, find_header
from etl.scales import find_scale, read_answers
from etl.source import Contexte, Document, Extrait, Feuille
from etl.survey import SurveySource

_SEULE = {"response", "réponse", "open-ended response", "réponse ouverte", ""}


class SurveyMonkey(SurveySource):
    nom = "surveymonkey"
    titre = "Sondages · SurveyMonkey"
    aide = "SurveyMonkey, Analyser les résultats, Enregistrer sous, Exporter le fichier : toutes les réponses, individuelles."
    attendu = "colonne « RespondentID » (ou « ID du répondant »), deux lignes d'en-tête"
    signatures = (frozenset({"respondentid"}), frozenset({"respondent id"}), frozenset({"id du répondant"}))
    siennes = frozenset({
        "respondentid", "respondent id", "id du répondant", "collectorid", "collector id", "id du collecteur", "startdate",
        "start date", "date created", "date de début", "date de création", "enddate", "end date", "date modified",
        "date de fin", "date de modification", "ip address", "adresse ip", "email address", "adresse e-mail", "first name",
        "prénom", "firstname", "last name", "lastname", "nom", "nom de famille", "custom data",
        "customdata", "custom data 1", "données personnalisées", "données personnalisées 1",
    })  # fmt: skip

    def read(self, document: Document, contexte: Contexte) -> Extrait:
        joined = tuple(self._join(f) for f in document.feuilles)
        return super().read(replace(document, feuilles=joined), contexte)

    def columns(self, header: frozenset[str]) -> tuple[Champ, ...]:
        french = "id du répondant" in header
        return (
            Champ("id", "int", ("RespondentID", "Respondent ID", "ID du répondant"), filled=True),
            Champ("ouvert", "text", ("StartDate", "Start Date", "Date Created", "Date de début", "Date de création"), required=False),
            Champ(
                "fin", "date", ("EndDate", "End Date", "Date Modified", "Date de fin", "Date de modification"),
                filled=True, order="dmy" if french else "mdy",
            ),
        )  # fmt: skip

    def _join(self, feuille: Feuille) -> Feuille:
        """The same sheet under one header row; as it is when it has no second one."""
        header = find_header(feuille, self.signatures)
        if header is None or header + 1 >= len(feuille.cellules):
            return feuille
        cells = feuille.cellules
        first, second = ([str(v).strip() for v in cells.iloc[header + k]] for k in (0, 1))
        own = next(k for k, h in enumerate(first) if normal(h) in {next(iter(s)) for s in self.signatures})
        if second[own]:  # answers begin at once: a header of one row
            return feuille
        body = cells.iloc[header + 2 :].reset_index(drop=True)
        names, columns = _named(first, second, body, self.siennes)
        frame = pd.concat([pd.DataFrame([names]), pd.DataFrame(dict(enumerate(columns)))], ignore_index=True).astype(
            "str"
        )
        numbers = pd.concat([feuille.numeros.iloc[[header]], feuille.numeros.iloc[header + 2 :]], ignore_index=True)
        return Feuille(feuille.nom, frame, numbers)


def _named(
    first: list[str], second: list[str], body: pd.DataFrame, own: frozenset[str]
) -> tuple[list[str], list[pd.Series]]:
    """Header and cells of each column once joined; a choice a column becomes one column."""
    groups: list[tuple[str, list[int]]] = []
    for rank, name in enumerate(first):
        if name or not groups or normal(groups[-1][0]) in own:
            groups.append((name, [rank]))
        else:
            groups[-1][1].append(rank)
    names: list[str] = []
    columns: list[pd.Series] = []
    for name, ranks in groups:
        cells = [body.iloc[:, k] for k in ranks]
        if len(ranks) > 1 and _one_answer([second[k] for k in ranks], cells):
            merged = cells[0]
            for other in cells[1:]:
                merged = merged.where(merged.str.strip() != "", other)
            names.append(name)
            columns.append(merged)
            continue
        for k, c in zip(ranks, cells, strict=True):
            names.append(name if normal(second[k]) in _SEULE or not name else f"{name} [{second[k]}]")
            columns.append(c)
    return names, columns


def _one_answer(titles: list[str], cells: list[pd.Series]) -> bool:
    """Columns of one question answered once: their titles are a scale, each cell repeats its title or is empty."""
    names = pd.Series(titles, dtype="str")
    scale = find_scale(names)
    if scale is None or not read_answers(names, scale).known.all():
        return False
    filled = [c.map(normal) for c in cells]
    own = all(set(f.unique()) <= {normal(t), ""} for t, f in zip(titles, filled, strict=True))
    answered = pd.DataFrame({k: f != "" for k, f in enumerate(filled)}).sum(axis=1)
    return own and bool((answered <= 1).all())


SOURCE = SurveyMonkey()
