"""Bodies of submit_sm and deliver_sm from a template: what does not change is encoded once.

A campaign has one sender and one set of flags; only the number and the text vary. The two PDUs have one
layout (§4.4.1, §4.6.1), so the carrier side builds its deliver_sm in the same way.
"""

from collections.abc import Iterable

from chappe.smpp.constants import Npi, RegisteredDelivery, Ton
from chappe.smpp.encoding import LONGEST_SHORT_MESSAGE, FieldTooLong, NulInField, c_string

_LENGTHS = tuple(bytes((length,)) for length in range(LONGEST_SHORT_MESSAGE + 1))


class MessageTemplate:
    """Builds bodies from fixed parts. FieldTooLong, NulInField when a value does not fit its field."""

    def __init__(
        self,
        source: bytes,
        *,
        source_ton: int,
        source_npi: int,
        destination_ton: int = Ton.INTERNATIONAL,
        destination_npi: int = Npi.ISDN,
        service_type: bytes = b"",
        protocol_id: int = 0,
        priority: int = 0,
        schedule: bytes = b"",
        validity: bytes = b"",
        registered_delivery: int = RegisteredDelivery.FINAL,
        replace_if_present: int = 0,
    ) -> None:
        self._head = (
            c_string(service_type, 6, "service_type")
            + bytes((source_ton, source_npi))
            + c_string(source, 21, "source_addr")
            + bytes((destination_ton, destination_npi))
        )
        self._after_esm = bytes((protocol_id, priority)) + (
            c_string(schedule, 17, "schedule_delivery_time")
            + c_string(validity, 17, "validity_period")
            + bytes((registered_delivery, replace_if_present))
        )
        self._middles: dict[tuple[int, int], bytes] = {}

    def body(
        self,
        destination: bytes,
        short_message: bytes,
        *,
        esm_class: int = 0,
        data_coding: int = 0,
        tlvs: bytes = b"",
    ) -> bytes:
        """The body for one destination; `tlvs` already encoded (`encoding.encode_tlvs`)."""
        if len(destination) > 20:
            raise FieldTooLong("destination_addr", len(destination), 20)
        if 0 in destination:
            raise NulInField("destination_addr")
        length = len(short_message)
        if length > LONGEST_SHORT_MESSAGE:
            raise FieldTooLong("short_message", length, LONGEST_SHORT_MESSAGE)
        middle = self._middles.get((esm_class, data_coding)) or self._middle(esm_class, data_coding)
        return b"%b%b%b%b%b%b" % (self._head, destination, middle, _LENGTHS[length], short_message, tlvs)

    def plain_bodies(
        self, destinations: Iterable[int], texts: Iterable[bytes], data_coding: int = 0
    ) -> list[bytes]:
        """Bodies for numbers of at most 20 digits and texts of at most 254 octets, without flags or TLVs."""
        head = self._head
        middle = self._middles.get((0, data_coding)) or self._middle(0, data_coding)
        return [
            b"%b%d%b%b%b" % (head, number, middle, _LENGTHS[len(text)], text)
            for number, text in zip(destinations, texts, strict=True)
        ]

    def _middle(self, esm_class: int, data_coding: int) -> bytes:
        """What lies between the number and sm_length; a link uses a handful of variants."""
        middle = b"\0" + bytes((esm_class,)) + self._after_esm + bytes((data_coding, 0))
        self._middles[esm_class, data_coding] = middle
        return middle


SubmitTemplate = MessageTemplate
"""The name for the sending side."""
