"""How much one address may ask of the public process: counted, bounded, and never for a name that the visitor gives itself."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg

from publique import debit
from publique.debit import ADRESSES_MAX, DEMANDES, MESSAGES, PAR_ADRESSE, VISITEURS_MAX, Debit, Seau, address_key
from publique.serveur import Porte


class Horloge:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_rhythm_lets_a_reserve_through_then_so_many_a_second():
    clock = Horloge()
    bucket = Seau(MESSAGES, clock)
    assert [bucket.take() for _ in range(int(MESSAGES.reserve) + 1)] == [True] * int(MESSAGES.reserve) + [False]
    clock.now += 1
    assert [bucket.take() for _ in range(5)] == [True] * 4 + [False]
    clock.now += 3600
    assert sum(bucket.take() for _ in range(1000)) == MESSAGES.reserve  # what is not used does not add up for ever


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("127.0.0.1", None), ("::1", None), (None, None), ("203.0.113.9", "203.0.113.9"), ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("2001:db8:1:2::9", "2001:db8:1:2::"), ("fe80::1%eth0", "fe80::"),
        ("nom" * 40, ("nom" * 40)[:64]),
    ],
)  # fmt: skip
def test_whom_limits_are_counted_for(host, key):
    assert address_key(host) == key


def test_sockets_are_bounded_for_one_address_and_for_all():
    d = Debit()
    assert [d.enter("a") for _ in range(PAR_ADRESSE + 1)] == [True] * PAR_ADRESSE + [False]
    assert d.enter("b")
    d.leave("a")
    assert d.enter("a")
    others = (d.enter(f"autre {k}") for k in range(VISITEURS_MAX))
    assert sum(others) == VISITEURS_MAX - PAR_ADRESSE - 1
    assert not d.enter(None)
    d.leave("b")
    assert d.enter(None)  # this machine, which may be a relay: only the whole counts
    assert "b" not in d.ouvertes


def test_what_is_remembered_is_bounded():
    d = Debit(Horloge())
    for k in range(ADRESSES_MAX * 2):
        assert d.may_ask(f"adresse {k}")
    assert len(d.seaux) == ADRESSES_MAX and f"adresse {ADRESSES_MAX * 2 - 1}" in d.seaux and "adresse 0" not in d.seaux


def served(clock: Horloge) -> Starlette:
    async def ok(request):
        return PlainTextResponse("ok")

    async def echo(websocket):
        await websocket.accept()
        try:
            while True:
                await websocket.receive_bytes()
                await websocket.send_text("reçu")
        except WebSocketDisconnect:
            pass

    routes = [Route("/_stcore/health", ok), WebSocketRoute("/_stcore/stream", echo)]
    return Starlette(routes=routes, middleware=[Middleware(Porte, debit=Debit(clock))])


def test_an_address_that_asks_too_much_waits_and_others_do_not(monkeypatch):
    monkeypatch.setattr(debit, "DEMANDES", debit.Rythme(5, 1))
    clock = Horloge()
    app = served(clock)
    one, other = (TestClient(app, client=(ip, 5000)) for ip in ("203.0.113.9", "203.0.113.10"))
    assert [one.get("/_stcore/health").status_code for _ in range(6)] == [200] * 5 + [429]
    answer = one.get("/_stcore/health", headers={"x-forwarded-for": "198.51.100.1"})
    assert answer.status_code == 429 and answer.headers["retry-after"] == "10"  # a name it gives itself changes nothing
    assert "content-security-policy" in answer.headers
    with pytest.raises(WebSocketDisconnect):
        one.websocket_connect("/_stcore/stream").__enter__()
    assert other.get("/_stcore/health").status_code == 200
    clock.now += 2
    assert one.get("/_stcore/health").status_code == 200


def test_a_socket_that_says_too_much_is_closed_and_its_place_given_back():
    clock = Horloge()
    app = served(clock)
    visitor = TestClient(app, client=("203.0.113.9", 5000))
    said = BackMsg(rerun_script={"query_string": "page=methode"}).SerializeToString()
    with visitor.websocket_connect("/_stcore/stream") as socket:
        for _ in range(int(MESSAGES.reserve)):
            socket.send_bytes(said)
            assert socket.receive_text() == "reçu"
        socket.send_bytes(said)
    for _ in range(PAR_ADRESSE + 1):  # one after the other: none stays counted
        with visitor.websocket_connect("/_stcore/stream"):
            pass


def test_a_page_stays_well_under_the_limits():
    assert DEMANDES.reserve >= 10 * 40 and MESSAGES.par_seconde >= 2
