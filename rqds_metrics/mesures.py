"""Named measures: data (mesures.yaml), strictly checked; and which source each one reads, through time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator, RootModel, model_validator

from rqds_metrics.familles import COMMUNES, FAMILLES
from rqds_metrics.plan import Indicateur, Plan, Strict, _tuple
from rqds_metrics.registre import Decisions
from rqds_metrics.regles.vivant import Portee
from rqds_metrics.yaml_strict import DefinitionError, Lu, read_yaml, validate

FICHIER = Path(__file__).with_name("mesures.yaml")

# Numerators and denominators that are not a column to sum.
CALCULS = {
    "lignes": "count(*)",
    "episodes": "count(DISTINCT r.episode)",
    "satisfaits": "sum(r.nombre) FILTER (WHERE r.satisfait)",
    "repondants": "sum(r.nombre) FILTER (WHERE r.satisfait IS NOT NULL)",
}


class Compte(Strict):
    """What counts at all, before any indicator's filter: empty, filled, or at least a setting's value."""

    colonne: str
    vide: Literal[True] | None = None
    rempli: Literal[True] | None = None
    minimum: Literal["envoi_test_moins_de"] | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Compte:
        if sum(t is not None for t in (self.vide, self.rempli, self.minimum)) != 1:
            raise ValueError("une condition a un seul test : vide, rempli ou minimum")
        return self


class Mesure(Strict):
    """How rows of a family become a figure."""

    titre: str
    unite: str
    famille: str
    date: Literal["debut", "fin", "publie_le"]
    numerateur: str
    denominateur: str | None = None
    conditions: Annotated[tuple[Compte, ...], BeforeValidator(_tuple)] = ()
    couverture: Literal["continue", "evenement"]
    series: Annotated[tuple[str, ...], BeforeValidator(_tuple)]
    dernier_par: str | None = None  # a level: the last one of each of these stands until its next; they are added up
    accompagne: str | None = None  # a measure that this one is shown beside
    reserve: str | None = None  # what must be said wherever the figure is, in a few words without a final stop
    choix: Literal[True] | None = None  # several of `series` could tell the same thing: one at a time is read
    # series of counters since the beginning, read by what they grew by from a snapshot to the next
    differences: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = ()
    derniers: Literal[True] | None = None  # of snapshots, each episode as it was last seen
    methode: str

    @model_validator(mode="after")
    def _columns_exist(self) -> Mesure:
        if self.famille not in FAMILLES:
            raise ValueError(f"famille inconnue « {self.famille} »")
        columns = {*COMMUNES, *FAMILLES[self.famille]}
        named = [self.date, *([self.dernier_par] if self.dernier_par else []), *(c.colonne for c in self.conditions)]
        named += [c for c in (self.numerateur, self.denominateur) if c and c not in CALCULS]
        for column in named:
            if column not in columns:
                raise ValueError(f"colonne inconnue « {column} » dans la famille « {self.famille} »")
        if self.dernier_par and (self.denominateur or self.numerateur in CALCULS):
            raise ValueError("un niveau (« dernier_par ») est une colonne, sans dénominateur")
        if not self.series:
            raise ValueError("il manque au moins une série")
        snapshots = {"episode", "publie_le"} <= columns
        if (self.differences or self.derniers) and not snapshots:
            raise ValueError(f"la famille « {self.famille} » n'a pas de relevés d'épisodes")
        if self.differences and (not self.choix or self.numerateur in CALCULS or self.denominateur):
            raise ValueError("« differences » demande « choix », une colonne à additionner et pas de dénominateur")
        return self

    @property
    def type(self) -> Literal["nombre", "stock", "taux"]:
        """The type of the indicators that it can feed."""
        return "taux" if self.denominateur else "stock" if self.dernier_par else "nombre"

    def reads(self, serie: str) -> bool:
        """Is `serie` one that this measure may read."""
        return any(names(s, serie) for s in (*self.series, *self.differences))

    def by_difference(self, serie: str) -> bool:
        """Is `serie` read by what its counters grew by, and not as it is."""
        return any(names(s, serie) for s in self.differences)

    @property
    def source(self) -> str:
        """The tool it comes from: the first part of its series."""
        return self.series[0].split("|", 1)[0]


def names(entry: str, serie: str) -> bool:
    """Does `entry` name a series: whole, by its first parts (« zoom »), or by both its ends (« autre-*|site »)."""
    first, star, last = entry.partition("*")
    if star:
        return serie.startswith(first) and serie.endswith(last)
    return serie == entry or serie.startswith(entry + "|")


def text_columns(mesure: Mesure) -> list[str]:
    """The columns that a filter may test: those that hold words."""
    return [c for c, kind in FAMILLES[mesure.famille].items() if kind == "VARCHAR"]


class Plage(NamedTuple):
    """Days on which a measure reads some series: from `debut`, before `avant` (None: without limit)."""

    series: tuple[str, ...]
    debut: date | None = None
    avant: date | None = None


def plages_of(
    mesure: Mesure, choix: Iterable[tuple[date | None, str]] = (), d_abord: str | None = None
) -> tuple[Plage, ...]:
    """What a measure reads, through time. `choix`: (since that day, this series), in the order they were decided.

    Before any choice, the series `d_abord` (the measure's first by default); a choice holds until the next one, and
    hides earlier ones of later days.
    """
    if not mesure.choix:
        return (Plage(mesure.series),)
    steps: list[tuple[date | None, str]] = [(None, d_abord or mesure.series[0])]
    for since, serie in choix:
        steps = [(d, s) for d, s in steps if since is not None and (d is None or d < since)]
        steps.append((since, serie))
    ends = [d for d, _ in steps[1:]] + [None]
    return tuple(Plage((serie,), since, end) for (since, serie), end in zip(steps, ends, strict=True))


def plages_decided(nom: str, mesure: Mesure, decisions: Decisions, portees: Iterable[Portee]) -> tuple[Plage, ...]:
    """`plages_of` with the choices that stand in the registre; before any, the series that came in first.

    Not the first of the list: a second tool that begins to send files must not change figures by itself.
    """
    if not mesure.choix:
        return plages_of(mesure)
    choix = [
        (date.fromisoformat(d.valeur["depuis"]) if d.valeur.get("depuis") else None, str(d.valeur["serie"]))
        for d in decisions.sources.get(nom, ())
    ]
    return plages_of(mesure, choix, _came_first(mesure, portees))


def _came_first(mesure: Mesure, portees: Iterable[Portee]) -> str | None:
    """The series that told something first: a snapshot does so once there is a second one.

    A tool that gives its days as well is read by them: they are what its counters only come near to.
    """
    sent: dict[str, set[int]] = {}
    for p in portees:
        sent.setdefault(p.serie, set()).add(p.lot)
    lots = {serie: known for serie, known in sent.items() if mesure.reads(serie)}

    def arrival(serie: str) -> tuple[bool, int]:
        known = sorted(lots[serie])
        if not mesure.by_difference(serie):
            return False, known[0]
        return len(known) < 2, known[min(1, len(known) - 1)]

    if not lots:
        return None
    first = min(lots, key=arrival)
    tool = first.split("|", 1)[0]
    own = [s for s in lots if s.split("|", 1)[0] == tool and not mesure.by_difference(s)]
    return min(own, key=arrival, default=first)


class Mesures(RootModel[dict[str, Mesure]]):
    model_config = {"frozen": True}


def check_mesures(plan: Plan | None = None, path: Path = FICHIER) -> tuple[dict[str, Mesure] | None, Lu]:
    """Read the measures; `.defauts` of the second value lists every fault, in the file or in the plan's use of it."""
    lu = read_yaml(path)
    found = validate(Mesures, lu)
    mesures = found.root if found else None
    for indicateur in plan.tous.values() if plan and mesures else ():
        for note in misuse(indicateur, mesures or {}):
            lu.defauts.append(lu.defaut((), f"indicateur {indicateur.id} : {note}"))
    return (None if lu.defauts else mesures), lu


def misuse(indicateur: Indicateur, mesures: dict[str, Mesure]) -> list[str]:
    """What is wrong with the measure and the filter of an indicator, in French."""
    if indicateur.mesure is None:
        return []
    mesure = mesures.get(indicateur.mesure)
    if mesure is None:
        return [f"mesure inconnue « {indicateur.mesure} »"]
    notes = []
    if mesure.type != indicateur.type:
        notes.append(f"la mesure « {indicateur.mesure} » ne donne pas le type « {indicateur.type} »")
    columns = {*COMMUNES, *FAMILLES[mesure.famille]}
    notes += [
        f"le filtre nomme « {c.colonne} », absente de la famille « {mesure.famille} »"
        for c in indicateur.filtre
        if c.colonne not in columns
    ]
    return notes


@cache
def load_mesures(path: Path = FICHIER) -> dict[str, Mesure]:
    """The measures by name.

    Raises:
        DefinitionError: with every fault of the file.
    """
    mesures, lu = check_mesures(path=path)
    if mesures is None:
        raise DefinitionError(lu.defauts)
    return mesures
