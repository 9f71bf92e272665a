"""How well opt-outs are told from other replies: recall and precision on the corpus, with Wilson intervals.

Recall is the share of replies labelled `withdraw` after which no marketing leaves: withdrawn at once, or
held by the question that silence answers with yes. Precision is the share of the withdrawals that were
labelled so.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from math import sqrt
from pathlib import Path
from typing import Final

import msgspec

from chappe.consent.optout.detector import detect
from chappe.consent.optout.reading import Wish

_Z: Final = 1.959964
"""Of a two-sided interval of 95%."""


class Reply(msgspec.Struct, frozen=True):
    """A line of the corpus."""

    text: str
    language: str
    label: str
    ours: str | None = None
    note: str | None = None


class Figures(msgspec.Struct):
    """What the detector made of replies; `read` counts (label, what it was taken for)."""

    read: Counter[tuple[str, str]]

    def count(self, labels: Iterable[str], taken: Iterable[str]) -> int:
        return sum(self.read[label, wish] for label in labels for wish in set(taken))

    def of_label(self, label: str) -> int:
        return sum(count for (each, _), count in self.read.items() if each == label)


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """The 95% interval of a share. Wilson, JASA 22 (1927)."""
    if not trials:
        return 0.0, 1.0
    share, z2 = hits / trials, _Z * _Z
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = _Z / (1 + z2 / trials) * sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials))
    return max(0.0, middle - half), min(1.0, middle + half)


def taken_for(reply: Reply) -> str:
    """The label that the detector gives: what is left to a person and what is nothing are both `other`."""
    wish = detect(reply.text, ours=[reply.ours] if reply.ours else []).wish
    return "other" if wish in (Wish.PERSON, Wish.NOTHING) else wish.value


def read_corpus(file: Path) -> list[Reply]:
    """Of a file with a JSON object a line."""
    return [msgspec.json.decode(line, type=Reply) for line in file.read_bytes().splitlines() if line.strip()]


def measure(replies: Sequence[Reply]) -> dict[str, Figures]:
    """By language, and `all`."""
    found: dict[str, Figures] = {}
    for reply in replies:
        for group in (reply.language, "all"):
            figures = found.setdefault(group, Figures(Counter()))
            figures.read[reply.label, taken_for(reply)] += 1
    return found


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _share(hits: int, trials: int) -> str:
    low, high = wilson(hits, trials)
    share = hits / trials if trials else 0.0
    return f"{share:.4f} [{low:.4f}, {high:.4f}] {hits}/{trials}"


def _report(name: str, replies: Sequence[Reply]) -> None:
    _say(f"{name}: {len(replies)} replies")
    for group, figures in measure(replies).items():
        wanted = figures.of_label("withdraw")
        withdrawn = figures.count(["withdraw"], ["withdraw"])
        stopped = figures.count(["withdraw"], ["withdraw", "ask"])
        taken = sum(count for (_, wish), count in figures.read.items() if wish == "withdraw")
        _say(f"  {group:3}  recall {_share(stopped, wanted)}  at once {_share(withdrawn, wanted)}")
        _say(f"       precision {_share(withdrawn, taken)}")
    for title, label, wrong in (
        ("Missed", True, ("other", "help", "start")),
        ("False withdrawals", False, ("withdraw",)),
    ):
        lines = [
            f"    {reply.language} {reply.label}: {reply.text}"
            for reply in replies
            if (reply.label == "withdraw") is label and taken_for(reply) in wrong
        ]
        _say(f"  {title}: {len(lines)}", *lines)


def _speed(replies: Sequence[Reply]) -> None:
    took = []
    for reply in (*replies, *replies):
        start = time.perf_counter_ns()
        detect(reply.text)
        took.append(time.perf_counter_ns() - start)
    took.sort()
    median, worst = took[len(took) // 2] / 1000, took[len(took) * 99 // 100] / 1000
    _say(f"Time of a reply: median {median:.1f} µs, p99 {worst:.1f} µs")


def main(arguments: Sequence[str]) -> int:
    """`python -m chappe.bench.optout FILE…`: one report for each file of a corpus."""
    parser = argparse.ArgumentParser(description="Recall and precision of the detector of opt-outs.")
    parser.add_argument("files", nargs="+", type=Path)
    everything: list[Reply] = []
    for file in parser.parse_args(arguments).files:
        replies = read_corpus(file)
        everything += replies
        _report(file.stem, replies)
    _speed(everything)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
