"""What a careful colleague would say of a sound file, before it is stored: compared with what came before it.

Pure: the past is given (see Passe), and nothing here refuses a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from etl.source import Constat, Extrait, Tranche
from rqds_metrics.regles.formats import jour, mois, nombre
from rqds_metrics.regles.vivant import Span

# What is compared from month to month; the other families hold facts, each its own.
COLONNES = {
    "web": {"visites": "visites", "vues": "vues"},
    "balado": {"lectures": "écoutes"},
    "social": {"vues": "vues"},
}
FOIS = 10.0  # how many times last month's before it is told
MOINS = 0.8  # share of the last export's rows under which it is told
PETIT = 20  # figures and rows too small to compare


@dataclass(frozen=True)
class Passe:
    """What is known of one serie: Σ by month of each column, the days spoken for, rows of the newest lot."""

    totaux: dict[date, dict[str, float]] = field(default_factory=dict)  # first of the month -> column -> total
    couvert: tuple[Span, ...] = ()
    lignes: int = 0


def cautions(extrait: Extrait, passe: dict[str, Passe], recu_le: date) -> list[Constat]:
    """Warnings on a sound file. `passe`: by serie, as it was before the file."""
    said = {c.nom for c in extrait.constats}
    out: list[Constat] = []
    spans = [t for t in extrait.tranches if t.mode not in ("cle", "releve")]
    if "mois_incomplet" not in said:
        out += _straddling(spans)
    if not said & {"jour_en_cours", "mois_en_cours"}:
        out += _unfinished(spans, recu_le)
    firsts: dict[str, date] = {}
    for t in spans:
        firsts[t.serie] = min(t.debut, firsts.get(t.serie, t.debut))
    rows = extrait.lignes.groupby("serie").indices if passe else {}
    missing: dict[str, list[Constat]] = {}
    for serie in sorted({t.serie for t in extrait.tranches} & set(passe)):
        known = passe[serie]
        mine = extrait.lignes.iloc[rows.get(serie, [])]
        out += _fewer(mine, known)
        if first := firsts.get(serie):
            missing[serie] = list(_missing_before(first, known))
            out += _odd_totals(mine, known, COLONNES.get(extrait.famille, {}))
    # typed-in values: each indicator is a serie, which may well have nothing to say one month
    if extrait.famille != "saisie" or all(missing.values()):
        out += [c for found in missing.values() for c in found]
    return list(dict.fromkeys(out))[:20]  # several series of a file may say the same thing


def _month(day: date) -> date:
    return day.replace(day=1)


def _before(month: date) -> date:
    return _month(month - timedelta(days=1))


def _is_last(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def _straddling(tranches: Iterable[Tranche]) -> Iterator[Constat]:
    """A span counted as a whole that is not whole months."""
    for t in tranches:
        if t.mode == "bloc" and (t.debut.day != 1 or not _is_last(t.fin)) and t.debut != t.fin:
            note = f"La période du {jour(t.debut)} au {jour(t.fin)} n'est pas faite de mois entiers."
            remede = "Exportez plutôt du premier au dernier jour du mois."
            yield Constat("mois_incomplet", "avertissement", note, remede=remede)
            return


def _unfinished(tranches: Iterable[Tranche], recu_le: date) -> Iterator[Constat]:
    if any(_month(t.fin) == _month(recu_le) and not _is_last(recu_le) for t in tranches):
        note = f"Le mois en cours ({mois(recu_le)}) n'est pas fini : ses chiffres sont encore partiels."
        yield Constat("mois_en_cours", "avertissement", note, remede="Renvoyez l'export au début du mois prochain.")


def _fewer(mine: pd.DataFrame, known: Passe) -> Iterator[Constat]:
    if known.lignes >= PETIT and len(mine) < MOINS * known.lignes:
        note = f"Ce fichier a {nombre(len(mine))} lignes ; le dernier du même genre en avait {nombre(known.lignes)}."
        yield Constat("moins_de_lignes", "avertissement", note, remede="Vérifiez que l'export est complet.")


def _missing_before(first: date, known: Passe) -> Iterator[Constat]:
    """The month before the file's first was never received, though an earlier one was."""
    month = _month(first)
    before = _before(month)
    earlier = any(s.debut < before for s in known.couvert)
    there = any(s.fin >= before and s.debut < month for s in known.couvert)
    if earlier and not there:
        note = f"Le mois d'avant ({mois(before)}) manque : il n'a jamais été reçu."
        yield Constat("mois_manquant", "avertissement", note, remede="Envoyez-le aussi, dans l'ordre que vous voulez.")


def _odd_totals(mine: pd.DataFrame, known: Passe, columns: dict[str, str]) -> Iterator[Constat]:
    """Ten times last month's, a tenth of it, or the very same figure."""
    months = pd.Series([_month(d) for d in mine["fin"]], index=mine.index, dtype="object")
    for column, words in columns.items():
        totals = pd.to_numeric(mine[column], errors="coerce").groupby(months).sum(min_count=1)
        for month, total in totals.items():
            assert isinstance(month, date)
            then = known.totaux.get(_before(month), {}).get(column)
            if pd.isna(total) or then is None or max(total, then) < PETIT:
                continue
            what = f"{nombre(total)} {words} en {mois(month)}, {nombre(then)} en {mois(_before(month))}"
            if total == then:
                note = f"Exactement les mêmes chiffres que le mois d'avant ({what})."
                yield Constat("memes_chiffres", "avertissement", note, remede="Vérifiez la période de l'export.")
            elif then and (total >= FOIS * then or total * FOIS <= then):
                note = f"Un écart de plus de dix fois avec le mois d'avant ({what})."
                yield Constat("ecart", "avertissement", note, remede="Vérifiez la période et le filtre de l'export.")
