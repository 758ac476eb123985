"""Survey questions: those received, the indicator each speaks to, and the likeliest one for those that speak to none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path

from rqds_metrics.corrections import corrected
from rqds_metrics.donnees import load_donnees
from rqds_metrics.lots import portee_table
from rqds_metrics.parts import CHOIX, Choix, Reponse, count, read_choix, undecided
from rqds_metrics.plan import Condition, Indicateur, Plan
from rqds_metrics.registre import Decisions
from rqds_metrics.releves import plain
from rqds_metrics.store import connect, version

RESSEMBLANCE = 0.42  # likeness under which nothing is proposed
_VIDES = frozenset(
    "de des du la le les l d et en au aux a un une dans quelle mesure etes vous satisfait satisfaits satisfaite "
    "satisfaction taux avec pour par notre nos vos votre que qui ce cette".split()
)


@dataclass(frozen=True)
class Question:
    """A question of a survey, all its live answers together. `n`: those that count in the rate, as was decided."""

    sondage: str
    question: str
    n: float
    satisfaits: float
    debut: date
    fin: date
    reponses: tuple[Reponse, ...] = ()
    a_decider: bool = False  # some answers on its scale count nowhere until someone says what they are worth

    @property
    def cle(self) -> str:
        """How the registre names it."""
        return f"{self.sondage}\n{self.question}"

    @property
    def echelle(self) -> str | None:
        """The scale its answers came in on; None for those kept before scales were."""
        return next((r.echelle for r in self.reponses if r.echelle), None)

    @property
    def plusieurs(self) -> bool:
        """May a person tick several answers?"""
        return self.echelle == CHOIX


def read_questions(au: date, base: str | Path | None = None) -> list[Question]:
    """Every question received by the end of `au`, the newest survey first."""
    if not version(base):
        return []
    known = load_donnees(au, base)
    with connect(base) as cursor:
        portee_table(cursor, list(known.portees))
        with corrected(cursor, known.decisions, known.portees):
            rows = cursor.execute(
                """
                SELECT r.sondage, r.question, r.reponse, r.satisfait, r.echelle, sum(r.nombre), sum(r.repondants),
                       min(r.debut), max(r.fin)
                FROM sondage r JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
                GROUP BY ALL ORDER BY 1, 2, 3
                """
            ).fetchall()
    found: dict[tuple[str, str], list[tuple[Reponse, date, date]]] = {}
    for sondage, question, text, yes, scale, n, people, debut, fin in rows:
        answer = Reponse(text, int(n or 0), yes, scale, None if people is None else int(people))
        found.setdefault((sondage, question), []).append((answer, debut, fin))
    questions = [_question(*key, answers, known.decisions) for key, answers in found.items()]
    return sorted(questions, key=lambda q: (-q.fin.toordinal(), q.sondage, q.question))


def _question(sondage: str, question: str, found: list[tuple[Reponse, date, date]], decisions: Decisions) -> Question:
    said = decisions.questions.get((sondage, question))
    parts = read_choix(said.valeur).reponses if said else None
    answers = tuple(r for r, _, _ in found)
    n, yes = count(answers, parts)
    first, last = min(d for _, d, _ in found), max(f for _, _, f in found)
    return Question(sondage, question, n, yes, first, last, answers, undecided(answers, parts))


def targets(plan: Plan) -> list[Indicateur]:
    """The indicators that a survey question can speak to."""
    return [i for i in plan.tous.values() if i.mesure == "satisfaction"]


def _holds(condition: Condition, question: Question) -> bool:
    value = getattr(question, condition.colonne, None)
    text = plain(str(value)) if value is not None else ""
    words = [plain(w) for w in condition.contient or condition.sans or condition.commence or condition.egal]
    if condition.contient:
        return any(w in text for w in words)
    if condition.sans:
        return not any(w in text for w in words)
    if condition.commence:
        return any(text.startswith(w) for w in words)
    return text in words


def by_wording(plan: Plan, question: Question) -> list[str]:
    """The indicators whose filter takes the question, as the SQL of releves does."""
    return [i.id for i in targets(plan) if all(_holds(c, question) for c in i.filtre)]


def said_of(question: Question, decisions: Decisions) -> Choix | None:
    """What someone decided of a question."""
    found = decisions.questions.get((question.sondage, question.question))
    return read_choix(found.valeur) if found else None


def spoken_to(plan: Plan, question: Question, decisions: Decisions) -> tuple[list[str], bool]:
    """The indicators a question feeds, and whether someone decided so."""
    said = said_of(question, decisions)
    if said and said.indicateur is not None:
        return ([said.indicateur] if said.indicateur else []), True
    return by_wording(plan, question), False


def waits(plan: Plan, question: Question, decisions: Decisions) -> bool:
    """Is there something to decide?

    A question of satisfaction that feeds nothing; or one that would feed an indicator, were its satisfied answers known.
    """
    fed, chosen = spoken_to(plan, question, decisions)
    if question.a_decider:
        return bool(fed) or (
            not chosen and said_of(question, decisions) is None and bool(proposal(plan, question, decisions))
        )
    return not fed and not chosen


def _words(text: str) -> set[str]:
    cleaned = "".join(c if c.isalnum() else " " for c in plain(text))
    return {w.rstrip("s") for w in cleaned.split()} - _VIDES


def likeness(question: Question, indicateur: Indicateur) -> float:
    """0 to 1: words in common, weighed with the likeness of the whole wording."""
    mine = _words(question.question) | _words(question.sondage)
    theirs = _words(indicateur.titre) | _words(indicateur.court)
    shared = len(mine & theirs) / len(theirs) if theirs else 0.0
    return 0.75 * shared + 0.25 * SequenceMatcher(None, plain(question.question), plain(indicateur.titre)).ratio()


def _same_words(question: Question, decisions: Decisions) -> list[Choix]:
    words = plain(question.question)
    return [read_choix(d.valeur) for (_, q), d in decisions.questions.items() if plain(q) == words]


def proposal(plan: Plan, question: Question, decisions: Decisions) -> str | None:
    """The indicator a question most likely speaks to: that of the same words in an earlier survey, else the likest."""
    same = [c.indicateur for c in _same_words(question, decisions) if c.indicateur is not None]
    if same:
        return same[-1] or None
    best = max(targets(plan), key=lambda i: likeness(question, i), default=None)
    return best.id if best and likeness(question, best) >= RESSEMBLANCE else None


def remembered(question: Question, decisions: Decisions) -> Choix | None:
    """What was decided of a question's answers, here or of the same words in another survey; answers by their labels here."""
    said = said_of(question, decisions)
    if said and said.reponses is not None:
        return said
    for earlier in reversed(_same_words(question, decisions)):
        if earlier.reponses is not None:
            known: Mapping[str, bool | None] = {plain(text): v for text, v in earlier.reponses.items()}
            here = {r.texte: known[plain(r.texte)] for r in question.reponses if plain(r.texte) in known}
            if any(here.values()):
                return Choix(said.indicateur if said else earlier.indicateur, here, earlier.sens)
    return None
