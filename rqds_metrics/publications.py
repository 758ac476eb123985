"""Publications: proposed, approved, put online, taken back. Decisions of the registre; what is online is a snapshot.

The registre keeps « proposition » while one waits, and each approved publication under its number, for good:
{"indicateurs": [ids], "commentaires": {key: text}, "note", "au": a day, ISO, "publie_le": a moment (UTC), "empreinte":
of the figures as they were approved, "retiree": the moment it was taken back}.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from rqds_metrics import activite, horloge
from rqds_metrics.corrections import corrected
from rqds_metrics.diffusion import publication as pub
from rqds_metrics.diffusion.composition import Choix, build
from rqds_metrics.diffusion.donnees_ouvertes import addresses_of
from rqds_metrics.diffusion.ecarts import ecarts_of
from rqds_metrics.donnees import load_donnees, portee_table
from rqds_metrics.parts import decided
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import Decision, Decisions, decide, read_decisions, read_history
from rqds_metrics.regles.formats import jour
from rqds_metrics.resultats import Calcul
from rqds_metrics.store import base_path, connect, local, now, today, transaction, version
from rqds_metrics.vagues import Vague, read_vagues

PROPOSITION = "proposition"
NOTE_MAX = 300
Acte = Literal["proposer", "approuver", "retirer"]


class PublicationRefusee(RuntimeError):
    """What was asked cannot be done; told in French. Nothing was written."""


@dataclass(frozen=True)
class Demande:
    """A choice that waits or that was approved. `numero`: None while it waits. Moments in UTC."""

    numero: int | None
    choix: Choix
    au: date
    quand: datetime
    qui: str
    publie_le: datetime | None = None
    empreinte: str | None = None
    retiree: datetime | None = None


def peut(qui: str, acte: Acte) -> bool:
    """May this person do it. Everyone may, until people sign in."""
    return True


def _allowed(qui: str, acte: Acte) -> None:
    if not peut(qui, acte):
        raise PublicationRefusee("Votre rôle ne le permet pas. Demandez-le à la direction.")


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


def _read(decision: Decision, cle: str) -> Demande:
    v: Mapping[str, Any] = decision.valeur
    choix = Choix(tuple(v["indicateurs"]), dict(v["commentaires"]), str(v.get("note") or ""))
    moment = {k: datetime.fromisoformat(v[k]) if v.get(k) else None for k in ("publie_le", "retiree")}
    numero = None if cle == PROPOSITION else int(cle)
    return Demande(
        numero, choix, date.fromisoformat(v["au"]), decision.quand, decision.qui, moment["publie_le"],
        v.get("empreinte"), moment["retiree"],
    )  # fmt: skip


def proposed(decisions: Decisions) -> Demande | None:
    found = decisions.publications.get(PROPOSITION)
    return _read(found, PROPOSITION) if found else None


def approved(decisions: Decisions) -> list[Demande]:
    """Every publication ever approved, those taken back included, the newest first."""
    found = [_read(d, cle) for cle, d in decisions.publications.items() if cle != PROPOSITION]
    return sorted(found, key=lambda d: -(d.numero or 0))


def standing(decisions: Decisions) -> Demande | None:
    """The approved publication that is to be online: the newest that was not taken back."""
    return next((d for d in approved(decisions) if d.retiree is None), None)


def to_keep(choix: Choix, au: date, **more: Any) -> dict[str, Any]:
    """A choice as the registre keeps it.

    Raises:
        PublicationRefusee: nothing is chosen, an indicator is unknown, or the note is too long.
    """
    plan = load_plan()
    ids = [i for i in plan.tous if i in set(choix.indicateurs)]
    note = " ".join(choix.note.split())
    if not ids or len(ids) != len(set(choix.indicateurs)):
        raise PublicationRefusee("Choisissez au moins un indicateur du plan.")
    if len(note) > NOTE_MAX:
        raise PublicationRefusee(f"La note a {NOTE_MAX} caractères au plus.")
    if au > today():
        raise PublicationRefusee("Une publication se voit au plus tard aujourd'hui.")
    words = {k: t for k, t in sorted(choix.commentaires.items()) if k.partition("|")[0] in ids}
    return {"indicateurs": ids, "commentaires": words, "note": note, "au": au.isoformat(), **more}


def propose(choix: Choix, au: date, base: str | Path | None = None, *, qui: str, demo: bool = False) -> None:
    """Ask the direction to publish a choice; it takes the place of the proposal that waits."""
    _allowed(qui, "proposer")
    valeur = to_keep(choix, au)
    with transaction(base) as cursor:
        decide(cursor, "publication", PROPOSITION, valeur, qui=qui, pourquoi=valeur["note"], demo=demo)


def drop_proposal(base: str | Path | None = None, *, qui: str, demo: bool = False) -> None:
    _allowed(qui, "proposer")
    with transaction(base) as cursor:
        decide(cursor, "publication", PROPOSITION, None, qui=qui, pourquoi="Proposition reprise.", demo=demo)


def approve(
    choix: Choix,
    au: date,
    base: str | Path | None = None,
    *,
    qui: str,
    demo: bool = False,
    quand: datetime | None = None,
) -> int:
    """Approve a choice as it is seen now; returns its number. Nothing is online yet: see `publish`.

    Raises:
        PublicationRefusee: see to_keep.
    """
    _allowed(qui, "approuver")
    moment = (quand or now()).replace(microsecond=0)
    valeur = to_keep(choix, au, publie_le=moment.isoformat())
    folder = folder_of(base)
    if quand is None:
        valeur["empreinte"] = fingerprint(preview(choix, au, base))
    with transaction(base) as cursor:
        if quand is None:
            horloge.moment(cursor)  # refuses where the clock is wrong
        known = read_decisions(cursor, date.max.replace(year=9998)).publications
        numero = max([0, *(int(k) for k in known if k != PROPOSITION), *_numbers(folder)]) + 1
        decide(cursor, "publication", str(numero), valeur, qui=qui, pourquoi=valeur["note"], demo=demo, quand=moment)
        if PROPOSITION in known:
            decide(cursor, "publication", PROPOSITION, None, qui=qui, pourquoi=f"Publication n° {numero}.", demo=demo)
    return numero


def take_back(numero: int, base: str | Path | None = None, *, qui: str, pourquoi: str = "", demo: bool = False) -> None:
    """Take a publication off line; the one before it, if any stands, is online again. Its figures are kept.

    Raises:
        PublicationRefusee: it is not one, or was taken back already.
    """
    _allowed(qui, "retirer")
    with transaction(base) as cursor:
        found = read_decisions(cursor, date.max.replace(year=9998)).publications.get(str(numero))
        if found is None or found.valeur.get("retiree"):
            raise PublicationRefusee(f"La publication n° {numero} n'est plus en ligne.")
        valeur = {**found.valeur, "retiree": now().isoformat(timespec="seconds")}
        decide(cursor, "publication", str(numero), valeur, qui=qui, pourquoi=pourquoi, demo=demo)
    publish(base)


def history(base: str | Path | None = None) -> list[Decision]:
    """Everything that was ever proposed, approved or taken back, the newest first."""
    return read_history("publication", base)


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


def preview(
    choix: Choix, au: date, base: str | Path | None = None, numero: int | None = None, publie_le: datetime | None = None
) -> pub.Publication:
    """What would be published, history included."""
    folder = folder_of(base)
    number = numero or max([0, *_numbers(folder)]) + 1
    known = load_donnees(au, base)
    earlier = _earlier(folder, number, known.demo)
    plan, moment = load_plan(), (publie_le or now()).replace(microsecond=0)
    found = build(
        plan, Calcul(plan, known), choix,
        numero=number, publie_le=moment, vagues=groups(au, base), deja=earlier,
    )  # fmt: skip
    return with_history(found, earlier, _taken_back(base))


def with_history(
    p: pub.Publication, earlier: list[pub.Publication], taken_back: Mapping[int, datetime] | None = None
) -> pub.Publication:
    """The same, with what it changes and the ones before it; one that was taken back says so instead of its note."""
    gone = taken_back or {}
    before = [e for e in earlier if e.numero not in gone]
    e = ecarts_of(before[-1] if before else None, p)
    mine = pub.Edition(p.numero, p.publie_le, p.vu_au, p.note, len(e.ajoutes), len(e.retires), e.changes)
    told = []
    for past in earlier[::-1]:
        for said in past.historique[:1]:
            when = gone.get(past.numero)
            told.append(replace(said, note=f"Retirée le {jour(local(when).date())}.") if when else said)
    return replace(p, historique=(mine, *told))


def _taken_back(base: str | Path | None) -> dict[int, datetime]:
    found = approved(load_donnees(today(), base).decisions)
    return {d.numero: d.retiree for d in found if d.numero and d.retiree}


def fingerprint(p: pub.Publication) -> str:
    """What was approved: figures, statuses and comments, whatever the number and the moment."""
    figures = [
        (*k, *(None if x is None else round(x, 9) for x in (r.valeur, r.numerateur, r.denominateur, r.cible)), r.statut)
        for k, r in sorted(p.resultats.items())
    ]
    words = [(c.indicateur, c.periode, c.texte) for some in p.commentaires.values() for c in some]
    return hashlib.sha256(json.dumps([figures, sorted(words)]).encode()).hexdigest()


def _of_another_base(path: Path, found: Demande) -> bool:
    """Is this file what another base published under the same number? One of a demonstration makes room.

    Raises:
        PublicationRefusee: it holds real figures, which are never lost.
    """
    there = pub.read_publication(path)
    if there.publie_le == found.publie_le:
        return False
    if not there.demo:
        raise PublicationRefusee(
            f"Une autre publication n° {found.numero} est déjà dans le dossier {path.parent.name}. Rien n'est remplacé : "
            "déplacez ce dossier ou restaurez la base qui l'a publiée."
        )
    path.unlink()
    return True


def _earlier(folder: Path, numero: int, demo: bool) -> list[pub.Publication]:
    """The publications before a number, in order: those of the demonstration only for the demonstration."""
    every = (pub.read_publication(folder / pub.file_name(n)) for n in _numbers(folder) if n < numero)
    return [e for e in every if e.demo == demo]


def _numbers(folder: Path) -> list[int]:
    """The numbers of the snapshots there are, in order."""
    names = (re.fullmatch(r"publication-([1-9]\d*)\.duckdb", p.name) for p in folder.glob("publication-*.duckdb"))
    return sorted(int(m[1]) for m in names if m)


def open_data(p: pub.Publication, base: str | Path | None = None) -> dict[str, bytes]:
    """The open data at all their addresses: what is online, and each publication that was not taken back, for good."""
    folder, gone = folder_of(base), _taken_back(base)
    kept = [e for e in _earlier(folder, p.numero, p.demo) if e.numero not in gone]
    out: dict[str, bytes] = {}
    for before, this in zip([None, *kept], [*kept, p], strict=True):
        out |= addresses_of(this, before)  # the last one, which is online, keeps the address without a number
    return out


def online(base: str | Path | None = None) -> pub.Publication | None:
    """What is online now.

    Raises:
        PublicationIllisible: see diffusion.publication.current.
    """
    return pub.current(folder_of(base))


def publish(base: str | Path | None = None) -> pub.Publication | None:
    """Put online what is approved and was not taken back; None, and nothing online, where nothing is.

    Raises:
        PublicationRefusee: the figures are no longer those that were approved.
    """
    folder = folder_of(base)
    found = standing(load_donnees(today(), base).decisions)
    if found is None:
        pub.point_to(None, folder)
        return None
    assert found.numero is not None
    path = folder / pub.file_name(found.numero)
    if path.exists() and not _of_another_base(path, found):
        here = pub.pointer(folder)
        if here is None or here.numero != found.numero:
            pub.point_to(path)
        return pub.read_publication(path)
    p = preview(found.choix, found.au, base, found.numero, found.publie_le)
    if found.empreinte and fingerprint(p) != found.empreinte:
        raise PublicationRefusee(
            f"Les chiffres ont changé depuis que la publication n° {found.numero} a été approuvée. Rien n'est mis en "
            "ligne. Relisez l'aperçu et approuvez de nouveau."
        )
    pub.write_snapshot(p, folder)
    activite.say("publication", numero=p.numero, indicateurs=len(p.indicateurs))
    return p
