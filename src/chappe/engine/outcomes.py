"""What a carrier's status makes of a part, and what the parts make of their message."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final, NamedTuple

from chappe.messages.model import MessageState
from chappe.smpp.constants import CommandStatus
from chappe.smpp.status import StatusClass, status_class, status_name


class Action(Enum):
    """What to do with a part that was answered, or never was."""

    SENT = "sent"
    AGAIN = "again"  # refused for the link's sake: the same part again, in its place, no attempt counted
    LATER = "later"  # refused for now: another chunk, after a pause
    ELSEWHERE = "elsewhere"  # refused by this carrier: once more by another
    REFUSED = "refused"  # refused for good
    UNKNOWN = "unknown"  # written, and no answer came: never again, but for one-time passwords
    UNWRITTEN = "unwritten"  # never handed to the socket


_ACTIONS: Final[Mapping[StatusClass, Action]] = {
    StatusClass.OK: Action.SENT,
    StatusClass.THROTTLE: Action.AGAIN,
    # Session state, not the message: refused explicitly, so it may be written again once bound anew.
    StatusClass.BIND: Action.AGAIN,
    StatusClass.NOT_BOUND: Action.AGAIN,
    # The account is empty: the link pauses, the message waits for it.
    StatusClass.CREDIT: Action.AGAIN,
    StatusClass.QUEUE_FULL: Action.LATER,
    StatusClass.TEMPORARY: Action.LATER,
    StatusClass.REROUTE: Action.ELSEWHERE,
}


def action_of(status: int, overrides: Mapping[int, StatusClass]) -> Action:
    """The action for a command_status; what no table knows is permanent (reliability: Kannel, Jasmin)."""
    if status == CommandStatus.ESME_RINVSYSTYP and status not in overrides:
        # Refuses the account at a bind; at a submit it says what is wrong with the message.
        return Action.REFUSED
    return _ACTIONS.get(status_class(status, overrides), Action.REFUSED)


def reason_of(status: int) -> str:
    """For people and filters: `0x0000000B RINVDSTADR`, or the code alone of a vendor."""
    name = status_name(status)
    code = f"0x{status:08X}"
    return code if name.startswith("0x") else f"{code} {name.removeprefix('ESME_')}"


class PartOutcome(NamedTuple):
    """What is known of one part. `status` counts when it was answered."""

    action: Action
    status: int = 0
    provider_id: str = ""


def submitted(parts: Sequence[PartOutcome]) -> int:
    """How many of them the carrier has or may have: those that are billed (I7)."""
    return sum(part.action in (Action.SENT, Action.UNKNOWN) for part in parts)


class Verdict(NamedTuple):
    """What becomes of the message. A `state`: it is recorded so. None: its parts `missing` are to be sent,
    by `action` (AGAIN: here; LATER, ELSEWHERE, UNWRITTEN: in another chunk, none of it being sent).
    """

    state: MessageState | None
    reason: str | None = None
    action: Action = Action.SENT
    missing: tuple[int, ...] = ()


NO_ANSWER: Final = "no_answer"
PARTIAL: Final = "partial"


def verdict(parts: Sequence[PartOutcome], *, resume: bool) -> Verdict:
    """Of a message whose parts have each an outcome.

    A half-submitted text is never restarted from part 1: while `resume`, its missing parts are sent with the
    same reference; after that it is unknown, and only what was sent is billed.
    """
    actions = [part.action for part in parts]
    if all(action is Action.SENT for action in actions):
        return Verdict(MessageState.SENT)
    if Action.UNKNOWN in actions:
        return Verdict(MessageState.UNKNOWN, NO_ANSWER)
    if Action.SENT not in actions:
        return _unsent(parts)
    for part in parts:
        if part.action in (Action.REFUSED, Action.ELSEWHERE):
            return Verdict(MessageState.FAILED, f"{PARTIAL} {reason_of(part.status)}")
    if resume:
        missing = tuple(n for n, action in enumerate(actions) if action is not Action.SENT)
        return Verdict(None, action=Action.AGAIN, missing=missing)
    return Verdict(MessageState.UNKNOWN, PARTIAL)


def _unsent(parts: Sequence[PartOutcome]) -> Verdict:
    """No part was accepted: the gravest refusal decides."""
    for action in (Action.REFUSED, Action.ELSEWHERE, Action.LATER):
        for part in parts:
            if part.action is action:
                reason = reason_of(part.status)
                if action is Action.REFUSED:
                    return Verdict(MessageState.REJECTED, reason)
                return Verdict(None, reason, action)
    if all(part.action is Action.UNWRITTEN for part in parts):
        return Verdict(None, action=Action.UNWRITTEN)
    return Verdict(None, action=Action.AGAIN, missing=tuple(range(len(parts))))
