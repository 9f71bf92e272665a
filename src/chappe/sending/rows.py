"""Composed messages as rows of the ledger.

Messages that go out together (one due time, one end of the allowed hours, the same zones) get adjacent ids,
so that a chunk is a plain range. Those that are skipped form a range of their own, which no chunk covers.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from chappe.gate.model import FIRST_SKIP, REASONS
from chappe.messages.model import MessageState, NewChunk, NewMessage, NewState, Purpose, RunDelta
from chappe.sending.model import Composed

_SKIPPED: Final = int(MessageState.SKIPPED)
_QUEUED: Final = int(MessageState.QUEUED)

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
    deltas: list[RunDelta]
    ids: list[int]


_Group = tuple[datetime, datetime | None, str | None]


def rows_of(composed: Sequence[Composed], common: Common, first_id: int, real_now: datetime) -> Rows:
    """Rows with ids from `first_id` on, one for each composed message."""
    groups: dict[_Group, list[int]] = {}
    skipped: list[int] = []
    for position, (recipient, decision, *_) in enumerate(composed):
        if decision.code >= FIRST_SKIP or decision.due_at is None:
            skipped.append(position)
        else:
            # Zones matter only to a chunk that may have to wait for its next window.
            zones = recipient.zones if decision.window_end is not None else None
            groups.setdefault((decision.due_at, decision.window_end, zones), []).append(position)
    chunks, order = _chunks(groups, common, first_id)
    order += skipped
    messages, ids = _messages(composed, order, common, first_id)
    states = [
        NewState(
            ids[position], common.workspace_id, _SKIPPED, REASONS[composed[position].decision.code], real_now
        )
        for position in skipped
    ]
    return Rows(messages, states, chunks, _deltas(composed, common), ids)


def _chunks(
    groups: dict[_Group, list[int]], common: Common, first_id: int
) -> tuple[list[NewChunk], list[int]]:
    workspace_id, run_id, _, source, route_id, purpose, expires_at = common
    chunks: list[NewChunk] = []
    order: list[int] = []
    lane = int(purpose)
    # Soonest first, so that ids follow the order of sending.
    for due_at, window_end, zones in sorted(groups, key=lambda group: (group[0], group[2] or "")):
        assert route_id is not None  # a message without a route is skipped by the gate
        positions = groups[due_at, window_end, zones]
        lo = first_id + len(order)
        order += positions
        end = first_id + len(order)
        chunks += [
            NewChunk(
                workspace_id, run_id, route_id, source, lane, at, min(at + MOST_IN_CHUNK, end),
                due_at, window_end, zones, expires_at,
            )
            for at in range(lo, end, MOST_IN_CHUNK)
        ]  # fmt: skip
    return chunks, order


def _messages(
    composed: Sequence[Composed], order: list[int], common: Common, first_id: int
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
                encoding, parts, decision.code, text, reference, expires_at,
            )
        )  # fmt: skip
    return messages, ids


def _deltas(composed: Sequence[Composed], common: Common) -> list[RunDelta]:
    """Changes to the run's counts: those queued, with the parts planned, and those skipped, by reason."""
    if common.run_id is None:
        return []
    queued = parts = 0
    reasons: dict[str, int] = {}
    for one in composed:
        if one.text is None:
            reason = REASONS[one.decision.code]
            reasons[reason] = reasons.get(reason, 0) + 1
        else:
            queued += 1
            parts += one.parts
    workspace_id, run_id = common.workspace_id, common.run_id
    deltas = [RunDelta(workspace_id, run_id, _SKIPPED, reason, n, 0) for reason, n in reasons.items()]
    if queued:
        deltas.append(RunDelta(workspace_id, run_id, _QUEUED, "", queued, parts))
    return deltas
