"""A carrier's port: accepts binds, hands over what is submitted, delivers. The carrier lab stands on it."""

import asyncio
import itertools
import ssl as tls
from collections.abc import Iterable, Sequence
from typing import Protocol

from chappe.kit.clock import Clock, SystemClock
from chappe.smpp.carrier_session import CarrierSession
from chappe.smpp.connection import Connection
from chappe.smpp.constants import BindKind, CommandId, CommandStatus
from chappe.smpp.events import (
    Answers,
    BindRequested,
    Closed,
    Event,
    LateAnswers,
    LostReason,
    Requested,
    Submitted,
    Unanswered,
)
from chappe.smpp.pdu import (
    Answer,
    Bind,
    CancelSm,
    CancelSmResp,
    QuerySm,
    QuerySmResp,
    ReplaceSm,
    ReplaceSmResp,
    Reply,
    Request,
    Response,
    SubmitMultiResp,
)
from chappe.smpp.settings import ServerSettings
from chappe.smpp.status import status_name
from chappe.smpp.submits import Submits


class ServerSession:
    """One connected client, seen from the carrier. `number` counts connections from 1."""

    def __init__(self, server: "SmppServer", connection: Connection, number: int) -> None:
        self._server = server
        self._handler = server.handler
        self._clock = server.clock
        self.connection = connection
        self.number = number
        self.bind: Bind | None = None

    # What the handler does

    @property
    def system_id(self) -> bytes:
        """The client's; empty before it has asked to bind."""
        return self.bind.system_id if self.bind is not None else b""

    @property
    def kind(self) -> BindKind | None:
        """How it is bound, None before."""
        return self.connection.session.bound_as

    @property
    def peer(self) -> str:
        return self.connection.peer

    @property
    def can_deliver(self) -> bool:
        """Whether it is bound as receiver or transceiver."""
        return self.connection.session.can_send

    def room(self) -> int:
        """How many deliveries may be sent now."""
        return self.connection.session.room if self.connection.writable else 0

    def accept(self) -> None:
        """Accept the bind that `authenticate` left undecided."""
        self.connection.session.accept_bind(self._server.settings.system_id.encode(), self._clock.monotonic())
        self.connection.flush()
        self._handler.bound(self)
        self.settled()

    def refuse(self, status: int) -> None:
        """Refuse the bind and close: some clients wait for that, and each guessed password costs a
        connection.
        """
        self.connection.session.refuse_bind(status, self._clock.monotonic())
        self.connection.end(Closed(LostReason.BIND_REFUSED, status_name(status), status))

    def answer(self, batch: Iterable[Reply]) -> None:
        """Answer submits: (sequence, status, message_id), in one write."""
        self.connection.session.answer(batch)
        self.connection.flush()

    def deliver(self, batch: Sequence[tuple[int, bytes]], command_id: int = CommandId.DELIVER_SM) -> None:
        """Send (token, body) pairs in one write. NotBound, WindowExceeded."""
        self.connection.session.send(batch, self._clock.monotonic(), command_id)
        self.connection.flush()

    def deliver_all(self, tokens: Sequence[int], bodies: Sequence[bytes]) -> None:
        """As `deliver`, deliver_sm's in columns: `tokens[i]` comes back with the answer to `bodies[i]`."""
        self._carrier.deliver(tokens, bodies, self._clock.monotonic())
        self.connection.flush()

    def respond(self, sequence: int, pdu: Response, status: int = 0) -> None:
        self.connection.session.respond(sequence, pdu, status)
        self.connection.flush()

    def write_raw(self, data: bytes) -> None:
        """Any octets at all: for scripted faults."""
        self.connection.write(data)

    def pause_reading(self) -> None:
        """Stop reading: a black hole, until `resume_reading`."""
        self.connection.pause_reading()

    def resume_reading(self) -> None:
        self.connection.resume_reading()

    def unbind(self) -> None:
        """Say goodbye; the session ends when the client answers."""
        self.connection.session.unbind(self._clock.monotonic())
        self.connection.flush()

    def close(self) -> None:
        """Write what is left, then close."""
        self.connection.end(Closed(LostReason.STOPPED, "closed by the carrier"))

    def abort(self) -> None:
        """Cut the connection."""
        self.connection.abort(Closed(LostReason.STOPPED, "cut by the carrier"))

    def reset(self) -> None:
        """Cut the connection with a TCP reset: for scripted faults."""
        self.connection.reset(Closed(LostReason.STOPPED, "reset by the carrier"))

    # What the connection tells

    def connected(self) -> None:
        self._server.connected(self)

    def happened(self, event: Event) -> None:
        handler = self._handler
        match event:
            case Submitted(batch):
                handler.submits(self, batch)
            case Answers(batch, _) | LateAnswers(batch):
                handler.answers(self, batch)
            case Unanswered(tokens):
                handler.unanswered(self, tokens)
            case BindRequested(bind):
                self._decide(bind)
            case Requested(sequence, pdu):
                handler.requested(self, sequence, pdu)
            case _:
                pass  # refused PDUs have been answered; a carrier requests nothing and is not notified

    def settled(self) -> None:
        if (room := self.room()) > 0:
            self._handler.ready(self, room)

    def ended(self, closed: Closed, unanswered: list[int]) -> None:
        self._server.disconnected(self)
        self._handler.lost(self, closed.reason, closed.detail, unanswered)

    @property
    def _carrier(self) -> CarrierSession:
        session = self.connection.session
        assert isinstance(session, CarrierSession)  # what `SmppServer` opens
        return session

    def _decide(self, bind: Bind) -> None:
        self.bind = bind
        status = self._handler.authenticate(self, bind)
        if status is None:
            return
        if status == CommandStatus.ESME_ROK:
            self.accept()
        else:
            self.refuse(status)


class ServerHandler(Protocol):
    """The owner of the port; called on the loop, must not block."""

    def authenticate(self, session: ServerSession, bind: Bind) -> int | None:
        """A command_status, 0 to accept; None to decide later with `accept` or `refuse`."""
        ...

    def bound(self, session: ServerSession) -> None: ...

    def submits(self, session: ServerSession, batch: Submits) -> None:
        """submit_sm and data_sm; answer when you like, in any order."""
        ...

    def answers(self, session: ServerSession, batch: list[Answer]) -> None:
        """To deliveries, late ones included."""
        ...

    def unanswered(self, session: ServerSession, tokens: list[int]) -> None: ...

    def ready(self, session: ServerSession, room: int) -> None:
        """Up to `room` deliveries may be sent now. Called when room may have opened: keep it cheap."""
        ...

    def requested(self, session: ServerSession, sequence: int, pdu: Request) -> None:
        """query_sm, cancel_sm, replace_sm, submit_multi: `respond` to it."""
        ...

    def lost(
        self, session: ServerSession, reason: LostReason, detail: str, unanswered: list[int]
    ) -> None: ...


class IgnoringServerHandler:
    """Accepts every bind, refuses the occasional requests, ignores the rest: a base for handlers."""

    def authenticate(self, session: ServerSession, bind: Bind) -> int | None:
        return 0

    def bound(self, session: ServerSession) -> None:
        pass

    def submits(self, session: ServerSession, batch: Submits) -> None:
        pass

    def answers(self, session: ServerSession, batch: list[Answer]) -> None:
        pass

    def unanswered(self, session: ServerSession, tokens: list[int]) -> None:
        pass

    def ready(self, session: ServerSession, room: int) -> None:
        pass

    def requested(self, session: ServerSession, sequence: int, pdu: Request) -> None:
        refuse_request(session, sequence, pdu)

    def lost(self, session: ServerSession, reason: LostReason, detail: str, unanswered: list[int]) -> None:
        pass


def refuse_request(session: ServerSession, sequence: int, pdu: Request) -> None:
    """Answer with the status that §5.1.3 has for the failure of each request."""
    match pdu:
        case QuerySm():
            session.respond(sequence, QuerySmResp(), CommandStatus.ESME_RQUERYFAIL)
        case CancelSm():
            session.respond(sequence, CancelSmResp(), CommandStatus.ESME_RCANCELFAIL)
        case ReplaceSm():
            session.respond(sequence, ReplaceSmResp(), CommandStatus.ESME_RREPLACEFAIL)
        case _:
            session.respond(sequence, SubmitMultiResp(), CommandStatus.ESME_RSUBMITFAIL)


class SmppServer:
    """Listens; one `ServerSession` per connection."""

    def __init__(
        self,
        handler: ServerHandler,
        *,
        settings: ServerSettings | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.handler = handler
        self.settings = settings or ServerSettings()
        self.clock = clock or SystemClock()
        self.sessions: set[ServerSession] = set()
        self._limits = self.settings.limits()
        self._numbers = itertools.count(1)
        self._server: asyncio.Server | None = None
        self._empty = asyncio.Event()

    async def listen(self, host: str = "127.0.0.1", port: int = 0, ssl: tls.SSLContext | None = None) -> int:
        """Start listening; returns the port. OSError when it is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, host, port, ssl=ssl)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self, drain: float = 1.0) -> None:
        """Stop listening, unbind everyone, and cut those who do not answer within `drain` seconds."""
        if self._server is not None:
            self._server.close()
        self._empty.clear()
        for session in list(self.sessions):
            if session.kind is not None:
                session.unbind()
            else:
                session.abort()
        if self.sessions:
            try:
                async with asyncio.timeout(drain):
                    await self._empty.wait()
            except TimeoutError:
                for session in list(self.sessions):
                    session.abort()
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    def _accept(self) -> Connection:
        connection = Connection(self._new_session, self.clock)
        connection.owner = ServerSession(self, connection, next(self._numbers))
        return connection

    def _new_session(self, now: float) -> CarrierSession:
        return CarrierSession(self._limits, now)

    def connected(self, session: ServerSession) -> None:
        """Called by a session once its connection is made."""
        self.sessions.add(session)
        if len(self.sessions) > self.settings.sessions_limit:
            session.connection.abort(Closed(LostReason.TOO_MANY_SESSIONS, "the port is full"))

    def disconnected(self, session: ServerSession) -> None:
        self.sessions.discard(session)
        if not self.sessions:
            self._empty.set()
