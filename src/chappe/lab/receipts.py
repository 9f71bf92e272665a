"""Delivery receipts: which state each message ends in, and the deliver_sm bodies that say so.

A receipt waits as facts (a tuple of wire octets) and becomes a body only when it is sent, so its done date
is the true one and hundreds of thousands may wait.
"""

import random
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import repeat

from chappe.lab.refusals import address_pattern
from chappe.lab.scenario import Receipts
from chappe.smpp.constants import EsmClass, MessageState, RegisteredDelivery
from chappe.smpp.submits import Run, Submits

Facts = tuple[bytes, bytes, bytes, bytes, int, bytes]
"""(id, phone, sender, submit date, message state, first octets of the text): one receipt to send. `phone` and
`sender` are addresses as on the wire: TON, NPI, address, NUL. A plain tuple: a named one costs twice as much.
"""

# Plain ints: the operators of IntFlag cost half a microsecond each.
_FINAL = int(RegisteredDelivery.FINAL | RegisteredDelivery.FAILURE)
_FAILURE = int(RegisteredDelivery.FAILURE)
_DELIVERED = int(MessageState.DELIVERED)
_UDHI = int(EsmClass.UDHI)
# stat and err of Appendix B's receipt text. Error numbers are each carrier's own: these are GSM's usual ones.
_STATS: dict[int, tuple[bytes, bytes]] = {
    MessageState.SCHEDULED: (b"SCHEDUL", b"000"),
    MessageState.ENROUTE: (b"ENROUTE", b"000"),
    MessageState.DELIVERED: (b"DELIVRD", b"000"),
    MessageState.EXPIRED: (b"EXPIRED", b"027"),
    MessageState.DELETED: (b"DELETED", b"000"),
    MessageState.UNDELIVERABLE: (b"UNDELIV", b"001"),
    MessageState.ACCEPTED: (b"ACCEPTD", b"000"),
    MessageState.UNKNOWN: (b"UNKNOWN", b"255"),
    MessageState.REJECTED: (b"REJECTD", b"088"),
    MessageState.SKIPPED: (b"SKIPPED", b"000"),
}


_Shared = tuple[bytes, bytes, bytes, bytes]
"""Octets of a receipt: from the sender to the id, from the id to the excerpt, from the excerpt to the id of
the TLV, and from there to the end.
"""


class Fates:
    """Draws the final state of each accepted message."""

    def __init__(self, receipts: Receipts, rng: random.Random) -> None:
        self._rng = rng
        self._rules = [
            (address_pattern(rule.destination).match, int(MessageState[rule.state]))
            for rule in receipts.rules
        ]
        self._states = [int(MessageState[name]) for name in receipts.states]
        self._weights = list(receipts.states.values())
        if (rest := 1.0 - sum(self._weights)) > 1e-9:
            self._states.append(int(MessageState.DELIVERED))
            self._weights.append(rest)

    def draw(self, messages: Submits) -> list[int]:
        """A message state for each."""
        if len(self._states) == 1:
            states = self._states * len(messages)
        else:
            states = self._rng.choices(self._states, self._weights, k=len(messages))
        for matches, state in self._rules:
            states = [
                state if matches(number) else drawn
                for number, drawn in zip(messages.destinations, states, strict=True)
            ]
        return states


def facts_of(messages: Submits, ids: Sequence[bytes], states: Sequence[int], submitted: bytes) -> list[Facts]:
    """The final receipts that were asked for (§5.2.17: of all outcomes, or of failures only)."""
    facts: list[Facts] = []
    start = 0
    for run in messages.runs:
        stop = start + len(run)
        asked = run.common.registered_delivery & _FINAL
        if asked:
            found = _facts_of_run(run, ids[start:stop], states[start:stop], submitted)
            facts.extend([one for one in found if one[4] != _DELIVERED] if asked == _FAILURE else found)
        start = stop
    return facts


def _facts_of_run(run: Run, ids: Sequence[bytes], states: Sequence[int], submitted: bytes) -> Iterable[Facts]:
    m = run.common
    kind = bytes((m.destination_ton, m.destination_npi))
    phones = [kind + number + b"\0" for number in run.destinations]
    plain = m.data_coding == 0 and not m.esm_class & _UDHI
    excerpts = [text[:20] for text in run.texts] if plain else repeat(b"")
    sender = wire_address(m.source_ton, m.source_npi, m.source)
    return zip(ids, phones, repeat(sender), repeat(submitted), states, excerpts)


def with_state(facts: Facts, state: int) -> Facts:
    return (*facts[:4], state, facts[5])


def wire_address(ton: int, npi: int, address: bytes) -> bytes:
    return b"%c%c%b\0" % (ton, npi, address)


def receipt_date(moment: datetime) -> bytes:
    """YYMMDDhhmm, as Appendix B writes it."""
    # By hand: strftime is asked twice per batch, and takes as long as ten receipts.
    fields = (moment.year % 100, moment.month, moment.day, moment.hour, moment.minute)
    return b"%02d%02d%02d%02d%02d" % fields


class ReceiptWriter:
    """Turns facts into deliver_sm bodies (§4.6.1), with the text of Appendix B, the TLVs of §5.3.2.12 and
    §5.3.2.35, or both. What the receipts of a minute share is made once: they differ in phone, id and
    excerpt.
    """

    def __init__(self, *, text: bool, tlvs: bool) -> None:
        self._text = text
        self._tlvs = tlvs
        self._shared: dict[tuple[bytes, bytes, int, int, int], _Shared] = {}
        self._done = b""

    def bodies(self, facts: Sequence[Facts], now: datetime) -> list[bytes]:
        done = receipt_date(now)
        if done != self._done:
            self._done, self._shared = done, {}
        shared, join = self._shared, b"".join
        bodies = []
        for id_, phone, sender, submitted, state, excerpt in facts:
            key = (sender, submitted, state, len(id_), len(excerpt))
            before, between, after, end = shared.get(key) or self._share(key)
            if self._text and self._tlvs:
                body = join((b"\0", phone, before, id_, between, excerpt, after, id_, end))
            elif self._text:
                body = join((b"\0", phone, before, id_, between, excerpt))
            else:
                body = join((b"\0", phone, before, after, id_, end) if self._tlvs else (b"\0", phone, before))
            bodies.append(body)
        return bodies

    def _share(self, key: tuple[bytes, bytes, int, int, int]) -> _Shared:
        sender, submitted, state, id_octets, excerpt_octets = key
        stat, error = _STATS[state]
        delivered = b"001" if state == MessageState.DELIVERED else b"000"
        between = b" sub:001 dlvrd:%b submit date:%b done date:%b stat:%b err:%b text:" % (
            delivered,
            submitted,
            self._done,
            stat,
            error,
        )
        octets = len(b"id:") + id_octets + len(between) + excerpt_octets if self._text else 0
        # After service_type and source: destination, esm_class 0x04, eight zeros from protocol_id to
        # sm_default_msg_id, sm_length, short_message, TLVs.
        before = b"%b\x04\0\0\0\0\0\0\0\0%c%b" % (sender, octets, b"id:" if self._text else b"")
        after = b"\x00\x1e\x00%c" % (id_octets + 1)
        self._shared[key] = found = (before, between, after, b"\0\x04\x27\x00\x01%c" % state)
        return found
