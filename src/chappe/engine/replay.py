"""Reads the journals of an earlier session of the same owner: what was written, what was answered."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from chappe.engine.journal import COUNT, HEAD, KIND_ANSWERED, KIND_WRITTEN, MAGIC, RECORD, WRITTEN
from chappe.engine.tokens import message_of


@dataclass(slots=True)
class Replay:
    """What the journals tell of one link.

    `written`: chunk id → message id → tokens handed to the socket, in order. `answers`: token → (status,
    provider id) of its latest write. `sessions`: link tokens whose journal is here; of a chunk leased under
    another nothing is known.
    """

    written: dict[int, dict[int, list[int]]] = field(default_factory=dict)
    answers: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    sessions: set[int] = field(default_factory=set)
    truncated: int = 0


def replay(segments: Iterable[Path], *, boot: bytes, carrier: int) -> Replay:
    """Read the segments in order. Those of another boot are not believed: the kernel may have lost their end.

    A truncated or damaged tail ends its segment: what follows it was never handed to the socket.
    """
    found = Replay()
    for path in segments:
        data = path.read_bytes()
        if len(data) < HEAD.size:
            continue
        magic, its_boot, its_carrier, token = HEAD.unpack_from(data)
        if magic != MAGIC or its_boot != boot or its_carrier != carrier:
            continue
        found.sessions.add(token)
        for kind, payload in _records(data, found):
            if kind == KIND_WRITTEN:
                _take_written(found, payload)
            elif kind == KIND_ANSWERED:
                _take_answers(found, payload)
    return found


def writes(segments: Iterable[Path]) -> list[tuple[int, int]]:
    """(monotonic ns, parts) of every write to the socket, oldest first: what a limit is held against."""
    found = []
    for path in segments:
        for kind, payload in _records(path.read_bytes(), Replay()):
            if kind == KIND_WRITTEN:
                at_ns, _ = WRITTEN.unpack_from(payload)
                found.append((at_ns, (len(payload) - WRITTEN.size) // 8))
    return found


def _records(data: bytes, found: Replay) -> Iterator[tuple[int, memoryview]]:
    view, place = memoryview(data), HEAD.size
    while place < len(data):
        if place + RECORD.size > len(data):
            break
        kind, length, checksum = RECORD.unpack_from(data, place)
        start = place + RECORD.size
        payload = view[start : start + length]
        if len(payload) < length or crc32(payload) != checksum:
            break
        yield kind, payload
        place = start + length
    if place < len(data):
        found.truncated += 1


def _take_written(found: Replay, payload: memoryview) -> None:
    _, chunk = WRITTEN.unpack_from(payload)
    messages = found.written.setdefault(chunk, {})
    for token in array("q", payload[WRITTEN.size :].tobytes()):
        # Written again after a refusal: the answer to the first write no longer counts.
        found.answers.pop(token, None)
        tokens = messages.setdefault(message_of(token), [])
        if token not in tokens:
            tokens.append(token)


def _take_answers(found: Replay, payload: memoryview) -> None:
    (count,) = COUNT.unpack_from(payload)
    place = COUNT.size
    tokens = array("q", payload[place : place + 8 * count].tobytes())
    place += 8 * count
    statuses = array("I", payload[place : place + 4 * count].tobytes())
    place += 4 * count
    lengths = payload[place : place + count].tobytes()
    place += count
    for token, status, length in zip(tokens, statuses, lengths, strict=True):
        found.answers[token] = (status, payload[place : place + length].tobytes())
        place += length
