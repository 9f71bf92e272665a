"""When refused messages are tried again, and the chunks that carry them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.engine.model import ClaimedChunk
from chappe.engine.outcomes import Action, PartOutcome, action_of, reason_of, verdict
from chappe.engine.retries import (
    GivenUp,
    Retry,
    after_silence,
    in_next_window,
    next_try,
    remnants,
    unchanged,
)
from chappe.messages.model import MessageState, Purpose
from chappe.smpp.status import StatusClass

NOW = datetime(2026, 3, 10, 10, 0, 0, tzinfo=UTC)


def chunk(
    *, attempt: int = 0, lane: int = Purpose.MARKETING, zones: str | None = "Europe/Paris"
) -> ClaimedChunk:
    return ClaimedChunk(
        1, 1, 1, UUID(int=1), "36180", int(lane), 0, 100, NOW, None, zones, None, attempt, None, 1
    )


def test_three_pauses_then_the_other_carrier_then_failed() -> None:
    pauses = []
    for attempt in range(3):
        found = next_try(chunk(attempt=attempt), Action.LATER, "why", NOW, carrier=9, others=True)
        assert isinstance(found, Retry)
        assert (found.attempt, found.not_carrier) == (attempt + 1, None)
        pauses.append((found.due_at - NOW).total_seconds())
    assert pauses == [30, 120, 600]
    elsewhere = next_try(chunk(attempt=3), Action.LATER, "why", NOW, carrier=9, others=True)
    assert isinstance(elsewhere, Retry)
    assert (elsewhere.due_at, elsewhere.attempt, elsewhere.not_carrier) == (NOW, 4, 9)
    last = next_try(chunk(attempt=4), Action.LATER, "why", NOW, carrier=8, others=True)
    assert last == GivenUp(MessageState.FAILED, "retries exhausted: why")


def test_without_another_carrier_there_is_no_elsewhere() -> None:
    assert next_try(chunk(attempt=3), Action.LATER, "why", NOW, carrier=9, others=False) == GivenUp(
        MessageState.FAILED, "retries exhausted: why"
    )
    assert next_try(chunk(), Action.ELSEWHERE, "why", NOW, carrier=9, others=False) == GivenUp(
        MessageState.REJECTED, "why"
    )


def test_only_a_password_is_sent_again_after_silence_and_only_once() -> None:
    assert after_silence(chunk(lane=Purpose.OTP), NOW) is not None
    assert after_silence(chunk(lane=Purpose.OTP, attempt=1), NOW) is None
    for purpose in set(Purpose) - {Purpose.OTP}:
        assert after_silence(chunk(lane=purpose), NOW) is None


def test_the_rest_waits_for_the_next_allowed_hours() -> None:
    evening = datetime(2026, 3, 10, 19, 30, tzinfo=UTC)
    found = in_next_window(chunk(), evening)
    assert found.due_at == datetime(2026, 3, 11, 7, 0, tzinfo=UTC)
    assert found.window_end == datetime(2026, 3, 11, 19, 0, tzinfo=UTC)


RETRIES = [unchanged(chunk(), NOW), Retry(NOW + timedelta(seconds=30), 1, None, None), Retry(NOW, 4, 9, None)]


@given(st.dictionaries(st.integers(0, 300), st.sampled_from(RETRIES)))
def test_remnants_cover_each_message_once_with_its_own_retry(left: dict[int, Retry]) -> None:
    found = remnants(chunk(), list(left.items()))
    for message, retry in left.items():
        covering = [one for one in found if one.lo <= message < one.hi]
        assert len(covering) == 1
        assert (covering[0].due_at, covering[0].attempt, covering[0].not_carrier) == retry[:3]
    assert all(a.hi <= b.lo for a, b in pairwise(found))
    assert not any(a[3:] == b[3:] for a, b in pairwise(found))


SENT, AGAIN, LATER = (PartOutcome(action) for action in (Action.SENT, Action.AGAIN, Action.LATER))
REFUSED = PartOutcome(Action.REFUSED, 0x0B)
UNKNOWN, UNWRITTEN = PartOutcome(Action.UNKNOWN), PartOutcome(Action.UNWRITTEN)


@pytest.mark.parametrize(
    ("parts", "state", "action", "missing"),
    [
        ([SENT, SENT], MessageState.SENT, Action.SENT, ()),
        ([SENT, UNKNOWN], MessageState.UNKNOWN, Action.SENT, ()),
        ([SENT, REFUSED], MessageState.FAILED, Action.SENT, ()),
        ([REFUSED, AGAIN], MessageState.REJECTED, Action.SENT, ()),
        ([SENT, AGAIN, SENT], None, Action.AGAIN, (1,)),
        ([LATER, SENT], None, Action.AGAIN, (0,)),
        ([LATER, AGAIN], None, Action.LATER, ()),
        ([AGAIN, AGAIN], None, Action.AGAIN, (0, 1)),
        ([UNWRITTEN, UNWRITTEN], None, Action.UNWRITTEN, ()),
    ],
)
def test_what_the_parts_make_of_their_message(parts, state, action, missing) -> None:
    found = verdict(parts, resume=True)
    assert (found.state, found.action, found.missing) == (state, action, missing)


def test_a_half_submitted_text_is_not_resumed_after_its_minute() -> None:
    found = verdict([SENT, AGAIN], resume=False)
    assert (found.state, found.reason) == (MessageState.UNKNOWN, "partial")


def test_statuses_by_action() -> None:
    assert action_of(0x58, {}) is Action.AGAIN
    assert action_of(0x08, {}) is Action.LATER
    assert action_of(0x45, {}) is Action.ELSEWHERE
    assert action_of(0x0B, {}) is Action.REFUSED
    assert action_of(0x0455, {}) is Action.REFUSED
    assert action_of(0x45, {0x45: StatusClass.PERMANENT}) is Action.REFUSED
    assert reason_of(0x0B) == "0x0000000B RINVDSTADR"
    assert reason_of(0x455) == "0x00000455"
