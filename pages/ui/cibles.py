"""What the page of targets shows and does: the table of an orientation, the queue, the workbook, the history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import pandas as pd
import streamlit as st
from markupsafe import Markup

from etl.grids import INDICATEUR, as_text, cell_text, percent_text
from etl.report import constat_text
from etl.targets import Classeur, read_target, read_workbook, write_workbook
from pages.ui.decisions import as_shown, edit, save
from pages.ui.donnees import GARDES, donnees, five_years, plan_today, results, stamp
from pages.ui.envois import when_text
from pages.ui.gabarits import escape_markdown, render
from rqds_metrics.affichage import value_text
from rqds_metrics.cibles import coverage, resolution, settable, target_text, to_set, usual_rise
from rqds_metrics.exercice import Exercice, exercices_du_plan
from rqds_metrics.methode import plan_target
from rqds_metrics.plan import Indicateur
from rqds_metrics.registre import Choix, Decisions, read_history
from rqds_metrics.regles.formats import jour, nombre
from rqds_metrics.store import today

SONDAGE = "G"  # the yearly member survey, beside the orientations
PAGE, AU_PLAN, RETENIR, CIBLE, HISTOIRE = "cibles", "Au plan", "Retenir", "Cible", "D'où vient la proposition"
MONTREES = 12


def groups() -> dict[str, str]:
    """The orientations, and the survey: id -> title."""
    return {**{o.id: f"{o.id}. {o.court}" for o in plan_today().orientations}, SONDAGE: "Sondage annuel"}


def indicators(group: str) -> list[Indicateur]:
    plan = plan_today()
    return [i for i in settable(plan) if (i.id.startswith("G-") if group == SONDAGE else i.id[0] == group)]


def amount(indicateur: Indicateur, valeur: float) -> str:
    """A target as it is typed: « 85 % », « 1 200 »."""
    return percent_text(valeur) if indicateur.type == "taux" else cell_text(valeur)


def _standing(decisions: Decisions, id_: str, year: str) -> float | None:
    set_by = decisions.cibles.get((id_, year))
    return float(set_by.valeur) if set_by else None


def table(group: str, exercice: Exercice) -> tuple[list[Choix], list[str]]:
    """The bulk editor of an orientation; returns what was typed and what is wrong with it."""
    decisions, turn = as_shown(PAGE)
    mine = indicators(group)
    before = {r.id: r for r in results(exercice.precedent, today())} if exercice.an > 1 else {}
    years = [str(e) for e in exercices_du_plan()]
    data: dict[str, list[str]] = {INDICATEUR: [f"{i.id} {i.court}" for i in mine]}
    data[AU_PLAN] = [
        plan_target(i).removeprefix("Cible du plan : ").replace("Le plan ne fixe pas de cible", "–") for i in mine
    ]
    if before:
        data[f"Fait {exercice.precedent.court}"] = [value_text(before[i.id]) for i in mine]
    fixed = list(data)
    for year in years:
        standing = [_standing(decisions, i.id, year) for i in mine]
        data[year] = ["" if v is None else amount(i, v) for i, v in zip(mine, standing, strict=True)]
    shown = pd.DataFrame(data, dtype="object")
    config = {
        INDICATEUR: st.column_config.TextColumn(pinned=True, width=250),
        AU_PLAN: st.column_config.TextColumn(width=170),
    }
    config |= {c: st.column_config.TextColumn(alignment="right", max_chars=30) for c in [*years, *fixed[2:]]}
    height = min(38 + 35 * len(mine), 620)
    edited = edit(f"cibles_{group}_{exercice}_{turn}", shown, column_config=config, disabled=fixed, height=height)
    choix, wrong = [], []
    for k, i in enumerate(mine):
        for year in years:
            text = as_text(edited[year].iloc[k])
            if text == shown[year].iloc[k]:
                continue
            value = read_target(i, text) if text else None
            if isinstance(value, str):
                wrong.append(f"{i.id} ({year}) : {value}")
            else:
                choix.append(choice(decisions, i.id, year, value))
    return choix, wrong


def choice(decisions: Decisions, id_: str, year: str, value: float | None) -> Choix:
    stood = decisions.cibles.get((id_, year))
    return Choix("cible", id_, year, value, stood.quand if stood else None)


def named(choix: Choix, valeur: object) -> str:
    """« 1.2.6-4 (2026-2027) : 45 % »."""
    indicateur = plan_today().tous[choix.cle]
    if choix.genre == "echeance":
        return f"{choix.cle} : " + ("échéance retirée" if valeur is None else jour(date.fromisoformat(str(valeur))))
    said = "retirée" if valeur is None else target_text(indicateur, float(str(valeur)))
    return f"{choix.cle} ({choix.exercice}) : {said}"


def save_targets(choix: Sequence[Choix], pourquoi: str) -> None:
    def said(count: int) -> str:
        return f"{count} {'décisions enregistrées' if count > 1 else 'décision enregistrée'}."

    save(PAGE, choix, pourquoi, said, named)


def queue(exercice: Exercice) -> tuple[list[Choix], list[str]]:
    """The figures without a target, with what their history proposes; returns those that she keeps."""
    decisions, turn = as_shown(PAGE)
    found = to_set(plan_today(), five_years(today()), exercice, today())
    if not found:
        st.success(f"Chaque indicateur chiffré a sa cible en {exercice}.", icon=":material/check:")
        return [], []
    every = st.toggle("Retenir toutes les propositions", key=f"toutes_{exercice}_{turn}")
    shown = pd.DataFrame(
        {
            RETENIR: [every and a.proposition is not None for a in found],
            INDICATEUR: [f"{a.indicateur.id} {a.indicateur.court}" for a in found],
            CIBLE: ["" if a.proposition is None else amount(a.indicateur, a.proposition) for a in found],
            HISTOIRE: [a.raison for a in found],
        }
    )
    config = {
        RETENIR: st.column_config.CheckboxColumn(width=70),
        INDICATEUR: st.column_config.TextColumn(width=330),
        CIBLE: st.column_config.TextColumn(alignment="right", width=100, max_chars=30),
        HISTOIRE: st.column_config.TextColumn(width=330),
    }
    key = f"queue_{exercice}_{turn}_{every}"
    edited = edit(
        key, shown, column_config=config, disabled=[INDICATEUR, HISTOIRE], height=min(38 + 35 * len(found), 560)
    )
    choix, wrong = [], []
    for k, a in enumerate(found):
        if not bool(edited[RETENIR].iloc[k]):
            continue
        text = as_text(edited[CIBLE].iloc[k])
        value = read_target(a.indicateur, text) if text else "écrivez une cible, ou ne la retenez pas."
        if isinstance(value, str):
            wrong.append(f"{a.indicateur.id} ({exercice}) : {value}")
        else:
            choix.append(choice(decisions, a.indicateur.id, str(exercice), value))
    return choix, wrong


def rule_text() -> str:
    """How the proposals are made."""
    return (
        f"Proposition : le dernier exercice complet et {nombre(usual_rise(plan_today()))} % de plus, la hausse que le plan "
        "demande le plus souvent, arrondi à l'unité au-dessus ; un taux monte au palier de 5 % suivant. Elle se change."
    )


def coverage_html(exercice: Exercice) -> Markup:
    """How many figures have a target, by orientation."""
    return render("cibles_couverture.html", parts=coverage(plan_today(), results(exercice, today())), exercice=exercice)


def draft(exercice: Exercice, choix: Sequence[Choix]) -> str:
    """The resolution of what she keeps; of what stands for the year when she keeps nothing."""
    kept = {c.cle: float(c.valeur) for c in choix if c.valeur is not None}
    if not kept:
        standing = donnees(today()).decisions.cibles
        kept = {id_: float(d.valeur) for (id_, year), d in standing.items() if year == str(exercice)}
    return resolution(plan_today(), exercice, kept, today())


@lru_cache(GARDES)
def _workbook(stamp: str) -> bytes:
    plan = plan_today()
    words = {i.id: plan_target(i).removeprefix("Cible du plan : ") for i in settable(plan) if i.cible}
    return write_workbook(plan, donnees(today()).decisions, words)


def workbook() -> bytes:
    return _workbook(stamp())


def read_back(fichier: str, octets: bytes) -> Classeur:
    return read_workbook(fichier, octets, plan_today(), as_shown(PAGE)[0])


def changes_html(classeur: Classeur) -> Markup:
    """What a workbook would change, or what is wrong with it, cell by cell."""

    def text(indicateur: Indicateur, value: float | str | None) -> str:
        if value is None:
            return "–"
        return jour(date.fromisoformat(value)) if isinstance(value, str) else target_text(indicateur, value)

    return render("cibles_classeur.html", classeur=classeur, texte=text, constat=constat_text)


def choices_of(classeur: Classeur) -> list[Choix]:
    decisions, _ = as_shown(PAGE)
    out: list[Choix] = []
    if classeur.erreurs:
        return out
    for c in classeur.changements:
        if c.exercice:
            out.append(choice(decisions, c.indicateur.id, str(c.exercice), c.valeur))  # type: ignore[arg-type]
        else:
            stood = decisions.echeances.get(c.indicateur.id)
            out.append(Choix("echeance", c.indicateur.id, None, c.valeur, stood.quand if stood else None))
    return out


def history_html(group: str, id_: str = "") -> Markup:
    """Who set what, when and why, the newest first; of one indicator, or of all the orientation."""
    mine = {i.id: i for i in indicators(group) if id_ in ("", i.id)}
    found = [d for d in read_history("cible") if d.cle in mine][: None if id_ else MONTREES]
    return render("cibles_histoire.html", decisions=found, indicateurs=mine, cible=target_text, quand=when_text)


def tell_wrong(wrong: Sequence[str]) -> None:
    if wrong:
        lines = ["**À corriger avant d'enregistrer**", *(escape_markdown(w) for w in wrong[:12])]
        st.error("  \n".join(lines), icon=":material/error:")
