"""python -m chappe.bench.experiments docs [RUNS]: writes docs/experiments.md and its figure."""

import argparse
import sys
from pathlib import Path

from chappe.bench.experiments.report import FIGURE, figure, report
from chappe.bench.experiments.trials import simulate

RUNS = 10_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("runs", type=int, nargs="?", default=RUNS)
    asked = parser.parse_args()
    found = simulate(asked.runs)
    text = report(found)
    (asked.folder / "experiments.md").write_text(text, encoding="utf-8")
    (asked.folder / FIGURE).write_text(figure(found), encoding="utf-8")
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
