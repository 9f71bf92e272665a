"""Many schedules of people and campaigns, one after the other.

`make test` runs 1,500 of them, `--faults=long` (make test-faults) 100,000. By hand:
python -m tests.simulation.lawful 0 100000
"""

import gc
import os
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tests.simulation.lawful.schedule import Lawful, draw
from tests.simulation.lawful.world import run_lawful
from tests.simulation.world import Outcome

from chappe.messages.model import MessageState

BLOCKS = 3
_COUNT = 1_500
_LONG = 100_000
_COLLECT_EVERY = 200


class Swept(NamedTuple):
    """What a sweep saw: the first run that broke a promise, texts submitted and messages skipped."""

    broken: Outcome | None
    runs: int
    submitted: int
    skipped: int


def block(number: int, *, long: bool) -> range:
    """The seeds of one of the `BLOCKS` parts of the sweep. CHAPPE_SIM_SEED moves the first of them."""
    first, count = int(os.environ.get("CHAPPE_SIM_SEED", "0")), _LONG if long else _COUNT
    size = -(-count // BLOCKS)
    return range(first + number * size, first + min(count, (number + 1) * size))


def sweep(seeds: Iterable[int], change: Callable[[Lawful], Lawful] = lambda lawful: lawful) -> Swept:
    """Run them until one breaks a promise."""
    runs = submitted = skipped = 0
    gc.disable()
    try:
        for runs, seed in enumerate(seeds, 1):
            outcome = run_lawful(change(draw(seed)))
            submitted += len(outcome.carrier.log)
            skipped += sum(row.state == MessageState.SKIPPED for row in outcome.tables.states.values())
            if outcome.broken:
                return Swept(outcome, runs, submitted, skipped)
            if runs % _COLLECT_EVERY == 0:
                gc.collect()
    finally:
        gc.enable()
    return Swept(None, runs, submitted, skipped)
