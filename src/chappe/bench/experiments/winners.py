"""False winners: variants that are the same, looked at after every person who acts."""

from math import log, sqrt
from random import Random
from typing import Final, NamedTuple

from chappe.bench.experiments.bounds import leads, leavings, outside
from chappe.bench.experiments.draws import acting, amount, walk
from chappe.statistics import intervals
from chappe.statistics.arms import Arm
from chappe.statistics.evidence import ERROR, Span, log_worth

ACTED: Final = 4_000
_HABIT: Final = 1.96
_EARLIEST: Final = 20
"""Who judges by an ordinary test waits for so many, in the comparison."""


class Trial(NamedTuple):
    """`firsts`: the look at which each run first named a winner; None: it never did."""

    name: str
    firsts: list[int | None]
    looks: int

    @property
    def false(self) -> int:
        return sum(1 for first in self.firsts if first is not None)

    @property
    def rate(self) -> Span:
        """The interval of 95 % of the share of runs with a false winner."""
        return intervals.share(self.false, len(self.firsts))


def two(runs: int, random: Random, acted: int = ACTED) -> tuple[Trial, Trial]:
    """Two equal variants; and the same people judged by an ordinary test at each look."""
    needed = leads(acted)
    # Of a lead: with both counts known, who is ahead has won where the table says so.
    ahead = [_least_lead(needed, m) for m in range(acted + 1)]
    habit = [10**9 if m < _EARLIEST else _HABIT * sqrt(m) for m in range(acted + 1)]
    ours: list[int | None] = []
    theirs: list[int | None] = []
    for _ in range(runs):
        mine = naive = None
        for m, lead in enumerate(walk(random, acted), 1):
            lead = abs(lead)
            if lead >= habit[m] and naive is None:
                naive = m
            if lead >= ahead[m]:
                mine = m
                break
        ours.append(mine)
        theirs.append(naive)
    return Trial("two", ours, acted), Trial("habit", theirs, acted)


def _least_lead(needed: list[int], m: int) -> int:
    """By how much one must be ahead of m who acted; more than m where none is enough."""
    for lead in range(m % 2, m + 1, 2):
        if (m + lead) // 2 >= needed[(m - lead) // 2]:
            return lead
    return m + 1


def unequal(runs: int, random: Random, odds: float = 0.2, acted: int = ACTED) -> Trial:
    """One variant for a fifth of the people, the other for the rest."""
    low, high = outside(acted, odds)
    firsts: list[int | None] = []
    for _ in range(runs):
        first, x = None, 0
        for m in range(1, acted + 1):
            x += random.random() < odds
            if x <= low[m] or x >= high[m]:
                first = m
                break
        firsts.append(first)
    return Trial("unequal", firsts, acted)


def at_once(runs: int, random: Random, people: int = 1_000) -> Trial:
    """Everybody is written to at once and acts in the end, each once: in the end nobody is left to draw."""
    needed = leads(2 * people)
    order = [0] * people + [1] * people
    firsts: list[int | None] = []
    for _ in range(runs):
        random.shuffle(order)
        counts, first = [0, 0], None
        for m, arm in enumerate(order, 1):
            counts[arm] += 1
            if counts[arm] >= needed[counts[1 - arm]]:
                first = m
                break
        firsts.append(first)
    return Trial("at_once", firsts, 2 * people)


def many(runs: int, random: Random, arms: int, acted: int = ACTED) -> Trial:
    """Several equal variants: a winner has beaten each of the others."""
    needed = leads(acted, arms - 1)
    firsts: list[int | None] = []
    for _ in range(runs):
        counts, first = [0] * arms, None
        for m, arm in enumerate(random.choices(range(arms), k=acted), 1):
            counts[arm] = mine = counts[arm] + 1
            # The others' greatest is enough: what beats it beats fewer.
            if mine >= needed[0] and mine >= needed[max(counts[:arm] + counts[arm + 1 :])]:
                first = m
                break
        firsts.append(first)
    return Trial(f"many_{arms}", firsts, acted)


def money(runs: int, random: Random, people: int = 4_000, bought: float = 0.05) -> Trial:
    """Revenue with heavy tails: a sixth of buyers buy again, a tenth send what they bought back."""
    bound = -log(ERROR)
    firsts: list[int | None] = []
    for _ in range(runs):
        first = None
        worths, squares, buyers = [0.0, 0.0], [0.0, 0.0], [0, 0]
        for number in acting(random, 2 * people, bought):
            arm = random.getrandbits(1)
            before, spent = 0.0, amount(random)
            # What happens later to a person comes as looks of their own.
            for change in (spent, amount(random) if random.random() < 1 / 6 else 0.0,
                           -spent if random.random() < 0.1 else 0.0):  # fmt: skip
                if not change:
                    continue
                worths[arm] += change
                squares[arm] += (before + change) ** 2 - before**2
                buyers[arm] += before == 0.0
                before += change
                one, other = (
                    Arm("", people, buyers[at], worth=worths[at], squares=squares[at]) for at in (0, 1)
                )
                if first is None and log_worth(one, other) >= bound:
                    first = number
        firsts.append(first)
    return Trial("money", firsts, 2 * people)


def guardrail(runs: int, random: Random, limit: float = 0.01, people: int = 50_000) -> Trial:
    """A variant of which exactly the limit leaves: stopping it is the error."""
    most = leavings(round(people * limit * 2), limit)
    firsts: list[int | None] = []
    for _ in range(runs):
        first = None
        for left, number in enumerate(acting(random, people, limit), 1):
            if left < len(most) and number <= most[left]:
                first = number
                break
        firsts.append(first)
    return Trial("guardrail", firsts, people)
