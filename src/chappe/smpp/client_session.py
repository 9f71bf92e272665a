"""Our side of a session with a carrier, for rates of a hundred thousand a second: parts leave as columns,
answers and receipts arrive as such.
"""

from collections.abc import Sequence
from itertools import chain, repeat

from chappe.smpp.constants import HEADER_OCTETS, CommandId
from chappe.smpp.encoding import pack_header
from chappe.smpp.events import Accepted, Event
from chappe.smpp.lifecycle import NotBound, SessionLimits, Side
from chappe.smpp.receipt_runs import read_receipts
from chappe.smpp.runs import LONGEST, SHORTEST, read_answers, run_length
from chappe.smpp.session import Session, WindowExceeded

_SUBMIT_SM = int(CommandId.SUBMIT_SM)
_SUBMIT_SM_RESP = int(CommandId.SUBMIT_SM_RESP)
_DELIVER_SM = int(CommandId.DELIVER_SM)
_OK = bytes(4)


class ClientSession(Session):
    """As `Session` on the side of the ESME, with `Accepted` and `ReceiptRun` events for runs."""

    def __init__(self, limits: SessionLimits, now: float) -> None:
        super().__init__(Side.ESME, limits, now)
        self._receipts_alike = LONGEST

    def submit(self, tokens: Sequence[int], bodies: Sequence[bytes], now: float) -> None:
        """Queue submit_sm's, as `send`: `tokens[n]` comes back with the answer to `bodies[n]`. NotBound,
        WindowExceeded.
        """
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
        lengths = [HEADER_OCTETS + len(body) for body in bodies]
        headers = map(pack_header, lengths, repeat(_SUBMIT_SM), repeat(0), sequences)
        self._out.append(b"".join(chain.from_iterable(zip(headers, bodies, strict=True))))

    def _read_run(self, data: bytes, position: int, events: list[Event]) -> int:
        start, length = data[position : position + 12], int.from_bytes(data[position : position + 4], "big")
        following = position + length
        if length <= HEADER_OCTETS or data[following : following + 12] != start or not self.can_take:
            return position
        command = int.from_bytes(start[4:8], "big")
        if command == _SUBMIT_SM_RESP and start[8:] == _OK:
            return self._read_answers(data, position, length, events)
        if command == _DELIVER_SM:
            return self._read_receipts(data, position, length, events)
        return position

    def _read_answers(self, data: bytes, position: int, length: int, events: list[Event]) -> int:
        count = run_length(data, position, length)
        run = read_answers(data, position, length, count) if count else None
        if run is None:
            return position
        forget = self.window.pending.pop
        tokens = [forget(sequence, None) for sequence in run.sequences]
        known = [token for token in tokens if token is not None]
        ids = run.ids
        if len(known) != count:
            for sequence, token, message_id in zip(run.sequences, tokens, ids, strict=True):
                if token is None:
                    self._late(sequence, 0, message_id, events)
            ids = [one for one, token in zip(ids, tokens, strict=True) if token is not None]
        if known:
            events.append(Accepted(known, ids))
        return position + count * length

    def _read_receipts(self, data: bytes, position: int, length: int, events: list[Event]) -> int:
        # Beyond what we may owe, each is refused by itself.
        most = min(self._receipts_alike, max(0, self.limits.inbound_limit - self._owed))
        count = run_length(data, position, length, most)
        run = read_receipts(data, position, length, count) if count else None
        alike = len(run.sequences) if run is not None else 0
        # Where failures stand among deliveries, runs are short: what is looked at follows what was found, or
        # each message would cost the reading of hundreds (measured with 2.5% of failures: 250 µs).
        if count:
            self._receipts_alike = min(max(2 * alike, 2 * SHORTEST), LONGEST)
        if run is None:
            return position
        self._owed += alike
        events.append(run)
        return position + alike * length
