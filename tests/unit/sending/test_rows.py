"""Rows of the ledger: every message one id, every chunk one plain range of what goes out together."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chappe.content.model import MOST_PARTS
from chappe.gate.model import Code, Decision, Recipient
from chappe.messages.model import MessageState, Purpose
from chappe.sending.composing import measured, with_text
from chappe.sending.model import Composed
from chappe.sending.rows import MOST_IN_CHUNK, Common, rows_of

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
COMMON = Common(1, None, UUID(int=3), "38200", UUID(int=9), Purpose.MARKETING, None)
DECISIONS = [
    Decision(Code.SEND, NOW, NOW + timedelta(hours=9)),
    Decision(Code.DEFERRED_HOURS, NOW + timedelta(hours=12), NOW + timedelta(hours=20)),
    Decision(Code.SUPPRESSED, None, None),
    Decision(Code.NO_CONSENT, None, None),
]


def composed(number: int, decision: Decision, zones: str = "Europe/Paris") -> Composed:
    recipient = Recipient(number, 33600000000 + number, 1, True, 0, zones, "FR", None)
    return Composed(recipient, decision, None if decision.skipped else f"Text {number}", 0, 1)


CHOICES = st.lists(
    st.tuples(st.sampled_from(DECISIONS), st.sampled_from(["Europe/Paris", "Asia/Tokyo"])), max_size=60
)


@given(CHOICES, st.integers(1, 2**50))
def test_ids_and_ranges(choices: list[tuple[Decision, str]], first_id: int) -> None:
    batch = [composed(number, *choice) for number, choice in enumerate(choices)]
    rows = rows_of(batch, COMMON, first_id, NOW)
    assert [message.id for message in rows.messages] == list(range(first_id, first_id + len(batch)))
    assert sorted(rows.ids) == [message.id for message in rows.messages]
    by_id = {message.id: message for message in rows.messages}
    covered: list[int] = []
    for chunk in rows.chunks:
        covered += range(chunk.lo, chunk.hi)
    assert len(covered) == len(set(covered))
    assert set(covered) | {state.id for state in rows.states} == set(by_id)
    for position, one in enumerate(batch):
        message = by_id[rows.ids[position]]
        assert message.phone == one.recipient.phone
        assert (message.body is None) == one.decision.skipped
        for chunk in rows.chunks:
            if chunk.lo <= message.id < chunk.hi:
                assert (chunk.due_at, chunk.window_end) == one.decision[1:3]
                assert chunk.zones == one.recipient.zones


def test_a_long_batch_is_cut_into_chunks() -> None:
    batch = [composed(number, DECISIONS[0]) for number in range(2 * MOST_IN_CHUNK + 1)]
    sizes = [chunk.hi - chunk.lo for chunk in rows_of(batch, COMMON, 5, NOW).chunks]
    assert sizes == [MOST_IN_CHUNK, MOST_IN_CHUNK, 1]


def test_texts_of_unbearable_length_and_empty_ones_are_skipped() -> None:
    recipient = composed(1, DECISIONS[0]).recipient
    cases = {
        "x" * 160: (1, Code.SEND),
        "x" * 161: (2, Code.SEND),
        "x" * 153 * MOST_PARTS: (10, Code.SEND),
        "x" * (153 * MOST_PARTS + 1): (0, Code.TOO_LONG),
        "x" * 1_000_000: (0, Code.TOO_LONG),
        "☃" * 71: (2, Code.SEND),
        " \n": (0, Code.EMPTY_TEXT),
        "": (0, Code.EMPTY_TEXT),
    }
    for text, (parts, code) in cases.items():
        one = with_text(recipient, DECISIONS[0], measured(text))
        assert (one.parts, one.decision.code) == (parts, code), text[:10]
        assert (one.text is None) == code.skips


def test_skips_are_states_with_their_reason() -> None:
    rows = rows_of([composed(1, DECISIONS[2])], COMMON, 5, NOW)
    [state] = rows.states
    assert (state.state, state.reason, state.done_at) == (MessageState.SKIPPED, "suppressed", NOW)
    assert rows.chunks == []
