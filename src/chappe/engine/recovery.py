"""What the last owner of a link left leased: told from its journal, or else in doubt.

Same owner (folder and boot): what was never written goes back to be sent, what was answered is recorded,
what was
written without an answer is `unknown` (one more try for a one-time password). Any other owner: everything
without a result is `unknown`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from chappe.engine.composition import Composed
from chappe.engine.held import HeldChunk
from chappe.engine.model import ClaimedChunk, Outgoing
from chappe.engine.outcomes import Action, PartOutcome, Verdict, action_of, submitted, verdict
from chappe.engine.replay import Replay
from chappe.engine.retries import GivenUp, after_silence, next_try, unchanged
from chappe.engine.tokens import count_of, index_of
from chappe.messages.model import MessageState
from chappe.smpp.status import StatusClass

NO_JOURNAL = "taken_over"
_NOTHING = Composed([], [], {}, {})


class Circumstances(NamedTuple):
    """What recovery must know of the link. `journal` None: another owner held it."""

    carrier: int
    journal: Replay | None
    overrides: Mapping[int, StatusClass]
    other_routes: frozenset[object]
    wall: datetime
    gate: datetime


def recover(chunk: ClaimedChunk, messages: Outgoing, known: Circumstances) -> HeldChunk:
    """The chunk with every message settled or postponed: ready to be committed as finished."""
    held = HeldChunk(chunk, messages, _NOTHING, known.carrier)
    journal = known.journal
    if journal is None or chunk.token not in journal.sessions:
        for message in messages.ids:
            _doubt(held, message, messages.parts.get(message, 1), NO_JOURNAL, known)
        return held
    written = journal.written.get(chunk.id, {})
    for message in messages.ids:
        tokens = written.get(message)
        if tokens is None:
            held.postpone(message, unchanged(chunk, chunk.due_at))
        else:
            planned = messages.parts.get(message, 1)
            _conclude(held, message, planned, _outcomes(tokens, journal, known), known)
    return held


def _outcomes(tokens: Sequence[int], journal: Replay, known: Circumstances) -> list[PartOutcome]:
    found = [PartOutcome(Action.UNWRITTEN)] * count_of(tokens[0])
    for token in tokens:
        answer = journal.answers.get(token)
        if answer is None:
            found[index_of(token)] = PartOutcome(Action.UNKNOWN)
        else:
            status, provider_id = answer
            action = action_of(status, known.overrides) if status else Action.SENT
            found[index_of(token)] = PartOutcome(action, status, provider_id.decode("latin-1"))
    return found


def _conclude(
    held: HeldChunk, message: int, planned: int, outcomes: Sequence[PartOutcome], known: Circumstances
) -> None:
    found = verdict(outcomes, resume=False)
    if found.state is MessageState.UNKNOWN and Action.UNKNOWN in [one.action for one in outcomes]:
        # One PDU may stand for several parts (message_payload).
        parts = planned if len(outcomes) == 1 else submitted(outcomes)
        _doubt(held, message, parts, found.reason or "", known, outcomes)
    elif found.state is not None:
        _settle(held, message, planned, found, outcomes, known)
    elif found.action in (Action.LATER, Action.ELSEWHERE):
        retry = next_try(
            held.chunk,
            found.action,
            found.reason or "",
            known.gate,
            carrier=known.carrier,
            others=held.chunk.route_id in known.other_routes,
        )
        if isinstance(retry, GivenUp):
            held.settle(message, retry.state, reason=retry.reason, at=known.wall)
        else:
            held.postpone(message, retry)
    else:
        held.postpone(message, unchanged(held.chunk, held.chunk.due_at))


def _settle(
    held: HeldChunk,
    message: int,
    planned: int,
    found: Verdict,
    outcomes: Sequence[PartOutcome],
    known: Circumstances,
) -> None:
    assert found.state is not None
    ids = [one.provider_id for one in outcomes]
    sent = sum(one.action is Action.SENT for one in outcomes)
    # One PDU may stand for several parts (message_payload).
    parts = planned if sent == len(outcomes) == 1 else sent
    held.settle(
        message, found.state, parts=parts, ids=ids if any(ids) else (), reason=found.reason, at=known.wall
    )


def _doubt(
    held: HeldChunk,
    message: int,
    parts: int,
    reason: str,
    known: Circumstances,
    outcomes: Sequence[PartOutcome] = (),
) -> None:
    retry = after_silence(held.chunk, known.gate)
    if retry is not None:
        held.postpone(message, retry)
        return
    ids = [one.provider_id for one in outcomes]
    held.settle(
        message,
        MessageState.UNKNOWN,
        parts=parts,
        ids=ids if any(ids) else (),
        reason=reason,
        at=known.wall,
    )
