"""The one exception of reading, and the sizes that raise it, apart so that every reader can."""

from __future__ import annotations

from etl.source import Constat

CASES_MAX = 16_000_000  # cells of a sheet, empty ones included: a million rows of fifteen columns
TEXTE_MAX = 300_000_000  # characters of a workbook, each cell having its own
EXCEL_REMEDE = "Ouvrez-le dans Excel, enregistrez-le en .xlsx, puis renvoyez-le."


class UnreadableError(ValueError):
    """The file cannot be read at all; `constat` says why, in French."""

    def __init__(self, nom: str, note: str, remede: str):
        self.constat = Constat(nom, "erreur", note, remede=remede)
        super().__init__(note)
