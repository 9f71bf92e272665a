"""The figures of a test."""

from datetime import datetime, timedelta
from typing import NamedTuple

from chappe.campaigns.experiments.model import Experiment, Metric
from chappe.statistics.arms import Arm, Kind
from chappe.statistics.evidence import Span
from chappe.statistics.holdout import Brought
from chappe.statistics.verdict import Verdict


class Line(NamedTuple):
    """One variant. `audience`: its arm, also those who were left out. `within`: the ordinary interval of
    its figure. `chance`: the probability that it is the best one. `lift`: of its figure over variant A's,
    less 1, at every look at once; for money the gain of a person, in the currency's unit. None for A
    itself, and while nobody acted. `leaving`: the ordinary interval of the share who opted out.
    """

    arm: Arm
    name: str
    body: str
    audience: int
    within: Span
    chance: float
    lift: Span | None
    leaving: Span
    stopped: bool


class Results(NamedTuple):
    """`counted`: each person's acts count for so long after their own message, in every variant; None
    while messages of the test are still leaving, so that nothing can be compared. `currency`: of the money
    compared; others do not count.
    """

    experiment: Experiment
    lines: tuple[Line, ...]
    verdict: Verdict | None
    counted: timedelta | None
    currency: str
    waiting: int
    held_out: int

    @property
    def kind(self) -> Kind:
        return kind_of(self.experiment.settings.metric)


class Incremental(NamedTuple):
    """What a campaign brought that would not have come by itself. Counted from `since` to `until`, of
    everybody it was for (whoever was left out is in both halves alike): `written` and `held` out. `over`:
    the time in which acts count has passed, so that the figures stay. `found` None: nobody is in one half.
    """

    written: Arm
    held: Arm
    kind: Kind
    currency: str
    since: datetime
    until: datetime
    over: bool
    found: Brought | None


def kind_of(metric: Metric) -> Kind:
    return Kind.WORTH if metric is Metric.REVENUE else Kind.SHARE
