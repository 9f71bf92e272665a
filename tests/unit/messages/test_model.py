"""Ids carry their day; words map to numbers and back."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from chappe.messages.model import (
    DERIVED,
    EXCEPTIONAL,
    FINAL,
    MessageState,
    Purpose,
    day_of,
    first_id_of_day,
    utc_day,
)


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 11, 22), date(2028, 2, 29)])
def test_an_id_carries_its_day(day: date) -> None:
    first = first_id_of_day(day)
    assert day_of(first) == day_of(first + (1 << 40) - 1) == day
    assert first + (1 << 40) == first_id_of_day(day + timedelta(days=1))


def test_the_day_is_utc() -> None:
    assert utc_day(datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))) == date(2026, 2, 28)
    assert utc_day(datetime(2026, 3, 1, tzinfo=UTC)) == date(2026, 3, 1)


def test_words() -> None:
    for state in MessageState:
        assert MessageState.named(state.label) is state
    for purpose in Purpose:
        assert Purpose.named(purpose.label) is purpose
    assert MessageState.named("Delivered") is None
    assert Purpose.named("") is None


def test_every_state_is_derived_or_stored_and_final_ones_are_stored() -> None:
    assert not DERIVED & FINAL
    assert set(MessageState) == DERIVED | FINAL | {MessageState.SENT, MessageState.UNKNOWN}
    assert FINAL | {MessageState.UNKNOWN} > EXCEPTIONAL
    assert min(Purpose) is Purpose.OTP
    assert max(Purpose) is Purpose.MARKETING
