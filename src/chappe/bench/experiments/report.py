"""The report, docs/experiments.md, and its figure."""

from typing import Final

from chappe.bench.experiments import coverage, powers
from chappe.bench.experiments.bounds import reached
from chappe.bench.experiments.figure import Chart, Line, drawn
from chappe.bench.experiments.trials import Found
from chappe.bench.experiments.winners import ACTED
from chappe.statistics.evidence import Span

FIGURE: Final = "images/experiments.svg"
_COLOURS: Final = ("#0b5fa5", "#2e7d32", "#a86a00", "#6b4aa0", "#b9452e")
_WORDS: Final = {
    "two": "two variants",
    "unequal": "two, one of them for a fifth of the people",
    "at_once": "two, everybody sent to at once, acting later, each once",
    "many_3": "three variants",
    "many_6": "six variants",
    "money": "revenue, heavy tails, second purchases and refunds",
    "guardrail": "guardrail: stopped though exactly the limit leaves",
    "habit": "for comparison: an ordinary test (5 %) at every look",
}


def figure(found: Found) -> str:
    looks = [round(20 * (ACTED / 20) ** (step / 60)) for step in range(61)]
    lines = [
        Line(name, colour, list(zip(looks, reached(found.trials[key].firsts, looks), strict=True)))
        for key, name, colour in (
            ("habit", "ordinary test", _COLOURS[4]),
            ("two", "Chappe", _COLOURS[0]),
        )
    ]
    left = Chart(
        "The same text twice: winners named, all false", "people who acted; a look after each",
        (20, ACTED), [(20, "20"), (100, "100"), (500, "500"), (ACTED, f"{ACTED:,}")], 0.6, lines,
        (0.05, "5 %"),
    )  # fmt: skip
    curves = [
        Line(f"+{curve.lift:.0%}", colour, list(zip(powers.PEOPLE, curve.named, strict=False)))
        for curve, colour in zip(found.curves, _COLOURS, strict=True)
    ]
    right = Chart(
        f"A better text: named by then, of a share of {powers.BASE:.0%}", "people of each variant",
        (powers.PEOPLE[0], powers.PEOPLE[-1]),
        [(250, "250"), (1_000, "1,000"), (5_000, "5,000"), (20_000, "20,000"), (79_433, "80,000")], 1, curves,
    )  # fmt: skip
    return drawn(left, right)


def report(found: Found) -> str:
    """Markdown."""
    return "\n".join([*_head(found), *_winners(found), *_intervals(found), *_power(found)]) + "\n"


def _head(found: Found) -> list[str]:
    return [
        "# What the statistics of tests hold",
        "",
        "`make bench-experiments` writes this page. "
        f"Each line is {found.runs:,} simulated tests, drawn from fixed seeds; "
        "intervals in brackets are those of 95 % of what the simulation itself can tell.",
        "[How to read a test](explanations/experiments.md) says what is done and why.",
        "",
        f"![Winners that are false, and power]({FIGURE})",
        "",
    ]


def _winners(found: Found) -> list[str]:
    rows = [
        "## False winners",
        "",
        "Variants that are the same, looked at after every single person who acts. "
        "At most 5 % may have a winner.",
        "",
        "| test | looks, up to | tests with a false winner |",
        "|---|---|---|",
    ]
    for name, words in _WORDS.items():
        trial = found.trials[name]
        rate = _share(trial.false, len(trial.firsts), trial.rate)
        rows.append(f"| {words} | {trial.looks:,} | {rate} |")
    return [*rows, ""]


def _intervals(found: Found) -> list[str]:
    rows = [
        "## Intervals",
        "",
        "Ordinary intervals of 95 %, for one look "
        "(Newcombe's of the difference, Donner and Zou's of the lift): "
        "between 93 and 97 % should hold the truth.",
        "",
        "| share | lift | people of each | difference holds | lift holds |",
        "|---|---|---|---|---|",
    ]
    for (share, lift, people), cover in zip(coverage.FIXED, found.fixed, strict=True):
        held = " | ".join(_held(n, cover.runs) for n in (cover.difference, cover.lift))
        rows.append(f"| {share:.0%} | {lift:.0%} | {people:,} | {held} |")
    rows += [
        "",
        "| by itself | lift | written to | held out | difference holds | lift holds |",
        "|---|---|---|---|---|---|",
    ]
    for (share, lift, people, out), cover in zip(coverage.HELD, found.held, strict=True):
        held = " | ".join(_held(n, cover.runs) for n in (cover.difference, cover.lift))
        rows.append(f"| {share:.0%} | {lift:.0%} | {people:,} | {out:,} | {held} |")
    rows += [
        "",
        "The sequential interval of a lift, "
        "which must hold the truth at every look *at once* in 95 % of tests:",
        "",
        "| looks | tests in which it held at every one |",
        "|---|---|",
    ]
    for look, kept in zip(coverage.LOOKS, found.sequential, strict=True):
        rows.append(f"| after each of the first {look:,} who act | {_held(kept, found.runs)} |")
    rows.append(
        f"| 24, while those who were all sent to act by and by | {_held(found.ripening, found.runs)} |"
    )
    return [*rows, ""]


def _power(found: Found) -> list[str]:
    rows = [
        "## Power",
        "",
        "How many people of each variant it takes to find a better one, "
        f"where {powers.BASE:.0%} act on the other. Planned: what Chappe says for four tests in five. "
        "An ordinary test may look once, at the end of a number of people that was chosen before; "
        "to be allowed to look at any time costs about twice that at worst, "
        "and half of the tests end before it.",
        "",
        "| lift | half of tests end by | planned | named by then | worse one named | ordinary, one look |",
        "|---|---|---|---|---|---|",
    ]
    for curve in found.curves:
        rows.append(
            f"| {curve.lift:.0%} | {curve.half:,} | {curve.planned:,} | {curve.reached:.1%} | "
            f"{curve.wrong / (found.runs // 5):.2%} | {curve.fixed:,} |"
        )
    return rows


def _held(count: int, runs: int) -> str:
    return _share(count, runs, coverage.held(count, runs))


def _share(count: int, runs: int, span: Span) -> str:
    return f"{count / runs:.2%} ({span.low:.2%}–{span.high:.2%})"
