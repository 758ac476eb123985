"""Survey questions: those received, the indicator each speaks to, and the likeliest one for those that speak to none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path

from rqds_metrics.donnees import load_donnees, portee_table
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
    """A question of a survey, all its live answers together. `n`: those that count in the rate."""

    sondage: str
    question: str
    n: int
    satisfaits: int
    debut: date
    fin: date

    @property
    def cle(self) -> str:
        """How the registre names it."""
        return f"{self.sondage}\n{self.question}"


def read_questions(au: date, base: str | Path | None = None) -> list[Question]:
    """Every question received by the end of `au`, the newest survey first."""
    if not version(base):
        return []
    known = load_donnees(au, base)
    with connect(base) as cursor:
        portee_table(cursor, list(known.portees))
        rows = cursor.execute(
            """
            SELECT r.sondage, r.question, sum(r.nombre) FILTER (WHERE r.satisfait IS NOT NULL),
                   sum(r.nombre) FILTER (WHERE r.satisfait), min(r.debut), max(r.fin)
            FROM sondage r JOIN portee p ON r.lot = p.lot AND r.serie = p.serie AND r.debut BETWEEN p.debut AND p.fin
            GROUP BY 1, 2 ORDER BY max(r.fin) DESC, 1, 2
            """
        ).fetchall()
    return [Question(s, q, int(n or 0), int(yes or 0), a, b) for s, q, n, yes, a, b in rows]


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


def spoken_to(plan: Plan, question: Question, decisions: Decisions) -> tuple[list[str], bool]:
    """The indicators a question feeds, and whether someone decided so."""
    decided = decisions.questions.get((question.sondage, question.question))
    if decided:
        return ([decided.valeur] if decided.valeur else []), True
    return by_wording(plan, question), False


def _words(text: str) -> set[str]:
    cleaned = "".join(c if c.isalnum() else " " for c in plain(text))
    return {w.rstrip("s") for w in cleaned.split()} - _VIDES


def likeness(question: Question, indicateur: Indicateur) -> float:
    """0 to 1: words in common, weighed with the likeness of the whole wording."""
    mine = _words(question.question) | _words(question.sondage)
    theirs = _words(indicateur.titre) | _words(indicateur.court)
    shared = len(mine & theirs) / len(theirs) if theirs else 0.0
    return 0.75 * shared + 0.25 * SequenceMatcher(None, plain(question.question), plain(indicateur.titre)).ratio()


def proposal(plan: Plan, question: Question, decisions: Decisions) -> str | None:
    """The indicator a question most likely speaks to: that of the same words in an earlier survey, else the likest."""
    same = [d.valeur for (_, q), d in decisions.questions.items() if plain(q) == plain(question.question)]
    if same:
        return same[-1] or None
    best = max(targets(plan), key=lambda i: likeness(question, i), default=None)
    return best.id if best and likeness(question, best) >= RESSEMBLANCE else None
