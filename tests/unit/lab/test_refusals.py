import random

from chappe.lab.refusals import Refusals, SlidingLimit, address_pattern
from chappe.lab.scenario import Answers, Rule
from chappe.smpp.constants import CommandStatus
from chappe.smpp.submits import Submits

THROTTLED = CommandStatus.ESME_RTHROTTLED


def refusals(**keys):
    return Refusals(Answers(**keys), random.Random(3))


def test_without_faults_nothing_is_judged(batch):
    assert refusals().judge(batch(5), 0.0) is None


def test_no_second_holds_more_than_the_limit():
    limit = SlidingLimit(10)
    assert limit.take(6, 100.0) == 6
    assert limit.take(6, 100.5) == 4
    assert limit.take(1, 100.999) == 0
    assert limit.take(9, 101.0) == 6
    assert limit.take(9, 101.5) == 4
    assert limit.take(0, 101.5) == 0


def test_what_is_refused_for_another_reason_does_not_use_the_limit(batch):
    judge = refusals(parts_per_second=2, rules=(Rule("3360000000[01]", "ESME_RINVDSTADR"),))
    assert judge.judge(batch(5), 0.0) == [0x0B, 0x0B, 0, 0, THROTTLED]


def test_rules_match_numbers_with_and_without_plus():
    matches = address_pattern("+3361*").match
    assert matches(b"33612345678")
    assert not matches(b"33712345678")
    assert address_pattern("336??").match(b"33612")
    assert not address_pattern("336??").match(b"336123")


def test_a_rule_applies_to_its_share(batch):
    verdicts = refusals(rules=(Rule("*", "ESME_RSYSERR", share=0.25),)).judge(batch(2_000), 0.0)
    assert 400 < verdicts.count(CommandStatus.ESME_RSYSERR) < 600


def test_a_rule_for_the_first_submits_counts_each_number(submit):
    judge = refusals(rules=(Rule("*", "ESME_RSYSERR", first=1),))
    assert judge.judge(Submits.of([submit("1"), submit("2"), submit("1")]), 0.0) == [8, 8, 0]
    assert judge.judge(Submits.of([submit("2"), submit("1")]), 0.0) is None


def test_the_error_mix_keeps_its_shares(batch):
    judge = refusals(errors={"ESME_RSYSERR": 0.2, "ESME_RMSGQFUL": 0.3})
    verdicts = judge.judge(batch(5_000), 0.0)
    assert 850 < verdicts.count(0x08) < 1_150
    assert 1_300 < verdicts.count(0x14) < 1_700
    assert set(verdicts) == {0, 0x08, 0x14}


def test_the_limit_after_the_mix(batch):
    judge = refusals(errors={"ESME_RSYSERR": 0.5}, parts_per_second=10)
    verdicts = judge.judge(batch(100), 0.0)
    assert verdicts.count(0) == 10
    assert verdicts.count(THROTTLED) + verdicts.count(0x08) == 90
