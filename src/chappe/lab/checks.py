"""What the log proves: the questions that fault tests ask of the carrier's own record.

Every function reads the log from its start, a million submits in a few seconds. `submits` holds what it
returns; the counting functions hold one entry per destination and part.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path

import msgspec

from chappe.lab.log import (
    AckRow,
    AnswerRow,
    BoundRow,
    DeliveryRow,
    FactsRow,
    Frame,
    FrameKind,
    SubmitRow,
    read_log,
)
from chappe.lab.part_text import part_text
from chappe.smpp.constants import EsmClass, MessageState

Part = tuple[str, int]
"""(destination, number of the part)."""

_SECOND_NS = 1_000_000_000
_UDHI = int(EsmClass.UDHI)


class Submitted(msgspec.Struct, frozen=True):
    """One submit as the carrier read it, with what it answered: `status` and `id` are None when it never
    did. `ordinal` counts all submits of the log from 0.
    """

    ordinal: int
    monotonic_ns: int
    time_ns: int
    carrier: str
    system_id: str
    link: int
    sequence: int
    source: str
    destination: str
    esm_class: int
    data_coding: int
    registered_delivery: int
    validity: str
    reference: int
    total: int
    part: int
    text: str
    status: int | None
    id: str | None


class ReceiptSent(msgspec.Struct, frozen=True):
    """One receipt. `times` is how often it was written (again after a lost link or a refusal); `acked` when
    the client accepted one of them.
    """

    token: int
    id: str
    phone: str
    sender: str
    state: str
    monotonic_ns: int
    times: int
    acked: bool


def submits(
    path: Path, *, since: int = 0, limit: int | None = None, destination: str | None = None
) -> list[Submitted]:
    """The submits from number `since` on, at most `limit`, of one destination if given; oldest first."""
    wanted = destination.removeprefix("+").encode() if destination is not None else None
    links: dict[int, BoundRow] = {}
    found = [
        (ordinal, frame, row, answer)
        for ordinal, frame, row, answer in _joined(path, links)
        if ordinal >= since and (wanted is None or row.destination == wanted)
    ]
    found.sort(key=itemgetter(0))
    return [
        _submitted(ordinal, frame, links[frame.link], row, answer)
        for ordinal, frame, row, answer in found[:limit]
    ]


def submits_per_part(path: Path, *, refused: bool = False) -> Counter[Part]:
    """How often each part of each destination was submitted. Explicit refusals count only with `refused`:
    promise I2 allows another try after one.
    """
    counts: Counter[tuple[bytes, int]] = Counter()
    for _, _, row, answer in _joined(path, {}):
        if refused or answer is None or not answer.status:
            counts[row.destination, _part_number(row)] += 1
    return Counter({(number.decode("latin-1"), part): count for (number, part), count in counts.items()})


def repeated(path: Path) -> dict[Part, int]:
    """The parts that were submitted more than once without an explicit refusal in between (I2)."""
    return {part: count for part, count in submits_per_part(path).items() if count > 1}


def busiest_second(path: Path, carrier: str | None = None) -> int:
    """The most parts that were read in any sliding second (I8)."""
    window: deque[tuple[int, int]] = deque()
    inside = most = 0
    for moment, parts in _arrivals(path, carrier):
        window.append((moment, parts))
        inside += parts
        while window[0][0] <= moment - _SECOND_NS:
            inside -= window.popleft()[1]
        most = max(most, inside)
    return most


def quietest_second(path: Path, carrier: str | None = None) -> int:
    """The fewest parts read in any sliding second that lies between the first and the last submit; 0 when
    the log is shorter than a second.
    """
    arrivals = list(_arrivals(path, carrier))
    if not arrivals or arrivals[-1][0] - arrivals[0][0] < _SECOND_NS:
        return 0
    # The emptiest windows begin just after an arrival and end just before one.
    least, inside, end = None, 0, 0
    for begin, (moment, _) in enumerate(arrivals):
        if moment + _SECOND_NS > arrivals[-1][0]:
            break
        while end < len(arrivals) and arrivals[end][0] <= moment + _SECOND_NS:
            inside += arrivals[end][1]
            end += 1
        inside -= arrivals[begin][1]
        least = inside if least is None else min(least, inside)
    return least or 0


def statuses(path: Path) -> Counter[int | None]:
    """How many submits got each command_status; None: no answer."""
    return Counter(answer.status if answer else None for _, _, _, answer in _joined(path, {}))


def destinations(path: Path) -> set[str]:
    """The numbers that something was submitted to."""
    frames = read_log(path, kinds=frozenset({FrameKind.SUBMITS}))
    return {row.destination.decode("latin-1") for f in frames for row in f.rows if isinstance(row, SubmitRow)}


def submits_after(path: Path, monotonic_ns: int, numbers: Iterable[str] | None = None) -> list[Submitted]:
    """The submits read after an instant of `time.monotonic_ns()`, to these numbers if given (I4, I5)."""
    wanted = None if numbers is None else {number.removeprefix("+") for number in numbers}
    return [
        submit
        for submit in submits(path)
        if submit.monotonic_ns > monotonic_ns and (wanted is None or submit.destination in wanted)
    ]


def receipts(path: Path) -> list[ReceiptSent]:
    """All receipts that were delivered, in the order of their first delivery."""
    return [delivery for delivery in _deliveries(path) if delivery.state != _REPLY]


def replies(path: Path) -> list[ReceiptSent]:
    """The parts of phones' replies that were delivered; their `state` is REPLY and their `id` empty."""
    return [delivery for delivery in _deliveries(path) if delivery.state == _REPLY]


_REPLY = "REPLY"


def _deliveries(path: Path) -> list[ReceiptSent]:
    first: dict[int, tuple[FactsRow, int]] = {}
    times: Counter[int] = Counter()
    acked: set[int] = set()
    for frame in read_log(path, kinds=frozenset({FrameKind.DELIVERIES, FrameKind.ACKS})):
        for row in frame.rows:
            if isinstance(row, DeliveryRow):
                times.update(row.tokens)
                for token, facts in zip(row.tokens, row.facts, strict=True):
                    first.setdefault(token, (facts, frame.monotonic_ns))
            elif isinstance(row, AckRow) and not row.status:
                acked.add(row.token)
    return [
        ReceiptSent(
            token,
            row.id.decode("latin-1"),
            _address(row.phone),
            _address(row.sender),
            MessageState(row.state).name if row.state else _REPLY,
            moment,
            times[token],
            token in acked,
        )
        for token, (row, moment) in first.items()
    ]


def _address(wire: bytes) -> str:
    """Receipts log addresses as on the wire (TON, NPI, address, NUL), replies the address alone."""
    return (wire[2:-1] if wire.endswith(b"\0") else wire).decode("latin-1")


def _joined(
    path: Path, links: dict[int, BoundRow]
) -> Iterator[tuple[int, Frame, SubmitRow, AnswerRow | None]]:
    """(ordinal, frame, submit, answer) of each submit, when its answer is met, the unanswered ones last.
    `links` receives the binds. Holds what is unanswered only.
    """
    kinds = frozenset({FrameKind.BOUND, FrameKind.SUBMITS, FrameKind.ANSWERS})
    waiting: dict[tuple[int, int], tuple[int, Frame, SubmitRow]] = {}
    ordinal = 0
    for frame in read_log(path, kinds=kinds):
        for row in frame.rows:
            if isinstance(row, SubmitRow):
                key = (frame.link, row.sequence)
                if key in waiting:
                    yield (*waiting[key], None)  # the client used its sequence again
                waiting[key] = (ordinal, frame, row)
                ordinal += 1
            elif isinstance(row, AnswerRow):
                # Without a submit: that is in the earlier file, before the log began again.
                if (submit := waiting.pop((frame.link, row.sequence), None)) is not None:
                    yield (*submit, row)
            elif isinstance(row, BoundRow):
                links[frame.link] = row
    for unanswered in waiting.values():
        yield (*unanswered, None)


def _part_number(row: SubmitRow) -> int:
    if not row.esm_class & _UDHI and not row.tlvs:
        return 1
    return part_text(row.text, row.esm_class, row.data_coding, row.tlvs).number


def _arrivals(path: Path, carrier: str | None) -> Iterator[tuple[int, int]]:
    """(monotonic ns, parts) of each batch that was read, by one carrier or by all."""
    links: dict[int, str] = {}
    for frame in read_log(path, kinds=frozenset({FrameKind.BOUND, FrameKind.SUBMITS})):
        if frame.kind is FrameKind.BOUND:
            links.update((frame.link, row.carrier) for row in frame.rows if isinstance(row, BoundRow))
        elif carrier is None or links[frame.link] == carrier:
            yield frame.monotonic_ns, len(frame.rows)


def _submitted(
    ordinal: int, frame: Frame, bound: BoundRow, row: SubmitRow, answer: AnswerRow | None
) -> Submitted:
    part = part_text(row.text, row.esm_class, row.data_coding, row.tlvs)
    return Submitted(
        ordinal=ordinal,
        monotonic_ns=frame.monotonic_ns,
        time_ns=frame.time_ns,
        carrier=bound.carrier,
        system_id=bound.system_id,
        link=frame.link,
        sequence=row.sequence,
        source=row.source.decode("latin-1"),
        destination=row.destination.decode("latin-1"),
        esm_class=row.esm_class,
        data_coding=row.data_coding,
        registered_delivery=row.registered_delivery,
        validity=row.validity.decode("latin-1"),
        reference=part.reference,
        total=part.total,
        part=part.number,
        text=part.text,
        status=answer.status if answer else None,
        id=answer.id.decode("latin-1") if answer and answer.id else None,
    )
