"""The life of a session: binding, keeping alive, the occasional requests, ending (§2.2, §4.1-4.3, §4.8-4.12).

`session.Session` adds the messages; it is the class to use.
"""

from collections.abc import Iterator
from enum import Enum

import msgspec

from chappe.smpp.constants import (
    HEADER_OCTETS,
    INTERFACE_VERSION,
    RESPONSE,
    BindKind,
    CommandId,
    CommandStatus,
    Tag,
)
from chappe.smpp.decoding import DecodeFailure, decode_body
from chappe.smpp.encoding import encode, pack_header
from chappe.smpp.events import (
    Answers,
    BindRequested,
    Bound,
    Closed,
    Event,
    LostReason,
    Notified,
    Rejected,
    Requested,
    Responded,
    Unanswered,
)
from chappe.smpp.framing import LARGEST_PDU
from chappe.smpp.pdu import (
    AlertNotification,
    Bind,
    BindResp,
    CancelSm,
    CancelSmResp,
    EnquireLink,
    EnquireLinkResp,
    GenericNack,
    Outbind,
    Pdu,
    QuerySm,
    QuerySmResp,
    ReplaceSm,
    ReplaceSmResp,
    Request,
    Response,
    SubmitMulti,
    SubmitMultiResp,
    Unbind,
    UnbindResp,
)
from chappe.smpp.status import status_name
from chappe.smpp.window import Sequences, Window


class Side(Enum):
    """ESME submits and is delivered to; SMSC is the carrier."""

    ESME = "esme"
    SMSC = "smsc"


class State(Enum):
    """§2.2, with the two moments in which a request of ours waits for its answer."""

    OPEN = "open"
    BINDING = "binding"
    BOUND_TX = "bound_tx"
    BOUND_RX = "bound_rx"
    BOUND_TRX = "bound_trx"
    UNBINDING = "unbinding"
    CLOSED = "closed"


class NotBound(Exception):
    """The session cannot send this now; `state` says why."""

    def __init__(self, state: State) -> None:
        super().__init__(f"the session is {state.value}: wait until it is bound for this direction")
        self.state = state


class SessionLimits(msgspec.Struct, frozen=True):
    """Times in seconds. `window` bounds our unanswered messages, `inbound_limit` the peer's."""

    window: int = 10
    bind_timeout: float = 10.0
    enquire_interval: float = 30.0
    enquire_timeout: float = 15.0
    response_timeout: float = 60.0
    unbind_timeout: float = 5.0
    inbound_limit: int = 10_000
    largest_pdu: int = LARGEST_PDU


_BOUND_STATES = {
    BindKind.TRANSMITTER: State.BOUND_TX,
    BindKind.RECEIVER: State.BOUND_RX,
    BindKind.TRANSCEIVER: State.BOUND_TRX,
}
_BOUND = frozenset(_BOUND_STATES.values())

# Table 2-1 in §2.3: what an ESME bound so may send, and therefore what the SMSC may not.
_SENDS = {
    Side.ESME: frozenset((State.BOUND_TX, State.BOUND_TRX)),
    Side.SMSC: frozenset((State.BOUND_RX, State.BOUND_TRX)),
}
_TAKES = {Side.ESME: _SENDS[Side.SMSC], Side.SMSC: _SENDS[Side.ESME]}

# Requests without an answer of their own: nothing but generic_nack can tell the sender of a mistake.
_UNANSWERABLE = frozenset((int(CommandId.OUTBIND), int(CommandId.ALERT_NOTIFICATION)))
_KNOWN = frozenset(int(command) for command in CommandId)


class Lifecycle:
    """Everything of a session but its messages."""

    def __init__(self, side: Side, limits: SessionLimits, now: float, *, first_sequence: int = 1) -> None:
        self.side = side
        self.limits = limits
        self.window = Window(limits.window, limits.response_timeout)
        self.bound_as: BindKind | None = None
        self._state = State.OPEN
        self._since = now  # of the state that `tick` may end
        self._heard = now
        self._enquired: float | None = None
        self._sequences = Sequences(first_sequence)
        self._out: list[bytes] = []
        self._bind: tuple[int, Bind] | None = None
        self._requests: dict[int, tuple[int, float]] = {}
        self.can_send = False
        self.can_take = False

    @property
    def state(self) -> State:
        return self._state

    @property
    def bound(self) -> bool:
        return self._state in _BOUND

    def outgoing(self) -> bytes:
        """What is to be written now; the session forgets it."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    # Binding

    def bind(self, bind: Bind, now: float) -> None:
        """Client side: ask to be bound. FieldTooLong when a credential does not fit."""
        sequence = self._sequences.take()
        self._out.append(encode(bind, sequence))
        self._bind = (sequence, bind)
        self._enter(State.BINDING, now)

    def accept_bind(self, system_id: bytes, now: float) -> None:
        """Carrier side: the answer to `BindRequested`."""
        if self._bind is None or self.bound:
            raise NotBound(self._state)
        sequence, bind = self._bind
        # §4.1.2: sc_interface_version tells a 3.4 ESME that optional parameters may be used.
        version = ((int(Tag.SC_INTERFACE_VERSION), bytes((INTERFACE_VERSION,))),)
        tlvs = version if bind.interface_version >= INTERFACE_VERSION else ()
        self._out.append(encode(BindResp(bind.kind, system_id, tlvs), sequence))
        self.bound_as = bind.kind
        self._enter(_BOUND_STATES[bind.kind], now)

    def refuse_bind(self, status: int, now: float) -> None:
        """Carrier side: the ESME may try again on this connection until the bind timeout."""
        if self._bind is None or self.bound:
            raise NotBound(self._state)
        sequence, bind = self._bind
        self._answer_empty(bind.command_id | RESPONSE, sequence, status)
        self._bind = None
        self._state = State.OPEN

    # Ending

    def unbind(self, now: float) -> None:
        """Say goodbye (§4.2); `Closed` follows the answer, or the unbind timeout."""
        if self.bound:
            self._out.append(encode(Unbind(), self._sequences.take()))
            self._enter(State.UNBINDING, now)

    def close(self) -> list[int]:
        """The connection is gone. Returns the tokens that were never answered, each once."""
        self._enter(State.CLOSED, self._since)
        self._requests.clear()
        return self.window.abandon()

    # Occasional requests

    def request(self, token: int, pdu: Request, now: float) -> None:
        """Send query_sm, cancel_sm, replace_sm or submit_multi; `Responded` follows. NotBound."""
        if not self.can_send:
            raise NotBound(self._state)
        sequence = self._sequences.take()
        self._out.append(encode(pdu, sequence))
        self._requests[sequence] = (token, now + self.limits.response_timeout)

    def respond(self, sequence: int, pdu: Response, status: int = 0) -> None:
        """Answer a `Requested`; with a status, the header alone goes out."""
        if status:
            self._answer_empty(pdu.command_id, sequence, status)
        else:
            self._out.append(encode(pdu, sequence))

    # Time

    def tick(self, now: float) -> list[Event]:
        """What has become due; call about once a second."""
        events: list[Event] = []
        if expired := self.window.expire(now):
            events.append(Unanswered(expired))
            if self.side is Side.ESME and now - self._heard >= self.limits.response_timeout:
                # Nothing came since before these were written: either the carrier is slow or the connection
                # leads nowhere (a firewall that forgot it). More messages would be in doubt as well.
                self.window.stalled = True
                self._enquire(now)
        for sequence in [one for one, (_, deadline) in self._requests.items() if deadline <= now]:
            token, _ = self._requests.pop(sequence)
            events.append(Responded(token, CommandStatus.ESME_RUNKNOWNERR, None))
        if closed := self._overdue(now):
            events.append(closed)
        return events

    def _overdue(self, now: float) -> Closed | None:
        limits = self.limits
        waited = now - self._since
        if self._state in (State.OPEN, State.BINDING) and waited >= limits.bind_timeout:
            # §7.2, session_init_timer: its value is left to us; a connection that never binds costs a socket.
            return self._end(LostReason.BIND_TIMEOUT, f"no bind within {limits.bind_timeout:g} s")
        if self._state is State.UNBINDING and waited >= limits.unbind_timeout:
            return self._end(LostReason.STOPPED, "unbind was not answered")
        if not self.bound:
            return None
        if self._enquired is not None:
            if self._heard >= self._enquired:
                self._enquired = None  # anything heard since proves the peer alive
            elif now - self._enquired >= limits.enquire_timeout:
                detail = f"enquire_link not answered within {limits.enquire_timeout:g} s"
                return self._end(LostReason.ENQUIRE_TIMEOUT, detail)
        elif now - self._heard >= limits.enquire_interval:
            # §4.11: "used to provide a confidence-check of the communication path"; §7.2, enquire_link_timer.
            self._enquire(now)
        return None

    def _enquire(self, now: float) -> None:
        """Ask whether the peer is alive, unless that is being asked already."""
        if self._enquired is None:
            self._out.append(encode(EnquireLink(), self._sequences.take()))
            self._enquired = now

    # Control PDUs

    def _control(
        self, header: tuple[int, int, int], data: bytes, start: int, end: int, now: float
    ) -> Iterator[Event]:
        """Handle one PDU that is not a message nor the answer to one of ours."""
        command, status, sequence = header
        pdu = decode_body(command, sequence, data, start, end)
        match pdu:
            case DecodeFailure():
                yield self._reject(pdu)
            case EnquireLink():
                self._out.append(encode(EnquireLinkResp(), sequence))
            case EnquireLinkResp():
                self._enquired = None
            case Unbind():
                # §4.2: answered in any state; the connection may then be closed.
                self._out.append(encode(UnbindResp(), sequence))
                yield self._end(LostReason.PEER_UNBOUND, "the peer unbound")
            case UnbindResp() if self._state is State.UNBINDING:
                yield self._end(LostReason.STOPPED, "unbound")
            case GenericNack():
                yield self._nacked(sequence, status)
            case _:
                yield self._addressed(pdu, status, sequence, now)

    def _addressed(self, pdu: Pdu, status: int, sequence: int, now: float) -> Event:
        """PDUs that belong to one side, or to one moment."""
        match pdu:
            case Bind() if self.side is Side.SMSC:
                return self._bind_requested(pdu, sequence, now)
            case BindResp() if self._is_our_bind(sequence):
                return self._bind_answered(pdu, status, now)
            case QuerySm() | CancelSm() | ReplaceSm() | SubmitMulti() if self.side is Side.SMSC:
                if self.can_take:
                    return Requested(sequence, pdu)
                return self._refuse(pdu.command_id, sequence, CommandStatus.ESME_RINVBNDSTS)
            case QuerySmResp() | CancelSmResp() | ReplaceSmResp() | SubmitMultiResp() if (
                sequence in self._requests
            ):
                token, _ = self._requests.pop(sequence)
                return Responded(token, status, pdu)
            case AlertNotification() | Outbind() if self.side is Side.ESME:
                return Notified(pdu)
            case _:
                return self._refuse(pdu.command_id, sequence, CommandStatus.ESME_RINVCMDID)

    def _is_our_bind(self, sequence: int) -> bool:
        return self._state is State.BINDING and self._bind is not None and self._bind[0] == sequence

    def _bind_requested(self, bind: Bind, sequence: int, now: float) -> Event:
        if self._state is not State.OPEN:
            # §5.1.3: "ESME Already in Bound State"; also while the first one is being decided.
            return self._refuse(bind.command_id, sequence, CommandStatus.ESME_RALYBND)
        self._bind = (sequence, bind)
        # The time limit runs on from the connection, so that refused binds cannot prolong it.
        self._state = State.BINDING
        return BindRequested(bind)

    def _bind_answered(self, answer: BindResp, status: int, now: float) -> Event:
        if status != CommandStatus.ESME_ROK:
            return self._end(LostReason.BIND_REFUSED, f"the bind was refused: {status_name(status)}", status)
        assert self._bind is not None
        self.bound_as = self._bind[1].kind
        self._enter(_BOUND_STATES[self.bound_as], now)
        version = next((value for tag, value in answer.tlvs if tag == Tag.SC_INTERFACE_VERSION), b"")
        return Bound(self.bound_as, answer.system_id, version[0] if version else None)

    def _nacked(self, sequence: int, status: int) -> Event:
        """§4.3.1: generic_nack carries the sequence_number of the PDU it refuses."""
        status = status or CommandStatus.ESME_RUNKNOWNERR
        if self._is_our_bind(sequence):
            return self._end(LostReason.BIND_REFUSED, f"the bind was refused: {status_name(status)}", status)
        token = self.window.pending.pop(sequence, None)
        if token is not None:
            return Answers([(token, status, b"")], True)
        if sequence in self._requests:
            token, _ = self._requests.pop(sequence)
            return Responded(token, status, None)
        return Rejected(DecodeFailure(CommandId.GENERIC_NACK, sequence, status, "the peer could not read us"))

    def _reject(self, failure: DecodeFailure) -> Rejected:
        """Tell the sender that its PDU was not taken."""
        command = failure.command_id
        if command not in _KNOWN or command in _UNANSWERABLE:
            self._answer_empty(CommandId.GENERIC_NACK, failure.sequence, failure.status)
        elif not command & RESPONSE:
            self._answer_empty(command | RESPONSE, failure.sequence, failure.status)
        return Rejected(failure)

    def _refuse(self, command: int, sequence: int, status: int) -> Rejected:
        """A readable PDU that has no place here."""
        if command & RESPONSE:
            # An answer to nothing is dropped: a nack for it could be answered in turn, for ever.
            return Rejected(DecodeFailure(command, sequence, status, "an answer to no request of ours"))
        if status == CommandStatus.ESME_RINVCMDID:
            self._answer_empty(CommandId.GENERIC_NACK, sequence, status)
            return Rejected(DecodeFailure(command, sequence, status, "not a request for this side"))
        self._answer_empty(command | RESPONSE, sequence, status)
        reason = f"not allowed while {self._state.value}"
        return Rejected(DecodeFailure(command, sequence, status, reason))

    def _answer_empty(self, command: int, sequence: int, status: int) -> None:
        """A header alone: the body is not returned when the status is not zero (§4.1.2, §4.4.2)."""
        self._out.append(pack_header(HEADER_OCTETS, command, status, sequence))

    def _end(self, reason: LostReason, detail: str, status: int = 0) -> Closed:
        """Nothing is read any more; what was never answered is fetched with `close`."""
        self._enter(State.CLOSED, self._since)
        return Closed(reason, detail, status)

    def _enter(self, state: State, now: float) -> None:
        self._state = state
        self._since = now
        self.can_send = state in _SENDS[self.side]
        self.can_take = state in _TAKES[self.side]
