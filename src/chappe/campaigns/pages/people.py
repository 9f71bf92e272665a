"""Who got a campaign and who did not, as tables and as files; and who did what to it."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from chappe.accounts import audit
from chappe.accounts.colleagues import colleagues
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids
from chappe.campaigns import recipients, service
from chappe.campaigns.display import Reason, Tally, tally
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import ExperimentState
from chappe.campaigns.figures import answered_by
from chappe.campaigns.model import Campaign, Progress
from chappe.campaigns.pages.common import GivenClocks, campaign_id, campaign_of, shown_id
from chappe.campaigns.recipients import Recipient, Which
from chappe.campaigns.reports import service as reports
from chappe.contacts.model import CONTACT_ID
from chappe.db.pool import Connection
from chappe.kit.ids import IdCipher
from chappe.kit.phone import to_e164
from chappe.messages.answers import Answered
from chappe.sending.shapes import MESSAGE_ID
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

READ = needs(Permission.CAMPAIGNS_READ)
_PAGE_SIZE: Final = 50
_HISTORY: Final = 100


@get("/campaigns/{campaign:str}/recipients/{which:str}", opt=READ)
async def people(
    campaign: FromPath[str],
    which: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    ids: Ids,
    clocks: GivenClocks,
) -> Response[Any]:
    """A page of them, the newest messages first."""
    wanted = _which(which)
    after = _place(page.asked("after"), ids)
    reason = page.asked("reason") or None
    async with db.transaction(viewer.workspace_id) as conn:
        progress = await service.progress(conn, viewer.workspace_id, campaign_id(campaign))
        found = await recipients.page(
            conn,
            progress.campaign,
            wanted,
            after=after,
            limit=_PAGE_SIZE + 1,
            gate_now=clocks.gate.now(),
            reason=reason,
        )
        head = await heading(conn, progress)
    rows = found.rows[:_PAGE_SIZE]
    more = rows[-1].place if len(found.rows) > _PAGE_SIZE else None
    further = (found.reached, 0) if found.reached is not None and more is None else None
    at = f"/campaigns/{campaign}/recipients/{which}"
    return page.render(
        "campaigns/recipients.html",
        rows=rows,
        which=wanted,
        tab=which,
        next=_address(at, more, ids, reason) if more else None,
        further=_address(at, further, ids, reason) if further else None,
        first=_address(at, None, ids, reason) if after else None,
        reason=reason or "",
        reasons=_reasons(head["tally"], wanted),
        message_id=lambda row: ids.encode(MESSAGE_ID, row.message_id),
        contact_id=lambda row: ids.encode(CONTACT_ID, row.contact_id) if row.contact_id else None,
        **head,
    )


async def heading(conn: Connection, progress: Progress) -> dict[str, Any]:
    """What stands above every tab."""
    campaign, counted = progress.campaign, tally(progress)
    answered = await answered_by(conn, campaign) if counted.handed else Answered(0, 0)
    return {
        "campaign": campaign,
        "campaign_id": shown_id(campaign),
        "tally": counted,
        "answered": answered,
        "moving": False,
        "tested": await is_tested(conn, campaign),
        "clicked": await reports.clicked(conn, campaign),
        "sales": await reports.sales(conn, campaign),
    }


async def is_tested(conn: Connection, campaign: Campaign) -> bool:
    """Whether variants of it were sent, or people held out: its report has a tab for that."""
    found = await experiments.experiment_of(conn, campaign)
    if found is None or campaign.started_at is None:
        return False
    return found.state is not ExperimentState.DRAFT or found.settings.holdout_percent > 0


@get("/campaigns/{campaign:str}/export/{which:str}", opt=needs(Permission.CONTACTS_READ))
async def export(
    campaign: FromPath[str],
    which: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    ids: Ids,
    clocks: GivenClocks,
) -> Stream:
    """All of them as a file, written while it is read: however many there are, memory stays what it is."""
    wanted = _which(which)
    async with db.transaction(viewer.workspace_id) as conn:
        found = await campaign_of(conn, viewer, campaign)
    reason = page.asked("reason") or None
    heads = page.fragment("campaigns/columns.txt").strip().split("\n")

    async def lines() -> AsyncIterator[str]:
        yield "\ufeff" + csv_text([heads])  # so that spreadsheets read UTF-8
        async for rows in recipients.every(db, found, wanted, clocks.gate.now(), reason):
            yield csv_text([_line(row, ids) for row in rows])

    return Stream(
        lines(),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{campaign}-{wanted}.csv"'},
    )


def _line(row: Recipient, ids: IdCipher) -> list[str]:
    message, answer = row.message, row.answer
    at = (
        row.acted_at
        or (answer.received_at if answer else None)
        or (message and (message.done_at or message.submitted_at))
    )
    return [
        to_e164(row.phone) if row.phone else "",
        inert(row.name),
        message.state.label if message else ("stop" if answer and answer.stops else "reply"),
        (message.reason or "") if message else "",
        at.isoformat(timespec="seconds") if at else "",
        inert(answer.body) if answer else "",
        ids.encode(MESSAGE_ID, row.message_id),
    ]


def inert(text: str) -> str:
    """A cell that begins like a formula would be run by a spreadsheet (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def csv_text(rows: list[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


@get("/campaigns/{campaign:str}/history", opt=READ)
async def history(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """Who did what to it, the newest first."""
    async with db.transaction(viewer.workspace_id) as conn:
        progress = await service.progress(conn, viewer.workspace_id, campaign_id(campaign))
        events = await audit.page(conn, viewer.workspace_id, audit.Filters(target=campaign), limit=_HISTORY)
        head = await heading(conn, progress)
    return page.render(
        "campaigns/history.html",
        events=events,
        people=await _people(db, page, viewer) if events else {},
        tab="history",
        **head,
    )


async def _people(db: Any, page: Page, viewer: Viewer) -> dict[str, str]:
    """Names by id. People have no workspace of their own: the engine's role reads them."""
    async with db.engine_transaction() as conn:
        return {str(one.id): one.name for one in await colleagues(conn, viewer.workspace_id)}


def _reasons(counted: Tally, which: Which) -> list[Reason]:
    """What the people of a tab can be narrowed to, the most frequent first: each reason once."""
    if which not in (Which.FAILED, Which.SKIPPED):
        return []
    found = counted.troubles if which is Which.FAILED else counted.skipped
    first = {one.code: one for one in reversed(found) if one.code}
    return sorted(first.values(), key=lambda one: -one.n)


def _which(text: str) -> Which:
    try:
        return Which(text)
    except ValueError as error:
        raise NotFoundException from error


def _place(text: str, ids: IdCipher) -> tuple[int, int] | None:
    """`msg_…` or `msg_….7`: ids stand in addresses in disguise."""
    message, _, text_id = text.partition(".")
    found = ids.decode(MESSAGE_ID, message)
    return None if found is None else (found, int(text_id) if text_id.isdigit() else 0)


def _address(at: str, place: tuple[int, int] | None, ids: IdCipher, reason: str | None) -> str:
    asked = {"reason": reason} if reason else {}
    if place is not None:
        message, text_id = place
        asked["after"] = f"{ids.encode(MESSAGE_ID, message)}{f'.{text_id}' if text_id else ''}"
    return f"{at}?{urlencode(asked)}"


routes: list[ControllerRouterHandler] = [people, export, history]
