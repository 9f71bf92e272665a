"""A carrier's port: who gets in, what it refuses, what hostile clients can make it hold."""

import asyncio
import resource
import struct
from collections.abc import AsyncIterator, Callable

import pytest

from chappe.kit.clock import FakeClock
from chappe.smpp import connection
from chappe.smpp.constants import BindKind, CommandId, CommandStatus
from chappe.smpp.decoding import Decoded, decode
from chappe.smpp.encoding import encode
from chappe.smpp.events import LostReason
from chappe.smpp.pdu import (
    Address,
    Answer,
    Bind,
    BindResp,
    CancelSm,
    EnquireLink,
    MessageResp,
    Pdu,
    QuerySm,
    ReplaceSm,
    SubmitMulti,
)
from chappe.smpp.server import IgnoringServerHandler, ServerSession, SmppServer
from chappe.smpp.settings import ServerSettings
from chappe.smpp.template import MessageTemplate

BODY = MessageTemplate(b"ACME", source_ton=5, source_npi=0).body(b"33612345678", b"hello")
BIND = Bind(BindKind.TRANSCEIVER, b"shop", b"pw")


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for a condition, not longer than `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)


class Carrier(IgnoringServerHandler):
    """Decides binds as told (None: later) and keeps what happened."""

    def __init__(self) -> None:
        self.decision: int | None = 0
        self.asked: list[ServerSession] = []
        self.rooms: list[int] = []
        self.got: list[Answer] = []
        self.timed_out: list[int] = []
        self.losses: list[tuple[LostReason, list[int]]] = []

    def authenticate(self, session: ServerSession, bind: Bind) -> int | None:
        self.asked.append(session)
        return self.decision

    def ready(self, session: ServerSession, room: int) -> None:
        self.rooms.append(room)

    def answers(self, session: ServerSession, batch: list[Answer]) -> None:
        self.got.extend(batch)

    def unanswered(self, session: ServerSession, tokens: list[int]) -> None:
        self.timed_out.extend(tokens)

    def lost(self, session: ServerSession, reason: LostReason, detail: str, unanswered: list[int]) -> None:
        self.losses.append((reason, unanswered))


class Port:
    """The server, its owner, its clock, and raw clients."""

    def __init__(self, carrier: Carrier, server: SmppServer, number: int, clock: FakeClock) -> None:
        self.carrier, self.server, self.number, self.clock = carrier, server, number, clock
        self.writers: list[asyncio.StreamWriter] = []

    async def client(self) -> "RawClient":
        reader, writer = await asyncio.open_connection("127.0.0.1", self.number)
        self.writers.append(writer)
        return RawClient(reader, writer)


class RawClient:
    """Writes PDUs by hand and reads them one by one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, pdu: Pdu, sequence: int) -> None:
        self.writer.write(encode(pdu, sequence))

    async def read(self) -> Decoded:
        async with asyncio.timeout(60):
            head = await self.reader.readexactly(4)
            decoded = decode(head + await self.reader.readexactly(int.from_bytes(head, "big") - 4))
            assert isinstance(decoded, Decoded)
            return decoded

    async def bind(self) -> None:
        self.send(BIND, 1)
        assert (await self.read()).status == 0

    async def closed(self) -> bytes:
        """What is left to read before the end."""
        async with asyncio.timeout(60):
            return await self.reader.read()


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Port]:
    monkeypatch.setattr(connection, "_TICK", 0.005)
    carrier, clock = Carrier(), FakeClock()
    settings = ServerSettings(window=3, sessions_limit=3, bind_timeout=10.0, response_timeout=20.0)
    server = SmppServer(carrier, settings=settings, clock=clock)
    made = Port(carrier, server, await server.listen(), clock)
    yield made
    for writer in made.writers:
        writer.close()
    await server.stop()


async def test_a_bind_names_the_carrier_and_opens_the_window(port):
    client = await port.client()
    client.send(BIND, 8)
    answer = await client.read()
    assert (answer.sequence, answer.pdu) == (
        8,
        BindResp(BindKind.TRANSCEIVER, b"chappe", ((0x210, b"\x34"),)),
    )
    [session] = port.carrier.asked
    assert (session.system_id, session.kind, session.number) == (b"shop", BindKind.TRANSCEIVER, 1)
    assert session.peer.startswith("127.0.0.1:")
    assert session.can_deliver
    await until(lambda: port.carrier.rooms)
    assert port.carrier.rooms[0] == 3


async def test_a_reset_is_no_polite_end(port):
    closing, cut = await port.client(), await port.client()
    await closing.bind()
    await cut.bind()
    port.carrier.asked[0].abort()
    assert await closing.closed() == b""
    port.carrier.asked[1].reset()
    with pytest.raises(ConnectionResetError):
        await cut.closed()


async def test_a_bind_can_be_decided_later(port):
    port.carrier.decision = None
    client = await port.client()
    client.send(BIND, 1)
    await until(lambda: port.carrier.asked)
    port.carrier.asked[0].refuse(CommandStatus.ESME_RSYSERR)
    assert (await client.read()).status == CommandStatus.ESME_RSYSERR
    assert await client.closed() == b""
    again = await port.client()
    again.send(BIND, 2)
    await until(lambda: len(port.carrier.asked) == 2)
    port.carrier.asked[1].accept()
    assert (await again.read()).status == 0


async def test_a_wrong_password_is_refused_and_the_connection_closed(port):
    port.carrier.decision = CommandStatus.ESME_RINVPASWD
    client = await port.client()
    client.send(BIND, 1)
    assert (await client.read()).status == CommandStatus.ESME_RINVPASWD
    assert await client.closed() == b""
    assert port.carrier.losses == [(LostReason.BIND_REFUSED, [])]


async def test_a_socket_that_does_not_bind_is_closed(port):
    client = await port.client()
    await until(lambda: port.server.sessions)
    port.clock.advance(10)
    assert await client.closed() == b""
    assert port.carrier.losses == [(LostReason.BIND_TIMEOUT, [])]


async def test_http_is_not_answered(port):
    client = await port.client()
    client.writer.write(b"GET / HTTP/1.1\r\nHost: example\r\n\r\n")
    assert await client.closed() == b""
    assert port.carrier.losses == [(LostReason.NOT_SMPP, [])]


async def test_beyond_the_limit_connections_are_cut(port):
    clients = [await port.client() for _ in range(4)]
    await until(lambda: port.carrier.losses)
    assert port.carrier.losses == [(LostReason.TOO_MANY_SESSIONS, [])]
    await clients[0].bind()


async def test_deliveries_that_are_not_answered_are_reported(port):
    client = await port.client()
    await client.bind()
    [session] = port.carrier.asked
    session.deliver([(1, BODY), (2, BODY)])
    first = await client.read()
    await client.read()
    client.send(MessageResp(CommandId.DELIVER_SM_RESP), first.sequence)
    await until(lambda: port.carrier.got == [(1, 0, b"")])
    port.clock.advance(21)
    await until(lambda: port.carrier.timed_out == [2])
    session.deliver([(3, BODY)])
    session.close()
    await until(lambda: port.carrier.losses)
    assert port.carrier.losses == [(LostReason.STOPPED, [3])]


@pytest.mark.parametrize(
    ("request_pdu", "status"),
    [
        (QuerySm(b"i", Address(0, 0, b"")), CommandStatus.ESME_RQUERYFAIL),
        (CancelSm(b"", b"i", Address(0, 0, b""), Address(0, 0, b"")), CommandStatus.ESME_RCANCELFAIL),
        (ReplaceSm(b"i", Address(0, 0, b""), b"", b"", 0, 0, b"t"), CommandStatus.ESME_RREPLACEFAIL),
        (
            SubmitMulti(b"", Address(0, 0, b"a"), (b"list",), 0, 0, 0, b"", b"", 0, 0, 0, 0, b"t"),
            CommandStatus.ESME_RSUBMITFAIL,
        ),
    ],
)
async def test_occasional_requests_are_refused_by_default(port, request_pdu, status):
    client = await port.client()
    await client.bind()
    client.send(request_pdu, 5)
    answer = await client.read()
    assert (answer.sequence, answer.status) == (5, status)
    assert answer.pdu.command_id == request_pdu.command_id | 0x80000000


async def test_stopping_unbinds_everyone(port):
    bound, silent = await port.client(), await port.client()
    await bound.bind()
    await until(lambda: len(port.server.sessions) == 2)
    stopping = asyncio.ensure_future(port.server.stop(drain=5.0))
    unbind = await bound.read()
    assert unbind.pdu.command_id == CommandId.UNBIND
    bound.writer.write(struct.pack(">IIII", 16, CommandId.UNBIND_RESP, 0, unbind.sequence))
    await stopping
    assert await bound.closed() == b""
    assert {reason for reason, _ in port.carrier.losses} == {LostReason.STOPPED}
    with pytest.raises((OSError, asyncio.IncompleteReadError)):
        await silent.reader.readexactly(1)


async def test_stopping_cuts_those_who_do_not_answer(port):
    client = await port.client()
    await client.bind()
    await port.server.stop(drain=0.0)
    await until(lambda: not port.server.sessions)


async def test_a_client_that_never_reads_cannot_fill_the_memory(port):
    client = await port.client()
    await client.bind()
    probe = encode(EnquireLink(), 1) * 65_536
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    [session] = port.server.sessions
    stream = session.connection._transport
    for _ in range(64):
        client.writer.write(probe)
        async with asyncio.timeout(60):
            await asyncio.wait({asyncio.ensure_future(client.writer.drain())}, timeout=0.05)
        if session.connection._flooded:
            break
    assert session.connection._flooded
    assert stream.get_write_buffer_size() < 8 * 1024 * 1024
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
    # It is read again once it takes its answers.
    taken = 0
    async with asyncio.timeout(60):
        while session.connection._flooded:
            taken += len(await client.reader.read(1 << 20))
    assert taken > 0
