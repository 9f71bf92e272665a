"""How well opt-outs are told from other replies: recall and precision on the corpus, with Wilson intervals.

Recall is the share of replies labelled `withdraw` after which no marketing leaves: withdrawn at once, or
held by the question that silence answers with yes. Precision is the share of the withdrawals at once that
were labelled so. Needless questions are those put to replies that are neither an opt-out nor in doubt.
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
from chappe.consent.optout.odds import Judge
from chappe.consent.optout.reading import Wish

_Z: Final = 1.959964
"""Of a two-sided interval of 95%."""
_PLAIN: Final = ("other", "help", "start")
"""Labels of replies that neither ask to leave nor leave a doubt."""


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


def taken_for(reply: Reply, judge: Judge | None = None) -> str:
    """The label that the detector gives: what is left to a person and what is nothing are both `other`."""
    wish = detect(reply.text, ours=[reply.ours] if reply.ours else [], judge=judge).wish
    return "other" if wish in (Wish.PERSON, Wish.NOTHING) else wish.value


def read_corpus(file: Path) -> list[Reply]:
    """Of a file with a JSON object a line."""
    return [msgspec.json.decode(line, type=Reply) for line in file.read_bytes().splitlines() if line.strip()]


def measure(readings: Iterable[tuple[Reply, str]]) -> dict[str, Figures]:
    """Of replies and what each was taken for, by language, and `all`."""
    found: dict[str, Figures] = {}
    for reply, taken in readings:
        for group in (reply.language, "all"):
            figures = found.setdefault(group, Figures(Counter()))
            figures.read[reply.label, taken] += 1
    return found


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _share(hits: int, trials: int) -> str:
    low, high = wilson(hits, trials)
    share = hits / trials if trials else 0.0
    return f"{share:.4f} [{low:.4f}, {high:.4f}] {hits}/{trials}"


def report(name: str, readings: Sequence[tuple[Reply, str]]) -> None:
    """Print the figures, and every reply that was missed or withdrawn for nothing."""
    _say(f"{name}: {len(readings)} replies")
    for group, figures in measure(readings).items():
        withdrawn = figures.count(["withdraw"], ["withdraw"])
        stopped = figures.count(["withdraw"], ["withdraw", "ask"])
        taken = sum(count for (_, wish), count in figures.read.items() if wish == "withdraw")
        plain = sum(map(figures.of_label, _PLAIN))
        _say(
            f"  {group:3}  recall {_share(stopped, figures.of_label('withdraw'))}"
            f"  at once {_share(withdrawn, figures.of_label('withdraw'))}",
            f"       precision {_share(withdrawn, taken)}"
            f"  needless questions {_share(figures.count(_PLAIN, ['ask']), plain)}",
        )
    for title, label, wrong in (
        ("Missed", True, _PLAIN),
        ("False withdrawals", False, ("withdraw",)),
    ):
        lines = [
            f"    {reply.language} {reply.label}: {reply.text}"
            for reply, taken_as in readings
            if (reply.label == "withdraw") is label and taken_as in wrong
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
        report(file.stem, [(reply, taken_for(reply)) for reply in replies])
    _speed(everything)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
