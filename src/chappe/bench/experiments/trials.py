"""All that is simulated, each part from a seed of its own."""

from random import Random
from typing import NamedTuple

from chappe.bench.experiments import coverage, powers, winners
from chappe.bench.experiments.coverage import Cover
from chappe.bench.experiments.powers import Curve
from chappe.bench.experiments.winners import Trial


class Found(NamedTuple):
    """What came out. `sequential`: runs whose interval held the truth up to each of `coverage.LOOKS`."""

    runs: int
    trials: dict[str, Trial]
    fixed: list[Cover]
    held: list[Cover]
    sequential: list[int]
    ripening: int
    curves: list[Curve]


def simulate(runs: int) -> Found:
    """Reproducible: a part draws the same whatever the others do."""

    def seeded(part: str) -> Random:
        return Random(f"chappe experiments {part}")  # noqa: S311 - the same draws each time are meant

    ours, habit = winners.two(runs, seeded("two"))
    trials = [
        ours,
        habit,
        winners.unequal(runs, seeded("unequal")),
        winners.at_once(runs, seeded("at once")),
        winners.many(runs, seeded("three"), 3),
        winners.many(runs, seeded("six"), 6),
        winners.money(runs, seeded("money")),
        winners.guardrail(runs, seeded("guardrail")),
    ]
    return Found(
        runs=runs,
        trials={trial.name: trial for trial in trials},
        fixed=[coverage.fixed(runs, seeded(f"fixed {case}"), *case) for case in coverage.FIXED],
        held=[coverage.holdout(runs, seeded(f"held {case}"), *case) for case in coverage.HELD],
        sequential=coverage.sequential(runs, seeded("sequential")),
        ripening=coverage.ripening(runs, seeded("ripening")),
        curves=[powers.curve(runs // 5, seeded(f"power {lift}"), lift) for lift in powers.LIFTS],
    )
