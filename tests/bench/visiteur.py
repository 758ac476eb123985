"""A visitor without a browser: one Streamlit session over its websocket, with the select of years."""

from __future__ import annotations

from time import perf_counter

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

_DONE = ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY


class Visiteur:
    """Opens the page, then changes its select, as Streamlit's own client would."""

    def __init__(self, url: str) -> None:
        self.url = url.replace("http://", "ws://") + "_stcore/stream"
        self.socket: ClientConnection | None = None
        self.query = self.page = self.select = ""
        self.years: list[str] = []
        self.shown = ""  # what the last run said last

    async def open(self) -> None:
        self.socket = await connect(self.url, subprotocols=["streamlit"], max_size=None)
        await self._run(BackMsg())

    async def close(self) -> None:
        if self.socket:
            await self.socket.close()

    async def change(self, rank: int) -> float:
        """Choose the year at `rank`; milliseconds until the run that shows it is over."""
        year = self.years[rank % len(self.years)]
        message = BackMsg()
        message.rerun_script.widget_states.widgets.add(id=self.select, string_value=year)
        took = await self._run(message)
        assert year.split(" ")[0] in self.shown, f"{year} is not what came back"
        return took

    async def _run(self, message: BackMsg) -> float:
        assert self.socket is not None
        message.rerun_script.query_string = self.query
        message.rerun_script.page_script_hash = self.page
        start = perf_counter()
        await self.socket.send(message.SerializeToString())
        while True:
            received = ForwardMsg.FromString(await self.socket.recv())
            self._follow(received)
            if received.WhichOneof("type") == "script_finished" and received.script_finished == _DONE:
                return (perf_counter() - start) * 1000

    def _follow(self, received: ForwardMsg) -> None:
        kind = received.WhichOneof("type")
        if kind == "page_info_changed":
            self.query = received.page_info_changed.query_string
        elif kind == "new_session":
            self.page = received.new_session.page_script_hash
        elif kind == "delta" and received.delta.WhichOneof("type") == "new_element":
            element = received.delta.new_element
            if element.WhichOneof("type") == "selectbox":
                self.select, self.years = element.selectbox.id, list(element.selectbox.options)
            elif element.WhichOneof("type") == "bidi_component":
                self.shown = element.bidi_component.json
