from datetime import UTC, datetime, timedelta, timezone

import pytest

from chappe.kit.clock import DemoClock, FakeClock, SystemClock

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def test_the_system_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC
    assert SystemClock().monotonic() <= SystemClock().monotonic()


def test_a_fake_clock_moves_when_told() -> None:
    clock = FakeClock(NOON)
    before = clock.monotonic()
    clock.advance(1.5, minutes=2)
    assert clock.now() == NOON + timedelta(seconds=121.5)
    assert clock.monotonic() == before + 121.5
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance(-1)


def test_a_corrected_clock_keeps_durations() -> None:
    clock = FakeClock(NOON)
    before = clock.monotonic()
    clock.set(NOON - timedelta(hours=1))
    assert clock.now() == NOON - timedelta(hours=1)
    assert clock.monotonic() == before


def test_times_are_kept_in_utc_and_need_an_offset() -> None:
    assert FakeClock(NOON.astimezone(timezone(timedelta(hours=2)))).now().tzinfo is UTC
    with pytest.raises(ValueError, match="offset"):
        FakeClock(datetime(2026, 3, 10, 12, 0))  # noqa: DTZ001 - a naive time is the point


def test_the_demo_clock_moves_wall_time_only() -> None:
    base = FakeClock(NOON)
    demo = DemoClock(base, timedelta(hours=-3))
    assert demo.now() == NOON - timedelta(hours=3)
    assert demo.monotonic() == base.monotonic()
