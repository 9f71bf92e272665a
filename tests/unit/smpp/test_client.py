"""A link against a real port on the loopback: binding, pace, losses, stopping."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable

import pytest

from chappe.kit.clock import FakeClock
from chappe.smpp import connection
from chappe.smpp.client import SmppClient
from chappe.smpp.constants import BindKind, CommandStatus
from chappe.smpp.encoding import encode
from chappe.smpp.events import LostReason
from chappe.smpp.lifecycle import NotBound
from chappe.smpp.link import IgnoringHandler, LinkState
from chappe.smpp.pdu import (
    Address,
    AlertNotification,
    Answer,
    Bind,
    Message,
    QuerySm,
    QuerySmResp,
    Response,
)
from chappe.smpp.server import IgnoringServerHandler, ServerSession, SmppServer
from chappe.smpp.session import WindowExceeded
from chappe.smpp.settings import LinkSettings, ServerSettings
from chappe.smpp.status import StatusClass
from chappe.smpp.template import MessageTemplate

TEMPLATE = MessageTemplate(b"ACME", source_ton=5, source_npi=0)
BODY = TEMPLATE.body(b"33612345678", b"hello")


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for a condition, not longer than `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)


class Recorder(IgnoringHandler):
    """Keeps everything that the link tells."""

    def __init__(self) -> None:
        self.binds: list[bytes] = []
        self.rooms: list[int] = []
        self.got: list[Answer] = []
        self.late: list[Answer] = []
        self.timed_out: list[int] = []
        self.messages: list[Message] = []
        self.responses: list[tuple[int, Response | None]] = []
        self.losses: list[tuple[LostReason, str, list[int]]] = []
        self.refusals: list[tuple[int, float]] = []

    def bound(self, system_id: bytes) -> None:
        self.binds.append(system_id)

    def ready(self, room: int) -> None:
        self.rooms.append(room)

    def answers(self, batch: list[Answer]) -> None:
        self.got.extend(batch)

    def late_answers(self, batch: list[Answer]) -> None:
        self.late.extend(batch)

    def unanswered(self, tokens: list[int]) -> None:
        self.timed_out.extend(tokens)

    def deliveries(self, batch: list[Message]) -> None:
        self.messages.extend(batch)

    def responded(self, token: int, response: Response | None) -> None:
        self.responses.append((token, response))

    def lost(self, reason: LostReason, detail: str, unanswered: list[int]) -> None:
        self.losses.append((reason, detail, unanswered))

    def refused(self, status: int, retry_in: float) -> None:
        self.refusals.append((status, retry_in))


class Carrier(IgnoringServerHandler):
    """A carrier that the tests hold in the hand: `status` answers at once, None keeps submits waiting."""

    def __init__(self) -> None:
        self.bind_status = 0
        self.binds: list[Bind] = []
        self.sessions: list[ServerSession] = []
        self.status: int | None = 0
        self.waiting: list[Message] = []
        self.times: list[float] = []
        self.acknowledged: list[Answer] = []
        self.losses: list[LostReason] = []
        self.clock = FakeClock()

    def authenticate(self, session: ServerSession, bind: Bind) -> int:
        self.binds.append(bind)
        return self.bind_status

    def bound(self, session: ServerSession) -> None:
        self.sessions.append(session)

    def submits(self, session: ServerSession, batch: list[Message]) -> None:
        self.times.extend([self.clock.monotonic()] * len(batch))
        if self.status is None:
            self.waiting.extend(batch)
        else:
            session.answer([(one.sequence, self.status, b"%d" % one.sequence) for one in batch])

    def answers(self, session: ServerSession, batch: list[Answer]) -> None:
        self.acknowledged.extend(batch)

    def lost(self, session: ServerSession, reason: LostReason, detail: str, unanswered: list[int]) -> None:
        self.losses.append(reason)


class Scene:
    """A carrier, a link to it, and the clock of both."""

    def __init__(self, carrier: Carrier, server: SmppServer, port: int, clock: FakeClock) -> None:
        self.carrier, self.server, self.port, self.clock = carrier, server, port, clock
        self.handler = Recorder()
        self.client: SmppClient | None = None

    def start(self, **settings: object) -> SmppClient:
        chosen = {"host": "127.0.0.1", "port": self.port, "system_id": "shop", "password": "pw"} | settings
        self.client = SmppClient(LinkSettings(**chosen), self.handler, clock=self.clock, jitter=lambda: 0.001)
        self.client.start()
        return self.client

    async def bound(self, **settings: object) -> SmppClient:
        client = self.start(**settings)
        await until(lambda: client.state is LinkState.BOUND)
        return client


@pytest.fixture
async def scene(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    monkeypatch.setattr(connection, "_TICK", 0.005)
    carrier = Carrier()
    # The carrier never loses patience: what happens in time is the link's doing.
    patient = ServerSettings(window=5, bind_timeout=1e9, enquire_interval=1e9)
    server = SmppServer(carrier, settings=patient, clock=carrier.clock)
    made = Scene(carrier, server, await server.listen(), carrier.clock)
    yield made
    if made.client is not None:
        await made.client.stop(drain=0.0)
    await server.stop()


async def test_a_link_binds_submits_and_hears_the_answers(scene):
    client = await scene.bound(bind=BindKind.TRANSCEIVER, window=5, system_type="VMA")
    assert scene.handler.binds == [b"chappe"]
    assert (scene.carrier.binds[0].system_id, scene.carrier.binds[0].system_type) == (b"shop", b"VMA")
    await until(lambda: set(scene.handler.rooms) == {5})
    client.submit([(1, BODY), (2, BODY)])
    await until(lambda: len(scene.handler.got) == 2)
    assert [(token, status) for token, status, _ in scene.handler.got] == [(1, 0), (2, 0)]
    assert (client.counters.submitted, client.counters.answered, client.pending()) == (2, 2, 0)
    assert client.rate() == 2


async def test_the_window_and_the_bind_are_respected(scene):
    client = SmppClient(LinkSettings("127.0.0.1", scene.port, "shop", "pw"), scene.handler)
    assert (client.room(), client.pending(), client.state) == (0, 0, LinkState.STOPPED)
    for use in (lambda: client.submit([(1, BODY)]), lambda: client.request(1, None)):
        with pytest.raises(NotBound):
            use()
    client.acknowledge([1])
    scene.carrier.status = None
    client = await scene.bound(window=2)
    with pytest.raises(WindowExceeded):
        client.submit([(1, BODY)] * 3)
    client.submit([(1, BODY), (2, BODY)])
    assert client.room() == 0


async def test_deliveries_are_acknowledged_for_the_session_they_came_on(scene):
    client = await scene.bound()
    [session] = scene.carrier.sessions
    session.deliver([(7, BODY), (8, BODY)])
    await until(lambda: len(scene.handler.messages) == 2)
    first, second = (one.sequence for one in scene.handler.messages)
    client.acknowledge([first], epoch=client.epoch - 1)
    client.acknowledge([second], epoch=client.epoch)
    await until(lambda: scene.carrier.acknowledged)
    assert scene.carrier.acknowledged == [(8, 0, b"")]
    assert client.counters.deliveries == 2
    assert client.counters.acknowledged == 1


async def test_a_lost_connection_names_the_unanswered_and_comes_back(scene):
    scene.carrier.status = None
    client = await scene.bound()
    client.submit([(1, BODY), (2, BODY)])
    await until(lambda: len(scene.carrier.waiting) == 2)
    scene.carrier.sessions[0].abort()
    await until(lambda: client.counters.binds == 2)
    assert scene.handler.losses[0][0] is LostReason.PEER_CLOSED
    assert scene.handler.losses[0][2] == [1, 2]
    assert client.epoch == 2
    assert client.room() == 10


async def test_a_carrier_that_unbinds_is_bound_again(scene):
    client = await scene.bound()
    scene.carrier.sessions[0].unbind()
    await until(lambda: client.counters.binds == 2)
    assert scene.handler.losses[0][0] is LostReason.PEER_UNBOUND


async def test_a_port_that_is_closed_is_tried_again_later(scene):
    await scene.server.stop()
    client = scene.start(reconnect_first=100.0, reconnect_most=0.001)
    await until(lambda: len(scene.handler.losses) >= 3)
    assert {reason for reason, _, _ in scene.handler.losses} == {LostReason.CONNECT_FAILED}
    assert client.counters.attempts >= 3


async def test_refused_credentials_are_not_hammered(scene):
    scene.carrier.bind_status = CommandStatus.ESME_RINVPASWD
    client = scene.start(refused_pause=300.0)
    await until(lambda: scene.handler.refusals)
    assert scene.handler.refusals == [(CommandStatus.ESME_RINVPASWD, 300.0)]
    assert client.state is LinkState.REFUSED
    assert client.counters.attempts == 1


async def test_another_refusal_is_tried_again_soon(scene):
    scene.carrier.bind_status = CommandStatus.ESME_RALYBND
    client = scene.start()
    await until(lambda: len(scene.handler.refusals) == 2)
    scene.carrier.bind_status = 0
    await until(lambda: client.state is LinkState.BOUND)
    assert all(pause < 1.0 for _, pause in scene.handler.refusals)


async def test_throttling_slows_the_link_and_its_pace_comes_back(scene):
    scene.carrier.status = CommandStatus.ESME_RTHROTTLED
    client = await scene.bound(parts_per_second=100.0)
    client.submit([(1, BODY)])
    await until(lambda: client.counters.throttled == 1)
    assert client._pacer.limit == 1.0
    scene.carrier.status = 0
    scene.clock.advance(20)
    await until(lambda: client._pacer.limit == pytest.approx(13.4, rel=0.01))
    scene.clock.advance(12.1)
    await until(lambda: client._pacer.limit == 100.0)


async def test_a_vendors_throttling_code_counts_when_the_link_says_so(scene):
    scene.carrier.status = 0x401
    client = await scene.bound(status_overrides={0x401: StatusClass.THROTTLE})
    client.submit([(1, BODY), (2, BODY)])
    await until(lambda: client.counters.refused == 2)
    assert client.counters.throttled == 2
    assert client._pacer.limit == 1.0
    client.set_rate(50.0)
    assert client._pacer.limit == 50.0


async def test_a_paced_link_offers_room_as_the_pace_allows(scene):
    client = await scene.bound(parts_per_second=10.0, window=100)
    assert client.room() == 1
    client.submit([(1, BODY)])
    assert client.room() == 0
    await until(lambda: len(scene.handler.got) == 1)
    scene.clock.advance(0.11)
    await until(lambda: client.room() == 1 and scene.handler.rooms[-1] == 1)


async def test_silence_of_the_carrier_is_noticed(scene):
    client = await scene.bound(enquire_interval=30.0, enquire_timeout=15.0)
    scene.carrier.sessions[0].pause_reading()
    scene.clock.advance(30)
    await until(lambda: client._connection.session._enquired is not None)
    scene.clock.advance(15)
    await until(lambda: scene.handler.losses)
    assert scene.handler.losses[0][0] is LostReason.ENQUIRE_TIMEOUT


async def test_answers_that_do_not_come_are_reported_and_late_ones_too(scene):
    scene.carrier.status = None
    client = await scene.bound(response_timeout=20.0)
    client.submit([(1, BODY)])
    await until(lambda: scene.carrier.waiting)
    scene.clock.advance(21)
    await until(lambda: scene.handler.timed_out == [1])
    scene.carrier.sessions[0].answer([(scene.carrier.waiting[0].sequence, 0, b"L")])
    await until(lambda: scene.handler.late == [(1, 0, b"L")])
    assert (client.counters.unanswered, client.counters.late) == (1, 1)


async def test_a_carrier_that_says_not_bound_is_bound_anew(scene):
    client = await scene.bound()
    scene.carrier.status = CommandStatus.ESME_RINVBNDSTS
    client.submit([(1, BODY)])
    await until(lambda: client.counters.binds == 2)
    assert [(token, status) for token, status, _ in scene.handler.got] == [(1, 0x04)]
    assert [reason for reason, _, _ in scene.handler.losses] == [LostReason.STOPPED]
    assert scene.carrier.losses == [LostReason.PEER_UNBOUND]


async def test_a_query_is_answered(scene):
    client = await scene.bound()
    client.request(3, QuerySm(b"id", Address(5, 0, b"ACME")))
    await until(lambda: scene.handler.responses)
    assert scene.handler.responses == [(3, QuerySmResp())]


async def test_a_pdu_that_cannot_be_read_is_counted_and_the_link_lives(scene):
    client = await scene.bound()
    scene.carrier.sessions[0].write_raw(struct.pack(">IIII", 16, 0x999, 0, 1))
    await until(lambda: client.counters.rejected == 1)
    assert client.counters.last_rejection == "0x00000999: command_id 0x00000999 is not in SMPP 3.4"
    assert client.state is LinkState.BOUND


async def test_a_notification_asks_nothing_of_a_link(scene):
    client = await scene.bound()
    alert = AlertNotification(Address(1, 1, b"33612345678"), Address(0, 0, b"shop"))
    scene.carrier.sessions[0].write_raw(encode(alert, 5))
    scene.carrier.sessions[0].deliver([(1, BODY)])
    await until(lambda: scene.handler.messages)
    assert client.state is LinkState.BOUND
    assert client.counters.rejected == 0


async def test_a_handler_that_fails_costs_the_connection_and_not_the_link(scene):
    client = await scene.bound()
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))

    def fail(batch: list[Message]) -> None:
        raise LookupError("the owner is broken")

    scene.handler.deliveries = fail
    scene.carrier.sessions[0].deliver([(1, BODY)])
    await until(lambda: client.counters.binds == 2)
    assert "the owner is broken" in scene.handler.losses[0][1]
    assert failures


async def test_a_carrier_that_stops_reading_and_goes_on(scene):
    client = await scene.bound()
    [session] = scene.carrier.sessions
    session.pause_reading()
    client.submit([(1, BODY)])
    session.deliver([(7, BODY)])
    await until(lambda: scene.handler.messages)
    assert scene.handler.got == []
    session.resume_reading()
    await until(lambda: scene.handler.got)


async def test_stopping_waits_for_answers_then_unbinds(scene):
    scene.carrier.status = None
    client = await scene.bound()
    client.submit([(1, BODY)])
    await until(lambda: scene.carrier.waiting)
    stopping = asyncio.ensure_future(client.stop(drain=10.0))
    await until(lambda: client.state is LinkState.UNBINDING)
    assert client.room() == 0
    with pytest.raises(NotBound):
        client.submit([(2, BODY)])
    scene.carrier.sessions[0].answer([(scene.carrier.waiting[0].sequence, 0, b"x")])
    await stopping
    assert scene.handler.got == [(1, 0, b"x")]
    assert scene.handler.losses == [(LostReason.STOPPED, "unbound", [])]
    assert scene.carrier.losses == [LostReason.PEER_UNBOUND]
    assert client.state is LinkState.STOPPED


async def test_stopping_while_connecting_or_waiting_ends_at_once(scene):
    await SmppClient(LinkSettings("127.0.0.1", scene.port, "a", "b"), scene.handler).stop()
    scene.carrier.bind_status = CommandStatus.ESME_RINVPASWD
    client = scene.start()
    await until(lambda: client.state is LinkState.REFUSED)
    await client.stop()
    assert client.state is LinkState.STOPPED
    early = SmppClient(LinkSettings("127.0.0.1", scene.port, "a", "b"), scene.handler)
    early.start()
    await early.stop()
    assert early.state is LinkState.STOPPED


async def test_a_carrier_that_never_answers_the_bind_is_left(scene):
    scene.carrier.bind_status = None
    client = scene.start(bind_timeout=10.0)
    await until(lambda: scene.carrier.binds)
    assert client.state is LinkState.BINDING
    scene.clock.advance(10)
    await until(lambda: scene.handler.losses)
    assert scene.handler.losses[0][0] is LostReason.BIND_TIMEOUT
