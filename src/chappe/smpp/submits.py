"""submit_sm as a carrier reads them: many at once, in columns.

The submits of a campaign differ in sequence, number and text; the other seventeen fields are one pattern of
octets before the number and one after it. So a submit is recognised by two comparisons and costs a slot in
three lists, a tenth of decoding every field of it.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import overload

from chappe.smpp.constants import HEADER_OCTETS, CommandId
from chappe.smpp.pdu import Message

_SUBMIT_SM = int(CommandId.SUBMIT_SM)
_SHAPES = 16
"""Shapes that one session is recognised by; one campaign uses two (texts of one part, and of several)."""

_unpack_header = struct.Struct(">IIII").unpack_from


class Run:
    """Submits that followed one another and share all but sequence, number and text. `common` has what they
    share; its own sequence, number and text are those of one of them.
    """

    __slots__ = ("common", "destinations", "sequences", "texts")

    def __init__(
        self, common: Message, sequences: list[int], destinations: list[bytes], texts: list[bytes]
    ) -> None:
        self.common = common
        self.sequences = sequences
        self.destinations = destinations
        self.texts = texts

    def __len__(self) -> int:
        return len(self.sequences)

    def message(self, index: int) -> Message:
        m = self.common
        return Message(
            m.command_id,
            self.sequences[index],
            m.service_type,
            m.source_ton,
            m.source_npi,
            m.source,
            m.destination_ton,
            m.destination_npi,
            self.destinations[index],
            m.esm_class,
            m.protocol_id,
            m.priority,
            m.schedule,
            m.validity,
            m.registered_delivery,
            m.replace_if_present,
            m.data_coding,
            m.default_message,
            self.texts[index],
            m.tlvs,
        )


class Submits(Sequence[Message]):
    """A batch, as `runs`; as a sequence it makes the messages one by one, which costs what it saved."""

    __slots__ = ("_count", "runs")

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self.runs = list(runs)
        self._count = sum(map(len, self.runs))

    @classmethod
    def of(cls, messages: Iterable[Message]) -> "Submits":
        """Messages that were decoded already."""
        return cls(Run(m, [m.sequence], [m.destination], [m.short_message]) for m in messages)

    def add(self, run: Run) -> None:
        self.runs.append(run)
        self._count += len(run)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Message]:
        return (run.message(index) for run in self.runs for index in range(len(run)))

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> list[Message]: ...
    def __getitem__(self, index: int | slice) -> Message | list[Message]:
        if isinstance(index, slice):
            return list(self)[index]
        place = range(self._count)[index]
        for run in self.runs:
            if place < len(run):
                return run.message(place)
            place -= len(run)
        raise IndexError(index)

    @property
    def sequences(self) -> list[int]:
        return [sequence for run in self.runs for sequence in run.sequences]

    @property
    def destinations(self) -> list[bytes]:
        return [destination for run in self.runs for destination in run.destinations]

    def select(self, wanted: Sequence[object]) -> "Submits":
        """Those whose place in `wanted` holds something true."""
        kept, start = [], 0
        for run in self.runs:
            marks = wanted[start : start + len(run)]
            start += len(run)
            if any(marks):
                kept.append(
                    Run(
                        run.common,
                        list(compress(run.sequences, marks)),
                        list(compress(run.destinations, marks)),
                        list(compress(run.texts, marks)),
                    )
                )
        return Submits(kept)


class _Shape:
    """What lies before the number, between it and sm_length (its NUL first), and what both say."""

    __slots__ = ("after", "before", "common")

    def __init__(self, message: Message, data: bytes, start: int) -> None:
        before = len(message.service_type) + 1 + 2 + len(message.source) + 1 + 2
        number_end = start + before + len(message.destination)
        # NUL, esm_class, protocol_id, priority, two times with their NULs, four octets (§4.4.1).
        after = 4 + len(message.schedule) + 1 + len(message.validity) + 1 + 4
        self.before = data[start : start + before]
        self.after = data[number_end : number_end + after]
        self.common = message


class SubmitReader:
    """Recognises the submits of one session by the shapes of earlier ones."""

    def __init__(self) -> None:
        self._shapes: list[_Shape] = []

    def learn(self, message: Message, data: bytes, start: int) -> None:
        """`message` was decoded from the body at `start`: know the next one like it."""
        if message.command_id != _SUBMIT_SM or message.tlvs:
            return
        shape = _Shape(message, data, start)
        if all((one.before, one.after) != (shape.before, shape.after) for one in self._shapes):
            self._shapes.insert(0, shape)
            del self._shapes[_SHAPES:]

    def read(self, data: bytes, position: int, most: int, batch: Submits) -> int:
        """Moves whole submits of known shapes from `data`, at most `most`, into `batch`, up to the first PDU
        that is something else; returns where that begins.
        """
        while most > 0:
            for shape in self._shapes:
                run = Run(shape.common, [], [], [])
                end = _read_run(data, position, most, shape, run)
                if end != position:
                    break
            else:
                return position
            position = end
            most -= len(run)
            batch.add(run)
        return position


def _read_run(data: bytes, position: int, most: int, shape: _Shape, run: Run) -> int:
    """The hot loop of the carrier's side: submits of one shape. Returns where the first other PDU begins."""
    before, after = shape.before, shape.after
    to_number, to_text = HEADER_OCTETS + len(before), len(after) + 1
    starts, find, size = data.startswith, data.find, len(data)
    sequences, destinations, texts = run.sequences, run.destinations, run.texts
    while size - position >= HEADER_OCTETS and len(sequences) < most:
        length, command, _, sequence = _unpack_header(data, position)
        end = position + length
        if command != _SUBMIT_SM or end > size or not starts(before, position + HEADER_OCTETS, end):
            break
        number = position + to_number
        nul = find(0, number, end)
        text = nul + to_text
        # A longer number, a text of another length than sm_length, TLVs: left to the general decoder.
        if (
            not 0 <= nul - number <= 20
            or text > end
            or not starts(after, nul, end)
            or data[text - 1] != end - text
        ):
            break
        sequences.append(sequence)
        destinations.append(data[number:nul])
        texts.append(data[text:end])
        position = end
    return position
