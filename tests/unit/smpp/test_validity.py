"""Times as SMPP writes them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from chappe.smpp.validity import UnusableTime, absolute_time, relative_validity


@pytest.mark.parametrize(
    ("seconds", "field"),
    [
        (1, b"000000000001000R"),
        (90, b"000000000130000R"),
        (86_399.9, b"000000235959000R"),
        (86_400, b"000001000000000R"),
        (30 * 86_400, b"000030000000000R"),
    ],
)
def test_a_period_is_written_in_days_and_less(seconds, field):
    assert relative_validity(seconds) == field
    assert len(field) == 16


@pytest.mark.parametrize("seconds", [0, 0.9, -5, 30 * 86_400 + 1])
def test_a_period_out_of_range_is_refused(seconds):
    with pytest.raises(UnusableTime, match="between 1 s and 30 days"):
        relative_validity(seconds)


def test_a_moment_is_written_in_utc():
    moment = datetime(2026, 11, 22, 15, 4, 5, 987_654, tzinfo=timezone(timedelta(hours=1)))
    assert absolute_time(moment) == b"261122140405900+"
    assert absolute_time(datetime(2026, 1, 2, tzinfo=UTC)) == b"260102000000000+"


def test_a_naive_time_is_refused():
    with pytest.raises(UnusableTime, match="offset"):
        absolute_time(datetime(2026, 1, 2))  # noqa: DTZ001 the mistake under test
