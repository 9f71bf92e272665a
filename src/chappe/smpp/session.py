"""One SMPP session without I/O: bytes in, events out; calls in, bytes out.

The same class serves both sides. The caller hands in what it read and a monotonic time, sends what
`outgoing` returns, and calls `tick` about once a second. Nothing here raises on bytes from outside, waits, or
keeps more than one incomplete PDU, whose size is limited before it is kept.
"""

import struct
from collections.abc import Iterable, Sequence

from chappe.smpp.constants import HEADER_OCTETS, RESPONSE, CommandId, CommandStatus
from chappe.smpp.decoding import DecodeFailure, decode_message
from chappe.smpp.encoding import pack_header
from chappe.smpp.events import Answers, Event, LateAnswers, LostReason, Messages, Rejected
from chappe.smpp.framing import LARGEST_BEFORE_BIND, acceptable, stranger
from chappe.smpp.lifecycle import Lifecycle, NotBound, SessionLimits, Side, State
from chappe.smpp.pdu import Answer, Message, Reply

_unpack_header = struct.Struct(">IIII").unpack_from
_pack_short_answer = struct.Struct(">IIIIx").pack

_ANSWER_COMMANDS = {
    Side.ESME: frozenset((int(CommandId.SUBMIT_SM_RESP), int(CommandId.DATA_SM_RESP))),
    Side.SMSC: frozenset((int(CommandId.DELIVER_SM_RESP), int(CommandId.DATA_SM_RESP))),
}
_MESSAGE_COMMANDS = {
    Side.ESME: frozenset((int(CommandId.DELIVER_SM), int(CommandId.DATA_SM))),
    Side.SMSC: frozenset((int(CommandId.SUBMIT_SM), int(CommandId.DATA_SM))),
}


class WindowExceeded(Exception):
    """More messages than the window has room for; ask `room` first."""

    def __init__(self, wanted: int, room: int) -> None:
        super().__init__(f"{wanted} messages for a window with room for {room}: submit at most room()")


class Session(Lifecycle):
    """A session of either side; see the module."""

    def __init__(self, side: Side, limits: SessionLimits, now: float, *, first_sequence: int = 1) -> None:
        super().__init__(side, limits, now, first_sequence=first_sequence)
        self._partial = bytearray()
        self._needed = 4  # enough to know the length, and whether to believe it
        self._answer_commands = _ANSWER_COMMANDS[side]
        self._message_commands = _MESSAGE_COMMANDS[side]
        self._owed = 0  # messages of the peer that the owner has not answered
        self._owed_data_sm: set[int] = set()

    @property
    def room(self) -> int:
        """How many messages may be sent now."""
        return self.window.room if self.can_send else 0

    # Outwards

    def send(self, batch: Sequence[tuple[int, bytes]], now: float, command: int | None = None) -> None:
        """Queue (token, body) pairs, in order: submit_sm on the client side, deliver_sm on the carrier's.

        `command` may be DATA_SM instead, with bodies of that layout. NotBound, WindowExceeded.
        """
        if not batch:
            return
        if not self.can_send:
            raise NotBound(self._state)
        count = len(batch)
        if count > self.window.room:
            raise WindowExceeded(count, self.window.room)
        if command is None:
            command = CommandId.SUBMIT_SM if self.side is Side.ESME else CommandId.DELIVER_SM
        command = int(command)
        first = sequence = self._sequences.take(count)
        pending = self.window.pending
        pieces = []
        for token, body in batch:
            pieces.append(pack_header(HEADER_OCTETS + len(body), command, 0, sequence))
            pieces.append(body)
            pending[sequence] = token
            sequence += 1
        self.window.sent(first, sequence - 1, now)
        self._out.append(b"".join(pieces))

    def answer(self, replies: Iterable[Reply]) -> int:
        """Answer messages of the peer: (sequence, status, message_id), after they are safe.

        §4.4.2: "The submit_sm_resp PDU Body is not returned if the command_status field contains a non-zero
        value". §4.6.2, message_id of deliver_sm_resp: "This field is unused and is set to NULL". Returns how
        many were answered.
        """
        usual = int(CommandId.DELIVER_SM_RESP if self.side is Side.ESME else CommandId.SUBMIT_SM_RESP)
        data_sm = self._owed_data_sm
        count = 0
        pieces = []
        for sequence, status, message_id in replies:
            command = usual
            if data_sm and sequence in data_sm:
                data_sm.discard(sequence)
                command = int(CommandId.DATA_SM_RESP)
            if status:
                pieces.append(pack_header(HEADER_OCTETS, command, status, sequence))
            else:
                pieces.append(pack_header(HEADER_OCTETS + 1 + len(message_id), command, 0, sequence))
                pieces.append(message_id + b"\0")
            count += 1
        self._owed -= count
        self._out.append(b"".join(pieces))
        return count

    def acknowledge(self, sequences: Iterable[int], status: int = 0) -> int:
        """Client side: answer deliveries, after they are safe. Returns how many."""
        if status or self._owed_data_sm:
            return self.answer([(sequence, status, b"") for sequence in sequences])
        command = int(CommandId.DELIVER_SM_RESP)
        pieces = [_pack_short_answer(HEADER_OCTETS + 1, command, 0, sequence) for sequence in sequences]
        self._owed -= len(pieces)
        self._out.append(b"".join(pieces))
        return len(pieces)

    # Inwards

    def receive(self, data: bytes, now: float) -> list[Event]:
        """Read what has arrived, whole PDUs or not. After `Closed` everything is ignored."""
        events: list[Event] = []
        if self._state is State.CLOSED:
            return events
        self._heard = now
        self.window.stalled = False
        if self._partial:
            # An incomplete PDU grows in place until it is whole: octets trickling in one by one cost
            # one append each, not a copy of what is there.
            self._partial += data
            if len(self._partial) < self._needed:
                return events
            data = bytes(self._partial)
            self._partial.clear()
        position = self._read(data, now, events)
        if position < len(data):
            self._partial += data[position:]
            known = len(self._partial) >= 4
            self._needed = int.from_bytes(self._partial[:4], "big") if known else 4
        return events

    def _read(self, data: bytes, now: float, events: list[Event]) -> int:
        """Read the whole PDUs of `data`; returns where the incomplete one begins."""
        answers: list[Answer] = []
        messages: list[Message] = []
        pending = self.window.pending
        answer_commands, message_commands = self._answer_commands, self._message_commands
        position, size = 0, len(data)
        limit = self._limit()
        while size - position >= HEADER_OCTETS:
            run_end = self._read_run(data, position, events)
            if run_end > position:
                position = run_end
                continue
            length, command, status, sequence = _unpack_header(data, position)
            if not HEADER_OCTETS <= length <= limit:
                break
            body, end = position + HEADER_OCTETS, position + length
            if end > size:
                break
            position = end
            if command in answer_commands:
                nul = data.find(0, body, end)
                message_id = data[body : nul if nul >= 0 else end]
                token = pending.pop(sequence, None)
                if token is None:
                    self._late(sequence, status, message_id, events)
                else:
                    answers.append((token, status, message_id))
            elif command in message_commands:
                message = decode_message(command, sequence, data, body, end)
                if isinstance(message, DecodeFailure):
                    events.append(self._reject(message))
                elif (refusal := self._take(message)) is not None:
                    events.append(refusal)
                else:
                    messages.append(message)
            else:
                self._hand_over(answers, messages, events)
                answers, messages = [], []
                events.extend(self._control((command, status, sequence), data, body, end, now))
                if self._state is State.CLOSED:
                    return size
                limit = self._limit()
        self._hand_over(answers, messages, events)
        return self._believe(data, position, limit, events)

    def _read_run(self, data: bytes, position: int, events: list[Event]) -> int:
        """Where a run of like PDUs that a side reads at once ends; `position` when there is none."""
        return position

    def _take(self, message: Message) -> Event | None:
        """Whether a message of the peer is accepted: None, or the refusal that has been sent."""
        if not self.can_take:
            # §5.1.3: ESME_RINVBNDSTS, "Incorrect BIND Status for given command".
            return self._refuse(message.command_id, message.sequence, CommandStatus.ESME_RINVBNDSTS)
        if self._owed >= self.limits.inbound_limit:
            esme = self.side is Side.ESME
            # Both ask for the message again later: our owner is behind, or the peer ignores its window.
            status = CommandStatus.ESME_RX_T_APPN if esme else CommandStatus.ESME_RTHROTTLED
            return self._refuse(message.command_id, message.sequence, status)
        self._owed += 1
        if message.command_id == CommandId.DATA_SM:
            self._owed_data_sm.add(message.sequence)
        return None

    def _late(self, sequence: int, status: int, message_id: bytes, events: list[Event]) -> None:
        token = self.window.overdue.pop(sequence, None)
        if token is not None:
            events.append(LateAnswers([(token, status, message_id)]))
        else:
            failure = DecodeFailure(RESPONSE, sequence, status, "an answer to no message of ours")
            events.append(Rejected(failure))

    @staticmethod
    def _hand_over(answers: list[Answer], messages: list[Message], events: list[Event]) -> None:
        """Answers first: a receipt read together with the answer that names its message finds it."""
        if answers:
            events.append(Answers(answers, any(status for _, status, _ in answers)))
        if messages:
            events.append(Messages(messages))

    def _limit(self) -> int:
        return self.limits.largest_pdu if self.bound else LARGEST_BEFORE_BIND

    def _believe(self, data: bytes, position: int, limit: int, events: list[Event]) -> int:
        """Check the length of the PDU that is not whole yet, so that nobody waits for a gigabyte.

        §4.3.1: after an invalid command_length the data is taken for corrupt: the sender is told by
        generic_nack and, since the next PDU cannot be found, the connection ends.
        """
        start = data[position : position + HEADER_OCTETS]
        length = int.from_bytes(start[:4], "big")
        if len(start) < 4 or acceptable(length, limit):
            return position
        if (other := stranger(start)) is not None:
            events.append(self._end(LostReason.NOT_SMPP, f"the peer speaks {other} on this port"))
        else:
            sequence = int.from_bytes(start[12:16], "big")
            self._answer_empty(CommandId.GENERIC_NACK, sequence, CommandStatus.ESME_RINVCMDLEN)
            detail = f"command_length {length} is outside {HEADER_OCTETS} to {limit}"
            events.append(self._end(LostReason.FRAMING, detail))
        return len(data)
