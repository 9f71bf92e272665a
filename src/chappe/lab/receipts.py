"""Delivery receipts: which state each message ends in, and the deliver_sm bodies that say so.

A receipt waits as facts (a tuple of wire octets) and becomes a body only when it is sent, so its done date
is the true one and hundreds of thousands may wait.
"""

import random
from collections.abc import Sequence
from datetime import datetime

from chappe.lab.refusals import address_pattern
from chappe.lab.scenario import Receipts
from chappe.smpp.constants import EsmClass, MessageState, RegisteredDelivery
from chappe.smpp.pdu import Message

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

    def draw(self, messages: Sequence[Message]) -> list[int]:
        """A message state for each."""
        if len(self._states) == 1:
            states = self._states * len(messages)
        else:
            states = self._rng.choices(self._states, self._weights, k=len(messages))
        for matches, state in self._rules:
            states = [
                state if matches(m.destination) else drawn for m, drawn in zip(messages, states, strict=True)
            ]
        return states


def facts_of(
    messages: Sequence[Message], ids: Sequence[bytes], states: Sequence[int], submitted: bytes
) -> list[Facts]:
    """The final receipts that were asked for (§5.2.17: of all outcomes, or of failures only)."""
    facts: list[Facts] = []
    source = sender = b""
    for m, id_, state in zip(messages, ids, states, strict=True):
        asked = m.registered_delivery & _FINAL
        if not asked or (asked == _FAILURE and state == _DELIVERED):
            continue
        if m.source != source:
            source, sender = m.source, wire_address(m.source_ton, m.source_npi, m.source)
        phone = wire_address(m.destination_ton, m.destination_npi, m.destination)
        plain = m.data_coding == 0 and not m.esm_class & _UDHI
        facts.append((id_, phone, sender, submitted, state, m.short_message[:20] if plain else b""))
    return facts


def with_state(facts: Facts, state: int) -> Facts:
    return (*facts[:4], state, facts[5])


def wire_address(ton: int, npi: int, address: bytes) -> bytes:
    return b"%c%c%b\0" % (ton, npi, address)


def receipt_date(moment: datetime) -> bytes:
    """YYMMDDhhmm, as Appendix B writes it."""
    return moment.strftime("%y%m%d%H%M").encode()


class ReceiptWriter:
    """Turns facts into deliver_sm bodies (§4.6.1), with the text of Appendix B, the TLVs of §5.3.2.12 and
    §5.3.2.35, or both. Written by hand: the general encoder costs several times as much.
    """

    def __init__(self, *, text: bool, tlvs: bool) -> None:
        self._text = text
        self._tlvs = tlvs
        self._tails: dict[tuple[bytes, int], bytes] = {}
        self._done = b""

    def bodies(self, facts: Sequence[Facts], now: datetime) -> list[bytes]:
        done = receipt_date(now)
        if done != self._done:
            self._done, self._tails = done, {}
        tails = self._tails
        bodies = []
        for id_, phone, sender, submitted, state, excerpt in facts:
            text = b""
            if self._text:
                tail = tails.get((submitted, state)) or self._tail(submitted, state)
                text = b"id:%b%b%b" % (id_, tail, excerpt)
            tlvs = b""
            if self._tlvs:
                tlvs = b"\x00\x1e\x00%c%b\0\x04\x27\x00\x01%c" % (len(id_) + 1, id_, state)
            # service_type, source, destination, esm_class 0x04, eight zeros from protocol_id to
            # sm_default_msg_id, sm_length, short_message, TLVs.
            bodies.append(b"\0%b%b\x04\0\0\0\0\0\0\0\0%c%b%b" % (phone, sender, len(text), text, tlvs))
        return bodies

    def _tail(self, submitted: bytes, state: int) -> bytes:
        stat, error = _STATS[state]
        delivered = b"001" if state == MessageState.DELIVERED else b"000"
        tail = b" sub:001 dlvrd:%b submit date:%b done date:%b stat:%b err:%b text:" % (
            delivered,
            submitted,
            self._done,
            stat,
            error,
        )
        self._tails[submitted, state] = tail
        return tail
