"""When and where a refused message is tried again, and the chunks that carry what is left of a chunk."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from chappe.engine.model import ClaimedChunk, Remnant
from chappe.engine.outcomes import Action
from chappe.gate.law import cautious, next_hours
from chappe.messages.model import MessageState, Purpose

PAUSES: Final = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
# A recipient whose queue is full at the carrier (ESME_RMSGQFUL): reliability section 3, 3 to 30 minutes.
RECIPIENT_PAUSE: Final = timedelta(minutes=3)
_ELSEWHERE: Final = len(PAUSES) + 1
_TOGETHER: Final = 5


class Retry(NamedTuple):
    """How a message goes on: in a chunk due then, of that attempt, not by that carrier."""

    due_at: datetime
    attempt: int
    not_carrier: int | None
    window_end: datetime | None


class GivenUp(NamedTuple):
    """No further attempt."""

    state: MessageState
    reason: str


def unchanged(chunk: ClaimedChunk, due_at: datetime) -> Retry:
    """What was not sent goes back as it was."""
    return Retry(due_at, chunk.attempt, chunk.not_carrier, chunk.window_end)


def is_open(chunk: ClaimedChunk, now: datetime) -> bool:
    """Whether the chunk may leave at this hour, by the cautious reading, as below."""
    return next_hours(chunk.zones or "", now, cautious()).open


def in_next_window(chunk: ClaimedChunk, now: datetime) -> Retry:
    """The allowed hours ended before the chunk did: the rest goes on in the next ones (I5), by the cautious
    reading of the rules: a sender does not know which one the workspace chose.
    """
    following = next_hours(chunk.zones or "", now, cautious())
    if following.never:
        # No hour suits every zone of these numbers any more (their rules changed): asked again tomorrow.
        return Retry(now + timedelta(days=1), chunk.attempt, chunk.not_carrier, now + timedelta(days=1))
    due = max(following.opens_at or now, now)
    return Retry(due, chunk.attempt, chunk.not_carrier, following.closes_at)


def next_try(
    chunk: ClaimedChunk, action: Action, reason: str, now: datetime, *, carrier: int, others: bool
) -> Retry | GivenUp:
    """The next attempt after an explicit refusal (LATER, ELSEWHERE); `now` is the gate's clock.

    Three pauses on the same carrier, then once by another of the route if there is one.
    """
    attempt = chunk.attempt
    if action is Action.LATER and attempt < len(PAUSES):
        return Retry(_rounded(now + PAUSES[attempt]), attempt + 1, chunk.not_carrier, chunk.window_end)
    if others and attempt < _ELSEWHERE:
        return Retry(now, _ELSEWHERE, carrier, chunk.window_end)
    if action is Action.LATER:
        return GivenUp(MessageState.FAILED, f"retries exhausted: {reason}")
    return GivenUp(MessageState.REJECTED, reason)


def _rounded(moment: datetime) -> datetime:
    """Up to the next five seconds: refusals of one spell share a chunk."""
    return datetime.fromtimestamp(-(-moment.timestamp() // _TOGETHER) * _TOGETHER, UTC)


def after_silence(chunk: ClaimedChunk, now: datetime) -> Retry | None:
    """A one-time password whose answer never came is sent once more; nothing else is (I2, I3)."""
    if chunk.lane == Purpose.OTP and chunk.attempt == 0:
        return Retry(now, 1, chunk.not_carrier, chunk.window_end)
    return None


def remnants(chunk: ClaimedChunk, left: Sequence[tuple[int, Retry]]) -> list[Remnant]:
    """Chunks for the messages (id, retry) that have no state, as few as keep equal retries together.

    Ids between two of a chunk have a state already, so a range may span them: ranges of one chunk never
    meet those of another, and each message without a state is in exactly one chunk.
    """
    found: list[Remnant] = []
    last: Retry | None = None
    for message, retry in sorted(left):
        if retry == last:
            found[-1] = found[-1]._replace(hi=message + 1)
        else:
            found.append(
                Remnant(
                    chunk.id,
                    message,
                    message + 1,
                    retry.due_at,
                    retry.window_end,
                    retry.attempt,
                    retry.not_carrier,
                )
            )
            last = retry
    return found
