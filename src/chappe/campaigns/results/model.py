"""The figures of a test."""

from datetime import timedelta
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
    compared; others do not count. `brought`: against those held out, if there are any.
    """

    experiment: Experiment
    lines: tuple[Line, ...]
    verdict: Verdict | None
    counted: timedelta | None
    currency: str
    waiting: int
    held_out: int
    brought: Brought | None

    @property
    def kind(self) -> Kind:
        return kind_of(self.experiment.settings.metric)


def kind_of(metric: Metric) -> Kind:
    return Kind.WORTH if metric is Metric.REVENUE else Kind.SHARE
