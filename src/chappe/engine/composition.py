"""Messages of a chunk as the PDUs of a link."""

from datetime import datetime, timedelta
from typing import NamedTuple, cast

from chappe.carriers.model import SenderKind, numbering
from chappe.carriers.settings import SmppSettings
from chappe.carriers.texts import text_options
from chappe.engine.model import ClaimedChunk, Outgoing
from chappe.engine.tokens import MOST_PARTS, single, tokens_of
from chappe.smpp.encoding import FieldTooLong, NulInField
from chappe.smpp.submission import bodies
from chappe.smpp.template import SubmitTemplate
from chappe.smpp.validity import absolute_time
from chappe.sms.parts import TooManyParts, plain_septets, split

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
        self._options = text_options(settings)

    def compose(
        self, chunk: ClaimedChunk, messages: Outgoing, *, now: datetime, gate_now: datetime
    ) -> Composed:
        """The PDUs of those of `messages` that are not suppressed. The reference that ties parts is the
        message's id, so that a part sent later joins those sent before.
        """
        texts = plain_septets(messages.bodies, self._options)
        coding = self._options.data_coding or 0
        if None not in texts and not messages.expires and not messages.suppressed:
            # As nearly every chunk is: each message one PDU, all of one template.
            only = self._template(chunk, chunk.expires_at, now, gate_now)
            pdus = only.plain_bodies(messages.phones, cast(list[bytes], texts), coding)
            return Composed([single(message) for message in messages.ids], pdus, {}, {})
        found = Composed([], [], {}, {})
        templates: dict[datetime | None, SubmitTemplate] = {}
        columns = messages.ids, messages.phones, messages.bodies, texts
        for message, phone, body, text in zip(*columns, strict=True):
            if message in messages.suppressed:
                continue
            expires = messages.expires.get(message, chunk.expires_at)
            template = templates.get(expires)
            if template is None:
                template = templates[expires] = self._template(chunk, expires, now, gate_now)
            if text is not None:
                found.tokens.append(single(message))
                found.bodies.extend(template.plain_bodies((phone,), (text,), coding))
            else:
                self._add_split(found, template, message, phone, body)
        return found

    def _add_split(
        self, found: Composed, template: SubmitTemplate, message: int, phone: int, body: str
    ) -> None:
        try:
            parts = split(body, self._options, message)
            pdus = bodies(template, b"%d" % phone, parts)
        except (TooManyParts, FieldTooLong, NulInField) as error:
            found.unfit[message] = str(error)
            return
        count = len(pdus)
        if count > MOST_PARTS:
            found.unfit[message] = f"{count} parts: at most {MOST_PARTS} can be followed"
            return
        found.tokens.extend(tokens_of(message, count))
        found.bodies.extend(pdus)
        if parts.count != count:
            found.billed[message] = parts.count

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
