"""Many schedules, one after the other.

`make test` runs 10,200 of them, from seed 0 on. CHAPPE_SIM_SEED moves the first one, CHAPPE_SIM_COUNT says
how many in all: `CHAPPE_SIM_SEED=1000000 CHAPPE_SIM_COUNT=500000 pytest -n 2 tests/simulation`. With
`--faults=long` (make test-faults) there are fifty times as many.
"""

import gc
import os
from collections.abc import Callable, Iterable

from tests.simulation.schedule import Schedule, draw
from tests.simulation.world import Outcome, World, run

BLOCKS = 6
_COUNT = 10_200
_LONGER = 50
_COLLECT_EVERY = 200

Prepare = Callable[[World], None]


def block(number: int, *, long: bool) -> range:
    """The seeds of one of the `BLOCKS` parts of the sweep."""
    first = int(os.environ.get("CHAPPE_SIM_SEED", "0"))
    count = int(os.environ.get("CHAPPE_SIM_COUNT", str(_COUNT * _LONGER if long else _COUNT)))
    size = -(-count // BLOCKS)
    return range(first + number * size, first + min(count, (number + 1) * size))


def every_promise_holds(seeds: Iterable[int]) -> None:
    """AssertionError with the first seed that broke one, and how to see it."""
    found = first_broken(seeds)
    if found is not None:
        seed = found.schedule.seed
        raise AssertionError(f"seed {seed}: {found}\nWhat happened: python -m tests.simulation {seed}")


def first_broken(
    seeds: Iterable[int], change: Callable[[Schedule], Schedule] = lambda schedule: schedule
) -> Outcome | None:
    """The first run in which a promise is broken. Its rubbish is collected now and then: one collection a
    run would be a fifth of the time.
    """
    gc.disable()
    try:
        for count, seed in enumerate(seeds, 1):
            outcome = run(change(draw(seed)))
            if outcome.broken:
                return outcome
            if count % _COLLECT_EVERY == 0:
                gc.collect()
    finally:
        gc.enable()
    return None
