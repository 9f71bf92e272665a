"""How many requests a key may make: a token bucket per key, told in every answer.

Headers follow draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy: "key";q=…;w=…` and
`RateLimit: "key";r=…;t=…`. Each web process counts by itself: the limit protects a process, and is no quota.
"""

import math
from collections import OrderedDict
from uuid import UUID

import msgspec

from chappe.kit.clock import Clock
from chappe.kit.errors import Problem

_KEYS_REMEMBERED = 10_000


class TooManyRequests(Problem):
    """The key asked faster than it may."""

    code = "too_many_requests"
    status = 429
    title = "Too many requests"


class Rate(msgspec.Struct, frozen=True):
    """`burst` requests at once, refilled at `per_second`."""

    per_second: float = 5_000.0
    burst: int = 10_000

    @property
    def window(self) -> int:
        """Seconds in which an empty bucket fills."""
        return max(1, math.ceil(self.burst / self.per_second))


DEFAULT_RATE = Rate()


class _Bucket:
    __slots__ = ("at", "tokens")

    def __init__(self, tokens: float, at: float) -> None:
        self.tokens = tokens
        self.at = at


class RateLimiter:
    """Buckets of the keys seen lately."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: OrderedDict[UUID, _Bucket] = OrderedDict()
        self.policy = f'"key";q={rate.burst};w={rate.window}'

    def take(self, key: UUID) -> str:
        """Count one request; the value of the `RateLimit` header. TooManyRequests says when to come back."""
        now = self._clock.monotonic()
        bucket = self._bucket(key, now)
        grown = bucket.tokens + (now - bucket.at) * self._rate.per_second
        bucket.tokens, bucket.at = min(float(self._rate.burst), grown), now
        if bucket.tokens < 1:
            wait = math.ceil((1 - bucket.tokens) / self._rate.per_second)
            raise TooManyRequests(
                f"This key may make {self._rate.per_second:g} requests a second. Try again in {wait} s; "
                "POST /v1/messages takes up to 1,000 messages in one request.",
                retry_after=wait,
            )
        bucket.tokens -= 1
        until_full = math.ceil((self._rate.burst - bucket.tokens) / self._rate.per_second)
        return f'"key";r={int(bucket.tokens)};t={until_full}'

    def _bucket(self, key: UUID, now: float) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(float(self._rate.burst), now)
            if len(self._buckets) > _KEYS_REMEMBERED:
                # The one unused for longest: its bucket has filled again since.
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        return bucket
