"""The one exception of reading, and the size of grid that raises it, apart so that every reader can."""

from __future__ import annotations

from etl.source import Constat

CASES_MAX = 16_000_000  # cells of a sheet, empty ones included: a million rows of fifteen columns
EXCEL_REMEDE = "Ouvrez-le dans Excel, enregistrez-le en .xlsx, puis renvoyez-le."


class UnreadableError(ValueError):
    """The file cannot be read at all; `constat` says why, in French."""

    def __init__(self, nom: str, note: str, remede: str):
        self.constat = Constat(nom, "erreur", note, remede=remede)
        super().__init__(note)
