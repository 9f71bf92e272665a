"""The limit holds in every sliding second, and the pace comes close to it."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chappe.smpp.pacing import Pacer

# Rates that real accounts have, and odd ones.
limits = st.sampled_from([1, 2, 3, 5, 7, 10, 30, 49, 50, 51, 100, 333, 1000, 5000]) | st.integers(1, 2000)


def busiest_second(written: list[tuple[float, int]]) -> int:
    """The most parts in any half-open second."""
    most = start = total = 0
    for when, parts in written:
        total += parts
        while when - written[start][0] >= 1.0:
            total -= written[start][1]
            start += 1
        most = max(most, total)
    return most


@settings(max_examples=300, deadline=None)
@given(
    limit=limits,
    pauses=st.lists(st.sampled_from([0.0, 0.0003, 0.001, 0.01, 0.05, 0.3, 1.0, 2.7]), max_size=400),
)
def test_every_sliding_second_stays_within_the_limit(limit, pauses):
    pacer, now, written = Pacer(limit), 100.0, []
    for pause in pauses:
        now += pause
        free = pacer.available(now)
        if free:
            pacer.take(free, now)
            written.append((now, free))
    assert busiest_second(written) <= limit


@settings(max_examples=200, deadline=None)
@given(changes=st.lists(st.tuples(limits, st.integers(1, 60)), min_size=1, max_size=6))
def test_a_change_of_rate_never_lets_the_old_second_count_twice(changes):
    pacer, now = Pacer(1), 0.0
    written: list[tuple[float, int]] = []
    for limit, steps in changes:
        pacer.set_limit(limit)
        for _ in range(steps):
            now += 0.02
            free = pacer.available(now)
            if free:
                pacer.take(free, now)
                written.append((now, free))
                last_second = sum(parts for when, parts in written if now - when < 1.0)
                assert last_second <= limit


@pytest.mark.parametrize("limit", [1, 3, 10, 100, 1000])
@pytest.mark.parametrize("step", [0.001, 0.01, 0.04])
def test_the_pace_reaches_98_percent(limit, step):
    pacer, now, sent = Pacer(limit), 0.0, 0
    seconds = 100
    for _ in range(int(seconds / step)):
        now += step
        free = pacer.available(now)
        pacer.take(free, now)
        sent += free
    assert 0.96 * limit * seconds <= sent <= limit * seconds


@pytest.mark.parametrize("stall", [0.02, 0.04, 0.1, 0.5])
def test_no_second_after_a_stall_falls_below_95_percent(stall):
    pacer, now, written = Pacer(1000), 0.0, []
    while now < 8.0:
        now += 0.01 if not 3.0 <= now < 3.01 else stall
        free = pacer.available(now)
        pacer.take(free, now)
        written.append((now, free))
    assert busiest_second(written) <= 1000
    after = [when for when, _ in written if 3.0 + stall + 0.02 <= when <= 6.9]
    seconds = [sum(parts for at, parts in written if when < at <= when + 1.0) for when in after]
    assert min(seconds) >= 950


def test_a_slow_link_sends_one_part_every_few_seconds():
    pacer = Pacer(0.25)
    times = []
    for tick in range(4000):
        now = tick * 0.01
        if pacer.available(now):
            pacer.take(1, now)
            times.append(now)
    assert len(times) == 10
    assert all(after - before >= 4.0 for before, after in pairwise(times))


def test_without_a_limit_everything_may_go_and_is_still_counted():
    pacer = Pacer()
    assert pacer.available(1.0) is None
    pacer.take(500, 1.0)
    assert pacer.next_in(1.0) == 0.0
    assert pacer.rate(1.5) == 500
    assert pacer.rate(2.0) == 0
    assert pacer.limit is None


def test_next_in_is_when_the_next_part_may_go():
    pacer, now = Pacer(20), 5.0
    assert pacer.next_in(now) == 0.0
    pacer.take(pacer.available(now), now)
    wait = pacer.next_in(now)
    assert wait == pytest.approx(1 / (20 * 0.98))
    assert pacer.available(now + wait + 1e-6) == 1


def test_next_in_waits_for_the_second_to_pass_after_the_rate_fell():
    pacer = Pacer(100)
    pacer.available(0.0)
    pacer.available(0.05)
    pacer.take(5, 0.05)
    pacer.set_limit(2)
    assert pacer.available(0.9) == 0
    assert pacer.next_in(0.9) == pytest.approx(0.15)


def test_a_rate_of_zero_is_refused():
    with pytest.raises(ValueError, match="pause it instead"):
        Pacer(0)
