"""The allowed hours against a plain reading of the rule, minute by minute, and around changes of clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chappe.rules.hours import window

ZONES = [
    "Europe/Paris",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "America/Santiago",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Pacific/Apia",
]


def allowed(zones: str, at: datetime) -> bool:
    """The rule as a person reads it off the clocks on the walls."""
    locals_ = [at.astimezone(ZoneInfo(zone)) for zone in zones.split()]
    return all(8 <= local.hour < 20 and local.weekday() < 6 for local in locals_)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True),
    st.integers(0, 6 * 365 * 24 * 60),
)
def test_the_next_opening_is_the_first_allowed_minute(zones: list[str], minute: int) -> None:
    names = " ".join(sorted(zones))
    now = utc(2025, 1, 1) + timedelta(minutes=minute)
    found = window(names, now)
    assert found.open == allowed(names, now)
    if found.opens_at is None or found.closes_at is None:
        assert not any(allowed(names, now + timedelta(minutes=15 * step)) for step in range(4 * 24 * 7))
        return
    assert allowed(names, found.opens_at)
    assert not allowed(names, found.opens_at - timedelta(minutes=1))
    assert allowed(names, found.closes_at - timedelta(minutes=1))
    assert not allowed(names, found.closes_at)
    assert now < found.closes_at
    step = now
    while step < found.opens_at:
        assert not allowed(names, step)
        step += timedelta(minutes=15)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Paris", date(2027, 3, 29)),  # the Monday after the gap
        ("Europe/Paris", date(2026, 10, 26)),  # and after the fold
        ("Europe/Paris", date(2028, 2, 29)),
        ("America/New_York", date(2027, 3, 15)),
        ("America/New_York", date(2026, 11, 2)),
        ("Australia/Lord_Howe", date(2026, 10, 5)),  # half an hour on
        ("Australia/Lord_Howe", date(2027, 4, 5)),  # half an hour back
        ("Africa/Casablanca", date(2026, 2, 16)),  # back for Ramadan
    ],
)
def test_each_minute_around_a_change_of_clocks(zone: str, day: date) -> None:
    start = datetime.combine(day - timedelta(days=3), datetime.min.time(), UTC)
    for minute in range(0, 5 * 24 * 60, 1):
        at = start + timedelta(minutes=minute)
        assert window(zone, at).open == allowed(zone, at), at


def test_saturday_night_waits_for_monday_across_the_gap() -> None:
    found = window("Europe/Paris", utc(2027, 3, 27, 20))  # Saturday 21:00, clocks change on Sunday
    assert not found.open
    assert found.opens_at == utc(2027, 3, 29, 6)  # 8:00 of summer
    assert found.closes_at == utc(2027, 3, 29, 18)


def test_lord_howe_keeps_half_hours() -> None:
    assert window("Australia/Lord_Howe", utc(2026, 10, 2, 22)).opens_at == utc(2026, 10, 2, 21, 30)
    assert window("Australia/Lord_Howe", utc(2026, 10, 4, 12)).opens_at == utc(2026, 10, 4, 21)


def test_every_zone_must_be_open() -> None:
    both = "America/Chicago America/New_York"
    assert not window(both, utc(2026, 3, 10, 12, 30)).open  # 8:30 in New York, 7:30 in Chicago
    found = window(both, utc(2026, 3, 10, 13))
    assert found.open
    assert found.closes_at == utc(2026, 3, 11, 0)  # 20:00 in New York


def test_the_end_is_outside() -> None:
    assert window("UTC", utc(2026, 3, 10, 19, 59)).open
    assert not window("UTC", utc(2026, 3, 10, 20)).open
    assert window("UTC", utc(2026, 3, 10, 8)).open


@pytest.mark.parametrize("zones", ["Europe/Paris Pacific/Auckland", "", "Mars/Olympus", "UTC ../etc/passwd"])
def test_zones_without_a_common_hour_never_open(zones: str) -> None:
    found = window(zones, utc(2026, 3, 10, 12))
    assert found.never
    assert not found.open
    assert found.opens_at is None


def test_any_offset_of_now_is_the_same_instant() -> None:
    now = utc(2026, 3, 10, 7, 30)
    assert window("Europe/Paris", now) == window("Europe/Paris", now.astimezone(ZoneInfo("Asia/Tokyo")))
