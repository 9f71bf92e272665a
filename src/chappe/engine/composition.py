"""Messages of a chunk as the PDUs of a link."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from chappe.carriers.model import SenderKind, numbering
from chappe.carriers.settings import NationalTable, SmppSettings
from chappe.engine.model import ClaimedChunk, Outgoing
from chappe.engine.tokens import MOST_PARTS, single, tokens_of
from chappe.smpp.encoding import FieldTooLong, NulInField
from chappe.smpp.submission import bodies
from chappe.smpp.template import SubmitTemplate
from chappe.smpp.validity import absolute_time
from chappe.sms.national import NationalLanguage
from chappe.sms.options import TextOptions
from chappe.sms.parts import TooManyParts, split

_NATIONAL: Mapping[NationalTable, NationalLanguage] = {
    NationalTable.TURKISH: NationalLanguage.TURKISH,
    NationalTable.SPANISH: NationalLanguage.SPANISH,
    NationalTable.PORTUGUESE: NationalLanguage.PORTUGUESE,
}
# Carriers cap validity at a few days, and refuse what they think absurd: beyond that the field stays empty.
_LONGEST_VALIDITY = timedelta(days=2)


class Composed(NamedTuple):
    """The parts of a chunk in the order of submission: `tokens` ascending, a body each.

    `billed`: message id → parts that the carrier makes of it, where that is not the number of PDUs.
    `unfit`: message id → why it cannot be written at all.
    """

    tokens: list[int]
    bodies: list[bytes]
    billed: dict[int, int]
    unfit: dict[int, str]


class Composer:
    """Writes chunks for one link, with its texts' options and its numbering."""

    def __init__(self, settings: SmppSettings) -> None:
        self._settings = settings
        self._options = TextOptions(
            concatenation=settings.concatenation,
            charset=settings.charset,
            national=_NATIONAL[settings.national] if settings.national is not None else None,
            data_coding=settings.data_coding,
        )

    def compose(
        self, chunk: ClaimedChunk, messages: Sequence[Outgoing], *, now: datetime, gate_now: datetime
    ) -> Composed:
        """The PDUs of `messages`. The reference that ties parts is the message's id, so that a part sent
        later joins those sent before.
        """
        found = Composed([], [], {}, {})
        add_token, add_body = found.tokens.append, found.bodies.append
        options = self._options
        templates: dict[datetime | None, SubmitTemplate] = {}
        for message in messages:
            expires = message.expires_at or chunk.expires_at
            template = templates.get(expires)
            if template is None:
                template = templates[expires] = self._template(chunk, expires, now, gate_now)
            try:
                parts = split(message.body, options, message.id)
                pdus = bodies(template, b"%d" % message.phone, parts)
            except (TooManyParts, FieldTooLong, NulInField) as error:
                found.unfit[message.id] = str(error)
                continue
            count = len(pdus)
            if count == 1:
                add_token(single(message.id))
                add_body(pdus[0])
            elif count <= MOST_PARTS:
                found.tokens.extend(tokens_of(message.id, count))
                found.bodies.extend(pdus)
            else:
                found.unfit[message.id] = f"{count} parts: at most {MOST_PARTS} can be followed"
                continue
            if parts.count != count:
                found.billed[message.id] = parts.count
        return found

    def _template(
        self, chunk: ClaimedChunk, expires: datetime | None, now: datetime, gate_now: datetime
    ) -> SubmitTemplate:
        settings = self._settings
        source = numbering(sender_kind(chunk.source), settings.senders)
        return SubmitTemplate(
            chunk.source.removeprefix("+").encode("latin-1", "replace"),
            source_ton=source.ton,
            source_npi=source.npi,
            destination_ton=settings.destination.ton,
            destination_npi=settings.destination.npi,
            service_type=settings.service_type.encode(),
            validity=_validity(chunk.window_end, expires, now, gate_now),
        )


def sender_kind(source: str) -> SenderKind:
    """Of an address as it is stored: a long code has its plus."""
    if source.startswith("+"):
        return SenderKind.LONG_CODE
    digits = source.isascii() and source.isdigit()
    return SenderKind.SHORT_CODE if digits else SenderKind.ALPHANUMERIC


def _validity(
    window_end: datetime | None, expires: datetime | None, now: datetime, gate_now: datetime
) -> bytes:
    """Until when the carrier may still try: a phone switched on at midnight must not get the offer then."""
    ends = []
    if window_end is not None:
        ends.append(now + (window_end - gate_now))  # the gate's clock may be moved; the carrier's is not
    if expires is not None:
        ends.append(expires)
    if not ends or (end := min(ends)) - now > _LONGEST_VALIDITY or end <= now:
        return b""
    return absolute_time(end)
