"""A page of a campaign: every recipient one id, every chunk one plain range, every delta counted."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chappe.gate.model import Code, Decision
from chappe.messages.model import MessageState, Purpose
from chappe.sending.model import Batch
from chappe.sending.planned import planned
from chappe.sending.rows import MOST_IN_CHUNK, Common

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
COMMON = Common(1, 7, None, "38200", UUID(int=9), Purpose.MARKETING, None)
DECISIONS = [
    Decision(Code.SEND, NOW, NOW + timedelta(hours=9)),
    Decision(Code.SEND, NOW, None),
    Decision(Code.DEFERRED_HOURS, NOW + timedelta(hours=12), NOW + timedelta(hours=20)),
    Decision(Code.SUPPRESSED, None, None),
    Decision(Code.CONTACT_GONE, None, None),
]
SHAPES = st.lists(
    st.tuples(
        st.sampled_from(DECISIONS),
        st.sampled_from(["Europe/Paris", "Asia/Tokyo"]),
        st.integers(1, 1_200),
        st.sampled_from([(0, 1), (8, 1), (0, 2)]),
    ),
    max_size=8,
)


def batch_of(first: int, decision: Decision, zones: str, n: int, kind: tuple[int, int]) -> Batch:
    phones = range(33600000000 + first, 33600000000 + first + n)
    ids = None if decision.code is Code.CONTACT_GONE else range(first, first + n)
    if decision.skipped:
        return Batch(decision, zones, ids, phones, None, 0, 0)
    return Batch(decision, zones, ids, phones, [f"Text {phone}" for phone in phones], *kind)


@given(SHAPES, st.integers(1, 2**50))
def test_ids_and_ranges(shapes: list[tuple[Decision, str, int, tuple[int, int]]], first_id: int) -> None:
    batches = [batch_of(2_000 * at, *shape) for at, shape in enumerate(shapes)]
    page = planned(batches, COMMON, first_id, NOW)
    by_phone = {phone: batch for batch in batches for phone in batch.phones}
    assert [at for block in page.blocks for at in block.ids] == list(
        range(first_id, first_id + len(by_phone))
    )
    covered = [at for chunk in page.chunks for at in range(chunk.lo, chunk.hi)]
    assert covered == list(range(first_id, first_id + len(covered)))
    assert all(chunk.hi - chunk.lo <= MOST_IN_CHUNK for chunk in page.chunks)
    chunk_of = {at: chunk for chunk in page.chunks for at in range(chunk.lo, chunk.hi)}
    for block in page.blocks:
        for place, (message_id, phone) in enumerate(zip(block.ids, block.phones, strict=True)):
            batch, chunk = by_phone[phone], chunk_of.get(message_id)
            assert (block.decision, block.parts) == (batch.decision.code, batch.parts)
            assert (block.reason is None) == (chunk is not None) == (not batch.decision.skipped)
            if chunk is not None:
                assert block.bodies is not None
                assert block.bodies[place] == f"Text {phone}"
                assert (chunk.due_at, chunk.window_end) == batch.decision[1:3]
                assert chunk.zones == (batch.zones if chunk.window_end is not None else None)


@given(SHAPES)
def test_the_counts(shapes: list[tuple[Decision, str, int, tuple[int, int]]]) -> None:
    batches = [batch_of(2_000 * at, *shape) for at, shape in enumerate(shapes)]
    deltas = planned(batches, COMMON, 5, NOW).deltas
    queued = [delta for delta in deltas if delta.state == MessageState.QUEUED]
    assert sum(delta.n for delta in deltas) == sum(len(batch.phones) for batch in batches)
    assert sum(delta.parts for delta in queued) == sum(len(batch.phones) * batch.parts for batch in batches)
    for code in (Code.SUPPRESSED, Code.CONTACT_GONE):
        skipped = sum(len(batch.phones) for batch in batches if batch.decision.code is code)
        counted = sum(delta.n for delta in deltas if delta.reason == code.reason)
        assert skipped == counted
    assert all(delta.reason == "" and delta.run_id == 7 for delta in queued)
