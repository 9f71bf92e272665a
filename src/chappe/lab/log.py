"""The carrier's log: every submit, answer, receipt and acknowledgement, in the order of the wire.

The file is a sequence of frames, one per batch that was read or written: a fixed head (kind, link, number
of rows, octets, monotonic ns, wall ns) and the rows in MessagePack. So a message costs a slot in one list,
not a write. The monotonic time is CLOCK_MONOTONIC, comparable between the processes of one machine.
"""

import itertools
import os
import time
from collections.abc import Iterator, Sequence
from enum import IntEnum
from io import BufferedReader
from pathlib import Path
from struct import Struct

import msgspec

from chappe.lab.receipts import Facts
from chappe.smpp.pdu import Answer, Reply
from chappe.smpp.submits import Run, Submits

_MAGIC = b"chappe lab log 1\n"
_HEAD = Struct("<BxxxIIIQQ")
_FLUSH_OCTETS = 256 * 1024


class FrameKind(IntEnum):
    BOUND = 1
    SUBMITS = 2
    ANSWERS = 3
    DELIVERIES = 4
    ACKS = 5
    GONE = 6


class BoundRow(msgspec.Struct, array_like=True, frozen=True):
    """A link is bound; its number is that of the frame."""

    carrier: str
    system_id: str
    kind: str
    peer: str


class SubmitRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One submit_sm or data_sm as read. `text` is the user data with its header (UDH), if it has one."""

    sequence: int
    source_ton: int
    source: bytes
    destination: bytes
    esm_class: int
    data_coding: int
    registered_delivery: int
    validity: bytes
    text: bytes
    tlvs: tuple[tuple[int, bytes], ...]


class RunRow(msgspec.Struct, array_like=True, frozen=True):
    """Submits read together that share all but three columns, as the file has them; readers get a `SubmitRow`
    for each.
    """

    source_ton: int
    source: bytes
    esm_class: int
    data_coding: int
    registered_delivery: int
    validity: bytes
    tlvs: tuple[tuple[int, bytes], ...]
    sequences: list[int]
    destinations: list[bytes]
    texts: list[bytes]

    def submits(self) -> list[SubmitRow]:
        return [
            SubmitRow(
                sequence,
                self.source_ton,
                self.source,
                destination,
                self.esm_class,
                self.data_coding,
                self.registered_delivery,
                self.validity,
                text,
                self.tlvs,
            )
            for sequence, destination, text in zip(self.sequences, self.destinations, self.texts, strict=True)
        ]


class AnswerRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    sequence: int
    status: int
    id: bytes


class FactsRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A receipt (`state` of the message, 1…9) or a part of a phone's reply (`state` 0, `text` in UTF-8)."""

    id: bytes
    phone: bytes
    sender: bytes
    submitted: bytes
    state: int
    text: bytes


class DeliveryRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Deliveries written together: `tokens[i]` is that of `facts[i]`. What is delivered again has the same
    token; a duplicate made on purpose has its own.
    """

    tokens: list[int]
    facts: list[FactsRow]


class AckRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The client's answer to a delivery."""

    token: int
    status: int


class GoneRow(msgspec.Struct, array_like=True, frozen=True):
    reason: str


Row = BoundRow | SubmitRow | AnswerRow | DeliveryRow | AckRow | GoneRow

_DECODERS: dict[int, msgspec.msgpack.Decoder[list[Row]]] = {
    kind: msgspec.msgpack.Decoder(list[row])  # type: ignore[valid-type]  # a type held in a variable
    for kind, row in (
        (FrameKind.BOUND, BoundRow),
        (FrameKind.ANSWERS, AnswerRow),
        (FrameKind.DELIVERIES, DeliveryRow),
        (FrameKind.ACKS, AckRow),
        (FrameKind.GONE, GoneRow),
    )
}
_decode_runs = msgspec.msgpack.Decoder(list[RunRow]).decode


class Frame(msgspec.Struct, frozen=True):
    """One batch: `rows` are of the type of `kind`, all read or written at the same instant."""

    kind: FrameKind
    link: int
    monotonic_ns: int
    time_ns: int
    rows: list[Row]


class LogWriter:
    """Appends frames in large writes. `path` None keeps nothing (measurements without a log), and so does a
    log that is not open. `links` and `tokens` number what it tells apart.

    A file that has reached `limit` octets (0: none) is kept as `earlier`, in the place of the one before it,
    and a new one begins with the links that are bound: a lab that runs for months takes twice the limit.
    """

    def __init__(self, path: Path | None, limit: int = 0) -> None:
        self.path = path
        self.earlier = path.with_name(f"{path.name}.1") if path is not None else None
        self._limit = limit
        self._size = 0
        self._bound: dict[int, BoundRow] = {}
        self.frames = 0
        self.links = itertools.count(1)
        self.tokens = itertools.count(1)
        self._encode = msgspec.msgpack.Encoder().encode
        self._pending: list[bytes] = []
        self._octets = 0
        self._file = -1

    def open(self) -> None:
        """Begin a new file. OSError when it cannot be made."""
        if self.path is not None:
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._write(_MAGIC)

    def bound(self, link: int, row: BoundRow) -> None:
        self._bound[link] = row
        self._frame(FrameKind.BOUND, link, [row])

    def submits(self, link: int, batch: Submits) -> None:
        if self._file >= 0:
            self._frame(FrameKind.SUBMITS, link, [_run_row(run) for run in batch.runs], len(batch))

    def answers(self, link: int, batch: Sequence[Reply]) -> None:
        self._frame(FrameKind.ANSWERS, link, batch)

    def deliveries(self, link: int, tokens: Sequence[int], facts: Sequence[Facts]) -> None:
        self._frame(FrameKind.DELIVERIES, link, [(tokens, facts)])

    def acks(self, link: int, batch: Sequence[Answer]) -> None:
        self._frame(FrameKind.ACKS, link, batch)

    def gone(self, link: int, reason: str) -> None:
        self._bound.pop(link, None)
        self._frame(FrameKind.GONE, link, [GoneRow(reason)])

    def flush(self) -> None:
        """Hands what is pending to the kernel: it then outlives this process."""
        if self._pending and self._file >= 0:
            data = b"".join(self._pending)
            self._pending.clear()
            self._octets = 0
            self._size += len(data)
            while data:
                data = data[os.write(self._file, data) :]
            if 0 < self._limit <= self._size:
                self._begin_again()

    def close(self) -> None:
        self.flush()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _begin_again(self) -> None:
        assert self.path is not None
        assert self.earlier is not None
        os.close(self._file)
        os.replace(self.path, self.earlier)
        self._size = 0
        self.open()
        for link, row in self._bound.items():
            self._frame(FrameKind.BOUND, link, [row])

    def _frame(self, kind: FrameKind, link: int, rows: Sequence[object], count: int | None = None) -> None:
        if self._file < 0:
            return
        data = self._encode(rows)
        count = len(rows) if count is None else count
        head = _HEAD.pack(kind, link, count, len(data), time.monotonic_ns(), time.time_ns())
        self.frames += 1
        self._write(head + data)

    def _write(self, data: bytes) -> None:
        self._pending.append(data)
        self._octets += len(data)
        if self._octets >= _FLUSH_OCTETS:
            self.flush()


def read_log(path: Path, *, kinds: frozenset[FrameKind] | None = None) -> Iterator[Frame]:
    """The frames of a log, oldest first; only those of `kinds` are decoded when given.

    A frame that is still being written ends the iteration. ValueError when the file is no log of the lab.
    """
    with path.open("rb") as file:
        start = file.read(len(_MAGIC))
        if not _MAGIC.startswith(start):
            raise ValueError(f"{path} is no log of the carrier lab")
        yield from _frames(file, kinds)


def _frames(file: BufferedReader, kinds: frozenset[FrameKind] | None) -> Iterator[Frame]:
    while len(head := file.read(_HEAD.size)) == _HEAD.size:
        kind, link, _, octets, monotonic_ns, time_ns = _HEAD.unpack(head)
        if kinds is not None and kind not in kinds:
            file.seek(octets, os.SEEK_CUR)
            continue
        data = file.read(octets)
        if len(data) < octets:
            return
        if kind == FrameKind.SUBMITS:
            rows: list[Row] = [submit for run in _decode_runs(data) for submit in run.submits()]
        else:
            rows = _DECODERS[kind].decode(data)
        yield Frame(FrameKind(kind), link, monotonic_ns, time_ns, rows)


def _run_row(run: Run) -> tuple[object, ...]:
    """A plain tuple: it encodes as a `RunRow` does, and nothing is copied."""
    m = run.common
    # A text in message_payload is in a run of its own, since its TLVs are.
    texts = [m.text] if m.tlvs and not m.short_message else run.texts
    return (
        m.source_ton,
        m.source,
        m.esm_class,
        m.data_coding,
        m.registered_delivery,
        m.validity,
        m.tlvs,
        run.sequences,
        run.destinations,
        texts,
    )
