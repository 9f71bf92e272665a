"""Phones that answer by themselves, and the deliver_sm of what a phone sends."""

import random
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from chappe.lab.phones import Sender, can_be_answered, normal
from chappe.lab.scenario import PhoneReply, draw_span
from chappe.smpp.constants import MessageState, Npi, RegisteredDelivery, Ton
from chappe.smpp.pdu import Message
from chappe.smpp.submits import Submits
from chappe.smpp.template import MessageTemplate
from chappe.sms.parts import split

_REMEMBERED = 1_000_000


class ScriptedReply(NamedTuple):
    """The phone that got `message` answers it with `text`, `after` seconds."""

    message: Message
    text: str
    after: float


class ReplyScript:
    """Chooses which numbers answer, by a hash of the number and the seed: the same ones every time, whatever
    the order in which messages arrive.
    """

    def __init__(self, replies: Sequence[PhoneReply], seed: int) -> None:
        self._replies = replies
        self._seed = f"{seed}:".encode()
        # Not for security: how long a phone waits before it answers.
        self._rng = random.Random(seed)  # noqa: S311
        self._answered: set[bytes] = set()

    def replies_to(self, messages: Submits, states: Sequence[int]) -> list[ScriptedReply]:
        """The answers that this batch provokes. Only the first message of a number is answered."""
        if not self._replies:
            return []
        chosen = []
        for index, (number, state) in enumerate(zip(messages.destinations, states, strict=True)):
            reply = self._choice(number)
            if reply is None or state != MessageState.DELIVERED or number in self._answered:
                continue
            message = messages[index]
            if not can_be_answered(message.source_ton, message.source):
                continue
            if len(self._answered) < _REMEMBERED:
                self._answered.add(number)
            chosen.append(ScriptedReply(message, reply.text, draw_span(reply.after, self._rng)))
        return chosen

    def _choice(self, number: bytes) -> PhoneReply | None:
        draw = zlib.crc32(self._seed + number) / 0x1_0000_0000
        for reply in self._replies:
            if draw < reply.share:
                return reply
            draw -= reply.share
        return None


def reply_bodies(phone: str, sender: Sender, text: str, reference: int) -> list[bytes]:
    """deliver_sm bodies of `text` from `phone`: GSM-7 or UCS-2, in as many parts as it needs, tied by UDH.
    TooManyParts when it needs more than a message can have.
    """
    template = MessageTemplate(
        normal(phone).encode("latin-1", "replace"),
        source_ton=Ton.INTERNATIONAL,
        source_npi=Npi.ISDN,
        destination_ton=sender.ton,
        destination_npi=sender.npi,
        registered_delivery=RegisteredDelivery.NONE,
    )
    parts = split(text, reference=reference)
    return [
        template.body(sender.address, payload, esm_class=parts.esm_class, data_coding=parts.data_coding)
        for payload in parts.payloads
    ]
