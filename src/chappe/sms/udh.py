"""The user data header, TS 23.040 section 9.2.3.24.

Read from bytes of any origin without ever raising, and written.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from chappe.sms.national import LOCKING_SHIFT_IEI, SINGLE_SHIFT_IEI

CONCATENATION_8_IEI: Final = 0x00
CONCATENATION_16_IEI: Final = 0x08
PORTS_8_IEI: Final = 0x04
PORTS_16_IEI: Final = 0x05


class HeaderTooLong(ValueError):
    """The elements do not fit the length octets; at most 255 octets in an element and 255 in all."""

    def __init__(self, octets: int) -> None:
        super().__init__(
            f"a user data header of {octets} octets does not exist: at most 255 fit, drop an element"
        )


class Element(msgspec.Struct, frozen=True, array_like=True):
    """One information element: its identifier and its octets."""

    identifier: int
    data: bytes


class Concatenated(msgspec.Struct, frozen=True, array_like=True):
    """Part `number` of `total` (from 1) of the message known by `reference`.

    `wide` when the reference has 16 bits.
    """

    reference: int
    total: int
    number: int
    wide: bool


class Header(msgspec.Struct, frozen=True):
    """The elements in order; `whole` is False when one overran the header or the octets ended early."""

    elements: tuple[Element, ...] = ()
    whole: bool = True

    def last(self, identifier: int, length: int) -> bytes | None:
        """The data of the last element so named with the right length.

        "the last occurrence shall be used" (9.2.3.24).
        """
        for element in reversed(self.elements):
            if element.identifier == identifier and len(element.data) == length:
                return element.data
        return None

    @property
    def concatenated(self) -> Concatenated | None:
        """The place of this part.

        None without one, or when its numbers are impossible and must be ignored (9.2.3.24.1).
        """
        for identifier, length in ((CONCATENATION_16_IEI, 4), (CONCATENATION_8_IEI, 3)):
            data = self.last(identifier, length)
            if data is not None:
                reference = int.from_bytes(data[:-2], "big")
                total, number = data[-2], data[-1]
                if 1 <= number <= total:
                    return Concatenated(reference, total, number, length == 4)
        return None

    @property
    def locking_shift(self) -> int:
        """National language of the main table, 0 = default."""
        data = self.last(LOCKING_SHIFT_IEI, 1)
        return data[0] if data else 0

    @property
    def single_shift(self) -> int:
        """National language of the extension table, 0 = default."""
        data = self.last(SINGLE_SHIFT_IEI, 1)
        return data[0] if data else 0

    @property
    def ports(self) -> tuple[int, int] | None:
        """Application ports (destination, source): the message is for a program, not for a reader."""
        for identifier, width in ((PORTS_16_IEI, 2), (PORTS_8_IEI, 1)):
            data = self.last(identifier, 2 * width)
            if data is not None:
                return int.from_bytes(data[:width], "big"), int.from_bytes(data[width:], "big")
        return None


def parse(payload: bytes) -> tuple[Header, bytes]:
    """Header and what follows it, for a short_message whose esm_class has UDHI set. Never raises.

    A length octet that points past the end means that there is no header: all octets are then text.
    """
    if not payload or payload[0] >= len(payload):
        return Header(whole=False), payload
    end = 1 + payload[0]
    elements: list[Element] = []
    place = 1
    while place + 2 <= end:
        length = payload[place + 1]
        if place + 2 + length > end:
            break
        elements.append(Element(payload[place], payload[place + 2 : place + 2 + length]))
        place += 2 + length
    return Header(tuple(elements), place == end), payload[end:]


def compose(elements: Iterable[Element]) -> bytes:
    """The header with its length octet; empty when there is no element. Raises `HeaderTooLong`."""
    octets = b""
    for element in elements:
        if len(element.data) > 255:
            raise HeaderTooLong(len(element.data))
        octets += bytes((element.identifier, len(element.data))) + element.data
    if len(octets) > 255:
        raise HeaderTooLong(len(octets))
    return bytes((len(octets),)) + octets if octets else b""
