"""What lists look like outside."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from litestar.datastructures import UploadFile

from chappe.api.bodies import Input
from chappe.consent.hashed.model import Algorithm, Making, Spelling
from chappe.consent.model import SuppressionScope
from chappe.consent.reasons import Reason
from chappe.kit.ids import public_id
from chappe.signup.files import shown_name
from chappe.signup.stoplist.model import LIST_ID, ListState, NewList, StopList


class Holds(StrEnum):
    """What the file holds: numbers, or what another system made of their E.164 digits."""

    NUMBERS = "numbers"
    SHA256 = "sha256"
    HMAC_SHA256 = "hmac_sha256"


class StopListForm(Input, frozen=True, kw_only=True):
    """`spelling`: what was hashed, 33612345678 (`digits`) or +33612345678 (`plus`); `secret`: the key of the
    other system's HMAC, as text.
    """

    file: UploadFile
    holds: Holds = Holds.NUMBERS
    spelling: Spelling = Spelling.DIGITS
    secret: Annotated[str, msgspec.Meta(max_length=500)] = ""
    country: Annotated[
        str | None, msgspec.Meta(description="Of numbers without a code: ISO; the workspace's when left out.")
    ] = None
    scope: SuppressionScope = SuppressionScope.MARKETING
    reason: Reason = Reason.IMPORT


class StopListView(msgspec.Struct, frozen=True, kw_only=True):
    """`added`: not suppressed before in this scope; `held`: known already, or twice in the file; `rejected`:
    rows that hold nothing of what was asked for; `lifted`: ended again, when it was undone.
    """

    id: str
    filename: str
    state: ListState
    holds: Holds
    scope: SuppressionScope
    reason: str
    rows_total: int
    rows_read: int
    added: int
    held: int
    rejected: int
    lifted: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None


class RefusedView(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was not taken."""

    row: int
    code: str
    value: str


def new_list(form: StopListForm) -> NewList:
    making = None
    if form.holds is not Holds.NUMBERS:
        secret = form.secret.encode() if form.holds is Holds.HMAC_SHA256 else b""
        making = Making(Algorithm(form.holds.value), form.spelling, secret)
    return NewList(
        filename=shown_name(form.file.filename),
        scope=form.scope,
        reason=form.reason.value,
        making=making,
        country=form.country or None,
    )


def list_view(found: StopList) -> StopListView:
    return StopListView(
        id=public_id(LIST_ID, found.id),
        filename=found.filename,
        state=found.state,
        holds=Holds.NUMBERS if found.kind.value == "numbers" else Holds(found.algorithm.value),
        scope=found.scope,
        reason=found.reason,
        rows_total=found.rows_total,
        rows_read=found.cursor,
        added=found.added,
        held=found.held,
        rejected=found.rejected,
        lifted=found.lifted,
        error=found.error,
        created_at=found.created_at,
        finished_at=found.finished_at,
    )
