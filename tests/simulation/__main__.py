"""Runs schedules by hand.

python -m tests.simulation 123          one schedule, with a trace of all that happened
python -m tests.simulation 0 100000     many; prints the seeds of those that broke a promise
"""

import sys
import time

from tests.simulation.schedule import draw
from tests.simulation.world import World, run


def main(arguments: list[str]) -> int:
    if len(arguments) == 1:
        return _trace(int(arguments[0]))
    first, last = map(int, arguments)
    started, broken = time.process_time(), 0
    for seed in range(first, last):
        outcome = run(draw(seed))
        if outcome.broken:
            broken += 1
            print(f"{seed}: {outcome.broken[0]}")
    spent = time.process_time() - started
    print(f"{last - first} schedules, {broken} broken, {1000 * spent / (last - first):.1f} ms of CPU each")
    return 1 if broken else 0


def _trace(seed: int) -> int:
    schedule = draw(seed)
    print(schedule)

    def listen(world: World) -> None:
        started = world.loop.time()
        world.loop.trace = lambda at, who, words: print(f"{at - started:8.3f} {who:1} {words}")

    outcome = run(schedule, listen)
    print(outcome)
    return 1 if outcome.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
