"""Find the carrier's limit and keep below it; tell a full queue from a full mailbox."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.smpp.pacing import Pacer
from chappe.smpp.throttle import QueueFullWatch, Throttle


def test_a_link_that_was_never_throttled_keeps_its_limit():
    throttle = Throttle(100.0)
    assert throttle.rate(50.0) == 100.0
    assert not throttle.slowed


def test_the_rate_falls_once_a_second_whatever_the_number_of_refusals():
    throttle = Throttle(100.0)
    assert throttle.throttled(10.0, reached=101) == 50.0
    assert throttle.throttled(10.4, reached=101) == throttle.rate(10.4) > 50.0
    assert throttle.throttled(11.0, reached=61) == pytest.approx(30.0)


def test_the_rate_comes_back_slowly_near_the_limit_it_met_and_boldly_beyond():
    throttle = Throttle(1000.0)
    throttle.throttled(0.0, reached=101)
    rates = [throttle.rate(float(second)) for second in (0, 4, 7, 8, 9, 12, 16, 24, 32)]
    assert rates == pytest.approx([50, 93.75, 99.9, 100, 100.1, 106.25, 150, 500, 1000], rel=1e-3)
    assert not throttle.slowed
    assert throttle.rate(33.0) == 1000.0


def test_a_limit_that_is_known_is_probed_not_fled():
    throttle = Throttle(1000.0)
    throttle.throttled(0.0, reached=101)
    assert throttle.throttled(9.0, reached=101) == pytest.approx(0.93 * 100)
    assert throttle.throttled(10.5, reached=90) == pytest.approx(0.5 * 89)
    assert throttle.throttled(200.0, reached=101) == pytest.approx(0.5 * 100)


class LimitedCarrier:
    """Takes `limit` parts in any second and refuses the rest; answers come after `delay` seconds."""

    def __init__(self, limit: int, delay: float) -> None:
        self.limit, self.delay = limit, delay
        self.taken: deque[tuple[float, int]] = deque()
        self.answers: deque[tuple[float, int, int]] = deque()

    def submit(self, parts: int, now: float) -> None:
        recent = sum(count for when, count in self.taken if now - when < 1.0)
        accepted = min(parts, self.limit - recent)
        self.taken.append((now, accepted))
        self.answers.append((now + self.delay, parts, parts - accepted))

    def answered(self, now: float) -> tuple[int, int]:
        """Answers and refusals that have arrived."""
        answers = refusals = 0
        while self.answers and self.answers[0][0] <= now:
            _, parts, refused = self.answers.popleft()
            answers, refusals = answers + parts, refusals + refused
        return answers, refusals


@pytest.mark.parametrize(
    ("limit", "ceiling", "delay"),
    [(10, None, 0.4), (10, 5.0, 0.02), (70, 1.1, 0.02), (300, None, 0.02), (300, 5.0, 0.4), (2000, 1.1, 0.4)],
)
def test_the_pace_settles_within_a_tenth_of_the_carriers_limit(limit, ceiling, delay):
    configured = None if ceiling is None else ceiling * limit
    pacer, throttle, carrier = Pacer(configured), Throttle(configured), LimitedCarrier(limit, delay)
    window, pending, refused = max(20, 2 * limit), 0, []
    for tick in range(4_000):
        now = tick * 0.01
        answers, refusals = carrier.answered(now)
        pending -= answers
        if refusals:
            refused.append((now, refusals))
            pacer.set_limit(throttle.throttled(now, float(pacer.rate(now))))
        elif throttle.slowed:
            pacer.set_limit(throttle.rate(now))
        free = pacer.available(now)
        parts = window - pending if free is None else min(free, window - pending)
        if parts > 0:
            pacer.take(parts, now)
            pending += parts
            carrier.submit(parts, now)
    taken = sum(parts for when, parts in carrier.taken if 15.0 <= when < 40.0)
    assert 0.9 * limit * 25 <= taken <= limit * 25
    assert sum(parts for when, parts in refused if when >= 15.0) < 0.02 * taken


def test_a_link_sending_below_its_limit_is_halved_from_what_it_sent():
    throttle = Throttle(1000.0)
    assert throttle.throttled(0.0, reached=61) == 30.0


def test_without_a_limit_the_rate_that_was_reached_is_the_scale():
    throttle = Throttle(None)
    assert throttle.rate(0.0) is None
    assert throttle.throttled(0.0, reached=801) == 400.0
    assert throttle.rate(8.0) == pytest.approx(800.0)
    assert throttle.rate(16.0) == pytest.approx(1200.0)


def test_a_carrier_that_refuses_whatever_the_rate_does_not_stop_the_link():
    throttle = Throttle(1000.0)
    rates = [throttle.throttled(float(second), throttle.rate(float(second)) or 0.0) for second in range(60)]
    assert min(rates) == 10.0


@given(refusals=st.lists(st.tuples(st.floats(0, 30), st.integers(0, 5000)), max_size=60))
def test_the_rate_never_reaches_zero_nor_passes_the_limit(refusals):
    throttle, now = Throttle(50.0), 0.0
    for pause, reached in refusals:
        now += pause
        assert 1.0 <= throttle.throttled(now, reached) <= 50.0


def test_a_link_slower_than_one_part_a_second_keeps_its_pace():
    assert Throttle(0.5).throttled(0.0, reached=1) == 0.5


def test_refusals_for_more_than_three_recipients_are_the_carriers():
    watch = QueueFullWatch()
    assert [watch.note(one, 0.0) for one in (b"1", b"2", b"3", b"3")] == [False] * 4
    assert watch.note(b"4", 9.0)
    assert not watch.note(b"5", 19.5)
