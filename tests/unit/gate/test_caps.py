"""A cap holds in every stretch of its length, whatever order messages are asked for in."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chappe.gate.caps import Caps, Limit
from chappe.gate.promises import Promise, full

MONDAY = datetime(2026, 3, 9, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_workspaces_caps_are_named_rules() -> None:
    assert Caps().limits == ()
    assert [(limit.rule, limit.span.days, limit.n) for limit in Caps(1, 4).limits] == [
        ("workspace.cap.day", 1, 1),
        ("workspace.cap.week", 7, 4),
    ]


def test_a_day_is_twenty_four_hours_not_a_date() -> None:
    [daily] = Caps(per_day=1).limits
    assert full((daily,), [Promise(MONDAY)], MONDAY + 23 * HOUR) is daily
    assert full((daily,), [Promise(MONDAY)], MONDAY + 24 * HOUR) is None
    # What is promised for later counts as well.
    assert full((daily,), [Promise(MONDAY + 23 * HOUR)], MONDAY) is daily
    assert full((daily,), [], MONDAY) is None


@given(
    st.lists(st.integers(0, 24 * 20), max_size=60),
    st.integers(1, 4),
    st.integers(1, 9),
)
def test_no_stretch_holds_more_than_the_caps_allow(hours: list[int], per_day: int, per_week: int) -> None:
    limits = Caps(per_day, per_week).limits
    promised: list[Promise] = []
    for hour in hours:
        if full(limits, promised, MONDAY + hour * HOUR) is None:
            promised.append(Promise(MONDAY + hour * HOUR))
    for limit in limits:
        for start, _ in promised:
            assert sum(start <= at < start + limit.span for at, _ in promised) <= limit.n


def test_the_first_limit_that_is_full_is_named() -> None:
    day, week = Limit("day", timedelta(days=1), 2), Limit("week", timedelta(days=7), 2)
    promised = [Promise(MONDAY), Promise(MONDAY + HOUR)]
    assert full((day, week), promised, MONDAY + 2 * HOUR) is day
    assert full((day, week), promised, MONDAY + 30 * HOUR) is week
