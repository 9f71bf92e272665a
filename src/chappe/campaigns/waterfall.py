"""The way from a campaign's audience to the carrier, as lines that sum to the audience. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from chappe.campaigns.display import HANDED
from chappe.gate.rulings import Share
from chappe.messages.counts import Count
from chappe.messages.model import MessageState

_ENDED: Final = frozenset({MessageState.FAILED, MessageState.EXPIRED})


class Fate(StrEnum):
    """What became of those whom a line counts."""

    AUDIENCE = "audience"
    SKIPPED = "skipped"
    CANCELED = "canceled"
    FAILED = "failed"
    """Given up, or expired, without a carrier's acceptance that holds."""
    WAITING = "waiting"
    HANDED = "handed"


class Line(NamedTuple):
    """`left` and `width` of its bar in percent of the audience. `reason` and `rule` of those that were
    skipped.
    """

    fate: Fate
    n: int
    left: float
    width: float
    reason: str = ""
    rule: str | None = None


def waterfall(total: int, counts: Sequence[Count], shares: Iterable[Share]) -> tuple[Line, ...]:
    """First the audience, then everybody who falls out of it, with the reason; last those handed over.

    Every line but the first sums to the audience, at any moment of a campaign: who is not planned yet waits.
    `shares` tell the rules; where they know less than the counts (a run of an older version), reasons stand
    alone.
    """
    lines = [Line(Fate.AUDIENCE, total, 0.0, 100.0)]
    left = total
    for fate, reason, rule, n in _falls(total, counts, shares):
        if n > 0:
            left -= n
            lines.append(Line(fate, n, _percent(left, total), _percent(n, total), reason, rule))
    lines.append(Line(Fate.HANDED, left, 0.0, _percent(left, total)))
    return tuple(lines)


def _falls(
    total: int, counts: Sequence[Count], shares: Iterable[Share]
) -> Iterator[tuple[Fate, str, str | None, int]]:
    skipped = Counter[str]()
    for count in counts:
        if count.state is MessageState.SKIPPED:
            skipped[count.reason] += count.n
    known = list(shares)
    for reason, n in skipped.most_common():
        told = [share for share in known if share.ruling.code.reason == reason]
        if sum(share.n for share in told) == n:
            yield from ((Fate.SKIPPED, reason, share.ruling.rule, share.n) for share in told)
        else:
            yield Fate.SKIPPED, reason, None, n
    canceled = _sum(counts, {MessageState.CANCELED})
    ended = _sum(counts, _ENDED)
    handed = _sum(counts, HANDED)
    yield Fate.CANCELED, "", None, canceled
    yield Fate.FAILED, "", None, ended
    yield Fate.WAITING, "", None, total - skipped.total() - canceled - ended - handed


def _sum(counts: Iterable[Count], states: Iterable[MessageState]) -> int:
    among = frozenset(states)
    return sum(count.n for count in counts if count.state in among)


def _percent(n: int, total: int) -> float:
    return round(100 * n / total, 3) if total else 0.0
