"""Where an indicator takes its value from: a measure with a filter, entry, or a formula; the plan's way, or one chosen.

A choice is a decision of the registre (genre « alimentation »): dated, signed, taken back by another, never erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from rqds_metrics.mesures import load_mesures, misuse
from rqds_metrics.plan import Action, Condition, Formule, Indicateur, Objectif, Plan, Strict, _tuple, formula_faults
from rqds_metrics.registre import Decisions
from rqds_metrics.yaml_strict import Lu, validate

Mode = Literal["mesure", "saisie", "formule"]
MODES: dict[Mode, str] = {"mesure": "un export", "saisie": "une saisie", "formule": "une formule"}


class Alimentation(Strict):
    """What was chosen. `unite`: of the result of a formula, in the singular."""

    mode: Mode
    mesure: str | None = None
    filtre: Annotated[tuple[Condition, ...], BeforeValidator(_tuple)] = ()
    formule: Formule | None = None
    unite: str | None = Field(None, max_length=60)


class AlimentationInvalide(ValueError):
    """A choice that cannot be; `fautes` say why, in French."""

    def __init__(self, fautes: list[str]):
        self.fautes = fautes
        super().__init__(" ; ".join(fautes))


def fed_by(indicateur: Indicateur) -> Mode:
    return "mesure" if indicateur.mesure else "formule" if indicateur.formule else "saisie"


def decided(indicateur: Indicateur, valeur: Any, plan: Plan) -> Indicateur:
    """The indicator as it is once fed as chosen.

    Raises:
        AlimentationInvalide: the choice cannot feed this indicator.
    """
    lu = Lu("", valeur)
    choix = validate(Alimentation, lu)
    if choix is None:
        raise AlimentationInvalide([d.note for d in lu.defauts])
    given = {"mesure": choix.mesure, "formule": choix.formule}
    if any((v is None) == (k == choix.mode) for k, v in given.items()):
        raise AlimentationInvalide(["la valeur vient d'un export, d'une saisie ou d'une formule : une seule des trois"])
    ratio = choix.formule is not None and bool(choix.formule.denominateur)
    changes = {
        "mesure": choix.mesure,
        "filtre": choix.filtre if choix.mesure else (),
        "formule": choix.formule,
        "unite": choix.unite or indicateur.unite,
        # a ratio does not add up over the year: its last value is the year's
        "type": "stock" if ratio and indicateur.type == "nombre" else indicateur.type,
    }
    try:
        out = Indicateur.model_validate({**dict(indicateur), **changes})
    except ValidationError as error:
        raise AlimentationInvalide([e["msg"].removeprefix("Value error, ") for e in error.errors()]) from error
    if faults := [*misuse(out, load_mesures()), *formula_faults(out, plan)]:
        raise AlimentationInvalide(faults)
    return out


def plan_decided(plan: Plan, decisions: Decisions) -> Plan:
    """The plan, its indicators fed as decided. A choice that no longer holds leaves the plan's way (see `unread`)."""
    changed: dict[str, Indicateur] = {}
    for id_, decision in decisions.alimentations.items():
        if id_ in plan.tous:
            try:
                changed[id_] = decided(plan.tous[id_], decision.valeur, plan)
            except AlimentationInvalide:
                continue
    return _replaced(plan, changed) if changed else plan


def unread(plan: Plan, decisions: Decisions) -> dict[str, list[str]]:
    """The choices that no longer hold (their measure or an indicator is gone), with what is wrong."""
    out = {}
    for id_, decision in decisions.alimentations.items():
        if id_ in plan.tous:
            try:
                decided(plan.tous[id_], decision.valeur, plan)
            except AlimentationInvalide as error:
                out[id_] = error.fautes
    return out


def _replaced(plan: Plan, changed: Mapping[str, Indicateur]) -> Plan:
    """The plan with some indicators replaced; what does not change is shared."""

    def of(action: Action) -> Action:
        new = tuple(changed.get(i.id, i) for i in action.indicateurs)
        return action if new == action.indicateurs else action.model_copy(update={"indicateurs": new})

    def within(objectif: Objectif) -> Objectif:
        return objectif.model_copy(update={"actions": tuple(of(a) for a in objectif.actions)})

    tool = plan.outil_de_mesure_general
    general = tuple(changed.get(i.id, i) for i in tool.indicateurs)
    orientations = tuple(
        o.model_copy(update={"objectifs": tuple(within(ob) for ob in o.objectifs)}) for o in plan.orientations
    )
    return Plan.model_construct(
        reseau=plan.reseau,
        sigle=plan.sigle,
        exercice=plan.exercice,
        calendriers=plan.calendriers,
        outil_de_mesure_general=tool.model_copy(update={"indicateurs": general}),
        orientations=orientations,
    )
