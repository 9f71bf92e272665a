"""Runs schedules by hand: python -m tests.simulation.lawful 0 100000"""

import sys
import time

from tests.simulation.lawful.sweep import sweep


def main(arguments: list[str]) -> int:
    first, last = map(int, arguments)
    started, found, seed = time.process_time(), 0, first
    runs = submitted = skipped = 0
    while seed < last:
        swept = sweep(range(seed, last))
        runs, submitted, skipped = runs + swept.runs, submitted + swept.submitted, skipped + swept.skipped
        if swept.broken is not None:
            found += 1
            print(f"{swept.broken.schedule.seed}: {swept.broken.broken[0]}", flush=True)
        seed += swept.runs
    spent = time.process_time() - started
    print(f"{runs} schedules, {found} broken: {submitted} texts submitted, {skipped} messages skipped")
    print(f"{1000 * spent / runs:.1f} ms of CPU each")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
