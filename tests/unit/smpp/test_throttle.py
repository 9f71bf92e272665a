"""Halve at once, regain five percent a second; tell a full queue from a full mailbox."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.smpp.throttle import QueueFullWatch, Throttle


def test_a_link_that_was_never_throttled_keeps_its_limit():
    throttle = Throttle(100.0)
    assert throttle.rate(50.0) == 100.0
    assert not throttle.slowed


def test_the_rate_is_halved_once_per_second_whatever_the_number_of_refusals():
    throttle = Throttle(100.0)
    assert throttle.throttled(10.0, reached=100) == 50.0
    assert throttle.throttled(10.4, reached=100) == pytest.approx(52.0)
    assert throttle.throttled(11.0, reached=55) == pytest.approx(27.5)


def test_five_percent_of_the_limit_come_back_each_second_up_to_the_limit():
    throttle = Throttle(100.0)
    throttle.throttled(0.0, reached=100)
    assert throttle.rate(4.0) == pytest.approx(70.0)
    assert throttle.slowed
    assert throttle.rate(10.0) == 100.0
    assert not throttle.slowed
    assert throttle.rate(11.0) == 100.0


def test_a_link_sending_below_its_limit_is_halved_from_what_it_sent():
    throttle = Throttle(1000.0)
    assert throttle.throttled(0.0, reached=60) == 30.0


def test_without_a_limit_the_rate_that_was_reached_is_the_scale():
    throttle = Throttle(None)
    assert throttle.rate(0.0) is None
    assert throttle.throttled(0.0, reached=800) == 400.0
    assert throttle.rate(10.0) == pytest.approx(800.0)
    assert throttle.rate(20.0) == pytest.approx(1200.0)


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
