"""Receipts find their messages: ids in disguise, copies, order; runs by range; suppressions in time."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from chappe.carriers.model import RouteSettings
from chappe.engine.dispatch import Shares
from chappe.engine.model import Accepted, LateAnswer, ParkedReceipt, Results, RouteShare, RunRange, StateRow
from chappe.engine.provider_map import Generations, ProviderMap
from chappe.engine.receipts import Receipts
from chappe.engine.runs import Runs
from chappe.engine.suppressions import Suppressions
from chappe.engine.tokens import count_of, index_of, message_of, single, tokens_of
from chappe.engine.wakes import Wakes
from chappe.kit.clock import FakeClock
from chappe.messages.model import MessageState
from chappe.smpp.pdu import Message
from chappe.smpp.receipt_runs import ReceiptRun
from chappe.sms.provider_ids import IdMode
from chappe.sms.receipt import ReceiptState

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)


def test_tokens_carry_message_count_and_index() -> None:
    message = (2_000 << 40) + 123_456
    for count in (1, 2, 31):
        tokens = tokens_of(message, count)
        assert [message_of(one) for one in tokens] == [message] * count
        assert [count_of(one) for one in tokens] == [count] * count
        assert [index_of(one) for one in tokens] == list(range(count))
        assert max(tokens) < 1 << 63
    assert tokens_of(message, 1) == [single(message)]


def delivery(provider_id: str, state: str = "DELIVRD", *, sequence: int = 1, tlvs=()) -> Message:
    dates = "submit date:2603101000 done date:2603101001"
    text = f"id:{provider_id} sub:001 dlvrd:001 {dates} stat:{state} err:034 text:"
    return Message(
        5,
        sequence,
        b"",
        1,
        1,
        b"33600000000",
        0,
        0,
        b"36180",
        4,
        0,
        0,
        b"",
        b"",
        0,
        0,
        0,
        0,
        text.encode(),
        tlvs,
    )


def sent(*messages: tuple[int, str]) -> Results:
    """Messages of one part."""
    ids = [message for message, _ in messages]
    return Results(accepted=[Accepted(1, NOW, ids, [name.encode() for _, name in messages])])


def sent_in_parts(message: int, *names: str) -> Results:
    row = StateRow(message, 1, 3, len(names), 1, names[0], list(names[1:]), 0, 0, None, NOW, None)
    return Results(rows=[row])


def states(found: Receipts) -> list[tuple[int, int]]:
    """(message, state) of the next batch."""
    batch = found.gather(10).found
    delivered = [(message, int(MessageState.DELIVERED)) for message in batch.delivered]
    return delivered + [(row.id, row.state) for row in batch.rows]


def receipts(clock: FakeClock | None = None, mode: IdMode = IdMode.AUTO) -> Receipts:
    return Receipts(mode, by_text=False, runs=Runs(), wakes=Wakes(), clock=clock or FakeClock())


def test_a_receipt_waits_for_its_submit_to_commit() -> None:
    found = receipts()
    found.take([delivery("abc")], 1)
    assert not found.matched
    found.committed(sent((5, "abc")))
    assert states(found) == [(5, MessageState.DELIVERED)]


def test_parked_receipts_in_disguise_find_their_messages() -> None:
    """A busy database: the receipts were parked before the first message of the link was in the ledger."""
    clock = FakeClock()
    found = receipts(clock)
    found.keep_parked([ParkedReceipt(7, "255", "255", 4, None, None)])
    assert found.overdue() == []
    found.committed(sent((5, "00FF")))
    clock.advance(1.5)
    assert found.overdue() == []
    batch = found.gather(10).found
    assert [(row.id, row.state) for row in batch.rows] == [(5, MessageState.DELIVERED)]
    assert batch.parked == [7]
    assert not found.parked


def test_strangers_are_looked_through_ever_more_seldom() -> None:
    clock = FakeClock()
    found = receipts(clock)
    found.keep_parked([ParkedReceipt(7, "255", "255", 4, None, None)])
    found.committed(sent((4, "00FE")))
    looks = 0
    for _ in range(600):
        before = found._look_at
        found.overdue()
        looks += found._look_at != before
        clock.advance(1.0)
    assert looks < 20
    found.committed(sent((5, "00FF")))
    clock.advance(60.0)
    found.overdue()
    assert [message for message, _ in states(found)] == [5]


def test_a_copy_is_answered_and_a_late_success_still_counts() -> None:
    found = receipts()
    found.committed(sent((5, "abc"), (6, "def")))
    found.take([delivery("abc"), delivery("abc", sequence=2), delivery("def", "UNDELIV", sequence=3)], 1)
    assert len(states(found)) == 2
    assert found.answerable == [(2, 1)]
    found.take([delivery("abc", "UNDELIV", sequence=4), delivery("def", sequence=5)], 1)
    assert states(found) == [(6, MessageState.DELIVERED)]
    assert (4, 1) in found.answerable


def run(*names: str, first: int = 1, state: ReceiptState = ReceiptState.DELIVERED) -> ReceiptRun:
    """Receipts read together."""
    sequences = list(range(first, first + len(names)))
    return ReceiptRun(sequences, [name.encode() for name in names], state, b"", 1)


def test_receipts_in_columns_wait_match_and_are_answered_as_single_ones() -> None:
    found = receipts()
    found.committed(sent((1, "a1"), (2, "a2")))
    found.committed(sent_in_parts(7, "p1", "p2"))
    found.take_run(run("a1", "b1", "a1", "p1", "b2"), 3)
    assert [one.ids for one in found.delivered.matched] == [[1]]
    assert found.answerable == [(3, 3)], "a copy in the same read"
    batch = found.gather(10)
    assert (batch.found.delivered, [row.id for row in batch.found.rows]) == ([1], [7])
    assert {(epoch, *sequences) for epoch, sequences in batch.deliveries()} == {(3, 1), (3, 4)}
    found.committed(sent((4, "b2"), (3, "b1")))
    batch = found.gather(10)
    assert batch.found.delivered == [3, 4]
    assert list(batch.deliveries()) == [(3, [2, 5])]
    assert [one.sequence for one in batch.receipts_of({4})] == [5]
    found.take_run(run("b1", "a2", first=20), 3)
    assert (20, 3) in found.answerable
    assert states(found) == [(2, MessageState.DELIVERED)]
    assert not found.waiting


def test_receipts_in_columns_that_nobody_waits_for_are_looked_up_one_by_one() -> None:
    clock = FakeClock()
    found = receipts(clock)
    found.committed(sent((1, "3e8")))
    found.take_run(run("1000", "zzzz"), 1)
    clock.advance(1.1)
    assert [one.provider_id for one in found.overdue()] == ["zzzz"]
    assert [one.token for one in found.matched] == [single(1)], "the disguise is seen through"


def test_parts_of_one_message_are_one_row() -> None:
    found = receipts()
    found.committed(sent_in_parts(7, "p1", "p2", "p3"))
    found.take([delivery("p2"), delivery("p1", "UNDELIV"), delivery("p3")], 1)
    [row] = found.gather(10).found.rows
    assert (row.id, row.pdus, row.done, row.failed) == (7, 3, 0b111, 0b001)
    assert (row.state, row.reason) == (MessageState.UNDELIVERED, "err:034")


def test_tlvs_name_the_message_when_the_text_does_not() -> None:
    found = receipts()
    found.committed(sent((5, "real")))
    found.take([delivery("other", tlvs=((0x1E, b"real\0"), (0x427, b"\x02")))], 1)
    assert [message for message, _ in states(found)] == [5]


def test_intermediate_states_change_nothing() -> None:
    found = receipts()
    found.committed(sent((5, "abc")))
    found.take([delivery("abc", "ENROUTE"), delivery("abc", "UNKNOWN", sequence=2)], 1)
    assert not found.matched
    assert found.answerable == [(1, 1), (2, 1)]
    found.take([delivery("abc", sequence=3)], 1)
    assert len(found.matched) == 1


@pytest.mark.parametrize(
    ("answered", "named"),
    [("3e8", "1000"), ("1000", "3E8"), ("00B8BE19", "b8be19"), ("6F9619FF-8B86", "6f9619ff8b86")],
)
def test_a_disguise_is_seen_through_after_a_second(answered: str, named: str) -> None:
    clock = FakeClock()
    found = receipts(clock)
    found.committed(sent((5, answered)))
    found.take([delivery(named)], 1)
    assert not found.matched
    clock.advance(1.1)
    assert found.overdue() == []
    assert [one.token for one in found.matched] == [single(5)]
    found.committed(sent((6, answered + "a")))
    assert not found.map.plain


def test_an_unknown_id_does_not_slow_the_link_down() -> None:
    clock = FakeClock()
    found = receipts(clock)
    found.committed(sent((5, "abc")))
    found.take([delivery("stranger")], 1)
    clock.advance(1.1)
    assert [one.provider_id for one in found.overdue()] == ["stranger"]
    assert found.map.plain


def test_the_mode_is_learnt_from_what_was_matched() -> None:
    known = ProviderMap()
    for n in range(100):
        known.sent(f"{5000 + n:x}", single(n))
    assert known.see_through(["5000"])
    for n in range(100):
        assert known.settle(str(5000 + n), delivered=True) == single(n)
    assert known.mode is IdMode.RESPONSE_HEX_RECEIPT_DEC


def test_generations_forget_the_oldest_half() -> None:
    found = Generations(10)
    for n in range(9):
        found.put(str(n), n)
    assert "0" in found
    assert len(found) <= 10
    for n in range(9, 20):
        found.put(str(n), n)
    assert "0" not in found
    assert found.pop("19") == 19
    assert found.pop("19") is None


DELIVERED, UNDELIVERED = int(MessageState.DELIVERED), int(MessageState.UNDELIVERED)


def parked(number: int, provider_id: str, state: int) -> ParkedReceipt:
    return ParkedReceipt(number, provider_id, provider_id, state, None, None)


@pytest.mark.parametrize("said", [(DELIVERED, UNDELIVERED), (UNDELIVERED, DELIVERED)])
def test_of_two_parked_receipts_the_success_counts(said: tuple[int, int]) -> None:
    found = receipts()
    found.keep_parked([parked(1, "abc", said[0]), parked(2, "abc", said[1])])
    found.committed(sent((5, "abc")))
    assert states(found) == [(5, DELIVERED)]


def test_a_parked_success_is_not_hidden_by_a_failure_that_still_waits() -> None:
    found = receipts()
    found.keep_parked([parked(1, "abc", DELIVERED)])
    found.take([delivery("abc", "UNDELIV")], 1)
    found.committed(sent((5, "abc")))
    assert states(found) == [(5, DELIVERED)]
    assert found.answerable == [(1, 1)]


def test_a_success_that_was_parked_after_a_failure_counts() -> None:
    found = receipts()
    found.committed(sent((5, "abc")))
    found.take([delivery("abc", "UNDELIV")], 1)
    found.keep_parked([parked(1, "abc", DELIVERED)])
    assert states(found) == [(5, DELIVERED)]


def test_a_receipt_that_was_parked_before_a_late_answer_is_applied() -> None:
    found = receipts()
    found.keep_parked([parked(1, "abc", DELIVERED)])
    found.accepted_late([LateAnswer(5, "abc", None)])
    batch = found.gather(10).found
    assert [(row.id, row.state) for row in batch.rows] == [(5, DELIVERED)]
    assert batch.parked == [1]


def test_runs_are_found_by_range() -> None:
    runs = Runs()
    runs.add(RunRange(100, 200, 1, 1))
    runs.add(RunRange(300, 400, 2, 1))
    assert [runs.run_of(message) for message in (99, 100, 199, 200, 300)] == [None, 1, 1, None, 2]
    assert runs.tally([99, 100, 199, 200, 300, 301, 399]) == [(1, 2), (2, 3)]
    assert runs.tally([150, 100]) == [(1, 2)]
    assert runs.tally([]) == []


def test_shares_follow_the_order_of_the_route() -> None:
    route = UUID(int=1)
    shares = Shares()
    settings = RouteSettings(route_id=route, workspace_id=1, is_default=True, carriers=(1, 2, 3))
    shares.update([settings], {2, 3})
    assert shares.of(1) == ()
    assert shares.of(2) == (RouteShare(route, False, None),)
    assert shares.of(3) == (RouteShare(route, False, 2),)
    shares.update([settings], {3})
    assert shares.of(3) == (RouteShare(route, True, None),)


class _Link:
    def __init__(self) -> None:
        self.seen: list[tuple[int, dict[int, str]]] = []

    def suppress(self, workspace: int, scopes) -> None:
        self.seen.append((workspace, dict(scopes)))


def test_freshness_is_proved_from_when_it_was_asked() -> None:
    clock = FakeClock()
    found = Suppressions(clock)
    found.read_again(found.reread)
    assert not found.fresh
    found.prove(clock.monotonic())
    assert found.fresh
    clock.advance(0.91)
    assert not found.fresh
    found.prove(clock.monotonic())
    found.lost()
    found.prove(clock.monotonic())
    assert not found.fresh, "what was missed must be read again first"
    found.read_again(found.reread)
    assert found.fresh


def test_notices_reach_links_and_chunks_being_read() -> None:
    found, link = Suppressions(FakeClock()), _Link()
    found.read_again(found.reread)
    found.add(link)
    mark = found.mark()
    found.notice("1:33600000001:marketing 1:33600000001:all 2:33600000002:marketing")
    assert link.seen == [(1, {33600000001: "all"}), (2, {33600000002: "marketing"})]
    late = _Link()
    found.catch_up(late, mark)
    assert late.seen == link.seen
    for payload in ("bulk", "nonsense"):
        found.notice(payload)
        assert found.reread
        found.read_again(found.reread)


def test_memory_knows_up_to_where_it_has_forgotten() -> None:
    known = ProviderMap(most=20)
    for n in range(1, 21):
        known.sent(f"id-{n}", single(n))
    assert known.forgotten is None
    for n in range(1, 11):
        known.settle(f"id-{n}", delivered=n % 2 == 0)
    known.sent("id-21", single(21))
    # The older half was let go, and nothing in it waited.
    assert known.forgotten is None
    for n in range(22, 32):
        known.sent(f"id-{n}", single(n))
    assert known.forgotten == 20
    assert known.settle("id-20", delivered=True) is None
    assert known.settled_before("id-9") == single(9)


def test_what_memory_forgot_is_looked_up_once_and_then_waits() -> None:
    clock = FakeClock()
    found = Receipts(IdMode.AUTO, by_text=False, runs=Runs(), wakes=Wakes(), clock=clock, most_waiting=2)
    found.take([delivery("a")], 1)
    assert found.unasked(10) == []  # nothing is forgotten: it is only early
    found.committed(sent(*((n, f"id-{n}") for n in range(1, 5))))
    fresh = found.unasked(10)
    assert [one.provider_id for one in fresh] == ["a"]
    found.committed(sent((9, "a")))
    found.put_back(fresh, asked=True)
    # Its submit was committed while it was looked up.
    assert [message_of(one.token) for one in found.matched] == [9]
    assert found.early == []
    found.take([delivery("b")], 1)
    found.put_back(found.unasked(10), asked=True)
    assert found.unasked(10) == []
    clock.advance(1.1)
    assert [one.provider_id for one in found.overdue()] == ["b"]


def test_an_acceptance_that_came_late_makes_its_receipt_known() -> None:
    found = receipts()
    found.take([delivery("abc")], 1)
    found.accepted_late([LateAnswer(5, "abc", None)])
    assert [message_of(one.token) for one in found.matched] == [5]
