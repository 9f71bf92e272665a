"""What was asked of a second person, and what can be wrong with it."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from chappe.kit.errors import Problem


class ApprovalState(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


class Approval(NamedTuple):
    """`holds`: the campaign is as it was when it was asked about."""

    state: ApprovalState
    asked_by: UUID
    asked_at: datetime
    answered_by: UUID | None
    answered_at: datetime | None
    words: str
    holds: bool

    @property
    def given(self) -> bool:
        return self.state is ApprovalState.APPROVED and self.holds


class NotApproved(Problem):
    """The workspace wants a second person's yes first."""

    code = "not_approved"
    status = 409
    title = "The campaign is not approved"


class OwnRequest(Problem):
    """Who asked does not answer."""

    code = "own_request"
    status = 409
    title = "A second person approves"


class NotAsked(Problem):
    """Nothing is asked of anybody, or of another text."""

    code = "not_asked"
    status = 409
    title = "Nobody asks for this approval now"
