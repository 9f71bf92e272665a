"""What to look at again before a campaign leaves: nothing here forbids, the rules of checks.py do."""

from enum import StrEnum
from typing import NamedTuple

from chappe.audience.errors import UnknownSegment
from chappe.campaigns.drawing import drawn
from chappe.campaigns.model import Campaign, Estimate
from chappe.carriers import routing
from chappe.carriers import service as carriers
from chappe.carriers.model import Carrier, LinkState, SenderKind
from chappe.db.pool import Connection
from chappe.gate.wording import says_stop
from chappe.messages.model import Purpose
from chappe.signup import service as signup


class Worry(StrEnum):
    """A line of the checklist; words are the template's."""

    UNREAD_RULES = "unread_rules"
    ELSEWHERE_LACKS = "elsewhere_lacks"
    NAME_CANNOT_ANSWER = "name_cannot_answer"
    UNICODE = "unicode"
    SEVERAL_PARTS = "several_parts"
    MISSING_VALUES = "missing_values"
    DEFERRED = "deferred"
    UNPRICED = "unpriced"
    NOBODY = "nobody"
    LINK_DOWN = "link_down"
    NO_CARRIER = "no_carrier"
    LIST_FILLING = "list_filling"


class Warned(NamedTuple):
    """`n`: how many people or parts it is about; `name`: of the carrier or the file."""

    worry: Worry
    n: int = 0
    name: str = ""
    grave: bool = False
    """It stops the campaign as things are."""


async def warnings(conn: Connection, draft: Campaign, estimate: Estimate | None) -> list[Warned]:
    """In the order in which they matter."""
    found = [*await _of_carrier(conn, draft), *await _of_lists(conn, draft)]
    if estimate is not None:
        found += _of_estimate(estimate)
    found += await _of_text(conn, draft)
    return sorted(found, key=lambda warning: not warning.grave)


async def _of_carrier(conn: Connection, draft: Campaign) -> list[Warned]:
    used = await _carriers(conn, draft)
    if draft.sender_id is None:
        return []
    if not used:
        return [Warned(Worry.NO_CARRIER, grave=True)]
    if all(carrier.state is not LinkState.BOUND for carrier in used):
        return [Warned(Worry.LINK_DOWN, name=used[0].name)]
    return []


async def _carriers(conn: Connection, draft: Campaign) -> list[Carrier]:
    if draft.sender_id is None:
        return []
    known = (await carriers.senders_by_id(conn, draft.workspace_id, [draft.sender_id])).get(draft.sender_id)
    if known is None or known.route_id is None:
        return []
    route = await routing.route(conn, draft.workspace_id, known.route_id)
    every = {carrier.id: carrier for carrier in await carriers.carriers(conn, draft.workspace_id)}
    return [
        every[each] for each in route.taking(draft.purpose.label) if each in every and every[each].enabled
    ]


async def _of_lists(conn: Connection, draft: Campaign) -> list[Warned]:
    try:
        lists = (await drawn(conn, draft.workspace_id, draft.audience, draft.moment)).lists()
    except UnknownSegment:
        lists = []  # which the checklist says
    filling = await signup.filling(conn, draft.workspace_id, lists) if lists else []
    return [
        Warned(Worry.LIST_FILLING, n=one.rows_read, name=one.filename, grave=draft.send_at is None)
        for one in filling
    ]


def _of_estimate(estimate: Estimate) -> list[Warned]:
    found = []
    if estimate.recipients and not estimate.sendable:
        found.append(Warned(Worry.NOBODY, grave=True))
    if unread := estimate.skipped.get("rule_unverified", 0):
        found.append(Warned(Worry.UNREAD_RULES, n=unread, grave=True))
    if lacking := estimate.skipped.get("wrong_content", 0):
        found.append(Warned(Worry.ELSEWHERE_LACKS, n=lacking, grave=True))
    if missing := estimate.skipped.get("missing_variable", 0):
        found.append(Warned(Worry.MISSING_VALUES, n=missing))
    if estimate.deferred:
        found.append(Warned(Worry.DEFERRED, n=estimate.deferred))
    if wide := estimate.encodings.get("ucs2"):
        found.append(Warned(Worry.UNICODE, n=wide.messages))
    if estimate.parts > estimate.sendable:
        found.append(Warned(Worry.SEVERAL_PARTS, n=estimate.parts))
    if estimate.unpriced:
        found.append(Warned(Worry.UNPRICED, n=estimate.unpriced))
    return found


async def _of_text(conn: Connection, draft: Campaign) -> list[Warned]:
    if draft.purpose is not Purpose.MARKETING or not draft.body.strip():
        return []
    if draft.sender_id is None or not says_stop(draft.body):
        return []  # which the check of the text says
    known = (await carriers.senders_by_id(conn, draft.workspace_id, [draft.sender_id])).get(draft.sender_id)
    return [Warned(Worry.NAME_CANNOT_ANSWER)] if known and known.kind is SenderKind.ALPHANUMERIC else []
