"""How much may be sent at once: Streamlit bounds each file, and keeps as many in memory as it is sent."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from streamlit import config, runtime

from pages.ui.serveur import App, Receive, Scope, Send

_ENVOIS = "/_stcore/upload_file/"
MO = 1024 * 1024
PAR_VISITE = 300  # megabytes of files that one visit keeps in memory
EN_TOUT = 1000  # and all of them
EN_COURS = 4  # files on their way at once


def kept(session: str | None = None) -> int:
    """Bytes of the files in memory, of one visit or of all."""
    if not runtime.exists():
        return 0
    storage = getattr(runtime.get_instance().uploaded_file_mgr, "file_storage", {})
    visits = [storage.get(session, {})] if session else list(storage.values())
    return sum(len(f.data) for files in visits for f in list(files.values()))


class Bornes:
    """Refuses a file, unread, that is too large or one too many."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.en_cours = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or _ENVOIS not in path or scope["method"] not in ("PUT", "POST"):
            return await self.app(scope, receive, send)
        said = Headers(scope=scope).get("content-length", "")
        if not said.isdecimal():
            return await PlainTextResponse("Il faut dire la taille du fichier.", 411)(scope, receive, send)
        size = int(said)
        limit = int(config.get_option("server.maxUploadSize")) * MO
        session = path.split(_ENVOIS, 1)[1].split("/")[0]
        if size > limit + MO or kept(session) + size > PAR_VISITE * MO or kept() + size > EN_TOUT * MO:
            text = "Ce fichier est trop gros, ou trop de fichiers attendent déjà : enregistrez ou retirez ceux qui sont là."
            return await PlainTextResponse(text, 413)(scope, receive, send)
        if self.en_cours >= EN_COURS:
            return await PlainTextResponse("Trop d'envois à la fois : réessayez.", 503)(scope, receive, send)
        self.en_cours += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.en_cours -= 1
