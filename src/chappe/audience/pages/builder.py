"""/segments/new, /segments/{id}/edit: a rule built by rows and groups.

The whole form comes with each button: what it asks for is done to the rule as posted, and the rule is shown
again. With scripts only the rule is fetched anew, and who is found is counted beside it.
"""

from typing import Any, NamedTuple

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids, WallClock
from chappe.audience import drafts, service
from chappe.audience.drafts import ROOT, Group
from chappe.audience.errors import BadRule, SegmentCircle, UnknownSegment
from chappe.audience.model import SEGMENT_ID, Segment
from chappe.audience.pages.choices import choices
from chappe.audience.pages.finding import Found, found
from chappe.audience.pages.listing import PATH, shown_id
from chappe.audience.starts import STARTS, start, unclicked
from chappe.db.pool import Connection
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.kit.ids import IdCipher, parse_public_id
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.navigation import mark
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

WRITE = needs(Permission.CONTACTS_WRITE)
_LONGEST_NAME = 100


class Built(NamedTuple):
    """What is being built. `of` is the segment that is changed, None for a new one."""

    name: str
    draft: Group
    errors: Errors
    of: Segment | None = None

    @property
    def id(self) -> str:
        return shown_id(self.of) if self.of else ""


@get(f"{PATH}/new", opt=WRITE)
async def new(page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock) -> Response[Any]:
    """Empty, or from one of those to begin with (`?from=buyers`), or of those who received a campaign and
    did not click (`?unclicked=cmp_…`).
    """
    begun, campaign = start(page.asked("from")), page.asked("unclicked")
    async with db.transaction(viewer.workspace_id) as conn:
        called = (await service.named(conn, viewer.workspace_id)).campaigns
        if campaign in called:
            name = page.word(mark("Did not click: %(name)s")) % {"name": called[campaign]}
            built = Built(name[:_LONGEST_NAME], drafts.of_rule(unclicked(campaign)), Errors())
        elif begun:
            built = Built(page.word(begun.name), drafts.of_rule(begun.rule), Errors())
        else:
            built = Built("", Group(), Errors())
        return await _show(conn, page, viewer, ids, clock, built)


@post(f"{PATH}/new", opt=WRITE)
async def create(page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock) -> Response[Any]:
    return await _posted(page, viewer, db, ids, clock, None)


@get(PATH + "/{segment_id:str}/edit", opt=WRITE)
async def edit(
    segment_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await service.get(conn, viewer.workspace_id, parse_public_id(SEGMENT_ID, segment_id))
        built = Built(known.name, drafts.of_rule(known.rule), Errors(), known)
        return await _show(conn, page, viewer, ids, clock, built)


@post(PATH + "/{segment_id:str}/edit", opt=WRITE)
async def change(
    segment_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await service.get(conn, viewer.workspace_id, parse_public_id(SEGMENT_ID, segment_id))
    return await _posted(page, viewer, db, ids, clock, known)


@post(f"{PATH}/found", opt=WRITE, status_code=200)
async def count(page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock) -> Response[Any]:
    """Who is found by the rule as it stands in the form: for htmx."""
    form = await page.form()
    rule, errors = drafts.rule_of(drafts.of_form(form))
    key = parse_public_id(SEGMENT_ID, form.one("of"))
    async with db.transaction(viewer.workspace_id) as conn:
        looked = await _found(conn, page, viewer, ids, clock, rule, errors, key)
    return page.render("audience/found.html", found=looked, open=False)


async def _posted(
    page: Page, viewer: Viewer, db: Db, ids: IdCipher, clock: Clock, known: Segment | None
) -> Response[Any]:
    form = await page.form()
    draft, do = drafts.of_form(form), form.one("do", "save")
    if do != "save":
        _edit(draft, do, form)
        built = Built(form.one("name"), draft, Errors(), known)
        async with db.transaction(viewer.workspace_id) as conn:
            return await _show(conn, page, viewer, ids, clock, built, within=page.wants_fragment)
    reading = Reading(form)
    name = reading.text("name", most=_LONGEST_NAME)
    rule, errors = drafts.rule_of(draft)
    for _, problem in reading.errors:
        errors.add(problem)
    async with db.transaction(viewer.workspace_id) as conn:
        if not errors:
            try:
                saved = await _save(conn, page, viewer, clock, known, name, rule)
                return page.leave(f"{PATH}/{shown_id(saved)}?notice=segment_saved")
            except (BadRule, SegmentCircle, UnknownSegment) as problem:
                errors.add(type(problem)(problem.detail, field=drafts.path_of(problem.field or "")))
            except Problem as problem:
                errors.add(problem)
        return await _show(conn, page, viewer, ids, clock, Built(name, draft, errors, known))


async def _save(
    conn: Connection,
    page: Page,
    viewer: Viewer,
    clock: Clock,
    known: Segment | None,
    name: str,
    rule: dict[str, Any],
) -> Segment:
    here, now = viewer.workspace_id, clock.now()
    if known is None:
        saved = await service.create(conn, here, name, rule, now)
        before = None
    else:
        saved = await service.change(conn, here, known.id, name, rule, now)
        before = {"name": known.name, "rule": known.rule}
    action = "segment.created" if known is None else "segment.changed"
    after = {"name": saved.name, "rule": saved.rule}
    await acts.record_here(conn, page, viewer, action, shown_id(saved), before=before, after=after)
    return saved


def _edit(draft: Group, do: str, form: Submitted) -> None:
    """What a button of a row or a group asks for: `add:r-1`, `remove:r-1-0`, `unfilter:r-0:2`."""
    action, _, place = do.partition(":")
    path, _, number = place.partition(":")
    match action:
        case "add":
            drafts.add(draft, path, form.one(f"{path}.add"))
        case "group":
            drafts.add(draft, path, "group")
        case "remove":
            drafts.remove(draft, path)
        case "filter":
            drafts.add_filter(draft, path)
        case "unfilter" if number.isdigit():
            drafts.remove_filter(draft, path, int(number))


async def _show(
    conn: Connection,
    page: Page,
    viewer: Viewer,
    ids: IdCipher,
    clock: Clock,
    built: Built,
    *,
    within: bool = False,
) -> Response[Any]:
    """The page, or `within` it the rule alone."""
    here = viewer.workspace_id
    names = await service.named(conn, here)
    offered = await choices(conn, page, here, names, built.draft, built.id)
    values: dict[str, Any] = {
        "built": built,
        "root": ROOT,
        "choices": offered,
        "errors": built.errors,
        "starts": STARTS,
        "action": f"{PATH}/{built.id}/edit" if built.of else f"{PATH}/new",
    }
    if within:
        return page.render("audience/rule.html", fresh=True, **values)
    rule, faults = drafts.rule_of(built.draft)
    key = built.of.id if built.of else None
    looked = await _found(conn, page, viewer, ids, clock, rule, faults, key)
    status = 422 if built.errors else 200
    return page.render("audience/builder.html", status=status, found=looked, fresh=False, **values)


async def _found(
    conn: Connection,
    page: Page,
    viewer: Viewer,
    ids: IdCipher,
    clock: Clock,
    rule: dict[str, Any],
    errors: Errors,
    key: Any,
) -> Found | None:
    """None while a row is not complete, or the rule cannot be read."""
    if errors:
        return None
    try:
        return await found(conn, page, viewer.workspace_id, ids, clock.now(), rule, of=key)
    except (BadRule, SegmentCircle, UnknownSegment):
        return None


routes: list[ControllerRouterHandler] = [new, create, count, edit, change]
