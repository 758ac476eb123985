"""What every survey tool's source shares: a table of answers, one row a person, kept as counts of answers by month.

Only questions on a closed scale, and those where choices are ticked, are kept; no person's row, no free answer. The
newest export of a survey replaces the earlier ones: it is known by its first answer, whatever the file's name.
"""

from __future__ import annotations

import re
from typing import ClassVar

import pandas as pd

from etl.cells import normal
from etl.choices import AUTRE, ECHELLE, Ticks, read_cells, read_columns
from etl.columns import Champ, Table, find_header, read_table
from etl.findings import LISTES_MAX, constat_at, more_cells, quoted
from etl.privacy import personal_columns, scrub
from etl.ratings import find_ratings
from etl.scales import SATISFACTION, find_scale, load_echelles, read_answers
from etl.source import Constat, Contexte, Document, Extrait, Tranche, row_columns
from etl.survey_rows import Question, count_answers
from etl.table import TableSource

AUTRE_REPONSE = "Autre réponse"  # what is kept of words that are not on the scale of the others
_ANONYME = {"anonymous", "anonyme", ""}
_NUMERO = re.compile(r"\s*\(\d+\s*-\s*\d+\)\s*|\s*\(\d+\)\s*$")


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
                frames.append(count_answers(self.nom, kept, table.frame, name))
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
        """The questions on a closed scale. The others are told, and their answers counted as dropped."""
        personal = set(personal_columns(table.headers))
        words = self.texts(table)
        answers: dict[int, pd.Series] = {}
        for rank, text in enumerate(words):
            raw = table.feuille.cellules.iloc[table.frame["row"].to_numpy(), rank].reset_index(drop=True)
            raw = raw.str.strip()
            if text and not self.is_own(table.headers[rank]):
                answers[rank] = raw
            elif rank in personal:  # read_table counted every filled cell of this column
                extrait.cellules_personnelles -= int((raw.str.casefold().isin(_ANONYME) & (raw != "")).sum())
        kept = {rank: q for rank, raw in answers.items() if (q := _on_scale(rank, words[rank], raw))}
        # « Oui » and « Non » under « Question [Choix] » are ticks, when several columns go together
        free = [k for k in answers if k not in kept or kept[k].echelle == "oui_non"]
        ticked = read_columns([words[k] for k in free], [answers[k] for k in free], free)
        for ticks in ticked:
            for rank in ticks.rangs:
                kept.pop(rank, None)
        grouped = {rank for ticks in ticked for rank in ticks.rangs}
        alone = [k for k in free if k not in kept and k not in grouped and k not in personal]
        ticked += [t for k in alone if (t := read_cells(words[k], answers[k], k))]
        grouped |= {rank for ticks in ticked for rank in ticks.rangs}
        for ticks in ticked:
            kept[ticks.rangs[0]] = Question(ticks.rangs[0], ticks.texte, pd.Series(dtype="str"), ECHELLE, ticks)
            extrait.cellules_personnelles += _dropped(ticks, answers, personal)
        left = [k for k in answers if k not in kept and k not in grouped]
        extrait.cellules_personnelles += sum(int((answers[k] != "").sum()) for k in left if k not in personal)
        if left:
            extrait.constats.append(_left_out([words[k] for k in left], table))
        questions = [kept[k] for k in sorted(kept)]
        for question in questions:
            extrait.constats += _off_scale(question, table)
        questions = _distinct([_closed(q, extrait) for q in questions])
        extrait.constats += _to_decide(questions, table)
        return questions


def survey_name(document: Document) -> str:
    """The survey's title, which these tools write nowhere but in the file's name: « Titre(1-31).xlsx »."""
    stem = document.fichier.rsplit(".", 1)[0]
    return " ".join(_NUMERO.sub(" ", stem).split()) or "Sondage sans titre"


def _on_scale(rank: int, words: str, raw: pd.Series) -> Question | None:
    """A column as a question, when its answers are on a scale of words or of numbers."""
    scale = find_scale(raw)
    if scale:
        return Question(rank, scrub(words), raw, scale)
    ratings = find_ratings(words, raw)
    return Question(rank, scrub(words), ratings.reponses, ratings.nom) if ratings else None


def _dropped(ticks: Ticks, answers: dict[int, pd.Series], personal: set[int]) -> int:
    """Cells of free words that a question of choices left behind, less those that only looked personal."""
    in_columns = len(ticks.rangs) > 1
    free = sum(int((answers[k] != "").sum()) for k in ticks.libres if k not in personal)
    if in_columns:
        return free - sum(int((answers[k] != "").sum()) for k in ticks.rangs if k in personal and k not in ticks.libres)
    return sum(AUTRE in ticked for ticked in ticks.coches if ticked)


def _closed(question: Question, extrait: Extrait) -> Question:
    """The question without a word that is not on its scale."""
    if question.ticks or question.echelle == SATISFACTION:  # the latter's were refused
        return question
    known = read_answers(question.reponses, question.echelle).known
    extrait.cellules_personnelles += int((~known).sum())
    return question._replace(reponses=question.reponses.where(known, AUTRE_REPONSE))


def _left_out(words: list[str], table: Table) -> Constat:
    names = quoted(map(scrub, words), 6)
    note = (
        f"{len(words)} questions n'ont pas de réponses sur une échelle fermée et ne sont pas gardées : {names}."
        if len(words) > 1
        else f"Une question n'a pas de réponses sur une échelle fermée et n'est pas gardée : {names}."
    )
    return Constat("questions_ecartees", "info", note, feuille=table.feuille.nom)


def _to_decide(questions: list[Question], table: Table) -> list[Constat]:
    """Which questions count nowhere until someone says what is satisfied."""
    scales = load_echelles().echelles
    found = [q.texte for q in questions if not (q.echelle in scales and scales[q.echelle].connu)]
    if not found:
        return []
    what = (
        f"{len(found)} questions sont gardées sans compter encore"
        if len(found) > 1
        else "Une question est gardée sans compter encore"
    )
    note = f"{what} : {quoted(found, 6)}."
    remede = "Sur la page « Questions des sondages », dites lesquelles de leurs réponses sont satisfaites."
    return [Constat("questions_a_decider", "info", note, feuille=table.feuille.nom, remede=remede)]


def _distinct(questions: list[Question]) -> list[Question]:
    """Questions asked twice in the same words stay two; those of satisfaction are numbered before the others."""
    seen: dict[str, int] = {}
    out = []
    for question in sorted(questions, key=lambda q: (q.echelle != SATISFACTION, q.rank)):
        count = seen[question.texte] = seen.get(question.texte, 0) + 1
        out.append(question._replace(texte=f"{question.texte} ({count})") if count > 1 else question)
    return sorted(out, key=lambda q: q.rank)


def _off_scale(question: Question, table: Table) -> list[Constat]:
    """Answers that are not on the scale of satisfaction of the others: an « erreur » each, for without them the rate is another."""
    if question.echelle != SATISFACTION:
        return []
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


def _nothing(document: Document) -> Constat:
    note = "Aucune question à réponses fermées n'est reconnue dans ce sondage (« Très satisfait », « Plutôt d'accord », « 4 » sur 5…)."
    remede = "Il n'y a rien à en garder pour les indicateurs du plan ; les réponses libres ne sont jamais conservées."
    return Constat("rien_a_lire", "erreur", note, feuille=document.feuilles[0].nom, remede=remede)
