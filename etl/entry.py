"""Values typed on the screen, checked cell by cell against the plan and what stands. Pure; see etl.recording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd

from etl.cells import to_number, to_percent, unaccented
from etl.typed import NO, YES, Donne, record_of, serie_of
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import Indicateur, Plan
from rqds_metrics.regles.formats import jour, periode
from rqds_metrics.saisies import Case, Cases, Cle

_DIVISIBLES = frozenset({"heure", "jour", "dollar", "kilomètre", "%"})  # the other units are counted one by one
CHAMPS = ("valeur", "numerateur", "denominateur", "texte", "preuve")


@dataclass(frozen=True)
class Frappe:
    """What was typed in a cell, as text, and what stood there when it was shown (`vu`, None: nothing).

    All of it empty: the cell is emptied. `deplace`: what was seen leaves its own cell for this one (a text whose date
    changed, a line renamed, a milestone put right).
    """

    indicateur: str
    debut: date
    fin: date
    detail: str = ""
    valeur: str = ""
    numerateur: str = ""
    denominateur: str = ""
    fait_le: date | None = None
    texte: str = ""
    preuve: str = ""
    vu: Case | None = None
    deplace: bool = False

    @property
    def moves(self) -> bool:
        return self.deplace and self.vu is not None and self.vu.cle != self.cle

    @property
    def cle(self) -> Cle:
        return Cle(serie_of(self.indicateur, self.detail), self.debut, self.fin)

    @property
    def vide(self) -> bool:
        return self.fait_le is None and not any(str(getattr(self, c)).strip() for c in CHAMPS)


@dataclass(frozen=True)
class Faute:
    """What is wrong with a cell, in French."""

    frappe: Frappe
    champ: str
    note: str

    @property
    def texte(self) -> str:
        f = self.frappe
        who = f"{f.indicateur}, {f.detail}" if f.detail else f.indicateur
        return f"{who} ({span_text(f.debut, f.fin)}) : {self.note}"


@dataclass(frozen=True)
class Ecriture:
    """A cell to write: its row (None: emptied) and the cell it was typed over."""

    frappe: Frappe
    ligne: dict[str, Any] | None

    @property
    def contenu(self) -> tuple[object, ...] | None:
        keys = ("valeur", "numerateur", "denominateur", "fait_le", "texte", "preuve")
        return tuple(self.ligne[k] for k in keys) if self.ligne else None


def span_text(debut: date, fin: date) -> str:
    """« oct. 2026 », « 2026-2027 » for a whole fiscal year."""
    year = Exercice.of(debut)
    return str(year) if (debut, fin) == (year.debut, year.fin) else periode(debut, fin)


@lru_cache(4096)
def read_number(text: str) -> float | None:
    """A number as it is typed or pasted (« 12,5 », « 1 234 »), read by itself; None when it cannot be for sure."""
    typed = to_number(pd.Series([text], dtype="str"))
    return None if typed.values.isna().iloc[0] else float(typed.values.iloc[0])


@lru_cache(4096)
def read_percent(text: str) -> float | None:
    typed = to_percent(pd.Series([text], dtype="str"))
    return None if typed.values.isna().iloc[0] else float(typed.values.iloc[0])


def check(frappes: Sequence[Frappe], plan: Plan, au: date, cases: Cases) -> tuple[list[Ecriture], list[Faute]]:
    """What would be written, and all that is wrong. `cases`: what stands, as it was shown."""
    fautes: list[Faute] = []
    ecritures: list[Ecriture] = []
    seen: set[Cle] = set()
    left = {f.vu.cle for f in frappes if f.vu and f.moves}
    for frappe in frappes:
        before = len(fautes)
        indicateur = plan.tous.get(frappe.indicateur)
        if frappe.cle in seen:
            fautes.append(Faute(frappe, "detail", "cette ligne est là deux fois ; réunissez-les."))
        seen.add(frappe.cle)
        taken = frappe.cle in cases and (frappe.vu is None or frappe.vu.cle != frappe.cle)
        if taken and not frappe.vide and frappe.cle not in left and indicateur and indicateur.type != "jalon":
            fautes.append(Faute(frappe, "detail", "il y a déjà quelque chose ici ; changez la ligne qui y est."))
        if indicateur is None or not indicateur.saisi:
            fautes.append(Faute(frappe, "indicateur", "cet indicateur ne se saisit pas."))
            continue
        if frappe.vide:
            if frappe.vu:
                ecritures.append(Ecriture(frappe, None))
            continue
        ligne = _line(indicateur, frappe, au, fautes)
        if ligne and len(fautes) == before:
            ecritures.append(Ecriture(frappe, ligne))
    return ecritures, [*fautes, *clashes(ecritures, cases, plan)]


def _line(indicateur: Indicateur, frappe: Frappe, au: date, fautes: list[Faute]) -> dict[str, Any] | None:
    def tell(champ: str, note: str) -> None:
        fautes.append(Faute(frappe, champ, note))

    if frappe.debut > au:
        tell("periode", "cette période n'a pas encore commencé.")
        return None
    if indicateur.par and not frappe.detail.strip():
        standing = frappe.vu is not None and not frappe.vu.detail
        if not standing:
            tell("detail", "écrivez le nom de la ligne.")
            return None
    before = len(fautes)
    valeur, numerateur, denominateur = (
        _number(indicateur, c, getattr(frappe, c).strip(), tell) for c in ("valeur", "numerateur", "denominateur")
    )
    day = frappe.fait_le
    if indicateur.type == "qualitatif" and day and not frappe.debut <= day <= min(frappe.fin, au):
        tell("fait_le", f"le {jour(day)} n'est pas dans l'exercice, ou pas encore passé.")
    if indicateur.type == "jalon" and valeur == 1 and frappe.fait_le is None:
        tell("fait_le", "écrivez la date où c'est fait.")
    if len(fautes) > before:
        return None
    donne = Donne(
        valeur, numerateur, denominateur, fait_le=frappe.fait_le, texte=frappe.texte.strip() or None, preuve=frappe.preuve.strip() or None,
        detail=frappe.detail.strip() or None,
    )  # fmt: skip
    return record_of(indicateur, (frappe.debut, frappe.fin), donne, au, tell)


def _number(indicateur: Indicateur, champ: str, text: str, tell: Any) -> float | None:
    if not text:
        return None
    if indicateur.type == "jalon":
        plain = unaccented(text)
        if plain in YES or plain in NO:
            return 1.0 if plain in YES else 0.0
        tell(champ, f"« {text[:40]} » ne se lit pas : écrivez « fait » ou « pas fait ».")
        return None
    percent = champ == "valeur" and indicateur.type == "taux"
    value = read_percent(text) if percent else read_number(text)
    if value is None:
        kind = "un pourcentage (« 45 % »)" if percent else "un nombre"
        hint = "" if percent else " sûr : écrivez-le sans séparateur de milliers, avec une virgule pour les décimales"
        tell(champ, f"« {text[:40]} » n'est pas {kind}{hint}.")
    elif champ == "valeur" and indicateur.type != "taux" and indicateur.unite not in _DIVISIBLES and value % 1:
        tell(champ, f"« {text[:40]} » : cet indicateur se compte en nombres entiers.")
    return value


def clashes(ecritures: Iterable[Ecriture], cases: Cases, plan: Plan) -> list[Faute]:
    """Values that would count twice beside what stands: a year over its months, a total beside its parts."""
    batch = list(ecritures)
    gone = {e.frappe.cle for e in batch} | {e.frappe.vu.cle for e in batch if e.frappe.vu and e.frappe.moves}
    new = [e for e in batch if e.ligne and plan.tous[e.frappe.indicateur].type != "jalon"]
    after = [(c.indicateur, c.cle, c.detail) for c in cases.values() if c.cle not in gone]
    after += [(e.frappe.indicateur, e.frappe.cle, e.ligne["detail"]) for e in new if e.ligne]
    out = []
    for e in new:
        cle, detail = e.frappe.cle, e.ligne["detail"] if e.ligne else None
        for id_, other, other_detail in after:
            if id_ != e.frappe.indicateur or other == cle or other.debut > cle.fin or cle.debut > other.fin:
                continue
            if other.serie == cle.serie or bool(detail) != bool(other_detail):
                out.append(_double(e, other, other_detail, plan.tous[id_].type == "qualitatif"))
                break
    return out


def _double(e: Ecriture, other: Cle, detail: str | None, text: bool) -> Faute:
    """What stands in the way, and what to do about it."""
    what = "un texte" if text else "une valeur"
    named = f" pour « {detail} »" if detail else ""
    note = f"il y a déjà {what}{named} en {span_text(other.debut, other.fin)}"
    if text:
        return Faute(e.frappe, "texte", f"{note} ; complétez-le plutôt.")
    return Faute(e.frappe, "periode", f"{note}, qui compterait en double ; videz-la d'abord.")
