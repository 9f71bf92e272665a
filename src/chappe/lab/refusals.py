"""Which submits the carrier refuses, and with which status."""

import fnmatch
import random
import re
from collections import deque

from chappe.lab.loading import status_code
from chappe.lab.scenario import Answers, Rule
from chappe.smpp.constants import CommandStatus
from chappe.smpp.submits import Submits

_REMEMBERED_NUMBERS = 1_000_000


def address_pattern(pattern: str) -> re.Pattern[bytes]:
    """The expression of a pattern with `*` and `?`, to match against addresses of the wire (no plus)."""
    return re.compile(fnmatch.translate(pattern.lstrip("+")).encode("ascii", "replace"))


class SlidingLimit:
    """At most `limit` parts in any second, counted over the batches of the second that has just passed."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken: deque[tuple[float, int]] = deque()
        self._in_window = 0

    def take(self, wanted: int, now: float) -> int:
        """How many of `wanted` parts may pass at `now` (monotonic seconds); they count from then on."""
        taken = self._taken
        while taken and taken[0][0] <= now - 1.0:
            self._in_window -= taken.popleft()[1]
        granted = min(wanted, self._limit - self._in_window)
        if granted > 0:
            taken.append((now, granted))
            self._in_window += granted
        return max(granted, 0)


class Refusals:
    """Judges batches of submits: the rules for destinations first, then the error mix, then the limit,
    which counts only what would be accepted.
    """

    def __init__(self, answers: Answers, rng: random.Random) -> None:
        self._rng = rng
        self._rules = [_BoundRule(rule, rng) for rule in answers.rules]
        self._statuses = [status_code(name) for name in answers.errors]
        self._bounds = _running_totals(list(answers.errors.values()))
        self._limit = SlidingLimit(answers.parts_per_second) if answers.parts_per_second else None

    def judge(self, batch: Submits, now: float) -> list[int] | None:
        """A command_status for each submit; None when all are accepted (the fast path)."""
        if not self._rules and not self._statuses:
            return None if self._limit is None else self._throttled(len(batch), now)
        verdicts = [self._verdict(number) for number in batch.destinations]
        if self._limit is not None:
            throttled = iter(self._throttled(verdicts.count(0), now) or ())
            verdicts = [verdict or next(throttled, 0) for verdict in verdicts]
        return verdicts if any(verdicts) else None

    def _verdict(self, destination: bytes) -> int:
        for rule in self._rules:
            if status := rule.verdict(destination):
                return status
        if self._statuses:
            draw = self._rng.random()
            for bound, status in zip(self._bounds, self._statuses, strict=True):
                if draw < bound:
                    return status
        return 0

    def _throttled(self, wanted: int, now: float) -> list[int] | None:
        assert self._limit is not None
        granted = self._limit.take(wanted, now)
        if granted == wanted:
            return None
        return [0] * granted + [int(CommandStatus.ESME_RTHROTTLED)] * (wanted - granted)


class _BoundRule:
    def __init__(self, rule: Rule, rng: random.Random) -> None:
        self._matches = address_pattern(rule.destination).match
        self._status = status_code(rule.status)
        self._share = rule.share
        self._first = rule.first
        self._rng = rng
        self._seen: dict[bytes, int] = {}

    def verdict(self, destination: bytes) -> int:
        if not self._matches(destination):
            return 0
        if self._first:
            seen = self._seen.get(destination, 0)
            if seen >= self._first:
                return 0
            if seen or len(self._seen) < _REMEMBERED_NUMBERS:
                self._seen[destination] = seen + 1
        return self._status if self._share >= 1 or self._rng.random() < self._share else 0


def _running_totals(shares: list[float]) -> list[float]:
    totals: list[float] = []
    for share in shares:
        totals.append((totals[-1] if totals else 0.0) + share)
    return totals
