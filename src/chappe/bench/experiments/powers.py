"""How soon a better variant is named, and how often within a number of people."""

from random import Random
from typing import Final, NamedTuple

from chappe.bench.experiments.bounds import leads
from chappe.statistics import sample

BASE: Final = 0.05
LIFTS: Final = (0.1, 0.2, 0.3, 0.5, 1.0)
PEOPLE: Final = tuple(round(10 ** (2.4 + step / 10)) for step in range(26))
"""Of each variant, from 250 to 80,000."""


class Curve(NamedTuple):
    """Of one lift: the share of runs that had named the better variant, by `PEOPLE` as far as was drawn;
    `wrong` runs named the worse. `half`: people of each variant when half of the runs had. `planned`: what
    `sample.needed` says for four in five, and `reached` which share of runs had then; `fixed`: what an
    ordinary test of one look needs.
    """

    lift: float
    named: list[float]
    wrong: int
    half: int
    planned: int
    reached: float
    fixed: int


def curve(runs: int, random: Random, lift: float, base: float = BASE) -> Curve:
    """Two variants, the second better; looked at after each who acts."""
    planned = sample.needed(base, lift)
    assert planned is not None, "a lift above 0 is found in the end"
    per_person = base * (2 + lift)
    most = round(max(min(PEOPLE[-1], 2 * planned), planned) * per_person)
    needed = leads(most)
    truth = (1 + lift) / (2 + lift)
    firsts: list[float] = []
    wrong = 0
    for _ in range(runs):
        counts = [0, 0]
        for m in range(1, most + 1):
            arm = int(random.random() < truth)
            counts[arm] += 1
            if counts[arm] >= needed[counts[1 - arm]]:
                if arm:
                    firsts.append(m / per_person)
                else:
                    wrong += 1
                break
    firsts.sort()
    named = [
        sum(1 for first in firsts if first <= people) / runs
        for people in PEOPLE
        if people * per_person <= most
    ]
    reached = sum(1 for first in firsts if first <= planned) / runs
    return Curve(lift, named, wrong, round(firsts[runs // 2]), planned, reached, sample.fixed(base, lift))
