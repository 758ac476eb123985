"""What a person said of a survey question: the indicator it speaks to, and which of its answers are satisfied.

The registre keeps, under a survey and a question, either the indicator alone (a text, « » for none: what was written
before scales other than satisfaction were kept), or {"indicateur", "reponses", "sens"}: `indicateur` null leaves it to
the words of the plan, `reponses` says of each answer true, false, or null when it leaves the denominator.

While figures are read, a temporary view takes the place of the table: nothing stored changes, and a measure is the same
SQL whether or not anything was decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import duckdb

from rqds_metrics.familles import COMMUNES, FAMILLES
from rqds_metrics.registre import Decisions

CHOIX = "choix"  # the scale of questions where several answers are ticked
Sens = Literal["haut", "bas"]


class Choix(NamedTuple):
    """`indicateur`: None follows the words of the plan, « » is none. `reponses`: None counts answers as they came in."""

    indicateur: str | None
    reponses: Mapping[str, bool | None] | None = None
    sens: Sens = "haut"

    def to_keep(self) -> str | dict[str, Any] | None:
        """What the registre keeps, as JSON holds it; None when nothing is left to say."""
        if self.reponses is None:
            return self.indicateur
        return {"indicateur": self.indicateur, "reponses": dict(self.reponses), "sens": self.sens}


class Reponse(NamedTuple):
    """An answer and how many gave it. `echelle`: None off the scale. `repondants`: see rqds_metrics.familles."""

    texte: str
    nombre: int
    satisfait: bool | None
    echelle: str | None = None
    repondants: int | None = None

    @property
    def on_scale(self) -> bool:
        return self.satisfait is not None or self.echelle is not None


def read_choix(valeur: Any) -> Choix:
    """A decision as it was kept, of any age."""
    if isinstance(valeur, Mapping):
        return Choix(valeur.get("indicateur"), valeur.get("reponses"), valeur.get("sens", "haut"))
    return Choix(str(valeur))


def verdict(reponse: Reponse, parts: Mapping[str, bool | None] | None) -> bool | None:
    """Is an answer satisfied: as decided, else as it came in; None leaves the denominator."""
    return parts[reponse.texte] if parts is not None and reponse.texte in parts else reponse.satisfait


def count(reponses: Iterable[Reponse], parts: Mapping[str, bool | None] | None) -> tuple[float, float]:
    """(answers that count, satisfied ones), as the database counts them. Choices: see `decided`."""
    n = yes = 0.0
    chosen = []
    for r in reponses:
        if r.echelle == CHOIX:
            chosen += [r] if parts and parts.get(r.texte) else []
        elif (said := verdict(r, parts)) is not None:
            n, yes = n + r.nombre, yes + r.nombre * said
    for r in chosen:
        n, yes = n + (r.repondants or 0) / len(chosen), yes + r.nombre / len(chosen)
    return n, yes


def undecided(reponses: Iterable[Reponse], parts: Mapping[str, bool | None] | None) -> bool:
    """Does an answer that is on its scale count nowhere because nobody said what it is worth?"""
    return any(r.on_scale and r.satisfait is None and (parts is None or r.texte not in parts) for r in reponses)


@contextmanager
def decided(cursor: duckdb.DuckDBPyConnection, decisions: Decisions) -> Iterator[None]:
    """Inside the block, the table of surveys reads with the satisfied answers that were decided, for this cursor only.

    A question of several choices counts, when one choice is chosen, those who ticked it among all who answered; when
    several are, the mean of their shares, since who ticked at least one of them is not known.
    To be entered inside corrections.corrected: it reads the table as corrected.
    """
    said = {k: c.reponses for k, d in decisions.questions.items() if (c := read_choix(d.valeur)).reponses}
    if not said:
        yield
        return
    columns = {**COMMUNES, **FAMILLES["sondage"]}
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE part (sondage VARCHAR, question VARCHAR, reponse VARCHAR, satisfait BOOLEAN)"
    )
    cursor.executemany(
        "INSERT INTO part VALUES (?, ?, ?, ?)", [[*k, text, v] for k, r in said.items() for text, v in r.items()]
    )
    plain = ", ".join(f"r.{c}" for c in columns if c not in ("satisfait", "nombre"))
    cursor.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE sondage_decide AS
        WITH lu AS (
            SELECT {plain}, r.nombre, r.echelle IS NOT DISTINCT FROM '{CHOIX}' AS plusieurs,
                   CASE WHEN a.reponse IS NULL THEN r.satisfait ELSE a.satisfait END AS satisfait
            FROM sondage r LEFT JOIN part a USING (sondage, question, reponse)
        ), choisi AS (
            SELECT r.*, count(DISTINCT r.reponse) OVER (PARTITION BY r.lot, r.serie, r.sondage, r.question) AS combien
            FROM lu r WHERE r.plusieurs AND r.satisfait
        )
        SELECT {plain}, r.satisfait, CAST(r.nombre AS DOUBLE) AS nombre FROM lu r WHERE NOT r.plusieurs
        UNION ALL
        SELECT {plain}, true, r.nombre / r.combien FROM choisi r
        UNION ALL
        SELECT {plain}, false, greatest(r.repondants - r.nombre, 0) / r.combien FROM choisi r
        """  # noqa: S608 (names of columns are this project's)
    )
    try:
        cursor.execute("CREATE OR REPLACE TEMP VIEW sondage AS SELECT * FROM sondage_decide")
        yield
    finally:
        cursor.execute("DROP VIEW IF EXISTS temp.main.sondage")
        cursor.execute("DROP TABLE IF EXISTS temp.main.sondage_decide")
        cursor.execute("DROP TABLE IF EXISTS temp.main.part")
