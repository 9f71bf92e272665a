"""What each step of the editor shows."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response
from msgspec import structs

from chappe.accounts.permissions import Permission
from chappe.campaigns import choosing, drafts
from chappe.campaigns.drafts import STEPS, Clocks, Step
from chappe.campaigns.estimator import Estimator, Look
from chappe.campaigns.links import service as links
from chappe.campaigns.marks import mark_of
from chappe.campaigns.media import service as media
from chappe.campaigns.model import Campaign, CampaignState, ZoneShare
from chappe.campaigns.pages import composing, trying
from chappe.campaigns.pages.budgeting import money_of
from chappe.campaigns.pages.common import (
    excluded_ids,
    included_ids,
    list_id,
    segment_id,
    sender_id,
    shown_id,
)
from chappe.campaigns.pages.forms import values_of
from chappe.campaigns.pages.timing import Leaving, leaving, rule_values
from chappe.campaigns.pages.timing import values_of as timing_values
from chappe.campaigns.pages.weighing import weighed
from chappe.campaigns.series import service as series
from chappe.campaigns.timing import service as timing
from chappe.campaigns.variants import service as variants
from chappe.carriers import service as carriers
from chappe.consent import service as consent
from chappe.consent.topics import service as topics
from chappe.consent.topics.model import TOPIC_ID
from chappe.contacts import service as contacts
from chappe.content.model import STANDARD_VARIABLES
from chappe.db.pool import Connection
from chappe.kit.errors import Problem
from chappe.kit.ids import public_id
from chappe.offers.coding import OFFER_CODE
from chappe.web.forms import Errors
from chappe.web.page import Page
from chappe.web.viewer import Viewer

# A page waits so long for an estimate; then it shows how far it is, and asks again.
_PATIENCE = 0.8
_MOST_ZONES = 8


async def audience(
    page: Page,
    viewer: Viewer,
    conn: Connection,
    estimator: Estimator,
    draft: Campaign,
    errors: Errors,
    *,
    saved: bool = True,
) -> Response[Any]:
    values = {
        **await offered(viewer, conn, draft, page.asked("find")),
        "topics": await _topics(conn, viewer.workspace_id),
        "topic_id": "" if draft.topic_id is None else public_id(TOPIC_ID, draft.topic_id),
        "look": await people(estimator, draft, await mark_of(conn, draft)),
        **_frame(draft, Step.AUDIENCE, errors, saved=saved),
    }
    return _answer(page, viewer, Step.AUDIENCE, draft, values, errors)


async def offered(viewer: Viewer, conn: Connection, draft: Campaign, words: str) -> dict[str, Any]:
    """The lists and segments to choose from; `words` are part of the names of those looked for."""
    found = await choosing.offered(conn, viewer.workspace_id, draft.audience, words)
    listed = [(list_id(key), name, found.people.get(key, 0)) for key, name in found.lists]
    return {
        "offered": listed + [(segment_id(key), name, None) for key, name in found.segments],
        "segments": bool(found.segments),
        "more": found.more,
        "searched": found.searched,
        "find": words,
        "included_ids": included_ids(draft.audience),
        "excluded_ids": excluded_ids(draft.audience),
    }


async def _topics(conn: Connection, workspace_id: int) -> list[tuple[str, str]]:
    """The default one stands for none: useful information about no topic in particular."""
    found = await topics.topics(conn, workspace_id)
    return [("" if each.is_default else public_id(TOPIC_ID, each.id), each.name) for each in found]


async def people(
    estimator: Estimator, draft: Campaign, mark: str, patience: float = _PATIENCE
) -> Look | None:
    """Who would get it, as its `mark` names it; None when nobody is chosen."""
    return await estimator.look(draft, mark, patience) if draft.audience.chosen else None


async def message(
    page: Page,
    viewer: Viewer,
    conn: Connection,
    estimator: Estimator,
    clocks: Clocks,
    draft: Campaign,
    errors: Errors,
    looking: composing.Looking,
) -> Response[Any]:
    senders = await carriers.senders(conn, viewer.workspace_id)
    if draft.sender_id is None and len(senders) == 1:
        draft = structs.replace(draft, sender_id=senders[0].id)
    values = {
        "senders": [(sender_id(one.id), one.address, one.kind.value) for one in senders],
        "variables": sorted(
            {*await contacts.attribute_names(conn, viewer.workspace_id), *STANDARD_VARIABLES, OFFER_CODE}
        ),
        "letter": looking.letter,
        "writing_language": (await consent.brand(conn, viewer.workspace_id)).language,
        "seen": looking.seen,
        "theirs": looking.theirs,
        **await trying.own_offers(conn, draft, looking.letter),
        **await trying.tested(conn, draft, None),
        **await composing.composed(conn, estimator, clocks, draft, looking, viewer.zone),
        **_frame(draft, Step.MESSAGE, errors),
    }
    return _answer(page, viewer, Step.MESSAGE, draft, values, errors)


async def schedule(
    page: Page,
    viewer: Viewer,
    conn: Connection,
    estimator: Estimator,
    clocks: Clocks,
    draft: Campaign,
    errors: Errors,
) -> Response[Any]:
    values = {
        **await when(conn, estimator, clocks, draft, viewer.zone),
        **_frame(draft, Step.SCHEDULE, errors),
    }
    chosen = await timing.timing_of(conn, viewer.workspace_id, draft.id)
    again = await series.series_of(conn, viewer.workspace_id, draft.id)
    values["values"] = values_of(draft, viewer.zone, clocks) | timing_values(chosen) | rule_values(again)
    values["gate_now"] = clocks.gate.now()
    return _answer(page, viewer, Step.SCHEDULE, draft, values, errors)


async def when(
    conn: Connection,
    estimator: Estimator,
    clocks: Clocks,
    draft: Campaign,
    zone: str,
    patience: float = _PATIENCE,
) -> dict[str, Any]:
    """When the messages would leave, zone by zone. `zone`: the workspace's."""
    look = await people(estimator, draft, await mark_of(conn, draft), patience)
    zones = look.estimate.zones if look and look.estimate else []
    return {
        "look": look,
        "hours": zones[:_MOST_ZONES],
        "leaving": await leaving_of(conn, clocks, draft, zones, zone),
        "more_zones": max(0, len(zones) - _MOST_ZONES),
    }


async def leaving_of(
    conn: Connection, clocks: Clocks, draft: Campaign, zones: Sequence[ZoneShare], zone: str
) -> Leaving:
    """What is said of when it leaves. `zone`: the workspace's."""
    now = clocks.gate.now()
    chosen = await timing.timing_of(conn, draft.workspace_id, draft.id)
    tried = await variants.variants_of(conn, draft)
    return leaving(chosen, max(draft.send_at or now, now), zones, tried, ZoneInfo(zone))


async def review(
    page: Page,
    viewer: Viewer,
    conn: Connection,
    estimator: Estimator,
    clocks: Clocks,
    draft: Campaign,
    looking: composing.Looking,
    *,
    fault: Problem | None = None,
    phone: str = "",
    askable: Sequence[str] = (),
    approval: Mapping[str, Any] | None = None,
) -> Response[Any]:
    """`fault` is of the test to `phone`; `askable` names those who may send, for one who may not."""
    faults = await drafts.faults(conn, draft, Step.REVIEW, clocks)
    whole = await composing.composed(conn, estimator, clocks, draft, looking, viewer.zone)
    names = await choosing.names(conn, viewer.workspace_id, draft.audience)
    values = {
        **whole,
        "faults": faults,
        "picture_way": whole["picture"] and await media.way(conn, draft.workspace_id, whole["picture"]),
        "link_faults": await links.faults(conn, draft, estimator.links.base) if estimator.links else {},
        "included": [names[each] for each in draft.audience.included if each in names],
        "excluded": [names[each] for each in draft.audience.excluded if each in names],
        **(weight := await weighed(conn, estimator, draft, looking.ids, clocks.wall)),
        **await trying.tested(conn, draft, weight["known"].sendable if weight["known"] else None),
        **await money_of(conn, draft),
        "leaving": await leaving_of(
            conn, clocks, draft, weight["known"].zones if weight["known"] else [], viewer.zone
        ),
        "series": await series.series_of(conn, viewer.workspace_id, draft.id),
        **(approval or {"approval_wanted": False}),
        "may_test": viewer.may(Permission.MESSAGES_SEND),
        **_frame(draft, Step.REVIEW, Errors()),
        "tested": page.asked("tested"),
        "test_fault": fault,
        "test_phone": phone,
        "askable": askable,
        "expires_gate": None if draft.expires_at is None else draft.expires_at + clocks.ahead(),
    }
    return page.render("campaigns/edit/review.html", status=fault.status if fault else 200, **values)


def _frame(draft: Campaign, step: Step, errors: Errors, *, saved: bool = True) -> dict[str, Any]:
    return {
        "campaign": draft,
        "campaign_id": shown_id(draft) if saved else "new",
        "saved": saved,
        "step": step,
        "steps": STEPS,
        "at": STEPS.index(step),
        "errors": errors,
        "draft": draft.state is CampaignState.DRAFT,
        "chosen_sender": sender_id(draft.sender_id),
    }


def _answer(
    page: Page, viewer: Viewer, step: Step, draft: Campaign, values: dict[str, Any], errors: Errors
) -> Response[Any]:
    return page.render(f"campaigns/edit/{step}.html", status=422 if errors else 200, **values)
