"""The order in which held chunks are sent, and that those with nothing left to send are let go."""

from datetime import UTC, datetime
from uuid import UUID

from chappe.engine.composition import Composed
from chappe.engine.held import HeldChunk
from chappe.engine.lanes import Lanes
from chappe.engine.model import ClaimedChunk, Outgoing
from chappe.engine.tokens import single
from chappe.messages.model import Purpose

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)


def held(number: int, lane: Purpose = Purpose.MARKETING) -> HeldChunk:
    """A chunk of two messages."""
    ids = [10 * number, 10 * number + 1]
    chunk = ClaimedChunk(
        number, 1, 1, UUID(int=1), "36180", int(lane), ids[0], ids[-1] + 1, NOW, None, None, None, 0, None, 1
    )
    messages = Outgoing(ids, [33_600_000_000, 33_600_000_001], ["text"] * 2, {}, {}, frozenset())
    return HeldChunk(chunk, messages, Composed([single(one) for one in ids], [b"", b""], {}, {}), 7)


def test_passwords_go_before_a_campaign_and_old_before_new() -> None:
    lanes = Lanes()
    chunks = [held(1), held(2), held(3, Purpose.OTP)]
    for one in chunks:
        lanes.append(one)
    assert [one.chunk.id for one in lanes.in_order()] == [3, 1, 2]


def test_an_emptied_chunk_is_let_go_though_nobody_reads_to_the_end() -> None:
    """A link whose window is always filled before its last chunk kept every chunk it had ever sent."""
    lanes = Lanes()
    chunks = [held(number) for number in range(1, 5)]
    for one in chunks:
        lanes.append(one)
    for one in chunks[:3]:
        assert next(lanes.in_order()) is one
        one.take(2, 0.0, cut=True)
    assert next(lanes.in_order()) is chunks[3]
    assert [one.queued for one in chunks] == [False, False, False, True]


def test_parts_that_come_back_go_first() -> None:
    lanes = Lanes()
    first, second = held(1), held(2)
    for one in (first, second):
        lanes.append(one)
    tokens, _ = first.take(2, 0.0, cut=True)
    assert [one.chunk.id for one in lanes.in_order()] == [2]
    first.again(tokens[0])
    lanes.first(first)
    assert [one.chunk.id for one in lanes.in_order()] == [1, 2]
