"""/suppressions: numbers that get no marketing, or nothing at all, and why."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids
from chappe.consent import listing
from chappe.consent.errors import BadNumbers, LiftNeedsReason, NewConsentNeeded, TooManyNumbers
from chappe.consent.listing import Line, Narrowed
from chappe.consent.model import SUPPRESSION_ID, Entry, StatedConsent, SuppressionScope
from chappe.consent.reasons import Reason
from chappe.db.pool import Connection
from chappe.kit.ids import IdCipher
from chappe.kit.phone import PhoneFault, to_e164
from chappe.web.filters import Filter, FilterKind
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.navigation import mark
from chappe.web.page import GivenPage, Page
from chappe.web.policy import PAGE_HEADERS
from chappe.web.tables import Column, Table
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH = "/suppressions"
REASONS = (
    (Reason.STOP.value, mark("Wrote STOP")),
    (Reason.ASKED.value, mark("May have asked to stop")),
    (Reason.IN_WORDS.value, mark("Asked in their own words")),
    (Reason.COMPLAINT.value, mark("Complained")),
    (Reason.LEGAL.value, mark("A register or a court")),
    (Reason.REFUSED.value, mark("Unsubscribed at their carrier")),
    (Reason.DEACTIVATED.value, mark("Number out of service")),
    (Reason.IMPORT.value, mark("From an earlier list")),
    (Reason.ERASED.value, mark("Their data was erased")),
    ("other", mark("Another reason")),
)
TABLE = Table(
    "suppressions",
    columns=(
        Column("number", mark("Number"), always=True),
        Column("scope", mark("Stops")),
        Column("reason", mark("Why")),
        Column("source", mark("From")),
        Column("created", mark("Since"), sort="created"),
    ),
    filters=(
        Filter("q", mark("Search a number"), kind=FilterKind.TEXT),
        Filter(
            "scope", mark("Stops"), options=(("marketing", mark("Marketing")), ("all", mark("Everything")))
        ),
        Filter("reason", mark("Why"), options=REASONS),
        Filter(
            "source",
            mark("From"),
            options=(
                ("inbound", mark("Their own text")),
                ("page", mark("Added by hand")),
                ("api", mark("API")),
                ("carrier", mark("Carrier")),
                ("feed", mark("Carrier’s opt-out list")),
                ("list", mark("List that was brought along")),
                ("erasure", mark("Erasure")),
            ),
        ),
    ),
    sorts={"created": (int,)},
    default_sort="-created",
)
_LONGEST_REASON, _LONGEST_WORDS, _LONGEST_NUMBERS = 200, 2_000, 400_000
_MOST_BODY = 1_000_000
_SHOWN_LINES = 5


@get(PATH, opt=needs(Permission.SUPPRESSIONS_READ))
async def suppressions(page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids) -> Response[Any]:
    view = TABLE.read(page)
    which = Narrowed(view.one("q") or None, view.many("scope"), view.many("source"), view.many("reason"))
    after = int(view.after[0]) if view.after else None
    async with db.transaction(viewer.workspace_id) as conn:
        rows = await listing.page(
            conn, viewer.workspace_id, which, sort=view.sort, after=after, limit=view.limit
        )
        total = None if view.filters else await listing.count(conn, viewer.workspace_id)
    shown = view.page(
        rows, cursor=lambda one: (one.id,), key=_name(ids), total=total, most=listing.MOST_COUNTED
    )
    return page.render("consent/suppressions.html", shown=shown, id_of=_name(ids))


@get(f"{PATH}/new", opt=needs(Permission.SUPPRESSIONS_WRITE))
async def new(page: GivenPage, viewer: GivenViewer) -> Response[Any]:
    return _form(page, Reading(Submitted([("scope", SuppressionScope.MARKETING.value)])), [])


@post(f"{PATH}/new", opt=needs(Permission.SUPPRESSIONS_WRITE), request_max_body_size=_MOST_BODY)
async def add(page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids) -> Response[Any]:
    """One number, or as many as were pasted; all of them, or none when one cannot be read."""
    async with db.transaction(viewer.workspace_id) as conn:
        reading, lines = await _checked(conn, viewer, await page.form())
        if reading.errors:
            return _form(page, reading, lines)
        scope = SuppressionScope(reading.form.one("scope"))
        reason = reading.form.one("reason")
        numbers = [line.read for line in lines if isinstance(line.read, int)]
        new = await listing.add(conn, viewer.workspace_id, numbers, scope, reason)
        if new:
            target = ids.encode(SUPPRESSION_ID, new[0].id) if len(new) == 1 else None
            after = {"numbers": len(new), "scope": scope, "reason": reason}
            await _record(conn, page, viewer, "suppression.added", target, after)
    return page.leave(f"{PATH}?notice=added&n={len(new)}")


@post(f"{PATH}/validate", opt=needs(Permission.SUPPRESSIONS_WRITE), request_max_body_size=_MOST_BODY)
async def validate(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """One field, while somebody fills the form in, by the rule of `add`."""
    async with db.transaction(viewer.workspace_id) as conn:
        reading, _ = await _checked(conn, viewer, await page.form())
    field = reading.form.field
    return page.render("consent/note.html", field=field, problem=reading.errors.of(field))


@get(f"{PATH}/export.csv", opt=needs(Permission.SUPPRESSIONS_READ))
async def export(page: GivenPage, viewer: GivenViewer, db: Db) -> Stream:
    """Every suppression that holds, as a spreadsheet reads it."""
    async with db.transaction(viewer.workspace_id) as conn:
        count = await listing.count(conn, viewer.workspace_id)
        await _record(conn, page, viewer, "suppression.exported", None, {"numbers": count})

    async def text() -> AsyncIterator[str]:
        yield "\ufeff" + _csv([("number", "scope", "reason", "source", "since")])
        async with db.transaction(viewer.workspace_id) as reading:
            async for entries in listing.everything(reading, viewer.workspace_id):
                yield _csv([_cells(entry) for entry in entries])

    headers = PAGE_HEADERS | {"content-disposition": 'attachment; filename="suppressions.csv"'}
    return Stream(text(), media_type="text/csv", headers=headers)


@get(PATH + "/{suppression:str}", opt=needs(Permission.SUPPRESSIONS_READ))
async def one(
    suppression: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await listing.get(conn, viewer.workspace_id, ids.decode(SUPPRESSION_ID, suppression))
        past = await listing.history(conn, viewer.workspace_id, found)
    return page.render("consent/suppression.html", one=found, one_id=suppression, past=past)


@get(PATH + "/{suppression:str}/lift", opt=needs(Permission.SUPPRESSIONS_WRITE))
async def ask_lift(
    suppression: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await listing.get(conn, viewer.workspace_id, ids.decode(SUPPRESSION_ID, suppression))
    return _lift_form(page, suppression, found, Submitted(), Errors())


@post(PATH + "/{suppression:str}/lift", opt=needs(Permission.SUPPRESSIONS_WRITE))
async def lift(
    suppression: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    """With a reason; a person's own wish only with the words of their new consent."""
    form = await page.form()
    reason, proof = form.one("reason")[:_LONGEST_REASON], _proof(form)
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            found = await listing.get(conn, viewer.workspace_id, ids.decode(SUPPRESSION_ID, suppression))
            by = f"user {viewer.user_id}"
            await listing.lift(conn, viewer.workspace_id, found, by=by, reason=reason, proof=proof)
            after = {"reason": reason} | ({"words": proof.text, "source": proof.source} if proof else {})
            await _record(conn, page, viewer, "suppression.lifted", suppression, after)
    except (LiftNeedsReason, NewConsentNeeded) as problem:
        return _lift_form(page, suppression, found, form, Errors([problem]))
    return page.leave(f"{PATH}?notice=lifted")


async def _checked(conn: Connection, viewer: Viewer, form: Submitted) -> tuple[Reading, Sequence[Line]]:
    """The form of new suppressions, with everything that is wrong with it."""
    reading = Reading(form)
    text = reading.text("numbers", most=_LONGEST_NUMBERS)
    reading.choice("scope", list(SuppressionScope))
    reading.text("reason", most=_LONGEST_REASON)
    lines = await listing.lines(conn, viewer.workspace_id, text)
    bad = [line for line in lines if isinstance(line.read, PhoneFault)]
    if len(lines) > listing.MOST_NUMBERS:
        reading.errors.add(
            TooManyNumbers("Add them in several goes.", field="numbers", most=listing.MOST_NUMBERS)
        )
    elif bad:
        shown = [line.text[:40] for line in bad[:_SHOWN_LINES]]
        reading.errors.add(
            BadNumbers("Some lines are no numbers.", field="numbers", lines=shown, count=len(bad))
        )
    return reading, lines


def _form(page: Page, reading: Reading, lines: Sequence[Line]) -> Response[Any]:
    return page.render(
        "consent/new.html",
        status=422 if reading.errors else 200,
        values=reading.form,
        errors=reading.errors,
    )


def _lift_form(page: Page, suppression: str, found: Entry, form: Submitted, errors: Errors) -> Response[Any]:
    return page.render(
        "consent/lift.html",
        status=422 if errors else 200,
        one=found,
        one_id=suppression,
        values=form,
        errors=errors,
    )


def _proof(form: Submitted) -> StatedConsent | None:
    """The new consent that was written down; None when its words are empty."""
    words = form.one("words")[:_LONGEST_WORDS]
    return StatedConsent(basis="express", source=form.one("source")[:200], text=words) if words else None


async def _record(
    conn: Connection, page: Page, viewer: Viewer, action: str, target: str | None, after: dict[str, Any]
) -> None:
    await acts.record_here(
        conn,
        page,
        viewer,
        action,
        target=target,
        after=after,
    )


def _name(ids: IdCipher) -> Any:
    return lambda one: ids.encode(SUPPRESSION_ID, one.id)


def _cells(entry: Entry) -> tuple[str, ...]:
    # A reason was typed by somebody: no spreadsheet runs it as a formula.
    reason = f"'{entry.reason}" if entry.reason.startswith(("=", "+", "-", "@", "\t", "\r")) else entry.reason
    number = "" if entry.phone is None else to_e164(entry.phone)
    return number, entry.scope.value, reason, entry.source, entry.created_at.isoformat()


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


routes: list[ControllerRouterHandler] = [
    suppressions,
    new,
    add,
    validate,
    export,
    one,
    ask_lift,
    lift,
]
