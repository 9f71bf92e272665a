"""A held chunk: parts go out in order, each once, and every message ends in exactly one result or retry."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from chappe.engine.composition import Composed
from chappe.engine.held import HeldChunk
from chappe.engine.model import ClaimedChunk, Outgoing
from chappe.engine.outcomes import Action, PartOutcome, Verdict
from chappe.engine.retries import unchanged
from chappe.engine.tokens import SEVERAL, message_of, tokens_of
from chappe.messages.model import MessageState

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
CHUNK = ClaimedChunk(1, 1, 1, UUID(int=1), "36180", 5, 100, 200, NOW, None, "Europe/Paris", None, 0, None, 1)


def held(parts: list[int], *, expires: datetime | None = None) -> HeldChunk:
    """Messages 100, 101, … of so many PDUs each."""
    ids = range(100, 100 + len(parts))
    phones = [33_600_000_000 + n for n in range(len(parts))]
    several = {message: count for message, count in zip(ids, parts, strict=True) if count > 1}
    times = dict.fromkeys(ids, expires) if expires is not None else {}
    messages = Outgoing(ids, phones, ["text"] * len(parts), several, times, frozenset())
    tokens = [token for n, count in enumerate(parts) for token in tokens_of(100 + n, count)]
    return HeldChunk(CHUNK, messages, Composed(tokens, [b"%d" % one for one in tokens], {}, {}), 7)


def take(chunk: HeldChunk, limit: int, now: float = 0.0, *, cut: bool = True) -> list[int]:
    """Tokens of the parts taken, each with its own body."""
    tokens, bodies = chunk.take(limit, now, cut=cut)
    assert bodies == [b"%d" % token for token in tokens]
    return tokens


def ended(chunk: HeldChunk) -> list[int]:
    """Messages that have a result."""
    return [row.id for row in chunk.rows] + [message for batch in chunk.taken for message in batch.ids]


def test_a_text_is_not_cut_by_the_window_unless_it_never_fits() -> None:
    chunk = held([1, 2, 3])
    assert len(take(chunk, 2, cut=False)) == 1
    assert len(take(chunk, 4, cut=False)) == 2
    assert take(chunk, 2, cut=False) == []
    assert len(take(chunk, 2)) == 2
    assert len(take(chunk, 2, cut=False)) == 1


def test_a_begun_text_goes_on_where_it_was_cut() -> None:
    """A window of 2 cuts a text of 4: with one answer of two in, its first parts were taken again."""
    chunk = held([1, 4])
    taken = [take(chunk, limit, cut=cut) for limit, cut in ((1, True), (2, True), (1, False), (2, False))]
    assert taken[1:] == [
        tokens_of(101, 4)[:2],
        tokens_of(101, 4)[2:3],
        tokens_of(101, 4)[3:],
    ]


def test_refused_parts_go_first_in_their_order() -> None:
    chunk = held([1] * 5)
    first = take(chunk, 3)
    for token in reversed(first[1:]):
        chunk.again(token)
    assert [message_of(token) for token in take(chunk, 9)] == [101, 102, 103, 104]


def test_what_is_suppressed_in_time_is_skipped() -> None:
    chunk = held([1] * 4)
    take(chunk, 2)
    assert chunk.drop_phones([33_600_000_000, 33_600_000_003], NOW) == 1
    assert [(row.id, row.state, row.reason) for row in chunk.rows] == [
        (103, MessageState.SKIPPED, "suppressed")
    ]
    assert [message_of(token) for token in take(chunk, 9)] == [102]


def test_a_begun_text_is_finished_when_the_rest_is_given_back() -> None:
    chunk = held([2, 1])
    [first] = take(chunk, 1)
    chunk.release(unchanged(CHUNK, NOW))
    assert [message for message, _ in chunk.later] == [101]
    assert chunk.resolve_part(first, PartOutcome(Action.SENT, 0, "a"), 0.0) is None
    [second] = take(chunk, 9)
    found = chunk.resolve_part(second, PartOutcome(Action.SENT, 0, "b"), 0.0)
    assert found is not None
    chunk.settle_long(100, found, NOW)
    assert chunk.left == 0
    assert (chunk.rows[0].provider_id, chunk.rows[0].more_ids, chunk.rows[0].parts) == ("a", ["b"], 2)


def test_a_half_submitted_text_is_unknown_after_a_minute_and_billed_by_what_was_sent() -> None:
    chunk = held([2])
    [first] = take(chunk, 1)
    chunk.resolve_part(first, PartOutcome(Action.SENT, 0, "a"), 0.0)
    assert chunk.give_up_partial(59.0, NOW) == 0
    assert chunk.give_up_partial(60.0, NOW) == 1
    [row] = chunk.rows
    assert (row.state, row.reason, row.parts) == (MessageState.UNKNOWN, "partial", 1)
    assert (row.provider_id, row.more_ids) == ("a", [""])
    assert take(chunk, 9, 61.0) == []


def test_the_expired_are_dropped_before_the_socket() -> None:
    chunk = held([1, 1], expires=NOW + timedelta(seconds=10))
    assert chunk.drop_expired(NOW) == 0
    assert chunk.drop_expired(NOW + timedelta(seconds=10)) == 2
    assert {row.state for row in chunk.rows} == {MessageState.EXPIRED}
    assert {(row.submitted_at, row.done_at) for row in chunk.rows} == {(None, NOW + timedelta(seconds=10))}
    assert chunk.left == 0


def test_a_text_taken_and_put_back_is_settled_once() -> None:
    """A journal that cannot be written puts parts back; then the text expires."""
    chunk = held([2])
    chunk.put_back(take(chunk, 9))
    assert chunk.drop({100}, MessageState.EXPIRED, None, NOW) == 1
    assert (len(chunk.rows), chunk.left, chunk.pending) == (1, 0, True)
    assert take(chunk, 9) == []


def cut_after_one(action: Action) -> HeldChunk:
    """A text of three, its first part out and back with this outcome."""
    chunk = held([3])
    [first] = take(chunk, 1)
    chunk.resolve_part(first, PartOutcome(action, 0, "a" if action is Action.SENT else ""), 0.0)
    return chunk


def test_a_text_with_an_unanswered_part_is_not_given_back() -> None:
    """The carrier may have that part: in another chunk it would be sent again (I2)."""
    chunk = cut_after_one(Action.UNKNOWN)
    chunk.release(unchanged(CHUNK, NOW))
    assert (chunk.later, chunk.left) == ([], 1)
    assert chunk.give_up_partial(60.0, NOW) == 1
    assert (chunk.rows[0].state, chunk.rows[0].parts) == (MessageState.UNKNOWN, 1)


def test_when_the_hours_end_the_rest_of_a_text_stays_here() -> None:
    chunk = cut_after_one(Action.SENT)
    assert chunk.give_up_begun(NOW) == 1
    assert (chunk.rows[0].state, chunk.rows[0].parts, chunk.left) == (MessageState.UNKNOWN, 1, 0)
    assert take(chunk, 9) == []


def test_what_the_carrier_may_have_is_billed() -> None:
    chunk = held([3])
    outcomes = (
        PartOutcome(Action.SENT, 0, "a"),
        PartOutcome(Action.UNKNOWN),
        PartOutcome(Action.REFUSED, 0x0B),
    )
    found = None
    for token, outcome in zip(take(chunk, 9), outcomes, strict=True):
        found = chunk.resolve_part(token, outcome, 0.0)
    assert found is not None
    chunk.settle_long(100, found, NOW)
    assert (chunk.rows[0].state, chunk.rows[0].parts) == (MessageState.UNKNOWN, 2)


def test_what_is_suppressed_while_it_is_out_goes_no_further() -> None:
    """With its first part in the window at the STOP, a text went on with the second."""
    chunk = held([3, 1])
    [first] = chunk.take(1, 0.0, cut=True)[0]
    assert chunk.drop({100, 101}, MessageState.SKIPPED, "suppressed", NOW) == 1
    assert chunk.take(9, 0.0, cut=True)[0] == []
    found = chunk.resolve_part(first, PartOutcome(Action.AGAIN, 0x58), 0.0)
    assert found == Verdict(MessageState.SKIPPED, "suppressed")
    chunk.settle_long(100, found, NOW)
    assert (chunk.left, [row.parts for row in chunk.rows]) == (0, [0, 0])


def test_a_message_that_is_suppressed_while_it_is_out_is_not_sent_again() -> None:
    chunk = held([1])
    [token] = chunk.take(9, 0.0, cut=True)[0]
    assert not chunk.settle_barred(token, NOW)
    assert chunk.drop({100}, MessageState.SKIPPED, "suppressed", NOW) == 0
    assert chunk.settle_barred(token, NOW)
    assert [(row.state, row.reason) for row in chunk.rows] == [(MessageState.SKIPPED, "suppressed")]
    assert (chunk.left, chunk.out) == (0, 0)


ACTIONS = st.sampled_from([Action.SENT, Action.AGAIN, Action.UNKNOWN, Action.REFUSED, Action.LATER])


@given(
    parts=st.lists(st.integers(1, 4), min_size=1, max_size=12),
    limits=st.lists(st.integers(1, 6), min_size=1),
    actions=st.lists(ACTIONS, min_size=1),
    release_after=st.integers(0, 20),
)
@settings(max_examples=300, deadline=None)
def test_every_message_ends_once(parts, limits, actions, release_after) -> None:
    chunk = held(parts)
    accepted: set[int] = set()
    for turn in range(400):
        if turn == release_after:
            chunk.release(unchanged(CHUNK, NOW))
        for n, token in enumerate(take(chunk, limits[turn % len(limits)], float(turn))):
            action = actions[(turn + n) % len(actions)] if turn < 300 else Action.SENT
            assert token not in accepted, "accepted once, submitted again"
            if action is Action.SENT:
                accepted.add(token)
            answer(chunk, token, action, float(turn))
        if chunk.left == 0:
            break
    else:
        chunk.give_up_partial(1_000.0, NOW)
    assert sorted(ended(chunk) + [message for message, _ in chunk.later]) == [
        100 + n for n in range(len(parts))
    ]
    assert (chunk.left, chunk.out) == (0, 0)


def answer(chunk: HeldChunk, token: int, action: Action, now: float) -> None:
    """As the link does it, in short."""
    message = message_of(token)
    if token & SEVERAL:
        found = chunk.resolve_part(token, PartOutcome(action, 8, "x"), now)
        if found is None:
            return
        if found.state is not None:
            chunk.settle_long(message, found, NOW)
        elif found.action is Action.AGAIN:
            chunk.resume(message, found.missing)
        else:
            chunk.postpone(message, unchanged(CHUNK, NOW))
    elif action is Action.SENT:
        if chunk.plain:
            chunk.accepted([token], [b"x"], NOW)
        else:
            chunk.accepted_one(token, "x", NOW)
    elif action is Action.AGAIN:
        chunk.again(token)
    else:
        chunk.out -= 1
        if action is Action.LATER:
            chunk.postpone(message, unchanged(CHUNK, NOW))
        else:
            chunk.settle(message, MessageState.UNKNOWN, at=NOW)
