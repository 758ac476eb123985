"""Episodes with their counters since they came out: a snapshot, dated, and what it tells next to those before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

import pandas as pd

from etl.cells import unaccented
from etl.columns import Table
from etl.dates import to_date
from etl.source import Constat, Contexte, Extrait, Tranche, row_columns
from rqds_metrics.regles.difference import MONTRES, Compteur, Difference, Releve, difference, remarks
from rqds_metrics.regles.formats import jour, periode, quantite

# « Exporté le 3 nov. 2026 », « As of: 2026-11-03 », « Date du rapport, 2026-11-03 »
_LE = re.compile(
    r"^(?:date (?:d'|du |de l')?)?(?:export\w*|rapport|releve|extraction|genere\w*|generated|as of|en date du"
    r"|mis a jour|updated|downloaded|telecharge\w*)\b(?: (?:date|on|le|du|at))*\s*:?\s*(\S.*)$"
)
_RIEN = 0  # the lot of a file that is not stored yet


def taken_on(tables: Sequence[Table], recu_le: date) -> date:
    """The day that the file says it was made, above its header; else the day it is received."""
    said = set()
    for table in tables:
        for row in table.feuille.cellules.iloc[: table.frame["row"].min()].itertuples(index=False):
            found = _LE.match(unaccented(" ".join(str(v).strip() for v in row if str(v).strip())))
            if found:
                days = to_date(pd.Series([found[1]], dtype="str"), "dmy").values.dropna()
                said |= {d.date() for d in days}
    return said.pop() if len(said) == 1 and max(said) <= recu_le else recu_le


def keep_snapshot(
    frame: pd.DataFrame, serie: str, tables: Sequence[Table], contexte: Contexte, extrait: Extrait
) -> None:
    """Keep rows of episodes as a snapshot. `frame`: episode, publie_le (moments), and what the family has of figures."""
    day = taken_on(tables, contexte.recu_le)
    same = frame["episode"].duplicated(keep=False)
    dated = frame["episode"] + " (" + frame["publie_le"].dt.strftime("%Y-%m-%d") + ")"
    frame = frame.assign(episode=frame["episode"].where(~same, dated), publie_le=frame["publie_le"].dt.date)
    frame = frame.assign(serie=serie, debut=frame["publie_le"].map(lambda d: min(d, day)), fin=day)
    blank = [c for c in row_columns(extrait.famille) if c not in frame]
    extrait.lignes = frame.assign(**dict.fromkeys(blank))[row_columns(extrait.famille)]
    extrait.tranches = [Tranche(serie, frame["debut"].min(), day, "releve")]
    note = f"Ces chiffres sont comptés depuis la sortie de chaque épisode ; ils valent en date du {jour(day)}."
    extrait.constats.append(Constat("depuis_le_debut", "info", note))


def snapshots_of(extrait: Extrait, colonne: str) -> list[tuple[str, Releve]]:
    """(serie, snapshot) for each one that a file holds; its counters are those of `colonne`."""
    out = []
    for t in (t for t in extrait.tranches if t.mode == "releve"):
        mine = extrait.lignes[extrait.lignes["serie"] == t.serie]
        figures = pd.to_numeric(mine[colonne], errors="coerce").astype("float64")
        rows = zip(mine["episode"], mine["publie_le"], figures, strict=True)
        counters = tuple(Compteur(str(e), d, None if pd.isna(v) else float(v)) for e, d, v in rows)
        out.append((t.serie, Releve(t.fin, _RIEN, counters)))
    return out


def compared(extrait: Extrait, colonne: str, unite: str, past: Mapping[str, Sequence[Releve]]) -> list[Constat]:
    """What a snapshot tells next to the live ones of its serie (`past`), before it is stored."""
    out: list[Constat] = []
    for serie, releve in snapshots_of(extrait, colonne):
        others = [r for r in past.get(serie, ()) if r.jour != releve.jour]
        if not others:
            note = (
                "Premier relevé de ces compteurs : ce qui revient au mois reste inconnu jusqu'au prochain relevé, "
                "et ce n'est jamais le total depuis le début."
            )
            remede = "Renvoyez le même export au début du mois prochain : la différence donnera le mois."
            out.append(Constat("premier_releve", "info", note, remede=remede))
        for a, b in pairwise(sorted([*others, releve], key=lambda r: r.jour)):
            if releve in (a, b):
                out += _between(difference(a, b), releve, unite)
    return out


def _between(d: Difference, releve: Releve, unite: str) -> list[Constat]:
    other = d.avant if d.apres is releve else d.apres
    when = periode(d.debut, d.fin)
    if d.valeur is None:
        note = f"Aucun épisode à comparer avec le relevé du {jour(other.jour)} : {when} reste inconnu."
        remede = "Vérifiez que c'est la même émission, et que l'export a tous ses épisodes."
        return [Constat("releves_sans_rapport", "avertissement", note, remede=remede)]
    note = f"Par différence avec le relevé du {jour(other.jour)} : {quantite(d.valeur, unite)} de plus ({when})."
    out = [Constat("difference", "info", note)]
    if d.renommes:
        names = ", ".join(f"« {a.episode} » → « {b.episode} »" for a, b in d.renommes[:MONTRES])
        more = "…" if len(d.renommes) > MONTRES else ""
        note = f"Même date de sortie sous un autre titre, donc pris pour le même épisode : {names}{more}."
        out.append(Constat("renommes", "info", note))
    if d.baisses and d.valeur == 0 and d.apres is releve:
        note = f"Aucun compteur n'a monté depuis le relevé du {jour(other.jour)}, et il y en a qui ont baissé."
        remede = "Ce fichier est peut-être un export plus ancien : ne l'enregistrez pas s'il a été fait avant."
        out.append(Constat("releve_ancien", "avertissement", note, remede=remede))
    remede = "Vérifiez dans l'outil ; si l'export est bon, il n'y a rien à faire."
    out += [Constat("compteurs", "avertissement", text, remede=remede) for text in remarks(d)]
    return out
