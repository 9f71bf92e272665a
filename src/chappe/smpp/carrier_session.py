"""The carrier's side of a session, for rates of a hundred thousand a second: what arrives and what leaves is
handled in columns. A lab that costs more than the gateway it stands beside would measure itself.
"""

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache

from chappe.smpp.constants import HEADER_OCTETS, CommandId
from chappe.smpp.decoding import DecodeFailure, decode_message
from chappe.smpp.encoding import pack_header
from chappe.smpp.events import Answers, Event, Submitted
from chappe.smpp.lifecycle import NotBound, SessionLimits, Side, State
from chappe.smpp.pdu import Answer, Reply
from chappe.smpp.session import Session, WindowExceeded
from chappe.smpp.submits import SubmitReader, Submits

_SUBMIT_SM_RESP = int(CommandId.SUBMIT_SM_RESP)
_DELIVER_SM = int(CommandId.DELIVER_SM)
_DELIVER_SM_RESP = int(CommandId.DELIVER_SM_RESP)

_MESSAGES = frozenset((int(CommandId.SUBMIT_SM), int(CommandId.DATA_SM)))
_ANSWERS = frozenset((_DELIVER_SM_RESP, int(CommandId.DATA_SM_RESP)))

_unpack_header = struct.Struct(">IIII").unpack_from
# §4.6.2: message_id "is unused and is set to NULL", so an answer to a delivery is one octet and a header.
_short_answer = struct.Struct(">IIIIB")
_SHORT_ANSWER = _short_answer.size


@lru_cache
def _accepted(id_octets: int) -> struct.Struct:
    """The whole of a submit_sm_resp (§4.4.2) whose message_id is that long."""
    return struct.Struct(f">IIII{id_octets}sx")


def _answer(sequence: int, status: int, message_id: bytes) -> bytes:
    """Any submit_sm_resp: without a body when the status is not zero."""
    if status:
        return pack_header(HEADER_OCTETS, _SUBMIT_SM_RESP, status, sequence)
    octets = len(message_id)
    return _accepted(octets).pack(HEADER_OCTETS + octets + 1, _SUBMIT_SM_RESP, 0, sequence, message_id)


class CarrierSession(Session):
    """As `Session` on the side of the SMSC, with `Submitted` events in place of `Messages`."""

    def __init__(self, limits: SessionLimits, now: float) -> None:
        super().__init__(Side.SMSC, limits, now)
        self._submits = SubmitReader()

    # Outwards

    def answer(self, replies: Iterable[Reply]) -> int:
        """As `Session.answer`; most ids of a carrier are of one length, so one layout writes most answers."""
        replies = list(replies)
        if self._owed_data_sm or not replies:
            return super().answer(replies)
        octets = len(replies[-1][2])
        pack, length = _accepted(octets).pack, HEADER_OCTETS + octets + 1
        self._out.append(
            b"".join(
                [
                    pack(length, _SUBMIT_SM_RESP, 0, sequence, id_)
                    if not status and len(id_) == octets
                    else _answer(sequence, status, id_)
                    for sequence, status, id_ in replies
                ]
            )
        )
        self._owed -= len(replies)
        return len(replies)

    def deliver(self, tokens: Sequence[int], bodies: Sequence[bytes], now: float) -> None:
        """Queue deliver_sm's, as `send`. NotBound, WindowExceeded."""
        count = len(bodies)
        if not self.can_send:
            raise NotBound(self._state)
        if count > self.window.room:
            raise WindowExceeded(count, self.window.room)
        if not count:
            return
        first = self._sequences.take(count)
        sequences = range(first, first + count)
        self.window.pending.update(zip(sequences, tokens, strict=True))
        self.window.sent(first, first + count - 1, now)
        self._out.append(
            b"".join(
                [
                    pack_header(HEADER_OCTETS + len(body), _DELIVER_SM, 0, sequence) + body
                    for sequence, body in zip(sequences, bodies, strict=True)
                ]
            )
        )

    # Inwards

    def _read(self, data: bytes, now: float, events: list[Event]) -> int:
        submits, answers = Submits(), list[Answer]()
        position, size, limit = 0, len(data), self._limit()
        while size - position >= HEADER_OCTETS:
            start = position
            position = self._read_submits(data, position, submits)
            position = self._read_acknowledgements(data, position, answers)
            if position != start:
                continue
            length, command, status, sequence = _unpack_header(data, position)
            if not HEADER_OCTETS <= length <= limit or position + length > size:
                break
            body, position = position + HEADER_OCTETS, position + length
            if command in _MESSAGES:
                self._read_message(command, sequence, data, (body, position), submits, events)
            elif command in _ANSWERS:
                nul = data.find(0, body, position)
                message_id = data[body : nul if nul >= 0 else position]
                self._read_answer(sequence, status, message_id, answers, events)
            else:
                self._hand(submits, answers, events)
                submits, answers = Submits(), []
                events.extend(self._control((command, status, sequence), data, body, position, now))
                if self._state is State.CLOSED:
                    return size
                limit = self._limit()
        self._hand(submits, answers, events)
        return self._believe(data, position, limit, events)

    def _read_submits(self, data: bytes, position: int, submits: Submits) -> int:
        """A run of submits of the usual kind."""
        if not self.can_take:
            return position
        before = len(submits)
        position = self._submits.read(data, position, self.limits.inbound_limit - self._owed, submits)
        self._owed += len(submits) - before
        return position

    def _read_acknowledgements(self, data: bytes, position: int, answers: list[Answer]) -> int:
        """A run of answers to our deliveries, as nearly everyone writes them: without a message id."""
        pending = self.window.pending
        end = position + (len(data) - position) // _SHORT_ANSWER * _SHORT_ANSWER
        rest = memoryview(data)[position:end]  # a copy of it before each run would add up
        for length, command, status, sequence, nul in _short_answer.iter_unpack(rest):
            if length != _SHORT_ANSWER or command != _DELIVER_SM_RESP or nul or sequence not in pending:
                break
            answers.append((pending.pop(sequence), status, b""))
            position += _SHORT_ANSWER
        return position

    def _read_message(
        self,
        command: int,
        sequence: int,
        data: bytes,
        body: tuple[int, int],
        submits: Submits,
        events: list[Event],
    ) -> None:
        """One submit_sm or data_sm of whatever kind."""
        start, end = body
        message = decode_message(command, sequence, data, start, end)
        if isinstance(message, DecodeFailure):
            events.append(self._reject(message))
        elif (refusal := self._take(message)) is not None:
            events.append(refusal)
        else:
            submits.add(Submits.of([message]).runs[0])
            self._submits.learn(message, data, start)

    def _read_answer(
        self, sequence: int, status: int, message_id: bytes, answers: list[Answer], events: list[Event]
    ) -> None:
        """One answer to a delivery of ours, of whatever kind."""
        token = self.window.pending.pop(sequence, None)
        if token is None:
            self._late(sequence, status, message_id, events)
        else:
            answers.append((token, status, message_id))

    @staticmethod
    def _hand(submits: Submits, answers: list[Answer], events: list[Event]) -> None:
        if answers:
            events.append(Answers(answers, any(status for _, status, _ in answers)))
        if submits:
            events.append(Submitted(submits))
