"""What every survey tool's source shares: a table of answers, one row a person, kept as counts of answers by month.

Only questions of satisfaction are kept; no person's row, no free answer. The newest export of a survey replaces the
earlier ones: it is known by its first answer, whatever the file's name.
"""

from __future__ import annotations

import hashlib
import re
from typing import ClassVar, NamedTuple

import pandas as pd

from etl.cells import normal
from etl.findings import LISTES_MAX, constat_at, more_cells, quoted
from etl.privacy import personal_columns, scrub
from etl.scales import is_scale, label, read_answers
from etl.source import Constat, Contexte, Document, Extrait, Tranche, row_columns
from etl.table import Champ, Table, TableSource, find_header, read_table

_ANONYME = {"anonymous", "anonyme", ""}
_NUMERO = re.compile(r"\s*\(\d+\s*-\s*\d+\)\s*|\s*\(\d+\)\s*$")


class Question(NamedTuple):
    """A column: its rank in the grid, its text, and the answers given, aligned with the rows."""

    rank: int
    texte: str
    reponses: pd.Series


class SurveySource(TableSource):
    """A survey tool whose export has one row a person.

    Give `signatures`, `siennes` (normalised headers of the tool's own columns, which are no questions) and `columns`.
    """

    famille = "sondage"
    cadence = "evenement"
    siennes: ClassVar[frozenset[str]]

    def columns(self, header: frozenset[str]) -> tuple[Champ, ...]:
        """The columns « id », « ouvert » and « fin » (the moment of the answer), for a header's normalised names."""
        raise NotImplementedError

    def is_own(self, header: str) -> bool:
        """Is it a column that the tool adds itself?"""
        return normal(header) in self.siennes

    def read(self, document: Document, contexte: Contexte) -> Extrait:
        extrait = self.blank()
        frames = []
        name = survey_name(document)
        for feuille in document.feuilles:
            header = find_header(feuille, self.signatures)
            if header is None:
                note = f"La feuille « {feuille.nom} » n'a pas les colonnes de cet outil ; elle n'est pas lue."
                extrait.constats.append(Constat("feuille_ignoree", "info", note, feuille=feuille.nom))
                continue
            table = read_table(feuille, header, self.columns(feuille.top_names[header]), contexte, extrait)
            if table is None or table.frame.empty:
                continue
            self.keep(table, extrait)
            kept = self._questions(table, extrait)
            if not extrait.erreurs and kept and len(table.frame):
                frames.append(_counts(self.nom, kept, table, name))
        if extrait.erreurs:
            return extrait
        if not frames:
            extrait.constats.append(_nothing(document))
            return extrait
        lignes = pd.concat(frames, ignore_index=True)
        extrait.lignes = lignes[row_columns(self.famille)]
        for serie, rows in lignes.groupby("serie", sort=True):
            extrait.tranches.append(Tranche(str(serie), rows["debut"].min(), rows["fin"].max(), "cle"))
        return extrait

    def keep(self, table: Table, extrait: Extrait) -> None:
        """Set aside the rows that do not count, in `table.frame`; all count by default."""

    def texts(self, table: Table) -> list[str]:
        """The words of each column's question; its header by default."""
        return table.headers

    def _questions(self, table: Table, extrait: Extrait) -> list[Question]:
        """The questions of satisfaction. The others are told, and their answers counted as dropped."""
        personal = set(personal_columns(table.headers))
        kept, left = [], []
        for rank, words in enumerate(self.texts(table)):
            raw = table.feuille.cellules.iloc[table.frame["row"].to_numpy(), rank].reset_index(drop=True)
            raw = raw.str.strip()
            if not words or self.is_own(table.headers[rank]):
                anonymous = raw.str.casefold().isin(_ANONYME)
                if rank in personal:  # read_table counted every filled cell of this column
                    extrait.cellules_personnelles -= int((anonymous & (raw != "")).sum())
                continue
            if is_scale(raw):
                kept.append(Question(rank, scrub(words), raw))
                continue
            if rank not in personal:
                extrait.cellules_personnelles += int((raw != "").sum())
            left.append(words)
        if left:
            many = len(left) > 1
            note = (
                f"{len(left)} questions ne sont pas des questions de satisfaction et ne sont pas gardées : {quoted(map(scrub, left), 6)}."
                if many
                else f"Une question n'est pas une question de satisfaction et n'est pas gardée : {quoted(map(scrub, left))}."
            )
            extrait.constats.append(Constat("questions_ecartees", "info", note, feuille=table.feuille.nom))
        for question in kept:
            extrait.constats += _off_scale(question, table)
        return _distinct(kept)


def survey_name(document: Document) -> str:
    """The survey's title, which these tools write nowhere but in the file's name: « Titre(1-31).xlsx »."""
    stem = document.fichier.rsplit(".", 1)[0]
    return " ".join(_NUMERO.sub(" ", stem).split()) or "Sondage sans titre"


def _distinct(questions: list[Question]) -> list[Question]:
    """Questions asked twice in the same words stay two."""
    seen: dict[str, int] = {}
    out = []
    for question in questions:
        count = seen[question.texte] = seen.get(question.texte, 0) + 1
        out.append(question._replace(texte=f"{question.texte} ({count})") if count > 1 else question)
    return out


def _off_scale(question: Question, table: Table) -> list[Constat]:
    """Answers that are not on the scale of the others: an « erreur » each, for leaving them out would change the rate."""
    wrong = question.reponses[~read_answers(question.reponses).known]
    header = table.headers[question.rank]
    out = []
    places = table.frame.loc[wrong.index, "row"].tolist()
    for row, text in list(zip(places, wrong, strict=True))[:LISTES_MAX]:
        note = f"« {scrub(text)[:60]} » n'est pas une réponse de l'échelle de satisfaction des autres réponses."
        remede = "Écrivez une réponse de l'échelle, ou laissez la cellule vide si elle ne compte pas."
        out.append(
            constat_at(
                "hors_echelle", "erreur", note, table.feuille, row, question.rank,
                header=header, trouve=scrub(text)[:60], remede=remede,
            )
        )  # fmt: skip
    if len(wrong) > LISTES_MAX:
        out.append(more_cells("erreur", len(wrong) - LISTES_MAX, table.feuille, header))
    return out


def _survey_key(questions: list[Question], table: Table) -> str:
    """What stays the same from one export of a survey to the next: its first answer's number, moments and choices.

    The words of questions are left out: correcting one must not make the survey count twice.
    """
    frame = table.frame
    first = frame.sort_values(["id", "fin"]).index[0]
    choices = sorted(label(q.reponses[first]) for q in questions if q.reponses[first])
    marks = [str(frame["id"][first]), str(frame["fin"][first].date()), str(frame["ouvert"][first]), *choices]
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()[:16]


def _counts(outil: str, questions: list[Question], table: Table, sondage: str) -> pd.DataFrame:
    """A row a question, an answer and a month, with how many gave it."""
    serie = f"{outil}|{_survey_key(questions, table)}"
    days = table.frame["fin"]
    month = days.dt.to_period("M")
    spans = days.groupby(month).agg(["min", "max"])
    rows = []
    for question in questions:
        given = question.reponses != ""
        satisfied = read_answers(question.reponses).satisfait
        answers = pd.DataFrame({"month": month, "reponse": question.reponses, "satisfait": satisfied})[given]
        counted = answers.groupby(["month", "reponse"], sort=True).agg(
            nombre=("reponse", "size"), satisfait=("satisfait", "first")
        )
        for when, reponse, nombre, satisfait in counted.reset_index().itertuples(index=False):
            rows.append({
                "serie": serie, "debut": spans["min"][when].date(), "fin": spans["max"][when].date(), "sondage": sondage,
                "question": question.texte, "reponse": reponse, "satisfait": satisfait, "nombre": nombre,
            })  # fmt: skip
    return pd.DataFrame(rows)


def _nothing(document: Document) -> Constat:
    note = "Aucune question de satisfaction n'est reconnue dans ce sondage (« Très satisfait », « Plutôt satisfait »…)."
    remede = "Il n'y a rien à en garder pour les indicateurs du plan ; les réponses libres ne sont jamais conservées."
    return Constat("rien_a_lire", "erreur", note, feuille=document.feuilles[0].nom, remede=remede)
