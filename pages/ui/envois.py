"""The upload page's work: read what was dropped, show what it would change, store it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import streamlit as st
from markupsafe import Markup

from etl.annotation import annotate, can_annotate
from etl.archive import read_all
from etl.gabarit import template
from etl.loading import LotRefuse, import_export
from etl.preview import Apercu, preview
from etl.recognition import read_export
from etl.report import constat_text, effect_text
from etl.source import Lecture
from pages.ui.donnees import stamp
from pages.ui.gabarits import escape_markdown, render
from pages.ui.portier import download, permit
from pages.ui.sources import described
from rqds_metrics.alimentation import plan_decided
from rqds_metrics.donnees import load_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.regles.formats import jour, nombre
from rqds_metrics.store import local, today


@dataclass(frozen=True)
class Dit:
    """What became of a file, to be said once at the top of the page."""

    texte: str
    fait: bool = True


def say(dits: Sequence[Dit]) -> None:
    done = [escape_markdown(d.texte) for d in dits if d.fait]
    failed = [escape_markdown(d.texte) for d in dits if not d.fait]
    if done:
        st.success("  \n".join(done), icon=":material/check:")
    if failed:
        st.error("  \n".join(failed), icon=":material/error:")


MONTRES = 25  # lots shown at first, and added by each « Voir plus »


def read_files(files: Sequence[Any]) -> list[Lecture]:
    """Read what was dropped, and what a .zip holds, each file once per session while nothing it hangs on changes."""
    decisions, correspondances = load_donnees(today()).decisions, described()
    mark = (decisions.reglages, decisions.alimentations, correspondances)
    if st.session_state.get("lectures_par") != mark:
        st.session_state["lectures"], st.session_state["lectures_par"] = {}, mark
    kept: dict[str, list[Lecture]] = st.session_state["lectures"]
    fresh = {f.file_id: f for f in files}
    for gone in set(kept) - set(fresh):
        del kept[gone]
    todo = [f for f in files if f.file_id not in kept]
    if todo:
        plan = plan_decided(load_plan(), decisions)
        place = st.empty()
        with place.status(f"Lecture de {len(todo)} fichiers…" if len(todo) > 1 else "Lecture du fichier…") as status:
            for rank, file in enumerate(todo, 1):
                status.update(label=f"Lecture {rank} sur {len(todo)} : {escape_markdown(file.name)}")
                kept[file.file_id] = read_all(
                    file.name,
                    file.getvalue(),
                    lambda n, o: read_export(n, o, today(), plan, decisions.reglages, correspondances),
                )
        place.empty()
    return [lecture for f in files for lecture in kept[f.file_id]]


@lru_cache(8)
def _template(stamp: str, exercice: Exercice) -> bytes:
    return template(exercice, plan_decided(load_plan(), load_donnees(today()).decisions))


def template_of(exercice: Exercice) -> bytes:
    """The workbook to fill for a year: what is typed in, as the indicators are fed today."""
    return _template(stamp(), exercice)


def annotated(apercu: Apercu) -> bytes | None:
    """A copy of her workbook with the faulty cells marked; None where there is no cell to mark."""
    octets = apercu.lecture.octets
    if octets and can_annotate(octets, apercu.constats):
        with suppress(ValueError):
            return annotate(octets, apercu.constats)
    return None


def offer_annotated(apercus: Sequence[Apercu]) -> None:
    """A download for each workbook that has cells to correct, those of a .zip too."""
    for rank, apercu in enumerate(apercus):
        if apercu.etat != "a_corriger":
            continue
        copy = annotated(apercu)
        if copy:
            stem = apercu.lecture.fichier.rsplit(".", 1)[0]
            label = f"Copie annotée de {escape_markdown(apercu.lecture.fichier)}"
            download(
                "copie_annotee",
                label,
                copy,
                f"{stem} - à corriger.xlsx",
                icon=":material/download:",
                key=f"copie_{rank}",
            )


def _first_day(lecture: Lecture) -> tuple[bool, date]:
    """The oldest first, those that cannot be read last."""
    first = lecture.extrait.debut if lecture.extrait else None
    return first is None, first or date.max


def preview_files(lectures: list[Lecture]) -> list[Apercu]:
    """What they would change; computed again only when the files or the base change."""
    lectures = sorted(lectures, key=_first_day)  # so that a month is not said to be missing which was dropped with it
    mark = (stamp(), tuple(le.sha256 + le.fichier for le in lectures))
    if st.session_state.get("apercus_de") != mark:
        st.session_state["apercus"] = preview(lectures, au=today())
        st.session_state["apercus_de"] = mark
    found: list[Apercu] = st.session_state["apercus"]
    return found


def offer_description(apercus: Sequence[Apercu]) -> None:
    """For each file of no tool that we know, in a .zip or not: the page that describes it, the file in hand."""
    unknown = [a.lecture for a in apercus if {"inconnu", "a_reparer"} & {c.nom for c in a.constats}]
    for rank, lecture in enumerate(unknown[:MONTRES]):
        verb = "Réparer la lecture de" if any(c.nom == "a_reparer" for c in lecture.constats) else "Décrire"
        label = f"{verb} {escape_markdown(lecture.fichier)}"
        if st.button(label, icon=":material/table_view:", key=f"decrire_{rank}_{lecture.sha256[:12]}"):
            st.session_state["a_decrire"] = lecture.octets and (lecture.fichier, lecture.octets)
            st.switch_page("pages/autre_outil.py")


def previews_html(apercus: list[Apercu], titre: str | None = None) -> Markup:
    ready = sum(a.etat == "pret" for a in apercus)
    wrong = sum(a.etat == "a_corriger" for a in apercus)
    known = len(apercus) - ready - wrong
    parts = [f"{ready} {'fichiers prêts' if ready > 1 else 'fichier prêt'}"] if ready or not apercus else []
    parts += [f"{wrong} à corriger"] if wrong else []
    parts += [f"{known} déjà {'reçus' if known > 1 else 'reçu'}"] if known else []
    return render(
        "apercus.html",
        titre=titre or ", ".join(parts),
        apercus=apercus,
        effet=effect_text,
        constat=constat_text,
        local=local,
    )


def store_ready(apercus: list[Apercu]) -> list[Dit]:
    """Store the files that are ready, one transaction each; returns what to say of each."""
    lines: list[Dit] = []
    for apercu in apercus:
        if apercu.etat != "pret":
            continue
        try:
            recu = import_export(apercu.lecture, par=permit("envoi"))
        except LotRefuse as refus:
            lines.append(Dit(f"{apercu.lecture.fichier} : rien n'est enregistré. {refus}", fait=False))
            continue
        if recu.deja:
            lines.append(Dit(f"{recu.fichier} : déjà reçu, rien n'a changé."))
        else:
            many = "s" if recu.lignes > 1 else ""
            lines.append(Dit(f"{recu.fichier} : {nombre(recu.lignes)} ligne{many} enregistrée{many}."))
        lines += [Dit(f"{recu.fichier} : {constat_text(c)}", fait=False) for c in recu.constats]
    return lines


def when_text(moment: datetime) -> str:
    """« 2 nov. 2026, 9 h 14 »."""
    there = local(moment)
    return f"{jour(there.date())}, {there.hour} h {there.minute:02d}"
