import random
from datetime import UTC, datetime

from chappe.lab.intake import Intake
from chappe.lab.message_ids import IdMint
from chappe.lab.scenario import Answers, CarrierScenario, Receipts
from chappe.smpp.constants import CommandStatus, MessageState

NOW = datetime(2026, 11, 22, 15, 4, tzinfo=UTC)


def intake(answers=None, receipts=None, seed=1):
    scenario = CarrierScenario("a", answers=answers or Answers(), receipts=receipts or Receipts())
    return Intake(scenario, random.Random(seed), IdMint(scenario.ids), lambda: NOW)


def test_everything_is_accepted_by_default(batch):
    messages = batch(3)
    taken = intake().take(messages, 0.0)
    assert [(sequence, status) for sequence, status, _ in taken.replies] == [(1, 0), (2, 0), (3, 0)]
    assert taken.accepted is messages
    assert [facts[0] for facts in taken.receipts] == [id_ for _, _, id_ in taken.replies]
    assert taken.early == []
    assert taken.refused == 0
    assert taken.receipts[0][3] == b"2611221504"


def test_what_is_refused_gets_neither_id_nor_receipt(batch):
    taken = intake(Answers(parts_per_second=2)).take(batch(5), 0.0)
    assert [(status, bool(id_)) for _, status, id_ in taken.replies] == [(0, True)] * 2 + [
        (CommandStatus.ESME_RTHROTTLED, False)
    ] * 3
    assert len(taken.accepted) == len(taken.receipts) == len(taken.states) == 2
    assert taken.refused == 3


def test_answers_that_never_come_leave_their_receipts(batch):
    taken = intake(Answers(never=1.0)).take(batch(5), 0.0)
    assert taken.replies == []
    assert len(taken.receipts) == 5


def test_disturbed_receipts(batch):
    plan = Receipts(copies=3, enroute=1, contradict=1, reorder=True)
    taken = intake(receipts=plan).take(batch(50), 0.0)
    by_id = {}
    for facts in taken.receipts:
        by_id.setdefault(facts[0], []).append(facts[4])
    assert len(by_id) == 50
    for states in by_id.values():
        assert states.count(MessageState.DELIVERED) == 3
        assert states.count(MessageState.ENROUTE) == 1
        assert len(states) == 5
        assert set(states) & {MessageState.UNDELIVERABLE, MessageState.EXPIRED}


def test_shares_of_receipts(batch):
    taken = intake(receipts=Receipts(never=0.5, before_answer=0.5)).take(batch(1_000), 0.0)
    assert 180 < len(taken.early) < 320
    assert 180 < len(taken.receipts) < 320


def test_chance_follows_the_seed(batch):
    answers = Answers(errors={"ESME_RSYSERR": 0.5})
    statuses = [
        [status for _, status, _ in intake(answers, seed=seed).take(batch(64), 0.0).replies]
        for seed in (1, 1, 2)
    ]
    assert statuses[0] == statuses[1] != statuses[2]
