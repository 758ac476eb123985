"""What is wrong with the rows that a mapping gives, told where it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import pandas as pd

from etl.cells import normal
from etl.columns import Table
from etl.correspondance import PREFIXE, Correspondance
from etl.findings import constat_at, quoted
from etl.periods import Period, parse_period, whole_month
from etl.privacy import scrub
from etl.source import Constat, Extrait, Tranche, Verdict
from rqds_metrics.lots import Lot
from rqds_metrics.regles.formats import periode
from rqds_metrics.regles.vivant import Portee

_TROP = 1_000_000_000  # no count of ours is that large: a phone number is
_AUTRES_MAX = 0.4  # share of its headers that an export may lose before one doubts that it is the same
_PARTS = {"ouvertures": "d'ouvertures", "clics": "de clics", "desabonnements": "de désabonnements"}


def unlikely(champs: Sequence[str], frame: pd.DataFrame, tables: list[Table], limit: int) -> list[Constat]:
    """Figures that cannot be: below zero, far too large, more who opened or clicked than were reached.

    Under `limit` recipients an e-mailing is a test, which real tools do count wrong: it is not refused.
    """
    out = []
    for champ in champs:
        values = frame[champ]
        out += told("incoherence", "Un nombre ne peut pas être négatif ici.", values < 0, champ, frame, tables)
        note = "Ce nombre est trop grand pour être un compte : la colonne choisie n'est pas la bonne."
        out += told("incoherence", note, values >= _TROP, champ, frame, tables)
        if champ in _PARTS and "livres" in frame:
            more = (values > frame["livres"]) & (frame["livres"] >= limit)
            note = f"Plus {_PARTS[champ]} que de courriels livrés : c'est impossible."
            remede = "Choisissez la colonne des personnes différentes (« uniques »), et non celle du total."
            out += told("incoherence", note, more, champ, frame, tables, remede)
    return out


def spans_of(frame: pd.DataFrame) -> tuple[list[str], list[Period | None]]:
    """What each row says of its period, and the days it means. A day alone stands for its month."""
    if "periode" in frame:
        texts = frame["periode"].fillna("").astype("str").tolist()
        known = {t: parse_period(t) for t in set(texts)}
        months = {t: whole_month(s.debut) if s and s.mode == "jour" else s for t, s in known.items()}
        return texts, [months[t] for t in texts]
    pairs: list[tuple[date, date]] = list(zip(frame["debut"].dt.date, frame["fin"].dt.date, strict=True))
    return [f"{a} - {b}" for a, b in pairs], [Period(a, b, "bloc") if a <= b else None for a, b in pairs]


def overlapping(tranches: Sequence[Tranche]) -> list[Constat]:
    """Spans of one serie that share days: they would be counted twice. `tranches` are sorted."""
    for a, b in pairwise(tranches):
        if a.serie == b.serie and b.debut <= a.fin:
            first, second = periode(a.debut, a.fin), periode(b.debut, b.fin)
            note = f"Deux lignes parlent des mêmes jours ({first} et {second}) : ils compteraient double."
            return [
                Constat("chevauchement", "erreur", note, remede="Gardez une ligne par mois, puis renvoyez le fichier.")
            ]
    return []


def other_headers(c: Correspondance, headers: Sequence[str]) -> list[Constat]:
    """Columns that the file the mapping was made from did not have, or no longer there."""
    known, found = {normal(h) for h in c.entetes}, {normal(scrub(h)) for h in headers if h}
    gone = [h for h in c.entetes if normal(h) not in found]
    new = [h for h in headers if h and normal(scrub(h)) not in known]
    if not (gone or new):
        return []
    parts = [f"absentes : {quoted(gone, 4)}"] if gone else []
    parts += [f"nouvelles : {quoted((scrub(h) for h in new), 4)}"] if new else []
    many = len(gone) > _AUTRES_MAX * len(known) or len(new) > len(known)
    doubt: Verdict = "avertissement" if many else "info"
    note = f"Les colonnes ne sont pas toutes celles du fichier décrit pour « {c.nom} » ({' ; '.join(parts)})."
    return [Constat("entetes_differents", doubt, note, remede="Vérifiez qu'il vient bien du même outil.")]


def described_otherwise(extrait: Extrait, lots: Sequence[Lot], portees: Sequence[Portee]) -> list[Constat]:
    """Mailings or sessions of the same tool and days, received when it was described otherwise: counted twice.

    Once its code or its title is mapped, a mailing has another serie: the newer file would not take its place.
    """
    if not extrait.source.startswith(PREFIXE) or extrait.famille not in ("infolettre", "webinaire"):
        return []
    ways = {_way(t.serie) for t in extrait.tranches}
    older = {lot.id: lot for lot in lots if (lot.source, lot.famille) == (extrait.source, extrait.famille)}
    other = [p for p in portees if p.lot in older and _way(p.serie) not in ways]
    clash = [p for p in other if any(p.debut <= t.fin and t.debut <= p.fin for t in extrait.tranches)]
    if not clash:
        return []
    first = min(clash, key=lambda p: p.debut)
    note = (
        f"Ces jours ont déjà été lus avec une autre description du même outil (« {older[first.lot].fichier} », "
        f"{periode(first.debut, first.fin)}) : ils compteraient double."
    )
    remede = "Annulez d'abord cet envoi dans la liste des fichiers reçus, puis renvoyez celui-ci."
    return [Constat("autre_description", "erreur", note, remede=remede)]


def _way(serie: str) -> str:
    """What tells the rows of a serie apart: « code », « titre », « jour » or « mois »."""
    return serie.partition("|")[2].split(" ")[0]


def told(
    nom: str,
    note: str,
    which: pd.Series,
    champ: str,
    frame: pd.DataFrame,
    tables: list[Table],
    remede: str = "Corrigez ou retirez cette ligne, ou refaites l'export.",
) -> list[Constat]:
    """An « erreur » at each of the first ten rows chosen."""
    out = []
    chosen = frame.loc[which.fillna(False).astype("bool"), ["table", "row"]].head(10)
    for t, row in chosen.itertuples(index=False):
        place, feuille = tables[t].columns[champ], tables[t].feuille
        out.append(constat_at(nom, "erreur", note, feuille, int(row), place.rank, header=place.header, remede=remede))
    return out
