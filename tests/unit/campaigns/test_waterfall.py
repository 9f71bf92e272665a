"""The way from an audience to the carrier: whatever the counts, its lines sum to the audience."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chappe.campaigns.waterfall import Fate, waterfall
from chappe.gate.model import FIRST_SKIP, Code
from chappe.gate.rulings import Ruling, Share
from chappe.messages.counts import Count
from chappe.messages.model import MessageState

SKIPS = [code for code in Code if code >= FIRST_SKIP]


def skipped(code: Code, n: int) -> Count:
    return Count(MessageState.SKIPPED, code.reason, n, 0)


@given(
    st.lists(st.tuples(st.sampled_from(MessageState), st.integers(0, 50)), max_size=12),
    st.lists(st.tuples(st.sampled_from(SKIPS), st.integers(1, 50), st.booleans()), max_size=8),
    st.integers(0, 40),
)
def test_the_lines_sum_to_the_audience(
    states: list[tuple[MessageState, int]], skips: list[tuple[Code, int, bool]], unplanned: int
) -> None:
    counts = [Count(state, "", n, n) for state, n in states if state is not MessageState.SKIPPED]
    counts += [skipped(code, n) for code, n, _ in skips]
    shares = [Share(Ruling(code, "fr.hours"), n) for code, n, told in skips if told]
    total = sum(count.n for count in counts) + unplanned
    lines = waterfall(total, counts, shares)
    assert lines[0].n == total == sum(line.n for line in lines[1:])
    for line, following in pairwise(lines[1:]):
        top = following.left + following.width
        assert abs(line.left - top) < 0.01
    assert lines[-1].left == 0.0


def test_a_reason_is_told_with_each_rule_that_gave_it() -> None:
    counts = [skipped(Code.CAPPED, 5), skipped(Code.NO_CONSENT, 3), Count(MessageState.DELIVERED, "", 2, 2)]
    shares = [
        Share(Ruling(Code.CAPPED, "workspace.cap.day"), 4),
        Share(Ruling(Code.CAPPED, "us-fl.frequency"), 1),
        Share(Ruling(Code.NO_CONSENT), 2),
    ]
    told = [(line.fate, line.reason, line.rule, line.n) for line in waterfall(10, counts, shares)]
    assert told == [
        (Fate.AUDIENCE, "", None, 10),
        (Fate.SKIPPED, "capped", "workspace.cap.day", 4),
        (Fate.SKIPPED, "capped", "us-fl.frequency", 1),
        # Less is known than was counted: no rule is claimed.
        (Fate.SKIPPED, "no_consent", None, 3),
        (Fate.HANDED, "", None, 2),
    ]
