"""Receipts that wait long, on disk: millions may be held back without filling the memory of the lab."""

import os
import tempfile
from typing import NamedTuple

import msgspec

from chappe.lab.receipts import Facts


class Ticket(NamedTuple):
    offset: int
    octets: int


class Spool:
    """Batches in an unnamed temporary file, each taken out once. The file shrinks to nothing when the last
    batch is taken.
    """

    def __init__(self) -> None:
        # Held open for as long as the carrier lives: `close` ends it.
        self._file = tempfile.TemporaryFile(prefix="chappe-lab-", buffering=0)  # noqa: SIM115
        self._end = 0
        self._inside = 0
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(list[Facts]).decode

    def put(self, batch: list[Facts]) -> Ticket:
        data = self._encode(batch)
        ticket = Ticket(self._end, len(data))
        os.pwrite(self._file.fileno(), data, self._end)
        self._end += len(data)
        self._inside += 1
        return ticket

    def take(self, ticket: Ticket) -> list[Facts]:
        batch = self._decode(os.pread(self._file.fileno(), ticket.octets, ticket.offset))
        self._inside -= 1
        if not self._inside:
            self._end = 0
            os.ftruncate(self._file.fileno(), 0)
        return batch

    def close(self) -> None:
        self._file.close()
