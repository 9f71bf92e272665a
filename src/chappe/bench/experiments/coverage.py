"""How often an interval holds the truth."""

from math import log
from random import Random
from typing import Final, NamedTuple

from chappe.bench.experiments.bounds import outside
from chappe.bench.experiments.draws import acting, how_many
from chappe.statistics import evidence, intervals
from chappe.statistics.arms import Arm, Kind
from chappe.statistics.evidence import ERROR, Span
from chappe.statistics.holdout import brought

LOOKS: Final = (50, 200, 1_000, 4_000)
FIXED: Final = (
    (0.02, 0.0, 5_000),
    (0.02, 0.5, 5_000),
    (0.05, 0.2, 2_000),
    (0.1, 0.1, 1_000),
    (0.3, 0.2, 500),
)
"""Share, lift, people of each of two variants."""
HELD: Final = ((0.03, 0.0, 10_000, 1_000), (0.03, 0.5, 20_000, 1_000), (0.05, 0.3, 5_000, 500))
"""Share by itself, lift, people written to, people held out."""


class Cover(NamedTuple):
    """In how many runs the truth was in the interval, of a difference and of a lift."""

    difference: int
    lift: int
    runs: int


def held(count: int, runs: int) -> Span:
    """The interval of 95 % of how often it holds."""
    return intervals.share(count, runs)


def fixed(runs: int, random: Random, share: float, lift: float, people: int) -> Cover:
    """Ordinary intervals, of one look."""
    better = share * (1 + lift)
    differences = lifts = 0
    for _ in range(runs):
        one = Arm("B", people, how_many(random, people, better))
        other = Arm("A", people, how_many(random, people, share))
        differences += _within(intervals.difference(one, other), better - share)
        lifts += _within(intervals.lift(one, other), lift)
    return Cover(differences, lifts, runs)


def holdout(runs: int, random: Random, share: float, lift: float, people: int, out: int) -> Cover:
    """What a campaign brought, against a small group that was held out."""
    better = share * (1 + lift)
    differences = lifts = 0
    for _ in range(runs):
        found = brought(
            Arm("", people, how_many(random, people, better)),
            Arm("", out, how_many(random, out, share)),
            Kind.SHARE,
        )
        assert found is not None, "nobody is left out of either"
        differences += _within(found.within, better - share)
        lifts += found.lift is not None and _within(found.lift, lift)
    return Cover(differences, lifts, runs)


def sequential(runs: int, random: Random, lift: float = 0.2, looks: tuple[int, ...] = LOOKS) -> list[int]:
    """In how many runs the sequential interval of a lift held the truth at every look up to each of
    `looks`, of which there is one after each who acts. The last figure is of all looks.
    """
    truth = (1 + lift) / (2 + lift)
    low, high = outside(looks[-1], 0.5, truth)
    kept = [0] * len(looks)
    for _ in range(runs):
        x, first = 0, looks[-1] + 1
        for m in range(1, looks[-1] + 1):
            x += random.random() < truth
            if x <= low[m] or x >= high[m]:
                first = m
                break
        for at, look in enumerate(looks):
            kept[at] += first > look
    return kept


def ripening(
    runs: int, random: Random, share: float = 0.2, lift: float = 0.3, people: int = 1_000, looks: int = 24
) -> int:
    """The same where all are sent to at once and people act later, by their own time: runs in which the
    interval held the lift of that moment at each of so many looks.
    """
    bound = -log(ERROR)
    shares = (share * (1 + lift), share)
    kept = 0
    for _ in range(runs):
        acted = [[0] * looks, [0] * looks]
        for arm, mine in enumerate(shares):
            for _ in acting(random, people, mine):
                # Half of them act in the first eighth of the time.
                acted[arm][int(looks * random.random() ** 3)] += 1
        counts = [0, 0]
        good = True
        for look in range(looks):
            for arm in (0, 1):
                counts[arm] += acted[arm][look]
            good = good and evidence.log_factor(counts[0], counts[1], 0.5, _truth(lift)) < bound
        kept += good
    return kept


def _truth(lift: float) -> float:
    return (1 + lift) / (2 + lift)


def _within(span: Span, truth: float) -> bool:
    return span.low <= truth <= span.high
