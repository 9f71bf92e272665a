"""A cursor over the body of one PDU, for the PDUs that are rare enough to be read field by field."""

import struct

from chappe.smpp.constants import CommandStatus
from chappe.smpp.pdu import Tlvs

_tag_and_length = struct.Struct(">HH").unpack_from


class Malformed(Exception):
    """The body cannot be read; `decoding` turns it into a `DecodeFailure`, it goes no further."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Reader:
    """Reads `data[start:end]` in order; `Malformed` when a field does not fit."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self._data = data
        self._at = start
        self._end = end

    @property
    def empty(self) -> bool:
        return self._at >= self._end

    def octet(self) -> int:
        if self._at >= self._end:
            raise _beyond()
        value = self._data[self._at]
        self._at += 1
        return value

    def optional_octet(self) -> int:
        """Zero when the body ends here."""
        return 0 if self.empty else self.octet()

    def integer(self) -> int:
        """Four octets, most significant first (§3.1)."""
        return int.from_bytes(self.octets(4), "big")

    def octets(self, count: int) -> bytes:
        stop = self._at + count
        if stop > self._end:
            raise _beyond()
        value = self._data[self._at : stop]
        self._at = stop
        return value

    def string(self) -> bytes:
        """A C-Octet String, without its NUL (§3.1)."""
        stop = self._data.find(0, self._at, self._end)
        if stop < 0:
            raise _beyond()
        value = self._data[self._at : stop]
        self._at = stop + 1
        return value

    def optional_string(self) -> bytes:
        """Empty when the body ends here; the rest of the body when its NUL was forgotten, as some do."""
        if self._data.find(0, self._at, self._end) < 0:
            return self.rest()
        return self.string()

    def rest(self) -> bytes:
        value = self._data[self._at : self._end]
        self._at = self._end
        return value

    def tlvs(self) -> Tlvs:
        """The optional parameters to the end of the PDU (§3.2.4.1)."""
        found = []
        while not self.empty:
            tag, length = _tag_and_length(self.octets(4))
            found.append((tag, self.octets(length)))
        return tuple(found)

    def readable_tlvs(self) -> Tlvs:
        """As `tlvs`, but none when they are broken: an answer counts whatever trails it."""
        try:
            return self.tlvs()
        except Malformed:
            return ()


def _beyond() -> Malformed:
    return Malformed(CommandStatus.ESME_RINVCMDLEN, "a field goes beyond the PDU")
