"""From what was approved to what is online: the preview, its difference with the ones before, and the snapshot."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, is_dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rqds_metrics import activite
from rqds_metrics.corrections import corrected
from rqds_metrics.demandes import Demande, PublicationRefusee, approved, standing
from rqds_metrics.diffusion import parution
from rqds_metrics.diffusion import publication as pub
from rqds_metrics.diffusion.composition import Choix, build, figures_of_people
from rqds_metrics.diffusion.ecarts import ecarts_of
from rqds_metrics.diffusion.instantanes import file_name, read_publication, write_file
from rqds_metrics.diffusion.paroles import quoted
from rqds_metrics.diffusion.retenue import Cellule, Cle
from rqds_metrics.donnees import load_donnees
from rqds_metrics.lots import portee_table
from rqds_metrics.parts import decided
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import Decisions
from rqds_metrics.regles.formats import jour
from rqds_metrics.resultats import Calcul
from rqds_metrics.store import base_path, connect, local, now, today, version
from rqds_metrics.vagues import Vague, read_vagues


def folder_of(base: str | Path | None = None) -> Path:
    """Where the publications of a base are: RQDS_PUBLICATION, else `publication` beside it.

    A base of another name than the real one (the demonstration) has a folder of its own inside: fictitious figures never
    take the place of real ones.
    """
    if asked := os.environ.get("RQDS_PUBLICATION"):
        return Path(asked).resolve()
    path = base_path(base)
    folder = path.parent / "publication"
    return folder if path.stem == "rqds" else folder / path.stem


def groups(au: date, base: str | Path | None = None) -> dict[str, tuple[Vague, ...]]:
    """The groups of answers behind each survey indicator, as known on a day."""
    if not version(base):
        return {}
    known = load_donnees(au, base)
    portees = list(known.portees)
    plan = Calcul(load_plan(), known).plan
    with connect(base) as cursor:
        portee_table(cursor, portees)
        with corrected(cursor, known.decisions, portees), decided(cursor, known.decisions):
            return read_vagues(cursor, plan, portees, known.decisions, toujours=True)


@dataclass(frozen=True)
class Preparee:
    """A publication that may be put online, and the answers behind its figures of people that no earlier one told.

    `cite`: the withheld figure that its note quotes, if there is one.
    """

    publication: pub.Publication
    cellules: tuple[Cellule, ...]
    cite: Cle | None = None


def prepare(
    choix: Choix, au: date, base: str | Path | None = None, numero: int | None = None, publie_le: datetime | None = None
) -> Preparee:
    """What would be published, history included; nothing is written."""
    folder = folder_of(base)
    before = [n for n in parution.every_number(folder) if n < (numero or math.inf)]
    known, plan = load_donnees(au, base), load_plan()
    calcul, vagues = Calcul(plan, known), groups(au, base)
    decisions = load_donnees(today(), base).decisions
    asked = {d.numero: d for d in approved(decisions) if d.numero and d.numero < (numero or math.inf)}
    told = [c for _, d in sorted(asked.items()) for c in d.cellules or ()]  # even where its file is gone
    unsaid = [n for n in before if n not in asked or asked[n].cellules is None]
    found = build(
        plan, calcul, choix, numero=numero or max([0, *before]) + 1,
        publie_le=(publie_le or now()).replace(microsecond=0), vagues=vagues,
        minimum=max(x.reglages.publie_des for x in (known.decisions, decisions)),  # whatever the day it is seen from
        deja=[parution.kept(folder, n) for n in unsaid], anciennes=told,
    )  # fmt: skip
    shown = [c for c in figures_of_people(plan, calcul, [i.id for i in found.indicateurs], vagues)
             if not found.resultats[c.cle].retenu]  # fmt: skip
    gone = {d.numero: d.retiree for d in asked.values() if d.numero and d.retiree}
    cite = quoted(calcul, choix.note, [k for k, r in found.resultats.items() if r.retenu])
    return Preparee(with_history(found, folder, before, gone), tuple(c for c in shown if c not in told), cite)


def preview(choix: Choix, au: date, base: str | Path | None = None) -> pub.Publication:
    """The publication of a choice as it would be now."""
    return prepare(choix, au, base).publication


def with_history(
    p: pub.Publication, folder: Path, before: Sequence[int], taken_back: Mapping[int, datetime]
) -> pub.Publication:
    """The same, with what it changes and the ones before it; one that was taken back says so instead of its note."""
    e = ecarts_of(parution.before(folder, p), p)
    mine = pub.Edition(p.numero, p.publie_le, p.vu_au, p.note, len(e.ajoutes), len(e.retires), e.changes)
    past: tuple[pub.Edition, ...] = ()
    for n in list(before)[::-1]:
        last = parution.kept(folder, n)
        if last.demo == p.demo:
            past = last.historique  # it names those before it
            break

    def told(said: pub.Edition) -> pub.Edition:
        when = taken_back.get(said.numero)
        return replace(said, note=f"Retirée le {jour(local(when).date())}.") if when else said

    return replace(p, historique=(mine, *map(told, past)))


def fingerprint(p: pub.Publication) -> str:
    """What was approved: every figure, sentence, line and comment, whatever the number, the moment and the history."""
    said = (
        p.vu_au, p.exercice, p.note, p.minimum, p.indicateurs, sorted(p.resultats.items()), sorted(p.courbes.items()),
        sorted(p.commentaires.items()),
    )  # fmt: skip
    return hashlib.sha256(repr(_rounded(said)).encode()).hexdigest()


def _rounded(value: Any) -> Any:
    """The same, without the last digits of sums, whose order may change."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if is_dataclass(value) and not isinstance(value, type):
        return _rounded(astuple(value))
    return tuple(map(_rounded, value)) if isinstance(value, tuple | list) else value


def _of_another_base(path: Path, found: Demande) -> bool:
    """Is this file what another base published under the same number? One of a demonstration makes room.

    Raises:
        PublicationRefusee: it holds real figures, which are never lost.
    """
    there = read_publication(path)
    if there.publie_le == found.publie_le:
        return False
    if not there.demo:
        raise PublicationRefusee(
            f"Une autre publication n° {found.numero} est déjà dans le dossier {path.parent.name}. Rien n'est remplacé : "
            "déplacez ce dossier ou restaurez la base qui l'a publiée."
        )
    path.unlink()
    return True


def online(base: str | Path | None = None) -> pub.Publication | None:
    """What is online now.

    Raises:
        PublicationIllisible: see diffusion.parution.current.
    """
    return parution.current(folder_of(base))


def publish(base: str | Path | None = None) -> pub.Publication | None:
    """Put online what is approved and was not taken back; None, and nothing online, where nothing is.

    Raises:
        PublicationRefusee: the figures are no longer those that were approved.
    """
    folder = folder_of(base)
    decisions = load_donnees(today(), base).decisions
    found = standing(decisions)
    if found is None:
        parution.point_to(None, folder)
        _set_aside(decisions, folder)
        return None
    assert found.numero is not None
    path = folder / file_name(found.numero)
    if path.exists() and not _of_another_base(path, found):
        here = parution.pointer(folder)
        if here is None or here.numero != found.numero:
            parution.point_to(path)
        _set_aside(decisions, folder)
        return read_publication(path)
    _write_those_of_the_demonstration(decisions, found, folder, base)
    p = prepare(found.choix, found.au, base, found.numero, found.publie_le).publication
    if found.empreinte and fingerprint(p) != found.empreinte:
        raise PublicationRefusee(
            f"Les chiffres ont changé depuis que la publication n° {found.numero} a été approuvée. Rien n'est mis en "
            "ligne. Relisez l'aperçu et approuvez de nouveau."
        )
    parution.write_snapshot(p, folder)
    activite.say("publication", numero=p.numero, indicateurs=len(p.indicateurs))
    _set_aside(decisions, folder)
    return p


def _set_aside(decisions: Decisions, folder: Path) -> None:
    """Once another one, or nothing, is online: those that were taken back leave what is served."""
    for d in approved(decisions):
        if d.retiree and d.numero:
            parution.set_aside(folder, d.numero)


def _write_those_of_the_demonstration(
    decisions: Decisions, found: Demande, folder: Path, base: str | Path | None
) -> None:
    """The demonstration comes with a past: what was approved before `found` is written as it would have been then."""
    for d in approved(decisions)[::-1]:
        if d.numero and d.numero < (found.numero or 0) and d.empreinte is None and not d.retiree:
            path = folder / file_name(d.numero)
            if not path.exists() or _of_another_base(path, d):
                write_file(prepare(d.choix, d.au, base, d.numero, d.publie_le).publication, folder)
