"""The plan as data: strict models of data/plan/*.yaml.

Everything is frozen and unknown keys are refused. `load_plan` raises one DefinitionError that lists every fault of
the file, each with its path and line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from rqds_metrics.familles import COMMUNES, FAMILLES
from rqds_metrics.yaml_strict import DefinitionError, Lu, read_yaml, validate

RACINE = Path(__file__).resolve().parent.parent
FICHIER = RACINE / "data" / "plan" / "plan-2022-2027.yaml"

Type = Literal["nombre", "stock", "taux", "jalon", "qualitatif"]
Cadence = Literal["mensuelle", "annuelle", "ponctuelle"]


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cible(Strict):
    """What the plan itself puts a figure on. Rates in per cent, as the plan writes them."""

    model_config = ConfigDict(strict=True)  # else `seuil: true` would be 1 %

    seuil: float | None = Field(None, gt=0, le=100)
    hausse: float | None = Field(None, gt=0, le=1000)
    croissance: Literal[True] | None = None
    nombre_an1: int | None = Field(None, gt=0)
    jalon: Literal[True] | None = None
    annuel: Literal[True] | None = None  # a milestone wanted each year
    avant: date | None = None  # the last day the plan writes for a milestone
    an_debut: int | None = Field(None, ge=2, le=5)  # first year that a rise is asked for

    @property
    def genre(self) -> str:
        return next(k for k in ("seuil", "hausse", "croissance", "nombre_an1", "jalon") if getattr(self, k) is not None)

    @model_validator(mode="after")
    def _one_kind(self) -> Cible:
        given = [k for k in ("seuil", "hausse", "croissance", "nombre_an1", "jalon") if getattr(self, k) is not None]
        if len(given) != 1:
            raise ValueError("une cible a un seul genre : seuil, hausse, croissance, nombre_an1 ou jalon")
        if (self.annuel or self.avant) and not self.jalon:
            raise ValueError("« annuel » et « avant » ne vont qu'avec « jalon »")
        if self.an_debut and not self.hausse:
            raise ValueError("« an_debut » ne va qu'avec « hausse »")
        return self


class Condition(Strict):
    """One condition on a column of a family; words compare without accents or case."""

    colonne: str
    contient: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = ()  # any of these
    sans: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = ()  # none of these
    commence: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = ()  # starts with any of these
    egal: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = ()  # is one of these

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        if sum(map(bool, (self.contient, self.sans, self.commence, self.egal))) != 1:
            raise ValueError("une condition a un seul test : contient, sans, commence ou egal")
        known = set(COMMUNES) | {c for columns in FAMILLES.values() for c in columns}
        if self.colonne not in known:
            raise ValueError(f"colonne inconnue « {self.colonne} »")
        return self


class Calendrier(Strict):
    """The days on which something is due in a year.

    `attendus` is how many of these days are needed (ten newsletters for eleven months); all of them by default.
    """

    titre: str
    regle: Literal["dernier_mercredi", "fin_de_mois"]
    mois: Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], BeforeValidator(_tuple)] = Field(min_length=1)
    attendus: int | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _possible(self) -> Calendrier:
        if len(set(self.mois)) != len(self.mois):
            raise ValueError("un mois est nommé deux fois")
        if self.attendus and self.attendus > len(self.mois):
            raise ValueError("« attendus » dépasse le nombre de mois")
        return self


class Formule(Strict):
    """A small formula of other indicators: the sum of some, or their sum divided by the sum of others."""

    numerateur: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = Field(min_length=1)
    denominateur: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = ()

    @property
    def operandes(self) -> tuple[str, ...]:
        return (*self.numerateur, *self.denominateur)


class Indicateur(Strict):
    """One follow-up indicator: the plan's wording, and what computing it needs."""

    id: str = Field(pattern=r"^(\d\.\d\.\d-\d+|G-[a-z0-9.]+)$")
    titre: str  # the plan's own wording
    court: str = Field(max_length=48)  # for charts and lists
    type: Type
    unite: str = ""  # « visite », or « mise à jour|mises à jour » when the plural is not an s on each word
    sens: Literal["hausse", "baisse"] = "hausse"  # which way is better
    cadence: Cadence
    cible: Cible | None = None
    mesure: str | None = None  # a name of mesures.yaml; absent: the value is typed in
    filtre: Annotated[tuple[Condition, ...], BeforeValidator(_tuple)] = ()
    formule: Formule | None = None  # absent, as is the measure: the value is typed in
    calendrier: str | None = None
    par: Literal["activite", "reseau", "membre"] | None = None  # the plan says « par … »
    doute: str | None = None
    note: str | None = None  # how we read it, where the wording leaves a choice

    @model_validator(mode="after")
    def _coherent(self) -> Indicateur:
        genre = self.cible.genre if self.cible else None
        if (genre == "jalon") != (self.type == "jalon"):
            raise ValueError("une cible « jalon » va avec le type « jalon », et lui avec elle")
        if genre == "seuil" and self.type != "taux":
            raise ValueError("une cible « seuil » ne va qu'avec le type « taux »")
        if genre == "nombre_an1" and self.type not in ("nombre", "stock"):
            raise ValueError("une cible « nombre_an1 » ne va qu'avec un nombre ou un stock")
        if genre in ("hausse", "croissance") and self.type not in ("nombre", "stock", "taux"):
            raise ValueError("une hausse ne se mesure que sur un nombre, un stock ou un taux")
        if self.type in ("nombre", "stock") and not self.unite:
            raise ValueError("il manque l'unité")
        if self.filtre and not self.mesure:
            raise ValueError("un filtre ne va qu'avec une mesure")
        if self.type in ("jalon", "qualitatif") and (self.mesure or self.formule):
            raise ValueError(f"le type « {self.type} » ne se mesure pas par un export ni par une formule")
        if self.mesure and self.formule:
            raise ValueError("la valeur vient d'une mesure ou d'une formule, pas des deux")
        if self.formule and self.formule.denominateur and self.type == "nombre":
            raise ValueError("un rapport ne s'additionne pas : son type est « stock » ou « taux »")
        if self.formule and not self.formule.denominateur and self.type == "taux":
            raise ValueError("un taux demande un dénominateur")
        return self

    @property
    def saisi(self) -> bool:
        """Is the value typed in: neither measured nor computed."""
        return self.mesure is None and self.formule is None

    @property
    def action(self) -> str | None:
        """`1.2.6` for `1.2.6-2`; None for an indicator of the whole plan or of an objective."""
        return None if self.id.startswith("G-") else self.id.rsplit("-", 1)[0]


class Action(Strict):
    id: str = Field(pattern=r"^\d\.\d\.\d$")
    titre: str
    imprime: str | None = None  # the number the scan shows, when it is not this one
    ressources: Annotated[tuple[str, ...], BeforeValidator(_tuple)]
    resultats_an1: Annotated[tuple[str, ...], BeforeValidator(_tuple)]
    echeance: str | None = None
    indicateurs: Annotated[tuple[Indicateur, ...], BeforeValidator(_tuple)]


class Objectif(Strict):
    id: str = Field(pattern=r"^\d\.\d$")
    titre: str
    actions: Annotated[tuple[Action, ...], BeforeValidator(_tuple)]


class Orientation(Strict):
    id: str = Field(pattern=r"^\d$")
    titre: str
    court: str = Field(max_length=40)
    objectifs: Annotated[tuple[Objectif, ...], BeforeValidator(_tuple)]

    def indicateurs(self) -> Iterator[Indicateur]:
        for objectif in self.objectifs:
            for action in objectif.actions:
                yield from action.indicateurs


class Periode(Strict):
    debut: Literal["07-01"]
    fin: Literal["06-30"]
    an1: Literal["2022-2023"]
    an5: Literal["2026-2027"]


class OutilGeneral(Strict):
    """The yearly member survey: an indicator of the whole plan, and of each objective it asks about."""

    texte: str
    indicateurs: Annotated[tuple[Indicateur, ...], BeforeValidator(_tuple)]


class Plan(Strict):
    reseau: str
    sigle: str
    exercice: Periode
    calendriers: dict[str, Calendrier]
    outil_de_mesure_general: OutilGeneral
    orientations: Annotated[tuple[Orientation, ...], BeforeValidator(_tuple)]

    @cached_property
    def indicateurs(self) -> dict[str, Indicateur]:
        """The indicators of the four orientations, by id, in the plan's order."""
        return {i.id: i for o in self.orientations for i in o.indicateurs()}

    @cached_property
    def generaux(self) -> dict[str, Indicateur]:
        """The indicators of the yearly member survey, by id."""
        return {i.id: i for i in self.outil_de_mesure_general.indicateurs}

    @cached_property
    def tous(self) -> dict[str, Indicateur]:
        return {**self.indicateurs, **self.generaux}

    def limited_to(self, wanted: Callable[[Indicateur], bool]) -> Plan:
        """The same plan, whose `tous` has the wanted indicators only: what is computed from it costs that much less."""
        part = self.model_copy()
        part.__dict__["tous"] = {id_: i for id_, i in self.tous.items() if wanted(i)}
        return part

    @cached_property
    def actions(self) -> dict[str, Action]:
        return {a.id: a for o in self.orientations for ob in o.objectifs for a in ob.actions}

    @cached_property
    def objectifs(self) -> dict[str, Objectif]:
        return {ob.id: ob for o in self.orientations for ob in o.objectifs}

    def calendrier_of(self, indicateur: Indicateur) -> Calendrier | None:
        return self.calendriers[indicateur.calendrier] if indicateur.calendrier else None


def formula_faults(indicateur: Indicateur, plan: Plan) -> list[str]:
    """What is wrong with the indicators that a formula names, in French."""
    notes = []
    for id_ in indicateur.formule.operandes if indicateur.formule else ():
        other = plan.tous.get(id_)
        if other is None:
            notes.append(f"indicateur inconnu « {id_} »")
        elif id_ == indicateur.id or other.formule:
            notes.append(f"« {id_} » est lui-même une formule")
        elif other.type not in ("nombre", "stock"):
            notes.append(f"« {id_} » n'est ni un nombre ni un niveau")
    return notes


def check_plan(path: Path = FICHIER) -> tuple[Plan | None, Lu]:
    """Read the plan; the second value holds every fault found (`.defauts`, empty when sound)."""
    lu = read_yaml(path)
    plan = validate(Plan, lu) if lu.valeur is not None else None
    if lu.valeur is None and not lu.defauts:
        lu.defauts.append(lu.defaut((), "le fichier est vide"))
    if plan:
        _check_ids(plan, lu)
    return (None if lu.defauts else plan), lu


def _check_ids(plan: Plan, lu: Lu) -> None:
    """Ids nest (1 > 1.2 > 1.2.6 > 1.2.6-2), are not repeated, and the names that indicators use exist."""
    seen: dict[str, str] = {}

    def visit(id_: str, parent: str, chemin: tuple[str | int, ...]) -> None:
        if parent and not id_.startswith(f"{parent}.") and not id_.startswith(f"{parent}-"):
            lu.defauts.append(lu.defaut((*chemin, "id"), f"« {id_} » n'est pas dans « {parent} »"))
        if id_ in seen:
            lu.defauts.append(lu.defaut((*chemin, "id"), f"« {id_} » est déjà pris ({seen[id_]})"))
        seen[id_] = ".".join(map(str, chemin))

    def names(indicateur: Indicateur, chemin: tuple[str | int, ...]) -> None:
        if indicateur.calendrier and indicateur.calendrier not in plan.calendriers:
            note = f"calendrier inconnu « {indicateur.calendrier} »"
            lu.defauts.append(lu.defaut((*chemin, "calendrier"), note))
        for note in formula_faults(indicateur, plan):
            lu.defauts.append(lu.defaut((*chemin, "formule"), note))

    for i, o in enumerate(plan.orientations):
        at = ("orientations", i)
        visit(o.id, "", at)
        for j, ob in enumerate(o.objectifs):
            visit(ob.id, o.id, (*at, "objectifs", j))
            for k, a in enumerate(ob.actions):
                visit(a.id, ob.id, (*at, "objectifs", j, "actions", k))
                for m, ind in enumerate(a.indicateurs):
                    here = (*at, "objectifs", j, "actions", k, "indicateurs", m)
                    visit(ind.id, a.id, here)
                    names(ind, here)
    for m, ind in enumerate(plan.outil_de_mesure_general.indicateurs):
        general = ("outil_de_mesure_general", "indicateurs", m)
        visit(ind.id, "G", general)
        names(ind, general)


@cache
def load_plan(path: Path = FICHIER) -> Plan:
    """The plan.

    Raises:
        DefinitionError: with every fault of the file.
    """
    plan, lu = check_plan(path)
    if plan is None:
        raise DefinitionError(lu.defauts)
    return plan
