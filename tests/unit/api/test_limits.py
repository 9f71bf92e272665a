"""The token bucket of a key."""

from uuid import UUID

import pytest

from chappe.api.limits import Rate, RateLimiter, TooManyRequests
from chappe.kit.clock import FakeClock

ONE, OTHER = UUID(int=1), UUID(int=2)


def test_a_burst_then_the_rate(clock: FakeClock) -> None:
    limiter = RateLimiter(Rate(per_second=2, burst=3), clock)
    assert [limiter.take(ONE) for _ in range(3)] == ['"key";r=2;t=1', '"key";r=1;t=1', '"key";r=0;t=2']
    with pytest.raises(TooManyRequests, match=r"2 requests a second\. Try again in 1 s") as caught:
        limiter.take(ONE)
    assert caught.value.params["retry_after"] == 1
    clock.advance(0.5)
    assert limiter.take(ONE) == '"key";r=0;t=2'
    with pytest.raises(TooManyRequests):
        limiter.take(ONE)


def test_keys_do_not_share_a_bucket(clock: FakeClock) -> None:
    limiter = RateLimiter(Rate(per_second=1, burst=1), clock)
    limiter.take(ONE)
    limiter.take(OTHER)


def test_a_bucket_never_holds_more_than_its_burst(clock: FakeClock) -> None:
    limiter = RateLimiter(Rate(per_second=10, burst=2), clock)
    limiter.take(ONE)
    clock.advance(hours=1)
    assert limiter.take(ONE).startswith('"key";r=1;')


def test_the_policy_is_told(clock: FakeClock) -> None:
    assert RateLimiter(Rate(per_second=100, burst=500), clock).policy == '"key";q=500;w=5'
