"""How what is found in cells is told: where, what, and what to do. One wording for all sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from etl.cells import Typed, column_letter, excel_error, strip_controls
from etl.privacy import mask, scrub
from etl.source import Constat, Feuille, Verdict

LISTES_MAX = 50  # faulty cells listed one by one in a column

_ATTENDU = {
    "int": "n'est pas un nombre entier",
    "number": "n'est pas un nombre",
    "percent": "n'est pas un pourcentage",
    "date": "n'est pas une date",
    "text": "n'est pas un texte",
    "ouinon": "ne se lit pas : écrivez « fait » ou « pas fait »",
}
_REMEDE = "Corrigez cette cellule (laissez-la vide si la valeur manque) ou refaites l'export, puis renvoyez le fichier."


def at(feuille: Feuille, row: int, column: int | None = None, header: str | None = None) -> dict[str, object]:
    """Where a cell is, as the keywords of a Constat: sheet, line, and in a workbook its address.

    `row` and `column` are positions in the grid, from 0.
    """
    line = int(feuille.numeros.iloc[row])
    cell = f"{column_letter(column)}{line}" if feuille.nom is not None and column is not None else None
    return {"feuille": feuille.nom, "ligne": line, "cellule": cell, "colonne": header}


def constat_at(
    nom: str,
    verdict: Verdict,
    note: str,
    feuille: Feuille,
    row: int,
    column: int | None = None,
    *,
    header: str | None = None,
    trouve: str | None = None,
    remede: str | None = None,
) -> Constat:
    """A finding about one cell (or one line) of a grid."""
    return Constat(nom, verdict, note, trouve=trouve, remede=remede, **at(feuille, row, column, header))  # type: ignore[arg-type]


def faulty_cells(
    typed: Typed,
    raw: pd.Series,
    kind: str,
    feuille: Feuille,
    column: int,
    header: str,
    *,
    rows: Sequence[int] | None = None,
) -> list[Constat]:
    """One « erreur » a faulty cell, the first 50 of a column; the others are counted.

    `typed`, `raw` and `rows` are aligned; `rows` are positions in the grid (those of `raw` by default).
    """
    if not typed.faulty.any():
        return []
    places = list(range(len(raw))) if rows is None else list(rows)
    faulty = [k for k, bad in enumerate(typed.faulty.tolist()) if bad]
    out = []
    for k in faulty[:LISTES_MAX]:
        text = str(raw.iloc[k]).strip()
        formula = excel_error(text)
        text = scrub(text)[:60]
        note = f"La formule de cette cellule est en erreur ({text})." if formula else f"« {text} » {_ATTENDU[kind]}."
        out.append(
            constat_at(
                "cellule", "erreur", note, feuille, places[k], column, header=header, trouve=text, remede=_REMEDE
            )
        )
    if len(faulty) > LISTES_MAX:
        out.append(more_cells("erreur", len(faulty) - LISTES_MAX, feuille, header))
    return out


def presentable(constat: Constat) -> Constat:
    """The finding as it may be shown or printed: what it quotes of a file carries no personal data, no control code."""

    def shown(text: str | None) -> str | None:
        return text and mask(strip_controls(text.replace("\n", " ")))

    words = {k: shown(getattr(constat, k)) for k in ("note", "feuille", "colonne", "trouve", "remede")}
    return replace(constat, **words)  # type: ignore[arg-type]


def more_cells(verdict: Verdict, count: int, feuille: Feuille, header: str | None) -> Constat:
    """« et 12 autres cellules »."""
    note = (
        f"… et {count} autres cellules fautives dans la même colonne."
        if count > 1
        else "… et une autre cellule fautive."
    )
    return Constat("cellules", verdict, note, feuille=feuille.nom, colonne=header)


def quoted(names: Iterable[str], limit: int = 12) -> str:
    """« a », « b » et 3 autres."""
    found = [n for n in names if n]
    text = ", ".join(f"« {n} »" for n in found[:limit])
    return f"{text} et {len(found) - limit} autres" if len(found) > limit else text
