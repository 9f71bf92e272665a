"""Whether a test has a winner, and if not, how far it is from one."""

from collections.abc import Sequence
from enum import StrEnum
from math import ceil, log
from typing import Final, NamedTuple

from chappe.statistics.arms import Arm, Kind
from chappe.statistics.evidence import ERROR, between
from chappe.statistics.guardrail import log_over

_FARTHEST: Final = 1_000.0
"""Times the people so far: what needs more than that is not worth waiting for."""


class Why(StrEnum):
    """Why there is a winner, or none. `alone`: the guardrail stopped every other. `quiet`: nobody acted yet.
    `alike`: the best two stand so close that a thousand times the people might not tell them apart.
    """

    SURE = "sure"
    ALONE = "alone"
    MORE = "more"
    QUIET = "quiet"
    ALIKE = "alike"
    STOPPED = "stopped"


class Verdict(NamedTuple):
    """`winner`: the letter of the variant that is sure to be better than every other; None: not sure.
    `leader`: who is ahead by the figures, sure or not; None while nobody acted, or all are stopped.
    `needed`: about how many more people it takes in all variants together, if they go on as they do; None
    where that cannot be said. `stopped`: variants that more people leave than the guardrail allows.
    """

    winner: str | None
    leader: str | None
    why: Why
    needed: int | None = None
    stopped: tuple[str, ...] = ()


def decide(
    arms: Sequence[Arm],
    kind: Kind,
    *,
    most_left: float | None = None,
    stopped: Sequence[str] = (),
    error: float = ERROR,
) -> Verdict:
    """The verdict on two to six arms. It may be asked at any time and as often as one likes: in at most
    `error` of all tests a winner is ever named that is not better than every other variant.

    To win is to beat each of the others. Whatever the truth, at most k - 1 of k variants' pairs can bring a
    false winner (each that is not the best against the best; of equals, each pair once), so each pair is held
    to error / (k - 1) (Bonferroni). A variant that was stopped cannot win, and need not be beaten.
    """
    over = {arm.letter for arm in arms if too_many_left(arm, most_left, len(arms), error)} | set(stopped)
    kept = [arm for arm in arms if arm.letter not in over]
    out = tuple(arm.letter for arm in arms if arm.letter in over)
    if not kept:
        return Verdict(None, None, Why.STOPPED, stopped=out)
    if len(kept) == 1 and out:
        return Verdict(kept[0].letter, kept[0].letter, Why.ALONE, stopped=out)
    if not any(arm.acted for arm in kept):
        return Verdict(None, None, Why.QUIET, stopped=out)
    first = max(kept, key=lambda arm: (arm.value(kind), -ord(arm.letter[0])))
    bound = log(max(1, len(arms) - 1) / error)
    short = [arm for arm in kept if arm is not first and between(first, arm, kind) < bound]
    if not short:
        return Verdict(first.letter, first.letter, Why.SURE, stopped=out)
    times = max(_times(first, arm, kind, bound) for arm in short)
    if times > _FARTHEST:
        return Verdict(None, first.letter, Why.ALIKE, stopped=out)
    people = sum(arm.people for arm in kept)
    return Verdict(None, first.letter, Why.MORE, rounded(people * (times - 1)), out)


def too_many_left(arm: Arm, most: float | None, arms: int, error: float = ERROR) -> bool:
    """Whether more than the share `most` of a variant's people leave, surely."""
    return most is not None and arm.people > 0 and log_over(arm.left, arm.people, most) >= log(arms / error)


def rounded(people: float) -> int:
    """To two figures, upwards: a forecast is not known better."""
    whole = max(1, ceil(people))
    unit = int(10 ** max(0, len(str(whole)) - 2))
    return -(-whole // unit) * unit


def _times(first: Arm, other: Arm, kind: Kind, bound: float) -> float:
    """How many times the people it takes until the pair is decided, if all goes on in proportion."""
    low, high = 1.0, _FARTHEST * 1.01
    if between(_scaled(first, high), _scaled(other, high), kind) < bound:
        return high
    while high - low > 0.005 * low:
        middle = (low + high) / 2
        if between(_scaled(first, middle), _scaled(other, middle), kind) < bound:
            low = middle
        else:
            high = middle
    return high


def _scaled(arm: Arm, times: float) -> Arm:
    return arm._replace(
        people=round(arm.people * times),
        acted=round(arm.acted * times),
        worth=arm.worth * times,
        squares=arm.squares * times,
    )
