"""Receipts that wait long, on disk: millions may be held back without filling the memory of the lab."""

import os
import tempfile
from typing import IO, NamedTuple

import msgspec

from chappe.lab.receipts import Facts


class Ticket(NamedTuple):
    offset: int
    octets: int


class Spool:
    """Batches in an unnamed temporary file, each taken out once. The file appears with the first batch and
    shrinks to nothing when the last one is taken.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._end = 0
        self._inside = 0
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(list[Facts]).decode

    def put(self, batch: list[Facts]) -> Ticket:
        data = self._encode(batch)
        ticket = Ticket(self._end, len(data))
        os.pwrite(self._descriptor(), data, self._end)
        self._end += len(data)
        self._inside += 1
        return ticket

    def take(self, ticket: Ticket) -> list[Facts]:
        """The batch that `put` gave this ticket for."""
        file = self._descriptor()
        batch = self._decode(os.pread(file, ticket.octets, ticket.offset))
        self._inside -= 1
        if not self._inside:
            self._end = 0
            os.ftruncate(file, 0)
        return batch

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _descriptor(self) -> int:
        if self._file is None:
            # Held open as long as the carrier lives.
            self._file = tempfile.TemporaryFile(prefix="chappe-lab-", buffering=0)  # noqa: SIM115
        return self._file.fileno()
