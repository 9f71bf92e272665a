"""Run the benchmarks one after the other and write what they measured: `make bench`.

    python scripts/performance.py [NAME …]     docs/performance.json, and the table in docs/performance.md

Each benchmark is a process of its own; those not named keep the figures of their last run.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "docs" / "performance.json"
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"

Figures = dict[str, Any]


class Run(NamedTuple):
    """`chappe bench` with these arguments, or another program that prints its figures as JSON."""

    name: str
    arguments: tuple[str, ...]
    program: tuple[str, ...] = (".venv/bin/chappe", "bench")
    shown: str = "chappe bench"

    @property
    def command(self) -> str:
        return " ".join((self.shown, *self.arguments))


class Line(NamedTuple):
    """A line of the table. `value` is given the figures of all runs in one: those of its own run, and the
    others by name under `runs`. `met` judges it; a line without a goal has none.
    """

    run: str
    what: str
    value: Callable[[Figures], float]
    unit: str
    goal: str
    met: Callable[[float], bool] | None


def _at_least(least: float) -> Callable[[float], bool]:
    return lambda value: value >= least


def _at_most(most: float) -> Callable[[float], bool]:
    return lambda value: value <= most


def _slowest(of: Figures) -> float:
    return float(max(page["p95"] for page in of["pages"].values()))


def _lowest(score: str) -> Callable[[Figures], float]:
    return lambda of: float(min(page[score] for page in of["pages"].values()))


def _ratio(of: Figures) -> float:
    return float(median(each["ratio"] for each in of["segments"].values()))


def _time_ratio(of: Figures) -> float:
    few = of["runs"]["campaign"]
    return float(few["messages_per_second"] / of["messages_per_second"])


def _memory_ratio(of: Figures) -> float:
    few, many = of["runs"]["campaign"]["resident_mb"], of["resident_mb"]
    return float(max(many[role] / few[role] for role in ("sender", "worker")))


RUNS = [
    Run("sms", ("sms",)),
    Run("smpp", ("smpp",)),
    Run("campaign", ("campaign",)),
    Run("million", ("campaign", "--people", "1000000")),
    Run("rate", ("rate",)),
    Run("api", ("api",)),
    Run("otp", ("otp",)),
    Run("import", ("import",)),
    Run("receipts", ("receipts",)),
    Run("gate", ("gate",)),
    Run("gated", ("gated",)),
    Run("studio", ("studio",)),
    Run("links", ("links",)),
    Run("segments", ("segments",)),
    Run("pages", ("pages",)),
    Run("report", ("report",)),
    Run("review", ("review",)),
    Run("lighthouse", (), (".venv/bin/python", "bench/lighthouse/measure.py"), "make bench-lighthouse"),
]
LINES = [
    Line("sms", "Texts of 100 characters, encoded and cut into parts, on one core",
         lambda of: of["texts_per_second"], "/s", "≥ 300,000/s", _at_least(300_000)),
    Line("smpp", "Submits answered on one bind, window 100",
         lambda of: of["submits"]["submits_per_second"], "/s", "≥ 100,000/s", _at_least(100_000)),
    Line("smpp", "The same, with a receipt for each",
         lambda of: of["with_receipts"]["submits_per_second"], "/s", "≥ 70,000/s", _at_least(70_000)),
    Line("campaign", "A campaign to 200,000, from the command to the last receipt committed",
         lambda of: of["messages_per_second"], "/s", "≥ 60,000/s", _at_least(60_000)),
    Line("campaign", "… lost, and sent twice", lambda of: of["lost"] + of["twice"], "", "0", _at_most(0)),
    Line("million", "A campaign to 1,000,000", lambda of: of["messages_per_second"], "/s", "", None),
    Line("million", "… time a message, to that of 200,000", _time_ratio, " ×", "≤ 1.1 ×", _at_most(1.1)),
    Line("million", "… memory of the sender and the worker, to that of 200,000", _memory_ratio, " ×",
         "≤ 1.2 ×", _at_most(1.2)),
    Line("rate", "Most parts in any sliding second on a link of 1,000/s",
         lambda of: of["most_in_a_second"], "", "≤ 1,000", _at_most(1_000)),
    Line("rate", "Fewest parts in any sliding second", lambda of: of["fewest_in_a_second"], "", "≥ 950",
         _at_least(950)),
    Line("api", "POST /v1/messages, one message each, 50 connections",
         lambda of: of["single"]["requests_per_second"], "/s", "≥ 4,000/s", _at_least(4_000)),
    Line("api", "… 99% answered within", lambda of: of["single"]["p99_ms"], " ms", "≤ 40 ms", _at_most(40)),
    Line("api", "POST /v1/messages, lists of 1,000", lambda of: of["list"]["messages_per_second"], "/s",
         "≥ 40,000/s", _at_least(40_000)),
    Line("otp", "Passwords beside a campaign at full speed: 99% with the carrier within",
         lambda of: of["beside_the_campaign"]["to_submit"]["p99_ms"], " ms", "≤ 40 ms", _at_most(40)),
    Line("import", "A file of a million rows imported in", lambda of: of["seconds"], " s", "≤ 30 s",
         _at_most(30)),
    Line("import", "… memory of the worker", lambda of: of["worker_peak_resident_mb"], " MB", "≤ 300 MB",
         _at_most(300)),
    Line("receipts", "200,000 receipts that come at once, applied",
         lambda of: of["receipts_per_second"], "/s", "≥ 50,000/s", _at_least(50_000)),
    Line("receipts", "… what sending loses meanwhile", lambda of: of["sending_loses_percent"], "%", "< 20%",
         _at_most(20)),
    Line("gate", "Decisions of the gate, stored, in sets", lambda of: of["stored"]["decisions_per_second"],
         "/s", "≥ 150,000/s", _at_least(150_000)),
    Line("gate", "… of people who are under caps", lambda of: of["stored_under_caps"]["decisions_per_second"],
         "/s", "", None),
    Line("gate", "POST /v1/decisions/preview: 95% answered within", lambda of: of["single"]["p95_ms"], " ms",
         "≤ 15 ms", _at_most(15)),
    Line("gated", "A campaign with the gate and its stored decisions, median of 3",
         lambda of: of["gated"]["messages_per_second"], "/s", "≥ 50,000/s", _at_least(50_000)),
    Line("gated", "… without, in alternation with it", lambda of: of["ungated"]["messages_per_second"], "/s",
         "", None),
    Line("studio", "A campaign with three variants, a holdout and two short links in each text, median of 3",
         lambda of: of["messages_per_second"], "/s", "≥ 45,000/s", _at_least(45_000)),
    Line("links", "Short links, each click on disk before the answer: answers",
         lambda of: of["per_second"], "/s", "≥ 3,000/s", _at_least(3_000)),
    Line("links", "… 99% answered within, at a steady 3,000/s",
         lambda of: of["at_3000_a_second"]["p99_ms"], " ms", "≤ 20 ms", _at_most(20)),
    Line("segments", "1,000,000 contacts, 10,000,000 events: the slowest of five typical segments counted in",
         lambda of: of["slowest_ms"], " ms", "≤ 1,500 ms", _at_most(1_500)),
    Line("segments", "… time to that of the same statement written by hand, median of five", _ratio, " ×",
         "≤ 1.3 ×", _at_most(1.3)),
    Line("segments", "… and the largest of the five", lambda of: of["largest_ratio"], " ×", "", None),
    Line("pages", "1,000,000 contacts, 2,000,000 messages: 95% of the answers of the slowest page",
         _slowest, " ms", "≤ 150 ms", _at_most(150)),
    Line("report", "The report of a campaign to 1,000,000: 95% of the answers of its slowest tab",
         _slowest, " ms", "≤ 400 ms", _at_most(400)),
    Line("review", "The review of a campaign to 1,000,000, with variants, holdout: a sampled first answer in",
         lambda of: of["first_answer_in_s"], " s", "≤ 2 s", _at_most(2)),
    Line("review", "… everybody rendered in", lambda of: of["everybody_in_s"], " s", "≤ 60 s", _at_most(60)),
    Line("lighthouse", "Lighthouse of home, contacts, campaign report, median of 5: lowest performance",
         _lowest("performance"), "", "≥ 95", _at_least(95)),
    Line("lighthouse", "… lowest accessibility", _lowest("accessibility"), "", "≥ 95", _at_least(95)),
]  # fmt: skip


def main() -> None:
    asked = sys.argv[1:] or [run.name for run in RUNS]
    found: dict[str, Figures] = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    for run in RUNS:
        if run.name in asked:
            sys.stderr.write(f"{run.command}\n")
            found[run.name] = _measure(run)
            FIGURES.write_text(json.dumps(found, indent=2) + "\n")
    page = PAGE.read_text()
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{_table(found)}\n{END}{after}")
    sys.stdout.write(_table(found))


def _measure(run: Run) -> Figures:
    """What the benchmark printed, with the moment and the load of the machine when it began."""
    load = os.getloadavg()[0]
    done = subprocess.run(
        [ROOT / run.program[0], *run.program[1:], *run.arguments, "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    printed = done.stdout.decode()
    figures: Figures = json.loads(printed[max(printed.find("\n{"), 0) :])  # after what the program logged
    return {"at": datetime.now(UTC).isoformat(timespec="seconds"), "load_before": round(load, 1), **figures}


def _table(found: dict[str, Figures]) -> str:
    commands = {run.name: run.command for run in RUNS}
    lines = ["| | goal | measured | | command |", "|---|---|---|---|---|"]
    for line in LINES:
        if line.run in found:
            value = line.value({**found[line.run], "runs": found})
            told = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.2f}"
            mark = "" if line.met is None else "met" if line.met(value) else "not met"
            lines.append(
                f"| {line.what} | {line.goal} | {told}{line.unit} | {mark} | `{commands[line.run]}` |"
            )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
