"""Single messages as rows of the ledger.

Messages that go out together (one due time, one end of the allowed hours, the same zones) get adjacent ids,
so that a chunk is a plain range. Those that are skipped form a range of their own, which no chunk covers.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from chappe.gate.law import written
from chappe.gate.model import REASONS, Decision
from chappe.gate.rulings import NO_RULES, Numbers, number_of
from chappe.messages.model import MessageState, NewChunk, NewMessage, NewState, Purpose
from chappe.sending.model import Composed

_SKIPPED: Final = int(MessageState.SKIPPED)

MOST_IN_CHUNK: Final = 1_000


class Common(NamedTuple):
    """What the messages of one batch share. `run_id` is None for single messages, which name their sender;
    a campaign's messages leave `sender_id` to the run.
    """

    workspace_id: int
    run_id: int | None
    sender_id: UUID | None
    source: str
    route_id: UUID | None
    purpose: Purpose
    expires_at: datetime | None


class Rows(NamedTuple):
    """What to write, and the id each composed message got, in the order they came in."""

    messages: list[NewMessage]
    states: list[NewState]
    chunks: list[NewChunk]
    ids: list[int]


class Group(NamedTuple):
    """What goes out together. `zones` (the places, as `gate.law.written`) matter only where a chunk may have
    to wait for its next window; `route_id` is None where all go by the common route.
    """

    due_at: datetime
    window_end: datetime | None
    zones: str | None
    route_id: UUID | None = None

    @classmethod
    def of(cls, decision: Decision, zones: str, route_id: UUID | None = None) -> "Group | None":
        """None when the message is skipped."""
        if decision.skipped or decision.due_at is None:
            return None
        if decision.window_end is None:
            return cls(decision.due_at, None, None, route_id)
        place = zones if decision.where is None else written(decision.where)
        return cls(decision.due_at, decision.window_end, place, route_id)


_Member = TypeVar("_Member")


def soonest_first(groups: Mapping[Group, _Member]) -> list[tuple[Group, _Member]]:
    """So that ids follow the order of sending."""
    return sorted(groups.items(), key=lambda item: (item[0].due_at, item[0].zones or ""))


def rows_of(
    composed: Sequence[Composed],
    common: Common,
    first_id: int,
    real_now: datetime,
    numbers: Numbers = NO_RULES,
) -> Rows:
    """Rows with ids from `first_id` on, one for each composed message."""
    groups: dict[Group, list[int]] = {}
    skipped: list[int] = []
    for position, (recipient, decision, *_) in enumerate(composed):
        group = Group.of(decision, recipient.zones)
        (skipped if group is None else groups.setdefault(group, [])).append(position)
    order: list[int] = []
    chunks: list[NewChunk] = []
    for group, positions in soonest_first(groups):
        chunks += chunks_of(group, common, first_id + len(order), len(positions))
        order += positions
    order += skipped
    messages, ids = _messages(composed, order, common, first_id, numbers)
    states = [
        NewState(
            ids[position], common.workspace_id, _SKIPPED, REASONS[composed[position].decision.code], real_now
        )
        for position in skipped
    ]
    return Rows(messages, states, chunks, ids)


def chunks_of(group: Group, common: Common, lo: int, n: int) -> Iterator[NewChunk]:
    """The chunks of `n` messages that go out together, with ids from `lo` on."""
    workspace_id, run_id, _, source, route_id, purpose, expires_at = common
    route_id = group.route_id or route_id
    assert route_id is not None  # a message without a route is skipped by the gate
    for at in range(lo, lo + n, MOST_IN_CHUNK):
        yield NewChunk(
            workspace_id, run_id, route_id, source, int(purpose), at, min(at + MOST_IN_CHUNK, lo + n),
            group.due_at, group.window_end, group.zones, expires_at,
        )  # fmt: skip


def _messages(
    composed: Sequence[Composed], order: list[int], common: Common, first_id: int, numbers: Numbers
) -> tuple[list[NewMessage], list[int]]:
    workspace_id, run_id, sender_id, _, _, purpose, expires_at = common
    lane = int(purpose)
    ids = [0] * len(composed)
    messages: list[NewMessage] = []
    for message_id, position in enumerate(order, first_id):
        ids[position] = message_id
        recipient, decision, text, encoding, parts, reference = composed[position]
        messages.append(
            NewMessage(
                message_id, workspace_id, recipient.phone, recipient.contact_id, run_id, sender_id, lane,
                encoding, parts, number_of(decision, numbers), text, reference, expires_at,
            )
        )  # fmt: skip
    return messages, ids
