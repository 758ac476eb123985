"""The one exception of reading, apart so that both readers can raise it."""

from __future__ import annotations

from etl.source import Constat

EXCEL_REMEDE = "Ouvrez-le dans Excel, enregistrez-le en .xlsx, puis renvoyez-le."


class UnreadableError(ValueError):
    """The file cannot be read at all; `constat` says why, in French."""

    def __init__(self, nom: str, note: str, remede: str):
        self.constat = Constat(nom, "erreur", note, remede=remede)
        super().__init__(note)
